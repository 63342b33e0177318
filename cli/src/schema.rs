//! `pennywise schema`: what files look like, for editors and checkers.

use reports::json;

use crate::arguments::{SchemaArguments, Schemed};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::screen::Screen;

/// Prints the JSON Schema of a kind of file.
pub(crate) fn schema(arguments: SchemaArguments, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let schema = match arguments.what {
        Schemed::Scenario => scenarios::schema::scenario(),
        Schemed::Campaign => reports::schema::campaign(),
    };
    let text = json::pretty(schema.as_value()).map_err(|e| Failure::Harness(e.to_string()))?;
    screen.print(&text)?;
    Ok(Exit::Held)
}
