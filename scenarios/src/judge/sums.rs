//! The judge's own ledger: the sums of the stored rows, as small as can be.

use std::collections::BTreeMap;

use model::{AccountId, AccountName, Amount, Balances, Currency, ProviderId, Tenant, Transfer};

/// The sums of every account, and whether both sides of the books are even.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    balances: Balances,
    /// Posted and pending sums of debits less credits, which must be zero.
    imbalance: BTreeMap<(Tenant, Currency), (Amount, Amount)>,
}

impl Sums {
    /// The sums of every account, in order.
    pub(super) fn balances(&self) -> &Balances {
        &self.balances
    }

    /// By how much posted and pending debits of a tenant and currency exceed
    /// the credits.
    pub(super) fn imbalance(&self, tenant: Tenant, currency: Currency) -> (Amount, Amount) {
        self.imbalance.get(&(tenant, currency)).copied().unwrap_or_default()
    }

    /// What `provider` owes a tenant in a currency.
    pub(super) fn owed(&self, tenant: Tenant, currency: Currency, provider: ProviderId) -> Amount {
        let name = AccountName::ProviderReceivable(provider);
        let balance = self.balances.of(AccountId { tenant, currency, name });
        balance.debits_posted - balance.credits_posted
    }

    /// Moves the amount of `row`.
    pub(super) fn post(&mut self, row: &Transfer) {
        self.balances.entry(row.debit).debits_posted += row.amount;
        self.balances.entry(row.credit).credits_posted += row.amount;
        self.tip(row, row.amount, Amount::ZERO);
    }

    /// Reserves `amount` between the accounts of `row`.
    pub(super) fn reserve(&mut self, row: &Transfer, amount: Amount) {
        self.balances.entry(row.debit).debits_pending += amount;
        self.balances.entry(row.credit).credits_pending += amount;
        self.tip(row, Amount::ZERO, amount);
    }

    fn tip(&mut self, row: &Transfer, posted: Amount, pending: Amount) {
        let side = |account: AccountId| (account.tenant, account.currency);
        if side(row.debit) == side(row.credit) {
            return;
        }
        let debit = self.imbalance.entry(side(row.debit)).or_default();
        debit.0 += posted;
        debit.1 += pending;
        let credit = self.imbalance.entry(side(row.credit)).or_default();
        credit.0 -= posted;
        credit.1 -= pending;
    }
}
