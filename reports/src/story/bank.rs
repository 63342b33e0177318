//! What is said to banks and by them, and what they do, in plain words.

use model::{
    BankMovement, BankReply, BankRequest, Remittance, RemittanceEvent, RemittanceState,
    ReturnNotice,
};

/// What a bank is asked for.
pub(super) fn request(request: &BankRequest) -> String {
    match request {
        BankRequest::Send { reference, money, repeated: false, .. } => {
            format!("send {money} as {reference}")
        }
        BankRequest::Send { reference, money, repeated: true, .. } => {
            format!("send {money} as {reference}, if it has not done so yet")
        }
        BankRequest::Investigate { target } => format!("tell what became of {target}"),
        BankRequest::Recall { reference, target } => {
            format!("get {target} back as {reference}")
        }
    }
}

/// What a bank answers.
pub(super) fn reply(reply: &BankReply) -> String {
    match reply {
        BankReply::Accepted => "it is sent".to_owned(),
        BankReply::Rejected(why) => format!("it is not sent, {why}"),
        BankReply::Deemed => "the other bank does not answer; tomorrow it will be known".to_owned(),
        BankReply::Mismatch => "the reference stands for another message".to_owned(),
        BankReply::Status(state) => stands(*state),
        BankReply::NotFound => "not found".to_owned(),
        BankReply::RecallAccepted => "it will come back".to_owned(),
        BankReply::RecallRefused => "it will not come back".to_owned(),
    }
}

/// Money that came back.
pub(super) fn came_back(notice: &ReturnNotice) -> String {
    format!("{} of {} is back ({})", notice.money, notice.reference, notice.reason)
}

/// What a bank has done to its books.
pub(super) fn moved(movement: &BankMovement) -> String {
    let Remittance { money, reference, .. } = movement.remittance;
    match movement.event {
        RemittanceEvent::Accepted => format!("sends {money} ({reference})"),
        RemittanceEvent::Rejected(why) => format!("does not send {money}, {why} ({reference})"),
        RemittanceEvent::Deferred => format!("waits for the other bank ({reference})"),
        RemittanceEvent::Deemed => format!("gets no answer of the other bank ({reference})"),
        RemittanceEvent::Settled => format!("has settled {money} ({reference})"),
        RemittanceEvent::Returned(why) => format!("gets {money} back, {why} ({reference})"),
    }
}

fn stands(state: RemittanceState) -> String {
    match state {
        RemittanceState::Absent => "it has nothing of it".to_owned(),
        RemittanceState::Pending => "the other bank has not answered yet".to_owned(),
        RemittanceState::Deemed => "the other bank never answered".to_owned(),
        RemittanceState::Accepted => "it is sent".to_owned(),
        RemittanceState::Settled => "it is settled".to_owned(),
        RemittanceState::Rejected(why) => format!("it was not sent, {why}"),
        RemittanceState::Returned(why) => format!("it came back, {why}"),
    }
}
