//! How often each kind of fault strikes while each step is in flight, over the catalog: a
//! line for each pair, with the number of trials that show it. What is seldom goes to
//! `scenarios/src/sometimes/rare.rs`.

use model::Defects;
use rayon::ThreadPoolBuilder;
use scenarios::sometimes::{self, FaultKind, Mark, Step};
use scenarios::{campaign, catalog};
use sim::Seed;

fn main() {
    let asked = std::env::args().nth(1).and_then(|count| count.parse().ok());
    let count: u64 = asked.unwrap_or(1_000);
    let pool = ThreadPoolBuilder::new().build().expect("a machine has threads");
    let run = |scenario| campaign::run(scenario, Seed(41), count, Defects::NONE, &pool, |_| true);
    let campaigns: Vec<_> = catalog::all().iter().map(run).collect();
    let tally = sometimes::seen(&campaigns);
    for kind in FaultKind::all() {
        for step in Step::all() {
            let excused = sometimes::excuse(kind, step).map_or("", |_| " impossible");
            println!("{} {} {}{excused}", kind.name(), step.name(), tally.cell(kind, step));
        }
    }
    for mark in Mark::ALL {
        println!("{}: {}", mark.name(), tally.mark(*mark));
    }
    println!("disturbed: {} %", tally.touched());
    println!("succeeded: {} %", sometimes::succeeded(campaigns.iter()));
}
