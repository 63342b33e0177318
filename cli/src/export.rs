//! `pennywise export`: one trial for other viewers.

use std::path::Path;

use model::{Defects, Token};
use reports::export::{chrome, json, mermaid, otlp, parquet, shiviz};
use reports::recording::Recording;
use reports::story::text;
use reports::{Count, Repeat, html};
use scenarios::Plan;
use scenarios::repro::Repro;
use scenarios::{story, trial};

use crate::arguments::{ExportArguments, ExportFormat};
use crate::chosen::Chosen;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::screen::Screen;
use crate::shelf;

/// Runs a trial, recorded, and writes it down.
pub(crate) fn export(arguments: ExportArguments, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let output = Some(arguments.output.as_path()).filter(|path| *path != Path::new("-"));
    if let Some(path) = output {
        shelf::can_write_new(path).map_err(|why| {
            let path = path.display();
            Failure::BadInput(format!("the export can't be written to `{path}`: {why}"))
        })?;
    }
    let (plan, defects, again) = source(&arguments)?;
    let (mut recording, told) = recorded(plan, defects, &again);
    if let Some(number) = arguments.payment {
        known(number, &recording)?;
        recording = recording.about(Token(number));
    }
    let bytes = rendered(&recording, told.as_deref(), arguments.format)?;
    match output {
        Some(path) => shelf::write(path, &bytes).map_err(Failure::Output)?,
        None => screen.pass(&bytes)?,
    }
    Ok(Exit::Held)
}

/// What to run, and the command that repeats it.
fn source(arguments: &ExportArguments) -> Result<(Plan, Defects, String), Failure> {
    match arguments.seed {
        Some(seed) => {
            let chosen = Chosen::find(&arguments.source)?;
            let defects: Defects = arguments.plant.iter().copied().collect();
            let again = chosen.repeat(defects).command(seed);
            Ok((Plan::draw(&chosen.scenario, seed), defects, again))
        }
        None => {
            let repro = Repro::file(Path::new(&arguments.source)).map_err(Failure::Repro)?;
            Ok((repro.plan, repro.planted, Repeat::replay(&arguments.source)))
        }
    }
}

/// The trial of `plan`, and the story of its first violation.
fn recorded(plan: Plan, defects: Defects, again: &str) -> (Recording, Option<String>) {
    let (trial, trace) = trial::replay_plan(plan, defects);
    let first = trial.violations().first();
    let told =
        first.and_then(|first| story::tell(&trial.plan, defects, |violation| violation == first));
    let recording = Recording::of(&trial, &trace, defects, told.as_ref(), again);
    (recording, told.map(|story| text::render(&story, again)))
}

fn known(number: u64, recording: &Recording) -> Result<(), Failure> {
    let numbers = || recording.payments.iter().map(|payment| payment.token);
    if numbers().any(|known| known == number) {
        return Ok(());
    }
    let (count, last) = (Count(recording.payments.len() as u64), numbers().max().unwrap_or(0));
    let sentence = format!("there is no payment {number}: there are {count}, the last is {last}");
    Err(Failure::BadInput(sentence))
}

fn rendered(
    recording: &Recording,
    told: Option<&str>,
    format: ExportFormat,
) -> Result<Vec<u8>, Failure> {
    let text = match format {
        ExportFormat::Otlp => otlp::render(recording),
        ExportFormat::Chrome => chrome::render(recording),
        ExportFormat::Shiviz => Ok(shiviz::render(recording)),
        ExportFormat::Mermaid => Ok(mermaid::render(recording)),
        ExportFormat::Html => html::trial(recording, told),
        ExportFormat::Json => json::render(recording),
        ExportFormat::Parquet => {
            let table = parquet::render(recording);
            return table.map_err(|error| Failure::Harness(error.to_string()));
        }
    };
    text.map(String::into_bytes).map_err(|error| Failure::Harness(error.to_string()))
}
