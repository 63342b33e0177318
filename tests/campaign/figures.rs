//! What a campaign comes to, in figures, beside what it came to before. Who decides by
//! reports sees more than violations: payments that end otherwise, parties that are asked more
//! often, money that is held for longer.

use std::collections::BTreeMap;
use std::fs;

use model::Age;
use scenarios::campaign::Campaign;
use scenarios::sometimes::{self, Mark};
use scenarios::trapped::Pool;
use serde::{Deserialize, Serialize};

/// By scenario and in all: what was counted, by its name.
#[derive(Serialize, Deserialize)]
pub(crate) struct Figures(BTreeMap<String, BTreeMap<String, u64>>);

impl Figures {
    /// Those of these campaigns.
    pub(crate) fn of(campaigns: &[Campaign]) -> Self {
        let mut figures: BTreeMap<_, _> = campaigns
            .iter()
            .map(|campaign| (campaign.scenario.clone(), counted(campaign)))
            .collect();
        figures.insert(ALL.to_owned(), seen(campaigns));
        Self(figures)
    }

    /// Those that are on record.
    pub(crate) fn on_record() -> Self {
        toml::from_str(include_str!("figures.toml")).expect("the record is written by a test")
    }

    /// Writes them beside the record, for who meant that they differ.
    pub(crate) fn propose(&self) {
        let text = toml::to_string(self).expect("counts have no other form");
        fs::write(PROPOSED, format!("{HEAD}{text}")).expect("the tests' folder can be written");
    }

    /// Whatever differs, a line each: a seed comes to the same everywhere, and so does a
    /// campaign, to the last digit.
    pub(crate) fn departures_from(&self, record: &Self) -> Vec<String> {
        let scenarios = self.0.keys().chain(record.0.keys());
        let mut departures: Vec<_> =
            scenarios.flat_map(|scenario| self.departures(scenario, record)).collect();
        departures.sort();
        departures.dedup();
        departures
    }

    fn departures(&self, scenario: &str, record: &Self) -> Vec<String> {
        let none = BTreeMap::new();
        let [now, before] = [self, record].map(|known| known.0.get(scenario).unwrap_or(&none));
        let names = now.keys().chain(before.keys());
        let departs = names.filter_map(|name| {
            let [now, before] = [now, before].map(|known| known.get(name).copied().unwrap_or(0));
            (now != before).then(|| format!("{scenario}: {name} {now}, and was {before}"))
        });
        departs.collect()
    }
}

/// How payments ended, what that took, how often each fault struck and each invariant was
/// put to the test, and what was not settled by then.
fn counted(campaign: &Campaign) -> BTreeMap<String, u64> {
    let minutes = u64::try_from(campaign.virtual_nanos / 60_000_000_000).unwrap_or(u64::MAX);
    let mut counted = BTreeMap::from([
        ("events".to_owned(), campaign.events),
        ("messages".to_owned(), campaign.messages),
        ("virtual minutes".to_owned(), minutes),
    ]);
    let strikes =
        campaign.strikes.iter().map(|(fault, count)| (format!("{fault} strikes"), *count));
    counted.extend(strikes);
    let outcomes =
        campaign.outcomes.iter().map(|(name, count)| (format!("{name} payments"), *count));
    let decisions =
        campaign.decisions.iter().map(|(name, count)| (format!("{name} decides"), *count));
    counted.extend(outcomes.chain(decisions));
    let exercised = campaign.exercised.iter();
    counted.extend(exercised.map(|(invariant, met)| (format!("premises of {invariant}"), *met)));
    for (currency, ages) in campaign.unreconciled.iter().flat_map(|report| &report.ages) {
        for (age, (items, value)) in Age::ALL.iter().zip(ages) {
            let of = format!("unreconciled in {currency} ({age})");
            counted.insert(format!("items {of}"), u64::from(*items));
            counted.insert(format!("minor units {of}"), size(value.0));
        }
    }
    for (currency, (items, value)) in campaign.unreconciled.iter().flat_map(|report| &report.open) {
        counted.insert(format!("items unreconciled in {currency}"), u64::from(*items));
        counted.insert(format!("minor units unreconciled in {currency}"), size(value.0));
    }
    for (currency, causes) in campaign.unreconciled.iter().flat_map(|report| &report.causes) {
        let named = causes.iter().map(|(cause, count)| {
            (format!("items unreconciled in {currency}, {cause}"), u64::from(*count))
        });
        counted.extend(named);
    }
    for trapped in &campaign.trapped.currencies {
        for pool in Pool::CAUSES {
            let seconds = trapped.level(pool).amount_time.minor_seconds();
            let name = format!("{} hours of {}", pool.name(), trapped.currency);
            counted.insert(name, size(seconds / 3_600));
        }
    }
    counted.retain(|_, count| *count > 0);
    counted
}

/// What is owed the other way is as much money.
fn size(amount: i128) -> u64 {
    u64::try_from(amount.unsigned_abs()).unwrap_or(u64::MAX)
}

/// In how many trials each thing was seen.
fn seen(campaigns: &[Campaign]) -> BTreeMap<String, u64> {
    let tally = sometimes::seen(campaigns);
    let marks = Mark::ALL
        .iter()
        .map(|mark| (format!("trials in which {}", mark.name()), tally.mark(*mark)));
    marks.filter(|(_, count)| *count > 0).collect()
}

/// What stands for the whole catalog.
const ALL: &str = "all";
const PROPOSED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/campaign/figures.toml.new");
const HEAD: &str = "\
# What the campaign of `tests/campaign` comes to. What departs is told, and written beside
# this file: it is to take its place where that was meant.

";

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(count: u64) -> Figures {
        Figures(BTreeMap::from([("a".into(), BTreeMap::from([("messages".into(), count)]))]))
    }

    #[test]
    fn a_figure_that_departs_is_told_and_so_is_one_that_is_gone() {
        let record = figures(1_000);
        assert_eq!(figures(1_000).departures_from(&record), [] as [&str; 0]);
        let far = "a: messages 1001, and was 1000";
        assert_eq!(figures(1_001).departures_from(&record), [far]);
        let gone = Figures(BTreeMap::new());
        assert_eq!(gone.departures_from(&record), ["a: messages 0, and was 1000"]);
        assert_eq!(record.departures_from(&gone), ["a: messages 1000, and was 0"]);
    }
}
