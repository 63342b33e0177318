//! The orchestrator as an actor: takes payments from the store under leases,
//! and turns what their conductors want into messages and timers. It keeps
//! nothing durable itself.

mod backoff;
mod closing;
mod deciding;
mod hand;
mod knowing;
mod tidings;

use std::time::Duration;

use model::decision::Spent;
use model::{
    Act, Answer, Change, CommitResult, Conductor, IdMap, Lease, OperationId, PaymentId, Record,
    Then, Token, Told, TransactionId, Version,
};
use sim::{Delivery, Subject, VirtualTime};

use crate::message::{Envelope, LeaseRequest, Message};
use crate::party::STORE;
use crate::points::PointName;
use crate::system::{Effects, PaymentSystem};

use backoff::backoff;
use closing::{has_status_left, leave_status_out};
pub(crate) use deciding::drawn;
use hand::{Doing, Hand};
use knowing::offer;

/// The payments in one worker's hands.
#[derive(Clone, Debug, Default)]
pub struct Orchestrator {
    /// Apart from the tree, which would move them about.
    hands: IdMap<PaymentId, Box<Hand>>,
    /// What its release works prices out by.
    calculators: Version,
    /// What others have decided lately.
    spent: Spent,
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
            CommitResult::Committed => hand.lost = 0,
            // The same commit goes out again when its timer is due.
            CommitResult::Unavailable => return,
            CommitResult::StaleEpoch => return hand.lease_anew(system, payment, out),
            CommitResult::Conflict | CommitResult::NotRefundable => {
                return hand.lease(system, payment, out);
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
                hand.lease_anew(system, envelope.payment, out);
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
                    let closes = early || records.iter().any(Record::is_terminal);
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

/// A payment that rests for longer is given back to the store meanwhile.
const HOLD_MAX: Duration = Duration::from_secs(45);
