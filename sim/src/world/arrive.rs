//! Arrivals: deliveries, and what comes back of those that failed.

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
    pub(super) fn deliver(
        &mut self,
        identity: SendIdentity,
        copy: u8,
        message: S::Message,
        digest: u64,
        cause: u64,
        observer: &mut impl Observer<S>,
    ) {
        let role = identity.to;
        let cut = self.cut_by(identity.from, role);
        let slot = self.slot(role);
        let up = slot.is_some_and(|slot| slot.is_up());
        let down_by = slot.and_then(|slot| slot.down_by);
        let flight = self.land(&identity, up && cut.is_none());
        let refused = flight.is_some_and(|flight| flight.refused);
        if !up || cut.is_some() || refused {
            self.strikes.count(Strike::Partition, u64::from(cut.is_some()));
            let handled = flight.is_some_and(|flight| flight.handled);
            let refuses = cut.is_none() && !refused && !handled;
            if refuses && self.is_connection(&identity) {
                self.refuse(identity, message.clone(), digest, cause);
            }
            self.note_undeliverable(role, identity, message, digest, cause, cut.or(down_by));
            return;
        }
        let event = self.number(Tag::Deliver, role, digest ^ u64::from(copy), cause);
        self.record(event, cause, role, || Happening::Delivered(identity, copy, message.clone()));
        if !self.board.on_delivery.is_empty() {
            self.pull_delivery(&identity, event, observer);
            if !self.slot(role).is_some_and(|slot| slot.is_up()) {
                return;
            }
        }
        let delivery = Delivery { from: identity.from, ordinal: identity.ordinal, copy, message };
        self.handle(role, event, observer, |system, actor, out| {
            system.on_message(actor, delivery, out);
        });
    }

    /// A refusal has come back to the sender.
    pub(super) fn bounce(
        &mut self,
        identity: SendIdentity,
        message: S::Message,
        digest: u64,
        incarnation: u32,
        cause: u64,
        observer: &mut impl Observer<S>,
    ) {
        let role = identity.from;
        let cut = self.cut_by(identity.to, role);
        let same = |slot: &super::Slot<S>| slot.is_up() && slot.incarnation == incarnation;
        if cut.is_some() || !self.slot(role).is_some_and(same) {
            self.note_undeliverable(role, identity, message, digest, cause, cut);
            return;
        }
        let event = self.number(Tag::Bounce, role, digest, cause);
        self.strikes.count(Strike::Bounce, 1);
        self.record(event, cause, role, || Happening::Bounced(identity, message.clone()));
        let bounce = Bounce { to: identity.to, ordinal: identity.ordinal, message };
        self.handle(role, event, observer, |system, actor, out| {
            system.on_bounce(actor, bounce, out);
        });
    }

    pub(super) fn note_undeliverable(
        &mut self,
        role: Role,
        identity: SendIdentity,
        message: S::Message,
        digest: u64,
        cause: u64,
        by: Option<usize>,
    ) {
        let event = self.number(Tag::Undeliverable, role, digest ^ self.tell(by), cause);
        self.record_by(by, event, cause, role, || Happening::Undeliverable(identity, message));
    }

    pub(super) fn is_connection(&self, identity: &SendIdentity) -> bool {
        let connections = &self.network.connections;
        !connections.is_empty() && connections.contains(identity.from, identity.to)
    }

    fn refuse(&mut self, identity: SendIdentity, message: S::Message, digest: u64, cause: u64) {
        let Some(sender) = self.slot(identity.from) else { return };
        let incarnation = sender.incarnation;
        let back = self.network.refusal(&self.draws, &identity);
        let at = VirtualTime::from_nanos(self.now.as_nanos().saturating_add(back));
        self.pending.messages += 1;
        self.queue.push(at, Due::Bounce { identity, message, digest, incarnation, cause });
    }

    /// One of several copies of a sending has arrived, and will be handled or
    /// not; what was known of the others.
    fn land(&mut self, identity: &SendIdentity, handled: bool) -> Option<Flight> {
        if self.flights.is_empty() {
            return None;
        }
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
