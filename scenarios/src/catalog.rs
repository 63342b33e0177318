//! The built-in scenarios: TOML files, embedded in the binary, that people
//! read and copy.

use std::sync::LazyLock;

use crate::load::{self, LoadError};
use crate::settings::Scenario;

/// Every built-in scenario's name and text, in the order in which a campaign
/// runs them.
pub const FILES: &[(&str, &str)] = &[
    ("calm-day", include_str!("../catalog/calm-day.toml")),
    ("stormy-network", include_str!("../catalog/stormy-network.toml")),
    ("silent-after-capture", include_str!("../catalog/silent-after-capture.toml")),
    ("orchestrator-crash-loop", include_str!("../catalog/orchestrator-crash-loop.toml")),
    ("worker-takeover", include_str!("../catalog/worker-takeover.toml")),
    ("flaky-providers", include_str!("../catalog/flaky-providers.toml")),
    ("outage-failover", include_str!("../catalog/outage-failover.toml")),
    ("cancel-races", include_str!("../catalog/cancel-races.toml")),
    ("hold-expiry-in-doubt", include_str!("../catalog/hold-expiry-in-doubt.toml")),
    ("webhook-weather", include_str!("../catalog/webhook-weather.toml")),
    ("webhook-before-reply", include_str!("../catalog/webhook-before-reply.toml")),
    ("webhooks-days-late", include_str!("../catalog/webhooks-days-late.toml")),
    ("duplicate-webhooks", include_str!("../catalog/duplicate-webhooks.toml")),
    ("chargebacks", include_str!("../catalog/chargebacks.toml")),
    ("dispute-during-refund", include_str!("../catalog/dispute-during-refund.toml")),
    ("operator-mistakes", include_str!("../catalog/operator-mistakes.toml")),
    ("deploy-mid-flight", include_str!("../catalog/deploy-mid-flight.toml")),
    ("broken-promises", include_str!("../catalog/broken-promises.toml")),
    ("contended-limits", include_str!("../catalog/contended-limits.toml")),
    ("careless-clients", include_str!("../catalog/careless-clients.toml")),
    ("tenant-isolation", include_str!("../catalog/tenant-isolation.toml")),
    ("keys-expire", include_str!("../catalog/keys-expire.toml")),
    ("sick-network", include_str!("../catalog/sick-network.toml")),
    ("failing-disks", include_str!("../catalog/failing-disks.toml")),
    ("wrong-clocks", include_str!("../catalog/wrong-clocks.toml")),
    ("key-outlives-memory", include_str!("../catalog/key-outlives-memory.toml")),
    ("event-stream", include_str!("../catalog/event-stream.toml")),
    ("instant-payouts", include_str!("../catalog/instant-payouts.toml")),
    ("recalled-payouts", include_str!("../catalog/recalled-payouts.toml")),
    ("batch-returns", include_str!("../catalog/batch-returns.toml")),
    ("sparse-calendar", include_str!("../catalog/sparse-calendar.toml")),
    ("refunds", include_str!("../catalog/refunds.toml")),
    ("refund-fails-late", include_str!("../catalog/refund-fails-late.toml")),
    ("provider-gone", include_str!("../catalog/provider-gone.toml")),
    ("split-shipments", include_str!("../catalog/split-shipments.toml")),
    ("marketplace", include_str!("../catalog/marketplace.toml")),
    ("merchant-collapse", include_str!("../catalog/merchant-collapse.toml")),
    ("settlement-discrepancies", include_str!("../catalog/settlement-discrepancies.toml")),
    ("coordinator-loss", include_str!("../catalog/coordinator-loss.toml")),
    ("two-phase-commit", include_str!("../catalog/two-phase-commit.toml")),
    ("cross-currency", include_str!("../catalog/cross-currency.toml")),
    ("currency-exponents", include_str!("../catalog/currency-exponents.toml")),
    ("ordinary-day", include_str!("../catalog/ordinary-day.toml")),
    ("rough-day", include_str!("../catalog/rough-day.toml")),
    ("adversarial-policy", include_str!("../catalog/adversarial-policy.toml")),
    ("perfect-storm", include_str!("../catalog/perfect-storm.toml")),
    ("crowded-day", include_str!("../catalog/crowded-day.toml")),
    ("bad-fortnight", include_str!("../catalog/bad-fortnight.toml")),
];

/// Every built-in scenario.
pub fn all() -> &'static [Scenario] {
    &CATALOG
}

/// The built-in scenario of this name.
///
/// # Errors
/// If there is none; the error names the nearest.
pub fn named(name: &str) -> Result<&'static Scenario, LoadError> {
    let known = CATALOG.iter().find(|scenario| scenario.name == name);
    known.ok_or_else(|| LoadError::unknown_scenario(name, FILES.iter().map(|(name, _)| *name)))
}

static CATALOG: LazyLock<Vec<Scenario>> = LazyLock::new(|| {
    let load = |(name, text): &(&str, &str)| {
        load::parse(&format!("{name}.toml"), text)
            .unwrap_or_else(|error| unreachable!("the catalog loads, as a test proves: {error}"))
    };
    FILES.iter().map(load).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_scenario_loads_under_its_own_name() {
        for (name, text) in FILES {
            let scenario = load::parse(name, text).unwrap_or_else(|error| panic!("{error:?}"));
            assert_eq!(scenario.name, *name);
        }
    }
}
