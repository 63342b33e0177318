//! How long each kind of message takes: integer quantile tables for the
//! lognormal latencies of payments.md F01.

use std::sync::LazyLock;
use std::time::Duration;

use sim::{Network, Quantiles};

use crate::bounds::COPY_AGE_MAX;
use crate::message::kinds;

/// A network without bad weather, with the latencies of F01: drawn, or on a
/// `plain` one the median of each.
pub fn network(plain: bool) -> Network {
    if plain { PLAIN.clone() } else { DRAWN.clone() }
}

static DRAWN: LazyLock<Network> = LazyLock::new(|| {
    with_tables(CLASSES.map(|class| {
        let points = SHARES.into_iter().zip(class.map(Duration::from_micros));
        let table = Quantiles::new(&points.collect::<Vec<_>>());
        table.expect("the shares run from 0 to 1,000,000 and every class rises, as a test proves")
    }))
});

static PLAIN: LazyLock<Network> = LazyLock::new(|| {
    with_tables(CLASSES.map(|class| Quantiles::constant(Duration::from_micros(class[MEDIAN]))))
});

fn with_tables(tables: [Quantiles; 7]) -> Network {
    let by_kind = kinds::ALL.iter().map(|(kind, _)| class_of(*kind)).collect();
    Network::new(tables.into(), by_kind, COPY_AGE_MAX)
}

/// Shares of the samples, in parts per million.
const SHARES: [u32; 8] = [0, 10_000, 100_000, 500_000, 900_000, 990_000, 999_000, 1_000_000];
/// The place of the median among them.
const MEDIAN: usize = 3;

const NEAR: u8 = 0;
const HOUSE: u8 = 1;
const LEDGER: u8 = 2;
const RISK: u8 = 3;
const QUERY: u8 = 4;
const CAPTURE: u8 = 5;
const AUTHORIZE: u8 = 6;

/// Microseconds at each share: lognormal by median and 99th percentile.
const CLASSES: [[u64; 8]; 7] = [
    // Over the internet: median 30 ms, p99 150 ms.
    [5_000, 6_000, 12_400, 30_000, 72_800, 150_000, 256_000, 400_000],
    // Within the house: median 0.8 ms, p99 4 ms.
    [130, 160, 330, 800, 1_940, 4_000, 6_800, 10_000],
    // The ledger: median 3 ms, p99 20 ms.
    [370, 450, 1_060, 3_000, 8_530, 20_000, 37_300, 60_000],
    // The risk service: median 40 ms, p99 250 ms.
    [5_000, 6_400, 14_600, 40_000, 110_000, 250_000, 456_000, 700_000],
    // A query at a provider: median 80 ms, p99 400 ms.
    [13_000, 16_000, 33_000, 80_000, 194_000, 400_000, 679_000, 1_000_000],
    // A capture: median 200 ms, p99 1.5 s.
    [21_000, 26_700, 65_900, 200_000, 607_000, 1_500_000, 2_910_000, 5_000_000],
    // An authorization: median 350 ms, p99 2.5 s.
    [40_000, 49_000, 118_000, 350_000, 1_034_000, 2_500_000, 4_770_000, 8_000_000],
];

fn class_of(kind: sim::Kind) -> u8 {
    match kind {
        kinds::AUTHORIZE => AUTHORIZE,
        kinds::CAPTURE | kinds::VOID | kinds::REFUND | kinds::SEND => CAPTURE,
        kinds::QUERY | kinds::INVESTIGATE | kinds::RECALL => QUERY,
        kinds::ASSESS | kinds::RELEASE | kinds::DECIDE => RISK,
        kinds::BOOK | kinds::LOOK_UP | kinds::PREPARE | kinds::GLOBAL_COMMIT => LEDGER,
        kinds::CREATE
        | kinds::GET
        | kinds::CANCEL
        | kinds::CREATED
        | kinds::ASK_REFUND
        | kinds::ASK_RECALL
        | kinds::RECALL_ASKED
        | kinds::REFUNDED
        | kinds::GOT
        | kinds::CANCELLED
        | kinds::NOTICE
        | kinds::NOTICE_ACK
        | kinds::MERCHANT_EVENT
        | kinds::MERCHANT_EVENT_ACK
        | kinds::PROVIDED
        | kinds::REMITTED
        | kinds::RETURN
        | kinds::RETURN_REPLY
        | kinds::WEBHOOK
        | kinds::WEBHOOK_REPLY => NEAR,
        _ => HOUSE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_a_distribution() {
        assert_eq!(SHARES[MEDIAN], 500_000);
        assert_eq!(DRAWN.copy_age_max, COPY_AGE_MAX);
        for (at, (kind, _)) in kinds::ALL.iter().enumerate() {
            assert_eq!(usize::from(kind.0), at, "kinds are numbered in order");
        }
    }
}
