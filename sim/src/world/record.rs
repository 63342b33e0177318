//! How events are numbered, digested and recorded.

use super::{Happening, Role, System, TraceEvent, World};

impl<S: System> World<'_, S> {
    /// Numbers an event and adds it to the digest.
    #[inline]
    pub(super) fn number(&mut self, tag: Tag, role: Role, content: u64, cause: u64) -> u64 {
        self.events += 1;
        self.digest.pair(self.now.as_nanos(), (tag as u64) << 8 | u64::from(role.0));
        self.digest.pair(content, cause);
        self.events
    }

    #[inline]
    pub(super) fn record(
        &mut self,
        event: u64,
        cause: u64,
        role: Role,
        what: impl FnOnce() -> Happening<S>,
    ) {
        self.record_by(None, event, cause, role, what);
    }

    /// Records what the planned fault with index `by` made so.
    #[inline]
    pub(super) fn record_by(
        &mut self,
        by: Option<usize>,
        event: u64,
        cause: u64,
        role: Role,
        what: impl FnOnce() -> Happening<S>,
    ) {
        if self.trace.is_some() {
            self.keep(by, event, cause, role, what);
        }
    }

    /// Apart from the way of a fast run, which keeps nothing.
    #[inline(never)]
    fn keep(
        &mut self,
        by: Option<usize>,
        event: u64,
        cause: u64,
        role: Role,
        what: impl FnOnce() -> Happening<S>,
    ) {
        if let Some(trace) = &mut self.trace {
            let what = what();
            let fault = by.map(|index| self.board.planned[index].id);
            if self.narrate {
                tracing::info!("{} #{event} {}: {what}", self.now, self.system.name(role));
            }
            trace.events.push(TraceEvent { at: self.now, event, cause, fault, role, what });
        }
    }
}

/// What an event is, in the digest.
#[derive(Clone, Copy)]
pub(super) enum Tag {
    Boot = 1,
    Deliver = 2,
    Timer = 3,
    Strike = 4,
    Lift = 5,
    Heal = 6,
    Undeliverable = 7,
    Crash = 8,
    Send = 9,
    Note = 10,
    Append = 11,
    Sync = 12,
    Resume = 13,
    Bounce = 14,
    AppendFailed = 15,
    Force = 16,
    Oblige = 17,
    Discharge = 18,
    HandOver = 19,
    Compact = 20,
}
