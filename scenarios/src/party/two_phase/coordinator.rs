//! A coordinator as an actor: the gate of its keys, the log of its decisions, and
//! whoever has to be told of them. What it has promised to a client is durable
//! before it says so, and nobody else knows what it has decided.

use std::collections::BTreeMap;
use std::time::Duration;

use model::gatekeeper::{CreatePayment, StoredReply};
use model::two_phase::{
    Branch, Coordinator, CoordinatorAct, CoordinatorEvent, Decision, Transaction,
};
use model::{
    Amount, Answer, Intent, Notice, Order, PayIn, PaymentId, ProviderId, RiskReply, RiskRequest,
    Status,
};
use sim::{Delivery, Role};

use super::branch_role;
use super::deal::{Deal, Next, Stage};
use super::entry::CoordinatorEntry;
use super::front::payment_of;
use crate::fact::Endpoint;
use crate::message::{
    About, Asked, ClientReply, Envelope, Message, Settled, Submission, TwoPhase, Vote,
};
use crate::party::{EDGE, RISK, client_role};
use crate::system::{Effects, Entry, PaymentSystem, Timer};

/// A coordinator with its log.
#[derive(Clone, Debug, Default)]
pub struct CoordinatorDesk {
    deals: BTreeMap<PaymentId, Deal>,
}

impl CoordinatorDesk {
    pub(crate) fn boot(system: &PaymentSystem, log: &[Entry], out: &mut Effects) -> Self {
        let mut deals: BTreeMap<_, Deal> = BTreeMap::new();
        for entry in log {
            let Entry::Coordinator(entry) = entry else { continue };
            match entry.as_ref() {
                CoordinatorEntry::Accepted(intent, fingerprint) => {
                    deals.insert(intent.payment, Deal::new(*intent, *fingerprint));
                }
                other => {
                    if let Some(deal) = deals.get_mut(&other.payment()) {
                        deal.restore(other);
                    }
                }
            }
        }
        let mut desk = Self { deals };
        let deals = desk.deals.values();
        let open = deals.filter(|deal| !deal.is_told || deal.stage != Stage::Ended);
        let open: Vec<_> = open.map(|deal| deal.intent.payment).collect();
        // A crash may have come between a record and what follows from it.
        for revoked in desk.deals.values().filter(|deal| deal.is_revoked) {
            if revoked.stage == Stage::Ended {
                out.hand_over(revoked.intent.payment.0);
            }
        }
        for payment in open {
            desk.resume(system, payment, out);
        }
        desk
    }

    pub(crate) fn on_message(
        &mut self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    ) {
        match delivery.message {
            Message::TwoPhase(TwoPhase::Submit(submission)) => {
                self.submitted(system, submission, out);
            }
            Message::TwoPhase(TwoPhase::Vote(about, vote)) => self.voted(system, about, vote, out),
            Message::TwoPhase(TwoPhase::Acknowledge(about, settled)) => {
                self.acknowledged(system, about, settled, out);
            }
            Message::TwoPhase(TwoPhase::Inquire(about)) => {
                self.inquired(system, about, delivery.from, out);
            }
            Message::Assessed(envelope, Answer::Risk(reply)) => {
                self.assessed(system, envelope.payment, reply, out);
            }
            Message::NoticeAck(payment, _) => {
                let deal = self.deals.get_mut(&payment);
                if let Some(deal) = deal.filter(|deal| !deal.is_told && !out.disk_is_full()) {
                    deal.is_told = true;
                    write(CoordinatorEntry::Told(payment), out);
                }
            }
            _ => {}
        }
    }

    pub(crate) fn on_timer(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        round: u32,
        out: &mut Effects,
    ) {
        let Some(deal) = self.deals.get_mut(&payment).filter(|deal| deal.round == round) else {
            return;
        };
        deal.tries += 1;
        match deal.stage {
            _ if out.disk_is_full() => remind(system, deal, out),
            Stage::Assessing => assess(system, deal, out),
            Stage::Transacting(Coordinator::Preparing { .. })
                if out.monotonic() >= deal.begun + VOTE_WITHIN =>
            {
                self.meet(system, payment, CoordinatorEvent::GiveUp, out);
            }
            Stage::Transacting(_) => self.meet(system, payment, CoordinatorEvent::Reminded, out),
            Stage::Ended if !deal.is_told => tell(system, deal, out),
            Stage::Ended => {}
        }
    }

    /// Takes a payment up again where the log has it.
    fn resume(&mut self, system: &PaymentSystem, payment: PaymentId, out: &mut Effects) {
        let Some(deal) = self.deals.get_mut(&payment) else { return };
        match deal.stage {
            Stage::Ended => {
                out.discharge(payment.0);
                return tell(system, deal, out);
            }
            Stage::Assessing if deal.is_canceled => {
                out.oblige(payment.0);
                return self.end(system, payment, Status::Canceled, out);
            }
            Stage::Assessing => assess(system, deal, out),
            Stage::Transacting(_) => self.meet(system, payment, CoordinatorEvent::Reminded, out),
        }
        out.oblige(payment.0);
    }

    fn submitted(&mut self, system: &PaymentSystem, submission: Submission, out: &mut Effects) {
        let Submission { client, asking, asked } = submission;
        let (endpoint, reply) = match asked {
            Asked::Create(request) => (Endpoint::Create, self.create(system, &request, out)),
            Asked::Get(key) => {
                let deal = self.deals.get(&payment_of(key));
                let shown = |deal: &Deal| ClientReply::Stands(deal.intent.payment, deal.status);
                (Endpoint::Get, deal.map_or(ClientReply::NotFound, shown))
            }
            Asked::Cancel(key) => (Endpoint::Cancel, self.cancel(system, payment_of(key), out)),
        };
        let answer = TwoPhase::Submitted { client, asking, endpoint, reply };
        out.send(EDGE, Message::TwoPhase(answer));
    }

    /// The gate: the key is claimed with the payment, in one record.
    fn create(
        &mut self,
        system: &PaymentSystem,
        request: &CreatePayment,
        out: &mut Effects,
    ) -> ClientReply {
        let payment = payment_of(request.key);
        let plain = request.order == Order::PayIn(PayIn::default());
        if request.money.amount <= Amount::ZERO || !plain {
            return ClientReply::Invalid;
        }
        let fingerprint = request.fingerprint();
        match self.deals.get(&payment) {
            Some(deal) if deal.fingerprint != fingerprint => return ClientReply::Mismatch,
            Some(deal) if deal.status.is_final() => {
                return ClientReply::Final(StoredReply { payment, status: deal.status });
            }
            Some(_) => return ClientReply::InProgress(payment),
            None if out.disk_is_full() => return ClientReply::Unavailable,
            None => {}
        }
        let intent = Intent {
            payment,
            tenant: request.key.tenant,
            merchant: request.merchant,
            key: request.key.key,
            token: request.token,
            money: request.money,
            order: request.order.of_money(request.money),
        };
        out.oblige(payment.0);
        write(CoordinatorEntry::Accepted(intent, fingerprint), out);
        let deal = self.deals.entry(payment).or_insert(Deal::new(intent, fingerprint));
        assess(system, deal, out);
        ClientReply::Accepted(payment)
    }

    fn cancel(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        out: &mut Effects,
    ) -> ClientReply {
        let Some(deal) = self.deals.get_mut(&payment) else { return ClientReply::NotFound };
        if deal.status.is_final() {
            return ClientReply::Final(StoredReply { payment, status: deal.status });
        }
        if deal.decision(deal.attempt) == Some(Decision::Commit) {
            return ClientReply::TooLate(payment);
        }
        if out.disk_is_full() {
            return ClientReply::Unavailable;
        }
        if !std::mem::replace(&mut deal.is_canceled, true) {
            write(CoordinatorEntry::CancelRequested(payment), out);
            match deal.stage {
                Stage::Assessing => self.end(system, payment, Status::Canceled, out),
                Stage::Transacting(Coordinator::Preparing { .. }) => {
                    self.meet(system, payment, CoordinatorEvent::GiveUp, out);
                }
                Stage::Transacting(_) | Stage::Ended => {}
            }
        }
        ClientReply::Accepted(payment)
    }

    fn assessed(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        reply: RiskReply,
        out: &mut Effects,
    ) {
        let deal = self.deals.get(&payment).filter(|deal| deal.stage == Stage::Assessing);
        if deal.is_none() || out.disk_is_full() {
            return;
        }
        match reply {
            RiskReply::Approve => self.begin(system, payment, ProviderId(0), out),
            RiskReply::Reject => self.end(system, payment, Status::Failed, out),
            // Asked again when the reminder comes.
            RiskReply::Review | RiskReply::Released => {}
        }
    }

    /// Begins another transaction for `payment`.
    fn begin(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        provider: ProviderId,
        out: &mut Effects,
    ) {
        let Some(deal) = self.deals.get_mut(&payment) else { return };
        (deal.attempt, deal.provider) = (deal.attempt + 1, provider);
        (deal.refusal, deal.begun) = (None, out.monotonic());
        deal.stage = Stage::Transacting(Coordinator::Init);
        write(CoordinatorEntry::Begun(deal.transaction(), provider), out);
        self.meet(system, payment, CoordinatorEvent::Begin, out);
    }

    fn voted(&mut self, system: &PaymentSystem, about: About, vote: Vote, out: &mut Effects) {
        let Some(deal) = self.current(about.transaction) else { return };
        let preparing = matches!(deal.stage, Stage::Transacting(Coordinator::Preparing { .. }));
        if vote != Vote::Yes && preparing {
            deal.refusal = Some(vote);
        }
        let event = match vote {
            Vote::Yes => CoordinatorEvent::Yes(about.branch),
            Vote::No | Vote::NotHere => CoordinatorEvent::No(about.branch),
        };
        self.meet(system, about.transaction.payment, event, out);
    }

    fn acknowledged(
        &mut self,
        system: &PaymentSystem,
        about: About,
        settled: Settled,
        out: &mut Effects,
    ) {
        let Some(deal) = self.current(about.transaction) else { return };
        deal.is_revoked |= settled == Settled::Revoked;
        let event = CoordinatorEvent::Acknowledged(about.branch);
        self.meet(system, about.transaction.payment, event, out);
    }

    /// The deal whose last transaction this is, while that is on its way.
    fn current(&mut self, transaction: Transaction) -> Option<&mut Deal> {
        let deal = self.deals.get_mut(&transaction.payment)?;
        let on_its_way = matches!(deal.stage, Stage::Transacting(_));
        (on_its_way && deal.attempt == transaction.attempt).then_some(deal)
    }

    /// Whoever asks about what nobody knows of is told to abort.
    fn inquired(&mut self, system: &PaymentSystem, about: About, from: Role, out: &mut Effects) {
        let payment = about.transaction.payment;
        if self.current(about.transaction).is_some() {
            return self.meet(system, payment, CoordinatorEvent::Inquired(about.branch), out);
        }
        let deal = self.deals.get(&payment);
        let known = deal.and_then(|deal| deal.decision(about.transaction.attempt));
        let decision = known.unwrap_or(Decision::Abort);
        out.send(from, Message::TwoPhase(TwoPhase::Decide(about, decision)));
    }

    /// Goes on with the transaction of `payment` by `event`. What the protocol
    /// can't explain changes nothing.
    fn meet(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        event: CoordinatorEvent,
        out: &mut Effects,
    ) {
        // Whoever can't write decides nothing.
        if out.disk_is_full() {
            return;
        }
        let Some(deal) = self.deals.get_mut(&payment) else { return };
        let Stage::Transacting(coordinator) = &mut deal.stage else { return };
        let before = *coordinator;
        let Ok(acts) = coordinator.meet(event, system.rules.defects) else { return };
        let coordinator = *coordinator;
        if coordinator != before {
            deal.tries = 0;
        }
        for act in acts {
            match act {
                CoordinatorAct::Prepare => {
                    let asked = coordinator.asked().into_iter();
                    for branch in asked {
                        let work = TwoPhase::Prepare(Box::new(deal.work(branch)));
                        out.send(branch_role(branch), Message::TwoPhase(work));
                    }
                }
                CoordinatorAct::ForceCommit => {
                    write(CoordinatorEntry::Committed(deal.transaction()), out);
                }
                CoordinatorAct::TellAll => {
                    let decision = coordinator.decision().unwrap_or(Decision::Abort);
                    for branch in coordinator.untold().iter() {
                        decide(deal, branch, decision, out);
                    }
                }
                CoordinatorAct::Tell(decision) => {
                    if let CoordinatorEvent::Inquired(branch) = event {
                        decide(deal, branch, *decision, out);
                    }
                }
                CoordinatorAct::Close => {}
            }
        }
        match coordinator {
            Coordinator::Done(decision) => self.close(system, payment, decision, out),
            _ if coordinator != before || event == CoordinatorEvent::Reminded => {
                remind(system, deal, out);
            }
            _ => {}
        }
    }

    /// Every branch has done what was decided.
    fn close(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        decision: Decision,
        out: &mut Effects,
    ) {
        let Some(deal) = self.deals.get_mut(&payment) else { return };
        match deal.next(decision, system.plan.providers.len() as u8) {
            Next::End(status) => self.end(system, payment, status, out),
            Next::Again(provider) => self.begin(system, payment, provider, out),
            Next::Case => {
                (deal.stage, deal.is_told) = (Stage::Ended, true);
                write(CoordinatorEntry::Revoked(payment), out);
                out.hand_over(payment.0);
            }
        }
    }

    fn end(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        status: Status,
        out: &mut Effects,
    ) {
        let Some(deal) = self.deals.get_mut(&payment) else { return };
        (deal.stage, deal.status, deal.tries) = (Stage::Ended, status, 0);
        write(CoordinatorEntry::Ended(payment, status), out);
        out.discharge(payment.0);
        tell(system, deal, out);
    }
}

fn write(entry: CoordinatorEntry, out: &mut Effects) {
    out.append(Entry::Coordinator(Box::new(entry)));
    out.sync();
}

fn decide(deal: &Deal, branch: Branch, decision: Decision, out: &mut Effects) {
    let told = TwoPhase::Decide(deal.about(branch), decision);
    out.send(branch_role(branch), Message::TwoPhase(told));
}

/// Asks the risk service, again if it has not said yes or no.
fn assess(system: &PaymentSystem, deal: &mut Deal, out: &mut Effects) {
    let Intent { payment, token, .. } = deal.intent;
    let operation = payment.operation(ASSESSMENT, 1);
    let envelope = Envelope { token, payment, operation, number: deal.tries + 1, epoch: 0 };
    out.send(RISK, Message::Assess(envelope, RiskRequest::Assess { operation }));
    remind(system, deal, out);
}

/// Tells the client how it ended, until it knows.
fn tell(system: &PaymentSystem, deal: &mut Deal, out: &mut Effects) {
    let Intent { payment, token, .. } = deal.intent;
    if let Some(operation) = system.plan.operation(token) {
        let notice = Notice { payment, token, status: deal.status };
        out.send(client_role(operation.client), Message::Notice(notice));
        remind(system, deal, out);
    }
}

fn remind(system: &PaymentSystem, deal: &mut Deal, out: &mut Effects) {
    deal.round += 1;
    let pause = FIRST_PAUSE.max(system.rules.backoff(deal.tries, deal.awaits_provider()));
    out.set_timer(pause, Timer::Payment(deal.intent.payment, deal.round));
}

/// How long a transaction may take until all have voted.
const VOTE_WITHIN: Duration = Duration::from_secs(60);
/// How long an answer is waited for at least.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// The number of the assessment among the operations of a payment.
const ASSESSMENT: u8 = 0;
