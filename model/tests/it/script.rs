//! The door to a conductor: a script plays everybody that a worker talks to.
//!
//! | line | meaning |
//! |---|---|
//! | `capture at a => captured` | the next call, and its answer |
//! | `capture at a => lost` | the next call, and no answer |
//! | `query at a => not-found until 5m` | so long it goes on like this |
//! | `from 5m query at a => not-found` | the next call is not made earlier |
//! | `... capture at a` | everything goes well until this call is due |
//! | `late authorize at a => soft` | an earlier call is answered after all |
//! | `wrote undo authorize`, `not wrote …` | what the journal has by now |
//! | `webhook 2 of authorize is-captured => stale` | what is told of a version, and what is found of it |
//! | `unsigned webhook 2 …` | the same, by nobody knows whom |
//! | `line 10000 of authorize => applied` | a settlement file has moved so much for it, and what is found of that |
//! | `review approves => applied`, `rejects` | a person's verdict is told, and what is found of it |
//! | `offers 150` | from now on, a euro is worth so many yen |
//! | `crash` | another worker takes over |
//! | `swap` | the other of two workers goes on |
//! | `cancel` | the client's cancellation is in the journal |
//! | `ends succeeded` | nothing is left to do |
//! | `rests with case late_success` | a person has to look |

use std::collections::BTreeMap;
use std::time::Duration;

use model::decision::{Decision, HOUSE_MODEL, Policy, Snapshot};
use model::posting::refund::RefundShortfall;
use model::workflow::Action;
use model::{
    Act, Call, Changes, Conductor, Defects, ExchangeQuote, InboxEvent, InboxState, Intent,
    OperationId, Order, Payment, Record, Residual, ReviewDecided, Rules, Told, Webhook,
};

use crate::dialects;
use crate::history::{History, intent, refund};
use crate::ledger_desk::snake;
use crate::payin_exchange::offer;
use crate::provider_desk::span;
use crate::spelling;

/// What the worker goes by: in doubt an authorization is given up after a
/// minute, and what is not found is not there after twenty.
pub(crate) fn rules() -> Rules {
    Rules {
        providers: dialects::cast().to_vec(),
        never_found: Duration::from_secs(1_200),
        call_timeout: Duration::from_secs(1),
        provider_timeout: Duration::from_secs(5),
        bank_timeout: Duration::from_secs(10),
        resolve_within: Duration::from_secs(8 * 86_400),
        review_within: None,
        give_up_after: Duration::from_secs(60),
        provider_backoff_max: Duration::from_secs(60),
        call_backoff_max: Duration::from_secs(60),
        decides: false,
        decides_up_to: None,
        settles: true,
        refund_shortfall: RefundShortfall::Refuse,
        defects: Defects::NONE,
        changes: Changes::NONE,
    }
}

/// The same, and an authorization is never given up.
pub(crate) fn patient() -> Rules {
    Rules { give_up_after: Duration::from_secs(86_400), ..rules() }
}

/// The same, with providers of these dialects.
pub(crate) fn rules_at(providers: [usize; 2]) -> Rules {
    Rules { providers: providers.map(dialects::dialect).to_vec(), ..rules() }
}

/// The same, with providers that keep what a last capture leaves until they are told.
pub(crate) fn keeping_the_rest() -> Rules {
    let mut rules = rules();
    rules.providers.iter_mut().for_each(|dialect| dialect.residual = Residual::Kept);
    rules
}

/// What the rules decide, asked as any other policy is.
pub(crate) fn by_rules(snapshot: &Snapshot) -> Decision {
    snapshot.decided(Policy::Rules, HOUSE_MODEL, Policy::Rules.choose(snapshot, 0))
}

/// Plays `script` for a payment that is tried at provider `first`, `a` or `b`,
/// before the other.
pub(crate) fn play(rules: &Rules, first: &str, script: &str) {
    play_order(rules, first, Order::default(), script);
}

/// The same for a payment that is taken otherwise than at once.
pub(crate) fn play_order(rules: &Rules, first: &str, order: Order, script: &str) {
    let mut door = Door::of(rules, Intent { order, ..intent(u64::from(first != "a")) });
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        door.follow(line);
    }
}

/// Plays `script` for the refund of what provider `at`, `a` or `b`, has taken.
pub(crate) fn play_refund(rules: &Rules, at: &str, script: &str) {
    let intent = refund(if at == "a" { 0 } else { 1 });
    let mut door = Door::open(rules, History::of(intent, rules.defects));
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        door.follow(line);
    }
}

/// What the journal of this intent comes to when everything goes well but the
/// answer to `lost`, which never comes: no other call is made after it.
pub(crate) fn only_call(rules: &Rules, intent: Intent, lost: &str) -> Vec<String> {
    let mut door = Door::open(rules, History::of(intent, rules.defects));
    assert!(door.loses(lost).is_some(), "{lost} is due");
    for _ in 0..ACTS_MAX {
        match door.act() {
            Act::Wait(pause) => door.now += pause,
            Act::Call(call, _) => panic!("{call:?} after {:#?}", door.written()),
            Act::Commit(_) | Act::Tell(_) | Act::Decide(_) | Act::Finish => {}
        }
    }
    door.written()
}

/// One worker, or two, with a payment.
pub(crate) struct Door {
    rules: Rules,
    history: History,
    worker: Conductor,
    other: Option<Conductor>,
    now: Duration,
    due: Option<(Call, u32)>,
    offered: Option<ExchangeQuote>,
    unanswered: Vec<(String, Call, u32, Option<OperationId>)>,
    /// The latest version of each reference that a webhook told and that fitted.
    applied: BTreeMap<OperationId, u32>,
}

impl Door {
    pub(crate) fn new(rules: &Rules, token: u64) -> Self {
        Self::of(rules, intent(token))
    }

    pub(crate) fn of(rules: &Rules, intent: Intent) -> Self {
        Self::open(rules, History::of(intent, rules.defects))
    }

    /// The same with what this history begins with.
    fn open(rules: &Rules, history: History) -> Self {
        let history = history.with(rules);
        let worker = Conductor::take_over(history.records(), Duration::ZERO, rules);
        Self {
            rules: rules.clone(),
            history,
            worker: worker.expect("a journal that folds"),
            other: None,
            now: Duration::ZERO,
            due: None,
            offered: None,
            unanswered: Vec::new(),
            applied: BTreeMap::new(),
        }
    }

    pub(crate) fn follow(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["crash"] => {
                self.now += Duration::from_secs(1);
                self.worker = self.take_over();
                (self.due, self.unanswered) = (None, Vec::new());
            }
            ["swap"] => {
                self.lose();
                self.swap();
            }
            ["cancel"] => {
                self.lose();
                self.history.append(&[Record::CancelRequested]);
                self.refresh();
            }
            ["after", wait] => self.now += span(wait),
            ["offers", yen] => {
                self.offered = Some(offer(yen.parse().expect("a number")));
                self.worker.offer(self.offered);
            }
            ["...", ..] => {
                let due = self.goes_well_until(line.trim_start_matches("... "));
                assert!(due, "{line}: it never is due, {:#?}", self.written());
            }
            ["wrote", ..] => assert!(self.has_written(&line[6..]), "{line}: {:#?}", self.written()),
            ["not", "wrote", ..] => {
                assert!(!self.has_written(&line[10..]), "{line}: {:#?}", self.written());
            }
            ["ends", status] => self.ends(status),
            ["rests", "with", "case", case] => {
                assert_eq!(self.next_call(), None, "{line}");
                let opened = self.history.payment().case().map(|case| snake(&format!("{case:?}")));
                assert_eq!(opened.as_deref(), Some(case), "{line}");
            }
            ["webhook", version, "of", what, state, "=>", found] => {
                self.told(version, what, state, true, found);
            }
            ["unsigned", "webhook", version, "of", what, state, "=>", found] => {
                self.told(version, what, state, false, found);
            }
            ["line", moved, "of", what, "=>", found] => {
                self.write();
                self.hears(spelling::line(&self.history.payment(), moved, what), found);
            }
            ["review", verdict, "=>", found] => self.reviewed(verdict == "approves", found),
            ["late", ..] => self.answer_late(&line[5..]),
            ["from", moment, ..] => {
                self.exchange(line.split_once(moment).map_or("", |(_, rest)| rest.trim()));
                assert!(self.now >= span(moment), "{line}, but it is {:?}", self.now);
            }
            _ => self.exchange(line),
        }
    }

    /// The next call and its answer.
    fn exchange(&mut self, line: &str) {
        let (expected, heard) = line.split_once(" => ").expect("a call and an answer");
        match heard.split_once(" until ") {
            None => self.answer_next(expected, heard, line),
            Some((heard, moment)) => {
                let mut times = 0;
                while self.is_due_before(span(moment)) {
                    self.answer_next(expected, heard, line);
                    times += 1;
                }
                assert!(times > 0, "{line}: it never does");
            }
        }
    }

    fn answer_next(&mut self, expected: &str, heard: &str, line: &str) {
        let (call, number) = self.next_call().unwrap_or_else(|| {
            panic!("{line}: there is nothing to do after {:#?}", self.written())
        });
        let spelled = spelling::call(&self.history.payment(), &call);
        assert_eq!(spelled, expected, "at {:?}, after {:#?}", self.now, self.written());
        if heard == "lost" {
            return self.lose();
        }
        self.due = None;
        self.now += Duration::from_millis(100);
        self.worker.hear(number, &spelling::answer(&call, heard), self.now, &self.rules);
    }

    /// The call that is due leaves, and is not answered for now.
    fn lose(&mut self) {
        if let Some((call, number)) = self.due.take() {
            let spelled = spelling::call(&self.history.payment(), &call);
            self.unanswered.push((spelled, call, number, self.worker.operation()));
        }
    }

    /// An answer that nobody waited for so long; about another operation than
    /// the one under way, nobody listens any more.
    fn answer_late(&mut self, line: &str) {
        self.write();
        self.lose();
        let (expected, heard) = line.split_once(" => ").expect("a call and an answer");
        let found = self.unanswered.iter().position(|(spelled, ..)| spelled == expected);
        let (_, call, number, operation) = self.unanswered.remove(found.expect("such a call"));
        if self.worker.operation() == operation {
            self.worker.hear(number, &spelling::answer(&call, heard), self.now, &self.rules);
        }
    }

    /// A webhook comes; what is found of it.
    fn told(&mut self, version: &str, what: &str, state: &str, signed: bool, found: &str) {
        self.write();
        let webhook = spelling::webhook(&self.history.payment(), version, what, state, signed);
        self.hears(webhook, found);
    }

    /// What a person has decided is told; what is found of it.
    fn reviewed(&mut self, approves: bool, found: &str) {
        self.write();
        let payment = self.history.payment();
        let (operation, intent) = (payment.operation_of(Action::Risk), payment.intent());
        let (payment, token) = (intent.payment, intent.token);
        let decided = ReviewDecided { payment, operation, token, approves };
        self.hears(Webhook::of_review(&decided), found);
    }

    fn hears(&mut self, webhook: Webhook, found: &str) {
        let known = self.applied.get(&webhook.reference).copied().unwrap_or(0);
        let told = Told { webhook, state: InboxState::Received, known };
        let event = self.worker.take_evidence(&told, self.now, &self.rules);
        if event == InboxEvent::Fits {
            self.lose();
            self.applied.insert(webhook.reference, webhook.version.max(known));
        }
        let next = InboxState::Received.next(event).map(|state| state.to_string());
        assert_eq!(next.as_deref(), Ok(found), "{:?}: {:#?}", webhook.news, self.written());
        self.write();
    }

    /// Whether such a call becomes due when everything before it goes well.
    pub(crate) fn goes_well_until(&mut self, expected: &str) -> bool {
        while let Some((call, _)) = self.next_call() {
            let spelled = spelling::call(&self.history.payment(), &call);
            if spelled.starts_with(expected) {
                return true;
            }
            self.answer_next(&spelled, spelling::happy(&call), expected);
        }
        false
    }

    /// How long it is until such a call is made, if it is, and all before it goes well.
    pub(crate) fn waits_for(&mut self, expected: &str) -> Option<Duration> {
        let begun = self.now;
        self.goes_well_until(expected).then(|| self.now - begun)
    }

    /// The next such call, if there is one; it is not answered.
    pub(crate) fn loses(&mut self, expected: &str) -> Option<Call> {
        let due = self.goes_well_until(expected).then(|| self.due.clone())?;
        self.lose();
        due.map(|(call, _)| call)
    }

    fn ends(&mut self, status: &str) {
        assert_eq!(self.next_call(), None, "{:#?}", self.written());
        let payment = self.history.payment();
        assert!(payment.is_terminal(), "{:#?}", self.written());
        assert_eq!(snake(&format!("{:?}", payment.status())), status);
    }

    /// The next call, once everything before it is written and waited for.
    pub(crate) fn next_call(&mut self) -> Option<(Call, u32)> {
        let mut acts = 0;
        while self.due.is_none() {
            acts += 1;
            assert!(acts < ACTS_MAX, "it goes round in circles: {:#?}", self.written());
            match self.act() {
                Act::Wait(pause) => self.now += pause,
                Act::Finish => return None,
                Act::Call(..) | Act::Tell(_) | Act::Decide(_) | Act::Commit(_) => {}
            }
        }
        self.due.clone()
    }

    fn is_due_before(&mut self, moment: Duration) -> bool {
        self.next_call();
        self.now < moment
    }

    /// Writes what can be written without a call or a wait.
    fn write(&mut self) {
        while self.due.is_none() && matches!(self.act(), Act::Commit(_)) {}
    }

    fn act(&mut self) -> Act {
        self.worker.offer(self.offered);
        let act = self.worker.act(self.now, &self.rules);
        match &act {
            Act::Commit(records) => {
                assert!(!records.is_empty(), "a commit changes something");
                self.history.append(records);
                let fits = self.worker.committed(records);
                assert_eq!(fits, Ok(()), "the worker takes what it wrote");
            }
            Act::Call(call, number) => {
                self.history.called(call);
                self.due = Some((call.clone(), *number));
            }
            Act::Wait(pause) => assert!(*pause > Duration::ZERO, "a wait lasts"),
            Act::Decide(snapshot) => self.worker.decide(by_rules(snapshot)),
            Act::Tell(_) | Act::Finish => {}
        }
        act
    }

    fn swap(&mut self) {
        let other = self.other.take().unwrap_or_else(|| self.take_over());
        self.other = Some(std::mem::replace(&mut self.worker, other));
        self.refresh();
    }

    fn refresh(&mut self) {
        let folds = self.worker.refresh(self.history.records(), &self.rules);
        assert_eq!(folds, Ok(()));
    }

    fn take_over(&self) -> Conductor {
        let taken = Conductor::take_over(self.history.records(), self.now, &self.rules);
        taken.expect("a journal that folds")
    }

    fn has_written(&mut self, record: &str) -> bool {
        self.write();
        self.written().iter().any(|written| written == record)
    }

    pub(crate) fn payment(&self) -> Payment {
        self.history.payment()
    }

    pub(crate) fn records(&self) -> &[Record] {
        self.history.records()
    }

    /// The journal, spelled.
    pub(crate) fn written(&self) -> Vec<String> {
        let payment = self.history.payment();
        let workflow = payment.intent().order.workflow();
        let spelled = self.records().iter().map(|record| spelling::record(workflow, record));
        spelled.collect()
    }
}

/// More acts than any worker needs from one call to the next.
const ACTS_MAX: u32 = 100;
