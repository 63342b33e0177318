//! What refuses the calls of workers whose lease is over (payments.md D8):
//! kept by those who serve workers and grant no leases themselves.

use crate::id_map::IdMap;
use crate::identity::PaymentId;

/// The newest lease of each payment that was heard of. Of one that was never
/// heard of it is the first, which nobody comes before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Fence {
    epochs: IdMap<PaymentId, u32>,
}

impl Fence {
    /// Whether a call for `payment` under this epoch is refused: a newer one
    /// was heard of.
    pub fn refuses(&self, payment: PaymentId, epoch: u32) -> bool {
        epoch < self.epoch(payment)
    }

    /// Whether this epoch is newer than any that was heard of. It has to be
    /// durable, and then [`Fence::raise`]d, before anything is done under it.
    pub fn is_raised_by(&self, payment: PaymentId, epoch: u32) -> bool {
        epoch > self.epoch(payment)
    }

    /// From now on, calls under epochs before this one are refused.
    pub fn raise(&mut self, payment: PaymentId, epoch: u32) {
        let known = self.epochs.entry(payment).or_insert(epoch);
        *known = epoch.max(*known);
    }

    /// Forgets payments whose older leases are over for so long that no copy of
    /// a call under them can arrive any more.
    pub fn forget(&mut self, payments: &[PaymentId]) {
        for payment in payments {
            self.epochs.remove(payment);
        }
    }

    /// Every payment with more than one lease that was heard of.
    pub fn payments(&self) -> impl Iterator<Item = PaymentId> {
        self.epochs.keys().copied()
    }

    fn epoch(&self, payment: PaymentId) -> u32 {
        self.epochs.get(&payment).copied().unwrap_or(FIRST)
    }
}

/// The epoch of the first lease of any payment.
const FIRST: u32 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    const MINE: PaymentId = PaymentId(1);
    const YOURS: PaymentId = PaymentId(2);

    #[test]
    fn a_fence_refuses_every_epoch_before_the_newest_and_only_of_that_payment() {
        let mut fence = Fence::default();
        for (epoch, raises, newest) in
            [(1, false, 1), (3, true, 3), (2, false, 3), (3, false, 3), (4, true, 4)]
        {
            assert_eq!(fence.is_raised_by(MINE, epoch), raises, "{epoch}");
            fence.raise(MINE, epoch);
            let refused: Vec<_> = (1..6).filter(|old| fence.refuses(MINE, *old)).collect();
            assert_eq!(refused, (1..newest).collect::<Vec<_>>(), "after {epoch}");
            assert!(!fence.refuses(YOURS, 1));
        }
        fence.forget(&[MINE]);
        assert_eq!(fence, Fence::default());
    }
}
