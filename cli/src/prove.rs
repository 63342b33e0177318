//! `pennywise prove`: every set of a few faults over a few operations.

use reports::{Count, proof_text};
use scenarios::prove::{self, Dwells, Proof, Scope};

use crate::arguments::ProveArguments;
use crate::chosen::Chosen;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::keeper::Keeper;
use crate::screen::{Mood, Screen};
use crate::shelf::Shelf;
use crate::threads;

/// Tries every world of the scope and tells what they came to; each kind of violation is
/// kept in a file. Ctrl-C ends it with what there is by then, which proves nothing.
pub(crate) fn prove(arguments: ProveArguments, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let shelf = Shelf::new(arguments.out)?;
    let chosen = Chosen::find(&arguments.scenario)?;
    let (operations, faults) = (arguments.ops, arguments.faults);
    let scope = Scope { scenario: &chosen.scenario, operations, faults, dwells: Dwells::USUAL };
    let defects = arguments.plant.into_iter().collect();
    let pool = threads::pool(arguments.jobs)?;
    let interrupt = Interrupt::watch()?;
    screen.print(&proof_text::heading(&scope, env!("CARGO_PKG_VERSION")))?;
    let mut said = 0;
    let tells = |places: usize, done: usize, worlds: u64| {
        if worlds.abs_diff(said) >= SAID_EVERY {
            said = worlds;
            screen.remark(&format!(
                "{} of {} places for a first fault, {} worlds\n",
                Count(done as u64),
                Count(places as u64),
                Count(worlds)
            ));
        }
    };
    let stops = || interrupt.came();
    let proof = match arguments.fail_fast {
        false => prove::prove(&scope, defects, &pool, stops, tells),
        true => prove::refute(&scope, defects, &pool, stops, tells),
    };
    let proof = proof.map_err(|empty| Failure::BadInput(empty.to_string()))?;
    let mut keeper = Keeper::new(shelf, defects, &pool, interrupt);
    for found in &proof.counterexamples {
        keeper.keep_plan(found.plan.clone(), found.kind(), |told| screen.remark(told));
    }
    screen.print(&proof_text::render(&scope, &proof, &keeper.files()))?;
    let exit = interrupt.exit().or(exit(&proof));
    let mood = if exit == Exit::Held { Mood::Good } else { Mood::Bad };
    screen.headline(mood, &proof_text::verdict(&proof))?;
    Ok(exit)
}

/// What the worlds that were tried came to; where some were not, it was interrupted.
fn exit(proof: &Proof) -> Exit {
    match (proof.violated, proof.inconclusive) {
        (1.., _) => Exit::Violated,
        (0, 1..) => Exit::Inconclusive,
        (0, 0) => Exit::Held,
    }
}

/// Worlds between two lines of progress, at least.
const SAID_EVERY: u64 = 100_000;
