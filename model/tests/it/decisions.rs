//! What is decided where there is a choice: it is durable before it is done,
//! whoever takes over does it and asks nobody again, and budgets end it.

use std::time::Duration;

use model::decision::{
    ASKED_MAX, Action, Decision, HOUSE_MODEL, Policy, Snapshot, State, WAITS_MAX,
};
use model::saga::Next;
use model::workflow::Action as Step;
use model::{
    Act, Amount, Call, Case, Conductor, IllegalRecord, Outcome, ProviderId, Record, Rules, Status,
    Undoing,
};

use crate::history::{History, intent};
use crate::script::rules;
use crate::spelling;

/// A worker with a payment, and somebody whom it asks.
struct Desk {
    rules: Rules,
    history: History,
    worker: Conductor,
    now: Duration,
    asked: Vec<Snapshot>,
    /// What was called that nobody answered.
    unanswered: Vec<Call>,
}

impl Desk {
    fn new() -> Self {
        Self::with(rules())
    }

    fn with(rules: Rules) -> Self {
        let rules = Rules { decides: true, ..rules };
        let history = History::of(intent(0), rules.defects).with(&rules);
        let worker = Conductor::take_over(history.records(), Duration::ZERO, &rules);
        let worker = worker.expect("a journal that folds");
        let (now, asked, unanswered) = (Duration::ZERO, Vec::new(), Vec::new());
        Self { rules, history, worker, now, asked, unanswered }
    }

    /// Goes on until it is asked something, and answers every call but those that
    /// are `lost`; `None` if nothing is left to do.
    fn question(&mut self, lost: &[&str]) -> Option<Snapshot> {
        for _ in 0..10_000 {
            match self.worker.act(self.now, &self.rules) {
                Act::Commit(records) => self.commit(&records),
                Act::Call(call, number) => {
                    let spelled = spelling::call(&self.history.payment(), &call);
                    if lost.iter().any(|lost| spelled.starts_with(lost)) {
                        self.unanswered.push(call);
                        continue;
                    }
                    let answer = spelling::answer(&call, spelling::happy(&call));
                    self.now += Duration::from_millis(50);
                    self.worker.hear(number, &answer, self.now, &self.rules);
                }
                Act::Tell(_) => {}
                Act::Wait(pause) => self.now += pause,
                Act::Decide(snapshot) => {
                    self.asked.push(snapshot);
                    return Some(snapshot);
                }
                Act::Finish => return None,
            }
        }
        panic!("it goes round in circles: {:#?}", self.history);
    }

    /// Decides, and writes that down.
    fn decide(&mut self, snapshot: &Snapshot, action: Action) -> Decision {
        let decision = snapshot.decided(Policy::Random, HOUSE_MODEL, action);
        self.worker.decide(decision);
        let act = self.worker.act(self.now, &self.rules);
        assert_eq!(act, Act::Commit(vec![Record::Decision(decision)]), "before anything is done");
        self.commit(&[Record::Decision(decision)]);
        decision
    }

    fn commit(&mut self, records: &[Record]) {
        self.history.append(records);
        assert_eq!(self.worker.committed(records), Ok(()));
    }

    fn crash(&mut self) {
        let taken = Conductor::take_over(self.history.records(), self.now, &self.rules);
        self.worker = taken.expect("a journal that folds");
    }

    fn last(&self) -> Record {
        *self.history.records().last().expect("it was accepted")
    }
}

const B: Action = Action::Try(ProviderId(1));

#[test]
fn the_provider_that_was_decided_is_tried_and_after_a_crash_all_the_same() {
    for crashes in [false, true] {
        let mut desk = Desk::new();
        let first = desk.question(&[]).expect("whom to try");
        assert_eq!((first.state, first.features.preferred), (State::Unsent, Some(ProviderId(0))));
        desk.decide(&first, B);
        if crashes {
            desk.crash();
        }
        let next = desk.question(&[]).expect("whether to capture");
        assert_eq!(next.state, State::Authorized, "nobody asked again whom to try");
        assert_eq!(desk.history.payment().attempts()[0].provider, ProviderId(1));
    }
}

#[test]
fn what_was_decided_before_a_cancellation_is_dropped() {
    let mut desk = Desk::new();
    let first = desk.question(&[]).expect("whom to try");
    desk.decide(&first, B);
    desk.history.append(&[Record::CancelRequested]);
    desk.crash();
    assert_eq!(desk.question(&[]), None);
    assert_eq!(desk.history.payment().status(), Status::Canceled);
    assert!(desk.history.payment().attempts().is_empty());
}

#[test]
fn a_decision_from_an_earlier_version_fits_no_journal() {
    let mut desk = Desk::new();
    let first = desk.question(&[]).expect("whom to try");
    let decision = first.decided(Policy::Random, HOUSE_MODEL, B);
    let mut payment = desk.history.payment();
    payment.apply(&Record::CancelRequested).expect("it was not too late");
    let version = first.version + 1;
    let stale = IllegalRecord::Stale(first.version, version);
    assert_eq!(payment.apply(&Record::Decision(decision)), Err(stale));
}

#[test]
fn a_void_of_what_was_authorized_leads_to_another_provider_and_a_stop_to_failure() {
    let mut desk = Desk::new();
    let first = desk.question(&[]).expect("whom to try");
    desk.decide(&first, B);
    let authorized = desk.question(&[]).expect("whether to capture");
    desk.decide(&authorized, Action::Void);
    let refused = desk.question(&[]).expect("who is next");
    assert_eq!(refused.state, State::Refused);
    assert!(!refused.allows(B) && refused.allows(Action::Try(ProviderId(0))));
    desk.decide(&refused, Action::Stop);
    assert_eq!(desk.question(&[]), None);
    assert_eq!(desk.history.payment().status(), Status::Failed);
}

#[test]
fn waits_end_after_eight_and_then_the_rules_decide() {
    let mut desk = Desk::new();
    for n in 0..WAITS_MAX {
        let asked = desk.question(&[]).expect("it is asked again");
        assert_eq!((asked.state, asked.features.asked), (State::Unsent, n));
        desk.decide(&asked, Action::Wait(Duration::from_secs(60)));
    }
    let next = desk.question(&[]).expect("whether to capture");
    assert_eq!(next.state, State::Authorized);
    assert_eq!(desk.history.payment().attempts()[0].provider, ProviderId(0), "by the rules");
    assert!(desk.now >= Duration::from_secs(60) * u32::from(WAITS_MAX), "each was waited");
}

#[test]
fn in_doubt_nobody_is_asked_more_than_sixteen_times_and_the_rules_go_on() {
    let mut desk = Desk::new();
    let first = desk.question(&[]).expect("whom to try");
    desk.decide(&first, Action::Try(ProviderId(0)));
    let lost = ["authorize", "query", "void"];
    for _ in 0..ASKED_MAX {
        let doubt = desk.question(&lost).expect("what to do about the doubt");
        assert_eq!(doubt.state, State::InDoubt);
        assert!(!doubt.allows(B) && !doubt.allows(Action::Stop));
        desk.decide(&doubt, Action::Query);
    }
    let next = desk.question(&lost).expect("the undo that the rules began is awaited");
    assert_eq!(next.state, State::Undoing);
}

#[test]
fn who_tells_a_person_stops_nothing() {
    let mut desk = Desk::new();
    let first = desk.question(&[]).expect("whom to try");
    desk.decide(&first, B);
    let authorized = desk.question(&[]).expect("whether to capture");
    desk.decide(&authorized, Action::Escalate);
    let again = desk.question(&[]).expect("whether to capture");
    assert_eq!(desk.last(), Record::CaseOpened(Case::Escalated));
    assert!(!desk.worker.has_case(true) && !again.allows(Action::Escalate));
    desk.decide(&again, Action::Capture);
    assert_eq!(desk.question(&[]), None);
    assert_eq!(desk.history.payment().status(), Status::Succeeded);
}

/// A worker that crashed knows not how old a key is: what was decided before
/// and is harmless no more is dropped, and asked for anew.
#[test]
fn what_is_not_allowed_any_more_after_a_crash_is_not_done() {
    let mut desk = Desk::new();
    let first = desk.question(&[]).expect("whom to try");
    desk.decide(&first, Action::Try(ProviderId(0)));
    let doubt = desk.question(&["authorize"]).expect("what to do about the doubt");
    desk.decide(&doubt, Action::Resend);
    let sent = desk.unanswered.len();
    desk.crash();
    let next = desk.question(&["authorize"]).expect("what to do about the doubt");
    let resends = next.allows(Action::Resend);
    let decided = next.version == doubt.version + 1;
    assert!(decided, "the decision is over, whether it was done or not");
    assert_eq!(desk.unanswered.len() > sent, resends, "done if it is allowed");
}

#[test]
fn without_a_seam_nobody_is_asked() {
    let mut desk = Desk::new();
    desk.rules.decides = false;
    assert_eq!(desk.question(&[]), None);
    assert!(desk.asked.is_empty());
    let outcome = |record: &Record| matches!(record, Record::Decision(_));
    assert!(!desk.history.records().iter().any(outcome));
    let payment = desk.history.payment();
    assert!(matches!(payment.latest(Step::Capture), Some((_, _))));
    assert!(matches!(payment.saga().next(), Next::Done));
    assert!(desk.history.records().iter().any(|record| matches!(
        record,
        Record::StepOutcome { outcome: Outcome::Captured { .. }, .. }
    )));
}

/// Nobody but the rules decides about so much, and a person is told, once, before
/// anything is asked of anybody (payments.md 5.4, E5).
#[test]
fn a_large_amount_is_a_persons_and_goes_on_by_the_rules() {
    let amount = intent(0).money.amount;
    for (most, asked) in [(amount, true), (amount - Amount(1), false)] {
        let mut desk = Desk::new();
        desk.rules.decides_up_to = Some(most);
        assert_eq!(desk.question(&[]).is_some(), asked, "{most:?}");
        let told = desk
            .history
            .records()
            .iter()
            .filter(|record| matches!(record, Record::CaseOpened(Case::Escalated)));
        assert_eq!(told.count(), usize::from(!asked), "{most:?}");
        if !asked {
            assert_eq!(desk.history.records()[1], Record::CaseOpened(Case::Escalated));
            assert_eq!(desk.history.payment().status(), Status::Succeeded);
        }
    }
}

/// Whoever decides heard "pending", had it sent again, and the limiter turned that away:
/// that it had been sent was forgotten, the next send asked nobody whether its key still
/// lived, came when it did not, and was taken for another authorization.
#[test]
fn what_was_answered_once_was_sent_however_often_it_is_turned_away_after_that() {
    let lifetime = Duration::from_secs(1_800);
    let mut rules = rules();
    rules.providers[0].queries = None;
    rules.providers[0].undo = Undoing::Expiry;
    rules.providers[0].keys.lifetime = lifetime;
    rules.provider_backoff_max = Duration::from_secs(1_024);
    let mut desk = Desk::with(rules);
    let mut sent = Vec::new();
    while desk.now < 2 * lifetime {
        match desk.worker.act(desk.now, &desk.rules) {
            Act::Commit(records) => desk.commit(&records),
            Act::Call(call, number) => {
                let payment = desk.history.payment();
                let heard = match spelling::call(&payment, &call).starts_with("authorize") {
                    true if sent.is_empty() => "pending",
                    true => "throttled",
                    false => spelling::happy(&call),
                };
                if heard != spelling::happy(&call) {
                    sent.push(desk.now);
                }
                desk.now += Duration::from_millis(50);
                let answer = spelling::answer(&call, heard);
                desk.worker.hear(number, &answer, desk.now, &desk.rules);
            }
            Act::Wait(pause) => desk.now += pause,
            Act::Decide(snapshot) => {
                let wanted = [Action::Try(ProviderId(0)), Action::Resend];
                let allowed = wanted.into_iter().find(|action| snapshot.allows(*action));
                let wait = Action::Wait(Duration::from_secs(60));
                desk.decide(&snapshot, allowed.unwrap_or(wait));
            }
            Act::Tell(_) => {}
            Act::Finish => break,
        }
    }
    assert!(sent.len() > 2, "{sent:?}");
    assert!(sent.iter().all(|at| *at < sent[0] + lifetime), "{sent:?}");
}
