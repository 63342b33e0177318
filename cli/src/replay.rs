//! `pennywise replay`: a saved finding, run again.

use std::path::Path;

use model::Defects;
use reports::replay_text;
use scenarios::repro::{Answer, Replayed, Repro};
use scenarios::trial;

use crate::arguments::{Planting, ReplayArguments};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::narration::narrated;
use crate::screen::{Mood, Screen};
use crate::suite;

/// Runs one repro, or each of a folder, and tells in a word what it came to.
pub(crate) fn replay(arguments: ReplayArguments, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let planted = planted(&arguments.plant)?;
    if arguments.path.is_dir() {
        return match arguments.trace {
            true => Err(Failure::BadInput("`--trace` is for a single file".to_owned())),
            false => suite::replay(&arguments.path, planted, screen),
        };
    }
    one(&arguments.path, planted, arguments.trace, screen)
}

fn one(
    path: &Path,
    planted: Option<Defects>,
    trace: bool,
    screen: &mut Screen<'_>,
) -> Result<Exit, Failure> {
    let repro = Repro::file(path).map_err(Failure::Repro)?;
    let planted = planted.unwrap_or(repro.planted);
    let replayed = repro.replay(planted);
    let again = || trial::replay_plan(repro.plan.clone(), planted).0;
    let again = if trace { narrated(screen, again) } else { again() };
    if again.digest != replayed.trial.digest {
        return not_deterministic(screen);
    }
    let text = replay_text::render(&repro, planted, &replayed);
    screen.headline(mood(replayed.answer), &text)?;
    Ok(exit(&replayed))
}

fn not_deterministic(screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    screen.headline(Mood::Bad, NOT_DETERMINISTIC)?;
    Ok(Exit::NotDeterministic)
}

/// What is planted instead of what a file records, if anything was said.
fn planted(said: &[Planting]) -> Result<Option<Defects>, Failure> {
    if said.len() > 1 && said.contains(&Planting::Nothing) {
        let sentence = "`--plant none` and `--plant` of a defect exclude each other";
        return Err(Failure::BadInput(sentence.to_owned()));
    }
    let defects = said.iter().filter_map(|planting| match planting {
        Planting::Nothing => None,
        Planting::Defect(defect) => Some(*defect),
    });
    Ok((!said.is_empty()).then(|| defects.collect()))
}

fn exit(replayed: &Replayed) -> Exit {
    match replayed.answer {
        Answer::SameViolation | Answer::OtherViolation => Exit::Violated,
        Answer::Passes => Exit::Held,
        Answer::Stale | Answer::Inconclusive => Exit::Inconclusive,
    }
}

fn mood(answer: Answer) -> Mood {
    match answer {
        Answer::SameViolation | Answer::OtherViolation => Mood::Bad,
        Answer::Passes => Mood::Good,
        Answer::Stale | Answer::Inconclusive => Mood::Unsure,
    }
}

const NOT_DETERMINISTIC: &str = "not deterministic: two runs of the repro have different digests; `pennywise doctor` says more\n";
