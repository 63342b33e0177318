//! What a payment leaves in the accounts: nothing, if it came to nothing (I36).

use std::collections::BTreeMap;

use model::{AccountId, AccountName, Amount, Money, Quote, Token, Transfer};
use sim::Sighting;

use super::called;
use super::dossier::{Dossier, PaymentRecordView};
use super::findings::{Findings, Relation};
use super::late;
use crate::invariant::Invariant;

/// LG: what was posted for every payment that has not succeeded.
///
/// What succeeded is over for this purpose, so that nothing is kept of most.
#[derive(Clone, Debug, Default)]
pub(super) struct Nets {
    open: BTreeMap<Token, Net>,
    /// Of those that succeeded, what they paid who paid the wrong fees.
    wrong: BTreeMap<Token, Paid>,
}

/// What was posted for one payment.
#[derive(Clone, Debug, Default)]
struct Net {
    /// What every account has more of by it, or less.
    accounts: Vec<(AccountId, Amount)>,
    /// Who paid which fees.
    fees: Vec<(AccountName, Amount)>,
    quote: Option<Quote>,
}

/// What a payment paid in fees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Paid {
    pub(super) paid: Amount,
    pub(super) due: Amount,
    /// How often somebody paid who had paid before.
    pub(super) again: u32,
}

impl Paid {
    pub(super) fn is_right(&self) -> bool {
        self.paid == self.due && self.again == 0
    }
}

impl Nets {
    /// The journal of this instrument says what it will cost.
    pub(super) fn quote(&mut self, token: Token, quote: Quote) {
        self.open.entry(token).or_default().quote = Some(quote);
    }

    /// The ledger has posted `row`, of a payment that has `succeeded` or not.
    pub(super) fn post(&mut self, row: &Transfer, succeeded: bool) {
        let is_fee = row.credit.name == AccountName::FeeIncome;
        if succeeded {
            if is_fee {
                let late = self.wrong.entry(row.token).or_default();
                late.paid += row.amount;
                late.again += 1;
            }
            return;
        }
        let net = self.open.entry(row.token).or_default();
        net.add(row.debit, -row.amount);
        net.add(row.credit, row.amount);
        if is_fee {
            net.fees.push((row.debit.name, row.amount));
        }
    }

    /// The payment has succeeded, of which `taken` was taken out of `whole`.
    pub(super) fn succeed(&mut self, token: Token, taken: Amount, whole: Amount) {
        let net = self.open.remove(&token).unwrap_or_default();
        let due = net.quote.map_or(Amount::ZERO, |quote| quote.of_part(taken, whole).fee);
        let paid = Paid { due, ..net.paid() };
        if !paid.is_right() {
            self.wrong.insert(token, paid);
        }
    }

    /// What a payment paid that is finished.
    pub(super) fn paid(&self, token: Token) -> Paid {
        let open = || self.open.get(&token).map_or(Paid::default(), Net::paid);
        self.wrong.get(&token).copied().unwrap_or_else(open)
    }

    /// A payment has failed, or was canceled.
    pub(super) fn fail(&mut self, token: Token) {
        if self.open.get(&token).is_some_and(|net| net.accounts.is_empty()) {
            self.open.remove(&token);
        }
    }

    fn changed(&self, token: Token) -> Vec<(AccountId, Amount)> {
        let accounts = self.open.get(&token).map(|net| net.accounts.iter());
        accounts.into_iter().flatten().filter(|(_, net)| *net != Amount::ZERO).copied().collect()
    }
}

impl Net {
    fn add(&mut self, account: AccountId, amount: Amount) {
        match self.accounts.iter_mut().find(|(known, _)| *known == account) {
            Some((_, net)) => *net += amount,
            None => self.accounts.push((account, amount)),
        }
    }

    fn paid(&self) -> Paid {
        let again = |at: usize| {
            let (before, now) = (&self.fees[..at], self.fees[at].0);
            before.iter().any(|(payer, _)| *payer == now)
        };
        let again = (0..self.fees.len()).filter(|at| again(*at)).count() as u32;
        Paid { paid: self.fees.iter().map(|(_, fee)| *fee).sum(), due: Amount::ZERO, again }
    }
}

/// No account has more or less by a payment that came to nothing.
/// What was taken of it too late and could not be given back, a person has (I10).
pub(super) fn at_rest(
    nets: &Nets,
    found: &mut Findings,
    seen: Sighting,
    dossier: &Dossier,
    view: &PaymentRecordView,
) {
    let token = view.intent.token;
    let mut changed = nets.changed(token);
    let (left, lost) = (late::aside(dossier), late::lost(dossier));
    if left + lost > Amount::ZERO {
        let moved = |name| {
            let rows = changed.iter().filter(move |(account, _)| account.name == name);
            Amount(rows.map(|(_, amount)| *amount).sum::<Amount>().0.abs())
        };
        let known = moved(AccountName::Suspense) == left && moved(AccountName::WriteOff) == lost;
        changed.retain(|(account, _)| !(known && is_late(account.name)));
    }
    let about = (token, "book", Relation::BooksDiffer);
    found.check(Invariant::I36, seen, about, changed.is_empty(), || {
        let each = changed.iter().map(|(account, amount)| {
            let money = Money { amount: *amount, currency: account.currency };
            format!("{account} {money}")
        });
        let each = each.collect::<Vec<_>>().join(", ");
        format!("{} is {}, but it has changed accounts: {each}", called(token), view.status)
    });
}

/// Whether what was taken too late may change it for good.
fn is_late(name: AccountName) -> bool {
    use AccountName::{ProviderReceivable, Suspense, WriteOff};
    matches!(name, Suspense | WriteOff | ProviderReceivable(_))
}

#[cfg(test)]
mod tests {
    use model::{
        Currency, Merchant, OperationId, Tenant, TransferId, TransferKind, Version, quote,
    };

    use super::*;

    const TOKEN: Token = Token(1);
    const WHOLE: Amount = Amount(10_000);

    fn row(debit: AccountName, credit: AccountName, amount: Amount) -> Transfer {
        let account = |name| AccountId { tenant: Tenant(1), currency: Currency::Usd, name };
        Transfer {
            id: TransferId(1),
            debit: account(debit),
            credit: account(credit),
            amount,
            kind: TransferKind::Posted,
            linked: false,
            token: TOKEN,
            operation: OperationId(1),
        }
    }

    fn fee_of(merchant: u16, amount: Amount) -> Transfer {
        row(AccountName::MerchantPending(Merchant(merchant)), AccountName::FeeIncome, amount)
    }

    /// The ways of paying wrong fees, each on its own.
    #[test]
    fn a_fee_is_paid_once_by_each_and_as_quoted() {
        let quoted = quote(Version::CURRENT, Money { amount: WHOLE, currency: Currency::Usd });
        let (fee, half) = (quoted.fee, Amount(quoted.fee.0 / 2));
        let table: [(&str, Vec<Transfer>, Vec<Transfer>, bool); 7] = [
            ("once", vec![fee_of(1, fee)], vec![], true),
            ("shared", vec![fee_of(1, half), fee_of(2, fee - half)], vec![], true),
            ("never", vec![], vec![], false),
            ("twice", vec![fee_of(1, fee), fee_of(1, fee)], vec![], false),
            ("in two rows", vec![fee_of(1, half), fee_of(1, fee - half)], vec![], false),
            ("too little", vec![fee_of(1, half)], vec![], false),
            ("once more, later", vec![fee_of(1, fee)], vec![fee_of(1, fee)], false),
        ];
        for (how, before, after, right) in table {
            let mut nets = Nets::default();
            nets.quote(TOKEN, quoted);
            before.iter().for_each(|row| nets.post(row, false));
            nets.succeed(TOKEN, WHOLE, WHOLE);
            after.iter().for_each(|row| nets.post(row, true));
            assert_eq!(nets.paid(TOKEN).is_right(), right, "{how}");
        }
    }

    #[test]
    fn a_payment_that_is_taken_in_part_pays_a_part() {
        let quoted = quote(Version::CURRENT, Money { amount: WHOLE, currency: Currency::Usd });
        let part = Amount(4_000);
        for (fee, right) in [(quoted.of_part(part, WHOLE).fee, true), (quoted.fee, false)] {
            let mut nets = Nets::default();
            nets.quote(TOKEN, quoted);
            nets.post(&fee_of(1, fee), false);
            nets.succeed(TOKEN, part, WHOLE);
            assert_eq!(nets.paid(TOKEN).is_right(), right);
        }
    }

    #[test]
    fn what_failed_has_paid_nothing_and_left_nothing() {
        let (one, other) = (AccountName::Limit(Merchant(1)), AccountName::LimitUsed(Merchant(1)));
        let there = row(one, other, WHOLE);
        let back = row(other, one, WHOLE);
        let less = row(other, one, WHOLE - Amount(1));
        for (rows, changed) in
            [(vec![], 0), (vec![there], 2), (vec![there, back], 0), (vec![there, less], 2)]
        {
            let mut nets = Nets::default();
            rows.iter().for_each(|row| nets.post(row, false));
            nets.fail(TOKEN);
            assert_eq!(nets.changed(TOKEN).len(), changed, "{rows:?}");
            assert!(nets.paid(TOKEN).is_right());
        }
        let mut nets = Nets::default();
        nets.post(&fee_of(1, Amount(59)), false);
        nets.fail(TOKEN);
        assert!(!nets.paid(TOKEN).is_right());
    }
}
