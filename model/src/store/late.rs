//! Money that comes to light after the try at it had definitely come to nothing
//! (payments.md 1.6, the late-success rule).

use super::inbox::InboxChange;
use super::{Commit, Store};
use crate::identity::{OperationId, PaymentId};
use crate::money::{Amount, Money};
use crate::order::{LateOrder, Order};
use crate::record::{Intent, Outcome, Record, UndoOutcome};
use crate::webhook::{News, Teller, Webhook};

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
        let journal = &self.payments.get(&payment)?.journal;
        let Some(Record::Accepted(of)) = journal.first() else { return None };
        if !webhook.signed || !has_come_to_nothing(journal, webhook.reference) {
            return None;
        }
        let (saga, charge) = (PaymentId::of_late_success(webhook.charge), webhook.charge);
        let order = Order::LateSuccess(LateOrder { of: payment, provider, charge });
        let money = Money { amount, currency: of.money.currency };
        let intent = Intent { payment: saga, money, order, ..*of };
        let commit = Commit {
            exclusive: false,
            inbox: vec![InboxChange::Received(*webhook)],
            ..Commit::of(saga, intent.token, 0, vec![Record::Accepted(intent)])
        };
        Some(commit.sealed())
    }

    /// Whether `webhook` tells how a charge stands whose money goes back already,
    /// because it was taken too late: nothing follows from that.
    pub(super) fn is_of_late_success(&self, webhook: &Webhook) -> bool {
        matches!(webhook.news, News::Stands(..))
            && self.standing(PaymentId::of_late_success(webhook.charge)).is_some()
    }
}

/// Whether the try under `reference` was refused or undone, for good.
fn has_come_to_nothing(journal: &[Record], reference: OperationId) -> bool {
    let asked = journal.iter().find_map(|record| match record {
        Record::StepIntent { which, operation, .. } if *operation == reference => Some(*which),
        _ => None,
    });
    journal.iter().any(|record| match record {
        Record::StepOutcome { which, outcome: Outcome::Refused(_) } => asked == Some(*which),
        Record::CompOutcome { which, outcome } => {
            asked == Some(*which) && *outcome != UndoOutcome::TooLate
        }
        _ => false,
    })
}
