//! Whoever watches a world from outside: taps that the actors can't feel.

use crate::message::{Role, Subject};
use crate::strikes::Strike;
use crate::system::System;
use crate::time::VirtualTime;

/// Where and when something was observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// When.
    pub at: VirtualTime,
    /// The number of the event in whose handler it happened.
    pub event: u64,
    /// At whom.
    pub role: Role,
}

/// Taps of a world. Each does nothing unless implemented.
pub trait Observer<S: System> {
    /// `message` left `seen.role` for `to`; whether it arrives is another matter.
    fn sent(&mut self, seen: Sighting, to: Role, message: &S::Message) {
        let _ = (seen, to, message);
    }

    /// `record` became durable in the journal of `seen.role`: it is on at least
    /// one intact copy, whatever a sync reported.
    fn durable(&mut self, seen: Sighting, record: &S::Record) {
        let _ = (seen, record);
    }

    /// `record` was durable in the journal of `seen.role`, and no longer is.
    fn lost(&mut self, seen: Sighting, record: &S::Record) {
        let _ = (seen, record);
    }

    /// `seen.role` stated `fact`.
    fn noted(&mut self, seen: Sighting, fact: &S::Fact) {
        let _ = (seen, fact);
    }

    /// A misfortune struck `seen.role`, or what it sent about `subject` if there is one.
    fn struck(&mut self, seen: Sighting, strike: Strike, subject: Option<Subject>) {
        let _ = (seen, strike, subject);
    }
}

/// Nobody watches.
impl<S: System> Observer<S> for () {}
