//! What parties say to each other about a payment, in plain words.

use model::{Amount, Answer, Currency, Decline, Money, ProviderReply, ProviderRequest, Status};
use scenarios::Plan;
use scenarios::message::{ClientReply, Message};
use scenarios::party;
use sim::SendIdentity;

/// What the sender does by sending `message`, where that is worth telling even
/// if it arrives: requests that move money, and what customers are told for
/// good. What is heard or booked in consequence is told then.
pub(super) fn sentence(message: &Message, identity: &SendIdentity, plan: &Plan) -> Option<String> {
    let to = party::name(identity.to);
    match message {
        Message::Create(request) => {
            let (money, merchant, key) = (request.money, request.merchant, request.key.key);
            Some(format!("asks to pay {money} to {merchant} under {key}"))
        }
        Message::Cancel(..) => Some("asks to cancel".to_owned()),
        Message::Created(_, said) | Message::Got(_, said) | Message::Cancelled(_, said) => {
            is_final(said).then(|| format!("answers {to}: {}", reply(said)))
        }
        Message::Notice(notice) => Some(format!("notifies {to}: {}", status(notice.status))),
        Message::Provide(envelope, asked) => {
            let currency = plan.operation(envelope.token).map(|o| o.money.currency);
            Some(format!("asks {to} to {}", request(asked, currency)))
        }
        _ => None,
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
    }
}

/// What a provider answers.
pub(super) fn answer(answer: &Answer, currency: Currency) -> String {
    let Answer::Provider(reply) = answer else { return "an answer".to_owned() };
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

fn request(request: &ProviderRequest, currency: Option<Currency>) -> String {
    let money = |amount: Amount| match currency {
        Some(currency) => Money { amount, currency }.to_string(),
        None => amount.0.to_string(),
    };
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
        ProviderRequest::VoidByReference { reference, target } => {
            format!("undo {target} as {reference}")
        }
        ProviderRequest::Query { target } => format!("tell what became of {target}"),
    }
}

fn is_final(reply: &ClientReply) -> bool {
    match reply {
        ClientReply::Final(_) => true,
        ClientReply::Stands(_, status) => status.is_final(),
        _ => false,
    }
}
