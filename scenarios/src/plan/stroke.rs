//! Explicit strokes of fate: what a rate would draw for many requests, said of
//! a single one. A plan that was shrunk has a few of these in place of rates.

use std::time::Duration;

use model::{Decline, IssuerAnswer, ReturnReason, Token};
use serde::{Deserialize, Serialize};
use sim::{Kind, Role};

use crate::fact::DecisionStrike;

/// What one request to a provider or to the risk service meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Stroke {
    /// Its name in the plan; stable under the removal of others.
    pub id: u32,
    /// Which request.
    pub on: Encounter,
    /// What it meets.
    pub blow: Blow,
}

/// A request, by what it is about and not by when it comes: the `ordinal`-th
/// `request` about `token` to `party`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Encounter {
    /// The provider, or the risk service.
    pub party: Role,
    /// Which kind of message asks.
    pub request: Kind,
    /// Whose instrument it is about.
    pub token: Token,
    /// The how-manieth, from 1. What a [`Blow`] falls on tells whether sendings
    /// are counted, or executions: a repetition that is answered from memory is
    /// a sending and no execution. The risk service says the same to all that
    /// it is asked about one instrument, under ordinal 1.
    pub ordinal: u32,
}

/// What can befall a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Blow {
    /// F06: this sending is dropped before it is executed.
    RequestDropped,
    /// F10: this sending is turned away by the limiter.
    Throttled,
    /// F08: a server error instead of executing this sending.
    ErrorBefore,
    /// F07: this sending is executed so long after it came; ten minutes is the
    /// most.
    LateEffect(Duration),
    /// F08: a server error after this sending was executed.
    ErrorAfter,
    /// F05: this sending is executed, and its reply dropped.
    ReplyDropped,
    /// F11: this execution is declined; another try may not be.
    DeclinedSoft,
    /// F11: this execution is declined for good.
    DeclinedHard,
    /// F12: this execution is approved for so many parts in ten thousand.
    ApprovedInPart(u32),
    /// F13: this execution is decided so long after, by an approval or not.
    Deferred(Duration, bool),
    /// F14: the issuer declines this execution of a capture.
    CaptureDeclined,
    /// The provider says of this execution of a refund, at once or later, that
    /// the money could not be given back.
    RefundFailed,
    /// F23: what this execution of a refund gave back comes back so long after.
    RefundReturned(Duration),
    /// F16: queries do not see what this execution did for so long; the lag of
    /// the provider's dialect is the most.
    IndexLag(Duration),
    /// F15: this event is never sent. Webhooks are counted as events, and not as
    /// sendings.
    WebhookDropped,
    /// F15: this event is sent once more, so long after, whatever was answered.
    WebhookRepeated(Duration),
    /// F15: this event leaves so late.
    WebhookDelayed(Duration),
    /// F15: this event is held back for so long, behind those after it.
    WebhookReordered(Duration),
    /// F15: this event is told at once, and the request that it tells of is
    /// answered so long after.
    WebhookEarly(Duration),
    /// The risk service rejects.
    Rejected,
    /// A person reviews for so long, and approves or not.
    Reviewed(Duration, bool),
    /// F20: a bank handles this sending and answers nothing.
    NoAnswer,
    /// F20: a bank takes so long to look into this sending.
    SlowInvestigation(Duration),
    /// The other bank knows no such account.
    AccountRejected,
    /// The other bank can't be reached.
    OtherBankOffline,
    /// F20: the other bank answers so long after, by a yes or not.
    AnsweredLate(Duration, bool),
    /// F21: the other bank never answers; at T+1 it is credited, or reversed.
    Deemed(bool),
    /// F19: what was sent comes back for this reason, so many days after it was
    /// there; begun days count.
    SentBack(ReturnReason, Duration),
    /// F20: this recall is granted, and the money is back so many banking days
    /// after.
    Recallable(Duration),
    /// F30: this question is answered so late.
    DecisionLate(Duration),
    /// F30: it is not answered.
    DecisionMute,
    /// F30: what is answered is the question before.
    DecisionStale,
    /// F30: the answer names no action.
    DecisionGarbled,
    /// F30: the answer is not among what is allowed.
    DecisionOutside,
    /// F30: the answer is that of an adversary.
    DecisionAdverse,
    /// A person is to review, and never decides.
    Undecided,
}

impl Blow {
    /// What reports call it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RequestDropped => "request-dropped",
            Self::Throttled => "throttled",
            Self::ErrorBefore => "error-before",
            Self::LateEffect(_) => "late-effect",
            Self::ErrorAfter => "error-after",
            Self::ReplyDropped => "reply-dropped",
            Self::DeclinedSoft => "declined-soft",
            Self::DeclinedHard => "declined-hard",
            Self::ApprovedInPart(_) => "approved-in-part",
            Self::Deferred(..) => "deferred",
            Self::CaptureDeclined => "capture-declined",
            Self::RefundFailed => "refund-failed",
            Self::RefundReturned(_) => "refund-returned",
            Self::IndexLag(_) => "index-lag",
            Self::WebhookDropped => "webhook-dropped",
            Self::WebhookRepeated(_) => "webhook-repeated",
            Self::WebhookDelayed(_) => "webhook-delayed",
            Self::WebhookReordered(_) => "webhook-reordered",
            Self::WebhookEarly(_) => "webhook-early",
            Self::Rejected => "rejected",
            Self::Reviewed(..) => "reviewed",
            Self::NoAnswer => "no-answer",
            Self::SlowInvestigation(_) => "slow-investigation",
            Self::AccountRejected => "account-rejected",
            Self::OtherBankOffline => "other-bank-offline",
            Self::AnsweredLate(..) => "answered-late",
            Self::Deemed(_) => "deemed",
            Self::SentBack(ReturnReason::AccountClosed, _) => "account-closed",
            Self::SentBack(ReturnReason::NoAccount, _) => "no-account",
            Self::SentBack(ReturnReason::Unauthorized, _) => "unauthorized",
            Self::SentBack(ReturnReason::Recalled, _) => "sent-back",
            Self::Recallable(_) => "recallable",
            Self::DecisionLate(_) => "decision-late",
            Self::DecisionMute => "decision-mute",
            Self::DecisionStale => "decision-stale",
            Self::DecisionGarbled => "decision-garbled",
            Self::DecisionOutside => "decision-outside",
            Self::DecisionAdverse => "decision-adverse",
            Self::Undecided => "undecided",
        }
    }

    /// How long it lasts, where it has a length.
    pub const fn lasts(&self) -> Option<Duration> {
        match self {
            Self::LateEffect(lasts)
            | Self::Deferred(lasts, _)
            | Self::IndexLag(lasts)
            | Self::WebhookRepeated(lasts)
            | Self::WebhookDelayed(lasts)
            | Self::WebhookReordered(lasts)
            | Self::WebhookEarly(lasts)
            | Self::Reviewed(lasts, _)
            | Self::SlowInvestigation(lasts)
            | Self::AnsweredLate(lasts, _)
            | Self::SentBack(_, lasts)
            | Self::RefundReturned(lasts)
            | Self::DecisionLate(lasts)
            | Self::Recallable(lasts) => Some(*lasts),
            _ => None,
        }
    }

    /// The same, as long as this, where it has a length.
    #[must_use]
    pub const fn lasting(self, lasts: Duration) -> Self {
        match self {
            Self::LateEffect(_) => Self::LateEffect(lasts),
            Self::Deferred(_, approves) => Self::Deferred(lasts, approves),
            Self::IndexLag(_) => Self::IndexLag(lasts),
            Self::WebhookRepeated(_) => Self::WebhookRepeated(lasts),
            Self::WebhookDelayed(_) => Self::WebhookDelayed(lasts),
            Self::WebhookReordered(_) => Self::WebhookReordered(lasts),
            Self::WebhookEarly(_) => Self::WebhookEarly(lasts),
            Self::Reviewed(_, approves) => Self::Reviewed(lasts, approves),
            Self::SlowInvestigation(_) => Self::SlowInvestigation(lasts),
            Self::AnsweredLate(_, yes) => Self::AnsweredLate(lasts, yes),
            Self::SentBack(reason, _) => Self::SentBack(reason, lasts),
            Self::RefundReturned(_) => Self::RefundReturned(lasts),
            Self::Recallable(_) => Self::Recallable(lasts),
            Self::DecisionLate(_) => Self::DecisionLate(lasts),
            other => other,
        }
    }

    /// What goes wrong at the decider by it, if it is what befalls a question.
    pub const fn at_decider(&self) -> Option<DecisionStrike> {
        match self {
            Self::DecisionLate(_) => Some(DecisionStrike::Late),
            Self::DecisionMute => Some(DecisionStrike::Mute),
            Self::DecisionStale => Some(DecisionStrike::Stale),
            Self::DecisionGarbled => Some(DecisionStrike::Garbled),
            Self::DecisionOutside => Some(DecisionStrike::Outside),
            Self::DecisionAdverse => Some(DecisionStrike::Adverse),
            _ => None,
        }
    }

    /// Whether it is what befalls a request to a bank.
    pub const fn is_at_bank(&self) -> bool {
        matches!(
            self,
            Self::NoAnswer
                | Self::SlowInvestigation(_)
                | Self::AccountRejected
                | Self::OtherBankOffline
                | Self::AnsweredLate(..)
                | Self::Deemed(_)
                | Self::SentBack(..)
                | Self::Recallable(_)
        )
    }

    /// What the issuer says, where it is the issuer's answer.
    pub const fn answer(&self) -> Option<IssuerAnswer> {
        match self {
            Self::DeclinedSoft => Some(IssuerAnswer::Decline(Decline::Soft)),
            Self::DeclinedHard | Self::CaptureDeclined => {
                Some(IssuerAnswer::Decline(Decline::Hard))
            }
            Self::ApprovedInPart(share) => Some(IssuerAnswer::ApprovePart(*share)),
            Self::Deferred(after, approves) => Some(IssuerAnswer::Later(*after, *approves)),
            _ => None,
        }
    }
}

/// The strokes of a plan, in the order of what they fall on, so that a request
/// finds its own without looking at the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<Stroke>", into = "Vec<Stroke>")]
pub struct Strokes(Vec<Stroke>);

impl Strokes {
    /// Those that `on` meets.
    #[inline]
    pub fn on(&self, on: &Encounter) -> &[Stroke] {
        if self.0.is_empty() {
            return &[];
        }
        let from = self.0.partition_point(|stroke| stroke.on < *on);
        let met = self.0[from..].iter().take_while(|stroke| stroke.on == *on).count();
        &self.0[from..from + met]
    }

    /// Every one, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Stroke> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These, and `more`.
    pub fn extend(&mut self, more: impl IntoIterator<Item = Stroke>) {
        self.0.extend(more);
        self.sort();
    }

    /// Only those that are to be kept.
    pub fn retain(&mut self, keep: impl FnMut(&Stroke) -> bool) {
        self.0.retain(keep);
    }

    fn sort(&mut self) {
        self.0.sort_by_key(|stroke| (stroke.on, stroke.id));
    }
}

impl From<Vec<Stroke>> for Strokes {
    fn from(strokes: Vec<Stroke>) -> Self {
        strokes.into_iter().collect()
    }
}

impl From<Strokes> for Vec<Stroke> {
    fn from(strokes: Strokes) -> Self {
        strokes.0
    }
}

impl FromIterator<Stroke> for Strokes {
    fn from_iter<I: IntoIterator<Item = Stroke>>(strokes: I) -> Self {
        let mut strokes = Self(strokes.into_iter().collect());
        strokes.sort();
        strokes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::kinds;

    #[test]
    fn a_request_meets_its_own_strokes_and_no_others() {
        let on = |token, ordinal| Encounter {
            party: Role(16),
            request: kinds::AUTHORIZE,
            token: Token(token),
            ordinal,
        };
        let stroke = |id, on, blow| Stroke { id, on, blow };
        let strokes: Strokes = [
            stroke(4, on(2, 1), Blow::ErrorAfter),
            stroke(2, on(2, 1), Blow::ReplyDropped),
            stroke(3, on(1, 2), Blow::Throttled),
            stroke(1, on(3, 1), Blow::DeclinedHard),
        ]
        .into_iter()
        .collect();
        let ids = |on| strokes.on(&on).iter().map(|stroke| stroke.id).collect::<Vec<_>>();
        assert_eq!(ids(on(2, 1)), [2, 4]);
        assert_eq!((ids(on(1, 2)), ids(on(1, 1)), ids(on(3, 1))), (vec![3], vec![], vec![1]));
    }
}
