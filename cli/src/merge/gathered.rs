//! The shards of one campaign: all of them, and each once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use reports::{Count, counted};
use scenarios::campaign::{Part, Shard};

use crate::failure::Failure;
use crate::keeper::Keeping;
use crate::shard_file::{Identity, ShardFile};
use crate::undertaking::Undertaking;

/// What shards of one campaign have written.
pub(super) struct Gathered {
    /// The file that the campaign is known by.
    path: PathBuf,
    campaign: Identity,
    /// All shards, by number.
    files: Vec<ShardFile>,
}

impl Gathered {
    /// What `folders` hold.
    ///
    /// # Errors
    /// If that is not all shards of one campaign, each once or in the same words, by the name of
    /// the file which is wrong or of the shard that is missing.
    pub(super) fn read(folders: &[PathBuf]) -> Result<Self, Failure> {
        let mut paths = Vec::new();
        for folder in folders {
            paths.extend(files(folder)?);
        }
        let mut read = Vec::with_capacity(paths.len());
        for path in paths {
            let file = ShardFile::read(&path)?;
            read.push((path, file));
        }
        let Some((path, first)) = read.first() else {
            let folders: Vec<_> = folders.iter().map(|f| format!("`{}`", f.display())).collect();
            return Err(Failure::BadInput(format!(
                "no shard has written a result to {}: expected files such as `shard-2-of-8.json`, \
                 which `pennywise fuzz --shard` writes",
                folders.join(", ")
            )));
        };
        let (path, campaign, shard) = (path.clone(), first.campaign.clone(), first.shard());
        let mut known: BTreeMap<Shard, (PathBuf, ShardFile)> = BTreeMap::new();
        for (at, file) in read {
            is_of(&campaign, &path, &at, &file)?;
            match known.get(&file.shard()) {
                Some((other, same)) if *same != file => return Err(doubled(&at, other, &file)),
                Some(_) => {}
                None => {
                    known.insert(file.shard(), (at, file));
                }
            }
        }
        is_all(&campaign, shard, &known)?;
        let files = known.into_values().map(|(_, file)| file).collect();
        Ok(Self { path, campaign, files })
    }

    /// What they ran.
    ///
    /// # Errors
    /// If that can't be had here as it was there.
    pub(super) fn undertaking(&self) -> Result<Undertaking, Failure> {
        let undertaking = self.campaign.undertaking();
        undertaking.map_err(|why| Failure::BadInput(format!("`{}` {why}", self.path.display())))
    }

    /// How many trials of each scenario there are.
    pub(super) const fn count(&self) -> u64 {
        self.campaign.count()
    }

    /// What each shard did of scenario number `at`.
    pub(super) fn parts(&self, at: usize) -> Vec<Part> {
        self.files.iter().filter_map(|file| file.parts.get(at).cloned()).collect()
    }

    /// What became of the findings of all shards.
    pub(super) fn keepings(&self) -> Vec<Keeping> {
        self.files.iter().flat_map(ShardFile::keepings).collect()
    }
}

/// The results of shards in `folder`, in the order of their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error: std::io::Error| {
        let folder = folder.display();
        Failure::BadInput(format!("the folder `{folder}` can't be read: {error}"))
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if entry.file_name().to_str().is_some_and(ShardFile::is_name) {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

/// Whether the file at `at` is of the campaign of the one at `path`, and all that it should be.
fn is_of(campaign: &Identity, path: &Path, at: &Path, file: &ShardFile) -> Result<(), Failure> {
    if let Some((expected, found)) = campaign.difference(&file.campaign) {
        return Err(Failure::BadInput(format!(
            "`{}` is a shard of another campaign than `{}`: {found}, expected {expected}",
            at.display(),
            path.display()
        )));
    }
    let name = ShardFile::name(file.shard());
    if at.file_name().is_none_or(|known| *known != *name)
        || file.shard().count() != campaign.shards()
    {
        let (at, shard) = (at.display(), file.shard());
        return Err(Failure::BadInput(format!(
            "`{at}` is the result of shard {shard}, which is written to `{name}`"
        )));
    }
    let share = file.shard().share(campaign.count());
    let short = file.parts.iter().find(|part| !part.has_all_of(campaign.count()));
    let trials = short.map(|part| part.campaign.trials.min(part.digests.len() as u64));
    match trials {
        None if file.parts.len() == campaign.scenarios() => Ok(()),
        trials => Err(Failure::Incomplete(format!(
            "`{}` is not all of shard {}: it has {} of {} and of {}, expected {} of each; run it \
             again: {}",
            at.display(),
            file.shard(),
            counted(file.parts.len() as u64, "scenario"),
            campaign.scenarios(),
            counted(trials.unwrap_or(share), "trial"),
            Count(share),
            campaign.command(file.shard())
        ))),
    }
}

fn doubled(at: &Path, other: &Path, file: &ShardFile) -> Failure {
    Failure::NotDeterministic(format!(
        "shard {} is there twice, and not the same: `{}` and `{}`; one of them was changed, or \
         the same seeds came to something else: `pennywise doctor` says why",
        file.shard(),
        other.display(),
        at.display()
    ))
}

/// Whether every shard is `known`.
fn is_all(
    campaign: &Identity,
    shard: Shard,
    known: &BTreeMap<Shard, (PathBuf, ShardFile)>,
) -> Result<(), Failure> {
    let missing: Vec<_> = shard.all().filter(|shard| !known.contains_key(shard)).collect();
    let Some(first) = missing.first() else { return Ok(()) };
    let mut names: Vec<_> = missing.iter().take(TOLD_MAX).map(Shard::to_string).collect();
    if missing.len() > TOLD_MAX {
        names.push(format!("{} more", missing.len() - TOLD_MAX));
    }
    let are = if missing.len() == 1 { "is" } else { "are" };
    Err(Failure::Incomplete(format!(
        "the merge is incomplete: {} of {} {are} missing, {}; expected the file `{}` in one of the \
         folders, which is written by `{}`",
        Count(missing.len() as u64),
        counted(shard.count(), "shard"),
        names.join(", "),
        ShardFile::name(*first),
        campaign.command(*first)
    )))
}

/// How many missing shards are told by name.
const TOLD_MAX: usize = 10;
