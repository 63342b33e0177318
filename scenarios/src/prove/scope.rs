//! The workload of a proof: operations of a scenario, in a world in which nothing goes
//! wrong.

use std::time::Duration;

use sim::{Seed, VirtualTime};

use super::Dwells;
use super::business;
use super::utmost;
use crate::plan::{Operation, Plan};
use crate::settings::Scenario;
use crate::shrink::{DecisionLine, Line};

/// What is proven of which worlds.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'s> {
    /// Whose parties, dialects and operations they have.
    pub scenario: &'s Scenario,
    /// How many operations.
    pub operations: u8,
    /// How many faults at most.
    pub faults: u8,
    /// How long faults last.
    pub dwells: Dwells,
}

/// A scope without an operation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{scenario}` has no operation that a proof could be about")]
pub struct EmptyScope {
    /// The scenario.
    pub scenario: String,
}

impl Scope<'_> {
    /// The world without a fault: the usual latencies, everybody's plain answer, and the
    /// operations that between them have most of what the scenario has, at the beginning
    /// of time; refunds, and requests under a key that was used, after that.
    ///
    /// # Errors
    /// If there is no operation.
    pub(super) fn plan(&self) -> Result<Plan, EmptyScope> {
        let mut scenario = self.scenario.clone();
        scenario.workload.operations = OPERATIONS.max(u32::from(self.operations));
        let drawn = Plan::draw(&scenario, Seed(1));
        let mut extras = Line::all(&drawn);
        extras.retain(goes_wrong);
        let plan = drawn.without(&extras);
        let kept = business::chosen(&plan, usize::from(self.operations));
        let gone = plan.operations.iter().map(|operation| operation.token);
        let gone = gone.filter(|token| !kept.contains(token)).map(Line::Operation);
        let mut plan = plan.without(&gone.collect::<Vec<_>>());
        utmost::stretch(&mut plan, &drawn);
        set_out(&mut plan);
        match plan.operations.is_empty() {
            true => Err(EmptyScope { scenario: self.scenario.name.clone() }),
            false => Ok(plan),
        }
    }
}

/// Puts the operations to their times.
fn set_out(plan: &mut Plan) {
    let half = plan.heal_at.since(VirtualTime::ZERO) / 2;
    let lifetime = plan.key_lifetime;
    for n in 0..plan.operations.len() {
        let (before, rest) = plan.operations.split_at_mut(n);
        let operation: &mut Operation = &mut rest[0];
        let used = before.iter().filter(|other| other.key_id() == operation.key_id()).count();
        operation.at = match (operation.purpose.refunds(), lifetime) {
            (Some(_), _) => REFUNDS_AT,
            (None, Some(lifetime)) => VirtualTime::ZERO.after(key_used_again(used, lifetime, half)),
            (None, None) => VirtualTime::ZERO,
        };
    }
}

/// When a key is used that was used so often: within its lifetime while faults may strike,
/// and after it.
fn key_used_again(used: usize, lifetime: Duration, half: Duration) -> Duration {
    match used {
        0 => Duration::ZERO,
        _ if used.is_multiple_of(2) => lifetime + lifetime / 2,
        _ => half,
    }
}

/// Whether it is a trouble of the drawn world, or makes it harder to follow. What a
/// customer's bank or a person at a provider does is neither: it is what operations have;
/// nor is what keeps a decider within bounds.
fn goes_wrong(line: &Line) -> bool {
    match line {
        Line::SecondClick(_)
        | Line::Cancellation(_)
        | Line::Insistence(_)
        | Line::DrawnLatencies
        | Line::Permanence => true,
        Line::Dispute(_)
        | Line::Objection(_)
        | Line::Recall(_)
        | Line::ByHand(_)
        | Line::Breach(_)
        | Line::Decision(DecisionLine::Limit | DecisionLine::Restraint | DecisionLine::Reasons) => {
            false
        }
        other => other.is_fault(),
    }
}

/// Of so many, some have whatever the scenario has.
const OPERATIONS: u32 = 40;
/// When shops give back: their payments have succeeded by then, unless something strikes.
const REFUNDS_AT: VirtualTime = VirtualTime::from_nanos(60_000_000_000);
