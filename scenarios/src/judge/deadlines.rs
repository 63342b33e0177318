//! The invariants of what has to end in time once faults are over: L02, undos; L03, doubts;
//! L04, holds.

use std::time::Duration;

use model::Token;
use sim::{Sighting, VirtualTime};

use super::authorities::Authorities;
use super::called;
use super::findings::{Findings, Relation};
use crate::bounds::{HOLD, RESOLVE};
use crate::invariant::Invariant;
use crate::plan::Protocol;

/// Something that has ended, or should have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ended {
    pub(super) deadline: Deadline,
    pub(super) token: Token,
    /// Since when it could end, but for what plagues those who end it.
    pub(super) since: VirtualTime,
}

/// What has to end in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deadline {
    /// An undo, from its intent to its outcome.
    Undo,
    /// An attempt of which nobody knows what it came to.
    Doubt,
    /// A hold while nobody outside is waited for.
    Hold,
}

/// Judges what has just ended.
pub(super) fn judge(said: &mut Authorities, found: &mut Findings, seen: Sighting) {
    if said.watch.ended.is_empty() {
        return;
    }
    let mut ended = std::mem::take(&mut said.watch.ended);
    for one in ended.drain(..) {
        in_time(said, found, seen, one, "took until now");
    }
    said.watch.ended = ended;
}

/// Judges what never ended.
pub(super) fn at_end(said: &Authorities, found: &mut Findings, seen: Sighting) {
    for one in said.watch.unended() {
        in_time(said, found, seen, one, "has not ended");
    }
}

fn in_time(said: &Authorities, found: &mut Findings, seen: Sighting, one: Ended, ends: &str) {
    let Ended { deadline, token, since } = one;
    if said.plan.protocol == Protocol::TwoPhase || is_excused(said, token) {
        return;
    }
    let from = since.max(said.heal_at());
    let holds = seen.at <= from.after(deadline.bound());
    let about = (token, deadline.step(), Relation::NeverFinished);
    found.check(deadline.invariant(), seen, about, holds, || {
        let what = match deadline {
            Deadline::Undo => "an undo of",
            Deadline::Doubt => "a doubt about",
            Deadline::Hold => "a hold of",
        };
        let hours = deadline.bound().as_secs() / 3_600;
        format!("{what} {}, due since {from}, {ends}: it has {hours} h", called(token))
    });
}

/// Whether a person has it because of somebody who never heals, or nobody is left to end
/// it.
fn is_excused(said: &Authorities, token: Token) -> bool {
    let is_case = || said.of(token).is_some_and(|d| d.payments.iter().any(|view| view.case));
    said.has_permanent_faults() && (!said.house_heals() || is_case())
}

impl Deadline {
    const fn invariant(self) -> Invariant {
        match self {
            Self::Undo => Invariant::L02,
            Self::Doubt => Invariant::L03,
            Self::Hold => Invariant::L04,
        }
    }

    const fn bound(self) -> Duration {
        match self {
            Self::Undo | Self::Doubt => RESOLVE,
            Self::Hold => HOLD,
        }
    }

    const fn step(self) -> &'static str {
        match self {
            Self::Undo => "void",
            Self::Doubt => "status",
            Self::Hold => "hold",
        }
    }
}
