//! The ledger's accounts at the end of a trial.

use model::{AccountId, AccountName, Amount, Balance, Balances, Money};

/// What there is to tell of each account: the sums that are not zero, by name.
/// Leaves out where limits come from, and limits of which nothing was used.
pub(crate) fn sums(accounts: &Balances) -> Vec<(AccountId, String)> {
    let used = accounts.iter().filter(|(account, balance)| is_used(account.name, balance));
    used.map(|(account, balance)| (*account, told(account, balance))).collect()
}

fn is_used(name: AccountName, balance: &Balance) -> bool {
    match name {
        AccountName::LimitGranted => false,
        // Every limit is funded at the beginning by one posted credit.
        AccountName::Limit(_) => {
            *balance != Balance { credits_posted: balance.credits_posted, ..Balance::default() }
        }
        _ => *balance != Balance::default(),
    }
}

fn told(account: &AccountId, balance: &Balance) -> String {
    let sums = [
        ("debits", balance.debits_posted),
        ("credits", balance.credits_posted),
        ("debits pending", balance.debits_pending),
        ("credits pending", balance.credits_pending),
    ];
    let told =
        sums.into_iter().filter(|(_, amount)| *amount != Amount::ZERO).map(|(name, amount)| {
            let money = Money { amount, currency: account.currency };
            format!("{name} {money}")
        });
    let told: Vec<_> = told.collect();
    if told.is_empty() { "nothing left".to_owned() } else { told.join(", ") }
}

#[cfg(test)]
mod tests {
    use model::{Currency, Merchant, Tenant};

    use super::*;

    fn account(name: AccountName) -> AccountId {
        AccountId { tenant: Tenant(1), currency: Currency::Eur, name }
    }

    #[test]
    fn only_sums_that_are_not_zero_are_told() {
        let balance = Balance {
            debits_posted: Amount(1_230),
            credits_pending: Amount(5),
            ..Balance::default()
        };
        let accounts = [(account(AccountName::TransitIn), balance)].into_iter().collect();
        assert_eq!(sums(&accounts)[0].1, "debits 12.30 EUR, credits pending 0.05 EUR");
    }

    #[test]
    fn a_limit_that_nobody_used_is_left_out() {
        let granted = Balance { credits_posted: Amount(1_000), ..Balance::default() };
        let used = Balance { debits_posted: Amount(1), ..granted };
        let accounts = [
            (account(AccountName::Limit(Merchant(1))), granted),
            (account(AccountName::Limit(Merchant(2))), used),
            (account(AccountName::LimitGranted), used),
        ];
        let left: Vec<_> =
            sums(&accounts.into_iter().collect()).into_iter().map(|(account, _)| account).collect();
        assert_eq!(left, [account(AccountName::Limit(Merchant(2)))]);
    }
}
