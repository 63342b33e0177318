//! What a worker goes by: pauses, and whose keys it trusts.

use std::time::Duration;

use model::{Dialect, ProviderEndpoint, ProviderId, Undoing};

use crate::dialects::{
    EVERY, HOSTILE, KEEPS_ALL, KEEPS_REFUSALS, KEEPS_SUCCESS, LEGACY, RESUMES, cast, days, dialect,
};
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
fn only_a_key_that_keeps_every_reply_is_repeated_and_not_when_it_may_arrive_too_late() {
    let day = 24 * 3_600;
    let margin = Duration::from_secs(1_200);
    for (number, age, repeats) in [
        (KEEPS_ALL, 0, true),
        (KEEPS_ALL, day - 1_201, true),
        (KEEPS_ALL, day - 1_200, false),
        (KEEPS_ALL, day, false),
        (RESUMES, day, true),
        (KEEPS_SUCCESS, 0, false),
        (KEEPS_REFUSALS, 0, false),
        (LEGACY, 0, false),
        (HOSTILE, 599, true),
        (HOSTILE, 600, false),
    ] {
        let (dialect, age) = (dialect(number), Duration::from_secs(age));
        let endpoint = ProviderEndpoint::Authorize;
        assert_eq!(dialect.may_resend(endpoint, age, margin), repeats, "{number} {age:?}");
    }
    let endpoint = ProviderEndpoint::Refund;
    assert!(!dialect(HOSTILE).may_resend(endpoint, Duration::ZERO, margin), "it is ignored there");
}

#[test]
fn only_a_key_that_outlives_every_doubt_is_repeated_by_somebody_who_does_not_know_its_age() {
    for (number, outlives) in [(KEEPS_ALL, false), (RESUMES, true), (KEEPS_REFUSALS, false)] {
        let doubt = rules().doubt();
        assert_eq!(dialect(number).outlives(ProviderEndpoint::Capture, doubt), outlives);
    }
}

#[test]
fn a_dialect_is_admitted_if_every_doubt_can_be_resolved() {
    let bounds = rules().doubt_bounds();
    for number in EVERY {
        assert_eq!(dialect(number).admit(&bounds), Ok(()), "{number}");
    }
    let setting = |change: fn(&mut Dialect), of: usize| {
        let mut dialect = dialect(of);
        change(&mut dialect);
        dialect.admit(&bounds).err().map(|error| error.setting())
    };
    let deaf = |dialect: &mut Dialect| {
        dialect.queries = None;
        dialect.undo = Undoing::Expiry;
    };
    let forgetful = |dialect: &mut Dialect| {
        dialect.undo = Undoing::Expiry;
        dialect.queries.as_mut().unwrap().retention = days(7);
    };
    for (of, change, refused) in [
        (KEEPS_ALL, deaf as fn(&mut Dialect), Some("keeps")),
        (KEEPS_ALL, forgetful, Some("keeps")),
        (RESUMES, deaf, Some("undo")),
        (RESUMES, forgetful, Some("undo")),
        (
            HOSTILE,
            |dialect| dialect.authorization_lifetime = days(9),
            Some("authorization_lifetime"),
        ),
        (KEEPS_ALL, |dialect| dialect.authorization_lifetime = days(90), Some("retention")),
        (LEGACY, |dialect| dialect.settlement.carries_reference = false, Some("keeps")),
        (LEGACY, |dialect| dialect.auto_reverse_after = None, None),
    ] {
        assert_eq!(setting(change, of), refused, "{of}");
    }
    let mut mute = dialect(LEGACY);
    mute.settlement.carries_reference = false;
    let error = mute.admit(&bounds).unwrap_err().to_string();
    assert!(error.contains("a refund"), "{error}");
}

#[test]
fn a_provider_that_is_not_known_is_taken_for_the_first() {
    let rules = rules();
    assert_eq!(rules.dialect(ProviderId(1)), &cast()[1]);
    assert_eq!(rules.dialect(ProviderId(9)), &cast()[0]);
}
