//! The bounds that make absence provable (payments.md 1.6): how late anything
//! can still take effect in any world.

use std::time::Duration;

use model::Order;

/// Copies of a message that are older are lost.
pub const COPY_AGE_MAX: Duration = Duration::from_secs(5 * 60);
/// No provider executes a request later than this after it came.
pub const LATE_EFFECT_MAX: Duration = Duration::from_secs(10 * 60);
/// No index lags further behind the books.
pub const INDEX_LAG_MAX: Duration = Duration::from_secs(60);
/// No webhook leaves later than this because it is slow, or held back.
pub const HELD_BACK_MAX: Duration = Duration::from_secs(86_400);
/// No webhook overtakes the answer to its request by more.
pub const EARLY_MAX: Duration = Duration::from_secs(10);
/// Nobody tells of a change later than this after it, however often it was
/// sent and held back.
pub const TOLD_WITHIN: Duration = Duration::from_secs(9 * 86_400);
/// No customer disputes a payment later than this after it.
pub const DISPUTED_AFTER_MAX: Duration = Duration::from_secs(120 * 86_400);
/// Nobody gives a payment back by hand later than this after it.
pub const BY_HAND_AFTER_MAX: Duration = Duration::from_secs(30 * 86_400);
/// No try is given up later than this after it was made.
pub const GIVEN_UP_WITHIN: Duration = Duration::from_secs(9 * 86_400);
/// No provider breaks its word about a try later than this after the try, unless the
/// try was over later.
pub const BREACHED_AFTER_MAX: Duration = Duration::from_secs(10 * 86_400);
/// No parcel leaves later than this after its order.
pub const SHIPPED_MAX: Duration = Duration::from_secs(20 * 86_400);
/// Nobody has webhooks sent once more that are older.
pub const REPLAYED_MAX: Duration = Duration::from_secs(31 * 86_400);
/// No merchant has longer to answer a dispute.
pub const ANSWER_WITHIN_MAX: Duration = Duration::from_secs(45 * 86_400);
/// No customer's bank decides later than this after that.
pub const DECIDED_AFTER_MAX: Duration = Duration::from_secs(10 * 86_400);
/// No customer's bank objects later than this after a dispute was won.
pub const OBJECTED_AFTER_MAX: Duration = Duration::from_secs(30 * 86_400);
/// No payout comes back later than this after it was asked for: sixty days after
/// the day on which it was there, and the days off around them.
pub const RETURNED_WITHIN: Duration = Duration::from_secs(80 * 86_400);
/// No refund comes back later than this after it succeeded.
pub const REFUND_RETURNED_MAX: Duration = Duration::from_secs(10 * 86_400);
/// Until when a dispute has to be booked that was opened or decided, what came
/// back, or a refund that somebody made by hand, and until when a person is told that a refund is under way beside it: `T_book` and
/// `T_flag`.
pub const BOOK: Duration = Duration::from_secs(4 * 86_400);
/// Nobody pauses for longer over one message.
pub const PAUSE_MAX: Duration = Duration::from_secs(2 * 60);
/// How long a worker waits for a provider's answer; then the attempt is unknown.
pub const PROVIDER_TIMEOUT: Duration = Duration::from_secs(5);
/// No worker waits longer for one.
pub const PROVIDER_TIMEOUT_MAX: Duration = Duration::from_secs(60);
/// How long a worker waits for the decider's answer; then the rules decide.
pub const DECISION_TIMEOUT: Duration = Duration::from_secs(2);
/// No answer of the decider comes later than this.
pub const DECISION_LATE_MAX: Duration = Duration::from_secs(30);
/// How long a worker holds a payment without a word.
pub const LEASE: Duration = Duration::from_secs(90);
/// How long a payment waits for a person to say whether it may go on, where that is
/// told, before it fails: payments.md `T_review`.
pub const REVIEW: Duration = Duration::from_secs(86_400);
/// How long an outcome is asked for before a person is asked to look too:
/// `T_resolve`, until the last settlement file.
pub const RESOLVE: Duration = Duration::from_secs(8 * 86_400);
/// How long a hold may stay once nobody outside is waited for: `T_hold`.
pub const HOLD: Duration = Duration::from_secs(3_600);
/// How long after the end of all faults an accepted payment may take: the last
/// settlement file, and three days.
pub const TERM: Duration = Duration::from_secs(11 * 86_400);
/// How long after the end of all faults what carries out `order` may take.
pub fn term(order: &Order) -> Duration {
    match order {
        Order::Chargeback(_) | Order::PreArbitration(_) => DISPUTE_TERM,
        // Parcels that leave later have their time from then on.
        Order::PayIn(_) => TERM + order.shipping().last(),
        _ => TERM,
    }
}

/// Of a chargeback: a customer's bank is in no hurry.
const DISPUTE_TERM: Duration =
    Duration::from_secs(ANSWER_WITHIN_MAX.as_secs() + DECIDED_AFTER_MAX.as_secs() + TERM.as_secs());
/// How long after heal a world may take to come to rest.
pub const HORIZON: Duration = Duration::from_secs(60 * 86_400);

/// The shortest lifetime of keys in a world whose faults last so long: no retry
/// of a request outlives it, nor any copy of one.
pub const fn key_lifetime_min(chaos: Duration) -> Duration {
    Duration::from_secs(chaos.as_secs() + 1 + never_found().as_secs())
}

/// From this age of its last send on, an operation that a provider does not
/// know never happened and never will: `t_nf`, the sum of the others and a
/// tenth.
pub const fn never_found() -> Duration {
    let sum = COPY_AGE_MAX.as_secs()
        + LATE_EFFECT_MAX.as_secs()
        + INDEX_LAG_MAX.as_secs()
        + PAUSE_MAX.as_secs();
    Duration::from_secs(sum + sum / 10)
}
