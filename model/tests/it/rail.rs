//! The books of a bank: every pair of state and event, and what comes of which
//! message at which time (payments.md 1.3, F19 to F21).

use std::time::Duration;

use model::{
    Amount, BankAnswer, BankBooks, BankId, BankReply, BankRequest, Currency, Handling, Homecoming,
    IllegalRemittanceEvent, Money, OperationId, Rail, Rejection, RemittanceEvent, RemittanceState,
    ReturnReason, Token,
};
use proptest::prelude::*;

use crate::banking_day::at;

#[test]
fn a_remittance_changes_as_the_table_says_and_never_otherwise() {
    use RemittanceEvent as Event;
    use RemittanceState::*;
    let (no, back) = (Rejection::Offline, ReturnReason::NoAccount);
    let states = [
        Absent,
        Pending,
        Deemed,
        Accepted,
        Settled,
        Rejected(Rejection::Account),
        Rejected(no),
        Returned(ReturnReason::Recalled),
        Returned(back),
    ];
    let events = [
        Event::Deferred,
        Event::Deemed,
        Event::Accepted,
        Event::Rejected(no),
        Event::Settled,
        Event::Returned(back),
    ];
    let table = [
        (Absent, Event::Deferred, Pending),
        (Absent, Event::Deemed, Deemed),
        (Absent, Event::Accepted, Accepted),
        (Absent, Event::Rejected(no), Rejected(no)),
        (Pending, Event::Accepted, Accepted),
        (Pending, Event::Rejected(no), Rejected(no)),
        (Deemed, Event::Accepted, Accepted),
        (Deemed, Event::Rejected(no), Rejected(no)),
        (Accepted, Event::Settled, Settled),
        (Accepted, Event::Returned(back), Returned(back)),
        (Settled, Event::Returned(back), Returned(back)),
    ];
    for state in states {
        for event in events {
            let listed = table.iter().find(|(from, by, _)| (*from, *by) == (state, event));
            let expected =
                listed.map(|(_, _, to)| *to).ok_or(IllegalRemittanceEvent { state, event });
            assert_eq!(state.next(event), expected, "{state:?} meets {event:?}");
        }
    }
    let error = Settled.next(Event::Accepted).unwrap_err().to_string();
    assert_eq!(error, "a remittance that is Settled can't meet Accepted");
}

#[test]
fn an_instant_rail_answers_at_once_and_for_ever_the_same() {
    let mut bank = Bank::instant();
    assert_eq!(bank.send(1, BankAnswer::Accept), Some(BankReply::Accepted));
    assert_eq!(bank.send(2, BankAnswer::Reject(Rejection::Account)), rejected(Rejection::Account));
    bank.wait(days(400));
    for flagged in [true, false] {
        // What the other bank would say to another message does not matter any more.
        let never = BankAnswer::Reject(Rejection::Offline);
        assert_eq!(bank.repeat(1, flagged, never), Some(BankReply::Accepted));
        assert_eq!(bank.repeat(2, flagged, BankAnswer::Accept), rejected(Rejection::Account));
    }
    assert_eq!(bank.moved, 2);
}

#[test]
fn another_message_under_a_known_reference_is_turned_away() {
    let mut bank = Bank::instant();
    bank.send(1, BankAnswer::Accept);
    bank.send(2, BankAnswer::Reject(Rejection::Offline));
    for reference in [1, 2] {
        let BankRequest::Send { money, destination, .. } = message(reference, false) else {
            unreachable!("it is a sending")
        };
        let reference = OperationId(reference);
        let more = Money { amount: money.amount + Amount(1), ..money };
        let other = Money { currency: Currency::Usd, ..money };
        for (money, destination) in [(more, destination), (other, destination), (money, Token(99))]
        {
            for repeated in [false, true] {
                let request = BankRequest::Send { reference, money, destination, repeated };
                assert_eq!(bank.ask(&request, BankAnswer::Accept), Some(BankReply::Mismatch));
            }
        }
    }
    assert_eq!(bank.moved, 2);
}

#[test]
fn a_repetition_whose_original_never_came_is_the_original() {
    let mut bank = Bank::instant();
    assert_eq!(bank.repeat(1, true, BankAnswer::Accept), Some(BankReply::Accepted));
    assert_eq!(bank.state(1), Some(RemittanceState::Accepted));
}

#[test]
fn a_late_answer_is_no_answer_until_it_comes() {
    let mut bank = Bank::instant();
    for (reference, yes) in [(1, true), (2, false)] {
        let late = BankAnswer::Later(Duration::from_secs(90), yes);
        assert_eq!(bank.send(reference, late), None);
        assert_eq!(bank.investigate(reference), BankReply::Status(RemittanceState::Pending));
        assert_eq!(bank.repeat(reference, true, BankAnswer::Accept), None);
    }
    bank.wait(Duration::from_secs(89));
    assert_eq!(bank.state(1), Some(RemittanceState::Pending));
    bank.wait(Duration::from_secs(1));
    assert_eq!(bank.state(1), Some(RemittanceState::Accepted));
    assert_eq!(bank.repeat(1, true, BankAnswer::Accept), Some(BankReply::Accepted));
    assert_eq!(bank.repeat(2, true, BankAnswer::Accept), rejected(Rejection::Offline));
}

#[test]
fn what_hangs_is_credited_or_reversed_at_t_plus_1() {
    let mut bank = Bank::instant();
    bank.now = at("2024-02-28 15:00");
    for (reference, credited) in [(1, true), (2, false)] {
        assert_eq!(bank.send(reference, BankAnswer::Deem(credited)), Some(BankReply::Deemed));
        assert_eq!(bank.investigate(reference), BankReply::Status(RemittanceState::Deemed));
    }
    // The day after is a leap day, and ends at 23:00 UTC there.
    bank.until("2024-02-29 22:59");
    assert_eq!(bank.state(1), Some(RemittanceState::Deemed));
    bank.until("2024-02-29 23:00");
    assert_eq!(bank.state(1), Some(RemittanceState::Accepted));
    assert_eq!(bank.state(2), Some(RemittanceState::Rejected(Rejection::Reversed)));
    assert_eq!(bank.repeat(2, true, BankAnswer::Accept), rejected(Rejection::Reversed));
}

#[test]
fn nothing_is_known_of_what_never_came() {
    let mut bank = Bank::instant();
    assert_eq!(bank.investigate(7), BankReply::NotFound);
    assert_eq!(bank.recall(7, Some(1)), Some(BankReply::NotFound));
    assert_eq!(bank.moved, 0);
}

#[test]
fn a_batch_leaves_at_the_cut_off_and_is_there_a_banking_day_later() {
    for (sent, leaves, settles) in [
        ("2024-02-28 15:00", "2024-02-28 21:45", "2024-02-29 13:30"),
        ("2024-02-28 22:00", "2024-02-29 21:45", "2024-03-01 13:30"),
        ("2024-03-01 20:00", "2024-03-01 21:45", "2024-03-04 13:30"),
        ("2024-03-02 09:00", "2024-03-04 21:45", "2024-03-05 13:30"),
    ] {
        let mut bank = Bank::batch();
        bank.now = at(sent);
        assert_eq!(bank.send(1, BankAnswer::Accept), Some(BankReply::Accepted));
        let timetable = bank.books.remittance(OperationId(1)).expect("it is there").timetable;
        assert_eq!(timetable.leaves_at, at(leaves), "{sent}");
        bank.until(settles);
        assert_eq!(bank.state(1), Some(RemittanceState::Settled), "{sent}");
        assert_eq!(bank.moved_at.last(), Some(&at(settles)), "{sent}");
    }
}

#[test]
fn money_comes_back_by_its_code_within_the_time_of_its_class() {
    use ReturnReason::*;
    for (reason, days, back) in [
        (NoAccount, 1, "2024-03-01 13:30"),
        (AccountClosed, 2, "2024-03-04 13:30"),
        // More than the class allows is no more than it allows.
        (AccountClosed, 9, "2024-03-04 13:30"),
        (Unauthorized, 60, "2024-04-29 13:30"),
        // The 59th day is a Sunday: the last banking day before it.
        (Unauthorized, 59, "2024-04-26 13:30"),
        (Unauthorized, 200, "2024-04-29 13:30"),
    ] {
        let mut bank = Bank::batch();
        bank.now = at("2024-02-28 15:00");
        bank.homecoming = Some(Homecoming { reason, days });
        bank.send(1, BankAnswer::Accept);
        bank.wait(self::days(100));
        assert_eq!(bank.state(1), Some(RemittanceState::Returned(reason)), "{reason} {days}");
        assert_eq!(bank.moved_at.last(), Some(&at(back)), "{reason} {days}");
        // It was sent all the same, and whoever repeats the message hears so.
        assert_eq!(bank.repeat(1, true, BankAnswer::Accept), Some(BankReply::Accepted));
    }
}

#[test]
fn a_return_is_told_until_it_is_acknowledged_and_has_one_name() {
    let mut bank = Bank::batch();
    bank.homecoming = Some(Homecoming { reason: ReturnReason::NoAccount, days: 1 });
    bank.send(1, BankAnswer::Accept);
    assert_eq!(bank.books.untold().count(), 0);
    bank.wait(days(10));
    let told: Vec<_> = bank.books.untold().collect();
    assert_eq!(told, bank.books.untold().collect::<Vec<_>>());
    let [notice] = told.as_slice() else { panic!("one return: {told:?}") };
    let BankRequest::Send { money, destination, .. } = message(1, false) else { return };
    assert_eq!((notice.money, notice.destination), (money, destination));
    assert_eq!((notice.reference, notice.bank), (OperationId(1), BankId(1)));
    assert!(bank.books.acknowledge(OperationId(1)));
    assert!(!bank.books.acknowledge(OperationId(1)), "once");
    assert_eq!(bank.books.untold().count(), 0);
}

#[test]
fn a_recall_can_not_fail_before_the_file_leaves_and_is_the_other_banks_to_decide_behind_it() {
    let mut bank = Bank::batch();
    bank.now = at("2024-02-28 15:00");
    (1..=4).for_each(|reference| {
        bank.send(reference, BankAnswer::Accept);
    });
    assert_eq!(bank.recall(1, None), Some(BankReply::RecallAccepted), "it is still here");
    assert_eq!(bank.state(1), Some(RemittanceState::Returned(ReturnReason::Recalled)));
    bank.until("2024-02-29 12:00");
    assert_eq!(bank.recall(2, None), Some(BankReply::RecallRefused));
    assert_eq!(bank.recall(2, Some(1)), Some(BankReply::RecallRefused), "asked and answered");
    assert_eq!(bank.recall(3, Some(3)), Some(BankReply::RecallAccepted));
    assert_eq!(bank.recall(3, None), Some(BankReply::RecallAccepted), "asked and answered");
    assert_eq!(bank.state(3), Some(RemittanceState::Accepted), "it is not back yet");
    bank.until("2024-03-05 13:29");
    assert_eq!(bank.state(3), Some(RemittanceState::Settled));
    bank.until("2024-03-05 13:30");
    assert_eq!(bank.state(3), Some(RemittanceState::Returned(ReturnReason::Recalled)));
    bank.until("2024-03-14 21:46");
    assert_eq!(bank.recall(4, Some(1)), Some(BankReply::RecallRefused), "the window is closed");
}

#[test]
fn nothing_comes_back_twice() {
    for (recalled_in, expected) in [(1, ReturnReason::Recalled), (9, ReturnReason::AccountClosed)] {
        let mut bank = Bank::batch();
        bank.now = at("2024-02-28 15:00");
        bank.homecoming = Some(Homecoming { reason: ReturnReason::AccountClosed, days: 2 });
        bank.send(1, BankAnswer::Accept);
        bank.until("2024-02-28 22:00");
        assert_eq!(bank.recall(1, Some(recalled_in)), Some(BankReply::RecallAccepted));
        bank.wait(days(90));
        assert_eq!(bank.state(1), Some(RemittanceState::Returned(expected)));
        assert_eq!(bank.books.untold().count(), 1);
    }
}

#[test]
fn what_can_not_be_recalled_is_refused() {
    let mut bank = Bank::instant();
    bank.send(1, BankAnswer::Reject(Rejection::Account));
    bank.send(2, BankAnswer::Deem(true));
    bank.send(3, BankAnswer::Later(Duration::from_secs(60), true));
    for reference in [1, 2, 3] {
        assert_eq!(bank.recall(reference, Some(1)), Some(BankReply::RecallRefused), "{reference}");
    }
}

/// Books that put away what is over answer as those that never do.
#[test]
fn what_is_put_away_answers_as_before() {
    let mut bank = Bank::batch();
    let answers = [
        BankAnswer::Accept,
        BankAnswer::Reject(Rejection::Account),
        BankAnswer::Deem(false),
        BankAnswer::Later(Duration::from_secs(60), true),
        BankAnswer::Accept,
    ];
    for (reference, answer) in (1..).zip(answers) {
        let reason = ReturnReason::Unauthorized;
        bank.homecoming = (reference == 5).then_some(Homecoming { reason, days: 40 });
        bank.send(reference, answer);
    }
    let all: Vec<_> = (1..=5).map(OperationId).collect();
    assert_eq!(bank.books.close(all.clone(), bank.now), [1, 3, 4, 5].map(OperationId), "too early");
    bank.wait(days(70));
    assert_eq!(bank.books.close(all.clone(), bank.now), [OperationId(5)], "the house must know");
    bank.books.acknowledge(OperationId(5));
    let before = bank.everything(5);
    assert_eq!(bank.books.close(all, bank.now), []);
    assert_eq!(bank.books.footprint().0, 0);
    assert_eq!(bank.everything(5), before);
    assert!(bank.books.next_due().is_none());
}

proptest! {
    /// Whatever is asked in whatever order, a reference moves money out once and
    /// back once at most, in this order, and its answers never change their mind.
    #[test]
    fn a_reference_moves_money_once_whatever_is_asked(steps in prop::collection::vec(step(), 1..60)) {
        let mut bank = Bank::batch();
        let mut answered = [None; 4];
        for (reference, what, yes, wait) in steps {
            let known = &mut answered[usize::from(reference)];
            let reference = u64::from(reference);
            bank.homecoming = yes.then_some(Homecoming { reason: ReturnReason::NoAccount, days: 2 });
            let answer = match what % 4 {
                0 => BankAnswer::Accept,
                1 => BankAnswer::Reject(Rejection::Offline),
                2 => BankAnswer::Later(wait, yes),
                _ => BankAnswer::Deem(yes),
            };
            let said = match what {
                0..=7 => bank.repeat(reference, what > 3, answer),
                8 => bank.recall(reference, yes.then_some(1)).and(None),
                _ => Some(bank.investigate(reference)).and(None),
            };
            bank.wait(wait);
            if let Some(said @ (BankReply::Accepted | BankReply::Rejected(_))) = said {
                prop_assert_eq!(*known.get_or_insert(said), said);
            }
        }
        for reference in (0..4).map(OperationId) {
            let count = |wanted: fn(&RemittanceEvent) -> bool| {
                bank.events.iter().filter(|(of, event)| *of == reference && wanted(event)).count()
            };
            let sent = count(|event| matches!(event, RemittanceEvent::Accepted));
            let refused = count(|event| matches!(event, RemittanceEvent::Rejected(_)));
            let back = count(|event| matches!(event, RemittanceEvent::Returned(_)));
            prop_assert!(sent + refused <= 1 && back <= sent);
        }
    }
}

fn step() -> impl Strategy<Value = (u8, u8, bool, Duration)> {
    (0..4_u8, 0..10_u8, any::<bool>(), (0..4 * 86_400_u64).prop_map(Duration::from_secs))
}

/// A bank, and the time there.
struct Bank {
    books: BankBooks,
    now: Duration,
    homecoming: Option<Homecoming>,
    moved: usize,
    moved_at: Vec<Duration>,
    events: Vec<(OperationId, RemittanceEvent)>,
}

impl Bank {
    fn instant() -> Self {
        let [rail, _] = Rail::cast();
        Self::with(rail)
    }

    fn batch() -> Self {
        let [_, rail] = Rail::cast();
        Self::with(rail)
    }

    fn with(rail: Rail) -> Self {
        let books = BankBooks::new(BankId(1), rail);
        let now = at("2024-02-28 09:00");
        let (moved_at, events) = (Vec::new(), Vec::new());
        Self { books, now, homecoming: None, moved: 0, moved_at, events }
    }

    fn send(&mut self, reference: u64, answer: BankAnswer) -> Option<BankReply> {
        self.repeat(reference, false, answer)
    }

    fn repeat(&mut self, reference: u64, flag: bool, answer: BankAnswer) -> Option<BankReply> {
        self.ask(&message(reference, flag), answer)
    }

    fn investigate(&mut self, reference: u64) -> BankReply {
        let request = BankRequest::Investigate { target: OperationId(reference) };
        self.ask(&request, BankAnswer::Accept).expect("an investigation is answered")
    }

    fn recall(&mut self, reference: u64, days: Option<u8>) -> Option<BankReply> {
        let target = OperationId(reference);
        let request = BankRequest::Recall { reference: target.undo(), target };
        let how = Handling { recall: days, ..self.handling(BankAnswer::Accept) };
        self.handle(&request, &how)
    }

    fn ask(&mut self, request: &BankRequest, answer: BankAnswer) -> Option<BankReply> {
        let how = self.handling(answer);
        self.handle(request, &how)
    }

    fn handle(&mut self, request: &BankRequest, how: &Handling) -> Option<BankReply> {
        let (reply, movement) = self.books.handle(request, how);
        if let Some(movement) = movement {
            self.note(movement.remittance.reference, movement.event, self.now);
        }
        reply
    }

    fn handling(&self, answer: BankAnswer) -> Handling {
        Handling { now: self.now, answer, homecoming: self.homecoming, recall: None }
    }

    /// Lets time pass, and everything happen that is due meanwhile.
    fn wait(&mut self, span: Duration) {
        let until = self.now + span;
        while let Some((at, reference)) = self.books.next_due().filter(|(at, _)| *at <= until) {
            let movement = self.books.mature(reference, at).expect("it is due");
            self.note(reference, movement.event, at);
        }
        self.now = until;
    }

    fn until(&mut self, moment: &str) {
        let moment = at(moment);
        assert!(moment >= self.now, "time goes forward");
        self.wait(moment - self.now);
    }

    fn state(&mut self, reference: u64) -> Option<RemittanceState> {
        match self.investigate(reference) {
            BankReply::Status(state) => Some(state),
            _ => None,
        }
    }

    /// What every question about the first `references` is answered.
    fn everything(&mut self, references: u64) -> Vec<Option<BankReply>> {
        let mut answers = Vec::new();
        for reference in 1..=references {
            answers.push(Some(self.investigate(reference)));
            answers.push(self.repeat(reference, true, BankAnswer::Accept));
            answers.push(self.recall(reference, Some(1)));
            let BankRequest::Send { reference, destination, .. } = message(reference, false) else {
                continue;
            };
            let money = Money { amount: Amount(1), currency: Currency::Usd };
            let other = BankRequest::Send { reference, money, destination, repeated: true };
            answers.push(self.ask(&other, BankAnswer::Accept));
        }
        answers
    }

    fn note(&mut self, reference: OperationId, event: RemittanceEvent, at: Duration) {
        self.moved += 1;
        self.moved_at.push(at);
        self.events.push((reference, event));
    }
}

fn message(reference: u64, repeated: bool) -> BankRequest {
    let money = Money { amount: Amount(100 + i128::from(reference)), currency: Currency::Eur };
    let (reference, destination) = (OperationId(reference), Token(reference + 10));
    BankRequest::Send { reference, money, destination, repeated }
}

fn rejected(why: Rejection) -> Option<BankReply> {
    Some(BankReply::Rejected(why))
}

fn days(days: u64) -> Duration {
    Duration::from_secs(days * 86_400)
}
