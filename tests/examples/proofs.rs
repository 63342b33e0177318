//! Which planted defects small scopes refute: a line for each repro in `tests/repros` of at
//! most three operations and two faults, with the fewest faults that show its defect in
//! the scenario of the repro, over as many operations as the first argument says. Further
//! arguments name defects: the others are left out.

use std::fs;
use std::path::Path;

use model::Defects;
use rayon::{ThreadPool, ThreadPoolBuilder};
use scenarios::catalog;
use scenarios::prove::{Dwells, Scope, refute};
use scenarios::repro::Repro;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let operations: u8 = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(3);
    let faults: u8 = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(1);
    let only: Vec<_> = arguments.collect();
    let pool = ThreadPoolBuilder::new().build().expect("a machine has threads");
    for repro in repros().into_iter().filter(is_small) {
        let planted: Vec<_> = repro.planted.iter().map(|defect| defect.story().name).collect();
        if only.is_empty() || planted.iter().any(|name| only.iter().any(|only| only == name)) {
            println!("{} {}", planted.join(","), told(&repro, (operations, faults), &pool));
        }
    }
}

/// Whether it is among what small scopes should show.
fn is_small(repro: &Repro) -> bool {
    let plan = &repro.plan;
    repro.planted != Defects::NONE && plan.operations.len() <= 3 && plan.named_faults() <= 2
}

fn told(repro: &Repro, (operations, faults): (u8, u8), pool: &ThreadPool) -> String {
    let plan = &repro.plan;
    let size = format!("{} + {}", plan.operations.len(), plan.named_faults());
    let Some(scenario) = catalog::all().iter().find(|known| known.name == plan.scenario) else {
        return format!("{size}: no scenario `{}`", plan.scenario);
    };
    let scope = Scope { scenario, operations, faults, dwells: Dwells::USUAL };
    let proof = refute(&scope, repro.planted, pool, || false, |_, _, _| {});
    let proof = proof.expect("a scenario with a repro has operations");
    let worlds: u64 = proof.worlds.iter().sum();
    let what = match proof.counterexamples.first() {
        Some(found) => format!("refuted by {} faults, {}", found.faults, found.kind()),
        None => "not refuted".to_owned(),
    };
    format!("{size} {}: {what}, {worlds} worlds", scenario.name)
}

fn repros() -> Vec<Repro> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("repros");
    let files = fs::read_dir(folder).expect("there are repros");
    let mut paths: Vec<_> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    paths.sort();
    paths.iter().map(|path| Repro::file(path).expect("a repro that is kept")).collect()
}
