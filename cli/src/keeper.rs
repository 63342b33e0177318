//! What becomes of a finding: a file that anybody can replay, written before
//! anybody is told of it.

use std::collections::BTreeMap;
use std::path::Path;

use model::Defects;
use rayon::ThreadPool;
use reports::{Repeat, violation};
use scenarios::campaign::Finding;
use scenarios::repro::{self, Answer, Repro};
use scenarios::{Fingerprint, Plan, Scenario, Strategy, strategy};

use crate::author;
use crate::interrupt::Interrupt;
use crate::shelf::Shelf;

/// Keeps the first finding of each kind.
pub(crate) struct Keeper<'p> {
    shelf: Shelf,
    planted: Defects,
    pool: &'p ThreadPool,
    interrupt: Interrupt,
    /// Whether even what an earlier campaign wrote is written anew: what a shard comes to
    /// depends on nothing that was there before.
    pub(crate) shrinks_all: bool,
    /// The path of the file of each kind; `None` if it could not be written.
    kept: BTreeMap<Fingerprint, Option<String>>,
    /// What became of the findings so far, where nothing of it was left out.
    keepings: Vec<Keeping>,
    /// What became of findings elsewhere.
    known: Vec<Keeping>,
}

/// What becomes of one finding if nothing was kept before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keeping {
    pub(crate) scenario: String,
    /// The place of its trial in the campaign.
    pub(crate) index: u64,
    /// Its own repro, and those of what else was met while it was shrunk.
    pub(crate) repros: Vec<Kept>,
}

/// A repro that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) kind: Fingerprint,
    pub(crate) planted: Defects,
    pub(crate) text: String,
}

/// Something that violates an invariant, before it is shrunk.
struct Found {
    kind: Fingerprint,
    plan: Plan,
    planted: Defects,
}

/// A file, and its text if it was written just now.
struct Put {
    path: String,
    text: Option<String>,
}

impl<'p> Keeper<'p> {
    pub(crate) fn new(
        shelf: Shelf,
        planted: Defects,
        pool: &'p ThreadPool,
        interrupt: Interrupt,
    ) -> Self {
        let (kept, keepings, known) = Default::default();
        Self { shelf, planted, pool, interrupt, shrinks_all: false, kept, keepings, known }
    }

    /// The same, and what became of these findings need not be found out again.
    pub(crate) fn knowing(self, known: Vec<Keeping>) -> Self {
        Self { known, ..self }
    }

    /// Keeps `finding` of `scenario` and what else is met while it is shrunk, one
    /// of each kind, and then `tells` of it. Ctrl-C leaves it as small as it is by
    /// then.
    pub(crate) fn keep(
        &mut self,
        scenario: &Scenario,
        finding: &Finding,
        mut tells: impl FnMut(&str),
    ) {
        if let Some(known) = self.known(scenario, finding) {
            return self.copy(known, &mut tells);
        }
        if let Some(known) = self.learned_elsewhere(scenario, finding) {
            return self.copy(known, &mut tells);
        }
        let plan = finding.plan.as_deref().cloned();
        let plan = plan.unwrap_or_else(|| strategy::plan(scenario, finding.seed, self.planted));
        let kept = self.keep_plan(plan, finding.violation.fingerprint(), tells);
        if let Some(repros) = kept {
            let (scenario, index) = (scenario.name.clone(), finding.index);
            self.keepings.push(Keeping { scenario, index, repros });
        }
    }

    /// The same of a `plan` that violates something in this way; what was written, if all of
    /// it was, and nothing of it had been before.
    pub(crate) fn keep_plan(
        &mut self,
        plan: Plan,
        kind: Fingerprint,
        mut tells: impl FnMut(&str),
    ) -> Option<Vec<Kept>> {
        let planted = self.planted;
        let before: Vec<_> = self.kept.keys().copied().collect();
        let mut waiting = vec![Found { kind, plan, planted }];
        let mut repros = Vec::new();
        let mut is_whole = true;
        while let Some(found) = waiting.pop() {
            if self.kept.contains_key(&found.kind) {
                is_whole &= !before.contains(&found.kind);
                continue;
            }
            let (kind, planted) = (found.kind, found.planted);
            let put = self.put(found, &mut waiting);
            let text = put.as_ref().ok().and_then(|put| put.text.clone());
            match text {
                Some(text) => repros.push(Kept { kind, planted, text }),
                None => is_whole = false,
            }
            self.settle(kind, put.map(|put| put.path), &mut tells);
        }
        is_whole.then_some(repros)
    }

    /// The path of the file of each kind of finding that is in one.
    pub(crate) fn files(&self) -> BTreeMap<Fingerprint, String> {
        let kept = self.kept.iter();
        kept.filter_map(|(kind, path)| Some((*kind, path.clone()?))).collect()
    }

    /// What became of the findings so far; without those that were kept before, in part
    /// or as a whole, of which it is not known what would become if they had not been.
    pub(crate) fn keepings(&self) -> &[Keeping] {
        &self.keepings
    }

    /// What another process told of this finding.
    fn told_of(&self, scenario: &Scenario, finding: &Finding) -> Option<&Keeping> {
        let is_it =
            |known: &&Keeping| (&known.scenario, known.index) == (&scenario.name, finding.index);
        self.known.iter().find(is_it)
    }

    /// What is known to become of `finding`; `None` if it is not, or it depends on what is kept
    /// by now.
    fn known(&self, scenario: &Scenario, finding: &Finding) -> Option<Keeping> {
        let known = self.told_of(scenario, finding)?;
        let kind = finding.violation.fingerprint();
        let is_its_own = known.repros.first().is_some_and(|kept| kept.kind == kind);
        let is_new = |kept: &Kept| {
            let path = self.shelf.path(&repro::file_name(kept.kind, kept.planted));
            !self.kept.contains_key(&kept.kind) && !path.exists()
        };
        (is_its_own && known.repros.iter().all(is_new)).then(|| known.clone())
    }

    /// What is known to become of `finding` and is not kept yet, where its seed does not tell its
    /// plan.
    fn learned_elsewhere(&self, scenario: &Scenario, finding: &Finding) -> Option<Keeping> {
        let learned = scenario.strategy == Some(Strategy::Feedback) && finding.plan.is_none();
        let mut known = self.told_of(scenario, finding).filter(|_| learned)?.clone();
        known.repros.retain(|kept| !self.kept.contains_key(&kept.kind));
        Some(known)
    }

    /// Writes what is known to become of a finding.
    fn copy(&mut self, known: Keeping, tells: &mut impl FnMut(&str)) {
        for Kept { kind, planted, text } in known.repros {
            let name = repro::file_name(kind, planted);
            let path = self.shelf.path(&name).display().to_string();
            let put = self.shelf.put(&name, &text).map_err(|error| error.to_string());
            self.settle(kind, put.map(|()| path), tells);
        }
    }

    /// A repro of this `kind` was written, or could not be.
    fn settle(
        &mut self,
        kind: Fingerprint,
        put: Result<String, String>,
        tells: &mut impl FnMut(&str),
    ) {
        match put {
            Ok(path) => {
                let (name, replay) = (violation::name(kind.invariant), Repeat::replay(&path));
                self.kept.insert(kind, Some(path));
                tells(&format!("found {name}: {replay}\n"));
            }
            Err(reason) => {
                self.kept.insert(kind, None);
                tells(&format!("warning: a finding of {kind} is in no file: {reason}\n"));
            }
        }
    }

    /// Writes what is found, unless an earlier campaign has; tells where it is.
    fn put(&self, found: Found, waiting: &mut Vec<Found>) -> Result<Put, String> {
        let Found { kind, plan, planted } = found;
        let usual = repro::file_name(kind, planted);
        let name = self.free_name(&usual);
        let path = self.shelf.path(&name);
        if !self.shrinks_all && is_known(&path, kind, planted) {
            return Ok(Put { path: path.display().to_string(), text: None });
        }
        let go_on = |_| !self.interrupt.came();
        let written = author::write(&plan, planted, kind, self.pool, go_on);
        let written = written.ok_or("its trial does not repeat: `pennywise doctor` says why")?;
        let slipped = written.slipped.into_iter().rev();
        waiting.extend(slipped.map(|slipped| Found {
            kind: slipped.fingerprint,
            plan: slipped.plan,
            planted: slipped.defects,
        }));
        let text = written.repro.text().replace(&usual, &name);
        let put = self.shelf.put(&name, &text);
        put.map_err(|error| error.to_string())?;
        Ok(Put { path: path.display().to_string(), text: Some(text) })
    }

    /// The `usual` name of a file, or the same with a number where somebody keeps a repro
    /// under it that was mended: a new violation of the same kind does not take its place.
    fn free_name(&self, usual: &str) -> String {
        let stem = usual.trim_end_matches(".toml");
        let others = (2_u32..).map(|n| format!("{stem}-{n}.toml"));
        let mut names = std::iter::once(usual.to_owned()).chain(others);
        let free = names.find(|name| !was_mended(&self.shelf.path(name)));
        free.expect("there are more numbers than files")
    }
}

/// Whether this file is kept to show that what it showed is over.
fn was_mended(path: &Path) -> bool {
    Repro::file(path).is_ok_and(|repro| repro.expect == Answer::Passes)
}

/// Whether an earlier campaign wrote this file, and it still shows that.
fn is_known(path: &Path, kind: Fingerprint, planted: Defects) -> bool {
    Repro::file(path).is_ok_and(|repro| {
        (repro.violation, repro.planted) == (kind, planted)
            && repro.replay(planted).answer == Answer::SameViolation
    })
}
