//! `pennywise list`: what there is.

use model::Defect;
use model::decision::Policy;
use reports::{fault_story, json, listing, listing_markdown};
use scenarios::invariant::Invariant;
use scenarios::{Strategy, cast, catalog};

use crate::arguments::{ListArguments, Listed};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::screen::Screen;

/// Prints a line for each thing that there is of a kind, or all as JSON, or as a page.
pub(crate) fn list(arguments: ListArguments, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let text = match (arguments.json, arguments.markdown) {
        (true, _) => data(arguments.what).map_err(|error| Failure::Harness(error.to_string()))?,
        (_, true) => page(arguments.what),
        _ => lines(arguments.what),
    };
    screen.print(&text)?;
    Ok(Exit::Held)
}

fn lines(what: Listed) -> String {
    match what {
        Listed::Scenarios => listing::scenarios(catalog::all()),
        Listed::Invariants => listing::invariants(),
        Listed::Faults => listing::faults(),
        Listed::Defects => listing::defects(),
        Listed::Policies => listing::policies(),
        Listed::Strategies => listing::strategies(),
        Listed::Dialects => listing::dialects(cast::all()),
    }
}

fn data(what: Listed) -> Result<String, serde_json::Error> {
    match what {
        Listed::Scenarios => json::pretty(&catalog::all()),
        Listed::Invariants => json::pretty(&Invariant::ALL.as_slice()),
        Listed::Faults => json::pretty(&fault_story::ALL.as_slice()),
        Listed::Defects => json::pretty(&Defect::ALL),
        Listed::Policies => json::pretty(&Policy::ALL),
        Listed::Strategies => json::pretty(&Strategy::ALL),
        Listed::Dialects => json::pretty(&cast::all()),
    }
}

fn page(what: Listed) -> String {
    match what {
        Listed::Scenarios => listing_markdown::scenarios(catalog::all()),
        Listed::Invariants => listing_markdown::invariants(),
        Listed::Faults => listing_markdown::faults(),
        Listed::Defects => listing_markdown::defects(),
        Listed::Policies => listing_markdown::policies(),
        Listed::Strategies => listing_markdown::strategies(),
        Listed::Dialects => listing_markdown::dialects(cast::FILES),
    }
}
