//! Carries one payment forward in the hands of one worker: what to commit,
//! what to ask whom, how long to wait.
//!
//! The rule behind it (payments.md 1.6): an ambiguous answer means the same id
//! again; only a definite refusal permits a new one. In doubt a provider is
//! queried, or the attempt is undone; nobody else is tried meanwhile. How, is in
//! `conductor/resolution.rs`.

mod beside;
mod conclusion;
mod deciding;
mod hearing;
mod patience;
mod resolution;
mod silence;

use std::time::Duration;

use crate::attempt::AttemptEvent;
use crate::call::{Answer, Call};
use crate::decision::Snapshot;
use crate::defect::Defect;
use crate::draft::Draft;
use crate::evidence::{self, Evidence};
use crate::exchange::ExchangeQuote;
use crate::flight::{Aim, Flight, Sends, Waiting, effect_of, sends_of};
use crate::identity::OperationId;
use crate::outgoing::{look_up, notice, query, step_call};
use crate::payment::{IllegalRecord, Payment};
use crate::quote::Version;
use crate::record::Record;
use crate::rules::Rules;
use crate::saga::{Next, Try};
use crate::status::Status;
use crate::workflow::Action;

/// One payment in the hands of one worker.
#[derive(Clone, Debug)]
pub struct Conductor {
    payment: Box<Payment>,
    /// Aims whose intents this worker wrote: nobody else has sent them.
    own: Vec<Aim>,
    flight: Option<Flight>,
    sends: Vec<Sends>,
    conclusion: Option<Record>,
    /// The payment as it will be once the last batch is durable.
    draft: Draft,
    /// When this worker locked the rate that is in the journal, if it did.
    locked_at: Option<Duration>,
    hand: deciding::Hand,
    /// What goes out beside what is awaited.
    beside: Vec<Call>,
}

/// What a worker is to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Make these records durable, then go on.
    Commit(Vec<Record>),
    /// Make this call, which bears this number; then go on.
    Call(Call, u32),
    /// Make this call, which nobody waits for the answer to; then go on.
    Tell(Call),
    /// Ask somebody which of what it allows to do, say so by [`Conductor::decide`],
    /// and go on.
    Decide(Snapshot),
    /// Nothing, for so long.
    Wait(Duration),
    /// Nothing, ever.
    Finish,
}

impl Conductor {
    /// Takes a payment over at `now`.
    ///
    /// # Errors
    /// If the journal does not fold.
    pub fn take_over(
        journal: &[Record],
        now: Duration,
        rules: &Rules,
    ) -> Result<Self, IllegalRecord> {
        let mut conductor = Self {
            payment: Box::new(Payment::fold(journal, rules.defects)?),
            own: Vec::new(),
            flight: None,
            sends: Vec::new(),
            conclusion: None,
            draft: Draft::default(),
            locked_at: None,
            hand: deciding::Hand::default(),
            beside: Vec::new(),
        };
        conductor.do_again(rules);
        if let Some(aim) = conductor.aim() {
            conductor.begin(aim, now);
        }
        Ok(conductor)
    }

    /// Reads the journal anew after somebody else changed it, keeping what this
    /// worker knows of its own sends. What it had concluded is forgotten: it
    /// may not follow any more.
    ///
    /// # Errors
    /// If the journal does not fold.
    pub fn refresh(&mut self, journal: &[Record], rules: &Rules) -> Result<(), IllegalRecord> {
        let seen = std::mem::replace(&mut *self.payment, Payment::fold(journal, rules.defects)?);
        self.payment.keep_observations(&seen);
        let old = self.conclusion.filter(|record| matches!(record, Record::Decision(_)));
        self.conclusion = rules.defects.pick(Defect::ActsOnStaleSnapshot, || None, || old);
        self.draft.forget();
        self.locked_at = None;
        Ok(())
    }

    /// Tells what is offered at the moment for an exchange: for what the
    /// customer pays, in what the merchant gets.
    pub fn offer(&mut self, offered: Option<ExchangeQuote>) {
        self.payment.offer(offered);
    }

    /// The payment as far as it is durable.
    pub fn payment(&self) -> &Payment {
        &self.payment
    }

    /// Takes note of the time on the wall, since the beginning, by which parcels leave;
    /// and of what its worker works prices out by.
    pub fn tell(&mut self, wall: Duration, calculators: Version) {
        self.payment.tell_time(wall);
        self.payment.work_out_by(calculators);
    }

    /// What to do at `now`.
    pub fn act(&mut self, now: Duration, rules: &Rules) -> Act {
        self.end_decision(now);
        let records = self.batch(now, rules);
        if !records.is_empty() {
            return Act::Commit(records);
        }
        if let Some(call) = self.tell_beside() {
            return Act::Tell(call);
        }
        if let Some(wait) = self.payment.ships_in() {
            return Act::Wait(wait);
        }
        if let Some(act) = self.at_a_choice(now, rules) {
            return act;
        }
        let Some(aim) = self.aim() else { return Act::Finish };
        self.turn_to(aim, now);
        self.fly(now, rules)
    }

    /// The call that a worker makes before `records` are durable. There is
    /// none, unless a defect says so.
    pub fn premature(&self, records: &[Record], rules: &Rules) -> Option<Call> {
        if !rules.defects.has(Defect::SendBeforeLog) {
            return None;
        }
        let mut draft = Payment::clone(&self.payment);
        records.iter().try_for_each(|record| draft.apply(record)).ok()?;
        let Next::Await(which) = draft.saga().next() else { return None };
        draft.action(which).is_outside().then(|| step_call(&draft, which, 0, rules))
    }

    /// The records of the last [`Act::Commit`] are durable.
    ///
    /// # Errors
    /// If they do not fit; then they were not the ones of that act.
    pub fn committed(&mut self, records: &[Record]) -> Result<(), IllegalRecord> {
        self.conclusion = None;
        if !self.draft.apply(&mut self.payment, records) {
            records.iter().try_for_each(|record| self.payment.apply(record))?;
        }
        for record in records {
            match *record {
                Record::StepIntent { which, .. } => self.own.push(step(&self.payment, which)),
                Record::CompIntent { which, .. } => self.own.push(undo(&self.payment, which)),
                Record::Decision(ref decision) => self.hand.wrote(decision),
                _ => {}
            }
        }
        self.book_the_rest(records);
        Ok(())
    }

    /// The operation that is being awaited: replies about others are stale.
    pub fn operation(&self) -> Option<OperationId> {
        Some(self.flight.as_ref()?.operation)
    }

    /// Takes the answer to call `number` of the awaited operation.
    pub fn hear(&mut self, number: u32, answer: &Answer, now: Duration, rules: &Rules) {
        let Some(flight) = &mut self.flight else { return };
        // That the merchant knows how it stands tells nothing of a doubt.
        if rules.decides && *answer == Answer::Noticed && effect_of(flight.aim).is_some() {
            return;
        }
        let waiting = flight.waiting.take_if(|waiting| waiting.number == number);
        if let Answer::Available(sums) = answer {
            self.conclusion = self.payment.at_hand_of(sums).map(Record::AtHand);
            return;
        }
        let sent_at = waiting.map_or(flight.begun, |waiting| waiting.sent_at);
        let evidence = match evidence::weigh(flight.aim, answer, rules.defects) {
            // That a query was turned away tells nothing of the send it asks about.
            Evidence::Throttled if !waiting.is_some_and(|w| w.effectful) => Evidence::Unknown,
            evidence => evidence,
        };
        if let Some(sends) = sends_of(&mut self.sends, flight.aim) {
            match evidence {
                Evidence::Unknown if waiting.is_some_and(|waiting| waiting.effectful) => {
                    self.payment.observe(AttemptEvent::Unknown);
                }
                Evidence::Unknown => {}
                Evidence::Throttled => sends.turned_away(number),
                _ => sends.answered(number),
            }
        }
        let effectful = waiting.is_some_and(|waiting| waiting.effectful);
        if let (Aim::Step(which, action), Evidence::Unknown, true) =
            (flight.aim, evidence, effectful)
            && self.forgets_attempt(which, action, rules)
        {
            return;
        }
        self.conclude(evidence, number, sent_at, now, rules);
    }

    /// Everything that can be written down without asking anyone, the
    /// conclusion of the last flight first.
    fn batch(&mut self, now: Duration, rules: &Rules) -> Vec<Record> {
        let mut records = Vec::new();
        // Mostly there is nothing to write down, and so nothing to draft.
        let asks = self.conclusion.is_none();
        let mut first = asks.then(|| self.payment.follow_up(rules)).flatten();
        if asks && first.is_none() {
            return records;
        }
        records.reserve(4);
        let mut draft = self.draft.begin(&self.payment);
        if draft.may_lock_anew() && self.is_stale(&draft, now) {
            draft.unlock();
            first = None;
        }
        // A conclusion that fits no more, because a cancellation came first, is dropped.
        records.extend(self.conclusion.filter(|record| draft.apply(record).is_ok()));
        // A decision is durable before anything follows from it.
        let decides = matches!(records.last(), Some(Record::Decision(_)));
        while !decides && let Some(record) = first.take().or_else(|| draft.follow_up(rules)) {
            let fits = draft.apply(&record);
            // Whoever planned anew while a capture was in doubt gets stuck now and then.
            let stuck = rules.defects.has(Defect::AgentReplans);
            debug_assert!(fits.is_ok() || stuck, "{record:?} does not follow: {fits:?}");
            if fits.is_err() {
                break;
            }
            records.push(record);
            // A rate is durable before anything is done by it.
            if let Record::Locked(_) = record {
                self.locked_at = Some(now);
                break;
            }
        }
        self.draft.keep(draft, &records);
        records
    }

    /// Whether the lock is older than the quote holds. How old it is, only the
    /// worker knows that has made it.
    fn is_stale(&self, draft: &Payment, now: Duration) -> bool {
        let fresh = |locked_at: Duration, holds_for| now < locked_at + holds_for;
        let holds_for = draft.exchange().map(|exchange| exchange.holds_for());
        !self.locked_at.zip(holds_for).is_some_and(|(at, holds_for)| fresh(at, holds_for))
    }

    /// What has to be awaited, if anything has.
    fn aim(&self) -> Option<Aim> {
        match self.payment.saga().next() {
            Next::Await(which) => Some(step(&self.payment, which)),
            Next::AwaitUndo(which) => Some(undo(&self.payment, which)),
            Next::Compensated if !self.payment.is_terminal() => Some(Aim::Notice),
            _ => None,
        }
    }

    /// Begins with `aim`, unless that is what is under way.
    fn turn_to(&mut self, aim: Aim, now: Duration) {
        if self.flight.as_ref().is_none_or(|flight| flight.aim != aim) {
            self.begin(aim, now);
        }
    }

    fn begin(&mut self, aim: Aim, now: Duration) {
        let own = self.own.contains(&aim) || aim == Aim::Notice;
        self.conclusion = None;
        let operation = operation(&self.payment, aim);
        let mut flight = Flight::new(aim, operation, now, !own);
        if let (Aim::Undo(..), Some(before)) = (aim, &self.flight)
            && effect_of(aim).is_some()
            && effect_of(before.aim).is_some()
        {
            flight.doubtful_since = before.doubtful_since;
        }
        self.flight = Some(flight);
        let Some(which) = effect_of(aim) else { return };
        if !own {
            self.payment.observe(AttemptEvent::Unknown);
        }
        if self.sends.iter().all(|sends| sends.which != which) {
            let untouched = self.own.contains(&step(&self.payment, which));
            self.sends.push(if untouched {
                Sends::none(which, now)
            } else {
                Sends::unknown_until(which, now)
            });
        }
    }

    fn fly(&mut self, now: Duration, rules: &Rules) -> Act {
        let Some(flight) = &mut self.flight else { return Act::Finish };
        if let Some(waiting) = flight.waiting {
            if now < waiting.until {
                return Act::Wait(waiting.until - now);
            }
            flight.waiting = None;
            self.miss(waiting, now, rules);
            return self.act(now, rules);
        }
        if now < flight.rest_until {
            return Act::Wait(flight.rest_until - now);
        }
        if let Some(end) = self.ends_it(now, rules) {
            self.conclusion = Some(end);
            return Act::Commit(self.batch(now, rules));
        }
        if let Some(case) = self.overdue(now, rules) {
            self.conclusion = Some(Record::CaseOpened(case));
            return Act::Commit(self.batch(now, rules));
        }
        let choice = self.choose_call(now, rules);
        if !matches!(choice, Choice::Ask(_)) {
            self.carried_out();
        }
        match choice {
            Choice::Call(call) => self.place(call, now, rules),
            Choice::Tell(call) => Act::Tell(call),
            Choice::Ask(snapshot) => Act::Decide(snapshot),
            Choice::Conclude(record) => {
                self.conclusion = Some(record);
                Act::Commit(self.batch(now, rules))
            }
            Choice::Rest(until) => {
                if let Some(flight) = &mut self.flight {
                    flight.rest_until = until;
                }
                Act::Wait(until.saturating_sub(now))
            }
        }
    }

    /// Whether a hold is released later. None is, unless a defect says so.
    fn is_left_to_the_sweeper(&self, now: Duration, rules: &Rules) -> bool {
        let early = |flight: &Flight| now < flight.begun + SWEPT_AFTER;
        rules.defects.has(Defect::HoldSweptNightly) && self.flight.as_ref().is_some_and(early)
    }

    /// Sends `call`, and keeps in mind what it could still do.
    fn place(&mut self, call: Call, now: Duration, rules: &Rules) -> Act {
        let Some(flight) = &mut self.flight else { return Act::Finish };
        flight.calls += 1;
        let number = flight.calls;
        let timeout = match call {
            Call::Provider(..) => rules.provider_timeout,
            Call::Bank(..) => rules.bank_timeout,
            _ => rules.call_timeout,
        };
        let effectful = match &call {
            Call::Provider(_, request) => request.takes_effect(),
            Call::Bank(_, request) => request.takes_effect(),
            _ => false,
        };
        let until = now + timeout;
        flight.waiting = Some(Waiting { number, sent_at: now, until, effectful });
        self.hedge(&call, number, rules);
        let Some(flight) = &mut self.flight else { return Act::Finish };
        if let Some(sends) = sends_of(&mut self.sends, flight.aim)
            && effectful
        {
            sends.sent(number, now);
            flight.sent = true;
        }
        Act::Call(call, number)
    }

    fn choose_call(&self, now: Duration, rules: &Rules) -> Choice {
        let Some(flight) = &self.flight else { return Choice::Call(notice(&self.payment)) };
        let payment = &self.payment;
        match flight.aim {
            Aim::Notice => Choice::Call(notice(payment)),
            Aim::Undo(which, _) if flight.look_up => Choice::Call(query(payment, which)),
            Aim::Undo(_, Action::Hold) if self.is_left_to_the_sweeper(now, rules) => {
                Choice::Rest(flight.begun + SWEPT_AFTER)
            }
            Aim::Undo(which, _) => self.about_undo(which, now, rules),
            Aim::Step(which, action) if action.is_outside() => {
                self.resolve(flight, which, now, rules)
            }
            Aim::Step(which, Action::Release) if self.expires_only(which, rules) => {
                Choice::Call(query(payment, which))
            }
            Aim::Step(which, _) if flight.look_up => Choice::Call(look_up(payment, which)),
            Aim::Step(which, _) => Choice::Call(step_call(payment, which, flight.calls, rules)),
        }
    }
}

/// When a defect releases what is held of a payment that came to nothing.
const SWEPT_AFTER: Duration = Duration::from_secs(12 * 3_600);

/// What a worker decides to do about a doubt.
enum Choice {
    Call(Call),
    Conclude(Record),
    /// Tell the merchant.
    Tell(Call),
    /// Somebody has to be asked.
    Ask(Snapshot),
    /// Nothing until then, unless somebody answers.
    Rest(Duration),
}

fn operation(payment: &Payment, aim: Aim) -> OperationId {
    match aim {
        Aim::Step(which, _) => payment.operation(which),
        Aim::Undo(which, _) => payment.operation(which).undo(),
        Aim::Notice => payment.operation_of(Action::Notify),
    }
}

fn step(payment: &Payment, which: Try) -> Aim {
    Aim::Step(which, payment.action(which))
}

fn undo(payment: &Payment, which: Try) -> Aim {
    Aim::Undo(which, payment.action(which))
}

/// An authorization in doubt is given up: it will be undone, whether it
/// happened or not.
fn give_up(payment: &Payment, which: Try, rules: &Rules) -> Record {
    rules.defects.pick(
        Defect::CompRegisteredAfter,
        || Record::CompIntent { which, operation: payment.operation(which).undo() },
        || Record::StatusChanged(Status::Failing),
    )
}
