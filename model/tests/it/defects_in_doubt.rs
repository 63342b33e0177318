//! What each planted defect makes of a doubt, beside what is right: the same
//! beginning, and another end.

use std::time::Duration;

use model::saga::Try;
use model::workflow::Action;
use model::workflow::payin_card::{PAYIN_CARD, steps};
use model::{Act, Call, Conductor, Defect, Defects, LedgerRequest, ProviderRequest, Record, Rules};

use crate::defects::differs;
use crate::history::History;
use crate::script::{Door, patient};
use crate::spelling;

/// A beginning; what the journal has then under the defect, and has not without.
const TURNS: [(Defect, &str, &str); 10] = [
    (
        Defect::DuplicateIsDecline,
        "... authorize at a
         authorize at a => lost
         authorize at a => in-progress",
        "outcome authorize declined_soft",
    ),
    (
        Defect::NotFoundMeansNever,
        "... authorize at b
         authorize at b => lost
         query at b => not-found",
        "outcome authorize failed_definite",
    ),
    (
        Defect::ThrottleIsFailover,
        "... authorize at a
         authorize at a => lost
         authorize at a => throttled",
        "outcome authorize failed_definite",
    ),
    (
        Defect::BreakerReroutesInflight,
        "... authorize at b
         authorize at b => lost
         query at b => lost",
        "intent authorize/2",
    ),
    (
        Defect::LoserCompensatesWinner,
        "... capture at a
         capture at a => lost
         crash
         query at a => is-captured",
        "undo authorize",
    ),
    (
        Defect::CancelRace,
        "... capture at a
         cancel",
        "status canceling",
    ),
    (
        Defect::CompGivesUp,
        "... authorize at a
         cancel
         void at a => lost
         void at a => lost
         void at a => lost",
        "undone authorize never_happened",
    ),
    (
        Defect::VoidWithoutFence,
        "... authorize at b
         authorize at b => lost
         cancel
         void at b => unknown-reference",
        "undone authorize never_happened",
    ),
    (
        Defect::StaleRisk,
        "... assess
         assess => review",
        "outcome risk approved",
    ),
    (
        Defect::UndoByPlan,
        "... assess
         assess => reject",
        "undo authorize",
    ),
];

#[test]
fn each_defect_takes_its_wrong_turn_where_the_reference_does_not() {
    for (defect, beginning, sign) in TURNS {
        let takes_it = |defects| {
            let at_b = beginning.contains("authorize at b");
            let mut door = Door::new(&Rules { defects, ..patient() }, at_b.into());
            beginning.lines().for_each(|line| door.follow(line.trim()));
            door.next_call();
            door.written().contains(&sign.to_owned())
        };
        assert!(takes_it(Defects::NONE.with(defect)), "{defect:?}");
        let right = takes_it(Defects::NONE);
        assert!(!right, "{defect:?}");
    }
}

#[test]
fn what_has_to_be_done_at_once_is_done_hours_or_days_later() {
    let day = Duration::from_secs(86_400);
    let declined = "... authorize at a
                    authorize at a => hard";
    let given_up = "... authorize at b
                    authorize at b => lost
                    cancel";
    let lost = "... authorize at b
                authorize at b => lost";
    for (defect, beginning, call, wait) in [
        (Defect::HoldSweptNightly, declined, "unhold", day / 2),
        (Defect::WaitsForTheWebhook, lost, "query at b", 10 * day),
        (Defect::VoidLeftToExpiry, given_up, "void at b", Duration::MAX),
    ] {
        let comes_after = |defects| {
            let at_b = beginning.contains("at b");
            let mut door = Door::new(&Rules { defects, ..patient() }, at_b.into());
            beginning.lines().for_each(|line| door.follow(line.trim()));
            door.waits_for(call)
        };
        assert!(comes_after(Defects::NONE) < Some(day / 2), "{call}");
        let late = comes_after(Defects::NONE.with(defect)).unwrap_or(Duration::MAX);
        assert!(late >= wait, "{defect:?}: {call} after {late:?}");
    }
}

#[test]
fn what_was_refused_is_made_anew_under_its_first_key_under_key_never_rotates() {
    differs(Defect::KeyNeverRotates, |defects| {
        let payment = History::new(0, defects).payment();
        let [first, second] = [1, 2].map(|attempt| Try { step: steps::AUTHORIZE, attempt });
        payment.operation(first) == payment.operation(second)
    });
}

#[test]
fn a_key_that_its_provider_has_forgotten_is_sent_again_under_provider_key_outlived() {
    let sends = |defects| {
        let mut rules = Rules { defects, ..patient() };
        rules.providers[0].keys.lifetime = Duration::from_secs(1_230);
        let (mut sends, mut now) = (0, Duration::ZERO);
        let mut worker = worker(History::new(0, Defects::NONE).records(), &rules);
        while now < Duration::from_secs(3_000) {
            match worker.act(now, &rules) {
                Act::Commit(records) => worker.committed(&records).expect("they follow"),
                Act::Call(call, _) if is_authorization(&call) => sends += 1,
                Act::Call(Call::Provider(..), _) => {}
                Act::Call(call, number) => hear(&mut worker, &call, number, now, &rules),
                Act::Wait(pause) => now += pause,
                other => panic!("{other:?} in a doubt that lasts"),
            }
        }
        sends
    };
    let right = sends(Defects::NONE);
    assert!(right < sends(Defects::NONE.with(Defect::ProviderKeyOutlived)), "{right}");
}

#[test]
fn what_goes_out_beside_what_is_awaited() {
    let planted = |defect| beside(Defects::NONE.with(defect), true);
    assert_eq!(beside(Defects::NONE, true), []);
    let hedged = planted(Defect::HedgedCharge);
    assert!(matches!(&hedged[..], [Call::Provider(other, ProviderRequest::Authorize { .. })]
        if other.0 == 1));
    let tried_twice = planted(Defect::SdkInnerRetry);
    assert!(matches!(&tried_twice[..], [Call::Provider(same, ProviderRequest::Authorize { .. })]
        if same.0 == 0));
    let fees = planted(Defect::ChainPartial);
    assert!(matches!(&fees[..], [Call::Ledger(LedgerRequest::Create(legs))] if legs.len() == 2));
}

#[test]
fn whoever_takes_over_does_again_what_was_done() {
    let journal = journal();
    let at = |action| {
        let place = journal.iter().position(|record| match record {
            Record::StepOutcome { which, .. } => PAYIN_CARD.action(*which) == action,
            _ => false,
        });
        &journal[..=place.expect("a payment that went well has every step")]
    };
    let told = |defect, journal| {
        let rules = Rules { defects: Defects::NONE.with(defect), ..patient() };
        let mut worker = worker(journal, &rules);
        let mut tells = 0;
        loop {
            match worker.act(Duration::ZERO, &rules) {
                Act::Commit(records) => worker.committed(&records).expect("they follow"),
                Act::Tell(_) => tells += 1,
                _ => return tells,
            }
        }
    };
    for (action, by_replay, by_schedule) in
        [(Action::Hold, 0, 0), (Action::Authorize, 1, 0), (Action::Capture, 2, 1)]
    {
        assert_eq!(told(Defect::ReplaySideEffects, at(action)), by_replay, "{action}");
        assert_eq!(told(Defect::CronCatchupTwice, at(action)), by_schedule, "{action}");
        assert_eq!(told(Defect::RoundEachLeg, at(action)), 0, "{action}");
    }
}

/// What goes out beside what is awaited of a payment that goes well, but for the
/// answer to its first authorization, if that `is_lost`.
fn beside(defects: Defects, is_lost: bool) -> Vec<Call> {
    let rules = Rules { defects, ..patient() };
    let mut worker = worker(History::new(0, Defects::NONE).records(), &rules);
    let (mut told, mut now, mut loses) = (Vec::new(), Duration::ZERO, is_lost);
    loop {
        match worker.act(now, &rules) {
            Act::Commit(records) => worker.committed(&records).expect("they follow"),
            Act::Tell(call) => told.push(call),
            Act::Call(call, _) if loses && is_authorization(&call) => loses = false,
            Act::Call(call, number) => hear(&mut worker, &call, number, now, &rules),
            Act::Wait(pause) => now += pause,
            Act::Finish => return told,
            Act::Decide(_) => panic!("nobody is asked"),
        }
    }
}

/// The journal of a payment that went well.
fn journal() -> Vec<Record> {
    let rules = patient();
    let mut journal = History::new(0, Defects::NONE).records().to_vec();
    let mut worker = worker(&journal, &rules);
    loop {
        match worker.act(Duration::ZERO, &rules) {
            Act::Commit(records) => {
                worker.committed(&records).expect("they follow");
                journal.extend(records);
            }
            Act::Call(call, number) => hear(&mut worker, &call, number, Duration::ZERO, &rules),
            _ => return journal,
        }
    }
}

fn worker(journal: &[Record], rules: &Rules) -> Conductor {
    Conductor::take_over(journal, Duration::ZERO, rules).expect("it folds")
}

/// It goes well.
fn hear(worker: &mut Conductor, call: &Call, number: u32, now: Duration, rules: &Rules) {
    worker.hear(number, &spelling::answer(call, spelling::happy(call)), now, rules);
}

fn is_authorization(call: &Call) -> bool {
    matches!(call, Call::Provider(_, ProviderRequest::Authorize { .. }))
}
