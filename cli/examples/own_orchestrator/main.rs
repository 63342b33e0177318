//! An orchestrator of one's own under test: `cargo run --example own_orchestrator`
//! runs one that loses money, shows what it did and with which seed, and then one
//! that is mended. `cargo run --release --example own_orchestrator -- 10000 calm-day`
//! asks for so many worlds of each scenario that is named.

mod mended;
mod naive;

use std::process::ExitCode;

use mended::Mended;
use naive::Naive;
use pennywise::own::{self, Report};
use pennywise::scenarios::catalog;
use pennywise::sim::Seed;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let count = arguments.next().map_or(Ok(200), |count| count.parse());
    let Ok(count) = count else {
        eprintln!("how many worlds? A number, then the names of scenarios.");
        return ExitCode::from(2);
    };
    let mut names: Vec<_> = arguments.collect();
    if names.is_empty() {
        names = SCENARIOS.map(str::to_owned).to_vec();
    }
    println!("The naive one.\n\n{}", naive_is_caught());
    let mut held = true;
    for name in &names {
        let scenario = match catalog::named(name) {
            Ok(scenario) => scenario,
            Err(error) => {
                eprintln!("{error}");
                return ExitCode::from(2);
            }
        };
        if let Some(why) = own::refuses(scenario) {
            println!("`{name}` is left out: {why}.\n");
            continue;
        }
        let report = own::fuzz::<Mended>(scenario, count, Seed(42));
        held &= report.holds();
        println!("The mended one in `{name}`.\n\n{report}");
    }
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What a test would say: in how few worlds it is seen that it loses money.
fn naive_is_caught() -> Report {
    let scenario = catalog::named("stormy-network").expect("it is built in");
    let report = own::fuzz::<Naive>(scenario, 20, Seed(42));
    assert!(!report.holds(), "a retry under a fresh key charges twice: {report}");
    report
}

const SCENARIOS: [&str; 3] = ["calm-day", "stormy-network", "flaky-providers"];

#[test]
fn the_naive_one_loses_money() {
    naive_is_caught();
}

#[test]
fn the_mended_one_holds() {
    for name in SCENARIOS {
        own::assert_holds::<Mended>(catalog::named(name).expect("it is built in"), 50, Seed(42));
    }
}
