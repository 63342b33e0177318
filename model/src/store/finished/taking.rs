//! What was taken for a finished payment, in few bytes.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::aside::Aside;
use crate::currency::Currency;
use crate::identity::{ChargeId, Merchant, ProviderId};
use crate::money::Amount;
use crate::shares::Shares;

use super::Taken;

/// What was taken, if anything was. A run leaves one for each of its payments, and
/// of most of these nobody else got a share and nothing went back: that is told in few
/// bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Taking {
    Nothing,
    Plain(Plain),
    Whole(Arc<Taken>),
}

/// For one merchant, in one currency, and all of it is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plain {
    charge: ChargeId,
    captured: u64,
    merchant: Merchant,
    currency: Currency,
    provider: ProviderId,
    settled: Aside<bool>,
}

impl Taking {
    pub(super) fn of(taken: Option<Taken>) -> Self {
        let Some(taken) = taken else { return Self::Nothing };
        match Plain::of(&taken) {
            Some(plain) => Self::Plain(plain),
            None => Self::Whole(Arc::new(taken)),
        }
    }

    pub(super) fn taken(&self) -> Option<Taken> {
        match self {
            Self::Nothing => None,
            Self::Plain(plain) => Some(plain.taken()),
            Self::Whole(taken) => Some(**taken),
        }
    }

    /// The bytes that it takes elsewhere.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Nothing | Self::Plain(_) => 0,
            Self::Whole(taken) => size_of_val(&**taken),
        }
    }
}

/// That of what it stands for.
impl Hash for Taking {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.taken().hash(state);
    }
}

impl Plain {
    /// `taken` in short; `None` if it could not be had back.
    fn of(taken: &Taken) -> Option<Self> {
        let Taken { merchant, currency, provider, charge, settled, .. } = *taken;
        let captured = u64::try_from(taken.captured.0).ok()?;
        let plain = Self { charge, captured, merchant, currency, provider, settled };
        (plain.taken() == *taken).then_some(plain)
    }

    fn taken(self) -> Taken {
        let Self { charge, captured, merchant, currency, provider, settled } = self;
        Taken {
            merchant,
            currency,
            provider,
            charge,
            captured: Amount(i128::from(captured)),
            refunds: Amount::ZERO,
            disputed: Amount::ZERO,
            settled,
            got: Shares::NONE,
            given: Shares::NONE,
            withdrawn: Shares::NONE,
            exchanged: Aside::NONE,
            freed: Aside::NONE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::borne::Borne;
    use crate::money::Money;
    use crate::reconciliation::Freed;
    use crate::split::Split;

    /// A million payments in one world took 1.7 GiB, of which what was taken for each
    /// finished one had a fifth, in full: shares that nobody had, amounts that nobody
    /// gave back.
    #[test]
    fn what_nothing_went_back_of_takes_few_bytes_and_all_else_is_kept_whole() {
        let plain = plain().taken();
        let settled = Taken { settled: Aside(Some(true)), ..plain };
        for taken in [None, Some(plain), Some(settled)] {
            let taking = Taking::of(taken);
            assert_eq!((taking.taken(), taking.bytes()), (taken, 0));
        }
        assert!(size_of::<Taking>() <= 32, "{} bytes", size_of::<Taking>());
        for taken in of_which_more_is_to_be_told(plain) {
            let taking = Taking::of(Some(taken));
            assert_eq!(taking.taken(), Some(taken));
            assert_eq!(taking.bytes(), size_of::<Taken>(), "{taken:?}");
        }
    }

    #[test]
    fn a_digest_does_not_tell_in_which_form_it_is_kept() {
        let plain = plain().taken();
        let each = [None, Some(plain)].into_iter();
        for taken in each.chain(of_which_more_is_to_be_told(plain).map(Some)) {
            let taking = Taking::of(taken);
            assert_eq!(hashed(&taking), hashed(&taken), "{taken:?}");
        }
    }

    fn hashed(value: &impl Hash) -> Vec<u8> {
        let mut heard = Heard(Vec::new());
        value.hash(&mut heard);
        heard.0
    }

    /// Keeps every byte that it is given.
    struct Heard(Vec<u8>);

    impl Hasher for Heard {
        fn write(&mut self, bytes: &[u8]) {
            self.0.extend(bytes);
        }

        fn finish(&self) -> u64 {
            self.0.len() as u64
        }
    }

    fn of_which_more_is_to_be_told(plain: Taken) -> [Taken; 8] {
        let one = Amount(1);
        let borne = Borne::of(Money { amount: one, currency: plain.currency });
        let freed = Freed { amount: one, shares: Shares::NONE, exchanged: Aside(Some(borne)) };
        let split = Split::over(&[(Merchant(4), 5_000)]).expect("half of it is a share");
        let shares = Shares::got(&split, plain.merchant, (plain.captured, plain.captured));
        [
            Taken { got: shares, ..plain },
            Taken { given: shares, ..plain },
            Taken { withdrawn: shares, ..plain },
            Taken { refunds: one, ..plain },
            Taken { disputed: one, ..plain },
            Taken { freed: Aside(Some(freed)), ..plain },
            Taken { captured: Amount(i128::from(u64::MAX) + 1), ..plain },
            Taken { captured: Amount(-1), ..plain },
        ]
    }

    fn plain() -> Plain {
        Plain {
            charge: ChargeId(7),
            captured: 2_500,
            merchant: Merchant(3),
            currency: Currency::Eur,
            provider: ProviderId(1),
            settled: Aside::NONE,
        }
    }
}
