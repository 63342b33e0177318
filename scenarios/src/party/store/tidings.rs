//! How long after its end somebody may tell of a payment.

use std::time::Duration;

use crate::bounds::{
    ANSWER_WITHIN_MAX, BREACHED_AFTER_MAX, BY_HAND_AFTER_MAX, DECIDED_AFTER_MAX,
    DISPUTED_AFTER_MAX, GIVEN_UP_WITHIN, OBJECTED_AFTER_MAX, REFUND_RETURNED_MAX, RETURNED_WITHIN,
    TOLD_WITHIN,
};
use crate::system::PaymentSystem;

/// So long a payment that has ended is kept where what is told of it finds it.
pub(super) fn told_within(system: &PaymentSystem) -> Duration {
    let disputes = || system.plan.operations.iter().filter_map(|o| o.dispute.as_deref());
    let disputed = disputes().next().is_some();
    let objected = disputes().any(|dispute| dispute.objection.is_some());
    let by_hand = system.plan.operations.iter().any(|o| o.by_hand.is_some());
    let reviewed = match system.plan.tells_reviews() {
        true => system.plan.risk.review_max + TOLD_WITHIN,
        false => Duration::ZERO,
    };
    let told = match system.plan.webhooks {
        true if objected => {
            let won = DISPUTED_AFTER_MAX + ANSWER_WITHIN_MAX + DECIDED_AFTER_MAX;
            won + OBJECTED_AFTER_MAX + TOLD_WITHIN
        }
        true if disputed => DISPUTED_AFTER_MAX + ANSWER_WITHIN_MAX + TOLD_WITHIN,
        true if !system.plan.banks.is_empty() => RETURNED_WITHIN + TOLD_WITHIN,
        true if by_hand => BY_HAND_AFTER_MAX + TOLD_WITHIN,
        true if system.plan.is_breached() => GIVEN_UP_WITHIN + BREACHED_AFTER_MAX + TOLD_WITHIN,
        true if system.plan.returns_refunds() => REFUND_RETURNED_MAX + TOLD_WITHIN,
        true => TOLD_WITHIN,
        false => Duration::ZERO,
    };
    told.max(reviewed)
}
