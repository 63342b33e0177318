//! `pennywise explain`: the story of a saved finding.

use reports::recording::Recording;
use reports::{Repeat, html, story as telling};
use scenarios::repro::Repro;
use scenarios::{story, trial};

use crate::arguments::{ExplainArguments, StoryFormat};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::screen::{Mood, Screen};

/// Tells the story of a repro with the defects that it records.
pub(crate) fn explain(
    arguments: ExplainArguments,
    screen: &mut Screen<'_>,
) -> Result<Exit, Failure> {
    let repro = Repro::file(&arguments.file).map_err(Failure::Repro)?;
    let again = Repeat::replay(&arguments.file.display().to_string());
    let sought = |seen: &scenarios::judge::Violation| seen.fingerprint() == repro.violation;
    let Some(story) = story::tell(&repro.plan, repro.planted, sought) else {
        let text = format!("nothing to explain: the repro does not show its violation\n{again}\n");
        screen.headline(Mood::Unsure, &text)?;
        return Ok(Exit::Inconclusive);
    };
    match arguments.format {
        StoryFormat::Text => screen.headline(Mood::Bad, &telling::text::render(&story, &again))?,
        StoryFormat::Mermaid => screen.print(&telling::mermaid::render(&story))?,
        StoryFormat::Html => {
            let (trial, trace) = trial::replay_plan(repro.plan, repro.planted);
            let recording = Recording::of(&trial, &trace, repro.planted, Some(&story), &again);
            let told = telling::text::render(&story, &again);
            let page = html::trial(&recording, Some(&told));
            screen.print(&page.map_err(|error| Failure::Harness(error.to_string()))?)?;
        }
        StoryFormat::Json => {
            let json = telling::json::render(&story, &again);
            screen.print(&json.map_err(|error| Failure::Harness(error.to_string()))?)?;
        }
    }
    Ok(Exit::Held)
}
