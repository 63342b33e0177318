//! Arrivals: deliveries, and what comes back of those that failed.

use super::due::{Parcel, Refused};
use super::{Delivery, Due, Happening, Observer, Role, SendIdentity, Strike, System, Tag};
use super::{VirtualTime, World};
use crate::message::Bounce;

/// What became of the copies of one sending on a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flight {
    /// Copies that have yet to arrive.
    pub(super) left: u8,
    handled: bool,
    refused: bool,
}

impl Flight {
    pub(super) fn of(copies: usize) -> Self {
        Self { left: copies as u8, handled: false, refused: false }
    }
}

impl<S: System> World<'_, S> {
    // In place, as `World::happen` is.
    #[inline(always)]
    pub(super) fn deliver(&mut self, parcel: Parcel<S::Message>, observer: &mut impl Observer<S>) {
        let Parcel { from, to: role, copy, ordinal, digest, cause, .. } = parcel;
        let cut = self.cut_by(from, role);
        let up = self.slot(role).is_some_and(|slot| slot.is_up());
        let flight = match self.flights.is_empty() {
            true => None,
            false => self.land(&parcel.identity(), up && cut.is_none()),
        };
        if !up || cut.is_some() || flight.is_some_and(|flight| flight.refused) {
            return self.miss(parcel, cut, flight, observer);
        }
        let event = self.number(Tag::Deliver, role, digest ^ u64::from(copy), cause);
        self.record(event, cause, role, || {
            Happening::Delivered(parcel.identity(), copy, parcel.message.clone())
        });
        if !self.board.on_delivery.is_empty() {
            self.pull_delivery(&parcel.identity(), event, observer);
            if !self.slot(role).is_some_and(|slot| slot.is_up()) {
                return;
            }
        }
        let delivery = Delivery { from, ordinal, copy, message: parcel.message };
        self.handle(role, event, observer, |system, actor, out| {
            system.on_message(actor, delivery, out);
        });
    }

    /// A message finds its receiver down, its link cut, or its connection
    /// refused already.
    #[cold]
    fn miss(
        &mut self,
        parcel: Parcel<S::Message>,
        cut: Option<usize>,
        flight: Option<Flight>,
        observer: &mut impl Observer<S>,
    ) {
        if cut.is_some() {
            self.plague(Strike::Partition, &parcel.identity(), parcel.cause, observer);
        }
        let is_answered = flight.is_some_and(|flight| flight.refused || flight.handled);
        if cut.is_none() && !is_answered && self.is_connection(&parcel.identity()) {
            self.refuse(parcel.clone());
        }
        let down_by = self.slot(parcel.to).and_then(|slot| slot.down_by);
        self.note_undeliverable(parcel.to, parcel, cut.or(down_by));
    }

    /// A refusal has come back to the sender.
    pub(super) fn bounce(&mut self, refused: Refused<S::Message>, observer: &mut impl Observer<S>) {
        let Refused { parcel, incarnation } = refused;
        let Parcel { from: role, to, ordinal, digest, cause, .. } = parcel;
        let cut = self.cut_by(to, role);
        let same = |slot: &super::Slot<S>| slot.is_up() && slot.incarnation == incarnation;
        if cut.is_some() || !self.slot(role).is_some_and(same) {
            self.note_undeliverable(role, parcel, cut);
            return;
        }
        let event = self.number(Tag::Bounce, role, digest, cause);
        self.plague(Strike::Bounce, &parcel.identity(), event, observer);
        self.record(event, cause, role, || {
            Happening::Bounced(parcel.identity(), parcel.message.clone())
        });
        let bounce = Bounce { to, ordinal, message: parcel.message };
        self.handle(role, event, observer, |system, actor, out| {
            system.on_bounce(actor, bounce, out);
        });
    }

    pub(super) fn note_undeliverable(
        &mut self,
        role: Role,
        parcel: Parcel<S::Message>,
        by: Option<usize>,
    ) {
        let Parcel { digest, cause, .. } = parcel;
        let event = self.number(Tag::Undeliverable, role, digest ^ self.tell(by), cause);
        self.record_by(by, event, cause, role, || {
            Happening::Undeliverable(parcel.identity(), parcel.message)
        });
    }

    pub(super) fn is_connection(&self, identity: &SendIdentity) -> bool {
        let connections = &self.network.connections;
        !connections.is_empty() && connections.contains(identity.from, identity.to)
    }

    fn refuse(&mut self, parcel: Parcel<S::Message>) {
        let Some(sender) = self.slot(parcel.from) else { return };
        let incarnation = sender.incarnation;
        let back = self.network.refusal(&self.draws, &parcel.identity());
        let at = VirtualTime::from_nanos(self.now.as_nanos().saturating_add(back));
        self.pending.messages += 1;
        self.queue.push(at, Due::Bounce(Box::new(Refused { parcel, incarnation })));
    }

    /// One of several copies of a sending has arrived, and will be handled or
    /// not; what was known of the others.
    fn land(&mut self, identity: &SendIdentity, handled: bool) -> Option<Flight> {
        let flight = self.flights.get_mut(identity)?;
        let known = *flight;
        flight.left -= 1;
        flight.handled |= handled && !known.refused;
        flight.refused |= !handled && !known.handled;
        if flight.left == 0 {
            self.flights.remove(identity);
        }
        Some(known)
    }
}
