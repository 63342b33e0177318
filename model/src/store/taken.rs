//! What was taken of a customer for a payment, and what of it went back or may:
//! the row that keeps refunds and chargebacks together from being more than
//! that (payments.md M5, M6).

use super::{Commit, Store};
use crate::aside::Aside;
use crate::borne::{Borne, Exchanged};
use crate::currency::Currency;
use crate::defect::{Defect, Defects};
use crate::identity::{ChargeId, Merchant, PaymentId, ProviderId};
use crate::money::Amount;
use crate::order::{Order, RefundOrder};
use crate::reconciliation::Freed;
use crate::record::{Outcome, Record};
use crate::shares::Shares;
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
    /// What other merchants got of it.
    pub got: Shares,
    /// What they gave back of that, or may.
    pub given: Shares,
    /// What customers' banks took of it.
    pub withdrawn: Shares,
    /// What the merchant got for it, if that is another currency.
    pub exchanged: Aside<Exchanged>,
    /// What refunds gave back of it before it was settled, and what came back: the
    /// limits of its merchants got that when the refunds succeeded.
    pub freed: Aside<Freed>,
}

/// So much is to be taken back of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    of: PaymentId,
    amount: Amount,
    shares: Shares,
    exchanged: Option<Borne>,
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

    /// What the other merchants bear of `amount` that is to go back: each in
    /// proportion to what it has left of what it got.
    pub fn borne(&self, amount: Amount) -> Shares {
        self.left().of(amount, self.refundable())
    }

    /// What the other merchants bear of `amount` that a customer's bank took: each in
    /// proportion to what it has left, too; or to what it got, if the bank took more
    /// than is left, beside refunds that were under way.
    pub fn disputed_of(&self, amount: Amount) -> Shares {
        if amount <= self.refundable() {
            return self.borne(amount);
        }
        self.got.of(amount, self.captured)
    }

    /// What the merchant bears of it in the currency that it got, if that is another:
    /// by the rate of the payment.
    pub fn borne_exchanged(&self, amount: Amount) -> Aside<Borne> {
        Aside(self.exchanged.as_ref().map(|exchanged| exchanged.bears(self.refunds, amount)))
    }

    /// Whether nobody would bear more of it than it has left.
    fn bears(&self, shares: &Shares, amount: Amount) -> bool {
        let left = self.left();
        let whole = shares.is_none() && self.got.is_none();
        whole || shares.fit(&left) && amount - shares.sum() <= self.refundable() - left.sum()
    }

    /// What the other merchants have left of it.
    fn left(&self) -> Shares {
        self.got.less(&self.given).less(&self.withdrawn)
    }

    /// So much goes back, or may.
    fn give(&mut self, claim: &Claim) {
        self.refunds += claim.amount;
        self.given = self.given.and(&claim.shares);
        if let Some((exchanged, borne)) = self.exchanged.as_mut().zip(claim.exchanged) {
            exchanged.take(borne);
        }
    }

    /// So much can be given back again.
    fn give_again(&mut self, amount: Amount, refund: &RefundOrder) {
        self.refunds -= amount;
        self.given = self.given.less(&refund.shares);
        if let Some((exchanged, borne)) = self.exchanged.as_mut().zip(refund.exchanged.0) {
            exchanged.give_again(borne);
        }
    }

    /// A refund of `amount` came back before it was settled.
    fn free(&mut self, amount: Amount, refund: &RefundOrder) {
        let before = self.freed.0.unwrap_or_default();
        let exchanged = refund.exchanged.0.map(|borne| borne.and(before.exchanged.0));
        self.freed = Aside(Some(Freed {
            amount: before.amount + amount,
            shares: before.shares.and(&refund.shares),
            exchanged: Aside(exchanged.or(before.exchanged.0)),
        }));
    }

    /// The same, of which what went back `before` went back, too.
    pub(super) fn after(self, before: Option<Self>) -> Self {
        let Some(before) = before else { return self };
        let Self { refunds, disputed, given, withdrawn, exchanged, freed, .. } = before;
        Self { refunds, disputed, given, withdrawn, exchanged, freed, ..self }
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
        let got = Shares::got(&intent.order.split(), merchant, (captured, intent.money.amount));
        let (settled, given, withdrawn) = (Aside::NONE, Shares::NONE, Shares::NONE);
        let exchanged = Aside(journal.iter().rev().find_map(|record| match record {
            Record::Locked(exchange) => Some(Exchanged::of(exchange)),
            _ => None,
        }));
        Some(Self {
            merchant,
            currency,
            provider,
            charge,
            captured,
            refunds,
            disputed,
            settled,
            got,
            given,
            withdrawn,
            exchanged,
            freed: Aside::NONE,
        })
    }
}

impl Claim {
    fn of(refund: &RefundOrder, amount: Amount) -> Self {
        let (shares, exchanged) = (refund.shares, refund.exchanged.0);
        Self { of: refund.of, amount, shares, exchanged }
    }
}

impl Commit {
    /// What its acceptance takes back of another payment.
    pub(super) fn claimed_back(&self) -> Option<Claim> {
        let Some(Record::Accepted(intent)) = self.records.first() else { return None };
        match intent.order {
            Order::Refund(refund) => Some(Claim::of(&refund, intent.money.amount)),
            _ => None,
        }
    }

    /// How much of another payment its acceptance tells to be withdrawn.
    fn withdrawn(&self) -> Option<Claim> {
        let Some(Record::Accepted(intent)) = self.records.first() else { return None };
        match intent.order {
            Order::Chargeback(of) | Order::PreArbitration(of) => {
                let (amount, shares) = (intent.money.amount, of.shares);
                Some(Claim { of: of.of, amount, shares, exchanged: None })
            }
            _ => None,
        }
    }

    /// How much of another payment its acceptance tells to be given back by hand.
    fn given_back(&self) -> Option<Claim> {
        let Some(Record::Accepted(intent)) = self.records.first() else { return None };
        let Order::RefundByHand(refund) = intent.order else { return None };
        Some(Claim::of(&refund, intent.money.amount))
    }
}

impl Store {
    /// Whether so much is left.
    pub(super) fn has_left(&self, claim: Claim) -> bool {
        let taken = self.taken(claim.of);
        taken.is_some_and(|taken| {
            claim.amount <= taken.refundable_under(self.defects)
                && taken.bears(&claim.shares, claim.amount)
        })
    }

    /// Whether the merchant bears of it what it would if the claim were made at this
    /// moment: what went back meanwhile, or came to nothing, changes what is left to
    /// round.
    pub(super) fn is_up_to_date(&self, claim: Claim) -> bool {
        let taken = self.taken(claim.of);
        taken.is_none_or(|taken| taken.borne_exchanged(claim.amount).0 == claim.exchanged)
    }

    /// Takes back what `commit` claims, or gives back what it fails to take.
    pub(super) fn take_back(&mut self, commit: &Commit) {
        if let Some(claim) = commit.claimed_back().or_else(|| commit.given_back()) {
            self.change_taken(claim.of, |taken| taken.give(&claim));
        }
        if let Some(claim) = commit.withdrawn() {
            self.change_taken(claim.of, |taken| {
                taken.disputed += claim.amount;
                taken.withdrawn = taken.withdrawn.and(&claim.shares);
            });
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
            return self.restore_refundable(commit.payment, refund);
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
                self.change_taken(refund.of, |taken| taken.give_again(amount, &refund));
                self.release(commit.payment, refund);
            }
            Order::Chargeback(dispute) | Order::PreArbitration(dispute) if won => {
                self.change_taken(dispute.of, |taken| {
                    taken.disputed -= amount;
                    taken.withdrawn = taken.withdrawn.less(&dispute.shares);
                });
            }
            _ => {}
        }
    }

    /// A refund has come back: what it gave back can be given back again.
    fn restore_refundable(&mut self, reversal: PaymentId, refund: PaymentId) {
        let journal = self.payments.get(&refund).map(|row| row.journal.as_slice());
        if let Some(Record::Accepted(intent)) = journal.and_then(<[Record]>::first)
            && let Order::Refund(order) = intent.order
        {
            let amount = intent.money.amount;
            let settles = self.reconciliation.is_some();
            self.change_taken(order.of, |taken| {
                taken.give_again(amount, &order);
                if settles && !taken.settled.is_some() {
                    taken.free(amount, &order);
                }
            });
            self.hand_on(reversal, order);
        }
    }

    pub(super) fn change_taken(&mut self, payment: PaymentId, change: impl FnOnce(&mut Taken)) {
        if let Some(row) = self.payments.get_mut(&payment) {
            if let Some(taken) = &mut row.taken {
                change(taken);
            }
            return;
        }
        if let Some(mut taken) = self.taken(payment) {
            change(&mut taken);
            self.reopened.insert(payment, taken);
        }
    }
}
