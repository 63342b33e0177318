//! What parties say to each other about a payment, in plain words.

use model::{
    Answer, CommitResult, Currency, Decline, LedgerRequest, Money, News, ProviderReply,
    ProviderRequest, RiskReply, RiskRequest, Status, Then, TransferResult, Webhook,
};
use scenarios::Plan;
use scenarios::message::{ClientReply, Message};

use super::{bank, journal, ledger, settlement, two_phase};
use crate::brief::Brief;
use crate::number::counted;

/// How something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// `asks the store to …`
    Ask,
    /// `answers the edge: …`
    Answer,
    /// `tells client 1: …`
    Tell,
}

/// What `message` says, and how.
pub(super) fn content(message: &Message, plan: &Plan) -> (Manner, String) {
    use Manner::{Answer, Ask, Tell};
    let operation = plan.operation(message.token()).or(plan.operations.first());
    let currency = operation.map_or(Currency::Usd, |operation| operation.money.currency);
    let told = |manner, words: &str| (manner, words.to_owned());
    match message {
        Message::Create(request) => {
            let (money, merchant, key) = (request.money, request.merchant, request.key.key);
            (Ask, format!("pay {money} to {merchant} under {key}"))
        }
        Message::Refund(request) => {
            let (money, key) = (Money { amount: request.amount, currency }, request.key.key);
            (Ask, format!("give {money} back under {key}"))
        }
        Message::Get(..) => told(Ask, "tell how the payment stands"),
        Message::Cancel(..) => told(Ask, "cancel the payment"),
        Message::AskRecall(..) => told(Ask, "get back what was paid out"),
        Message::Created(_, said)
        | Message::Refunded(_, said)
        | Message::Got(_, said)
        | Message::Cancelled(_, said)
        | Message::RecallAsked(_, said) => (Answer, reply(said)),
        Message::Notice(notice) => told(Tell, status(notice.status)),
        Message::NoticeAck(..) => told(Tell, "it knows"),
        Message::Event(event) | Message::MerchantEvent(event) => {
            (Tell, format!("event {}: {}", event.id.seq, status(event.status)))
        }
        Message::EventAck(_, id) => (Tell, format!("event {} is taken in", id.seq)),
        Message::MerchantEventAck(_, id) => (Answer, format!("it knows of event {}", id.seq)),
        Message::EventAgain(_, id) => {
            (Ask, format!("tell everything again from event {} on", id.seq))
        }
        Message::Heartbeat(_) => told(Tell, "it lives"),
        Message::Commit(commit) if !commit.records.is_empty() => {
            let records = commit.records.iter();
            let told = records
                .map(|record| journal::sentence(record, plan, (commit.token, commit.payment)));
            (Ask, format!("write: {}", told.collect::<Vec<_>>().join("; ")))
        }
        Message::Commit(commit) => match commit.then {
            Then::Park(wait) => (Ask, format!("keep the payment for {}", Brief::from(wait))),
            Then::Close => told(Ask, "close the payment"),
            Then::Run => told(Ask, "write nothing"),
        },
        Message::Committed(_, _, _, result) => told(Answer, committed(*result)),
        Message::Read(_) => told(Ask, "tell what stands under the key"),
        Message::Rows(_, rows) if rows.key.is_none() => {
            told(Answer, "nothing stands under the key")
        }
        Message::Rows(..) => told(Answer, "what stands under the key"),
        Message::Lease(..) => told(Ask, "hand over the payment"),
        Message::Leased(_, lease, journal, _) => {
            let epoch = lease.epoch;
            let records = counted(journal.len() as u64, "record");
            (Answer, format!("the payment is yours, with {records} (epoch {epoch})"))
        }
        Message::Held(_) => told(Answer, "another worker has the payment"),
        Message::Closed(..) => told(Answer, "nothing is left to do"),
        Message::Run(..) => told(Tell, "the payment has to go on"),
        Message::Nudge(..) => told(Tell, "a client waits for the payment"),
        Message::Assess(_, RiskRequest::Assess { operation }) => {
            (Ask, format!("assess the payment as {operation}"))
        }
        Message::Assess(_, RiskRequest::Release { operation }) => {
            (Ask, format!("forget the assessment {operation}"))
        }
        Message::Book(_, LedgerRequest::Create(rows)) => {
            // The last of a chain is not linked to a next one.
            let linked = rows.iter().rev().skip(1).all(|row| row.linked);
            let together = if linked { "all or none" } else { "each for itself" };
            let rows = rows.iter().filter(|row| !row.debit.name.is_memo());
            let told: Vec<_> = rows.map(ledger::wish).collect();
            (Ask, format!("{}, {together}", told.join("; ")))
        }
        Message::Book(_, LedgerRequest::Lookup(ids)) => {
            (Ask, format!("tell which of {} it has", counted(ids.len() as u64, "transfer")))
        }
        Message::Book(_, LedgerRequest::Available(accounts)) => {
            let accounts = accounts.iter().map(|account| account.name.to_string());
            (Ask, format!("tell what is left in {}", accounts.collect::<Vec<_>>().join(" and ")))
        }
        Message::Decide(question) => {
            let actions = journal::actions(question.snapshot.mask());
            (Ask, format!("decide from version {}: {actions}", question.snapshot.version))
        }
        Message::Decided(advised) => (Answer, journal::advice(&advised.advice)),
        Message::Provide(_, asked) => (Ask, request(asked, currency)),
        Message::Remit(_, asked) => (Ask, bank::request(asked)),
        Message::Return(notice) => (Tell, bank::came_back(notice)),
        Message::ReviewDecided(decided) => {
            let verdict = if decided.approves { "approved of" } else { "rejected" };
            (Tell, format!("a person has looked at {} and {verdict} it", decided.payment))
        }
        Message::ReviewAck(receipt) if receipt.taken => told(Answer, "taken in"),
        Message::ReviewAck(_) => told(Answer, "not taken in just now"),
        Message::ReturnReply(receipt) if receipt.taken => told(Answer, "taken in"),
        Message::ReturnReply(_) => told(Answer, "not taken in just now"),
        Message::SettlementFile(file) => (Tell, settlement::file(file)),
        Message::File(file) => (Ask, format!("keep {}", settlement::file(file))),
        Message::FileReceipt(receipt) | Message::Filed(receipt) => match receipt.taken {
            true => told(Answer, "the settlement file has been taken in"),
            false => told(Answer, "the settlement file is not all there: send it again"),
        },
        Message::FileAgain(_) => told(Ask, "send every settlement file that was not taken in"),
        Message::Reconcile(task) => (Ask, settlement::task(task)),
        Message::Reconciled(_, what) => (Tell, settlement::done(what)),
        Message::AskReport(_) => told(Ask, "tell what books and files differ in"),
        Message::Report(_, report) => (Answer, settlement::report(report)),
        Message::Webhook(told) => (Tell, webhook(told, currency)),
        Message::Receive(told) => (Ask, format!("keep {}", webhook(told, currency))),
        Message::WebhookReply(receipt) | Message::Received(receipt) => {
            let (code, what) = match receipt.taken {
                true => (200, "has been taken in"),
                false => (503, "has to come again"),
            };
            (Answer, format!("{code} {} {what}", receipt.event))
        }
        Message::Told(_, _, all) => {
            let all = all.iter().map(|told| webhook(&told.webhook, currency));
            (Tell, all.collect::<Vec<_>>().join("; "))
        }
        Message::Assessed(_, said)
        | Message::Booked(_, said)
        | Message::Provided(_, said)
        | Message::Remitted(_, said) => (Answer, answer(said, currency)),
        Message::TwoPhase(message) => two_phase::content(message),
    }
}

/// What a webhook tells.
pub(super) fn webhook(webhook: &Webhook, currency: Currency) -> String {
    let Webhook { event, charge, version, .. } = webhook;
    match webhook.news {
        News::Stands(state, amount) => {
            let money = Money { amount, currency };
            format!("{event}, version {version}: {charge} of {money} is ")
                + &format!("{state:?}").to_lowercase()
        }
        News::Begins(beginning, amount) => {
            let money = Money { amount, currency };
            format!("{event}, version {version}: {beginning} for {money} of {charge}")
        }
        News::Settled(amount) => {
            let money = Money { amount, currency };
            format!("{event}: a settlement line has {money} for {charge}")
        }
        News::Reviewed(true) => format!("{event}: a person has approved of the payment"),
        News::Reviewed(false) => format!("{event}: a person has rejected the payment"),
    }
}

/// What a client is shown.
pub(super) fn reply(reply: &ClientReply) -> String {
    let code = reply.code();
    match reply {
        ClientReply::Accepted(payment) => format!("{code} accepted as {payment}"),
        ClientReply::Final(stored) => {
            format!("{code} {} {}, for good", stored.payment, status(stored.status))
        }
        ClientReply::Stands(payment, stands) => format!("{code} {payment} {}", status(*stands)),
        ClientReply::InProgress(payment) => format!("{code} {payment} is being worked on"),
        ClientReply::TooLate(payment) => format!("{code} {payment} can't be canceled any more"),
        ClientReply::NotFound => format!("{code} not found"),
        ClientReply::Mismatch => format!("{code} the key stands for something else"),
        ClientReply::NotRefundable => format!("{code} less than that is left to give back"),
        ClientReply::Invalid => format!("{code} invalid"),
        ClientReply::Unavailable => format!("{code} unavailable"),
    }
}

/// What the status is called.
pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Processing => "processing",
        Status::InReview => "in review",
        Status::Failing => "failing",
        Status::Canceling => "canceling",
        Status::Captured => "captured",
        Status::Succeeded => "succeeded",
        Status::Failed => "failed",
        Status::Canceled => "canceled",
        Status::Settled => "settled",
        Status::Returned => "returned",
    }
}

/// What is answered to a call.
fn answer(answer: &Answer, currency: Currency) -> String {
    match answer {
        Answer::StaleEpoch => "nothing was done: another worker has the payment".to_owned(),
        Answer::Provider(reply) => provided(reply, currency),
        Answer::Bank(reply) => bank::reply(reply),
        Answer::Risk(RiskReply::Approve) => "approved".to_owned(),
        Answer::Risk(RiskReply::Reject) => "rejected".to_owned(),
        Answer::Risk(RiskReply::Review) => "a person has to look first".to_owned(),
        Answer::Risk(RiskReply::Released) => "forgotten".to_owned(),
        Answer::Booked(results) => booked(results),
        Answer::Found { asked, found } => {
            format!("it has {found} of {}", counted(*asked as u64, "transfer"))
        }
        Answer::Noticed => "it knows".to_owned(),
        Answer::Unavailable => "the disk is full, nothing is done".to_owned(),
        Answer::Bounced => "nobody listens".to_owned(),
        Answer::Available(sums) => {
            let sums = sums.iter().map(|amount| Money { amount: *amount, currency }.to_string());
            format!("{} are left", sums.collect::<Vec<_>>().join(" and "))
        }
    }
}

fn booked(results: &[TransferResult]) -> String {
    use TransferResult::{Created, Exists, LinkedEventFailed};
    let refused = results.iter().find(|r| !matches!(r, Created | Exists | LinkedEventFailed));
    match refused {
        Some(TransferResult::ExceedsCredits) => "refused, the limit is exceeded".to_owned(),
        Some(other) => format!("refused, {}", spelled(&format!("{other:?}"))),
        None if results.contains(&Created) => "booked".to_owned(),
        None => "booked before".to_owned(),
    }
}

/// `PendingTransferAlreadyPosted` as words.
fn spelled(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 8);
    for (at, letter) in name.char_indices() {
        if at > 0 && letter.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

fn committed(result: CommitResult) -> &'static str {
    match result {
        CommitResult::Committed => "written",
        CommitResult::Conflict => "not written, somebody else was first",
        CommitResult::StaleEpoch => "not written, somebody else works on the payment",
        CommitResult::NotRefundable => "not written, less than that is left to give back",
        CommitResult::Unavailable => "nothing can be written just now",
    }
}

fn provided(reply: &ProviderReply, currency: Currency) -> String {
    let money = |amount| Money { amount, currency };
    match reply {
        ProviderReply::Authorized { charge, amount } => {
            format!("{} authorized as {charge}", money(*amount))
        }
        ProviderReply::Declined(Decline::Soft) => "declined for now".to_owned(),
        ProviderReply::Declined(Decline::Hard) => "declined for good".to_owned(),
        ProviderReply::Pending => "not decided yet".to_owned(),
        ProviderReply::Captured { charge, amount } => {
            format!("{} captured of {charge}", money(*amount))
        }
        ProviderReply::AlreadyCaptured { charge, amount } => {
            format!("{} captured of {charge} before", money(*amount))
        }
        ProviderReply::Refunded { amount } => format!("{} given back", money(*amount)),
        ProviderReply::RefundFailed => "not given back".to_owned(),
        ProviderReply::RefundStatus(state, amount) => {
            format!("the refund of {} is {state}", money(*amount))
        }
        ProviderReply::Dispute(state) => format!("the dispute is {state}"),
        ProviderReply::Released => "what was not captured is released".to_owned(),
        ProviderReply::KeyMismatch => "the key is that of another request".to_owned(),
        ProviderReply::Expired => "the authorization is gone".to_owned(),
        ProviderReply::Voided => "undone".to_owned(),
        ProviderReply::Tombstoned => "blocked before it came".to_owned(),
        ProviderReply::TooLate => "too late to undo".to_owned(),
        ProviderReply::UnknownReference => "never seen, and nothing blocked".to_owned(),
        ProviderReply::Status(state, charge, amount) => {
            format!("{charge} of {} is {state:?}", money(*amount)).to_lowercase()
        }
        ProviderReply::NotFound => "not found".to_owned(),
        ProviderReply::InProgress => "still working on it".to_owned(),
        ProviderReply::Throttled => "too many requests, not executed".to_owned(),
        ProviderReply::ServerError => "a server error".to_owned(),
        ProviderReply::Invalid => "the request makes no sense".to_owned(),
    }
}

fn request(request: &ProviderRequest, currency: Currency) -> String {
    let money = |amount| Money { amount, currency };
    match request {
        ProviderRequest::Authorize { reference, money } => {
            format!("authorize {money} as {reference}")
        }
        ProviderRequest::Capture { reference, charge, amount, .. } => {
            format!("capture {} of {charge} as {reference}", money(*amount))
        }
        ProviderRequest::Refund { reference, charge, amount } => {
            format!("give {} of {charge} back as {reference}", money(*amount))
        }
        ProviderRequest::Contest { reference, charge, evidence: true } => {
            format!("take this evidence against the dispute over {charge} as {reference}")
        }
        ProviderRequest::Contest { reference, charge, evidence: false } => {
            format!("accept the dispute over {charge} as {reference}")
        }
        ProviderRequest::VoidByReference { reference, target } => {
            format!("undo {target} as {reference}")
        }
        ProviderRequest::Query { target } => format!("tell what became of {target}"),
    }
}
