//! The story of a violation: what each authority believed at that moment, what
//! led to it, and where the first wrong turn was.
//!
//! [`tell`] runs the plan again, recorded, up to the moment when the judge sees
//! the violation, and asks the kernel's causal graph ([`sim::Past`]) what had a
//! hand in it. The crate `reports` renders a [`Story`]: `reports::story::text`,
//! `reports::story::json`, `reports::story::mermaid`, and a few comment lines for
//! the top of a repro file, `reports::story::comment`.
//!
//! ```
//! use model::{Defect, Defects};
//! use scenarios::{catalog, story, trial};
//! use sim::Seed;
//!
//! let scenario = catalog::named("silent-after-capture").unwrap();
//! let planted = Defects::NONE.with(Defect::TimeoutIsFailure);
//! let trial = (0..).map(|n| trial::run(scenario, Seed(n), planted));
//! let trial = trial.into_iter().find(|trial| !trial.violations().is_empty()).unwrap();
//! let first = &trial.violations()[0];
//! let story = story::tell(&trial.plan, planted, |violation| violation == first).unwrap();
//! assert_eq!(story.violation, *first);
//! assert!(story.wrong_turn.is_some());
//! ```

mod beat;
mod beliefs;
mod matter;
mod narrator;
mod testimony;
mod witness;
mod wrong_turn;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::Defects;
use sim::{Happening, Past, Role, VirtualTime};

use crate::invariant::InvariantKind;
use crate::judge::Violation;
use crate::party::{EDGE, LEDGER, PROBE, STORE, bank_of, client_of, provider_of, worker_of};
use crate::plan::Plan;
use crate::system::PaymentSystem;

pub use beat::{Beat, Deed, Passage};
pub use beliefs::{Beliefs, JournalBelief, LedgerBelief, Screen, Shows, Tally, TryBelief};
pub use wrong_turn::WrongTurn;

use matter::Matter;
use narrator::Narrator;
use witness::Scene;

/// The story of one violation: plain data for reports.
#[derive(Clone, Debug)]
pub struct Story {
    /// What was decided before the run.
    pub plan: Arc<Plan>,
    /// What is planted.
    pub defects: Defects,
    /// What did not hold, when, and what shows it.
    pub violation: Violation,
    /// What each authority believed then.
    pub beliefs: Beliefs,
    /// What led to it: the causal past, as far as it mattered for the money.
    pub beats: Vec<Beat>,
    /// The first wrong turn, where it can be named.
    pub wrong_turn: Option<WrongTurn>,
    /// The planned faults that had a hand in it, by id.
    pub faults: BTreeSet<u32>,
    /// How many events had a hand in it.
    pub past: usize,
    /// Their numbers.
    pub past_events: BTreeSet<u64>,
    /// How many had happened by then.
    pub events: u64,
    /// When the story ends.
    pub ended_at: VirtualTime,
}

/// Tells the story of the first violation of `plan`, with `defects` planted, that
/// is the one that is `sought`; `None` if there is none.
///
/// `sought` may compare with a violation that a trial of the same plan and
/// defects came to, or with the fingerprint of one.
pub fn tell(plan: &Plan, defects: Defects, sought: impl Fn(&Violation) -> bool) -> Option<Story> {
    let system = PaymentSystem::new(plan.clone(), defects);
    let scene = witness::watch(&system, sought)?;
    let matter = Matter::of(&scene.violation, plan, &scene.trace);
    let past = past(&scene, &matter, plan);
    let wrong_turn = wrong_turn::find(&system, defects, &scene, &matter, &past);
    let beats = Narrator::new(plan, &scene, &matter, &past).tell();
    Some(Story {
        plan: system.plan.clone(),
        defects,
        beliefs: Beliefs::of(&scene.testimony, &matter),
        beats,
        wrong_turn,
        faults: past.faults().collect(),
        past: past.len(),
        past_events: past.events().collect(),
        events: scene.events,
        ended_at: scene.ended_at,
        violation: scene.violation,
    })
}

/// What had a hand in the violation: the past of the event in which it was seen,
/// and of the last words on the matter of each authority that the invariant
/// compares.
fn past(scene: &Scene, matter: &Matter, plan: &Plan) -> Past {
    let mut moments = last_words(scene, matter);
    if scene.violation.event > 0 {
        moments.push(scene.violation.event);
    }
    Past::of(&scene.trace, &plan.faults, &moments, |happened| matter.concerns(happened))
}

/// The last event of each role whose word the invariant compares. Where something
/// never ended, everybody might have gone on with it.
fn last_words(scene: &Scene, matter: &Matter) -> Vec<u64> {
    let story = scene.violation.invariant.story();
    let asked: BTreeSet<&str> = story.authorities.split(' ').collect();
    let never_ended = story.kind == InvariantKind::Eventually;
    let mut last = BTreeMap::<Role, u64>::new();
    for happened in scene.trace.events.iter().filter(|happened| matter.concerns(happened)) {
        let role = happened.role;
        let to_client = matches!(&happened.what, Happening::Sent(identity, ..)
            if client_of(identity.to).is_some());
        let counts = match role {
            _ if never_ended => true,
            LEDGER => asked.contains("LG"),
            STORE => asked.contains("JR"),
            EDGE => asked.contains("CL") && to_client,
            PROBE => asked.contains("CL"),
            role if worker_of(role).is_some() => asked.contains("CL") && to_client,
            role if client_of(role).is_some() => asked.contains("CL"),
            role => {
                let has_books = provider_of(role).is_some() || bank_of(role).is_some();
                has_books && asked.contains("PB")
            }
        };
        // Whoever a message did not get to said nothing by that.
        let missed = matches!(happened.what, Happening::Undeliverable(..));
        if counts && !missed {
            last.insert(role, happened.event);
        }
    }
    last.into_values().collect()
}
