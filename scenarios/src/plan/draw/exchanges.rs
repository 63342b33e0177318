//! Who gets another currency than the customer pays, and what currencies are
//! worth.

use std::num::NonZeroU64;
use std::time::Duration;

use model::{Currency, PayIn};
use sim::{Rate, Stream, VirtualTime};

use crate::plan::{Operation, Purpose, RateMove, RatePath};
use crate::settings::Scenario;

/// Some merchants get another currency: of what is paid at once, to one of
/// them, and not disputed.
pub(super) fn add(scenario: &Scenario, operations: &mut [Operation], stream: &mut Stream) {
    let workload = &scenario.workload;
    if workload.exchange == Rate::NEVER {
        return;
    }
    for operation in operations {
        let exchanged = stream.chance(workload.exchange);
        let others = workload.currencies.iter().filter(|c| **c != operation.money.currency);
        let others: Vec<_> = others.copied().collect();
        let Some(other) = stream.draw().pick(&others).copied() else { continue };
        let plain = operation.purpose == Purpose::default() && operation.dispute.is_none();
        if exchanged && plain {
            let settlement_currency = Some(other);
            operation.purpose = Purpose::PayIn(PayIn { settlement_currency, ..PayIn::default() });
        }
    }
}

/// The rates of every pair of currencies that is exchanged.
pub(super) fn rates(
    scenario: &Scenario,
    operations: &[Operation],
    stream: &mut Stream,
) -> Vec<RatePath> {
    let workload = &scenario.workload;
    if workload.exchange == Rate::NEVER {
        return Vec::new();
    }
    let mut paths = Vec::new();
    for (at, source) in workload.currencies.iter().enumerate() {
        for target in &workload.currencies[at + 1..] {
            let path = path(scenario, (*source, *target), stream);
            if operations.iter().any(|operation| operation.goes_by(&path)) {
                paths.push(path);
            }
        }
    }
    paths
}

fn path(
    scenario: &Scenario,
    (source, target): (Currency, Currency),
    stream: &mut Stream,
) -> RatePath {
    let settings = &scenario.rates;
    let about = worth(source, target);
    let begins = stream.between(about - about / 5, about + about / 5).max(1);
    let mut millionths = NonZeroU64::new(begins).unwrap_or(NonZeroU64::MIN);
    let first = millionths;
    let count = stream.between(0, u64::from(settings.moves));
    let moment = |stream: &mut Stream| stream.span(Duration::ZERO, scenario.chaos.0);
    let mut moments: Vec<_> = (0..count).map(|_| moment(stream)).collect();
    moments.sort();
    let moves = moments.into_iter().map(|after| {
        let most = u64::from(settings.move_max.ppm());
        let by = stream.between(PARTS - most.min(PARTS / 2), PARTS + most);
        let moved = u128::from(millionths.get()) * u128::from(by) / u128::from(PARTS);
        let moved = u64::try_from(moved).unwrap_or(MILLIONTHS_MAX);
        millionths = NonZeroU64::new(moved.clamp(1, MILLIONTHS_MAX)).unwrap_or(NonZeroU64::MIN);
        RateMove { at: VirtualTime::ZERO.after(after), millionths }
    });
    let moves = moves.collect();
    let longest = settings.holds_for_max.0.as_secs().max(HOLDS_FOR_MIN);
    RatePath {
        source,
        target,
        spread_basis_points: stream.between(0, u64::from(settings.spread_max.ppm()) / 100) as u16,
        holds_for: stream.between(HOLDS_FOR_MIN, longest) as u32,
        millionths: first,
        moves,
    }
}

/// About how many millionths of a minor unit of the target one of the source is
/// worth.
fn worth(source: Currency, target: Currency) -> u64 {
    let minor = |currency: Currency| 10_u128.pow(currency.exponent());
    let [source_worth, target_worth] = [source, target].map(in_millionths_of_a_dollar);
    let worth = source_worth * minor(target) * u128::from(PARTS) / (target_worth * minor(source));
    u64::try_from(worth).unwrap_or(MILLIONTHS_MAX).clamp(1, MILLIONTHS_MAX)
}

/// What a whole unit is about worth: the order is what matters.
const fn in_millionths_of_a_dollar(currency: Currency) -> u128 {
    match currency {
        Currency::Eur => 1_080_000,
        Currency::Gbp => 1_270_000,
        Currency::Jpy => 6_700,
        Currency::Krw => 730,
        Currency::Kwd => 3_250_000,
        Currency::Bhd => 2_650_000,
        _ => 1_000_000,
    }
}

/// The shortest time that a quote holds, in seconds.
const HOLDS_FOR_MIN: u64 = 5;
/// The most that a minor unit is worth.
pub(crate) const MILLIONTHS_MAX: u64 = 1_000_000_000_000;
/// A million of them are the whole.
const PARTS: u64 = 1_000_000;
