//! Which planted defects small scopes refute: a line for each defect of which `tests/repros`
//! has a repro of at most three operations and two faults, with the fewest faults that show it
//! in the scenarios of its repros, and the invariant that it violates. Names of defects as
//! arguments leave the others out. It fails if one is not refuted by an invariant that its
//! story expects.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use model::{Defect, Defects};
use rayon::{ThreadPool, ThreadPoolBuilder};
use scenarios::catalog;
use scenarios::prove::{Counterexample, Dwells, Scope, refute};
use scenarios::repro::Repro;

/// Operations and faults, what is quick first.
const SCOPES: [(u8, u8); 3] = [(3, 1), (1, 2), (2, 2)];

/// Where a defect shows by fewer faults, or sooner, than in the scenario of its repro: it is
/// looked for there alone.
const ELSEWHERE: [(&str, &str); 7] = [
    ("claim-deleted-after-effect", "calm-day"),
    ("commit-before-log-or-prepared-in-memory", "two-phase-commit"),
    ("dup-credit", "duplicate-webhooks"),
    ("heuristic-abort", "two-phase-commit"),
    ("lock-is-record-ttl", "calm-day"),
    ("provider-key-outlived", "key-outlives-memory"),
    ("refund-back-to-pending", "rough-day"),
];

/// What no scope of a few operations has: two payments, a minute apart, that the same provider
/// would be tried for first.
const OUT_OF_REACH: [&str; 1] = ["no-probe-starvation"];

fn main() -> ExitCode {
    let only: Vec<_> = std::env::args().skip(1).collect();
    let pool = ThreadPoolBuilder::new().build().expect("a machine has threads");
    let bank = bank().into_iter();
    let bank = bank.filter(|(defect, _)| match only.is_empty() {
        true => !OUT_OF_REACH.contains(&defect.as_str()),
        false => only.contains(defect),
    });
    let (mut tried, mut refuted) = (0, 0);
    for (name, (defect, scenarios)) in bank {
        let found = find(defect, &scenarios, &pool);
        let told = match &found {
            Some((scenario, operations, found)) => format!(
                "{} faults, {operations} operations of {scenario}: {}",
                found.faults,
                found.kind()
            ),
            None => "not refuted".to_owned(),
        };
        println!("{name}: {told}");
        tried += 1;
        refuted += usize::from(found.is_some_and(|(.., found)| is_expected(defect, &found)));
    }
    println!("{refuted} of {tried} are refuted by what their stories expect");
    if refuted == tried { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The first scope that refutes it.
fn find(
    defect: Defect,
    scenarios: &BTreeSet<String>,
    pool: &ThreadPool,
) -> Option<(String, u8, Counterexample)> {
    let scopes = SCOPES.into_iter().flat_map(|size| scenarios.iter().map(move |name| (size, name)));
    for ((operations, faults), name) in scopes {
        let scenario = catalog::named(name).expect("the catalog has the scenarios of repros");
        let scope = Scope { scenario, operations, faults, dwells: Dwells::USUAL };
        let planted = Defects::NONE.with(defect);
        let proof = refute(&scope, planted, pool, || false, |_, _, _| {});
        let proof = proof.expect("a scenario with a repro has operations");
        if let Some(found) = proof.counterexamples.into_iter().next() {
            return Some((name.clone(), operations, found));
        }
    }
    None
}

fn is_expected(defect: Defect, found: &Counterexample) -> bool {
    defect.story().caught_by.contains(&found.violation.invariant.to_string().as_str())
}

/// The defects by their names, with the scenarios in which they may show.
fn bank() -> BTreeMap<String, (Defect, BTreeSet<String>)> {
    let mut bank: BTreeMap<String, (Defect, BTreeSet<String>)> = BTreeMap::new();
    for repro in repros().into_iter().filter(is_small) {
        for defect in repro.planted.iter() {
            let name = defect.story().name;
            let elsewhere = ELSEWHERE.into_iter().find(|(of, _)| *of == name);
            let scenario = elsewhere.map_or(repro.plan.scenario.as_str(), |(_, there)| there);
            let known = bank.entry(name.to_owned()).or_insert((defect, BTreeSet::new()));
            known.1.insert(scenario.to_owned());
        }
    }
    bank
}

/// Whether it is among what small scopes should show.
fn is_small(repro: &Repro) -> bool {
    let plan = &repro.plan;
    repro.planted != Defects::NONE && plan.operations.len() <= 3 && plan.named_faults() <= 2
}

fn repros() -> Vec<Repro> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("repros");
    let files = fs::read_dir(folder).expect("there are repros");
    let mut paths: Vec<_> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    paths.sort();
    paths.iter().map(|path| Repro::file(path).expect("a repro that is kept")).collect()
}
