//! What a worker goes by: pauses, and whose keys it trusts.

use std::time::Duration;

use model::{Dialect, Keeps, ProviderId};

use crate::script::rules;

#[test]
fn a_pause_doubles_with_every_try_up_to_the_longest() {
    let rules = rules();
    for (tries, pause_ms) in [
        (0, 500),
        (1, 1_000),
        (2, 2_000),
        (6, 32_000),
        (7, 60_000),
        (8, 60_000),
        (32, 60_000),
        (u32::MAX, 60_000),
    ] {
        for at_provider in [true, false] {
            let pause = rules.backoff(tries, at_provider);
            assert_eq!(pause, Duration::from_millis(pause_ms), "after {tries}");
        }
    }
}

#[test]
fn the_longest_pause_is_set_for_providers_and_for_the_house() {
    let mut rules = rules();
    rules.provider_backoff_max = Duration::from_secs(3_600);
    assert_eq!(rules.backoff(20, true), Duration::from_secs(3_600));
    assert_eq!(rules.backoff(20, false), Duration::from_secs(60));
}

#[test]
fn only_a_key_that_keeps_every_reply_is_repeated_and_not_in_its_last_hour() {
    let day = 24 * 3_600;
    for (keeps, age, repeats) in [
        (Keeps::AllAfterExecution, 0, true),
        (Keeps::AllAfterExecution, day - 3_601, true),
        (Keeps::AllAfterExecution, day - 3_600, false),
        (Keeps::AllAfterExecution, day, false),
        (Keeps::OnlySuccess, 0, false),
    ] {
        let dialect = Dialect { keeps, ..Dialect::cast()[0].clone() };
        assert_eq!(dialect.may_resend(Duration::from_secs(age)), repeats, "{keeps:?} {age}");
    }
}

#[test]
fn the_cast_is_admissible() {
    for dialect in Dialect::cast() {
        assert!(!dialect.name.is_empty() && !dialect.source.is_empty());
        assert!(dialect.query_lag_max < rules().never_found, "{}", dialect.name);
        assert!(dialect.key_lifetime > Duration::from_secs(3_600), "{}", dialect.name);
        assert!(dialect.authorization_lifetime > dialect.key_lifetime, "{}", dialect.name);
    }
}

#[test]
fn a_provider_that_is_not_known_is_taken_for_the_first() {
    let rules = rules();
    assert_eq!(rules.dialect(ProviderId(1)), &Dialect::cast()[1]);
    assert_eq!(rules.dialect(ProviderId(9)), &Dialect::cast()[0]);
}
