//! How large the numbers of a repro may be: beyond that a damaged digit, not a
//! person, has written them, and a run would take for ever.

use std::time::Duration;

use sim::VirtualTime;
use toml::Spanned;

use super::line::span;
use crate::bounds;
use crate::invalid::Wrong;
use crate::span::Span;

/// The longest span of time of any fault, and the latest moment of one.
pub(super) const SPAN_MAX: Duration = crate::span::Span::MAX.0;
/// The latest end of chaos.
pub(super) const CHAOS_MAX: Duration = crate::load::CHAOS_MAX;
/// The most payments.
pub(super) const OPERATIONS_MAX: usize = crate::load::OPERATIONS_MAX as usize;
/// The most faults, strokes and the like.
pub(super) const FAULTS_MAX: usize = 1_000_000;
/// The largest amount of one payment, in minor units.
pub(super) const AMOUNT_MAX: i128 = u32::MAX as i128;
/// The largest limit of a merchant, in minor units.
pub(super) const LIMIT_MAX: i128 = u64::MAX as i128;
/// The slowest that a link gets, in percent.
pub(super) const LOAD_PERCENT_MAX: u32 = 1_000_000;
/// The most that a clock may be wrong, in parts per million.
pub(super) const PPM_MAX: u32 = 500_000;
/// The most that a minor unit is worth, in millionths of one.
pub(super) const MILLIONTHS_MAX: u64 = crate::plan::MILLIONTHS_MAX;
/// The most changes of one rate.
pub(super) const RATE_MOVES_MAX: usize = crate::load::RATE_MOVES_MAX as usize;
/// Nobody hangs up sooner.
const TIMEOUT_MIN: Duration = Duration::from_secs(1);
/// The most digests of a recorded run.
pub(super) const DIGESTS_MAX: usize = 64;

/// How long a worker waits for a provider, where that is not as usual.
///
/// # Errors
/// If it is nothing, or more than anybody waits.
pub(super) fn provider_timeout(waits: Option<Spanned<Span>>) -> Result<Option<Duration>, Wrong> {
    let Some(waits) = waits else { return Ok(None) };
    let place = waits.span();
    let waits = span(&mut Some(waits), "provider_timeout", bounds::PROVIDER_TIMEOUT_MAX)?;
    if waits < TIMEOUT_MIN {
        return Err(Wrong::new(place, "`provider_timeout` is a second at least"));
    }
    Ok(Some(waits))
}

/// How long keys live: long enough for every retry.
///
/// # Errors
/// If that is too short, or no span that anybody meant.
pub(super) fn key_lifetime(
    lifetime: Option<Spanned<Span>>,
    heal_at: VirtualTime,
) -> Result<Option<Duration>, Wrong> {
    let Some(lifetime) = lifetime else { return Ok(None) };
    let place = lifetime.span();
    let lifetime = span(&mut Some(lifetime), "key_lifetime", SPAN_MAX)?;
    let least = bounds::key_lifetime_min(heal_at.since(VirtualTime::ZERO));
    if lifetime < least {
        let problem = format!(
            "`key_lifetime` is at least {}, so that no retry outlives its key",
            Span(least)
        );
        return Err(Wrong::new(place, problem));
    }
    Ok(Some(lifetime))
}
