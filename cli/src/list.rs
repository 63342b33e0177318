//! `pennywise list`: what there is.

use model::Defect;
use model::decision::Policy;
use reports::{fault_story, json, listing};
use scenarios::invariant::Invariant;
use scenarios::{cast, catalog};

use crate::arguments::{ListArguments, Listed};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::screen::Screen;

/// Prints a line for each thing that there is of a kind, or all as JSON.
pub(crate) fn list(arguments: ListArguments, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let text = match (arguments.what, arguments.json) {
        (Listed::Scenarios, false) => Ok(listing::scenarios(catalog::all())),
        (Listed::Invariants, false) => Ok(listing::invariants()),
        (Listed::Faults, false) => Ok(listing::faults()),
        (Listed::Defects, false) => Ok(listing::defects()),
        (Listed::Policies, false) => Ok(listing::policies()),
        (Listed::Policies, true) => json::pretty(&Policy::ALL),
        (Listed::Dialects, false) => Ok(listing::dialects(cast::all())),
        (Listed::Scenarios, true) => json::pretty(&catalog::all()),
        (Listed::Invariants, true) => json::pretty(&Invariant::ALL.as_slice()),
        (Listed::Faults, true) => json::pretty(&fault_story::ALL.as_slice()),
        (Listed::Defects, true) => json::pretty(&Defect::ALL),
        (Listed::Dialects, true) => json::pretty(&cast::all()),
    };
    screen.print(&text.map_err(|error| Failure::Harness(error.to_string()))?)?;
    Ok(Exit::Held)
}
