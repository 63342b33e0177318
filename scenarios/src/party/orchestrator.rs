//! The orchestrator as an actor: takes payments from the store under leases,
//! and turns what their conductors want into messages and timers. It keeps
//! nothing durable itself.

mod backoff;
mod closing;
mod deciding;
mod knowing;
mod tidings;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::decision::Spent;
use model::{
    Act, Answer, Call, Change, Commit, CommitResult, Conductor, Defect, InboxChange, Lease,
    OperationId, PaymentId, Record, Then, Token, Told, TransactionId, Version,
};
use sim::{Delivery, Role, Subject, VirtualTime};

use crate::bounds::LEASE;
use crate::message::{Envelope, LeaseRequest, Message};
use crate::party::{LEDGER, RISK, STORE, bank_role, client_role, provider_role};
use crate::points::PointName;
use crate::system::{Effects, PaymentSystem, Timer};

use backoff::backoff;
use closing::{has_status_left, leave_status_out};
pub(crate) use deciding::drawn;
use knowing::offer;

/// The payments in one worker's hands.
#[derive(Clone, Debug, Default)]
pub struct Orchestrator {
    /// Apart from the tree, which would move them about.
    hands: BTreeMap<PaymentId, Box<Hand>>,
    /// What its release works prices out by.
    calculators: Version,
    /// What others have decided lately.
    spent: Spent,
}

/// One payment in a worker's hands.
#[derive(Clone, Debug)]
struct Hand {
    token: Token,
    /// Whether somebody is broken for good, so that no doubt has to end.
    spares: bool,
    conductor: Option<Conductor>,
    /// What webhooks tell, as far as it can't be judged yet.
    told: Vec<Told>,
    /// What was found of others, which the next commit marks.
    found: Vec<InboxChange>,
    epoch: u32,
    version: u32,
    /// When it asked for what the lease runs from: the lease itself, or the
    /// commit that renewed it.
    asked: Duration,
    doing: Doing,
    /// What the decider was asked, and has not answered.
    question: Option<deciding::Asked>,
    /// When to look at it again.
    due: Duration,
    /// When the reminder that counts will come, if one is set.
    armed: Option<Duration>,
    /// Its number; earlier ones are stale.
    round: u32,
    tries: u32,
}

/// What a hand waits for.
#[derive(Clone, Debug)]
enum Doing {
    /// The answer to the request for a lease that it first made then.
    Leasing(VirtualTime),
    /// This commit.
    Committing(Arc<Commit>),
    /// An answer, or a reminder.
    Working,
    /// The time when the store gives it back.
    Parked,
}

impl Orchestrator {
    pub(crate) fn on_message(
        &mut self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    ) {
        match delivery.message {
            Message::Run(payment, token) => self.take(system, payment, token, out),
            Message::Leased(request, lease, journal, told) => {
                self.leased(system, request, lease, (&journal, told), out);
            }
            Message::Held(request) => {
                self.hands.retain(|payment, hand| {
                    *payment != request.payment || !hand.waits_for(&request)
                });
            }
            Message::Closed(payment, _) => {
                self.hands.remove(&payment);
            }
            Message::Committed(_, payment, id, result) => {
                self.committed(system, payment, id, result, out);
            }
            Message::Assessed(envelope, answer)
            | Message::Booked(envelope, answer)
            | Message::Provided(envelope, answer)
            | Message::Remitted(envelope, answer) => self.hear(system, &envelope, &answer, out),
            Message::Told(payment, _, told) => self.told(system, payment, told, out),
            Message::Decided(advised) => self.advised(system, &advised, out),
            Message::NoticeAck(payment, token) => {
                let Some(hand) = self.hands.get(&payment) else { return };
                let operation = hand.conductor.as_ref().and_then(Conductor::operation);
                let (operation, epoch) = (operation.unwrap_or(OperationId(0)), hand.epoch);
                let envelope = Envelope { token, payment, operation, number: 0, epoch };
                self.hear(system, &envelope, &Answer::Noticed, out);
            }
            _ => {}
        }
    }

    /// A call was refused: nobody listened, so nothing happened.
    pub(crate) fn on_bounce(
        &mut self,
        system: &PaymentSystem,
        message: &Message,
        out: &mut Effects,
    ) {
        if let Message::Assess(envelope, _)
        | Message::Book(envelope, _)
        | Message::Provide(envelope, _)
        | Message::Remit(envelope, _) = message
        {
            self.hear(system, envelope, &Answer::Bounced, out);
        } else if let Message::Decide(question) = message {
            self.unheard(system, question, out);
        }
    }

    pub(crate) fn on_timer(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        round: u32,
        out: &mut Effects,
    ) {
        let Some(hand) = self.hands.get_mut(&payment).filter(|hand| hand.round == round) else {
            return;
        };
        hand.armed = None;
        if matches!(hand.doing, Doing::Parked) {
            return;
        }
        if out.monotonic() < hand.due {
            hand.arm(payment, out);
            return;
        }
        match &hand.doing {
            Doing::Leasing(_) => hand.lease(system, payment, out),
            Doing::Committing(commit) => {
                hand.tries += 1;
                out.send(STORE, Message::Commit(commit.clone()));
                hand.remind(payment, backoff(system, payment, hand.tries), out);
            }
            Doing::Working => self.drive(system, payment, out),
            Doing::Parked => {}
        }
    }

    /// The store has a payment that has to go on.
    fn take(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        token: Token,
        out: &mut Effects,
    ) {
        let hand = self.hands.entry(payment).or_insert_with(|| Box::new(Hand::new(system, token)));
        match hand.doing {
            Doing::Parked | Doing::Working => hand.lease(system, payment, out),
            Doing::Leasing(_) | Doing::Committing(_) => {}
        }
    }

    fn leased(
        &mut self,
        system: &PaymentSystem,
        request: LeaseRequest,
        lease: Lease,
        (journal, told): (&[Record], Vec<Told>),
        out: &mut Effects,
    ) {
        let (payment, token) = (request.payment, request.token);
        let rules = &system.rules;
        let Some(hand) = self.hands.get_mut(&payment) else { return };
        if !hand.waits_for(&request) || lease.epoch <= hand.epoch {
            return;
        }
        // What this worker knows of its own sends is not all that was sent.
        if lease.since > hand.epoch {
            hand.conductor = None;
        }
        if out.maybe(PointName::ForgottenPayment.point(), Subject(token.0)) {
            hand.conductor = None;
        }
        let version = journal.len() as u32;
        let unchanged = hand.version == version;
        hand.token = token;
        hand.epoch = lease.epoch;
        hand.version = version;
        let folds = match &mut hand.conductor {
            Some(_) if unchanged => Ok(()),
            Some(conductor) => conductor.refresh(journal, rules),
            none => Conductor::take_over(journal, out.monotonic(), rules).map(|fresh| {
                *none = Some(fresh);
            }),
        };
        if folds.is_err() {
            // A journal that does not fold is a person's case; nothing is sent for it.
            self.hands.remove(&payment);
            return;
        }
        hand.doing = Doing::Working;
        hand.told = told;
        if rules.changes.has(Change::ExtraSend) {
            out.send(STORE, Message::Heartbeat(token));
        }
        self.drive(system, payment, out);
    }

    fn committed(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        id: TransactionId,
        result: CommitResult,
        out: &mut Effects,
    ) {
        let Some(hand) = self.hands.get_mut(&payment) else { return };
        let Doing::Committing(commit) = &hand.doing else { return };
        if commit.id != id {
            return;
        }
        match result {
            CommitResult::Committed => {}
            // The same commit goes out again when its timer is due.
            CommitResult::Unavailable => return,
            CommitResult::Conflict | CommitResult::StaleEpoch | CommitResult::NotRefundable => {
                hand.lease(system, payment, out);
                return;
            }
        }
        hand.version += commit.records.len() as u32;
        let conductor = hand.conductor.as_mut();
        let fits = conductor.map(|conductor| conductor.committed(&commit.records));
        match commit.then {
            Then::Close if has_status_left(commit, system.rules.defects) => {
                hand.doing = Doing::Working;
                self.drive(system, payment, out);
            }
            Then::Close => {
                self.hands.remove(&payment);
            }
            Then::Park(_) => hand.doing = Doing::Parked,
            Then::Run if fits.is_some_and(|fits| fits.is_ok()) => {
                hand.doing = Doing::Working;
                self.drive(system, payment, out);
            }
            Then::Run => hand.lease(system, payment, out),
        }
    }

    fn hear(
        &mut self,
        system: &PaymentSystem,
        envelope: &Envelope,
        answer: &Answer,
        out: &mut Effects,
    ) {
        let Some(hand) = self.hands.get_mut(&envelope.payment) else { return };
        let Some(conductor) = &mut hand.conductor else { return };
        if conductor.operation() != Some(envelope.operation) {
            return;
        }
        if *answer == Answer::StaleEpoch {
            // Of a call under an earlier lease it tells what is known.
            if matches!(hand.doing, Doing::Working) && envelope.epoch == hand.epoch {
                hand.lease(system, envelope.payment, out);
            }
            return;
        }
        offer(system, conductor, out);
        match hand.doing {
            Doing::Working => {
                conductor.hear(envelope.number, answer, out.monotonic(), &system.rules);
                self.drive(system, envelope.payment, out);
            }
            Doing::Parked => {
                conductor.hear(envelope.number, answer, out.monotonic(), &system.rules);
                hand.lease(system, envelope.payment, out);
            }
            // What comes while a commit or a lease is awaited is asked for again.
            Doing::Leasing(_) | Doing::Committing(_) => {}
        }
    }

    /// Does what the conductor wants until it has to wait.
    fn drive(&mut self, system: &PaymentSystem, payment: PaymentId, out: &mut Effects) {
        let rules = &system.rules;
        loop {
            let Some(hand) = self.hands.get_mut(&payment) else { return };
            if hand.has_to_renew(system, out.monotonic()) {
                return hand.lease(system, payment, out);
            }
            hand.weigh(out.monotonic(), rules);
            let Some(conductor) = &mut hand.conductor else { return };
            conductor.tell(out.wall().since(VirtualTime::ZERO), self.calculators);
            offer(system, conductor, out);
            match conductor.act(out.monotonic(), rules) {
                Act::Commit(mut records) => {
                    if let Some(call) = conductor.premature(&records, rules) {
                        hand.call(system, payment, call, 0, out);
                    }
                    let early = leave_status_out(&mut records, rules.defects);
                    let closes = early || records.contains(&Record::Terminal);
                    let then = if closes { Then::Close } else { Then::Run };
                    return hand.commit(system, payment, records, then, out);
                }
                Act::Call(call, number) => hand.call(system, payment, call, number, out),
                Act::Tell(call) => hand.call(system, payment, call, 0, out),
                Act::Decide(snapshot) => {
                    if !hand.ask(system, payment, &snapshot, &mut self.spent, out) {
                        return;
                    }
                }
                Act::Wait(pause) if pause > HOLD_MAX => {
                    return hand.commit(system, payment, Vec::new(), Then::Park(pause), out);
                }
                Act::Wait(pause) => return hand.remind(payment, pause, out),
                Act::Finish => return hand.commit(system, payment, Vec::new(), Then::Close, out),
            }
        }
    }
}

impl Hand {
    /// A payment that was not leased yet.
    fn new(system: &PaymentSystem, token: Token) -> Self {
        Self {
            token,
            spares: system.plan.core.is_some(),
            conductor: None,
            told: Vec::new(),
            found: Vec::new(),
            epoch: 0,
            version: 0,
            asked: Duration::ZERO,
            doing: Doing::Parked,
            question: None,
            due: Duration::ZERO,
            armed: None,
            round: 0,
            tries: 0,
        }
    }

    fn lease(&mut self, system: &PaymentSystem, payment: PaymentId, out: &mut Effects) {
        // The store tells anew with the lease.
        self.told.clear();
        self.found.clear();
        let asked = match self.doing {
            Doing::Leasing(asked) => {
                self.tries += 1;
                asked
            }
            _ => {
                (self.tries, self.asked) = (0, out.monotonic());
                out.wall()
            }
        };
        self.doing = Doing::Leasing(asked);
        let request = Message::Lease(LeaseRequest { payment, token: self.token, asked });
        let pause = backoff(system, payment, self.tries);
        if system.rules.changes.has(Change::ReorderedSends) {
            self.remind(payment, pause, out);
            out.send(STORE, request);
        } else {
            out.send(STORE, request);
            self.remind(payment, pause, out);
        }
    }

    /// Whether this is the request for a lease that it waits for the answer to.
    fn waits_for(&self, request: &LeaseRequest) -> bool {
        matches!(self.doing, Doing::Leasing(asked) if asked == request.asked)
    }

    /// Whether nothing may be sent before the lease is renewed: others may soon
    /// hold the payment. Nobody else ever holds that of a sole worker.
    fn has_to_renew(&self, system: &PaymentSystem, now: Duration) -> bool {
        let aged = || system.plan.workers > 1 && now >= self.asked + RENEW_AFTER;
        system.rules.defects.pick(Defect::LeaseNoFencing, aged, || false)
    }

    fn commit(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        records: Vec<Record>,
        then: Then,
        out: &mut Effects,
    ) {
        let inbox = std::mem::take(&mut self.found);
        let commit = Commit {
            epoch: Some(self.epoch),
            inbox,
            then,
            ..Commit::of(payment, self.token, self.version, records)
        };
        let commit = Arc::new(commit.sealed_by(&system.rules));
        if out.maybe(PointName::RepeatedCommit.point(), Subject(self.token.0)) {
            out.send(STORE, Message::Commit(commit.clone()));
        }
        out.send(STORE, Message::Commit(commit.clone()));
        (self.tries, self.asked) = (0, out.monotonic());
        self.doing = Doing::Committing(commit);
        self.remind(payment, backoff(system, payment, 0), out);
    }

    fn call(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        call: Call,
        number: u32,
        out: &mut Effects,
    ) {
        let conductor = self.conductor.as_ref();
        let operation = conductor.and_then(Conductor::operation).unwrap_or(OperationId(0));
        let (token, epoch) = (self.token, self.epoch);
        let envelope = Envelope { token, payment, operation, number, epoch };
        let (to, message): (Role, _) = match call {
            Call::Risk(request) => (RISK, Message::Assess(envelope, request)),
            Call::Ledger(request) => (LEDGER, Message::Book(envelope, request)),
            Call::Provider(provider, request) => {
                (provider_role(provider), Message::Provide(envelope, request))
            }
            Call::Bank(bank, request) => (bank_role(bank), Message::Remit(envelope, request)),
            // The store knows whether the shop has heard of the event.
            Call::Notice(notice) if system.plan.merchant_events => (STORE, Message::Notice(notice)),
            Call::Notice(notice) => {
                let client = system.plan.operation(self.token).map_or(0, |o| o.client);
                (client_role(client), Message::Notice(notice))
            }
        };
        out.send(to, message);
    }

    /// Looks at the payment again after `pause`, unless something happens first:
    /// a reminder that is set already finds out when it comes.
    fn remind(&mut self, payment: PaymentId, pause: Duration, out: &mut Effects) {
        self.due = out.monotonic() + pause;
        if self.armed.is_none_or(|at| at > self.due) {
            self.arm(payment, out);
        }
    }

    fn arm(&mut self, payment: PaymentId, out: &mut Effects) {
        let pause = self.due.saturating_sub(out.monotonic());
        self.armed = Some(self.due);
        self.round += 1;
        let timer = Timer::Payment(payment, self.round);
        if self.conductor.as_ref().is_some_and(|conductor| conductor.has_case(self.spares)) {
            out.set_housekeeping(pause, timer);
        } else {
            out.set_timer(pause, timer);
        }
    }
}

/// From this age of its lease on a worker renews it before it sends anything.
/// With the longest rest in its hands that is less than the lease, so that it
/// has the payment as long as it lives and is heard; and however slow its clock
/// is and fast that of the store, it never sends anything while another may
/// hold the payment.
const RENEW_AFTER: Duration = LEASE.checked_div(3).expect("three is not zero");

/// A payment that rests for longer is given back to the store meanwhile.
const HOLD_MAX: Duration = Duration::from_secs(45);
