//! A dossier of a finished payment in few bytes.
//!
//! Nothing is lost by it: a dossier is packed only if unpacking gives it back,
//! so that whatever is said of the payment later is judged as it would have
//! been before.

use model::workflow::payin_card::{PAYIN_CARD, holds_of};
use model::{
    Amount, ChargeId, ChargeState, Currency, HoldState, Intent, Money, OperationId, PaymentId,
    ProviderId, Status,
};
use sim::VirtualTime;

use super::dossier::{ChargeView, Dossier, GivenBack, HoldView, PaymentRecordView};
use super::screen_view::ScreenView;
use super::stream::StreamView;
use crate::message::ClientReply;
use crate::plan::Operation;

/// What can't be told from the plan and from how identities are made.
#[derive(Clone, Debug)]
pub(super) struct Packed {
    payment: PaymentId,
    changed_at: VirtualTime,
    /// How often the client asked at each endpoint, and how often before it
    /// saw a final status, and the furthest one.
    asked: [[u16; 3]; 3],
    stream: StreamView,
    booked: u64,
    /// A bit for each operation that could have been intended.
    intents: u64,
    /// The first charge lies here, so that most payments need no more room.
    charge: Option<PackedCharge>,
    more_charges: Box<[PackedCharge]>,
    /// Tries at providers, and those of them that are without effect: a bit
    /// each, the first the lowest.
    attempts: [u8; 2],
    replies: u16,
    epochs: [u16; 2],
    holds: [Option<HoldState>; 2],
    status: Status,
    pivot: bool,
    case: bool,
    is_named: bool,
    final_seen: Option<Status>,
    last_read: Option<Status>,
    failure_told: Option<Status>,
    final_reply: Option<PackedReply>,
    probed: Option<PackedReply>,
}

#[derive(Clone, Copy, Debug)]
struct PackedCharge {
    id: ChargeId,
    amount: u64,
    captured: u64,
    provider: ProviderId,
    currency: Currency,
    state: ChargeState,
    voids: u8,
    was_authorized: bool,
}

#[derive(Clone, Copy, Debug)]
enum PackedReply {
    Final(Status),
    Stands(Status),
}

impl Packed {
    /// What is left of `dossier`, which is that of `operation`; `None` if it
    /// could not be had back.
    pub(super) fn pack(dossier: &Dossier, operation: &Operation) -> Option<Self> {
        let [view] = dossier.payments.as_slice() else { return None };
        if dossier.withdrawn != Amount::ZERO
            || dossier.by_hand != Amount::ZERO
            || !dossier.late.is_empty()
            || !dossier.rail.is_empty()
        {
            return None;
        }
        let order = view.intent.order;
        let plain = order.captures().is_at_once() && order.split().is_whole();
        if !plain || order.settlement_currency().is_some() {
            return None;
        }
        let (payment, screen) = (view.intent.payment, &dossier.screen);
        let mut charges = dossier.charges.iter().map(PackedCharge::pack);
        let packed = Self {
            payment,
            changed_at: view.changed_at,
            asked: [
                counts(screen.asked)?,
                counts(screen.asked_before)?,
                counts(screen.asked_at_last)?,
            ],
            stream: view.stream,
            booked: minor(dossier.booked)?,
            intents: intents(payment, &dossier.intents),
            charge: match charges.next() {
                Some(charge) => Some(charge?),
                None => None,
            },
            more_charges: charges.collect::<Option<_>>()?,
            attempts: attempts(&view.attempts)?,
            replies: u16::try_from(screen.replies).ok()?,
            epochs: epochs(view.epochs)?,
            holds: holds_of(payment).map(|id| Some(dossier.hold(id)?.state)),
            status: view.status,
            pivot: view.pivot,
            case: view.case,
            is_named: screen.named.is_some(),
            final_seen: screen.final_seen,
            last_read: screen.last_read,
            failure_told: screen.failure_told,
            final_reply: screen.final_reply.and_then(PackedReply::pack),
            probed: screen.probed.and_then(PackedReply::pack),
        };
        packed.tells_all(dossier, operation).then_some(packed)
    }

    /// Whether unpacking gives `dossier`, but for the order of what was
    /// intended; told without making a second one.
    fn tells_all(&self, dossier: &Dossier, operation: &Operation) -> bool {
        let [view] = dossier.payments.as_slice() else { return false };
        let tells = view.intent == self.intent(operation)
            && (view.status, view.changed_at) == (self.status, self.changed_at)
            && (view.pivot, view.case) == (self.pivot, self.case)
            && view.stream == self.stream
            && view.epochs == self.epochs.map(u32::from)
            && self.attempts().eq(view.attempts.iter().copied())
            && self.charges().eq(dossier.charges.iter().copied())
            && dossier.remittances.is_empty()
            && self.booked() == dossier.booked
            && dossier.given == GivenBack::default()
            && self.holds(operation).eq(dossier.holds.iter().copied())
            && self.screen() == dossier.screen
            // Each has a bit of its own: none is missing, none was there twice.
            && self.intents.count_ones() as usize == dossier.intents.len()
            && self.undoes(&dossier.undone);
        debug_assert_eq!(tells, self.gives(dossier, operation), "of {dossier:?}");
        tells
    }

    /// The same, told by unpacking it.
    fn gives(&self, dossier: &Dossier, operation: &Operation) -> bool {
        let sorted = |mut dossier: Dossier| {
            dossier.intents.sort();
            dossier.undone.sort();
            dossier.sent.clear();
            dossier.handed.clear();
            dossier
        };
        let mut again = Dossier::default();
        self.unpack(operation, &mut again);
        sorted(again) == sorted(dossier.clone())
    }

    /// Whether `undone` is exactly what was intended to be undone.
    fn undoes(&self, undone: &[OperationId]) -> bool {
        let intended = self.undo_bits();
        intended.clone().count() == undone.len()
            && intended.map(|bit| tried(self.payment, bit)).all(|one| undone.contains(&one))
    }

    /// The bits of the undos that were intended.
    fn undo_bits(&self) -> impl Iterator<Item = u8> + Clone + use<> {
        let intents = self.intents;
        (0..INTENTS).filter(move |bit| intents >> bit & 1 == 1 && is_undo(*bit))
    }

    /// Makes `dossier` what it was, but for the order of what was intended.
    pub(super) fn unpack(&self, operation: &Operation, dossier: &mut Dossier) {
        self.outline(operation, dossier);
        let intended = (0..INTENTS).filter(|bit| self.intents >> bit & 1 == 1);
        dossier.intents.extend(intended.map(|bit| intent(self.payment, bit)));
        dossier.undone.extend(self.undo_bits().map(|bit| tried(self.payment, bit)));
    }

    /// The same without what was intended, each of which costs a hash.
    pub(super) fn outline(&self, operation: &Operation, dossier: &mut Dossier) {
        dossier.clear();
        dossier.charges.extend(self.charges());
        dossier.booked = self.booked();
        dossier.holds.extend(self.holds(operation));
        dossier.payments.push(self.view(operation));
        dossier.screen = self.screen();
    }

    /// Takes what the probe saw, if there is room for it and nothing else
    /// follows from it; tells whether it did.
    pub(super) fn take_probe(&mut self, reply: ClientReply) -> bool {
        let packed = PackedReply::pack(reply);
        let fits = packed.is_some_and(|packed| packed.unpack(self.payment) == reply);
        if fits {
            self.probed = packed;
        }
        fits
    }

    /// The first final status that was seen.
    pub(super) fn final_seen(&self) -> Option<Status> {
        self.final_seen
    }

    /// The furthest status that was read.
    pub(super) fn last_read(&self) -> Option<Status> {
        self.last_read
    }

    /// Every charge, in the order in which the books had them.
    pub(super) fn charges(&self) -> impl Iterator<Item = ChargeView> {
        self.packed_charges().map(PackedCharge::unpack)
    }

    /// The payment.
    pub(super) fn payment(&self) -> PaymentId {
        self.payment
    }

    /// Who has a charge of it.
    pub(super) fn providers(&self) -> impl Iterator<Item = ProviderId> {
        self.packed_charges().map(|charge| charge.provider)
    }

    /// What providers owe for it.
    pub(super) fn booked(&self) -> Amount {
        Amount(i128::from(self.booked))
    }

    /// What was captured, at `provider` if that is asked.
    pub(super) fn captured(&self, provider: Option<ProviderId>) -> Amount {
        let here = |charge: &&PackedCharge| provider.is_none_or(|asked| charge.provider == asked);
        let charges = self.packed_charges().filter(here);
        charges.map(|charge| Amount(i128::from(charge.captured))).sum()
    }

    /// The bytes that it takes elsewhere.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.more_charges)
    }

    fn packed_charges(&self) -> impl Iterator<Item = &PackedCharge> {
        self.charge.iter().chain(&self.more_charges)
    }

    /// Tries at providers, and whether each is without effect.
    fn attempts(&self) -> impl Iterator<Item = (u8, bool)> {
        let [made, settled] = self.attempts;
        let made = (0..8_u8).filter(move |bit| made >> bit & 1 == 1);
        made.map(move |bit| (bit + 1, settled >> bit & 1 == 1))
    }

    /// Every hold, by id.
    fn holds(&self, operation: &Operation) -> impl Iterator<Item = HoldView> {
        let Money { amount, currency } = operation.money;
        let [first, second] = holds_of(self.payment);
        let mut holds = [(first, self.holds[0]), (second, self.holds[1])];
        holds.sort_by_key(|(id, _)| *id);
        let view = move |(id, state): (_, Option<_>)| {
            Some(HoldView { id, amount, currency, state: state? })
        };
        holds.into_iter().filter_map(view)
    }

    fn intent(&self, operation: &Operation) -> Intent {
        Intent {
            payment: self.payment,
            tenant: operation.tenant,
            merchant: operation.merchant,
            key: operation.key,
            token: operation.token,
            money: operation.money,
            order: operation.purpose.order().unwrap_or_default(),
        }
    }

    fn view(&self, operation: &Operation) -> PaymentRecordView {
        PaymentRecordView {
            intent: self.intent(operation),
            status: self.status,
            changed_at: self.changed_at,
            pivot: self.pivot,
            case: self.case,
            won: false,
            flagged_at: None,
            epochs: self.epochs.map(u32::from),
            attempts: self.attempts().collect(),
            stream: self.stream,
            in_parts: Amount::ZERO,
            cut_short: false,
        }
    }

    fn screen(&self) -> ScreenView {
        ScreenView {
            final_seen: self.final_seen,
            asked: self.asked[0].map(u32::from),
            asked_before: self.asked[1].map(u32::from),
            last_read: self.last_read,
            asked_at_last: self.asked[2].map(u32::from),
            failure_told: self.failure_told,
            named: self.is_named.then_some(self.payment),
            final_reply: self.final_reply.map(|reply| reply.unpack(self.payment)),
            replies: u32::from(self.replies),
            probed: self.probed.map(|reply| reply.unpack(self.payment)),
        }
    }
}

fn epochs(epochs: [u32; 2]) -> Option<[u16; 2]> {
    let [store, ledger] = epochs.map(|epoch| u16::try_from(epoch).ok());
    Some([store?, ledger?])
}

fn counts(asked: [u32; 3]) -> Option<[u16; 3]> {
    let [create, get, cancel] = asked.map(|count| u16::try_from(count).ok());
    Some([create?, get?, cancel?])
}

impl PackedCharge {
    fn pack(view: &ChargeView) -> Option<Self> {
        Some(Self {
            id: view.id,
            amount: minor(view.money.amount)?,
            captured: minor(view.captured)?,
            provider: view.provider,
            currency: view.money.currency,
            state: view.state,
            voids: u8::try_from(view.voids).ok()?,
            was_authorized: view.was_authorized,
        })
    }

    fn unpack(&self) -> ChargeView {
        let amount = Amount(i128::from(self.amount));
        ChargeView {
            id: self.id,
            provider: self.provider,
            money: Money { amount, currency: self.currency },
            captured: Amount(i128::from(self.captured)),
            withdrawn: Amount::ZERO,
            refunded: Amount::ZERO,
            state: self.state,
            residual_hold: false,
            voids: u32::from(self.voids),
            was_authorized: self.was_authorized,
        }
    }
}

impl PackedReply {
    fn pack(reply: ClientReply) -> Option<Self> {
        match reply {
            ClientReply::Final(stored) => Some(Self::Final(stored.status)),
            ClientReply::Stands(_, status) => Some(Self::Stands(status)),
            _ => None,
        }
    }

    fn unpack(self, payment: PaymentId) -> ClientReply {
        match self {
            Self::Final(status) => {
                ClientReply::Final(model::gatekeeper::StoredReply { payment, status })
            }
            Self::Stands(status) => ClientReply::Stands(payment, status),
        }
    }
}

/// A bit for each of `intended`, the likelier ones the lower.
fn intents(payment: PaymentId, intended: &[OperationId]) -> u64 {
    let (mut bits, mut left) = (0, intended.len());
    for bit in 0..INTENTS {
        if left == 0 {
            break;
        }
        let operation = intent(payment, bit);
        let found = intended.iter().filter(|known| **known == operation).count();
        bits |= u64::from(found > 0) << bit;
        left -= found;
    }
    bits
}

/// The operation that has this bit: an attempt at a step, or the undo of one.
fn intent(payment: PaymentId, bit: u8) -> OperationId {
    let operation = tried(payment, bit);
    if is_undo(bit) { operation.undo() } else { operation }
}

/// The attempt that this bit is about.
fn tried(payment: PaymentId, bit: u8) -> OperationId {
    let (attempt, rest) = (bit / (2 * STEPS), bit % (2 * STEPS));
    payment.operation(rest % STEPS, attempt + 1)
}

/// Whether this is the bit of an undo.
const fn is_undo(bit: u8) -> bool {
    bit % (2 * STEPS) >= STEPS
}

fn attempts(attempts: &[(u8, bool)]) -> Option<[u8; 2]> {
    let mut bits = [0, 0];
    for (attempt, settled) in attempts {
        let bit = attempt.checked_sub(1).filter(|bit| *bit < 8)?;
        bits[0] |= 1 << bit;
        bits[1] |= u8::from(*settled) << bit;
    }
    Some(bits)
}

fn minor(amount: Amount) -> Option<u64> {
    u64::try_from(amount.0).ok()
}

const STEPS: u8 = PAYIN_CARD.saga.steps.len() as u8;

/// How many operations have a bit: four attempts at seven steps, and undos.
const INTENTS: u8 = 56;
