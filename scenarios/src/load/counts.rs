//! How many faults a scenario may ask for: beyond that a damaged digit, not a
//! person, has asked, and a plan would be drawn for ever.

use super::Misplaced;
use crate::settings::Scenario;

/// The most faults of one kind, out of one table.
const TIMES_MAX: u32 = 10_000;
/// The most merchants with limits: tenants times merchants times currencies.
const LIMITS_MAX: u64 = 100_000;
/// The slowest that links get, in percent.
const LOAD_PERCENT_MAX: u32 = 1_000_000;

/// Whether every number is one that somebody could have meant.
pub(super) fn check(scenario: &Scenario) -> Result<(), Misplaced> {
    let too_many = |(table, nth, field, count): (&'static str, usize, &'static str, u32)| {
        let problem = format!("`{field}` is at most {TIMES_MAX}");
        if count > TIMES_MAX { Err((table, nth, field, problem)) } else { Ok(()) }
    };
    tables(scenario).into_iter().chain(lists(scenario)).try_for_each(too_many)?;
    let workload = &scenario.workload;
    let merchants = u64::from(workload.tenants) * u64::from(workload.merchants);
    if merchants.saturating_mul(workload.currencies.len() as u64) > LIMITS_MAX {
        let problem =
            format!("`merchants` of all tenants in all currencies are at most {LIMITS_MAX}");
        return Err(("workload", 0, "merchants", problem));
    }
    if scenario.network.load_percent > LOAD_PERCENT_MAX {
        let problem = format!("`load_percent` is at most {LOAD_PERCENT_MAX}");
        return Err(("network", 0, "load_percent", problem));
    }
    Ok(())
}

/// The counts of tables that there are once.
fn tables(scenario: &Scenario) -> Vec<(&'static str, usize, &'static str, u32)> {
    let (providers, links) = (&scenario.providers, &scenario.links);
    vec![
        ("providers", 0, "outages", providers.outages),
        ("providers", 0, "brown_outs", providers.brown_outs),
        ("providers", 0, "silent_after_capture", providers.silent_after_capture),
        ("operators", 0, "webhook_replays", scenario.operators.webhook_replays),
        ("providers", 0, "outlasting", providers.outlasting),
        ("operators", 0, "restarts", scenario.operators.restarts),
        ("operators", 0, "deploys", scenario.operators.deploys),
        ("partitions", 0, "times", scenario.partitions.times),
        ("links", 0, "flapping", links.flapping),
        ("links", 0, "slow", links.slow),
        ("links", 0, "brown_outs", links.brown_outs),
        ("links", 0, "clogs", links.clogs),
        ("links", 0, "swizzles", links.swizzles),
        ("links", 0, "fates", links.fates),
    ]
}

/// The counts of tables of which there may be many.
fn lists(scenario: &Scenario) -> Vec<(&'static str, usize, &'static str, u32)> {
    let mut counts = Vec::new();
    for (nth, crashes) in scenario.crashes.iter().enumerate() {
        counts.push(("crashes", nth, "times", crashes.times));
    }
    for (nth, loops) in scenario.crash_loops.iter().enumerate() {
        counts.push(("crash_loops", nth, "times", loops.times));
    }
    for (nth, crashes) in scenario.shared_crashes.iter().enumerate() {
        counts.push(("shared_crashes", nth, "times", crashes.times));
    }
    for (nth, pauses) in scenario.pauses.iter().enumerate() {
        counts.push(("pauses", nth, "times", pauses.times));
    }
    for (nth, disk) in scenario.disks.iter().enumerate() {
        counts.push(("disks", nth, "slow", disk.slow));
        counts.push(("disks", nth, "full", disk.full));
        counts.push(("disks", nth, "lying", disk.lying));
        counts.push(("disks", nth, "torn", disk.torn));
        counts.push(("disks", nth, "corrupt", disk.corrupt));
        counts.push(("disks", nth, "old", disk.old));
    }
    for (nth, clock) in scenario.clocks.iter().enumerate() {
        counts.push(("clocks", nth, "jumps", clock.jumps));
        counts.push(("clocks", nth, "drifts", clock.drifts));
    }
    counts
}
