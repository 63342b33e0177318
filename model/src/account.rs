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

impl AccountName {
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
