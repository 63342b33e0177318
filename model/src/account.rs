//! The chart of accounts.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::identity::{Merchant, ProviderId, Tenant};
use crate::money::Currency;

/// An account: one name per tenant and currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountId {
    /// Whose books it is in.
    pub tenant: Tenant,
    /// What it is denominated in.
    pub currency: Currency,
    /// What it is for.
    pub name: AccountName,
}

/// What an account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountName {
    /// Money on its way in from customers.
    TransitIn,
    /// What a merchant has earned and can't draw on yet.
    MerchantPending(Merchant),
    /// How much a merchant may still process: a memo account that may not be
    /// overdrawn, so that a hold can be refused.
    Limit(Merchant),
    /// How much a merchant is processing: the other side of the limit.
    LimitUsed(Merchant),
    /// Where limits come from: the other side of their funding.
    LimitGranted,
    /// What a provider owes for captures.
    ProviderReceivable(ProviderId),
    /// Fees earned.
    FeeIncome,
    /// Tax to be paid on fees.
    TaxPayable,
}

impl AccountId {
    /// All of it in one word, in the same order: faster to compare.
    pub(crate) const fn word(self) -> u64 {
        let (rank, number) = self.name.rank();
        (self.tenant.0 as u64) << 32 | (self.currency as u64) << 24 | rank << 16 | number
    }
}

impl AccountName {
    /// Its place among the names, and the number of whom it is about.
    const fn rank(self) -> (u64, u64) {
        match self {
            Self::TransitIn => (0, 0),
            Self::MerchantPending(merchant) => (1, merchant.0 as u64),
            Self::Limit(merchant) => (2, merchant.0 as u64),
            Self::LimitUsed(merchant) => (3, merchant.0 as u64),
            Self::LimitGranted => (4, 0),
            Self::ProviderReceivable(provider) => (5, provider.0 as u64),
            Self::FeeIncome => (6, 0),
            Self::TaxPayable => (7, 0),
        }
    }

    /// Whether its debits must never exceed its posted credits.
    pub const fn is_limited(self) -> bool {
        matches!(self, Self::Limit(_))
    }

    /// Whether it counts permissions, and no money.
    pub const fn is_memo(self) -> bool {
        matches!(self, Self::Limit(_) | Self::LimitUsed(_) | Self::LimitGranted)
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TransitIn => write!(f, "transit:in"),
            Self::MerchantPending(m) => write!(f, "merch:{}:pending", m.0),
            Self::Limit(m) => write!(f, "limit:{}", m.0),
            Self::LimitUsed(m) => write!(f, "limit_used:{}", m.0),
            Self::LimitGranted => write!(f, "limit_granted"),
            Self::ProviderReceivable(p) => write!(f, "psp:{}:recv", p.0),
            Self::FeeIncome => write!(f, "fee:income"),
            Self::TaxPayable => write!(f, "tax:payable"),
        }
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.tenant, self.currency.code(), self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AccountName::*;

    #[test]
    fn the_words_of_accounts_are_in_the_order_of_the_accounts() {
        let (one, two) = (Merchant(1), Merchant(u16::MAX));
        let providers = [ProviderId(0), ProviderId(u8::MAX)].map(ProviderReceivable);
        let merchants = [MerchantPending, Limit, LimitUsed].map(|name| [name(one), name(two)]);
        let rest = [TransitIn, LimitGranted, FeeIncome, TaxPayable];
        let names: Vec<_> = merchants.into_iter().flatten().chain(providers).chain(rest).collect();
        let mut accounts = Vec::new();
        for tenant in [0, 1, u16::MAX].map(Tenant) {
            for currency in [Currency::Eur, Currency::Jpy, Currency::Kwd, Currency::Usd] {
                accounts.extend(names.iter().map(|name| AccountId {
                    tenant,
                    currency,
                    name: *name,
                }));
            }
        }
        for a in &accounts {
            for b in &accounts {
                assert_eq!(a.cmp(b), a.word().cmp(&b.word()), "{a} and {b}");
            }
        }
    }
}
