//! Settlement, in worlds where files come late, twice, broken off and wrong: what
//! was paid is booked once, and what differs is told.

use std::collections::{BTreeMap, BTreeSet};

use model::{AccountName, Amount, Booked, Defects, Record, Status, StoreEntry};
use scenarios::{Entry, Scenario, catalog, trial};
use sim::{Happening, Seed};

/// Every line is durable before anything of it is booked, and every payment that
/// succeeded is settled, or a case.
#[test]
fn a_payment_is_over_when_a_file_tells_of_it_or_when_somebody_looks() {
    let (mut settled, mut cases) = (0, 0);
    for seed in 0..60 {
        let (trial, trace) = trial::replay(settles(), Seed(seed), Defects::NONE);
        assert_eq!(trial.violations(), [], "seed {seed}");
        let (mut filed, mut over, mut late) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for event in &trace.events {
            match &event.what {
                Happening::Appended(Entry::Store(StoreEntry::Filed(file, _))) => {
                    assert!(file.is_whole());
                    // What a crash takes of the disk is written down again.
                    filed.extend(file.lines.iter().map(|line| line.id));
                }
                Happening::Appended(Entry::Store(StoreEntry::Reconciled(token, what))) => {
                    match what {
                        Booked::Line(line, _) if token.0 == 0 => {
                            assert!(filed.contains(line), "what nobody asked for came by a file");
                        }
                        Booked::Late(..) => drop(late.insert(*token)),
                        Booked::Line(..) => {}
                    }
                }
                Happening::Appended(Entry::Store(StoreEntry::Committed(commit)))
                    if commit.records.contains(&Record::StatusChanged(Status::Settled)) =>
                {
                    over.insert(commit.token);
                }
                _ => {}
            }
        }
        settled += over.len();
        cases += late.len();
    }
    assert!(settled > 600 && cases > 3, "{settled} settled, {cases} cases");
}

/// What went wrong with files and was mended leaves nothing in suspense.
#[test]
fn what_is_in_suspense_is_what_the_reconciler_tells_of() {
    let mut open = 0;
    for seed in 0..40 {
        let trial = trial::run(settles(), Seed(seed), Defects::NONE);
        let report = trial.unreconciled.clone().expect("it told at the end");
        let suspense = trial.accounts.iter().filter(|(a, _)| a.name == AccountName::Suspense);
        let left = suspense.map(|(_, sums)| sums.credits_posted - sums.debits_posted);
        if left.into_iter().any(|left| left != Amount::ZERO) {
            assert!(!report.is_empty(), "seed {seed}");
            open += 1;
        }
    }
    assert!(open > 0, "some mistakes are never mended");
}

/// Every kind of mistake strikes somewhere.
#[test]
fn files_go_wrong_in_every_way() {
    let mut strikes = BTreeMap::<&str, u64>::new();
    for seed in 0..60 {
        let trial = trial::run(settles(), Seed(seed), Defects::NONE);
        for (name, count) in trial.strikes {
            *strikes.entry(name).or_default() += count;
        }
    }
    for name in scenarios::plan::Mishap::NAMES {
        assert!(strikes.contains_key(name), "{name} never struck");
    }
}

/// Where nobody settles, nobody reconciles, and a success is over.
#[test]
fn a_world_that_does_not_settle_has_no_reconciler() {
    let trial = trial::run(catalog::named("calm-day").unwrap(), Seed(1), Defects::NONE);
    assert_eq!(trial.unreconciled, None);
    assert!(trial.messages.iter().all(|(name, _)| *name != "settlement-file"));
    assert!(!trial.outcomes.contains_key("settled"));
}

fn settles() -> &'static Scenario {
    catalog::named("settlement-discrepancies").unwrap()
}
