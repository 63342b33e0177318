//! A provider pays what it owes.

use super::Voucher;
use super::chain::Chain;
use crate::account::AccountName;
use crate::currency::Currency;
use crate::identity::{BankId, Merchant, ProviderId, RailId};
use crate::money::Amount;
use crate::transfer::Transfer;

/// A line of a provider's settlement file, matched with a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'l> {
    /// Who pays.
    pub provider: ProviderId,
    /// Where the money arrived.
    pub from: Place,
    /// What was captured.
    pub gross: Amount,
    /// What the provider kept for itself.
    pub cost: Amount,
    /// Whose money it is.
    pub parts: &'l [SettledPart],
}

/// Where money is that a line tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the house's account.
    Bank(BankId),
    /// There too, and nobody knew what for.
    Suspense,
    /// With a provider, who owes it.
    Provider(ProviderId),
    /// On its way out by a rail.
    Rail(RailId),
}

impl Place {
    pub(super) const fn account(self) -> AccountName {
        match self {
            Self::Bank(bank) => AccountName::Bank(bank),
            Self::Suspense => AccountName::Suspense,
            Self::Provider(provider) => AccountName::ProviderReceivable(provider),
            Self::Rail(rail) => AccountName::TransitOut(rail),
        }
    }
}

/// What a settlement makes available to one merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettledPart {
    /// Who.
    pub merchant: Merchant,
    /// In which currency it gets its part.
    pub currency: Currency,
    /// Its part of what was captured.
    pub amount: Amount,
    /// Its part of the fee.
    pub fee: Amount,
    /// Its part of the tax.
    pub tax: Amount,
    /// What refunds took, or reserve, of what it has pending.
    pub refunded: Amount,
    /// What refunds gave back of its limit already.
    pub limit_returned: Amount,
}

/// Books a settlement line. What the refunds took beyond what was left after
/// fee and tax, the merchant owes: a settlement is never refused.
pub fn settle(voucher: &Voucher, line: &Line<'_>) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "settle", 2 + 2 * line.parts.len());
    let receivable = AccountName::ProviderReceivable(line.provider);
    chain.book_either_way(0, (line.from.account(), receivable), line.gross - line.cost);
    chain.book(1, (AccountName::ProviderFees, receivable), line.cost);
    for (part, leg) in line.parts.iter().zip((2..).step_by(2)) {
        let (merchant, currency) = (part.merchant, part.currency);
        let pending = AccountName::MerchantPending(merchant);
        let left = part.amount - part.fee - part.tax - part.refunded;
        if left < Amount::ZERO {
            chain.book_in(currency, leg, (AccountName::MerchantOwed(merchant), pending), -left);
        } else {
            let available = AccountName::MerchantAvailable(merchant);
            chain.book_in(currency, leg, (pending, available), left);
        }
        let (used, free) = (AccountName::LimitUsed(merchant), AccountName::Limit(merchant));
        // Whoever bears a refund alone that others had a part of got theirs back, too.
        match part.amount - part.limit_returned {
            back if back < Amount::ZERO => chain.book_in(currency, leg + 1, (free, used), -back),
            back => chain.book_in(currency, leg + 1, (used, free), back),
        }
    }
    chain.close()
}

/// Makes available what a refund had reserved when the settlement came, and
/// did not take after all.
pub fn settle_late(voucher: &Voucher, merchant: Merchant, amount: Amount) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "settle-late", 1);
    let pending = AccountName::MerchantPending(merchant);
    chain.book(0, (pending, AccountName::MerchantAvailable(merchant)), amount);
    chain.close()
}

/// A merchant pays back what it owes, from what it has available.
pub fn recover(voucher: &Voucher, merchant: Merchant, amount: Amount) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "recover", 1);
    let available = AccountName::MerchantAvailable(merchant);
    chain.book(0, (available, AccountName::MerchantOwed(merchant)), amount);
    chain.close()
}
