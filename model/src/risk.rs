//! The risk service: a verdict per operation, with a velocity counter that has
//! to be released when the payment comes to nothing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::archive::Archive;
use crate::aside::Aside;
use crate::id_map::IdMap;
use crate::identity::OperationId;
use crate::review::{ReviewEntry, Reviews};

/// A request to the risk service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RiskRequest {
    /// Judge the payment.
    Assess {
        /// The key that makes it count once.
        operation: OperationId,
    },
    /// Take the payment out of the count, and never count it.
    Release {
        /// The operation of the assessment.
        operation: OperationId,
    },
}

/// An answer of the risk service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RiskReply {
    /// Go ahead.
    Approve,
    /// Stop.
    Reject,
    /// A person looks at it; ask again, unless it will be told.
    Review,
    /// It is out of the count.
    Released,
}

/// A verdict as it will be drawn by the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Approve or reject at once.
    Now(bool),
    /// Review, and approve or reject at this time.
    At(Duration, bool),
    /// Review, and nobody ever decides.
    Never,
}

/// A change that has to be durable before it is told to anyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RiskEntry {
    /// This operation was assessed.
    Assessed(OperationId, Verdict),
    /// This operation was released.
    Released(OperationId),
    /// A review whose verdict is told goes on.
    Review(ReviewEntry),
}

/// The state of the risk service.
#[derive(Clone, Debug, Default, Hash)]
pub struct RiskDesk {
    /// `None` where it was released.
    verdicts: IdMap<OperationId, Option<Verdict>>,
    /// Verdicts that were given and that time changes no more.
    given: Archive<Option<bool>>,
    /// Reviews whose verdicts are told. A release takes nothing from a person's desk.
    reviews: Aside<Reviews>,
}

impl RiskDesk {
    /// Answers `request`; `verdict` is what a new assessment will come to. The
    /// entry, where there is one, has to be durable before the answer leaves.
    pub fn answer(
        &mut self,
        request: RiskRequest,
        now: Duration,
        verdict: Verdict,
    ) -> (RiskReply, Option<RiskEntry>) {
        match request {
            RiskRequest::Assess { operation } => match self.known(operation) {
                Some(known) => (known.map_or(RiskReply::Reject, |v| reply(v, now)), None),
                None => {
                    let entry = RiskEntry::Assessed(operation, verdict);
                    self.restore(entry);
                    (reply(verdict, now), Some(entry))
                }
            },
            RiskRequest::Release { operation } => {
                if self.known(operation) == Some(None) {
                    return (RiskReply::Released, None);
                }
                let entry = RiskEntry::Released(operation);
                self.restore(entry);
                (RiskReply::Released, Some(entry))
            }
        }
    }

    /// Files those of `operations` whose verdict is given by `now`: it is told
    /// as before, and takes a few bytes. Tells of which it is not.
    pub fn file(&mut self, operations: Vec<OperationId>, now: Duration) -> Vec<OperationId> {
        let mut batch = Vec::with_capacity(operations.len());
        let mut open = Vec::new();
        for operation in operations {
            let given = match self.verdicts.get(&operation) {
                Some(None) => None,
                Some(Some(verdict)) => match reply(*verdict, now) {
                    RiskReply::Approve => Some(true),
                    RiskReply::Reject => Some(false),
                    RiskReply::Review | RiskReply::Released => {
                        open.push(operation);
                        continue;
                    }
                },
                None => continue,
            };
            // Released after it was filed: what is filed does not change.
            if self.given.get(operation.0).is_none() {
                self.verdicts.remove(&operation);
                batch.push((operation.0, given));
            }
        }
        self.given.keep(batch);
        open
    }

    /// Every operation that is not filed.
    pub fn unfiled(&self) -> impl Iterator<Item = OperationId> {
        self.verdicts.keys().copied()
    }

    /// The reviews whose verdicts are told, where there was any.
    pub fn reviews(&self) -> Option<&Reviews> {
        self.reviews.as_ref()
    }

    /// How many verdicts are not filed, and the bytes that the others take.
    pub fn footprint(&self) -> (usize, usize) {
        (self.verdicts.len(), self.given.bytes())
    }

    fn known(&self, operation: OperationId) -> Option<Option<Verdict>> {
        let open = self.verdicts.get(&operation).copied();
        open.or_else(|| Some(self.given.get(operation.0)?.map(Verdict::Now)))
    }

    /// Puts back what an earlier answer changed.
    pub fn restore(&mut self, entry: RiskEntry) {
        match entry {
            RiskEntry::Assessed(operation, verdict) => {
                self.verdicts.insert(operation, Some(verdict));
            }
            RiskEntry::Released(operation) => {
                self.verdicts.insert(operation, None);
            }
            RiskEntry::Review(entry) => {
                let decided = self.reviews.0.get_or_insert_default().restore(entry);
                let open = decided.and_then(|d| Some((self.verdicts.get_mut(&d.operation)?, d)));
                if let Some((Some(verdict), decided)) = open {
                    *verdict = Verdict::Now(decided.approves);
                }
            }
        }
    }
}

fn reply(verdict: Verdict, now: Duration) -> RiskReply {
    match verdict {
        Verdict::Now(true) => RiskReply::Approve,
        Verdict::Now(false) => RiskReply::Reject,
        Verdict::Never => RiskReply::Review,
        Verdict::At(at, _) if now < at => RiskReply::Review,
        Verdict::At(_, approves) => reply(Verdict::Now(approves), now),
    }
}
