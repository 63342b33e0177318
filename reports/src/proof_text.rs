//! What a proof over a small scope came to: which worlds it is about, how many they were,
//! and what any of them violates.

use std::collections::BTreeMap;

use scenarios::Fingerprint;
use scenarios::prove::{Counterexample, Dwells, Proof, Scope};

use crate::brief::Brief;
use crate::layout;
use crate::number::{Count, counted};
use crate::plan_text;
use crate::repeat::Repeat;
use crate::violation;

/// What will be tried, before it is.
pub fn heading(scope: &Scope<'_>, version: &str) -> String {
    let (operations, faults) = (u64::from(scope.operations), u64::from(scope.faults));
    format!(
        "pennywise {version}: every set of at most {} over {} of {}\n",
        counted(faults, "fault"),
        counted(operations, "operation"),
        scope.scenario.name
    )
}

/// What was tried, under what, and what came of it; `files` are those of the
/// counterexamples.
pub fn render(scope: &Scope<'_>, proof: &Proof, files: &BTreeMap<Fingerprint, String>) -> String {
    let mut text = layout::facts(facts(scope, proof));
    for found in &proof.counterexamples {
        text.push('\n');
        text.push_str(&counterexample(found, files.get(&found.kind()).map(String::as_str)));
    }
    text
}

/// The last line.
pub fn verdict(proof: &Proof) -> String {
    let all = proof.worlds.iter().sum::<u64>();
    let worlds = counted(all, "world");
    match (proof.violated, proof.inconclusive, proof.whole) {
        (1.., _, _) => {
            format!(
                "\nverdict: refuted, {} of {worlds} violate an invariant\n",
                Count(proof.violated)
            )
        }
        (_, 1.., _) => {
            let unsure = Count(proof.inconclusive);
            format!("\nverdict: inconclusive, nothing can be said of {unsure} of {worlds}\n")
        }
        (_, _, false) => format!("\nverdict: inconclusive, stopped after {worlds}\n"),
        (_, _, true) => format!("\nverdict: proven, no invariant is violated in any of {worlds}\n"),
    }
}

fn facts(scope: &Scope<'_>, proof: &Proof) -> Vec<(&'static str, String)> {
    let Dwells { restart, delay, late_effect, returned } = scope.dwells;
    let mut facts: Vec<_> = plan_text::short(&proof.calm)
        .into_iter()
        .map(|(name, what)| {
            ("world", if name.is_empty() { what } else { format!("{name}: {what}") })
        })
        .collect();
    facts.push(("latencies", "the usual one of each kind of message, and no other".to_owned()));
    facts.push((
        "strikes",
        "each sending: lost, late, doubled; its sender crashes instead of it, or right after it"
            .to_owned(),
    ));
    facts.push((
        "",
        "each delivery: who gets it crashes before it handles that, or between what it appends \
         to its journal and the sync"
            .to_owned(),
    ));
    facts.push((
        "",
        "each request to a provider or a bank: turned away, an error before it is executed or \
         after, executed late; declined, refused, not answered, given back"
            .to_owned(),
    ));
    facts.push((
        "lasting",
        format!(
            "{} until whoever crashed boots again; {} that a message or its copy is late; {} that \
             an effect is; {} until money is back",
            Brief::from(restart),
            Brief::from(delay),
            Brief::from(late_effect),
            Brief::from(returned)
        ),
    ));
    facts.push((
        "left out",
        "the same faults in another order: a set is tried in the order in which its faults \
         strike; faults that strike nothing: that world is tried without them; and more faults \
         where fewer violate something already"
            .to_owned(),
    ));
    facts.push(("first fault", places(proof)));
    facts.push(("worlds", worlds(proof)));
    facts
}

/// In how many places each kind of fault was the first one.
fn places(proof: &Proof) -> String {
    let all = Count(proof.points.values().sum::<u64>());
    let each: Vec<_> =
        proof.points.iter().map(|(name, count)| format!("{name} {}", Count(*count))).collect();
    format!("{all} places: {}", each.join(", "))
}

fn worlds(proof: &Proof) -> String {
    let each = proof.worlds.iter().enumerate().map(|(faults, count)| match faults {
        0 => format!("{} without a fault", Count(*count)),
        _ => format!("{} with {}", Count(*count), counted(faults as u64, "fault")),
    });
    each.collect::<Vec<_>>().join(", ")
}

fn counterexample(found: &Counterexample, file: Option<&str>) -> String {
    let mut text = violation::text(&found.violation);
    let worlds = counted(found.worlds, "world");
    let faults = counted(found.plan.named_faults() as u64, "fault");
    text.push_str(&layout::facts(vec![(
        "worlds",
        format!("{worlds} in this way; the first has {faults}"),
    )]));
    text + &file.map(|file| Repeat::replay(file) + "\n").unwrap_or_default()
}
