//! A folder of repros as a regression suite.

use std::path::{Path, PathBuf};

use model::Defects;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use reports::replay_text::{self, Case};
use scenarios::repro::{Answer, Repro};

use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::screen::{Mood, Screen};

/// Replays every repro in `folder` as its file expects, with the planted defects
/// and without; or, where `planted` says what to plant, only with that.
pub(crate) fn replay(
    folder: &Path,
    planted: Option<Defects>,
    screen: &mut Screen<'_>,
) -> Result<Exit, Failure> {
    let files = files(folder)?;
    if files.is_empty() {
        screen.remark(&format!("no file of `{}` ends in `.toml`\n", folder.display()));
        return Ok(Exit::NothingRan);
    }
    let mut repros = Vec::with_capacity(files.len());
    for path in &files {
        repros.push((name(path), Repro::file(path).map_err(Failure::Repro)?));
    }
    let replays: Vec<_> = repros.iter().flat_map(|case| plantings(case, planted)).collect();
    let cases: Vec<_> = replays.par_iter().map(run).collect();
    let exit = cases.iter().fold(Exit::Held, |exit, case| exit.or(ending(case)));
    let mood = if exit == Exit::Held { Mood::Good } else { Mood::Bad };
    screen.headline(mood, &replay_text::suite(&cases))?;
    Ok(exit)
}

/// A repro with its name, and what to plant.
type Replay<'r> = (&'r str, &'r Repro, Defects);

/// What a file says something about.
fn plantings<'r>((name, repro): &'r (String, Repro), planted: Option<Defects>) -> Vec<Replay<'r>> {
    match planted {
        Some(planted) => vec![(name, repro, planted)],
        None => {
            let without = repro.expect_without.map(|_| (name.as_str(), repro, Defects::NONE));
            [(name.as_str(), repro, repro.planted)].into_iter().chain(without).collect()
        }
    }
}

fn run((name, repro, planted): &Replay<'_>) -> Case {
    let (planted, answer) = (*planted, repro.replay(*planted).answer);
    Case { file: (*name).to_owned(), planted, answer, expected: repro.expected(planted) }
}

fn ending(case: &Case) -> Exit {
    match case.answer {
        _ if case.is_as_expected() => Exit::Held,
        Answer::SameViolation | Answer::OtherViolation => Exit::Violated,
        Answer::Passes | Answer::Stale | Answer::Inconclusive => Exit::Inconclusive,
    }
}

/// The TOML files of a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::BadInput(format!("failed to read the folder `{}`: {error}", folder.display()))
    };
    let mut files = Vec::new();
    for entry in folder.read_dir().map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
