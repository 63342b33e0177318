//! The same, mended. What it has learned:
//!
//! - what may have an effect is written down before it is asked for, under a key that
//!   is the same in every try and after every crash;
//! - that nobody answers proves nothing: it asks what became of it, and authorizes
//!   anew only when it is proven that nothing did;
//! - a payment fails only when nothing can come of it any more: the authorization is
//!   undone by its reference, once no copy of it can be on its way; if it is too late
//!   for that, the money is there, and the payment succeeds;
//! - the hold is released before anybody is told.

use std::collections::BTreeMap;
use std::time::Duration;

use pennywise::own::{
    Amount, Answer, Books, Caller, ChargeId, ChargeState, ClientReply, CreatePayment, Desk,
    Incoming, KeyId, OperationId, Orchestrator, PaymentId, ProviderId, ProviderReply,
    ProviderRequest, RiskReply, RiskRequest, Status, StoredReply, Ticket, Undoing,
};

#[derive(Clone, Debug, Default)]
pub(crate) struct Mended {
    payments: BTreeMap<PaymentId, Payment>,
}

/// What is written down.
#[derive(Clone, Debug, Hash)]
pub(crate) enum Record {
    /// Somebody wants this.
    Accepted(Caller, CreatePayment),
    /// The payment goes on with this step: written before it is asked for.
    Goes(PaymentId, Step),
    /// Somebody wants it no more.
    CancelWanted(PaymentId),
}

/// What is being done about a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    Assess,
    Hold,
    Authorize,
    Capture(ChargeId),
    Post(Amount),
    /// Undoes an authorization that may have come.
    Void(Status),
    /// Undoes a hold that may have come.
    Release(Status),
    /// Takes the payment out of the count of the risk service.
    Forget(Status),
    Done(Status),
}

#[derive(Clone, Debug)]
struct Payment {
    caller: Caller,
    request: CreatePayment,
    step: Step,
    cancel_wanted: bool,
    /// Whether an answer said that it will be decided later: then it has come.
    pending: bool,
    /// When an authorization was sent last of which a copy may still be on its way.
    sent_at: Option<Duration>,
    calls: u32,
    round: u32,
}

/// What a timer is about: a payment, and which round of it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reminder {
    GoOn(PaymentId, u32),
    Notify(PaymentId, u32),
}

impl Orchestrator for Mended {
    type Record = Record;
    type Timer = Reminder;

    fn boot(journal: &[Record], desk: &mut Desk<'_, Self>) -> Self {
        let mut mended = Self::default();
        for record in journal {
            mended.take(record, desk.monotonic());
        }
        for payment in mended.payments.keys().copied().collect::<Vec<_>>() {
            // It may have asked before the crash.
            mended.payments.entry(payment).and_modify(|payment| payment.calls = 1);
            mended.ask(payment, desk);
        }
        mended
    }

    fn on_message(&mut self, message: Incoming, desk: &mut Desk<'_, Self>) {
        match message {
            Incoming::Create(caller, _) if desk.disk_is_full() => {
                desk.reply(&caller, ClientReply::Unavailable);
            }
            Incoming::Create(caller, request) => self.create(caller, request, desk),
            // It gives nothing back.
            Incoming::Refund(caller, _) => desk.reply(&caller, ClientReply::NotRefundable),
            Incoming::Get(caller, key) => {
                let known = self.payments.get(&id(key));
                let reply = known.map_or(ClientReply::NotFound, |payment| {
                    ClientReply::Stands(id(key), payment.status())
                });
                desk.reply(&caller, reply);
            }
            Incoming::Cancel(caller, key) => self.cancel(&caller, id(key), desk),
            Incoming::Risk(ticket, answer)
            | Incoming::Ledger(ticket, answer)
            | Incoming::Provider(ticket, answer) => self.hear(ticket, &answer, desk),
            // Whoever tells is asked all the same: sooner or later.
            Incoming::Webhook(webhook) => desk.acknowledge(&webhook, true),
            Incoming::NoticeAck(payment, _) => {
                if let Some(payment) = self.payments.get_mut(&payment) {
                    payment.round += 1;
                }
            }
        }
    }

    fn on_timer(&mut self, timer: Reminder, desk: &mut Desk<'_, Self>) {
        let (Reminder::GoOn(id, round) | Reminder::Notify(id, round)) = timer;
        let Some(payment) = self.payments.get(&id).filter(|payment| payment.round == round) else {
            return;
        };
        match (timer, payment.step) {
            (Reminder::Notify(..), Step::Done(status)) => self.notify(id, status, desk),
            (Reminder::GoOn(..), _) => self.ask(id, desk),
            _ => {}
        }
    }
}

impl Mended {
    fn create(&mut self, caller: Caller, request: CreatePayment, desk: &mut Desk<'_, Self>) {
        let payment = id(request.key);
        let reply = match self.payments.get(&payment) {
            Some(known) if known.request.fingerprint() != request.fingerprint() => {
                ClientReply::Mismatch
            }
            Some(known) => match known.step {
                Step::Done(status) => ClientReply::Final(StoredReply { payment, status }),
                _ => ClientReply::InProgress(payment),
            },
            None => {
                self.keep(Record::Accepted(caller, request), desk);
                self.ask(payment, desk);
                ClientReply::Accepted(payment)
            }
        };
        desk.reply(&caller, reply);
    }

    fn cancel(&mut self, caller: &Caller, id: PaymentId, desk: &mut Desk<'_, Self>) {
        let reply = match self.payments.get(&id).map(|payment| payment.step) {
            None => ClientReply::NotFound,
            Some(Step::Done(status)) => ClientReply::Final(StoredReply { payment: id, status }),
            Some(Step::Capture(_) | Step::Post(_)) => ClientReply::TooLate(id),
            Some(_) if desk.disk_is_full() => ClientReply::Unavailable,
            Some(_) => {
                self.keep(Record::CancelWanted(id), desk);
                ClientReply::Accepted(id)
            }
        };
        desk.reply(caller, reply);
    }

    /// Writes down what is so from now on.
    fn keep(&mut self, record: Record, desk: &mut Desk<'_, Self>) {
        self.take(&record, desk.monotonic());
        desk.keep(record);
    }

    fn take(&mut self, record: &Record, now: Duration) {
        match *record {
            Record::Accepted(caller, request) => {
                let payment = Payment {
                    caller,
                    request,
                    step: Step::Assess,
                    cancel_wanted: false,
                    pending: false,
                    sent_at: None,
                    calls: 0,
                    round: 0,
                };
                self.payments.insert(id(request.key), payment);
            }
            Record::Goes(id, step) => {
                let Some(payment) = self.payments.get_mut(&id) else { return };
                payment.sent_at = match step {
                    Step::Authorize => Some(now),
                    // It has come: nothing else can come of it.
                    Step::Capture(_) => None,
                    _ => payment.sent_at,
                };
                (payment.step, payment.calls, payment.pending) = (step, 0, false);
            }
            Record::CancelWanted(id) => {
                if let Some(payment) = self.payments.get_mut(&id) {
                    payment.cancel_wanted = true;
                }
            }
        }
    }

    /// Asks what the present step asks for; again, if it was asked before.
    fn ask(&mut self, id: PaymentId, desk: &mut Desk<'_, Self>) {
        let (now, patience) = (desk.monotonic(), desk.never_found_after());
        let timeout = desk.provider_timeout();
        let Some(payment) = self.payments.get_mut(&id) else { return };
        payment.round += 1;
        let round = payment.round;
        if let Step::Done(status) = payment.step {
            return self.notify(id, status, desk);
        }
        if let (Step::Void(_), Some(since)) = (payment.step, payment.sent_at)
            && now < since + patience
        {
            return desk.remind(since + patience - now, Reminder::GoOn(id, round));
        }
        payment.calls += 1;
        let (provider, operation) = (payment.provider(desk), payment.operation());
        let Payment { request, calls, .. } = *payment;
        let ticket = Ticket { token: request.token, payment: id, operation, number: calls };
        let books = Books::of(&request, id);
        let target = step_operation(id, Step::Authorize);
        match payment.step {
            Step::Assess => desk.ask_risk(ticket, RiskRequest::Assess { operation }),
            Step::Hold => desk.ask_ledger(ticket, books.hold(operation)),
            Step::Authorize if calls > 1 && desk.dialect(provider).queries.is_some() => {
                desk.ask_provider(ticket, provider, ProviderRequest::Query { target });
            }
            Step::Authorize => {
                payment.sent_at = Some(now);
                let ask = ProviderRequest::Authorize { reference: operation, money: request.money };
                desk.ask_provider(ticket, provider, ask);
            }
            Step::Capture(_) if payment.asks_only() => {
                desk.ask_provider(ticket, provider, ProviderRequest::Query { target });
            }
            Step::Capture(charge) => {
                let amount = request.money.amount;
                let ask = ProviderRequest::Capture {
                    reference: operation,
                    charge,
                    amount,
                    is_final: true,
                };
                desk.ask_provider(ticket, provider, ask);
            }
            Step::Post(amount) => desk.ask_ledger(ticket, books.post(operation, provider, amount)),
            // Nothing to be done but to wait for its end.
            Step::Void(_) if desk.dialect(provider).undo == Undoing::Expiry => {
                desk.ask_provider(ticket, provider, ProviderRequest::Query { target });
            }
            Step::Void(_) => {
                let ask = ProviderRequest::VoidByReference { reference: operation, target };
                desk.ask_provider(ticket, provider, ask);
            }
            Step::Release(_) => desk.ask_ledger(ticket, books.void(operation)),
            Step::Forget(_) => {
                let operation = step_operation(id, Step::Assess);
                desk.ask_risk(ticket, RiskRequest::Release { operation });
            }
            Step::Done(_) => {}
        }
        let wait = timeout.saturating_mul(1 << calls.min(10)).min(PAUSE_MAX);
        desk.remind(wait, Reminder::GoOn(id, round));
    }

    fn hear(&mut self, ticket: Ticket, answer: &Answer, desk: &mut Desk<'_, Self>) {
        let Some(payment) = self.payments.get_mut(&ticket.payment) else { return };
        if payment.operation() != ticket.operation || desk.disk_is_full() {
            return;
        }
        payment.pending |= matches!(
            answer,
            Answer::Provider(
                ProviderReply::Pending | ProviderReply::Status(ChargeState::Pending, ..)
            )
        );
        let nothing_came = match (payment.step, answer) {
            // This sending was turned away unread, and there was no other.
            (_, Answer::Bounced | Answer::Provider(ProviderReply::Throttled)) => ticket.number == 1,
            (Step::Authorize, Answer::Provider(ProviderReply::NotFound)) => {
                let since = payment.sent_at.unwrap_or_default();
                !payment.pending && desk.monotonic() >= since + desk.never_found_after()
            }
            _ => false,
        };
        if nothing_came {
            payment.calls = 0;
        }
        let Some(next) = payment.next(answer) else { return };
        let next = match next {
            // The last moment to change one's mind.
            Step::Hold | Step::Authorize if payment.cancel_wanted => {
                undo(payment.step, Status::Canceled)
            }
            Step::Capture(_) if payment.cancel_wanted => Step::Void(Status::Canceled),
            next => next,
        };
        self.keep(Record::Goes(ticket.payment, next), desk);
        self.ask(ticket.payment, desk);
    }

    /// Tells the shop how it ended, until it knows or has had its chances: it can
    /// ask as well.
    fn notify(&mut self, id: PaymentId, status: Status, desk: &mut Desk<'_, Self>) {
        let Some(payment) = self.payments.get_mut(&id) else { return };
        payment.calls += 1;
        if payment.calls <= NOTICES_MAX {
            desk.notify(&payment.caller, id, status);
            let wait = Duration::from_secs(2 << payment.calls);
            desk.remind(wait, Reminder::Notify(id, payment.round));
        }
    }
}

impl Payment {
    fn status(&self) -> Status {
        match self.step {
            Step::Done(status) => status,
            _ => Status::Processing,
        }
    }

    fn operation(&self) -> OperationId {
        step_operation(id(self.request.key), self.step)
    }

    /// One for all tries: the first that can be asked what became of a request and
    /// can undo it, or else that can be asked.
    fn provider(&self, desk: &Desk<'_, Mended>) -> ProviderId {
        let tells = |provider: &ProviderId| desk.dialect(*provider).queries.is_some();
        let undoes = |provider: &ProviderId| desk.dialect(*provider).undo != Undoing::Expiry;
        let best = desk.providers().find(|provider| tells(provider) && undoes(provider));
        best.or(desk.providers().find(tells)).unwrap_or(ProviderId(0))
    }

    /// Every other time it only asks what became of it: some providers repeat an
    /// error under a key for as long as they keep it.
    fn asks_only(&self) -> bool {
        self.calls.is_multiple_of(2)
    }

    /// Which step `answer` leads to; `None` if it proves nothing.
    fn next(&self, answer: &Answer) -> Option<Step> {
        let failed = Status::Failed;
        Some(match (self.step, answer) {
            (Step::Assess, Answer::Risk(RiskReply::Approve)) => Step::Hold,
            (Step::Assess, Answer::Risk(RiskReply::Reject)) => Step::Forget(failed),
            (Step::Hold, Answer::Booked(results)) if Books::has_booked(results) => Step::Authorize,
            (Step::Hold, Answer::Booked(_)) => Step::Forget(failed),
            (Step::Authorize, Answer::Provider(reply)) => match *reply {
                ProviderReply::Authorized { charge, amount }
                | ProviderReply::Status(ChargeState::Authorized, charge, amount) => {
                    match amount == self.request.money.amount {
                        true => Step::Capture(charge),
                        false => Step::Void(failed),
                    }
                }
                ProviderReply::Declined(_)
                | ProviderReply::Status(
                    ChargeState::Declined
                    | ChargeState::Voided
                    | ChargeState::AutoReversed
                    | ChargeState::AuthorizationExpired,
                    ..,
                ) => Step::Void(failed),
                _ => return None,
            },
            (Step::Capture(_), Answer::Provider(reply)) => match *reply {
                ProviderReply::Captured { amount, .. }
                | ProviderReply::AlreadyCaptured { amount, .. }
                | ProviderReply::Status(ChargeState::Captured, _, amount) => Step::Post(amount),
                ProviderReply::Declined(_)
                | ProviderReply::Expired
                | ProviderReply::Status(
                    ChargeState::Voided
                    | ChargeState::AutoReversed
                    | ChargeState::AuthorizationExpired,
                    ..,
                ) => Step::Void(failed),
                _ => return None,
            },
            (Step::Post(_), Answer::Booked(results)) if Books::has_booked(results) => {
                Step::Done(Status::Succeeded)
            }
            (Step::Void(status), Answer::Provider(reply)) => match reply {
                ProviderReply::Voided
                | ProviderReply::Tombstoned
                | ProviderReply::UnknownReference => Step::Release(status),
                // It was captured after all: there is no way back.
                ProviderReply::TooLate | ProviderReply::Status(ChargeState::Captured, ..) => {
                    Step::Post(self.request.money.amount)
                }
                ProviderReply::Status(
                    ChargeState::Declined
                    | ChargeState::Voided
                    | ChargeState::AutoReversed
                    | ChargeState::AuthorizationExpired,
                    ..,
                ) => Step::Release(status),
                // It is asked only when no copy is on its way any more.
                ProviderReply::NotFound if self.sent_at.is_some() => Step::Release(status),
                _ => return None,
            },
            (Step::Release(status), Answer::Booked(_)) => Step::Forget(status),
            (Step::Forget(status), Answer::Risk(RiskReply::Released)) => Step::Done(status),
            _ => return None,
        })
    }
}

/// What has to be undone first, of a payment that has come through `step`.
fn undo(step: Step, status: Status) -> Step {
    match step {
        Step::Assess => Step::Forget(status),
        _ => Step::Release(status),
    }
}

fn id(key: KeyId) -> PaymentId {
    key.payment(Default::default())
}

/// The key of a step: the same in every try, before and after a crash.
fn step_operation(payment: PaymentId, step: Step) -> OperationId {
    let number = match step {
        Step::Assess => 0,
        Step::Hold => 1,
        Step::Authorize => 2,
        Step::Capture(_) => 3,
        Step::Post(_) => 4,
        Step::Void(_) => 5,
        Step::Release(_) => 6,
        Step::Forget(_) => 7,
        Step::Done(_) => 8,
    };
    payment.operation(number, 1)
}

const PAUSE_MAX: Duration = Duration::from_secs(600);
const NOTICES_MAX: u32 = 10;
