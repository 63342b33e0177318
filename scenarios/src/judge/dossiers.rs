//! The dossiers of all instruments.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::ops::Deref;
use std::sync::Arc;

use model::{Amount, PaymentId, ProviderId, Status, Token};

use super::dossier::{ChargeView, Dossier};
use super::packed::Packed;
use crate::message::ClientReply;
use crate::plan::Plan;

/// A dossier for each instrument.
#[derive(Clone, Debug)]
pub(super) struct Dossiers {
    plan: Arc<Plan>,
    /// Those of the plan's operations, in their order.
    planned: Vec<Shelf>,
    /// Those of instruments that no plan knows of.
    strangers: BTreeMap<Token, Dossier>,
    /// The places of those that were finished or unpacked lately.
    recent: VecDeque<u32>,
    /// Dossiers that were packed, with their room: the next ones take it.
    spare: Vec<Dossier>,
}

/// Where a dossier is.
///
/// Packed ones lie side by side: a run leaves one for each of its payments, and
/// if each were somewhere on the heap, there were no room of one piece between.
#[derive(Clone, Debug)]
enum Shelf {
    /// Nobody mentioned the instrument yet.
    Empty,
    Open(Box<Dossier>),
    Packed(Packed),
}

/// A dossier to be read: one that is open, or a copy of one that is packed. Of the
/// size of a reference, since every record and message is judged by some.
pub(super) enum Reading<'d> {
    Open(&'d Dossier),
    Unpacked(Box<Dossier>),
}

impl Deref for Reading<'_> {
    type Target = Dossier;

    fn deref(&self) -> &Dossier {
        match self {
            Self::Open(dossier) => dossier,
            Self::Unpacked(dossier) => dossier,
        }
    }
}

impl Dossiers {
    /// No dossier yet for the operations of `plan`.
    pub(super) fn new(plan: Arc<Plan>) -> Self {
        let planned = plan.operations.iter().map(|_| Shelf::Empty).collect();
        let (strangers, recent, spare) = (BTreeMap::new(), VecDeque::new(), Vec::new());
        Self { plan, planned, strangers, recent, spare }
    }

    /// The dossier of this instrument; `None` if nobody ever mentioned it.
    pub(super) fn of(&self, token: Token) -> Option<Reading<'_>> {
        match self.plan.place(token) {
            Some(place) => self.at(place),
            None => self.strangers.get(&token).map(Reading::Open),
        }
    }

    /// The dossier of this instrument, begun if there is none.
    pub(super) fn open(&mut self, token: Token) -> &mut Dossier {
        let Some(place) = self.plan.place(token) else {
            return self.strangers.entry(token).or_default();
        };
        let shelf = &mut self.planned[place];
        match shelf {
            Shelf::Open(_) => {}
            Shelf::Empty => *shelf = Shelf::Open(Box::new(self.spare.pop().unwrap_or_default())),
            Shelf::Packed(packed) => {
                let mut dossier = self.spare.pop().unwrap_or_default();
                packed.unpack(&self.plan.operations[place], &mut dossier);
                *shelf = Shelf::Open(Box::new(dossier));
                self.retire(place);
            }
        }
        let Shelf::Open(dossier) = &mut self.planned[place] else {
            unreachable!("it was opened above, and is not the oldest of the recent")
        };
        dossier
    }

    /// The same as [`Self::of`], but for what was intended, and without a
    /// dossier of its own for each that is packed: `spare` becomes that.
    pub(super) fn outline<'d>(
        &'d self,
        token: Token,
        spare: &'d mut Dossier,
    ) -> Option<&'d Dossier> {
        let Some(place) = self.plan.place(token) else { return self.strangers.get(&token) };
        match self.planned.get(place)? {
            Shelf::Empty => None,
            Shelf::Open(dossier) => Some(dossier),
            Shelf::Packed(packed) => {
                packed.outline(&self.plan.operations[place], spare);
                Some(spare)
            }
        }
    }

    /// Takes what the probe saw of this instrument.
    pub(super) fn take_probe(&mut self, token: Token, reply: ClientReply) {
        // It asks for every payment: to open each of them would take longer
        // than all the rest of its looking.
        if let Some(Shelf::Packed(packed)) = self.plan.place(token).map(|at| &mut self.planned[at])
            && packed.take_probe(reply)
        {
            return;
        }
        self.open(token).screen.probed = Some(reply);
    }

    /// The first final status that was seen of this instrument.
    pub(super) fn final_seen(&self, token: Token) -> Option<Status> {
        match self.shelf(token) {
            Some(Shelf::Packed(packed)) => packed.final_seen(),
            _ => self.of(token)?.screen.final_seen,
        }
    }

    /// The furthest status of this instrument that was read.
    pub(super) fn last_read(&self, token: Token) -> Option<Status> {
        match self.shelf(token) {
            Some(Shelf::Packed(packed)) => packed.last_read(),
            _ => self.of(token)?.screen.last_read,
        }
    }

    /// Every charge of this instrument.
    pub(super) fn charges(&self, token: Token) -> Cow<'_, [ChargeView]> {
        match self.shelf(token) {
            Some(Shelf::Packed(packed)) => Cow::Owned(packed.charges().collect()),
            _ => match self.of(token) {
                None => Cow::Borrowed(&[]),
                Some(Reading::Open(dossier)) => Cow::Borrowed(&dossier.charges),
                Some(Reading::Unpacked(dossier)) => Cow::Owned(dossier.charges),
            },
        }
    }

    /// The payment of this instrument is finished: its dossier is packed after
    /// a while.
    pub(super) fn close(&mut self, token: Token) {
        if let Some(place) = self.plan.place(token) {
            self.retire(place);
        }
    }

    /// Every dossier, strangers last.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Token, Reading<'_>)> {
        let planned = self.plan.operations.iter().enumerate();
        let planned = planned.filter_map(|(place, o)| Some((o.token, self.at(place)?)));
        let strangers = self.strangers.iter();
        planned.chain(strangers.map(|(token, dossier)| (*token, Reading::Open(dossier))))
    }

    /// What was captured of this instrument, at `provider` if that is asked.
    pub(super) fn captured(&self, token: Token, provider: Option<ProviderId>) -> Amount {
        match self.shelf(token) {
            Some(Shelf::Packed(packed)) => packed.captured(provider),
            _ => self.of(token).map_or(Amount::ZERO, |dossier| dossier.captured(provider)),
        }
    }

    /// What customers' banks withdrew of this instrument's charges, as providers'
    /// books have it, at `provider` if that is asked.
    pub(super) fn withdrawn(&self, token: Token, provider: Option<ProviderId>) -> Amount {
        match self.shelf(token) {
            Some(Shelf::Packed(_)) => Amount::ZERO,
            _ => self.of(token).map_or(Amount::ZERO, |dossier| dossier.withdrawn(provider)),
        }
    }

    /// What providers owe for this instrument.
    pub(super) fn booked(&self, token: Token) -> Amount {
        match self.shelf(token) {
            Some(Shelf::Packed(packed)) => packed.booked(),
            _ => self.of(token).map_or(Amount::ZERO, |dossier| dossier.booked),
        }
    }

    /// Whoever has a charge in their books, some more than once.
    pub(super) fn providers(&self) -> impl Iterator<Item = ProviderId> {
        let planned = self.planned.iter().flat_map(|shelf| match shelf {
            Shelf::Packed(packed) => packed.providers().collect(),
            Shelf::Open(dossier) => providers(dossier).collect(),
            Shelf::Empty => Vec::new(),
        });
        planned.chain(self.strangers.values().flat_map(providers))
    }

    /// Every payment with its instrument, by its id.
    pub(super) fn payments(&self) -> Vec<(PaymentId, Token)> {
        let mut payments = Vec::with_capacity(self.planned.len());
        for (shelf, operation) in self.planned.iter().zip(&self.plan.operations) {
            match shelf {
                Shelf::Packed(packed) => payments.push((packed.payment(), operation.token)),
                Shelf::Open(dossier) => payments.extend(ids(dossier, operation.token)),
                Shelf::Empty => {}
            }
        }
        let strangers = self.strangers.iter();
        payments.extend(strangers.flat_map(|(token, dossier)| ids(dossier, *token)));
        payments.sort();
        payments
    }

    /// How many dossiers are open, and the bytes of the others.
    pub(super) fn footprint(&self) -> (usize, usize) {
        let shelves = self.planned.iter();
        let planned = shelves.fold((0, 0), |(open, bytes), shelf| match shelf {
            Shelf::Empty => (open, bytes),
            Shelf::Open(_) => (open + 1, bytes),
            Shelf::Packed(packed) => (open, bytes + packed.bytes()),
        });
        let shelves = self.planned.len() * size_of::<Shelf>();
        (planned.0 + self.strangers.len(), planned.1 + shelves)
    }

    fn at(&self, place: usize) -> Option<Reading<'_>> {
        match self.planned.get(place)? {
            Shelf::Empty => None,
            Shelf::Open(dossier) => Some(Reading::Open(dossier)),
            Shelf::Packed(packed) => {
                let mut dossier = Box::<Dossier>::default();
                packed.unpack(&self.plan.operations[place], &mut dossier);
                Some(Reading::Unpacked(dossier))
            }
        }
    }

    fn shelf(&self, token: Token) -> Option<&Shelf> {
        self.planned.get(self.plan.place(token)?)
    }

    /// Packs the oldest of the recent dossiers to make room for this one.
    fn retire(&mut self, place: usize) {
        if self.recent.len() >= RECENT_MAX
            && let Some(oldest) = self.recent.pop_front()
            && oldest as usize != place
            && let Shelf::Open(dossier) = &self.planned[oldest as usize]
            && let Some(packed) = Packed::pack(dossier, &self.plan.operations[oldest as usize])
        {
            let shelf = &mut self.planned[oldest as usize];
            if let Shelf::Open(mut dossier) = std::mem::replace(shelf, Shelf::Packed(packed))
                && self.spare.len() < SPARE_MAX
            {
                dossier.clear();
                self.spare.push(*dossier);
            }
        }
        self.recent.push_back(place as u32);
    }
}

fn providers(dossier: &Dossier) -> impl Iterator<Item = ProviderId> {
    dossier.charges.iter().map(|view| view.provider)
}

fn ids(dossier: &Dossier, token: Token) -> impl Iterator<Item = (PaymentId, Token)> {
    dossier.payments.iter().map(move |view| (view.intent.payment, token))
}

/// How many finished dossiers stay open, because they will soon be asked for.
const RECENT_MAX: usize = 256;

/// How many packed dossiers leave their room to others; open ones come and go
/// one by one, so that a few are enough.
const SPARE_MAX: usize = 16;
