//! What a proof over a small scope came to: which worlds it is about, how many they were,
//! and what any of them violates.

use std::collections::BTreeMap;
use std::iter;

use scenarios::Fingerprint;
use scenarios::prove::{Counterexample, Dwells, OFTEN, Proof, Scope};

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
    let mut facts: Vec<_> = plan_text::short(&proof.calm)
        .into_iter()
        .map(|(name, what)| {
            ("world", if name.is_empty() { what } else { format!("{name}: {what}") })
        })
        .collect();
    facts.push(("latencies", "the usual one of each kind of message, and no other".to_owned()));
    let strikes = STRIKES.into_iter().map(str::to_owned);
    facts.extend(["strikes"].into_iter().chain(iter::repeat("")).zip(strikes));
    facts.push(("lasting", lasting(&scope.dwells)));
    facts.push(("left out", LEFT_OUT.to_owned()));
    facts.push(("repeated", repeated(proof)));
    facts.push(("first fault", places(proof)));
    facts.push(("worlds", worlds(proof)));
    facts
}

/// How long what has a length lasts.
fn lasting(dwells: &Dwells) -> String {
    let each = [
        (dwells.restart, "until whoever crashed boots again"),
        (dwells.delay, "that a message, its copy, a webhook or advice is late"),
        (dwells.late_effect, "that an effect, a review or another bank is"),
        (dwells.early, "that an answer is behind its webhook"),
        (dwells.pause, "that somebody pauses"),
        (dwells.cut, "that a link is cut, a provider out, or a clock ahead at once"),
        (dwells.long, "that they are cut or out where there is time for it"),
        (dwells.full, "that a disk is full"),
        (dwells.offset, "that clocks are off by from the beginning on"),
        (dwells.shift, "that they jump"),
        (dwells.deferred, "until an issuer decides"),
        (dwells.returned, "until money is back, and a file comes late or again"),
    ];
    let each = each.map(|(lasts, what)| format!("{} {what}", Brief::from(lasts)));
    each.join("; ")
}

/// What was left out since it only happened once more.
fn repeated(proof: &Proof) -> String {
    let left_out = match proof.repeated {
        0 => "nothing".to_owned(),
        repeated => format!("{} of all worlds together", counted(repeated, "moment")),
    };
    format!(
        "what has happened {OFTEN} times while nothing else was new is struck from then on only \
         where that number has doubled: it is the same but for the time that has gone by. Left out \
         for that: {left_out}"
    )
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
    let faults = counted(u64::from(found.faults), "fault");
    text.push_str(&layout::facts(vec![(
        "worlds",
        format!("{worlds} in this way; the first has {faults}"),
    )]));
    text + &file.map(|file| Repeat::replay(file) + "\n").unwrap_or_default()
}

/// What is tried, by where it strikes.
const STRIKES: [&str; 8] = [
    "each sending: lost, late, doubled; its sender crashes instead of it, or right after it, a \
     worker together with the store, too; whoever of the house sends it pauses; its link is cut \
     from then on, one way",
    "each delivery: who gets it crashes before it handles that, or between what it appends to its \
     journal and the sync, or has no room for it",
    "each request to a provider or a bank: turned away, an error before it is executed or after, \
     executed late; declined, approved in part, decided later, refused, not answered, given back; \
     the provider is out from then on",
    "each question to the risk service or the decider: rejected, reviewed; answered late, not at \
     all, by what is stale, garbled, forbidden or adverse",
    "each webhook: not sent, sent again, late, held back, ahead of the answer to its request",
    "each settlement file: late, sent again, truncated, cut off early; each line: missing, twice, \
     a wrong fee, until a day later",
    "each customer: clicks again or cancels between any two changes of what is durable of the \
     payment; insists on a final reply",
    "from the beginning on: clocks of the house ahead or behind; syncs of store, ledger and risk \
     service that lie, tails that are torn, records that are corrupt or lacking at the next boot; \
     limits and balances that are short of what is drawn on them. And where a commit reaches the \
     store, or a booking the ledger: its clock jumps ahead",
];
const LEFT_OUT: &str = "the same faults in another order: a set is tried in the order in which \
     its faults strike; faults that strike nothing, but for what is wrong from the beginning on: \
     that world is tried without them; more faults where fewer violate something already; a second \
     fault of what befalls the same request, file or customer; brown-outs, drifting clocks, \
     deploys, crash loops, forced branches and what is broken for good";
