//! An orchestrator of the user's own: the worlds, the faults and the judge are those
//! of the reference.

#[path = "../../cli/examples/own_orchestrator/mended.rs"]
mod mended;
#[path = "../../cli/examples/own_orchestrator/naive.rs"]
mod naive;

use mended::Mended;
use naive::Naive;
use pennywise::own::{self, Desk, Incoming, NOT_APPLICABLE, Orchestrator};
use scenarios::invariant::Invariant;
use scenarios::{Scenario, catalog};
use sim::Seed;

fn scenario(name: &str) -> &'static Scenario {
    catalog::named(name).unwrap()
}

/// Those that the mended one is made for: card payments, one capture each.
const ITS_WORLDS: [&str; 3] = ["calm-day", "stormy-network", "flaky-providers"];

#[test]
fn an_orchestrator_that_retries_under_fresh_keys_is_caught_within_few_seeds() {
    let report = own::fuzz::<Naive>(scenario("stormy-network"), 10, Seed(42));
    let caught = |invariant| report.campaign().caught.contains_key(&invariant);
    assert!(caught(Invariant::I05), "it charges twice: {report}");
    assert!(caught(Invariant::I18), "it tells that a payment failed that may be taken: {report}");
    assert!(caught(Invariant::I10), "it leaves its holds: {report}");
}

#[test]
fn the_seed_of_a_finding_repeats_it_in_one_world() {
    let report = own::fuzz::<Naive>(scenario("stormy-network"), 10, Seed(42));
    for finding in report.findings() {
        let trial = own::run::<Naive>(scenario("stormy-network"), finding.seed);
        assert_eq!(trial.violations().first(), Some(&finding.violation));
    }
}

#[test]
fn a_mended_one_holds_and_every_invariant_that_is_left_has_something_to_judge() {
    for name in ITS_WORLDS {
        own::assert_holds::<Mended>(scenario(name), 100, Seed(7));
    }
    let report = own::fuzz::<Mended>(scenario("calm-day"), 20, Seed(7));
    let campaign = report.campaign();
    assert_eq!(campaign.missed, [], "{report}");
    assert!(campaign.outcomes["succeeded"] > 200, "{report}");
    assert!(campaign.outcomes["failed"] > 20, "{report}");
    for (invariant, _) in NOT_APPLICABLE {
        assert!(campaign.not_applicable.contains(&invariant), "{invariant}");
        assert_eq!(campaign.exercised.get(&invariant), Some(&0), "{invariant}");
    }
}

/// As many worlds as people run before they believe it.
#[test]
fn a_mended_one_holds_in_ten_thousand_worlds_of_a_stormy_network() {
    own::assert_holds::<Mended>(scenario("stormy-network"), 10_000, Seed(11));
}

/// What befalls a worker or the edge of the reference befalls it: it boots from its
/// journal, and nothing is lost.
#[test]
fn a_mended_one_survives_crashes_by_its_journal() {
    let report = own::fuzz::<Mended>(scenario("orchestrator-crash-loop"), 50, Seed(7));
    assert!(report.campaign().strikes.get("crash").is_some_and(|n| *n > 50), "{report}");
    assert!(report.holds(), "{report}");
}

#[test]
fn the_outcome_is_the_same_on_any_number_of_threads() {
    let on = |jobs| own::fuzz_on::<Mended>(scenario("stormy-network"), 30, Seed(3), Some(jobs));
    assert_eq!(on(1).campaign(), on(3).campaign());
}

/// Answers 202 to everybody, and does nothing.
#[derive(Clone, Debug)]
struct Promises;

impl Orchestrator for Promises {
    type Record = Vec<u8>;
    type Timer = ();

    fn boot(_journal: &[Vec<u8>], _desk: &mut Desk<'_, Self>) -> Self {
        Self
    }

    fn on_message(&mut self, message: Incoming, desk: &mut Desk<'_, Self>) {
        use pennywise::own::{ClientReply, Status};
        match message {
            Incoming::Create(caller, request) => {
                let payment = request.key.payment(Default::default());
                desk.reply(&caller, ClientReply::Accepted(payment));
            }
            Incoming::Get(caller, key) => {
                let payment = key.payment(Default::default());
                desk.reply(&caller, ClientReply::Stands(payment, Status::Processing));
            }
            _ => {}
        }
    }

    fn on_timer(&mut self, (): (), _desk: &mut Desk<'_, Self>) {}
}

#[test]
fn who_accepts_a_payment_and_never_ends_it_is_caught_although_it_has_no_journal_to_read() {
    let trial = own::run::<Promises>(scenario("calm-day"), Seed(1));
    assert!(trial.violations().iter().all(|violation| violation.invariant == Invariant::L01));
    assert!(!trial.violations().is_empty());
}

#[test]
#[should_panic(expected = "banks speak to the reference alone")]
fn a_scenario_that_it_can_not_hear_of_is_refused_with_the_reason() {
    own::run::<Mended>(scenario("instant-payouts"), Seed(1));
}
