//! The chart of accounts.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::currency::Currency;
use crate::identity::{BankId, Customer, Merchant, ProviderId, RailId, Tenant};

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
    /// What a customer owns: may not be overdrawn.
    Customer(Customer),
    /// What a merchant may draw on: may not be overdrawn.
    MerchantAvailable(Merchant),
    /// What a merchant owes, because it had less than a return, a refund or a
    /// chargeback took: nobody pays back more than that.
    MerchantOwed(Merchant),
    /// Money on its way out by a rail.
    TransitOut(RailId),
    /// Refunds on their way out to providers.
    TransitOutProviders,
    /// What the house has at a bank.
    Bank(BankId),
    /// What providers charge.
    ProviderFees,
    /// What exchanges are made from and into.
    Liquidity,
    /// What exchanges leave over.
    ExchangeResidue,
    /// Money that belongs to nobody yet.
    Suspense,
    /// What providers withdrew for disputes with a merchant's customers.
    Dispute(Merchant),
    /// What was given up.
    WriteOff,
    /// What the house has lost, or gained, by keeping a rate that was promised
    /// after the promise had ended.
    ExchangeDifference,
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
            Self::Customer(customer) => (8, customer.0 as u64),
            Self::MerchantAvailable(merchant) => (9, merchant.0 as u64),
            Self::MerchantOwed(merchant) => (10, merchant.0 as u64),
            Self::TransitOut(rail) => (11, rail.0 as u64),
            Self::TransitOutProviders => (12, 0),
            Self::Bank(bank) => (13, bank.0 as u64),
            Self::ProviderFees => (14, 0),
            Self::Liquidity => (15, 0),
            Self::ExchangeResidue => (16, 0),
            Self::Suspense => (17, 0),
            Self::Dispute(merchant) => (18, merchant.0 as u64),
            Self::WriteOff => (19, 0),
            Self::ExchangeDifference => (20, 0),
        }
    }

    /// Whether its debits must never exceed its posted credits.
    pub const fn is_limited(self) -> bool {
        matches!(self, Self::Limit(_) | Self::Customer(_) | Self::MerchantAvailable(_))
    }

    /// Whether its credits must never exceed its posted debits.
    pub const fn is_debt(self) -> bool {
        matches!(self, Self::MerchantOwed(_))
    }

    /// Whether it stands for money that somebody outside holds for the house,
    /// or that is on its way between there and here.
    pub const fn is_outside(self) -> bool {
        matches!(
            self,
            Self::Bank(_)
                | Self::ProviderReceivable(_)
                | Self::TransitIn
                | Self::TransitOut(_)
                | Self::TransitOutProviders
        )
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
            Self::Customer(c) => write!(f, "cust:{}", c.0),
            Self::MerchantAvailable(m) => write!(f, "merch:{}:available", m.0),
            Self::MerchantOwed(m) => write!(f, "merch:{}:owed", m.0),
            Self::TransitOut(r) => write!(f, "transit:out:{}", r.0),
            Self::TransitOutProviders => write!(f, "transit:out:psp"),
            Self::Bank(b) => write!(f, "bank:{}", b.0),
            Self::ProviderFees => write!(f, "fee:psp"),
            Self::Liquidity => write!(f, "fx"),
            Self::ExchangeResidue => write!(f, "fx:round"),
            Self::Suspense => write!(f, "suspense"),
            Self::Dispute(m) => write!(f, "dispute:{}", m.0),
            Self::WriteOff => write!(f, "writeoff"),
            Self::ExchangeDifference => write!(f, "fx:diff"),
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
    use AccountName::{
        Bank, Dispute, ExchangeDifference, ExchangeResidue, FeeIncome, Limit, LimitGranted,
        LimitUsed, Liquidity, MerchantAvailable, MerchantOwed, MerchantPending, ProviderFees,
        ProviderReceivable, Suspense, TaxPayable, TransitIn, TransitOut, TransitOutProviders,
        WriteOff,
    };

    #[test]
    fn the_words_of_accounts_are_in_the_order_of_the_accounts() {
        let merchants =
            [MerchantPending, Limit, LimitUsed, MerchantAvailable, MerchantOwed, Dispute];
        let ends = [Merchant(1), Merchant(u16::MAX)];
        let of_merchants = merchants.iter().flat_map(|name| ends.map(name));
        let small = [0, u8::MAX];
        let numbered = small.into_iter().flat_map(|n| {
            [ProviderReceivable(ProviderId(n)), TransitOut(RailId(n)), Bank(BankId(n))]
        });
        let customers = [0, u16::MAX].map(|n| AccountName::Customer(Customer(n)));
        let rest = [
            TransitIn,
            LimitGranted,
            FeeIncome,
            TaxPayable,
            TransitOutProviders,
            ProviderFees,
            Liquidity,
            ExchangeResidue,
            Suspense,
            WriteOff,
            ExchangeDifference,
        ];
        let names: Vec<_> = of_merchants.chain(numbered).chain(customers).chain(rest).collect();
        let mut accounts = Vec::new();
        for tenant in [0, 1, u16::MAX].map(Tenant) {
            for currency in [Currency::Eur, Currency::Jpy, Currency::Usd, Currency::Zar] {
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
