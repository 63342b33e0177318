//! `pennywise compare`: two protocols, the same seeds.

use reports::{Count, comparison_json, comparison_text};
use scenarios::compare::{self, Comparison};
use scenarios::plan::Protocol;
use sim::Seed;

use crate::arguments::CompareArguments;
use crate::chosen::Chosen;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::progress::{Goal, Teller};
use crate::screen::{Mood, Screen};
use crate::stopwatch::Stopwatch;
use crate::threads;
use crate::undertaking::pick_master_seed;

/// Runs pairs of trials of each scenario, one by each protocol, and tells what
/// differs. Ctrl-C ends it after the pairs in flight.
pub(crate) fn compare(
    arguments: CompareArguments,
    screen: &mut Screen<'_>,
) -> Result<Exit, Failure> {
    let protocols = [arguments.one, arguments.other];
    if protocols[0] == protocols[1] {
        let text = format!("`{}` is compared with itself: name `saga` and `2pc`", protocols[0]);
        return Err(Failure::BadInput(text));
    }
    let chosen = chosen(&arguments.scenarios)?;
    let pool = threads::pool(arguments.jobs)?;
    let interrupt = Interrupt::watch()?;
    let master = arguments.master_seed.unwrap_or_else(pick_master_seed);
    let (seeds, version) = (arguments.seeds.get(), env!("CARGO_PKG_VERSION"));
    if !arguments.json {
        screen.headline(Mood::Plain, &heading(&chosen, protocols, master, seeds))?;
    }
    let goal = Goal::Seeds(seeds.saturating_mul(chosen.len() as u64));
    let mut teller = Teller::new(goal, Stopwatch::start(), screen);
    let mut comparisons = Vec::with_capacity(chosen.len());
    for chosen in &chosen {
        let scenario = &chosen.scenario;
        teller.begin();
        let go_on = |pairs| {
            teller.tell(&scenario.name, pairs, 0, screen);
            !interrupt.came()
        };
        comparisons.push(compare::run(scenario, protocols, master, seeds, &pool, go_on));
        if interrupt.came() {
            break;
        }
    }
    teller.end();
    match arguments.json {
        true => {
            let text = comparison_json::render(master, version, &comparisons);
            screen.print(&text.map_err(|error| Failure::Harness(error.to_string()))?)?;
        }
        false => {
            screen.print(&format!("\n{}\n", comparison_text::render(&comparisons)))?;
            screen.headline(mood(&comparisons), &comparison_text::verdict(&comparisons))?;
        }
    }
    let exit = interrupt.exit();
    Ok(exit.or(ending(&comparisons)))
}

fn chosen(words: &[String]) -> Result<Vec<Chosen>, Failure> {
    let unsaid = compare::SCENARIOS.map(str::to_owned);
    let words = if words.is_empty() { &unsaid[..] } else { words };
    let chosen = Chosen::find_all(words)?.into_iter();
    chosen.map(|chosen| chosen.by(Some(Protocol::Saga))).collect()
}

/// Everything that it takes to compare the same again.
fn heading(chosen: &[Chosen], [one, other]: [Protocol; 2], master: Seed, seeds: u64) -> String {
    let names: Vec<_> = chosen.iter().map(|c| c.scenario.name.as_str()).collect();
    let (names, version) = (names.join(", "), env!("CARGO_PKG_VERSION"));
    let pairs = Count(seeds);
    format!(
        "master seed {master}, pennywise {version}, {one} and {other}, {pairs} seeds of each \
         scenario: {names}\n"
    )
}

fn ending(comparisons: &[Comparison]) -> Exit {
    let sides = || comparisons.iter().flat_map(|comparison| &comparison.sides);
    let nothing_counts = |c: &Comparison| c.pairs > 0 && c.pairs == c.voided;
    match () {
        () if sides().any(|side| side.violated > 0) => Exit::Violated,
        () if sides().any(|side| side.inconclusive > 0) => Exit::Inconclusive,
        () if comparisons.iter().any(nothing_counts) => Exit::Inconclusive,
        () => Exit::Held,
    }
}

fn mood(comparisons: &[Comparison]) -> Mood {
    match ending(comparisons) {
        Exit::Held => Mood::Good,
        Exit::Inconclusive => Mood::Unsure,
        _ => Mood::Bad,
    }
}
