//! Which scenarios to try first: those that have most in them that none before has.

use std::collections::BTreeSet;

use sim::Rate;
use toml::Value;

use crate::settings::Scenario;
use crate::span::Span;

/// The scenarios, those first that add most to what the ones before them have: kinds of
/// fault, of operation and of party, whatever the scenario says that is not nothing, and how
/// much of it, in powers of two: an authorization that is captured after a week is another
/// world than one after a minute. Greedy, as set cover is; what adds nothing stays in its
/// order.
pub(crate) fn richest_first(scenarios: Vec<Scenario>) -> Vec<Scenario> {
    let mut left: Vec<_> = scenarios.into_iter().map(|s| (features(&s), s)).collect();
    let mut had: BTreeSet<String> = BTreeSet::new();
    let mut dealt = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let adds = |features: &BTreeSet<String>| features.difference(&had).count();
        let most = left.iter().map(|(features, _)| adds(features)).max();
        let richest = left.iter().position(|(features, _)| Some(adds(features)) == most);
        let (features, scenario) = left.remove(richest.expect("one of them adds most"));
        had.extend(features);
        dealt.push(scenario);
    }
    dealt
}

/// What a scenario has, by the names of its settings.
fn features(scenario: &Scenario) -> BTreeSet<String> {
    let mut features = BTreeSet::new();
    let said = Value::try_from(scenario).expect("a scenario came from a file");
    let Value::Table(mut table) = said else { return features };
    for words in ["name", "title", "story", "trials_min"] {
        table.remove(words);
    }
    gather(&Value::Table(table), "", &mut features);
    features
}

fn gather(value: &Value, path: &str, features: &mut BTreeSet<String>) {
    match value {
        Value::Table(table) => {
            for (name, value) in table {
                gather(value, &format!("{path}.{name}"), features);
            }
        }
        Value::Array(values) => {
            for value in values {
                gather(value, &format!("{path}[{}]", whose(value)), features);
            }
        }
        value if is_nothing(value) => {}
        value => {
            let magnitude = magnitude(value).map(|bits| format!(" 2^{bits}"));
            features.insert(path.to_owned() + &magnitude.unwrap_or_default());
        }
    }
}

/// How much it is, to a power of two: a count, or a share in millionths, or a
/// span in milliseconds.
fn magnitude(value: &Value) -> Option<u32> {
    let amount = match value {
        Value::Integer(count) => u128::try_from(*count).ok(),
        Value::String(text) => match text.parse::<Span>() {
            Ok(span) => Some(span.0.as_millis()),
            Err(_) => text.parse::<Rate>().ok().map(|rate| rate.ppm().into()),
        },
        _ => None,
    };
    amount?.checked_ilog2()
}

/// What tells an entry of a list from the others.
fn whose(value: &Value) -> String {
    match value {
        Value::Table(table) => {
            let name = ["who", "name", "source"].into_iter().find_map(|key| table.get(key));
            name.map(ToString::to_string).unwrap_or_default()
        }
        other => other.to_string(),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Boolean(is_on) => !is_on,
        Value::Integer(count) => *count == 0,
        Value::String(text) => ["", "0%", "0s"].contains(&text.as_str()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    #[test]
    fn what_has_everything_comes_first_and_nothing_is_left_out() {
        let dealt = richest_first(catalog::all().to_vec());
        let mut names: Vec<_> = dealt.iter().map(|scenario| scenario.name.as_str()).collect();
        let first: Vec<_> = names[..3].to_vec();
        assert!(first.contains(&"perfect-storm") && first.contains(&"crowded-day"), "{first:?}");
        let mut all: Vec<_> = catalog::all().iter().map(|s| s.name.as_str()).collect();
        names.sort_unstable();
        all.sort_unstable();
        assert_eq!(names, all);
    }

    #[test]
    fn a_rate_of_nothing_and_an_entry_of_a_list_are_told_apart() {
        let calm = features(catalog::named("calm-day").unwrap());
        let crashing = features(catalog::named("orchestrator-crash-loop").unwrap());
        assert!(!calm.iter().any(|feature| feature.contains("crash_loops")), "{calm:?}");
        let loops: Vec<_> = crashing.iter().filter(|f| f.contains("crash_loops")).collect();
        assert!(loops.iter().any(|feature| feature.contains("orchestrator")), "{loops:?}");
    }
}
