//! From a plan that fails to the smallest that fails in the same way.
//!
//! Start at [`shrink`]. A *search* (`shrink/search.rs`) tries candidates and
//! keeps the smallest plan so far; what a candidate has to show is the *quarry*
//! (`shrink/quarry.rs`); the passes propose: what to leave out
//! (`shrink/reduce.rs`, by the lines of `shrink/line.rs`), what to say one by
//! one instead of at a rate (`shrink/explicit.rs`), whom to call the plainest
//! (`shrink/names.rs`), what else could strike (`shrink/plainer.rs`), what to wait for (`shrink/aim.rs`), how long and how much
//! (`shrink/time.rs`). At last it is proven that no line can go, and told how far
//! each fault can be moved (`shrink/range.rs`).

mod aim;
mod bank_line;
mod decision_line;
mod explicit;
mod line;
mod names;
mod plainer;
mod provider_line;
mod quarry;
mod range;
mod reduce;
mod search;
mod span;
mod time;

use model::{Defects, Token};
use rayon::ThreadPool;
use sim::Digest;

use crate::fingerprint::Fingerprint;
use crate::judge::Violation;
use crate::plan::Plan;
use crate::trial;

pub use bank_line::BankLine;
pub use decision_line::DecisionLine;
pub use line::{Line, WeatherLine};
pub use provider_line::ProviderLine;
pub use range::{Range, Stretchable};

use quarry::{Outcome, Quarry};
use search::Search;

/// How much a search may cost.
pub struct Budget<'b> {
    /// The most candidates that it runs: as many on every machine.
    pub candidates: u64,
    /// Asked before every few candidates, with the number so far; the best so
    /// far is returned soon after it says no.
    pub go_on: &'b mut (dyn FnMut(u64) -> bool + 'b),
}

/// The smallest plan that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shrunk {
    /// The plan.
    pub plan: Plan,
    /// As few of the planted defects as make it fail.
    pub defects: Defects,
    /// What it shows.
    pub violation: Violation,
    /// What happens without each of its lines. If the search was not stopped,
    /// it fails in the same way without none.
    pub minimal: Vec<Proof>,
    /// How far its misfortunes can be moved and stretched.
    pub ranges: Vec<Range>,
    /// Other findings that were met on the way.
    pub slipped: Vec<Slipped>,
    /// Candidates that were run.
    pub tried: u64,
    /// Whether the budget was spent before nothing smaller was left.
    pub stopped: bool,
}

/// What happens to the plan without one of its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The line.
    pub line: Line,
    /// What happens.
    pub without: Without,
}

/// What a plan does without a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Without {
    /// It passes.
    Passes,
    /// It fails in another way.
    FailsElse(Fingerprint),
    /// It fails in the same way: the search was stopped too early to see it.
    FailsTheSame,
}

/// A finding that was met while another was hunted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slipped {
    /// What it shows first.
    pub fingerprint: Fingerprint,
    /// The plan that shows it.
    pub plan: Plan,
    /// With these defects planted.
    pub defects: Defects,
}

/// Shrinks `plan`, which shows `target` with `defects` planted, on the threads
/// of `pool`; the outcome is the same for any number of them. `None` if the
/// plan does not show it.
pub fn shrink<'s>(
    plan: &Plan,
    defects: Defects,
    target: &Fingerprint,
    budget: Budget<'s>,
    pool: &'s ThreadPool,
) -> Option<Shrunk> {
    let quarry = Quarry::of(plan, defects, *target)?.with_few_defects(plan);
    let mut search = Search::new(plan.clone(), quarry, budget, pool);
    leap(&mut search);
    for _ in 0..ROUNDS_MAX {
        let before = Digest::of(&search.plan);
        round(&mut search);
        if search.stopped || Digest::of(&search.plan) == before {
            break;
        }
    }
    reduce::reduce(&mut search, Line::all);
    let minimal = proofs(&mut search);
    let ranges = range::ranges(&mut search);
    conclude(search, minimal, ranges)
}

/// The boldest attempts first: nothing but the payment that suffers, or the
/// refund with its payment, without
/// any fault, or with those that are named.
fn leap(search: &mut Search<'_>) {
    let token = violation(&search.plan, &search.quarry).map_or(Token(0), |v| v.token);
    let plan = &search.plan;
    let refunded = plan.operation(token).and_then(|operation| operation.purpose.refunds());
    let is_it = |of: &Token| *of == token || Some(*of) == refunded;
    let is_other = |line: &Line| !matches!(line, Line::Operation(of) | Line::SecondClick(of) | Line::Cancellation(of) | Line::Insistence(of) if is_it(of));
    let others: Vec<_> = Line::operations(plan).into_iter().filter(is_other).collect();
    let (faults, rates) = (Line::misfortunes(plan), Line::rates(plan));
    let leaps = [
        [others.clone(), faults.clone(), rates.clone()].concat(),
        [others.clone(), faults.clone()].concat(),
        [others.clone(), rates.clone()].concat(),
        others,
        [faults.clone(), rates.clone()].concat(),
        faults,
        rates,
    ];
    let candidates: Vec<_> = leaps.iter().map(|lines| plan.without(lines)).collect();
    search.take_first(candidates);
}

/// Every pass once.
fn round(search: &mut Search<'_>) {
    reduce::reduce(search, Line::operations);
    reduce::reduce(search, Line::rates);
    reduce::reduce(search, Line::misfortunes);
    if !Line::rates(&search.plan).is_empty() && !search.stopped {
        let said = explicit::explicit(&search.plan, search.quarry.defects);
        if search.take(said) {
            reduce::reduce(search, Line::misfortunes);
        }
    }
    reduce::reduce(search, Line::settings);
    names::plainest(search);
    plain_latencies(search);
    plainer::misfortunes(search);
    plainer::habits(search);
    let token = violation(&search.plan, &search.quarry).map_or(Token(0), |v| v.token);
    aim::at_what_happens(search, token);
    time::plain_times(search);
    time::plain_amounts(search);
}

/// Where drawn latencies matter, it may be that of one message.
fn plain_latencies(search: &mut Search<'_>) {
    if search.plan.plain || search.stopped {
        return;
    }
    let drawn = search.plan.clone();
    let said = explicit::plain(&drawn, search.quarry.defects);
    if search.take(said) {
        reduce::reduce(search, Line::misfortunes);
        let more = |plan: &Plan| Line::misfortunes(plan).len();
        if more(&search.plan) > more(&drawn) + 1 {
            search.plan = drawn;
        }
    }
}

fn proofs(search: &mut Search<'_>) -> Vec<Proof> {
    let lines = Line::all(&search.plan);
    let plans: Vec<_> = lines.iter().map(|line| search.plan.without(&[*line])).collect();
    let outcomes = search.outcomes(&plans);
    let proofs = lines.into_iter().zip(outcomes).map(|(line, outcome)| Proof {
        line,
        without: match outcome {
            Outcome::Same => Without::FailsTheSame,
            Outcome::Other(fingerprint, _) => Without::FailsElse(fingerprint),
            Outcome::Passes => Without::Passes,
        },
    });
    if search.stopped { Vec::new() } else { proofs.collect() }
}

fn conclude(search: Search<'_>, minimal: Vec<Proof>, ranges: Vec<Range>) -> Option<Shrunk> {
    let violation = violation(&search.plan, &search.quarry)?;
    let Search { plan, quarry, slipped, tried, stopped, .. } = search;
    Some(Shrunk {
        plan,
        defects: quarry.defects,
        violation,
        minimal,
        ranges,
        slipped,
        tried,
        stopped,
    })
}

/// A round that finds nothing more is the last; few searches have more than four.
const ROUNDS_MAX: usize = 16;

/// The violation that is hunted, as `plan` shows it.
fn violation(plan: &Plan, quarry: &Quarry) -> Option<Violation> {
    let is_target = |violation: &Violation| violation.fingerprint() == quarry.target;
    trial::violations(plan, quarry.defects, is_target).into_iter().find(is_target)
}
