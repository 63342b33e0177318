//! What can be wrong with a record.

use crate::attempt::IllegalAttemptEvent;
use crate::dispute::IllegalDisputeEvent;
use crate::refund::IllegalRefundEvent;
use crate::saga::IllegalEntry;
use crate::status::Status;

/// A record that does not fit the journal before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IllegalRecord {
    /// The journal does not begin with the acceptance of the payment.
    #[error("a payment's journal begins with its acceptance")]
    NotAccepted,
    /// The saga can't take it.
    #[error(transparent)]
    Saga(#[from] IllegalEntry),
    /// The attempt at a provider can't.
    #[error(transparent)]
    Attempt(#[from] IllegalAttemptEvent),
    /// The refund can't.
    #[error(transparent)]
    Refund(#[from] IllegalRefundEvent),
    /// The dispute can't.
    #[error(transparent)]
    Dispute(#[from] IllegalDisputeEvent),
    /// A rate is locked only while QUOTE is awaited.
    #[error("the rate of an exchange can't be locked any more, or not yet")]
    Locked,
    /// A promise is covered only once, past the pivot.
    #[error("what was promised can't be covered any more, or not yet")]
    Covered,
    /// What is at hand is told once for each booking of a dispute that is lost, and
    /// nobody pays more than its share.
    #[error("what merchants have at hand for a lost dispute can't be told any more, or not yet")]
    AtHand,
    /// A decision was made from another version of the journal than there is.
    #[error("a decision from version {0} of the journal is none about version {1}")]
    Stale(u32, u32),
    /// The status can't change so.
    #[error("a payment that is {from:?} can't become {to:?}")]
    Status {
        /// What it is.
        from: Status,
        /// What it was to become.
        to: Status,
    },
}
