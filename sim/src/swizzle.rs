//! The swizzle: clog the links of some actors one by one, and unclog them in
//! another order. FoundationDB's testing found it to expose more bugs than
//! clogs alone (Zhou and others, SIGMOD 2021, section 4).

use std::time::Duration;

use crate::fault::{Fault, Misfortune};
use crate::links::Stretch;
use crate::message::{Role, Roles};
use crate::time::VirtualTime;
use crate::trigger::Trigger;

/// The faults of a swizzle: from `start` on, every `step`, the links of the
/// next of `clogged` clog, both ways; once all are, every `step`, those of the
/// next of `unclogged` are free again. They are numbered from `first_id`.
///
/// Whoever is in one of the lists only is left alone.
pub fn swizzle(
    first_id: u32,
    start: VirtualTime,
    step: Duration,
    clogged: &[Role],
    unclogged: &[Role],
) -> Vec<Fault> {
    let all_clogged = start.after(step.saturating_mul(clogged.len() as u32));
    let ends = |role: &Role| {
        let place = unclogged.iter().position(|other| other == role)?;
        Some(all_clogged.after(step.saturating_mul(place as u32)))
    };
    let begins = (0..).map(|place| start.after(step.saturating_mul(place)));
    let clogs = clogged.iter().zip(begins).filter_map(|(role, at)| Some((*role, at, ends(role)?)));
    clogs
        .zip(first_id..)
        .map(|((role, at, end), id)| {
            let from = Roles::from(role);
            let links = Stretch { from, to: from.others(), both_ways: true };
            let (trigger, misfortune) = (Trigger::At(at), Misfortune::Clog { links });
            Fault { id, trigger, misfortune, dwell: end.since(at) }
        })
        .collect()
}
