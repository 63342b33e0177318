//! `pennywise diff`: two reports of campaigns, compared.

use std::fs;
use std::path::Path;

use reports::campaign_json::{CampaignDocument, FORMAT, VERSION};
use reports::difference::Difference;

use crate::arguments::DiffArguments;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::screen::Screen;

/// Tells what changed from one report to the other.
pub(crate) fn diff(arguments: DiffArguments, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let (before, after) = (read(&arguments.before)?, read(&arguments.after)?);
    screen.print(&Difference::of(&before, &after).text())?;
    Ok(Exit::Held)
}

fn read(path: &Path) -> Result<CampaignDocument, Failure> {
    let wrong = |why: String| Failure::BadInput(format!("`{}` {why}", path.display()));
    let text =
        fs::read_to_string(path).map_err(|error| wrong(format!("can't be read: {error}")))?;
    let document: CampaignDocument = serde_json::from_str(&text).map_err(|error| {
        wrong(format!("is no report of `pennywise fuzz --format json`: {error}"))
    })?;
    match (document.format.as_str(), document.version) {
        (FORMAT, VERSION) => Ok(document),
        (format, version) => Err(wrong(format!(
            "has the format `{format}` {version}; expected `{FORMAT}` {VERSION}"
        ))),
    }
}
