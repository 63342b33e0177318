//! What feedback learns: plans that came to something new, and what becomes of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::Defects;
use sim::{Domain, Fault, Seed, Stream, Trigger, VirtualTime};

use crate::plan::{Plan, Protocol};
use crate::settings::Scenario;
use crate::sometimes::{FaultKind, Mark, Step};
use crate::trial::Trial;

/// Plans whose trials reached states that no trial before them had. It grows between
/// generations of trials, so that what it makes of a seed does not depend on the number of
/// threads.
#[derive(Clone, Debug, Default)]
pub struct Corpus {
    kept: Vec<Arc<Plan>>,
    states: BTreeSet<State>,
}

/// An abstract state that a trial can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    /// A fault of this kind struck while this step was in flight.
    Struck(u8, u8),
    /// This was seen, by its place in the list of marks.
    Marked(u8),
    /// About so many of these were sent: which kind, and how many digits their number has.
    Sent(&'static str, u32),
    /// About so many payments ended so.
    Ended(&'static str, u32),
    /// About so many steps of this name were undone.
    Undone(&'static str, u32),
    /// Steps were called again about so often.
    Retried(u32),
}

impl Corpus {
    /// The plan that `seed` comes to after what was learned: half of the time another of the
    /// portfolio, and otherwise one that was kept, changed.
    pub fn plan(&self, scenario: &Scenario, seed: Seed, defects: Defects) -> Plan {
        let mut stream = seed.stream(FEEDBACK);
        let fresh = stream.draw().below(2) == 0;
        match stream.draw().pick(&self.kept).filter(|_| !fresh) {
            None => super::plan(scenario, seed, defects),
            Some(kept) => self.changed(kept, scenario, seed, &mut stream),
        }
    }

    /// Learns from a trial of the generation that is over; trials come in their order.
    pub fn learn(&mut self, trial: &Trial) {
        let known = self.states.len();
        self.states.extend(states(trial));
        if self.states.len() > known {
            self.kept.push(trial.plan.clone());
        }
    }

    fn changed(&self, kept: &Plan, scenario: &Scenario, seed: Seed, stream: &mut Stream) -> Plan {
        let mut plan = kept.clone();
        plan.seed = seed;
        match stream.draw().below(5) {
            0 => plan.key = [stream.draw().bits(), stream.draw().bits()],
            1 if plan.protocol == Protocol::Saga => plan = plan.aimed_anew(scenario, seed),
            2 => move_faults(&mut plan, stream),
            3 => {
                plan.faults.retain(|_| stream.draw().below(2) == 0);
                plan.strokes.retain(|_| stream.draw().below(2) == 0);
                plan.key[0] = stream.draw().bits();
            }
            _ => {
                if let Some(other) = stream.draw().pick(&self.kept) {
                    splice(&mut plan, other, stream);
                }
            }
        }
        plan
    }
}

/// Some faults strike somewhat earlier or later.
fn move_faults(plan: &mut Plan, stream: &mut Stream) {
    for fault in &mut plan.faults {
        match &mut fault.trigger {
            Trigger::At(at) => {
                let most = at.as_nanos().saturating_mul(2);
                *at = VirtualTime::from_nanos(stream.draw().below(most.max(1)));
            }
            Trigger::OnSend(occasion) | Trigger::OnDelivery(occasion) => {
                occasion.ordinal = 1 + stream.draw().below(4) as u32;
            }
            Trigger::OnFact(_) | Trigger::Later(..) => {}
        }
    }
}

/// Half of the faults of another plan strike too.
fn splice(plan: &mut Plan, other: &Plan, stream: &mut Stream) {
    let ids = plan.faults.iter().map(|fault| fault.id).max().unwrap_or(0) + 1;
    let taken = other.faults.iter().filter(|_| stream.draw().below(2) == 0).cloned();
    let taken: Vec<Fault> = taken.collect();
    plan.faults.extend((ids..).zip(taken).map(|(id, fault)| Fault { id, ..fault }));
    plan.faults.truncate(FAULTS_MAX);
    plan.forget_what_is_gone();
}

fn states(trial: &Trial) -> Vec<State> {
    let (seen, digits) = (&trial.seen, |count: u64| u64::BITS - count.leading_zeros());
    let mut states = Vec::new();
    for kind in FaultKind::all() {
        let steps = Step::all().filter(|step| seen.has(kind, *step));
        states.extend(steps.map(|step| State::Struck(kind.place() as u8, step.place() as u8)));
    }
    let marks = Mark::ALL.iter().filter(|mark| seen.has_mark(**mark));
    states.extend(marks.map(|mark| State::Marked(*mark as u8)));
    states.extend(trial.messages.iter().map(|(name, count)| State::Sent(name, digits(*count))));
    states.extend(trial.outcomes.iter().map(|(name, count)| State::Ended(name, digits(*count))));
    let undone = trial.compensations.iter();
    states.extend(undone.map(|(name, count)| State::Undone(name, digits(*count))));
    states.push(State::Retried(digits(trial.retries)));
    states
}

/// A plan of more faults tells nothing about any of them.
const FAULTS_MAX: usize = 200;
const FEEDBACK: Domain = Domain(u64::from_le_bytes(*b"s-feedbk"));
