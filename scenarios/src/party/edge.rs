//! The edge: a stateless front whose gate is a table in the store. While the
//! store is out of reach it answers 503 and executes nothing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::gatekeeper::{
    Admission, CreatePayment, Generation, KeyId, KeyRow, PaidOnce, RefundPayment, StoredReply,
    admit, admit_refund,
};
use model::{
    Amount, Change, Commit, CommitResult, Defect, IdMap, Intent, Money, Order, PaymentId,
    ProviderId, ProviderRequest, Record, RefundOrder, Status, Token, TransactionId,
};
use sim::{Delivery, Digest, Role, Subject};

use crate::message::{Asking, ClientReply, Envelope, Message, ReadRequest, Rows};
use crate::party::{STORE, provider_role};
use crate::points::PointName;
use crate::system::{Effects, PaymentSystem, Timer};

/// The edge's volatile state: the requests that wait for the store.
#[derive(Clone, Debug, Default)]
pub struct Edge {
    requests: BTreeMap<u64, Request>,
    /// How payments were shown to stand, and since when, for a defect that shows it again.
    shown: IdMap<PaymentId, (Status, Duration)>,
}

/// A request that waits for the store.
#[derive(Clone, Debug)]
struct Request {
    client: Role,
    asking: Asking,
    asked: Asked,
    read: ReadRequest,
    commit: Option<Arc<Commit>>,
    /// Whether the plan made it read once more.
    read_twice: bool,
    tries: u32,
}

#[derive(Clone, Copy, Debug)]
enum Asked {
    Create(CreatePayment),
    Refund(RefundPayment),
    Get,
    Cancel,
    Recall,
}

impl Edge {
    pub(crate) fn on_message(
        &mut self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    ) {
        let (client, defects) = (delivery.from, system.rules.defects);
        let asking = Asking { token: delivery.message.token(), number: delivery.ordinal };
        match delivery.message {
            Message::Create(request) if request.money.amount <= Amount::ZERO => {
                out.send(client, Message::Created(asking, ClientReply::Invalid));
            }
            Message::Create(request) => {
                let key = request.key.scoped(defects);
                self.read(system, (client, asking), Asked::Create(*request), key, out);
            }
            Message::Refund(request) if request.amount <= Amount::ZERO => {
                out.send(client, Message::Refunded(asking, ClientReply::Invalid));
            }
            Message::Refund(request) => {
                let key = request.key.scoped(defects);
                self.read(system, (client, asking), Asked::Refund(request), key, out);
            }
            Message::Get(_, key) => {
                self.read(system, (client, asking), Asked::Get, key.scoped(defects), out);
            }
            Message::Cancel(_, key) => {
                self.read(system, (client, asking), Asked::Cancel, key.scoped(defects), out);
            }
            Message::AskRecall(_, key) => {
                self.read(system, (client, asking), Asked::Recall, key.scoped(defects), out);
            }
            Message::Rows(read, rows) => self.on_rows(system, read, &rows, out),
            Message::Committed(_, payment, id, result) => {
                self.on_committed(payment, id, result, out);
            }
            _ => {}
        }
    }

    /// No answer of the store yet: ask again, or give up.
    pub(crate) fn on_timer(&mut self, system: &PaymentSystem, serial: u64, out: &mut Effects) {
        let Some(request) = self.requests.get_mut(&serial) else { return };
        request.tries += 1;
        if request.tries > TRIES_MAX {
            if let Asked::Create(create) = request.asked
                && system.rules.defects.has(Defect::StoreFailOpen)
            {
                execute(system, &create, out);
            }
            self.answer(serial, ClientReply::Unavailable, out);
            return;
        }
        match &request.commit {
            None => out.send(STORE, Message::Read(request.read)),
            Some(commit) => out.send(STORE, Message::Commit(commit.clone())),
        }
        out.set_timer(STORE_TIMEOUT, Timer::Request(serial));
    }

    fn read(
        &mut self,
        system: &PaymentSystem,
        (client, asking): (Role, Asking),
        asked: Asked,
        key: KeyId,
        out: &mut Effects,
    ) {
        let mut serial = Digest::of(&(client, asking, std::mem::discriminant(&asked)));
        if system.rules.changes.has(Change::RenamedFields) {
            serial = serial.rotate_left(7);
        }
        // A copy made by the network is no second request.
        if self.requests.contains_key(&serial) {
            return;
        }
        let (order_ref, of) = match asked {
            Asked::Create(request) => (request.order_ref, None),
            Asked::Refund(request) => {
                (PaidOnce::default(), Some(request.of.scoped(system.rules.defects)))
            }
            Asked::Get | Asked::Cancel => (PaidOnce::default(), None),
            Asked::Recall => (PaidOnce::default(), Some(key)),
        };
        let read = ReadRequest { serial, token: asking.token, key, of, order_ref };
        let request =
            Request { client, asking, asked, read, commit: None, read_twice: false, tries: 0 };
        self.requests.insert(serial, request);
        out.send(STORE, Message::Read(read));
        out.set_timer(STORE_TIMEOUT, Timer::Request(serial));
    }

    fn on_rows(
        &mut self,
        system: &PaymentSystem,
        read: ReadRequest,
        rows: &Rows,
        out: &mut Effects,
    ) {
        let serial = read.serial;
        let request = self.requests.get_mut(&serial).filter(|r| r.commit.is_none());
        let Some(request) = request else { return };
        if !request.read_twice && out.maybe(PointName::SecondRead.point(), Subject(read.token.0)) {
            request.read_twice = true;
            out.send(STORE, Message::Read(read));
            return;
        }
        match request.asked {
            Asked::Create(create) => self.gate(system, serial, &create, rows, out),
            Asked::Refund(refund) => self.gate_refund(system, serial, &refund, rows, out),
            Asked::Get => {
                let defects = system.rules.defects;
                let reply = rows.asked_for().map_or(ClientReply::NotFound, |(id, payment)| {
                    let stands = payment.status.shown();
                    let cached = || self.cached(id, stands, out.monotonic());
                    let status = defects.pick(Defect::ReadsAreCached, || stands, cached);
                    ClientReply::Stands(id, status)
                });
                self.answer(serial, reply, out);
            }
            Asked::Cancel => self.cancel(system, serial, rows, out),
            Asked::Recall => self.recall(system, serial, rows, out),
        }
    }

    /// How a payment that `stands` so was last shown to, unless that is long ago.
    fn cached(&mut self, payment: PaymentId, stands: Status, now: Duration) -> Status {
        let shown = self.shown.entry(payment).or_insert((stands, now));
        if now >= shown.1 + CACHED_FOR {
            *shown = (stands, now);
        }
        shown.0
    }

    /// The gate: what this request may do under its key.
    fn gate(
        &mut self,
        system: &PaymentSystem,
        serial: u64,
        create: &CreatePayment,
        rows: &Rows,
        out: &mut Effects,
    ) {
        let defects = system.rules.defects;
        match admit(create, &rows.stored(), defects) {
            Admission::Accept(payment) => {
                let racy = defects.has(Defect::CheckThenInsert);
                let fresh = PaymentId(payment.0 ^ serial.rotate_left(32));
                let claimed = (create.key.scoped(defects), if racy { fresh } else { payment });
                self.accept(system, serial, create, claimed, !racy, out);
            }
            known => self.answer_known(serial, create.token, known, out),
        }
    }

    /// The same for a refund: of a payment that is booked, and of no more than
    /// what is left of that.
    fn gate_refund(
        &mut self,
        system: &PaymentSystem,
        serial: u64,
        refund: &RefundPayment,
        rows: &Rows,
        out: &mut Effects,
    ) {
        let defects = system.rules.defects;
        let payment = match admit_refund(refund, &rows.stored(), defects) {
            Admission::Accept(payment) => payment,
            known => return self.answer_known(serial, refund.token, known, out),
        };
        // Whoever gives back has seen that it was paid: under a key that stands for nothing, it
        // was paid under another.
        let Some(of) = &rows.of else {
            return self.answer(serial, ClientReply::NotRefundable, out);
        };
        let stands = matches!(of.status, Status::Succeeded | Status::Settled);
        let booked = of.taken.filter(|_| stands);
        let Some(taken) = booked.filter(|taken| refund.amount <= taken.refundable_under(defects))
        else {
            return self.answer(serial, ClientReply::NotRefundable, out);
        };
        let intent = Intent {
            payment,
            tenant: refund.key.tenant,
            merchant: taken.merchant,
            key: refund.key.key,
            token: refund.token,
            money: Money { amount: refund.amount, currency: taken.currency },
            order: Order::Refund(RefundOrder {
                of: of.payment,
                provider: taken.provider,
                charge: taken.charge,
                settled: taken.settled,
                shares: taken.borne(refund.amount),
                exchanged: taken.borne_exchanged(refund.amount),
            }),
        };
        let (fingerprint, order_ref) = (refund.fingerprint(), PaidOnce::default());
        let row = KeyRow { fingerprint, payment, reply: None, order_ref };
        self.begin(system, serial, intent, (refund.key.scoped(defects), row), true, out);
    }

    /// Answers a request under a key that was used before.
    fn answer_known(&mut self, serial: u64, token: Token, admission: Admission, out: &mut Effects) {
        let reply = match admission {
            Admission::Accept(payment) | Admission::InProgress(payment) => {
                ClientReply::InProgress(payment)
            }
            Admission::Resume(payment) => {
                out.send(STORE, Message::Nudge(payment, token));
                ClientReply::InProgress(payment)
            }
            Admission::Replay(reply) => ClientReply::Final(reply),
            Admission::Mismatch => ClientReply::Mismatch,
        };
        self.answer(serial, reply, out);
    }

    /// Claims the key and creates the payment, in one commit.
    fn accept(
        &mut self,
        system: &PaymentSystem,
        serial: u64,
        create: &CreatePayment,
        (key, payment): (KeyId, PaymentId),
        claims: bool,
        out: &mut Effects,
    ) {
        let (fingerprint, order_ref) = (create.fingerprint(), create.order_ref);
        let row = KeyRow { fingerprint, payment, reply: None, order_ref };
        let intent = Intent {
            payment,
            tenant: create.key.tenant,
            merchant: create.merchant,
            key: create.key.key,
            token: create.token,
            money: create.money,
            order: create.order.of_money(create.money),
        };
        self.begin(system, serial, intent, (key, row), claims, out);
    }

    fn begin(
        &mut self,
        system: &PaymentSystem,
        serial: u64,
        intent: Intent,
        claim: (KeyId, KeyRow),
        claims: bool,
        out: &mut Effects,
    ) {
        let commit = Commit {
            claim: Some(claim),
            exclusive: claims,
            ..Commit::of(intent.payment, intent.token, 0, vec![Record::Accepted(intent)])
        };
        self.commit(system, serial, commit, out);
    }

    fn cancel(&mut self, system: &PaymentSystem, serial: u64, rows: &Rows, out: &mut Effects) {
        let Some((id, payment)) = rows.asked_for() else {
            self.answer(serial, ClientReply::NotFound, out);
            return;
        };
        if payment.status.is_final() {
            let reply = StoredReply { payment: id, status: payment.status };
            self.answer(serial, ClientReply::Final(reply), out);
        } else if !payment.cancelable {
            self.answer(serial, ClientReply::TooLate(id), out);
        } else {
            let asker = self.requests.get(&serial).map_or(Token(0), |r| r.read.token);
            let commit = Commit::of(
                id,
                payment.token.unwrap_or(asker),
                payment.version,
                vec![Record::CancelRequested],
            );
            self.commit(system, serial, commit, out);
        }
    }

    /// Accepts the recall of a payout that was sent: once, whoever asks how often.
    fn recall(&mut self, system: &PaymentSystem, serial: u64, rows: &Rows, out: &mut Effects) {
        let Some((id, payment)) = rows.asked_for() else {
            return self.answer(serial, ClientReply::NotFound, out);
        };
        match rows.recall.as_deref() {
            Some((_, true)) => self.answer(serial, ClientReply::Accepted(id), out),
            Some((intent, false)) => {
                let records = vec![Record::Accepted(*intent)];
                let commit = Commit::of(intent.payment, intent.token, 0, records);
                self.commit(system, serial, commit, out);
            }
            None if payment.status.is_final() => {
                let reply = StoredReply { payment: id, status: payment.status };
                self.answer(serial, ClientReply::Final(reply), out);
            }
            None => self.answer(serial, ClientReply::InProgress(id), out),
        }
    }

    fn commit(&mut self, system: &PaymentSystem, serial: u64, commit: Commit, out: &mut Effects) {
        let Some(request) = self.requests.get_mut(&serial) else { return };
        let commit = Arc::new(commit.sealed_by(&system.rules));
        out.send(STORE, Message::Commit(commit.clone()));
        request.commit = Some(commit);
        request.tries = 0;
    }

    fn on_committed(
        &mut self,
        payment: PaymentId,
        id: TransactionId,
        result: CommitResult,
        out: &mut Effects,
    ) {
        let waits = |r: &Request| r.commit.as_ref().is_some_and(|commit| commit.id == id);
        let waiting = self.requests.iter().filter(|(_, request)| waits(request));
        for serial in waiting.map(|(serial, _)| *serial).collect::<Vec<_>>() {
            match result {
                CommitResult::Committed => {
                    self.answer(serial, ClientReply::Accepted(payment), out);
                }
                CommitResult::Unavailable => self.answer(serial, ClientReply::Unavailable, out),
                CommitResult::NotRefundable => self.answer(serial, ClientReply::NotRefundable, out),
                // Somebody was faster: what is there now decides.
                CommitResult::Conflict | CommitResult::StaleEpoch => {
                    if let Some(request) = self.requests.get_mut(&serial) {
                        request.commit = None;
                        out.send(STORE, Message::Read(request.read));
                    }
                }
            }
        }
    }

    fn answer(&mut self, serial: u64, reply: ClientReply, out: &mut Effects) {
        let Some(request) = self.requests.remove(&serial) else { return };
        let asking = request.asking;
        out.send(
            request.client,
            match request.asked {
                Asked::Create(_) => Message::Created(asking, reply),
                Asked::Refund(_) => Message::Refunded(asking, reply),
                Asked::Get => Message::Got(asking, reply),
                Asked::Cancel => Message::Cancelled(asking, reply),
                Asked::Recall => Message::RecallAsked(asking, reply),
            },
        );
    }
}

/// Carries a request out although nobody knows whether its key was used before.
fn execute(system: &PaymentSystem, create: &CreatePayment, out: &mut Effects) {
    let providers = system.rules.providers.len() as u64;
    if !matches!(create.order, Order::PayIn(_)) || providers == 0 {
        return;
    }
    let (payment, token) = (create.payment(Generation::default()), create.token);
    let operation = payment.operation(u8::MAX, 1);
    let request = ProviderRequest::Authorize { reference: operation, money: create.money };
    let envelope = Envelope { token, payment, operation, number: 0, epoch: 0 };
    let provider = provider_role(ProviderId((token.0 % providers) as u8));
    out.send(provider, Message::Provide(envelope, request));
}

const STORE_TIMEOUT: Duration = Duration::from_secs(1);
const TRIES_MAX: u32 = 4;
/// How long a defect shows what it has shown before.
const CACHED_FOR: Duration = Duration::from_secs(60);
