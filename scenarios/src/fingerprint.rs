//! What makes two violations the same one: which claim broke, in which
//! workflow, at which step, and how the authorities disagree.

use std::fmt;
use std::str::FromStr;

use model::workflow;
use serde::{Deserialize, Serialize};

use crate::invariant::Invariant;
use crate::judge::{Relation, Violation};

/// The kind of a violation, from trusted facts only. Campaigns tell findings
/// apart by it, and shrinking keeps it. Written
/// `I05 payin_card capture new-operation-at-other-provider`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint {
    /// The claim that broke.
    pub invariant: Invariant,
    /// The workflow of the payment.
    pub workflow: &'static str,
    /// The step of the effect that made it false.
    pub step: &'static str,
    /// How the authorities disagree.
    pub relation: Relation,
}

/// What can't be read as a [`Fingerprint`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAFingerprint {
    /// It does not have four parts.
    #[error(
        "`{0}` is no kind of violation: expected an invariant, a workflow, a step and a relation, such as `I05 payin_card capture new-operation-at-other-provider`"
    )]
    Parts(String),
    /// No invariant has this code.
    #[error("`{0}` is no invariant: `pennywise list invariants` names them")]
    Invariant(String),
    /// No workflow has this name.
    #[error("`{0}` is no workflow: expected one of {known}", known = workflow::ALL.map(|known| known.saga.name).join(", "))]
    Workflow(String),
    /// No violation is told of this step.
    #[error("`{0}` is no step that a violation is told of: expected one of {known}", known = STEPS.join(", "))]
    Step(String),
    /// Authorities never disagree so.
    #[error("`{0}` is no way to disagree: expected one of {known}", known = relations())]
    Relation(String),
}

impl Violation {
    /// What kind of violation it is.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint {
            invariant: self.invariant,
            workflow: self.workflow,
            step: self.step,
            relation: self.relation,
        }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { invariant, workflow, step, relation } = self;
        write!(f, "{invariant} {workflow} {step} {}", relation.name())
    }
}

impl FromStr for Fingerprint {
    type Err = NotAFingerprint;

    fn from_str(text: &str) -> Result<Self, NotAFingerprint> {
        let parts: Vec<_> = text.split_ascii_whitespace().collect();
        let [invariant, workflow, step, relation] = parts.as_slice() else {
            return Err(NotAFingerprint::Parts(text.to_owned()));
        };
        let owned = |text: &str| text.to_owned();
        let workflows = workflow::ALL.map(|workflow| workflow.saga.name);
        let known =
            |names: &[&'static str], name| names.iter().find(|known| **known == name).copied();
        Ok(Self {
            invariant: Invariant::with_code(invariant)
                .ok_or_else(|| NotAFingerprint::Invariant(owned(invariant)))?,
            workflow: known(&workflows, *workflow)
                .ok_or_else(|| NotAFingerprint::Workflow(owned(workflow)))?,
            step: known(&STEPS, *step).ok_or_else(|| NotAFingerprint::Step(owned(step)))?,
            relation: Relation::named(relation)
                .ok_or_else(|| NotAFingerprint::Relation(owned(relation)))?,
        })
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = NotAFingerprint;

    fn try_from(text: String) -> Result<Self, NotAFingerprint> {
        text.parse()
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

/// The steps of all workflows, and the effects that belong to no single one.
pub(crate) const STEPS: [&str; 26] = [
    "create",
    "risk",
    "quote",
    "hold",
    "authorize",
    "capture",
    "release",
    "refund",
    "withdraw",
    "dispute",
    "contest",
    "verdict",
    "void",
    "send",
    "recall",
    "return",
    "post",
    "book",
    "commit",
    "notify",
    "settle",
    "count",
    "status",
    "webhook",
    "by-hand",
    "late-success",
];

fn relations() -> String {
    Relation::ALL.map(Relation::name).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fingerprint_is_read_back_as_what_it_was_written() {
        for story in &Invariant::ALL {
            for relation in Relation::ALL {
                for step in STEPS {
                    let (invariant, workflow) = (story.code, workflow::ALL[0].saga.name);
                    let fingerprint = Fingerprint { invariant, workflow, step, relation };
                    assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint));
                }
            }
        }
        let steps = workflow::ALL.iter().flat_map(|workflow| workflow.saga.steps);
        assert!(steps.clone().all(|step| STEPS.contains(&step.name)));
    }

    #[test]
    fn what_is_no_fingerprint_is_told_which_part_is_wrong_and_what_was_expected() {
        for (text, wrong) in [
            ("I05 payin_card capture", "four"),
            ("I99 payin_card capture books-differ", "`I99`"),
            ("I05 payout capture books-differ", "`payout`"),
            ("I05 payin_card captured books-differ", "`captured`"),
            ("I05 payin_card capture books-match", "`books-match`"),
        ] {
            let error = text.parse::<Fingerprint>().unwrap_err().to_string();
            let told = error.contains(wrong) || wrong == "four" && error.contains("expected");
            assert!(told, "{error}");
        }
    }
}
