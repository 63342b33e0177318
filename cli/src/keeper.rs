//! What becomes of a finding: a file that anybody can replay, written before
//! anybody is told of it.

use std::collections::BTreeMap;
use std::path::Path;

use model::Defects;
use reports::{Repeat, violation};
use scenarios::campaign::Finding;
use scenarios::repro::{self, Answer, Repro};
use scenarios::{Fingerprint, Plan, Scenario};

use crate::shelf::Shelf;

/// Keeps the first finding of each kind.
pub(crate) struct Keeper {
    shelf: Shelf,
    planted: Defects,
    /// The path of the file of each kind; `None` if it could not be written.
    kept: BTreeMap<Fingerprint, Option<String>>,
}

impl Keeper {
    pub(crate) fn new(shelf: Shelf, planted: Defects) -> Self {
        Self { shelf, planted, kept: BTreeMap::new() }
    }

    /// Keeps `finding` of `scenario`, unless one of its kind is kept, and says
    /// what there is to say of that.
    pub(crate) fn keep(&mut self, scenario: &Scenario, finding: &Finding) -> Option<String> {
        let kind = finding.violation.fingerprint();
        if self.kept.contains_key(&kind) {
            return None;
        }
        let name = repro::file_name(kind, self.planted);
        let path = self.shelf.path(&name);
        let outcome = match self.is_known(&path, kind) {
            true => Ok(()),
            false => self.write(&name, scenario, finding),
        };
        let shown = path.display().to_string();
        match outcome {
            Ok(()) => {
                let told = format!(
                    "found {}: {}\n",
                    violation::name(&finding.violation),
                    Repeat::replay(&shown)
                );
                self.kept.insert(kind, Some(shown));
                Some(told)
            }
            Err(reason) => {
                self.kept.insert(kind, None);
                Some(format!("warning: `{shown}` can't be written: {reason}\n"))
            }
        }
    }

    /// The path of the file with a finding of this kind.
    pub(crate) fn path(&self, kind: Fingerprint) -> Option<&str> {
        self.kept.get(&kind)?.as_deref()
    }

    /// Whether an earlier campaign wrote this file, and it still shows that.
    fn is_known(&self, path: &Path, kind: Fingerprint) -> bool {
        Repro::file(path).is_ok_and(|repro| {
            (repro.violation, repro.planted) == (kind, self.planted)
                && repro.replay(self.planted).answer == Answer::SameViolation
        })
    }

    fn write(&self, name: &str, scenario: &Scenario, finding: &Finding) -> Result<(), String> {
        let plan = Plan::draw(scenario, finding.seed);
        let kind = finding.violation.fingerprint();
        let repro = Repro::new(plan, self.planted, kind, env!("CARGO_PKG_VERSION"));
        let repro = repro.ok_or("its trial does not repeat: `pennywise doctor` says why")?;
        self.shelf.put(name, &repro.text()).map_err(|error| error.to_string())
    }
}
