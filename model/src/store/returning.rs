//! What was sent and is asked back, or came back: the saga of its own that each
//! begins, and the change of status that comes with the commit of another payment.

use super::inbox::InboxChange;
use super::late::tried;
use super::{Commit, Store};
use crate::aside::Aside;
use crate::identity::{OperationId, PaymentId};
use crate::money::Money;
use crate::order::{CameBack, Order, RecallOrder, RefundOrder, ReversalOrder};
use crate::record::{Intent, Outcome, Record};
use crate::status::Status;
use crate::webhook::{Beginning, News, Teller, Webhook};
use crate::workflow::Action;

impl Store {
    /// Whether what a return is about stands so that it is known what becomes of
    /// that. What is not yet known to have been sent will be, by whoever asks
    /// after it; what nobody here ever sent waits for a person.
    pub(super) fn can_place_return(&self, webhook: &Webhook) -> bool {
        let sent = self.inbox.as_ref().and_then(|inbox| inbox.payment_of(webhook.reference));
        let Some(standing) = sent.and_then(|payment| self.standing(payment)) else { return true };
        standing.status.is_final()
    }

    /// The acceptance of the reversal of what `webhook` tells to be back: the
    /// money is there, so nothing can refuse it. `None` if nothing here was sent
    /// that could come back.
    pub(super) fn reversed_by(&self, webhook: &Webhook) -> Option<Commit> {
        let News::Begins(beginning, amount) = webhook.news else { return None };
        // What nobody vouches for is no evidence.
        if !webhook.signed {
            return None;
        }
        let payment = self.inbox.as_ref()?.payment_of(webhook.reference)?;
        let row = self.payments.get(&payment)?;
        let Some(Record::Accepted(of)) = row.journal.first() else { return None };
        let from = match (beginning, of.order, webhook.teller) {
            (Beginning::PayoutReturned, Order::Payout(order), Teller::Bank(bank)) => {
                CameBack::Payout { customer: order.customer, bank }
            }
            (Beginning::RefundFailed, Order::Refund(order), Teller::Provider(provider)) => {
                let RefundOrder { charge, shares, exchanged, .. } = order;
                let taken = self.taken(order.of);
                let settled = taken.map_or(Aside::NONE, |taken| taken.settled);
                CameBack::Refund { provider, charge, shares, exchanged, settled }
            }
            (Beginning::RefundFailed, Order::LateSuccess(order), Teller::Provider(provider)) => {
                CameBack::Late { provider, charge: order.charge }
            }
            _ => return None,
        };
        let is_back = row.status.may_become(Status::Returned);
        if !is_back || was_refused(&row.journal, webhook.reference) {
            return None;
        }
        let order = Order::Reversal(ReversalOrder { of: payment, from });
        let money = Money { amount, currency: of.money.currency };
        let intent =
            Intent { payment: PaymentId::of_reversal(webhook.reference), money, order, ..*of };
        let records = vec![Record::Accepted(intent)];
        let commit = Commit {
            exclusive: false,
            inbox: vec![InboxChange::Received(*webhook)],
            ..Commit::of(intent.payment, intent.token, 0, records)
        };
        Some(commit.sealed())
    }

    /// The acceptance of the recall of a payout that was sent; `None` of anything
    /// else, and of what has come back.
    pub fn recall_of(&self, payout: PaymentId) -> Option<Intent> {
        let row = self.payments.get(&payout)?;
        let Some(Record::Accepted(of)) = row.journal.first() else { return None };
        let Order::Payout(order) = of.order else { return None };
        if !row.status.may_become(Status::Returned) {
            return None;
        }
        let sends = |record: &Record| match record {
            Record::StepIntent { which, operation, .. }
                if of.order.workflow().action(*which) == Action::Send =>
            {
                Some((order.bank_of(which.attempt)?, *operation))
            }
            _ => None,
        };
        let (bank, target) = row.journal.iter().rev().find_map(sends)?;
        let order = Order::Recall(RecallOrder { of: payout, bank, target });
        Some(Intent { payment: PaymentId::of_recall(payout), order, ..*of })
    }

    /// The payment that is `returned` by `commit`, if it says so of one.
    pub fn returned_by(&self, commit: &Commit) -> Option<PaymentId> {
        if !commit.records.iter().any(|record| matches!(record, Record::Reversed)) {
            return None;
        }
        let journal = self.payments.get(&commit.payment).map(|row| row.journal.as_slice());
        let first = journal.and_then(<[Record]>::first).or(commit.records.first());
        match first {
            Some(Record::Accepted(intent)) => intent.order.returns(),
            _ => None,
        }
    }

    /// What `commit` tells of a payment that is not its own: that it has come
    /// back. It is a change of that one's status like any other.
    pub(super) fn take_return(&mut self, commit: &Commit) {
        let Some(of) = self.returned_by(commit) else { return };
        let Some(row) = self.payments.get_mut(&of) else { return };
        if row.status.may_become(Status::Returned) {
            let change = Record::StatusChanged(Status::Returned);
            row.journal.push(change);
            row.outbox.take(&change);
            row.status = Status::Returned;
        }
    }
}

/// Whether the try that was made under `reference` has come to nothing. Who refuses
/// when asked what has come back meanwhile tells of its return after that, when
/// another try has done what it was to do.
fn was_refused(journal: &[Record], reference: OperationId) -> bool {
    let made = tried(journal, reference);
    let refused = |record: &Record| match record {
        Record::StepOutcome { which, outcome: Outcome::Refused(_) } => Some(*which) == made,
        _ => false,
    };
    journal.iter().any(refused)
}
