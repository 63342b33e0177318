//! `pennywise snapshot`: what trials came to when somebody last looked, kept in a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use model::Defects;
use reports::snapshot_diff::{self, Difference};
use reports::{counted, snapshot};
use scenarios::{catalog, trial};
use sim::Seed;

use crate::arguments::{SnapshotAction, SnapshotArguments};
use crate::chosen::Chosen;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::screen::{Mood, Screen};
use crate::shelf;

/// Compares every snapshot of a folder with what its trial comes to now, or writes them
/// anew. A scenario file that lies in the folder wins over a built-in one of its name.
pub(crate) fn snapshot(
    arguments: SnapshotArguments,
    screen: &mut Screen<'_>,
) -> Result<Exit, Failure> {
    match arguments.action {
        SnapshotAction::Check { folder } => check(&folder, screen),
        SnapshotAction::Accept { folder, scenarios, seeds } => {
            accept(&folder, &scenarios, seeds.get(), screen)
        }
    }
}

fn check(folder: &Path, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let kept = Kept::read(folder)?;
    if kept.seeds.is_empty() {
        let folder = folder.display();
        screen.remark(&format!(
            "there is nothing in `{folder}` to check: `pennywise snapshot accept {folder} \
             SCENARIO` begins\n"
        ));
        return Ok(Exit::NothingRan);
    }
    let (mut same, mut differ) = (0_u64, 0_u64);
    for (scenario, seeds) in &kept.seeds {
        let chosen = kept.scenario(scenario)?;
        if seeds.is_empty() {
            differ += 1;
            screen.headline(Mood::Unsure, &format!("{scenario}: nothing is accepted yet\n"))?;
        }
        for seed in seeds {
            let path = kept.path(scenario, *seed);
            let before = fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
            let now = text(&chosen, *seed);
            let difference = Difference::between(&before, &now);
            let mood = match difference {
                Difference::Same => {
                    same += 1;
                    continue;
                }
                Difference::DigestChanged => Mood::Unsure,
                Difference::BehaviorChanged => Mood::Bad,
            };
            differ += 1;
            let lines = snapshot_diff::render(&before, &now);
            let told = format!("{scenario}, seed {seed}: {}\n{lines}", difference.says());
            screen.headline(mood, &told)?;
        }
    }
    let (mood, exit) = match differ {
        0 => (Mood::Good, Exit::Held),
        _ => (Mood::Bad, Exit::SnapshotDiffers),
    };
    let mut told = format!("{} as accepted", counted(same, "snapshot"));
    if differ > 0 {
        let again = format!("pennywise snapshot accept {}", folder.display());
        told = format!("{told}, {} not\n{again}", counted(differ, "snapshot"));
    }
    screen.headline(mood, &(told + "\n"))?;
    Ok(exit)
}

fn accept(
    folder: &Path,
    scenarios: &[String],
    count: u64,
    screen: &mut Screen<'_>,
) -> Result<Exit, Failure> {
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    let mut kept = Kept::read(folder)?;
    for word in scenarios {
        let name = Chosen::find(word)?.scenario.name.clone();
        let is_found_again = kept.files.contains_key(&name) || catalog::named(&name).is_ok();
        if !is_found_again {
            let sentence = format!(
                "`{word}` lies elsewhere: copy it to `{}`, so that its snapshots find it",
                folder.display()
            );
            return Err(Failure::BadInput(sentence));
        }
        kept.seeds.entry(name).or_default();
    }
    if kept.seeds.is_empty() {
        let sentence = format!("there is no scenario in `{}`: name one", folder.display());
        return Err(Failure::BadInput(sentence));
    }
    let mut written = 0;
    for (scenario, seeds) in &kept.seeds {
        let chosen = kept.scenario(scenario)?;
        let seeds = match seeds.is_empty() {
            true => (1..=count).map(Seed).collect(),
            false => seeds.clone(),
        };
        for seed in seeds {
            let (path, now) = (kept.path(scenario, seed), text(&chosen, seed));
            if fs::read_to_string(&path).is_ok_and(|before| before == now) {
                continue;
            }
            shelf::write(&path, &now).map_err(Failure::Output)?;
            written += 1;
            screen.print(&format!("accepted {}\n", path.display()))?;
        }
    }
    screen.headline(Mood::Good, &format!("{} written\n", counted(written, "snapshot")))?;
    Ok(Exit::Held)
}

fn text(chosen: &Chosen, seed: Seed) -> String {
    snapshot::render(&trial::run(&chosen.scenario, seed, Defects::NONE))
}

/// What lies in a folder.
struct Kept {
    folder: PathBuf,
    /// The scenario files, by the name of the scenario.
    files: BTreeMap<String, PathBuf>,
    /// The seeds of each scenario that there are snapshots of.
    seeds: BTreeMap<String, BTreeSet<Seed>>,
}

impl Kept {
    fn read(folder: &Path) -> Result<Self, Failure> {
        let (mut files, mut seeds) = (BTreeMap::new(), BTreeMap::<_, BTreeSet<_>>::new());
        let entries = folder.read_dir().map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                let folder = folder.display();
                Failure::BadInput(format!(
                    "there is no folder `{folder}`; `pennywise snapshot accept {folder} SCENARIO` \
                     begins one"
                ))
            }
            _ => unreadable(folder, &error),
        })?;
        for entry in entries {
            let path = entry.map_err(|error| unreadable(folder, &error))?.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            match path.extension().and_then(|ending| ending.to_str()) {
                Some("toml") => {
                    let chosen = Chosen::find(&path.display().to_string())?;
                    let name = chosen.scenario.name.clone();
                    seeds.entry(name.clone()).or_default();
                    files.insert(name, path);
                }
                Some("snap") => {
                    let (name, seed) = named(stem, &path)?;
                    seeds.entry(name).or_default().insert(seed);
                }
                _ => {}
            }
        }
        Ok(Self { folder: folder.to_owned(), files, seeds })
    }

    fn scenario(&self, name: &str) -> Result<Chosen, Failure> {
        match self.files.get(name) {
            Some(path) => Chosen::find(&path.display().to_string()),
            None => Chosen::find(name),
        }
    }

    fn path(&self, scenario: &str, seed: Seed) -> PathBuf {
        self.folder.join(format!("{scenario}-{}.snap", seed.0))
    }
}

/// Of which scenario and seed a snapshot is, by the name of its file.
fn named(stem: &str, path: &Path) -> Result<(String, Seed), Failure> {
    let parts = stem.rsplit_once('-');
    let known = parts.and_then(|(name, seed)| Some((name.to_owned(), Seed(seed.parse().ok()?))));
    known.ok_or_else(|| {
        let path = path.display();
        let sentence = format!(
            "`{path}` is the snapshot of nothing: expected a scenario and a seed, such as \
             `calm-day-1.snap`"
        );
        Failure::BadInput(sentence)
    })
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::BadInput(format!("failed to read `{}`: {error}", path.display()))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::BadInput(format!("failed to make the folder `{}`: {error}", path.display()))
}
