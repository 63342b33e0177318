//! What the ways in which a run can end come to, besides rest.

use model::Defects;
use scenarios::invariant::Invariant;
use scenarios::judge::{Judge, Relation};
use scenarios::trial::{self, Verdict};
use scenarios::{PaymentSystem, Plan, Scenario, Strategy, catalog};
use sim::{Ending, Limit, Seed};

fn verdict(ending: Ending) -> Verdict {
    let plan = Plan::draw(catalog::named("calm-day").unwrap(), Seed(1));
    let system = PaymentSystem::new(plan, Defects::NONE);
    let mut judge = Judge::new(&system.plan);
    trial::conclude(&trial::world(&system), &mut judge, ending)
}

#[test]
fn a_payment_that_nobody_goes_on_with_or_that_takes_too_long_violates_l01_in_its_own_words() {
    for (ending, words) in [
        (Ending::LostWakeUp(7), "nothing is left that would go on with it"),
        (Ending::Overdue(7), "the time that it may take after the end of all faults is over"),
    ] {
        let Verdict::Violated(violations) = verdict(ending) else { panic!("{ending:?} holds") };
        let [violation] = violations.as_slice() else { panic!("{violations:?}") };
        let found = (violation.invariant, violation.relation);
        assert_eq!(found, (Invariant::L01, Relation::NeverFinished), "{ending:?}");
        assert!(violation.evidence.contains(words), "{}", violation.evidence);
    }
}

/// A provider was silent for a day, and the limit of events took that for a world that never
/// ends: four payments that had to be undone asked it once a minute, and again and again for
/// leases that each request ended (`takeover.rs`), which is what most of 200,000 events were.
#[test]
fn a_day_of_silence_is_not_taken_for_a_world_that_never_ends() {
    let strategy = Some(Strategy::Walk);
    let rough = Scenario { strategy, ..catalog::named("rough-day").unwrap().clone() };
    let trial = trial::run(&rough, Seed(0x3e24_0c90_6b9a_e08c), Defects::NONE);
    assert_eq!(trial.verdict, Verdict::Held);
    assert!(trial.events < 100_000, "{} events", trial.events);
}

#[test]
fn a_limit_is_inconclusive() {
    for limit in [Limit::Events, Limit::Horizon] {
        let verdict = verdict(Ending::Limit(limit));
        assert!(matches!(verdict, Verdict::Inconclusive(_)), "{limit:?}: {verdict:?}");
    }
}
