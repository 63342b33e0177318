//! What becomes of a transfer on its own: TigerBeetle's checks, in its order.

use std::time::Duration;

use super::{HoldState, Ledger, Row, Settled};
use crate::balances::Balance;
use crate::defect::Defect;
use crate::identity::TransferId;
use crate::money::Amount;
use crate::transfer::{Transfer, TransferKind, TransferResult};

impl Ledger {
    /// What would become of `transfer` at `now`, when whatever has expired by
    /// then is released.
    pub(super) fn check(&self, transfer: &Transfer, now: Duration) -> TransferResult {
        use TransferResult::{IdAlreadyFailed, IdMustNotBeIntMax, IdMustNotBeZero};
        match transfer.id {
            NO_ID => return IdMustNotBeZero,
            LAST_ID => return IdMustNotBeIntMax,
            _ => {}
        }
        let stored = || self.rows.get(&transfer.id);
        if let Some(stored) = self.defects.pick(Defect::TransferIdNotUnique, stored, || None) {
            return same(&stored.transfer, transfer);
        }
        if let Some(settled) = self.settled.get(transfer.id.0) {
            return settled.same(transfer);
        }
        if self.burned.contains(&transfer.id) {
            return IdAlreadyFailed;
        }
        match transfer.kind.pending() {
            Some(hold) => self.check_hold(transfer, hold),
            None => self.check_accounts(transfer, now),
        }
    }

    fn check_accounts(&self, transfer: &Transfer, now: Duration) -> TransferResult {
        use TransferResult::{AccountsMustBeDifferent, AccountsMustHaveTheSameLedger};
        if transfer.debit == transfer.credit {
            return AccountsMustBeDifferent;
        }
        let apart = || {
            (transfer.debit.tenant, transfer.debit.currency)
                != (transfer.credit.tenant, transfer.credit.currency)
        };
        if self.defects.pick(Defect::FeeInPayersCurrency, apart, || false) {
            return AccountsMustHaveTheSameLedger;
        }
        let (debit, credit) = (self.balance(transfer.debit), self.balance(transfer.credit));
        match overflow(transfer, &debit, &credit, now) {
            Some(overflow) => overflow,
            None => self.check_limits(transfer, &debit, &credit),
        }
    }

    fn check_limits(
        &self,
        transfer: &Transfer,
        debit: &Balance,
        credit: &Balance,
    ) -> TransferResult {
        if transfer.debit.name.is_limited() {
            let of_known = || match debit.debits_posted {
                Amount::ZERO => Amount::ZERO,
                _ => debit.debits_pending,
            };
            let right =
                || self.defects.pick(Defect::LockOnMissingRow, || debit.debits_pending, of_known);
            let reserved = self.defects.pick(Defect::ToctouBalance, right, || Amount::ZERO);
            if transfer.amount > debit.credits_posted - debit.debits_posted - reserved {
                return TransferResult::ExceedsCredits;
            }
        }
        if transfer.credit.name.is_debt()
            && transfer.amount
                > credit.debits_posted - credit.credits_posted - credit.credits_pending
        {
            return TransferResult::ExceedsDebits;
        }
        TransferResult::Created
    }

    fn check_hold(&self, transfer: &Transfer, hold: TransferId) -> TransferResult {
        use TransferResult::*;
        match hold {
            NO_ID => return PendingIdMustNotBeZero,
            LAST_ID => return PendingIdMustNotBeIntMax,
            itself if itself == transfer.id => return PendingIdMustBeDifferent,
            _ => {}
        }
        let Some(Row { transfer: pending, hold: state }) = self.rows.get(&hold) else {
            return self.settled.get(hold.0).map_or(PendingTransferNotFound, Settled::resolved);
        };
        let Some(state) = state else {
            return PendingTransferNotPending;
        };
        if pending.debit != transfer.debit {
            return PendingTransferHasDifferentDebitAccountId;
        }
        if pending.credit != transfer.credit {
            return PendingTransferHasDifferentCreditAccountId;
        }
        if transfer.amount > pending.amount || transfer.amount < Amount::ZERO {
            return ExceedsPendingTransferAmount;
        }
        if matches!(transfer.kind, TransferKind::VoidPending(_)) && transfer.amount < pending.amount
        {
            return PendingTransferHasDifferentAmount;
        }
        match state {
            HoldState::Pending => Created,
            HoldState::Posted => PendingTransferAlreadyPosted,
            HoldState::Voided => PendingTransferAlreadyVoided,
            HoldState::Expired => {
                let takes = || matches!(transfer.kind, TransferKind::PostPending(_));
                let honored = self.defects.pick(Defect::LateFulfilHonoured, || false, takes);
                if honored { Created } else { PendingTransferExpired }
            }
        }
    }
}

/// What of it is more than can be counted. An amount below zero is: amounts
/// have no sign, and its first bit stands for more than an account holds.
fn overflow(
    transfer: &Transfer,
    debit: &Balance,
    credit: &Balance,
    now: Duration,
) -> Option<TransferResult> {
    use TransferResult::*;
    let pending = |sum| transfer.kind.is_hold() && exceeds(sum, transfer.amount);
    let posted = |sum| exceeds(sum, transfer.amount);
    if pending(debit.debits_pending) {
        Some(OverflowsDebitsPending)
    } else if pending(credit.credits_pending) {
        Some(OverflowsCreditsPending)
    } else if posted(debit.debits_posted) {
        Some(OverflowsDebitsPosted)
    } else if posted(credit.credits_posted) {
        Some(OverflowsCreditsPosted)
    } else if posted(debit.debits_posted + debit.debits_pending) {
        Some(OverflowsDebits)
    } else if posted(credit.credits_posted + credit.credits_pending) {
        Some(OverflowsCredits)
    } else {
        let timeout = Duration::from_secs(u64::from(transfer.kind.timeout()));
        now.checked_add(timeout).is_none().then_some(OverflowsTimeout)
    }
}

/// Whether a repetition says the same as what is stored.
fn same(stored: &Transfer, repeated: &Transfer) -> TransferResult {
    use TransferResult::*;
    let flags = |t: &Transfer| match t.kind {
        TransferKind::Posted => (0, t.linked),
        TransferKind::Pending | TransferKind::PendingFor(_) => (1, t.linked),
        TransferKind::PostPending(_) => (2, t.linked),
        TransferKind::VoidPending(_) => (3, t.linked),
    };
    if flags(stored) != flags(repeated) {
        ExistsWithDifferentFlags
    } else if stored.kind.pending() != repeated.kind.pending() {
        ExistsWithDifferentPendingId
    } else if stored.kind.timeout() != repeated.kind.timeout() {
        ExistsWithDifferentTimeout
    } else if stored.debit != repeated.debit {
        ExistsWithDifferentDebitAccountId
    } else if stored.credit != repeated.credit {
        ExistsWithDifferentCreditAccountId
    } else if stored.amount != repeated.amount {
        ExistsWithDifferentAmount
    } else if stored.token != repeated.token {
        ExistsWithDifferentUserData128
    } else if stored.operation != repeated.operation {
        ExistsWithDifferentUserData64
    } else {
        Exists
    }
}

/// Whether `amount` on top of `sum` is more than can be counted.
fn exceeds(sum: Amount, amount: Amount) -> bool {
    amount < Amount::ZERO || sum.0.checked_add(amount.0).is_none()
}

const NO_ID: TransferId = TransferId(0);
const LAST_ID: TransferId = TransferId(u64::MAX);
