//! A payout by bank rails, from the order to the notice (payments.md 1.5 and
//! 1.6): money leaves once or not at all, and whatever is in doubt stays
//! reserved until it is in doubt no more.

use std::collections::BTreeSet;
use std::time::Duration;

use model::posting::{Voucher, opening};
use model::{
    AccountId, AccountName, Act, Amount, Answer, BankAnswer, BankBooks, BankId, BankReply,
    BankRequest, Call, Conductor, Customer, Defects, Handling, HoldState, Intent, Ledger,
    LedgerRequest, OperationId, Order, PayoutOrder, Rail, RailId, Record, Rejection,
    RemittanceState, RiskReply, RiskRequest, Rules, Status, Token,
};
use proptest::prelude::*;

use crate::history::{self, MONEY};
use crate::script::{by_rules, rules};

const HAS: Amount = Amount(50_000);
const NO_ACCOUNT: BankAnswer = BankAnswer::Reject(Rejection::Account);
const OFFLINE: BankAnswer = BankAnswer::Reject(Rejection::Offline);

#[test]
fn a_payout_is_reserved_then_sent_then_booked() {
    let mut house = House::new(&[BankAnswer::Accept], &[]);
    house.run();
    house.ends(Status::Succeeded, &[1, 0]);
    assert_eq!(house.calls, ["risk", "create", "send", "create", "notice"]);
}

/// The word of a bank is asked for, or its message sent again, and no other
/// message is ever sent.
#[test]
fn a_missing_answer_is_investigated_and_then_the_same_message_is_sent_again() {
    let lost = [Line::ReplyLost, Line::RequestLost, Line::ReplyLost, Line::Answered];
    let mut house = House::new(&[BankAnswer::Accept], &lost);
    house.run();
    house.ends(Status::Succeeded, &[1, 0]);
    assert_eq!(house.bank_calls(), ["send", "send again", "investigate", "send again"]);
}

#[test]
fn a_message_that_never_came_is_sent_again_under_its_own_reference() {
    let mut house = House::new(&[BankAnswer::Accept], &[Line::RequestLost; 3]);
    house.run();
    house.ends(Status::Succeeded, &[1, 0]);
    assert_eq!(house.references.len(), 1);
}

/// Each answer came when the next question was out: it told nothing of it, and
/// counted as a doubt of its own, so that only questions were ever asked again.
#[test]
fn a_bank_that_looks_for_longer_than_anybody_waits_keeps_nobody_from_sending_again() {
    let mut house = House::new(&[BankAnswer::Accept], &[Line::RequestLost; 2]);
    house.looks_for = Duration::from_secs(1_500);
    house.run();
    house.ends(Status::Succeeded, &[1, 0]);
}

#[test]
fn a_definite_no_of_one_bank_lets_the_other_try_and_what_that_sends_is_booked_by_its_rail() {
    let mut house = House::new(&[OFFLINE, BankAnswer::Accept], &[]);
    house.run();
    house.ends(Status::Succeeded, &[0, 1]);
    assert_eq!(house.references.len(), 2);
}

#[test]
fn an_account_that_nobody_knows_fails_the_payout_at_once_and_gives_the_money_back() {
    let mut house = House::new(&[NO_ACCOUNT], &[]);
    house.run();
    house.ends(Status::Failed, &[0, 0]);
    assert_eq!(house.bank_calls(), ["send"]);
}

#[test]
fn when_no_bank_sends_it_the_payout_fails_and_the_money_is_given_back() {
    let mut house = House::new(&[OFFLINE, OFFLINE], &[]);
    house.run();
    house.ends(Status::Failed, &[0, 0]);
}

#[test]
fn a_customer_that_has_too_little_sends_nothing() {
    let mut house = House::with(Amount(100), &[], &[]);
    house.run();
    assert_eq!(house.worker.payment().status(), Status::Failed);
    assert_eq!(house.bank_calls(), Vec::<&str>::new());
    assert_eq!(house.available(), Amount(100));
}

/// Released after ten seconds without an answer, and debited without a
/// reservation when the acceptance came: so it was once (Mambu v1.44.89).
#[test]
fn money_stays_reserved_for_as_long_as_nobody_says_yes_or_no() {
    for (answer, after, status, sent) in [
        (BankAnswer::Later(hours(2), true), hours(1), Status::Succeeded, [1, 0]),
        (BankAnswer::Later(hours(2), false), hours(1), Status::Succeeded, [0, 1]),
        (BankAnswer::Deem(true), hours(20), Status::Succeeded, [1, 0]),
        (BankAnswer::Deem(false), hours(20), Status::Succeeded, [0, 1]),
    ] {
        let mut house = House::new(&[answer, BankAnswer::Accept], &[]);
        house.run_until(house.now + after);
        assert_eq!(house.worker.payment().status(), Status::Processing, "{answer:?}");
        assert_eq!(house.references.len(), 1, "{answer:?}: nobody else is asked meanwhile");
        assert_eq!(house.open_holds(), 1, "{answer:?}");
        house.run();
        house.ends(status, &sent);
    }
}

#[test]
fn whoever_takes_over_asks_first_and_sends_nothing_new() {
    let mut house = House::new(&[BankAnswer::Accept], &[Line::ReplyLost]);
    house.run_to("send");
    house.crash();
    house.run();
    house.ends(Status::Succeeded, &[1, 0]);
    assert_eq!(house.bank_calls(), ["send", "investigate"]);
}

#[test]
fn a_payout_that_was_intended_to_be_sent_can_not_be_canceled() {
    let mut house = House::new(&[BankAnswer::Later(hours(1), true)], &[]);
    assert!(house.worker.payment().may_cancel());
    house.run_to("send");
    assert!(!house.worker.payment().may_cancel());
}

proptest! {
    /// Whatever is lost, and whoever takes over when: what the customer has
    /// less is what banks have sent, and the fee, or nothing.
    #[test]
    fn what_left_the_ledger_left_the_house_and_left_once(
        answers in prop::collection::vec(answer(), 2),
        lines in prop::collection::vec(line(), 0..24),
        crashes in prop::collection::vec(1..40_usize, 0..4),
    ) {
        let mut house = House::new(&answers, &lines);
        for calls in crashes {
            house.run_for(calls);
            house.crash();
        }
        house.run();
        let payment = house.worker.payment();
        prop_assert!(payment.is_terminal(), "{:?}", house.calls);
        let sent = house.sent();
        let succeeded = payment.status() == Status::Succeeded;
        prop_assert_eq!(sent.iter().sum::<usize>(), usize::from(succeeded));
        house.ends(payment.status(), &sent);
    }
}

fn answer() -> impl Strategy<Value = BankAnswer> {
    prop_oneof![
        3 => Just(BankAnswer::Accept),
        1 => Just(NO_ACCOUNT),
        2 => Just(OFFLINE),
        2 => (10..7_200_u64, any::<bool>())
            .prop_map(|(after, yes)| BankAnswer::Later(Duration::from_secs(after), yes)),
        1 => any::<bool>().prop_map(BankAnswer::Deem),
    ]
}

fn line() -> impl Strategy<Value = Line> {
    prop_oneof![
        2 => Just(Line::Answered),
        1 => Just(Line::RequestLost),
        1 => Just(Line::ReplyLost),
    ]
}

/// What becomes of a call to a bank.
#[derive(Clone, Copy, Debug)]
enum Line {
    Answered,
    RequestLost,
    ReplyLost,
}

/// A worker with one payout, and everybody that it talks to.
struct House {
    rules: Rules,
    journal: Vec<Record>,
    worker: Conductor,
    ledger: Ledger,
    banks: Vec<BankBooks>,
    /// What other banks say to one message after the other.
    answers: Vec<BankAnswer>,
    lines: Vec<Line>,
    now: Duration,
    calls: Vec<String>,
    references: BTreeSet<OperationId>,
    /// How long a bank looks into what it is asked.
    looks_for: Duration,
    found: Vec<(Duration, Option<OperationId>, u32, Answer)>,
}

impl House {
    fn new(answers: &[BankAnswer], lines: &[Line]) -> Self {
        Self::with(HAS, answers, lines)
    }

    fn with(has: Amount, answers: &[BankAnswer], lines: &[Line]) -> Self {
        let rules = Rules { provider_backoff_max: hours(1), ..rules() };
        let order = PayoutOrder { customer: CUSTOMER, bank: BankId(0), other: Some(BankId(1)) };
        let intent = Intent { order: Order::Payout(order), ..history::intent(3) };
        let journal = vec![Record::Accepted(intent)];
        let worker = Conductor::take_over(&journal, Duration::ZERO, &rules).expect("it folds");
        let mut ledger = Ledger::new(Defects::NONE);
        let (results, _) = ledger.create(&deposit(&intent, has), Duration::ZERO);
        assert_eq!(results.len(), 1);
        let [instant, _] = Rail::cast();
        let banks = (0..2).map(|n| BankBooks::new(BankId(n), instant.clone())).collect();
        let (answers, lines) = (answers.to_vec(), lines.to_vec());
        let (now, calls, references) = (hours(475_000), Vec::new(), BTreeSet::new());
        let (looks_for, found) = (Duration::ZERO, Vec::new());
        Self {
            rules,
            journal,
            worker,
            ledger,
            banks,
            answers,
            lines,
            now,
            calls,
            references,
            looks_for,
            found,
        }
    }

    /// Until nothing is left to do.
    fn run(&mut self) {
        self.run_for(usize::MAX);
    }

    /// Until so many calls are made.
    fn run_for(&mut self, calls: usize) {
        let most = self.calls.len().saturating_add(calls).min(10_000);
        while self.calls.len() < most && self.step() {}
    }

    /// Until this call is made.
    fn run_to(&mut self, call: &str) {
        while self.calls.last().is_none_or(|last| last != call) && self.step() {}
    }

    fn run_until(&mut self, end: Duration) {
        while self.now < end && self.step() {}
    }

    /// Another worker takes over.
    fn crash(&mut self) {
        self.now += Duration::from_secs(1);
        let worker = Conductor::take_over(&self.journal, self.now, &self.rules);
        self.worker = worker.expect("a journal that folds");
    }

    /// One thing that the worker does; `false` once there is none.
    fn step(&mut self) -> bool {
        match self.worker.act(self.now, &self.rules) {
            Act::Commit(records) => {
                self.worker.committed(&records).expect("they follow");
                self.journal.extend(records);
            }
            Act::Call(call, number) => {
                let looks = matches!(call, Call::Bank(_, BankRequest::Investigate { .. }));
                let answer = self.call(&call);
                if let Some(answer) = answer.clone().filter(|_| looks) {
                    let about = self.worker.operation();
                    self.found.push((self.now + self.looks_for, about, number, answer));
                }
                if let Some(answer) = answer.filter(|_| !looks || self.looks_for.is_zero()) {
                    self.now += Duration::from_millis(50);
                    self.worker.hear(number, &answer, self.now, &self.rules);
                }
            }
            Act::Tell(_) => {}
            Act::Decide(snapshot) => self.worker.decide(by_rules(&snapshot)),
            Act::Wait(span) => {
                let next = self.found.iter().position(|(at, ..)| *at <= self.now + span);
                let Some(next) = next.filter(|_| !self.looks_for.is_zero()) else {
                    self.now += span;
                    return true;
                };
                let (at, about, number, answer) = self.found.remove(next);
                self.now = self.now.max(at);
                if self.worker.operation() == about {
                    self.worker.hear(number, &answer, self.now, &self.rules);
                }
            }
            Act::Finish => return false,
        }
        true
    }

    fn call(&mut self, call: &Call) -> Option<Answer> {
        let (name, answer) = match call {
            Call::Risk(RiskRequest::Assess { .. }) => {
                ("risk", Some(Answer::Risk(RiskReply::Approve)))
            }
            Call::Risk(RiskRequest::Release { .. }) => {
                ("release", Some(Answer::Risk(RiskReply::Released)))
            }
            Call::Ledger(LedgerRequest::Create(chain)) => {
                ("create", Some(Answer::Booked(self.ledger.create(chain, self.now).0)))
            }
            Call::Ledger(LedgerRequest::Lookup(ids)) => {
                let found = ids.iter().filter(|id| self.ledger.has(**id)).count();
                ("look up", Some(Answer::Found { asked: ids.len(), found }))
            }
            Call::Notice(_) => ("notice", Some(Answer::Noticed)),
            Call::Bank(bank, request) => (said(request), self.ask(*bank, request)),
            Call::Provider(..) => unreachable!("no card is involved"),
            Call::Ledger(LedgerRequest::Available(_)) => unreachable!("nothing is disputed"),
        };
        self.calls.push(name.to_owned());
        answer
    }

    fn ask(&mut self, bank: BankId, request: &BankRequest) -> Option<Answer> {
        if let BankRequest::Send { reference, .. } = request {
            self.references.insert(*reference);
        }
        let line = if self.lines.is_empty() { Line::Answered } else { self.lines.remove(0) };
        if matches!(line, Line::RequestLost) {
            return None;
        }
        let books = &mut self.banks[usize::from(bank.0)];
        books.mature(request.target(), self.now);
        let is_first =
            matches!(request, BankRequest::Send { reference, .. } if books.is_new(*reference));
        let none_left = self.answers.is_empty();
        let answer = match is_first && !none_left {
            true => self.answers.remove(0),
            false => BankAnswer::Accept,
        };
        let how = Handling { now: self.now, answer, homecoming: None, recall: None };
        let (reply, _) = books.handle(request, &how);
        assert_ne!(reply, Some(BankReply::Mismatch), "a reference has one message");
        reply.filter(|_| matches!(line, Line::Answered)).map(Answer::Bank)
    }

    fn bank_calls(&self) -> Vec<&str> {
        let names = ["send", "send again", "investigate"];
        self.calls.iter().map(String::as_str).filter(|call| names.contains(call)).collect()
    }

    /// How many messages each bank has sent.
    fn sent(&self) -> Vec<usize> {
        let is_sent = |state: RemittanceState| state.was_sent();
        let each = self.banks.iter();
        each.map(|books| books.remittances().filter(|r| is_sent(r.state)).count()).collect()
    }

    /// It ended so, and ledger and banks agree.
    fn ends(&self, status: Status, sent: &[usize]) {
        assert_eq!(self.worker.payment().status(), status, "{:?}", self.calls);
        assert_eq!(self.sent(), sent, "{:?}", self.calls);
        assert_eq!(self.open_holds(), 0);
        let fee = self.worker.payment().quote().map_or(Amount::ZERO, |quote| quote.fee);
        let gone = if status == Status::Succeeded { MONEY.amount + fee } else { Amount::ZERO };
        assert_eq!(self.available(), HAS - gone, "{:?}", self.calls);
        for (rail, count) in sent.iter().enumerate() {
            let transit = self.balance(AccountName::TransitOut(RailId(rail as u8)));
            let amount = if *count == 0 { Amount::ZERO } else { MONEY.amount };
            assert_eq!(transit.credits_posted - transit.debits_posted, amount, "rail {rail}");
        }
    }

    fn available(&self) -> Amount {
        let balance = self.balance(AccountName::Customer(CUSTOMER));
        balance.credits_posted - balance.debits_posted - balance.debits_pending
    }

    fn open_holds(&self) -> usize {
        let payment = self.worker.payment();
        let holds = payment.booking(model::workflow::Action::Hold);
        let open = |id| self.ledger.hold(id) == Some(HoldState::Pending);
        holds.iter().filter(|hold| open(hold.id)).count()
    }

    fn balance(&self, name: AccountName) -> model::Balance {
        let Some(Record::Accepted(intent)) = self.journal.first() else { unreachable!() };
        let currency = intent.money.currency;
        self.ledger.balance(AccountId { tenant: intent.tenant, currency, name })
    }
}

fn said(request: &BankRequest) -> &'static str {
    match request {
        BankRequest::Send { repeated: false, .. } => "send",
        BankRequest::Send { repeated: true, .. } => "send again",
        BankRequest::Investigate { .. } => "investigate",
        BankRequest::Recall { .. } => "recall",
    }
}

fn deposit(intent: &Intent, amount: Amount) -> Vec<model::Transfer> {
    let voucher = Voucher {
        tenant: intent.tenant,
        currency: intent.money.currency,
        subject: 1,
        number: 0,
        token: Token(0),
        operation: OperationId(0),
    };
    opening::customer(&voucher, BankId(0), CUSTOMER, amount)
}

const fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours * 3_600)
}

const CUSTOMER: Customer = Customer(7);
