//! What is left of a sum that nothing happens to any more.

use super::remittance::{Remittance, RemittanceState};
use super::request::{BankReply, Rejection, ReturnReason};
use crate::currency::Currency;
use crate::identity::Token;
use crate::money::{Amount, Money};

/// What the books still answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Closed {
    destination: Token,
    minor: u64,
    currency: Currency,
    end: End,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum End {
    Accepted,
    Settled,
    Rejected(Rejection),
    Returned(ReturnReason),
}

impl Closed {
    /// What is left of `remittance`, if it came to an end.
    pub(super) fn of(remittance: &Remittance) -> Option<Self> {
        let end = match remittance.state {
            RemittanceState::Accepted => End::Accepted,
            RemittanceState::Settled => End::Settled,
            RemittanceState::Rejected(why) => End::Rejected(why),
            RemittanceState::Returned(why) => End::Returned(why),
            RemittanceState::Absent | RemittanceState::Pending | RemittanceState::Deemed => {
                return None;
            }
        };
        let Money { amount, currency } = remittance.money;
        let minor = u64::try_from(amount.0).ok()?;
        Some(Self { destination: remittance.destination, minor, currency, end })
    }

    pub(super) const fn money(&self) -> Money {
        Money { amount: Amount(self.minor as i128), currency: self.currency }
    }

    pub(super) const fn destination(&self) -> Token {
        self.destination
    }

    pub(super) const fn state(&self) -> RemittanceState {
        match self.end {
            End::Accepted => RemittanceState::Accepted,
            End::Settled => RemittanceState::Settled,
            End::Rejected(why) => RemittanceState::Rejected(why),
            End::Returned(why) => RemittanceState::Returned(why),
        }
    }

    pub(super) const fn verdict(&self) -> BankReply {
        match self.end {
            End::Rejected(why) => BankReply::Rejected(why),
            _ => BankReply::Accepted,
        }
    }
}
