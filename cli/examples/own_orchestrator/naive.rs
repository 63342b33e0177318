//! An orchestrator as it is often written: it asks in order, has a timeout and tries
//! again, and writes down what it knows once it knows it.
//!
//! What is wrong with it: a retry gets a key of its own, so that the provider takes
//! it for another payment; nothing is written before it is asked for, so that a crash
//! forgets what may have happened; whoever has waited often enough is told that the
//! payment failed; and a hold is left where it is.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::Duration;

use pennywise::own::{
    Answer, Books, Caller, ChargeId, ClientReply, CreatePayment, Desk, Incoming, KeyId,
    OperationId, Orchestrator, PaymentId, ProviderId, ProviderReply, ProviderRequest, RiskReply,
    RiskRequest, Status, Ticket,
};

#[derive(Clone, Debug, Default)]
pub(crate) struct Naive {
    payments: BTreeMap<KeyId, Payment>,
}

#[derive(Clone, Debug, Hash)]
pub(crate) struct Payment {
    caller: Caller,
    request: CreatePayment,
    step: Step,
    tries: u32,
    charge: Option<ChargeId>,
    status: Status,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    Assess,
    Hold,
    Authorize,
    Capture,
    Post,
    Done,
}

const PROVIDER: ProviderId = ProviderId(0);
const TIMEOUT: Duration = Duration::from_secs(5);
const TRIES_MAX: u32 = 5;

impl Orchestrator for Naive {
    type Record = Payment;
    type Timer = (KeyId, Step, u32);

    fn boot(journal: &[Payment], desk: &mut Desk<'_, Self>) -> Self {
        let rows = journal.iter().map(|payment| (payment.request.key, payment.clone()));
        let mut naive = Self { payments: rows.collect() };
        for key in naive.payments.keys().copied().collect::<Vec<_>>() {
            naive.ask(key, desk);
        }
        naive
    }

    fn on_message(&mut self, message: Incoming, desk: &mut Desk<'_, Self>) {
        match message {
            Incoming::Create(caller, request) => {
                let reply = ClientReply::Accepted(id(request.key));
                desk.reply(&caller, reply);
                if let Entry::Vacant(free) = self.payments.entry(request.key) {
                    let (step, status) = (Step::Assess, Status::Processing);
                    free.insert(Payment { caller, request, step, tries: 0, charge: None, status });
                    self.ask(request.key, desk);
                }
            }
            Incoming::Get(caller, key) => {
                let known = self.payments.get(&key);
                let reply = known.map_or(ClientReply::NotFound, |payment| {
                    ClientReply::Stands(id(key), payment.status)
                });
                desk.reply(&caller, reply);
            }
            Incoming::Cancel(caller, key) => desk.reply(&caller, ClientReply::TooLate(id(key))),
            Incoming::Refund(caller, _) => desk.reply(&caller, ClientReply::Invalid),
            Incoming::Risk(ticket, answer)
            | Incoming::Ledger(ticket, answer)
            | Incoming::Provider(ticket, answer) => self.hear(ticket, &answer, desk),
            Incoming::Webhook(webhook) => desk.acknowledge(&webhook, true),
            Incoming::NoticeAck(..) => {}
        }
    }

    fn on_timer(&mut self, (key, step, tries): Self::Timer, desk: &mut Desk<'_, Self>) {
        let Some(payment) = self.payments.get_mut(&key) else { return };
        if payment.step != step || payment.tries != tries {
            return;
        }
        if tries >= TRIES_MAX {
            return self.finish(key, Status::Failed, desk);
        }
        // A charge that was not answered is tried anew, from its beginning.
        if step == Step::Capture {
            payment.step = Step::Authorize;
        }
        self.ask(key, desk);
    }
}

impl Naive {
    /// Asks what is to be asked next, under a key that nobody has seen before.
    fn ask(&mut self, key: KeyId, desk: &mut Desk<'_, Self>) {
        let Some(payment) = self.payments.get_mut(&key) else { return };
        payment.tries += 1;
        let (step, number, amount) = (payment.step, payment.tries, payment.request.money);
        let reference = operation(key, step, number);
        let ticket =
            Ticket { token: payment.request.token, payment: id(key), operation: reference, number };
        let books = Books::of(&payment.request, id(key));
        let charge = payment.charge.unwrap_or(ChargeId(0));
        match step {
            Step::Assess => desk.ask_risk(ticket, RiskRequest::Assess { operation: reference }),
            Step::Hold => desk.ask_ledger(ticket, books.hold(operation(key, step, 1))),
            Step::Authorize => {
                let request = ProviderRequest::Authorize { reference, money: amount };
                desk.ask_provider(ticket, PROVIDER, request);
            }
            Step::Capture => {
                let amount = amount.amount;
                let request =
                    ProviderRequest::Capture { reference, charge, amount, is_final: true };
                desk.ask_provider(ticket, PROVIDER, request);
            }
            Step::Post => {
                let post = books.post(operation(key, step, 1), PROVIDER, amount.amount);
                desk.ask_ledger(ticket, post);
            }
            Step::Done => return,
        }
        desk.remind(TIMEOUT, (key, step, number));
    }

    fn hear(&mut self, ticket: Ticket, answer: &Answer, desk: &mut Desk<'_, Self>) {
        let ours = |(_, payment): &(&KeyId, &mut Payment)| payment.request.token == ticket.token;
        let Some((&key, payment)) = self.payments.iter_mut().find(ours) else { return };
        let next = match (payment.step, answer) {
            (Step::Assess, Answer::Risk(RiskReply::Approve)) => Step::Hold,
            (Step::Hold, Answer::Booked(results)) if Books::has_booked(results) => Step::Authorize,
            (Step::Authorize, Answer::Provider(ProviderReply::Authorized { charge, .. })) => {
                payment.charge = Some(*charge);
                Step::Capture
            }
            (Step::Capture, Answer::Provider(ProviderReply::Captured { .. })) => Step::Post,
            (Step::Post, Answer::Booked(results)) if Books::has_booked(results) => {
                return self.finish(key, Status::Succeeded, desk);
            }
            (Step::Assess, Answer::Risk(RiskReply::Reject))
            | (Step::Hold, Answer::Booked(_))
            | (Step::Authorize | Step::Capture, Answer::Provider(ProviderReply::Declined(_))) => {
                return self.finish(key, Status::Failed, desk);
            }
            _ => return,
        };
        // Authorization and capture are one charge, with so many tries in all.
        payment.tries = if next == Step::Capture { payment.tries } else { 0 };
        payment.step = next;
        desk.keep(payment.clone());
        self.ask(key, desk);
    }

    fn finish(&mut self, key: KeyId, status: Status, desk: &mut Desk<'_, Self>) {
        let Some(payment) = self.payments.get_mut(&key) else { return };
        (payment.step, payment.status) = (Step::Done, status);
        desk.keep(payment.clone());
        desk.notify(&payment.caller, id(key), status);
    }
}

fn id(key: KeyId) -> PaymentId {
    key.payment(Default::default())
}

fn operation(key: KeyId, step: Step, tries: u32) -> OperationId {
    id(key).operation(step as u8, tries as u8)
}
