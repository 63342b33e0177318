//! How long a worker waits for the store.

use std::time::Duration;

use model::{Change, PaymentId};
use sim::Domain;

use crate::system::PaymentSystem;

/// How long to wait for the store before try number `tries + 1`.
pub(super) fn backoff(system: &PaymentSystem, payment: PaymentId, tries: u32) -> Duration {
    let changes = system.rules.changes;
    let first = if changes.has(Change::OtherBackoff) { 900 } else { 1_000 };
    let pause = Duration::from_millis(first << tries.min(5));
    if !changes.has(Change::ExtraDraw) {
        return pause;
    }
    let draw = system.draws.draw(JITTER, &[payment.0, u64::from(tries)]);
    pause + draw.span(Duration::ZERO, pause / 10)
}

const JITTER: Domain = Domain(u64::from_le_bytes(*b"o-jitter"));
