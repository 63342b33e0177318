//! What was taken of a customer for a payment, and what of it went back or may:
//! the row that keeps refunds and chargebacks together from being more than
//! that (payments.md M5, M6).

use super::{Commit, Store};
use crate::aside::Aside;
use crate::currency::Currency;
use crate::defect::{Defect, Defects};
use crate::identity::{ChargeId, Merchant, PaymentId, ProviderId};
use crate::money::Amount;
use crate::order::Order;
use crate::record::{Outcome, Record};
use crate::status::Status;

/// What was taken for a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Taken {
    /// For whom.
    pub merchant: Merchant,
    /// In which currency.
    pub currency: Currency,
    /// By whom.
    pub provider: ProviderId,
    /// As which charge.
    pub charge: ChargeId,
    /// How much.
    pub captured: Amount,
    /// How much of it refunds gave back, or may.
    pub refunds: Amount,
    /// How much of it customers' banks have withdrawn.
    pub disputed: Amount,
    /// Whether a settlement file has told of it: what is given back from then on
    /// comes from what the merchant has available.
    pub settled: Aside<bool>,
}

/// So much is to be taken back of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    of: PaymentId,
    amount: Amount,
}

impl Taken {
    /// What can still be given back.
    pub fn refundable(&self) -> Amount {
        self.captured - self.refunds - self.disputed
    }

    /// The same, as whoever has these defects sees it.
    pub fn refundable_under(&self, defects: Defects) -> Amount {
        let disputed = defects.pick(Defect::RefundPlusDispute, || self.disputed, || Amount::ZERO);
        self.captured - self.refunds - disputed
    }

    /// The same, of which what went back `before` went back, too.
    pub(super) fn after(self, before: Option<Self>) -> Self {
        let (refunds, disputed) =
            before.map_or((Amount::ZERO, Amount::ZERO), |taken| (taken.refunds, taken.disputed));
        Self { refunds, disputed, ..self }
    }

    /// What was captured so far, as `journal` has it.
    pub(super) fn from_journal(journal: &[Record]) -> Option<Self> {
        let taken = journal.iter().filter_map(|record| match record {
            Record::StepOutcome { outcome: Outcome::Captured { amount }, .. } => Some(*amount),
            _ => None,
        });
        let captured = taken.sum();
        let Some(Record::Accepted(intent)) = journal.first() else { return None };
        // The undo of an authorization may have told of the capture.
        let untold = captured == Amount::ZERO;
        let first = || intent.order.captures().part(0, intent.money.amount);
        let captured = if untold { first() } else { captured };
        let charge = journal.iter().rev().find_map(|record| match record {
            Record::StepOutcome { outcome: Outcome::Authorized { charge, .. }, .. } => {
                Some(*charge)
            }
            _ => None,
        })?;
        let provider = journal.iter().rev().find_map(|record| match record {
            Record::StepIntent { provider, .. } => *provider,
            _ => None,
        })?;
        let (refunds, disputed) = (Amount::ZERO, Amount::ZERO);
        let (merchant, currency) = (intent.merchant, intent.money.currency);
        let settled = Aside::NONE;
        Some(Self { merchant, currency, provider, charge, captured, refunds, disputed, settled })
    }
}

impl Commit {
    /// What its acceptance takes back of another payment.
    pub(super) fn claimed_back(&self) -> Option<Claim> {
        let Some(Record::Accepted(intent)) = self.records.first() else { return None };
        match intent.order {
            Order::Refund(refund) => Some(Claim { of: refund.of, amount: intent.money.amount }),
            _ => None,
        }
    }

    /// How much of another payment its acceptance tells to be withdrawn.
    fn withdrawn(&self) -> Option<Claim> {
        let Some(Record::Accepted(intent)) = self.records.first() else { return None };
        match intent.order {
            Order::Chargeback(of) => Some(Claim { of: of.of, amount: intent.money.amount }),
            _ => None,
        }
    }

    /// How much of another payment its acceptance tells to be given back by hand.
    fn given_back(&self) -> Option<Claim> {
        let Some(Record::Accepted(intent)) = self.records.first() else { return None };
        let Order::RefundByHand(refund) = intent.order else { return None };
        Some(Claim { of: refund.of, amount: intent.money.amount })
    }
}

impl Store {
    /// Whether so much is left.
    pub(super) fn has_left(&self, claim: Claim) -> bool {
        let taken = self.standing(claim.of).and_then(|standing| standing.taken);
        taken.is_some_and(|taken| claim.amount <= taken.refundable_under(self.defects))
    }

    /// Takes back what `commit` claims, or gives back what it fails to take.
    pub(super) fn take_back(&mut self, commit: &Commit) {
        if let Some(claim) = commit.claimed_back().or_else(|| commit.given_back()) {
            self.change_taken(claim.of, |taken| taken.refunds += claim.amount);
        }
        if let Some(claim) = commit.withdrawn() {
            self.change_taken(claim.of, |taken| taken.disputed += claim.amount);
        }
        let failed = |record: &Record| {
            matches!(record, Record::StatusChanged(Status::Failed | Status::Canceled))
        };
        let won = |record: &Record| {
            let won = Outcome::Decided { won: true };
            matches!(record, Record::StepOutcome { outcome, .. } if *outcome == won)
        };
        let (failed, won) = (commit.records.iter().any(failed), commit.records.iter().any(won));
        if let Some(refund) = self.returned_by(commit) {
            return self.restore_refundable(refund);
        }
        if !failed && !won {
            return;
        }
        let row = self.payments.get(&commit.payment);
        let Some(Record::Accepted(intent)) = row.and_then(|row| row.journal.first()) else {
            return;
        };
        let amount = intent.money.amount;
        match intent.order {
            Order::Refund(refund) if failed => {
                self.change_taken(refund.of, |taken| taken.refunds -= amount);
                self.release(commit.payment, refund);
            }
            Order::Chargeback(chargeback) if won => {
                self.change_taken(chargeback.of, |taken| taken.disputed -= amount);
            }
            _ => {}
        }
    }

    /// A refund has come back: what it gave back can be given back again.
    fn restore_refundable(&mut self, refund: PaymentId) {
        let journal = self.payments.get(&refund).map(|row| row.journal.as_slice());
        if let Some(Record::Accepted(intent)) = journal.and_then(<[Record]>::first)
            && let Order::Refund(order) = intent.order
        {
            let amount = intent.money.amount;
            self.change_taken(order.of, |taken| taken.refunds -= amount);
        }
    }

    pub(super) fn change_taken(&mut self, payment: PaymentId, change: impl FnOnce(&mut Taken)) {
        if let Some(row) = self.payments.get_mut(&payment) {
            if let Some(taken) = &mut row.taken {
                change(taken);
            }
            return;
        }
        let standing = self.standing(payment);
        if let Some(mut taken) = standing.and_then(|standing| standing.taken) {
            change(&mut taken);
            self.reopened.insert(payment, taken);
        }
    }
}
