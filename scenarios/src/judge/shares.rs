//! What merchants have of payments that are split over them: a part of I07.

use std::collections::BTreeMap;

use model::{AccountName, Amount, Merchant, Money, Token, Transfer, TransferKind};
use sim::Sighting;

use super::authorities::Authorities;
use super::called;
use super::findings::{Findings, Relation};
use crate::invariant::Invariant;

/// LG: what each merchant got of each payment that is split, before fee and tax,
/// less what it gave back of that, or is reserved to.
#[derive(Clone, Debug, Default)]
pub(super) struct Shares(BTreeMap<(Token, Merchant), Amount>);

impl Shares {
    /// The ledger has stored `row`, which is about the payment of this instrument.
    pub(super) fn take(&mut self, payment: Token, row: &Transfer) {
        let Some((merchant, amount)) = got(row) else { return };
        *self.0.entry((payment, merchant)).or_default() += amount;
    }

    fn left(&self, payment: Token, merchant: Merchant) -> Amount {
        self.0.get(&(payment, merchant)).copied().unwrap_or_default()
    }
}

/// Judges a stored row: no merchant gives back of a split payment more than its
/// part, or bears more than that of what a customer's bank took. What somebody gave
/// back by hand or the bank took beside a refund that was under way, and a person
/// knows of, is another matter.
pub(super) fn booked(said: &Authorities, found: &mut Findings, seen: Sighting, row: &Transfer) {
    let payment = said.refunded_by(row.token).or_else(|| is_dispute(row).then_some(row.token));
    let Some(payment) = payment.filter(|payment| said.is_split(*payment)) else { return };
    let Some((merchant, gone)) = got(row).filter(|(_, amount)| *amount < Amount::ZERO) else {
        return;
    };
    let left = said.shares.left(payment, merchant);
    let told = said
        .of(payment)
        .is_some_and(|dossier| dossier.payments.iter().any(|payment| payment.flagged_at.is_some()));
    let step = if is_dispute(row) { "dispute" } else { "hold" };
    let about = (row.token, step, Relation::LimitExceeded);
    found.check(Invariant::I07, seen, about, left >= Amount::ZERO || told, || {
        let money = |amount| Money { amount, currency: row.debit.currency };
        format!(
            "{merchant} gives {} of {} back, of which it has {}",
            money(-gone),
            called(payment),
            money(left - gone)
        )
    });
}

/// Whether it books what a customer's bank took, or gave back.
fn is_dispute(row: &Transfer) -> bool {
    disputed(row).is_some()
}

fn disputed(row: &Transfer) -> Option<(Merchant, Amount)> {
    match (row.debit.name, row.credit.name) {
        (AccountName::Dispute(merchant), AccountName::ProviderReceivable(_)) => {
            Some((merchant, -row.amount))
        }
        (AccountName::ProviderReceivable(_), AccountName::Dispute(merchant)) => {
            Some((merchant, row.amount))
        }
        _ => None,
    }
}

/// What a merchant gets by `row`, or gives back if that is below zero.
fn got(row: &Transfer) -> Option<(Merchant, Amount)> {
    use AccountName::{MerchantAvailable, MerchantOwed, MerchantPending};
    if let Some(disputed) = disputed(row) {
        return Some(disputed);
    }
    let outside = |name| matches!(name, AccountName::TransitIn | AccountName::TransitOutProviders);
    let whose = |name| match name {
        MerchantPending(merchant) | MerchantAvailable(merchant) | MerchantOwed(merchant) => {
            Some(merchant)
        }
        _ => None,
    };
    let booked = matches!(row.kind, TransferKind::Posted | TransferKind::PostPending(_));
    if outside(row.debit.name) {
        return Some((whose(row.credit.name)?, row.amount)).filter(|_| booked);
    }
    if !outside(row.credit.name) {
        return None;
    }
    let amount = match row.kind {
        TransferKind::Posted | TransferKind::Pending | TransferKind::PendingFor(_) => -row.amount,
        TransferKind::VoidPending(_) => row.amount,
        TransferKind::PostPending(_) => return None,
    };
    Some((whose(row.debit.name)?, amount))
}

#[cfg(test)]
mod tests {
    use model::posting::Voucher;
    use model::posting::chargeback::{self, Chargeback};
    use model::posting::payin::{self, CapturedPart};
    use model::posting::refund::{self, Refund, Stage};
    use model::{Currency, OperationId, ProviderId, Split, Tenant};

    use super::*;

    const PAYMENT: Token = Token(1);
    const MERCHANTS: [Merchant; 2] = [Merchant(1), Merchant(2)];

    #[test]
    fn what_a_merchant_has_shrinks_by_what_is_reserved_and_grows_when_that_comes_to_nothing() {
        let (mut shares, whole) = (Shares::default(), Amount(100));
        let left = |shares: &Shares| MERCHANTS.map(|merchant| shares.left(PAYMENT, merchant).0);
        let part = |merchant, amount| CapturedPart {
            merchant,
            amount: Amount(amount),
            fee: Amount(1),
            tax: Amount(1),
            rest: Amount::ZERO,
        };
        let [one, two] = MERCHANTS;
        let parts = [part(one, 60), part(two, 40)];
        take(&mut shares, &payin::post(&VOUCHER, ProviderId(0), &parts));
        assert_eq!(left(&shares), [60, 40]);

        let split = Split::over(&[(two, 4_000)]).expect("a split");
        let got = model::Shares::got(&split, one, (whole, whole));
        let refund = Refund {
            merchant: one,
            provider: ProviderId(0),
            amount: Amount(10),
            at_hand: None,
            stage: Stage::BeforeSettlement,
            shares: got.of(Amount(10), whole),
            exchanged: None,
        };
        take(&mut shares, &refund::reserve(&VOUCHER, &refund));
        assert_eq!(left(&shares), [54, 36]);
        take(&mut shares, &refund::fail(&VOUCHER, &refund));
        assert_eq!(left(&shares), [60, 40]);
        take(&mut shares, &refund::reserve(&VOUCHER, &refund));
        take(&mut shares, &refund::succeed(&VOUCHER, &refund, refund.stage));
        assert_eq!(left(&shares), [54, 36]);

        let disputed = Chargeback {
            merchant: one,
            provider: ProviderId(0),
            amount: Amount(90),
            cost: Amount(5),
            shares: got.less(&refund.shares),
        };
        take(&mut shares, &chargeback::open(&VOUCHER, &disputed));
        assert_eq!(left(&shares), [0, 0], "a bank takes of each what it has left");
        take(&mut shares, &chargeback::win(&VOUCHER, &disputed));
        assert_eq!(left(&shares), [54, 36]);
        let by_one = Chargeback { shares: model::Shares::NONE, ..disputed };
        take(&mut shares, &chargeback::open(&VOUCHER, &by_one));
        assert_eq!(left(&shares), [-36, 36], "as if it were one merchant's");
        take(&mut shares, &chargeback::win(&VOUCHER, &by_one));

        let of_one = Refund { amount: Amount(55), shares: model::Shares::NONE, ..refund };
        take(&mut shares, &refund::reserve(&VOUCHER, &of_one));
        assert_eq!(left(&shares), [-1, 36], "as if it were one merchant's");
    }

    fn take(shares: &mut Shares, rows: &[Transfer]) {
        rows.iter().for_each(|row| shares.take(PAYMENT, row));
    }

    const VOUCHER: Voucher = Voucher {
        tenant: Tenant(1),
        currency: Currency::Usd,
        subject: 5,
        number: 0,
        token: PAYMENT,
        operation: OperationId(9),
    };
}
