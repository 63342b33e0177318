//! A customer with its shop: persists what it wants before it asks, asks again
//! with the same key, clicks twice, loses patience.

mod schedule;
mod stages;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use model::gatekeeper::{CreatePayment, PaidOnce, RefundPayment};
use model::{Status, Token};
use sim::{Delivery, Subject, VirtualTime};

use crate::fact::{Endpoint, Fact};
use crate::message::{ClientReply, Message};
use crate::party::EDGE;
use crate::party::idle::Idle;
use crate::plan::Operation;
use crate::points::PointName;
use crate::snapshot::Snapshot;
use crate::system::{Effects, Entry, Nudge, PaymentSystem, Timer};

use schedule::Schedule;
use stages::CancelStage;
pub use stages::Stages;

/// An entry of a client's local storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientEntry {
    /// It wants this, under the key that the plan has for it.
    Intended(Token),
    /// It knows that the payment exists.
    Known(Token),
    /// It wants it no more.
    CancelIntended(Token),
    /// It knows how it ended.
    Finished(Token),
}

/// A client's state, as its local storage has it.
#[derive(Clone, Debug)]
pub struct Client {
    stages: Stages,
    /// Operations that are finished, and not put away.
    finished: Idle<Token>,
    schedule: Schedule,
    /// Refunds that are due, by the payments that they wait for.
    waiting: BTreeMap<Token, Vec<Token>>,
    /// Payouts whose recall was answered. Forgotten in a crash: whoever asks
    /// again is answered again.
    recalled: BTreeSet<Token>,
}

impl Client {
    /// What is not put away, and the bytes of what is.
    pub(crate) fn footprint(&self) -> (usize, usize) {
        self.stages.footprint()
    }

    pub(crate) fn boot(
        system: &PaymentSystem,
        number: u8,
        journal: &[Entry],
        out: &mut Effects,
    ) -> Self {
        let mut stages = Stages::default();
        for entry in journal {
            match entry {
                Entry::Client(entry) => stages.restore(*entry),
                Entry::Snapshot(Snapshot::Client(snapshot)) => stages = Stages::clone(snapshot),
                _ => {}
            }
        }
        let mut finished = Idle::new();
        for token in stages.finished() {
            finished.add(out.monotonic(), token);
        }
        let ours = || system.plan.operations.iter().filter(|o| o.client == number);
        let ahead = ours().filter(|operation| !stages.has_begun(operation.token));
        let schedule = Schedule::new(ahead);
        let mut client = Self {
            stages,
            finished,
            schedule,
            waiting: BTreeMap::new(),
            recalled: BTreeSet::new(),
        };
        for operation in ours() {
            client.resume(operation, out);
        }
        client
    }

    pub(crate) fn on_nudge(
        &mut self,
        system: &PaymentSystem,
        token: Token,
        nudge: Nudge,
        out: &mut Effects,
    ) {
        let Some(operation) = system.plan.operation(token) else { return };
        match nudge {
            Nudge::Start => {
                match operation.purpose.refunds() {
                    Some(of) => self.await_payment(system, of, operation, out),
                    None => self.start(system, operation, out),
                }
                let next = self.schedule.next().and_then(|token| system.plan.operation(token));
                if let Some(next) = next {
                    await_start(next, out);
                }
            }
            Nudge::Look(round) => self.look(system, operation, round, out),
            Nudge::ClickAgain => demand(system, operation, out),
            Nudge::Cancel => self.cancel(operation, out),
            Nudge::Ask(round) => self.ask(system, operation, round, out),
            Nudge::AskCancel(round) => self.ask_cancel(operation, round, out),
            Nudge::Recall(round) => self.recall(operation, round, out),
        }
    }

    pub(crate) fn on_message(
        &mut self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    ) {
        let (asking, endpoint, reply) = match delivery.message {
            Message::Created(asking, reply) | Message::Refunded(asking, reply) => {
                (asking, Endpoint::Create, reply)
            }
            Message::Got(asking, reply) => (asking, Endpoint::Get, reply),
            Message::Cancelled(asking, reply) => (asking, Endpoint::Cancel, reply),
            Message::RecallAsked(asking, reply) => {
                let open = matches!(
                    reply,
                    ClientReply::NotFound | ClientReply::Unavailable | ClientReply::InProgress(_)
                );
                if !open {
                    self.recalled.insert(asking.token);
                }
                return;
            }
            Message::Notice(notice) => {
                out.note(Fact::Told { token: notice.token, status: notice.status });
                out.send(delivery.from, Message::NoticeAck(notice.payment, notice.token));
                self.refund_what_waits(system, notice.token, notice.status, out);
                return;
            }
            Message::MerchantEvent(event) => {
                out.note(Fact::Heard(event));
                out.send(delivery.from, Message::MerchantEventAck(event.token, event.id));
                // Nobody else tells, where there is a notifier.
                self.refund_what_waits(system, event.token, event.status, out);
                return;
            }
            _ => return,
        };
        out.note(Fact::Shown { asking, endpoint, reply });
        let token = asking.token;
        if let Some(status) = reply.status() {
            self.refund_what_waits(system, token, status, out);
        }
        let Some(operation) = system.plan.operation(token) else { return };
        let Some(stage) = self.stages.get_mut(token) else { return };
        match (endpoint, reply) {
            (Endpoint::Cancel, ClientReply::Unavailable) => {}
            (Endpoint::Cancel, _) => stage.cancel = Some(CancelStage::Answered),
            (_, ClientReply::Accepted(_) | ClientReply::InProgress(_)) if !stage.known => {
                stage.known = true;
                stage.round += 1;
                let round = stage.round;
                keep(ClientEntry::Known(token), out);
                remind(operation.token, Nudge::Ask(round), LOOK_FIRST, out);
            }
            // Past the lifetime of its key it asks for nothing any more.
            (Endpoint::Get, ClientReply::NotFound) if !may_repeat(system, operation, out) => {
                self.finish(system, token, out);
            }
            (_, ClientReply::Mismatch | ClientReply::Invalid | ClientReply::NotRefundable) => {
                self.finish(system, token, out);
            }
            (_, ClientReply::Final(_)) => self.finish(system, token, out),
            (_, ClientReply::Stands(_, status)) if status.is_final() => {
                self.finish(system, token, out)
            }
            _ => {}
        }
    }

    /// A refund is due: it is asked for once the payment is seen to have
    /// succeeded.
    fn await_payment(
        &mut self,
        system: &PaymentSystem,
        of: Token,
        refund: &Operation,
        out: &mut Effects,
    ) {
        if !self.stages.has_begun(refund.token) {
            let waiting = self.waiting.entry(of).or_default();
            if !waiting.contains(&refund.token) {
                waiting.push(refund.token);
            }
            self.look(system, refund, 1, out);
        }
    }

    /// Looks once more how the payment stands that this refund waits for; after
    /// a while that is left to the notice.
    fn look(&mut self, system: &PaymentSystem, refund: &Operation, round: u32, out: &mut Effects) {
        let payment = refund.purpose.refunds().and_then(|of| system.plan.operation(of));
        let Some(payment) = payment.filter(|payment| {
            let waiting = self.waiting.get(&payment.token);
            waiting.is_some_and(|waiting| waiting.contains(&refund.token))
        }) else {
            return;
        };
        out.send(EDGE, Message::Get(payment.token, payment.key_id()));
        if round <= LOOKS_MAX {
            let pause = LOOK_FIRST.saturating_mul(1 << round.min(12));
            remind(refund.token, Nudge::Look(round + 1), pause, out);
        }
    }

    /// A payment was seen so: what waits for its success goes on, and what waits
    /// for that in vain does not.
    fn refund_what_waits(
        &mut self,
        system: &PaymentSystem,
        payment: Token,
        status: Status,
        out: &mut Effects,
    ) {
        if !status.is_final() {
            return;
        }
        for refund in self.waiting.remove(&payment).unwrap_or_default() {
            if let Some(refund) = system.plan.operation(refund)
                && matches!(status, Status::Succeeded | Status::Settled)
            {
                self.start(system, refund, out);
            }
        }
    }

    fn start(&mut self, system: &PaymentSystem, operation: &Operation, out: &mut Effects) {
        let token = operation.token;
        if self.stages.has_begun(token) {
            return;
        }
        if out.disk_is_full() {
            remind(token, Nudge::Start, FULL_DISK_PAUSE, out);
            return;
        }
        out.append(Entry::Client(ClientEntry::Intended(token)));
        out.sync();
        self.stages.restore(ClientEntry::Intended(token));
        demand(system, operation, out);
        remind(token, Nudge::Ask(1), ASK_FIRST, out);
        if let Some(after) = operation.click_again_after {
            remind(token, Nudge::ClickAgain, after, out);
        }
        if let Some(after) = operation.cancel_after {
            remind(token, Nudge::Cancel, after, out);
        }
        if let Some(after) = operation.recall_after {
            remind(token, Nudge::Recall(1), after, out);
        }
    }

    /// Takes an operation up again where the local storage has it.
    fn resume(&mut self, operation: &Operation, out: &mut Effects) {
        let token = operation.token;
        if let (Some(_), Some(after)) = (self.stages.get(token), operation.recall_after) {
            let due: VirtualTime = operation.at.after(after);
            remind(token, Nudge::Recall(1), due.since(out.wall()), out);
        }
        match self.stages.get(token) {
            None if self.stages.has_begun(token) => {}
            None if self.schedule.is_near(operation) => await_start(operation, out),
            None => {}
            Some(stage) if stage.finished => {}
            Some(stage) => {
                remind(token, Nudge::Ask(stage.round.max(1)), Duration::ZERO, out);
                match (stage.cancel, operation.cancel_after) {
                    (Some(CancelStage::Asking), _) => {
                        remind(token, Nudge::AskCancel(1), Duration::ZERO, out);
                    }
                    (None, Some(after)) => {
                        let due: VirtualTime = operation.at.after(after);
                        remind(token, Nudge::Cancel, due.since(out.wall()), out);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Asks once more: for the payment if it is not known, for its status else.
    /// Never for the payment where its key may be another's when it arrives.
    fn ask(
        &mut self,
        system: &PaymentSystem,
        operation: &Operation,
        round: u32,
        out: &mut Effects,
    ) {
        let token = operation.token;
        let Some(stage) = self.stages.get_mut(token) else { return };
        let stale = round < stage.round;
        if stale || stage.finished || (stage.known && round > LOOKS_MAX) {
            return;
        }
        stage.round = round + 1;
        let pause = if stage.known {
            LOOK_FIRST.saturating_mul(1 << round.min(12))
        } else {
            ASK_FIRST.saturating_mul(1 << round.min(4)).min(ASK_PAUSE_MAX)
        };
        if (stage.known && !operation.insists) || !may_repeat(system, operation, out) {
            out.send(EDGE, Message::Get(token, operation.key_id()));
        } else {
            demand(system, operation, out);
        }
        let early = out.maybe(PointName::EarlyTimeout.point(), Subject(token.0));
        let pause = if early { Duration::from_millis(1) } else { pause };
        remind(token, Nudge::Ask(round + 1), pause, out);
    }

    fn cancel(&mut self, operation: &Operation, out: &mut Effects) {
        let token = operation.token;
        let Some(stage) = self.stages.get(token) else { return };
        if stage.finished || stage.cancel.is_some() {
            return;
        }
        if out.disk_is_full() {
            remind(token, Nudge::Cancel, FULL_DISK_PAUSE, out);
            return;
        }
        out.append(Entry::Client(ClientEntry::CancelIntended(token)));
        out.sync();
        self.stages.restore(ClientEntry::CancelIntended(token));
        self.ask_cancel(operation, 1, out);
    }

    fn ask_cancel(&mut self, operation: &Operation, round: u32, out: &mut Effects) {
        let Some(stage) = self.stages.get(operation.token) else { return };
        if stage.finished || stage.cancel != Some(CancelStage::Asking) {
            return;
        }
        out.send(EDGE, Message::Cancel(operation.token, operation.key_id()));
        let pause = ASK_FIRST.saturating_mul(1 << round.min(4)).min(ASK_PAUSE_MAX);
        remind(operation.token, Nudge::AskCancel(round + 1), pause, out);
    }

    /// Asks for what was paid out, until it is known what comes of that.
    fn recall(&self, operation: &Operation, round: u32, out: &mut Effects) {
        let token = operation.token;
        if self.recalled.contains(&token) || round > LOOKS_MAX {
            return;
        }
        out.send(EDGE, Message::AskRecall(token, operation.key_id()));
        let pause = LOOK_FIRST.saturating_mul(1 << round.min(12));
        remind(token, Nudge::Recall(round + 1), pause, out);
    }

    fn finish(&mut self, system: &PaymentSystem, token: Token, out: &mut Effects) {
        let done = self.stages.get(token).is_none_or(|stage| stage.finished);
        if !done {
            keep(ClientEntry::Finished(token), out);
            self.stages.restore(ClientEntry::Finished(token));
            self.finished.add(out.monotonic(), token);
            self.compact(system, out);
        }
    }

    /// Puts away what is finished for long, and writes what is left.
    fn compact(&mut self, system: &PaymentSystem, out: &mut Effects) {
        let live = self.stages.footprint().0;
        if let Some(mut tokens) = self.finished.ripe(out.monotonic(), &system.compaction, live) {
            tokens.sort();
            self.stages.put_away(tokens);
            out.compact(Entry::Snapshot(Snapshot::Client(Arc::new(self.stages.clone()))));
        }
    }
}

/// Writes down what a crash may take without harm, if there is room for it:
/// the client would only ask once more.
fn keep(entry: ClientEntry, out: &mut Effects) {
    if !out.disk_is_full() {
        out.append(Entry::Client(entry));
        out.sync();
    }
}

fn await_start(operation: &Operation, out: &mut Effects) {
    remind(operation.token, Nudge::Start, operation.at.since(out.wall()), out);
}

/// Asks for what the operation is for.
fn demand(system: &PaymentSystem, operation: &Operation, out: &mut Effects) {
    let Some(order) = operation.purpose.order() else {
        let payment = operation.purpose.refunds().and_then(|of| system.plan.operation(of));
        let Some(payment) = payment else { return };
        out.send(
            EDGE,
            Message::Refund(RefundPayment {
                key: operation.key_id(),
                of: payment.key_id(),
                token: operation.token,
                amount: operation.money.amount,
            }),
        );
        return;
    };
    let once = system.plan.order_ref_unique;
    let request = CreatePayment {
        order_ref: PaidOnce(once.then_some(operation.order_ref)),
        key: operation.key_id(),
        merchant: operation.merchant,
        token: operation.token,
        money: operation.money,
        order,
    };
    out.send(EDGE, Message::Create(Box::new(request)));
}

/// Whether every copy of a request that is repeated now arrives before the
/// lifetime of its key may be over.
fn may_repeat(system: &PaymentSystem, operation: &Operation, out: &Effects) -> bool {
    let arrived = out.wall().after(system.rules.never_found);
    system.plan.key_lifetime.is_none_or(|lifetime| arrived <= operation.at.after(lifetime))
}

fn remind(token: Token, nudge: Nudge, after: Duration, out: &mut Effects) {
    out.set_timer(after, Timer::Operation(token, nudge));
}

/// How long a client waits for an answer before it asks again.
const ASK_FIRST: Duration = Duration::from_secs(10);
/// How long a client whose disk is full waits before it tries to write again.
const FULL_DISK_PAUSE: Duration = Duration::from_secs(5);
/// The longest pause between two requests for the same payment.
const ASK_PAUSE_MAX: Duration = Duration::from_secs(60);
/// How long a client waits before it first looks at the status; doubled each
/// time.
const LOOK_FIRST: Duration = Duration::from_secs(2);
/// How often a client looks at the status before it leaves it to the notice.
const LOOKS_MAX: u32 = 12;
