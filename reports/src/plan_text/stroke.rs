//! What befalls one request, and a rare branch that is forced once, in a
//! sentence.

use model::Token;
use scenarios::party;
use scenarios::plan::{Blow, Encounter, Forced, Stroke};
use sim::{Rate, Role};

use super::fault::kind_name;
use crate::brief::Brief;
use crate::number::Ordinal;

/// Which request meets what.
pub(super) fn sentence(stroke: &Stroke) -> String {
    let Encounter { party, request, token, ordinal } = stroke.on;
    let met = met(ordinal, &format!("`{}`", kind_name(request)), token, party);
    format!("{met} {}", what(&stroke.blow))
}

/// Which branch is forced, and when.
pub(super) fn forced(forced: &Forced) -> String {
    let Forced { point, party, token, ordinal, .. } = *forced;
    format!("{} is forced", met(ordinal, point.name(), token, party))
}

fn met(ordinal: u32, what: &str, token: Token, party: Role) -> String {
    let nth = Ordinal(ordinal.into());
    format!("the {nth} {what} for payment {} at {}", token.0, party::name(party))
}

fn what(blow: &Blow) -> String {
    let then = |approves: bool| if approves { "approved" } else { "declined" };
    match *blow {
        Blow::RequestDropped => "is dropped before it is executed".to_owned(),
        Blow::Throttled => "is turned away by the limiter".to_owned(),
        Blow::ErrorBefore => "is answered with a server error, and not executed".to_owned(),
        Blow::LateEffect(after) => format!("is executed {} after it came", Brief::from(after)),
        Blow::ErrorAfter => "is executed, and answered with a server error".to_owned(),
        Blow::ReplyDropped => "is executed, and its reply dropped".to_owned(),
        Blow::DeclinedSoft => "is declined; another try may not be".to_owned(),
        Blow::DeclinedHard => "is declined for good".to_owned(),
        Blow::ApprovedInPart(parts) => {
            format!("is approved for {} of the amount", Rate::per_million(parts * 100))
        }
        Blow::Deferred(after, approves) => {
            format!("is {} by the issuer {} later", then(approves), Brief::from(after))
        }
        Blow::CaptureDeclined => "is declined by the issuer".to_owned(),
        Blow::RefundFailed => "comes to nothing: the money can't be given back".to_owned(),
        Blow::RefundReturned(after) => {
            format!("succeeds, and comes back {} later", Brief::from(after))
        }
        Blow::IndexLag(lag) => format!("is not seen by queries for {}", Brief::from(lag)),
        Blow::NoAnswer => "is handled, and not answered".to_owned(),
        Blow::SlowInvestigation(after) => format!("is answered {} later", Brief::from(after)),
        Blow::AccountRejected => "is rejected: no such account".to_owned(),
        Blow::OtherBankOffline => "is rejected: the other bank is offline".to_owned(),
        Blow::AnsweredLate(after, true) => format!("is accepted {} later", Brief::from(after)),
        Blow::AnsweredLate(after, false) => format!("is rejected {} later", Brief::from(after)),
        Blow::Deemed(true) => "is never answered by the other bank, and credited".to_owned(),
        Blow::Deemed(false) => "is never answered by the other bank, and reversed".to_owned(),
        Blow::SentBack(why, after) => format!("comes back {} later ({why})", Brief::from(after)),
        Blow::Recallable(after) => {
            format!("is granted: the money is back {} later", Brief::from(after))
        }
        Blow::WebhookDropped => "is never sent".to_owned(),
        Blow::WebhookRepeated(after) => format!("is sent once more {} later", Brief::from(after)),
        Blow::WebhookDelayed(wait) => format!("leaves {} late", Brief::from(wait)),
        Blow::WebhookReordered(wait) => {
            format!("is held back for {}, behind those after it", Brief::from(wait))
        }
        Blow::WebhookEarly(wait) => {
            format!("is sent {} before the request is answered", Brief::from(wait))
        }
        Blow::DecisionLate(after) => format!("is answered {} late", Brief::from(after)),
        Blow::DecisionMute => "is never answered".to_owned(),
        Blow::DecisionStale => "is answered as the question before".to_owned(),
        Blow::DecisionGarbled => "is answered without an action".to_owned(),
        Blow::DecisionOutside => "is answered with what is not allowed".to_owned(),
        Blow::DecisionAdverse => "is answered by an adversary".to_owned(),
        Blow::Rejected => "is rejected".to_owned(),
        Blow::Undecided => "is to be reviewed by a person, who never decides".to_owned(),
        Blow::Reviewed(after, true) => {
            format!("is reviewed by a person, and approved {} later", Brief::from(after))
        }
        Blow::Reviewed(after, false) => {
            format!("is reviewed by a person, and rejected {} later", Brief::from(after))
        }
    }
}
