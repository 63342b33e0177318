//! Sendings, and what the network and the plan do to each.

use std::iter::repeat_n;

use super::board::{Trouble, is_bad};
use super::due::Parcel;
use super::{Due, Flight, Happening, Misfortune, Observer, Phase, Role, SendIdentity, Strike};
use super::{System, Tag, Trigger, VirtualTime, World};
use crate::digest::Digest;
use crate::draw::Domain;
use crate::fault::CrashPoint;
use crate::message::Message;
use crate::network::{Brief, Fate, Weather};
use crate::observer::Sighting;
use crate::time::nanos;

impl<S: System> World<'_, S> {
    /// Sends `message`, unless a crash comes instead: then by which fault.
    #[inline]
    pub(super) fn send(
        &mut self,
        seen: Sighting,
        to: Role,
        message: S::Message,
        observer: &mut impl Observer<S>,
    ) -> Option<usize> {
        let mut identity = SendIdentity {
            from: seen.role,
            to,
            kind: message.kind(),
            subject: message.subject(),
            ordinal: 0,
        };
        if self.board.instead
            && let Some(fault) = self.crash_instead(&identity, seen.event, observer)
        {
            return Some(fault);
        }
        identity.ordinal = self.ordinals.next(&identity);
        let digest = Digest::of(&message);
        self.digest.pair((Tag::Send as u64) << 8 | u64::from(to.0), digest);
        self.count_sent(&identity);
        observer.sent(seen, to, &message);
        let SendIdentity { from, ordinal, .. } = identity;
        let parcel = Parcel { from, to, copy: 0, ordinal, message, digest, cause: seen.event };
        if self.weather_alone() {
            self.send_by_weather(&identity, parcel, observer);
        } else {
            self.send_by_plan(&identity, parcel, observer);
        }
        None
    }

    /// The weather alone has a hand in what becomes of a sending.
    #[inline]
    fn send_by_weather(
        &mut self,
        identity: &SendIdentity,
        parcel: Parcel<S::Message>,
        observer: &mut impl Observer<S>,
    ) {
        let Parcel { from, cause, .. } = parcel;
        match self.network.brief_fate((&self.draws, &self.fates), identity, self.weather()) {
            Brief::Once { delay, late } => {
                if late {
                    self.plague(Strike::Lateness, identity, cause, observer);
                }
                self.record(cause, cause, from, || {
                    Happening::Sent(*identity, parcel.message.clone(), Fate::once(delay, late))
                });
                self.dispatch(parcel, delay);
            }
            Brief::Lost => {
                self.plague(Strike::Loss, identity, cause, observer);
                self.record(cause, cause, from, || {
                    Happening::Sent(*identity, parcel.message, Fate::LOST)
                });
            }
            Brief::Several(_) => self.send_by_plan(identity, parcel, observer),
        }
    }

    /// Whatever has a hand in what becomes of a sending.
    #[inline(never)]
    fn send_by_plan(
        &mut self,
        identity: &SendIdentity,
        parcel: Parcel<S::Message>,
        observer: &mut impl Observer<S>,
    ) {
        let Parcel { from, cause, .. } = parcel;
        let (fate, by) = self.fate(identity, cause, observer);
        self.record_by(by, cause, cause, from, || {
            Happening::Sent(*identity, parcel.message.clone(), fate)
        });
        match *fate.delays() {
            [] => {}
            [delay] => self.dispatch(parcel, delay),
            ref delays => self.dispatch_copies(parcel, delays),
        }
    }

    /// Puts a message on its way.
    #[inline]
    fn dispatch(&mut self, parcel: Parcel<S::Message>, delay: u64) {
        let at = VirtualTime::from_nanos(self.now.as_nanos().saturating_add(delay));
        self.pending.messages += 1;
        self.queue.push(at, Due::Deliver(parcel));
    }

    fn dispatch_copies(&mut self, parcel: Parcel<S::Message>, delays: &[u64]) {
        let identity = parcel.identity();
        if self.is_connection(&identity) {
            self.flights.insert(identity, Flight::of(delays.len()));
        }
        for (copy, delay) in delays.iter().enumerate() {
            self.dispatch(Parcel { copy: copy as u8, ..parcel.clone() }, *delay);
        }
    }

    /// Whether nothing but the weather has a hand in what becomes of any
    /// sending: no link is at odds, and no fault waits for a sending.
    #[inline]
    fn weather_alone(&self) -> bool {
        let board = &self.board;
        self.network.ordered.is_empty()
            && board.cuts.is_empty()
            && board.troubles.is_empty()
            && (board.on_send.is_empty() || self.phase == Phase::Drain)
    }

    #[inline]
    fn weather(&self) -> &Weather {
        match self.phase {
            Phase::Chaos => &self.network.weather,
            Phase::Drain => &Weather::CALM,
        }
    }

    /// What becomes of a sending, and the fault that had a hand in it.
    fn fate(
        &mut self,
        identity: &SendIdentity,
        event: u64,
        observer: &mut impl Observer<S>,
    ) -> (Fate, Option<usize>) {
        let mut weather = *self.weather();
        let keeps_order = !self.network.ordered.is_empty()
            && self.network.ordered.contains(identity.from, identity.to);
        if keeps_order {
            weather.copies_max = 1;
        }
        let planned = match self.phase {
            Phase::Chaos if !self.board.on_send.is_empty() => {
                self.pull_send(identity, event, observer)
            }
            _ => Vec::new(),
        };
        let trouble = self.trouble(identity, &mut weather);
        let drawn = self.network.fate(&self.draws, identity, &weather);
        let (mut fate, mut by) = self.planned_fate(drawn, &planned, (identity, event), observer);
        by = by.or(trouble.by);
        // What the sending triggered may have cut its own link.
        if let Some(cut) = self.cut_by(identity.from, identity.to) {
            self.plague(Strike::Partition, identity, event, observer);
            return (Fate::LOST, Some(cut));
        }
        if drawn.lost {
            self.plague(Strike::Loss, identity, event, observer);
        }
        if trouble.loses && !fate.lost {
            self.plague(Strike::Brownout, identity, event, observer);
            return (Fate::LOST, trouble.by);
        }
        if let Some(end) = trouble.held_until {
            self.plague(Strike::Clog, identity, event, observer);
            fate = fate.held(end.since(self.now)).aged(self.network.copy_age_max);
        }
        if keeps_order {
            fate = self.in_order(identity, fate.single());
        }
        if !fate.lost {
            let met = [
                (Strike::SlowLink, usize::from(trouble.slows)),
                (Strike::Duplication, usize::from(drawn.delays().len() > 1)),
                (Strike::Lateness, usize::from(drawn.late)),
            ];
            for strike in met.into_iter().flat_map(|(strike, times)| repeat_n(strike, times)) {
                self.plague(strike, identity, event, observer);
            }
        }
        (fate, by)
    }

    /// What the links themselves do to a sending besides the weather.
    fn trouble(&self, identity: &SendIdentity, weather: &mut Weather) -> Plight {
        let mut plight = Plight::default();
        let (from, to) = (identity.from, identity.to);
        if self.board.troubles.is_empty() || self.is_healed(from, to) {
            return plight;
        }
        let struck = self.board.troubles.iter().filter(|t| t.links.contains(from, to));
        for Trouble { fault: index, since, until, .. } in struck {
            let fault = &self.board.planned[*index];
            match fault.misfortune {
                Misfortune::Clog { .. } => {
                    // Once the world has healed, a clog that is left never ends.
                    let forever = self.phase == Phase::Drain;
                    let end = if forever { VirtualTime::END } else { *until };
                    plight.held_until = plight.held_until.max(Some(end));
                    plight.by = Some(*index);
                }
                Misfortune::Brownout { load_percent, loss, good, bad, .. }
                    if is_bad(&self.draws, fault, *since, self.now, [good, bad].map(nanos)) =>
                {
                    let load = u64::from(weather.load_percent) * u64::from(load_percent) / 100;
                    weather.load_percent = u32::try_from(load).unwrap_or(u32::MAX);
                    let [pair, subject] = identity.words();
                    let named = [pair, subject, u64::from(identity.ordinal), u64::from(fault.id)];
                    plight.loses |= loss.hits(self.draws.draw(BROWNOUT_LOSS, &named));
                    plight.slows = true;
                    plight.by = Some(*index);
                }
                _ => {}
            }
        }
        plight
    }

    /// The faults that this sending triggers.
    fn pull_send(
        &mut self,
        identity: &SendIdentity,
        event: u64,
        observer: &mut impl Observer<S>,
    ) -> Vec<usize> {
        let pulled = self.board.on_send.get(&identity.occasion()).cloned().unwrap_or_default();
        for index in &pulled {
            self.pull(*index, event, observer);
        }
        pulled
    }

    /// The fate that the plan has for this sending alone, where it has one.
    fn planned_fate(
        &mut self,
        drawn: Fate,
        pulled: &[usize],
        (identity, event): (&SendIdentity, u64),
        observer: &mut impl Observer<S>,
    ) -> (Fate, Option<usize>) {
        pulled.iter().fold((drawn, None), |(fate, by), index| {
            let fault = &self.board.planned[*index];
            let planned = match fault.misfortune {
                _ if !matches!(fault.trigger, Trigger::OnSend(_)) => return (fate, by),
                Misfortune::Drop => Fate::LOST,
                Misfortune::Delay => fate.delayed(fault.dwell),
                Misfortune::Duplicate => fate.duplicated(fault.dwell),
                _ => return (fate, by),
            };
            let planned = planned.aged(self.network.copy_age_max);
            self.plague(Strike::PlannedFate, identity, event, observer);
            (planned, Some(*index))
        })
    }

    /// The same fate, behind everything that was sent on the same link before.
    fn in_order(&mut self, identity: &SendIdentity, fate: Fate) -> Fate {
        let Some(delay) = fate.delays().first() else { return fate };
        let at = VirtualTime::from_nanos(self.now.as_nanos().saturating_add(*delay));
        let last = self.arrivals.entry((identity.from, identity.to)).or_default();
        *last = at.max(*last);
        fate.held(last.since(self.now))
    }

    /// The crash that comes instead of this sending, if one does.
    fn crash_instead(
        &mut self,
        identity: &SendIdentity,
        event: u64,
        observer: &mut impl Observer<S>,
    ) -> Option<usize> {
        let ordinal = self.ordinals.peek(identity);
        let pulled = self.board.on_send.get(&SendIdentity { ordinal, ..*identity }.occasion())?;
        let falls = |index: &&usize| {
            let fault = &self.board.planned[**index];
            let point = Some((identity.from, CrashPoint::Instead));
            matches!(fault.trigger, Trigger::OnSend(_)) && fault.misfortune.crash() == point
        };
        let waiting = |index: &&usize| !self.board.states[**index].struck;
        let index = pulled.iter().filter(falls).find(waiting).copied()?;
        self.strike(index, event, observer);
        let struck = self.board.states[index].struck;
        self.board.states[index].fired |= struck;
        struck.then_some(index)
    }

    #[inline]
    fn count_sent(&mut self, identity: &SendIdentity) {
        let kind = usize::from(identity.kind.0);
        match self.sent_by_kind.get_mut(kind) {
            Some(count) => *count += 1,
            None => self.count_first(kind),
        }
    }

    #[cold]
    fn count_first(&mut self, kind: usize) {
        self.sent_by_kind.resize(kind + 1, 0);
        self.sent_by_kind[kind] = 1;
    }
}

/// What the links do to one sending.
#[derive(Clone, Copy, Debug, Default)]
struct Plight {
    by: Option<usize>,
    slows: bool,
    loses: bool,
    held_until: Option<VirtualTime>,
}

const BROWNOUT_LOSS: Domain = Domain(u64::from_le_bytes(*b"brn-loss"));
