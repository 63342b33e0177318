//! What becomes of a finding: a file that anybody can replay, written before
//! anybody is told of it.

use std::collections::BTreeMap;
use std::path::Path;

use model::Defects;
use rayon::ThreadPool;
use reports::{Repeat, violation};
use scenarios::campaign::Finding;
use scenarios::repro::{self, Answer, Repro};
use scenarios::{Fingerprint, Plan, Scenario};

use crate::author;
use crate::interrupt::Interrupt;
use crate::shelf::Shelf;

/// Keeps the first finding of each kind.
pub(crate) struct Keeper<'p> {
    shelf: Shelf,
    planted: Defects,
    pool: &'p ThreadPool,
    interrupt: Interrupt,
    /// The path of the file of each kind; `None` if it could not be written.
    kept: BTreeMap<Fingerprint, Option<String>>,
}

/// Something that violates an invariant, before it is shrunk.
struct Found {
    kind: Fingerprint,
    plan: Plan,
    planted: Defects,
}

impl<'p> Keeper<'p> {
    pub(crate) fn new(
        shelf: Shelf,
        planted: Defects,
        pool: &'p ThreadPool,
        interrupt: Interrupt,
    ) -> Self {
        Self { shelf, planted, pool, interrupt, kept: BTreeMap::new() }
    }

    /// Keeps `finding` of `scenario` and what else is met while it is shrunk, one
    /// of each kind, and then `tells` of it. Ctrl-C leaves it as small as it is by
    /// then.
    pub(crate) fn keep(&mut self, scenario: &Scenario, finding: &Finding, tells: impl FnMut(&str)) {
        let plan = Plan::draw(scenario, finding.seed);
        self.keep_plan(&plan, finding.violation.fingerprint(), tells);
    }

    /// The same of a `plan` that violates something in this way.
    pub(crate) fn keep_plan(
        &mut self,
        plan: &Plan,
        kind: Fingerprint,
        mut tells: impl FnMut(&str),
    ) {
        let (plan, planted) = (plan.clone(), self.planted);
        let mut waiting = vec![Found { kind, plan, planted }];
        while let Some(found) = waiting.pop() {
            if self.kept.contains_key(&found.kind) {
                continue;
            }
            let kind = found.kind;
            match self.put(found, &mut waiting) {
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
    }

    /// The path of the file of each kind of finding that is in one.
    pub(crate) fn files(&self) -> BTreeMap<Fingerprint, String> {
        let kept = self.kept.iter();
        kept.filter_map(|(kind, path)| Some((*kind, path.clone()?))).collect()
    }

    /// Writes what is found, unless an earlier campaign has; tells where it is.
    fn put(&self, found: Found, waiting: &mut Vec<Found>) -> Result<String, String> {
        let Found { kind, plan, planted } = found;
        let path = self.shelf.path(&repro::file_name(kind, planted));
        if is_known(&path, kind, planted) {
            return Ok(path.display().to_string());
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
        let name = written.repro.file_name();
        let put = self.shelf.put(&name, &written.repro.text());
        put.map_err(|error| error.to_string())?;
        Ok(self.shelf.path(&name).display().to_string())
    }
}

/// Whether an earlier campaign wrote this file, and it still shows that.
fn is_known(path: &Path, kind: Fingerprint, planted: Defects) -> bool {
    Repro::file(path).is_ok_and(|repro| {
        (repro.violation, repro.planted) == (kind, planted)
            && repro.replay(planted).answer == Answer::SameViolation
    })
}
