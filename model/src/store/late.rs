//! Money that comes to light after the try at it had definitely come to nothing
//! (payments.md 1.6, the late-success rule). Whatever brings it to light, a webhook, a
//! query, an undo or a settlement line, it is one saga, named by its charge.

use super::inbox::InboxChange;
use super::{Commit, Store, StoreEntry};
use crate::defect::Defect;
use crate::identity::{ChargeId, OperationId, PaymentId, ProviderId};
use crate::money::{Amount, Money};
use crate::order::{LateOrder, Order};
use crate::record::{Intent, Outcome, Record, UndoOutcome};
use crate::saga::Try;
use crate::settlement::{LineKind, SettlementLine};
use crate::webhook::{Beginning, News, Teller, Webhook};

/// Money that was taken against its provider's word, and what proves it.
#[derive(Clone, Copy, Debug)]
struct Evidence {
    provider: ProviderId,
    /// The key of the authorization that it was taken by.
    reference: OperationId,
    charge: ChargeId,
    amount: Amount,
}

impl Store {
    /// The acceptance of what gives back `amount`, which `webhook` tells to be
    /// taken for `payment`. `None` as long as the journal does not have it that
    /// the try came to nothing: what is in doubt is asked after, and may succeed.
    pub(super) fn begun_late(
        &self,
        payment: PaymentId,
        webhook: &Webhook,
        amount: Amount,
    ) -> Option<Commit> {
        // What nobody vouches for is no evidence.
        let Teller::Provider(provider) = webhook.teller else { return None };
        let (reference, charge) = (webhook.reference, webhook.charge);
        let evidence = Evidence { provider, reference, charge, amount };
        let commit = self.given_up(payment, &evidence).filter(|_| webhook.signed)?;
        Some(Commit { inbox: vec![InboxChange::Received(*webhook)], ..commit }.sealed())
    }

    /// Whether `webhook` tells how a charge stands whose money goes back already,
    /// because it was taken too late, or tells of that once more: nothing follows.
    pub(super) fn is_of_late_success(&self, webhook: &Webhook) -> bool {
        let tells =
            matches!(webhook.news, News::Stands(..) | News::Begins(Beginning::TakenAfterAll, _));
        tells && self.late_success_of(webhook.charge).is_some()
    }

    /// The saga that gives back what was taken as `charge`, if that was taken too late.
    pub(super) fn late_success_of(&self, charge: ChargeId) -> Option<PaymentId> {
        let saga = PaymentId::of_late_success(charge);
        self.standing(saga).is_some().then_some(saga)
    }

    /// The acceptances that follow from `entry`, which is durable: it proves that money
    /// was taken for a try which came to nothing, or ends a try of which that was
    /// proven before.
    pub fn late_successes(&self, entry: &StoreEntry) -> Vec<Commit> {
        match entry {
            StoreEntry::Committed(commit) => self.late_by(commit.payment, &commit.records),
            StoreEntry::Filed(file, _) => {
                file.lines.iter().filter_map(|line| self.late_line(line)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// All that are still to be accepted: a crash may have come in between.
    pub fn late_successes_left(&self) -> Vec<Commit> {
        let journals = self.payments();
        let mut left: Vec<_> =
            journals.flat_map(|(payment, row)| self.late_by(payment, &row.journal)).collect();
        left.sort_by_key(|commit| commit.payment);
        left.dedup_by_key(|commit| commit.payment);
        left
    }

    /// Those that follow from `records` of `payment`.
    fn late_by(&self, payment: PaymentId, records: &[Record]) -> Vec<Commit> {
        let Some(row) = self.payments.get(&payment) else { return Vec::new() };
        let ended = records.iter().filter_map(|record| match *record {
            Record::StepOutcome { which, outcome: Outcome::TakenAfterAll { charge, amount } }
            | Record::CompOutcome {
                which,
                outcome: UndoOutcome::TakenAfterAll { charge, amount },
            } => Some((which, Some((charge, amount)))),
            Record::StepOutcome {
                which,
                outcome: Outcome::Refused(_) | Outcome::Authorized { .. },
            }
            | Record::CompOutcome { which, .. } => Some((which, None)),
            _ => None,
        });
        let mut commits = Vec::new();
        for (which, taken) in ended {
            let Some((reference, provider)) = asked(&row.journal, which) else { continue };
            let told = taken.map(|(charge, amount)| {
                self.given_up(payment, &Evidence { provider, reference, charge, amount })
            });
            commits.extend(told.flatten().map(Commit::sealed));
            let lines = self.reconciliation().into_iter();
            let lines = lines.flat_map(|books| books.unforeseen(reference));
            commits.extend(lines.filter_map(|line| self.late_line(line)));
        }
        commits
    }

    /// The acceptance of what gives back what `line` tells to be captured.
    fn late_line(&self, line: &SettlementLine) -> Option<Commit> {
        let charge = line.charge.0.filter(|_| line.kind == LineKind::Capture)?;
        let (reference, amount) = (line.reference, line.gross);
        let payment = self.inbox.as_ref()?.payment_of(reference)?;
        let journal = &self.payments.get(&payment)?.journal;
        let (_, provider) = asked(journal, tried(journal, reference)?)?;
        let evidence = Evidence { provider, reference, charge, amount };
        self.given_up(payment, &evidence).map(Commit::sealed)
    }

    /// The acceptance of what gives back what `evidence` proves, unless that is
    /// accepted, or the try may still succeed.
    fn given_up(&self, payment: PaymentId, evidence: &Evidence) -> Option<Commit> {
        let Evidence { provider, reference, charge, amount } = *evidence;
        let journal = &self.payments.get(&payment)?.journal;
        let Some(Record::Accepted(of)) = journal.first() else { return None };
        let saga = PaymentId::of_late_success(charge);
        let ignored = self.defects.has(Defect::LateSuccessIgnored);
        if ignored
            || self.standing(saga).is_some()
            || !has_come_to_nothing(journal, reference, charge)
        {
            return None;
        }
        let late = LateOrder { of: payment, provider, charge, authorization: reference };
        let money = Money { amount, currency: of.money.currency };
        let intent = Intent { payment: saga, money, order: Order::LateSuccess(late), ..*of };
        let records = vec![Record::Accepted(intent)];
        Some(Commit { exclusive: false, ..Commit::of(saga, intent.token, 0, records) })
    }
}

/// The try that was made under `reference`.
pub(super) fn tried(journal: &[Record], reference: OperationId) -> Option<Try> {
    journal.iter().find_map(|record| match record {
        Record::StepIntent { which, operation, .. } if *operation == reference => Some(*which),
        _ => None,
    })
}

/// Under which key, and of whom, `which` was asked, if it was of a provider.
fn asked(journal: &[Record], which: Try) -> Option<(OperationId, ProviderId)> {
    journal.iter().find_map(|record| match *record {
        Record::StepIntent { which: known, operation, provider } if known == which => {
            Some((operation, provider?))
        }
        _ => None,
    })
}

/// Whether the try under `reference` was refused or undone, for good, or came to
/// another charge than this.
fn has_come_to_nothing(journal: &[Record], reference: OperationId, taken: ChargeId) -> bool {
    let asked = tried(journal, reference);
    journal.iter().any(|record| match record {
        Record::StepOutcome { which, outcome } if asked == Some(*which) => match outcome {
            Outcome::Refused(_) | Outcome::TakenAfterAll { .. } => true,
            Outcome::Authorized { charge, .. } => *charge != taken,
            _ => false,
        },
        Record::CompOutcome { which, outcome } => {
            asked == Some(*which) && *outcome != UndoOutcome::TooLate
        }
        _ => false,
    })
}
