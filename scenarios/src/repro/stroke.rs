//! What befalls a single request, and a rare branch that is forced once, as
//! lines.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::time::Duration;

use model::{ReturnReason, Token};
use serde::Deserialize;
use sim::{Rate, Role};

use super::bounds::SPAN_MAX;
use super::fault_line::FaultLine;
use super::group::{name, role};
use super::line::{Line, need, or, span};
use super::moment::{beginning, kind, kind_name, no_moment};
use crate::bounds::{
    DECISION_LATE_MAX, EARLY_MAX, HELD_BACK_MAX, INDEX_LAG_MAX, LATE_EFFECT_MAX,
    REFUND_RETURNED_MAX,
};
use crate::invalid::{Wrong, nearest};
use crate::ordinal::Ordinal;
use crate::party::{self, DECIDER, RISK};
use crate::plan::{Blow, Encounter, Forced, Stroke};
use crate::points::PointName;
use crate::span::Span;

/// Something about a payment that a party meets for the how-manieth time: `the
/// 1st capture for payment 7 at provider a`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Meeting {
    /// Who meets it.
    pub(super) party: Role,
    /// What is met.
    what: String,
    /// About which payment.
    pub(super) payment: u64,
    /// The how-manieth.
    ordinal: u32,
}

impl fmt::Display for Meeting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { party, what, payment, ordinal } = self;
        let nth = Ordinal((*ordinal).into());
        write!(f, "the {nth} {what} for payment {payment} at {}", name(*party))
    }
}

impl FromStr for Meeting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (ordinal, what, subject, rest) = beginning(text)?;
        let party = rest.strip_prefix("at ").ok_or_else(|| no_moment(text))?;
        Ok(Self { party: role(party)?, what: what.to_owned(), payment: subject.0, ordinal })
    }
}

impl TryFrom<String> for Meeting {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// The line of `stroke`.
pub(super) fn line(stroke: &Stroke) -> String {
    let Encounter { party, request, token, ordinal } = stroke.on;
    let what = kind_name(request).to_owned();
    let on = Meeting { party, what, payment: token.0, ordinal };
    let line = Line::default().bare("id", stroke.id).words("what", stroke.blow.name());
    let line = line.words("on", on);
    let line = match stroke.blow {
        Blow::ApprovedInPart(share) => line.words("share", Rate::per_million(share * 100)),
        Blow::Deferred(_, false)
        | Blow::Reviewed(_, false)
        | Blow::AnsweredLate(_, false)
        | Blow::Deemed(false) => line.bare("approves", false),
        _ => line,
    };
    match stroke.blow.lasts() {
        Some(lasts) => line.words("lasts", Span(lasts)),
        None => line,
    }
    .end()
}

/// The line of `forced`.
pub(super) fn forced_line(forced: &Forced) -> String {
    let Forced { id, point, party, token, ordinal } = *forced;
    let on = Meeting { party, what: point.name().to_owned(), payment: token.0, ordinal };
    Line::default().bare("id", id).words("what", FORCED).words("on", on).end()
}

impl FaultLine {
    /// What befalls the request that the line is about.
    ///
    /// # Errors
    /// If it can't befall that, or lasts too long.
    pub(super) fn stroke(&mut self, of: &Range<usize>) -> Result<Stroke, Wrong> {
        let place = self.on.as_ref().map_or(of.clone(), toml::Spanned::span);
        let met = need(&mut self.on, of, ON)?;
        let wrong = |problem: String| Wrong::new(place.clone(), problem);
        let request = kind(&met.what).map_err(wrong)?;
        let blow = self.blow(of)?;
        let by_risk = matches!(blow, Blow::Rejected | Blow::Reviewed(..) | Blow::Undecided);
        let (is_there, whom) = match (by_risk, blow.is_at_bank()) {
            _ if blow.at_decider().is_some() => (met.party == DECIDER, "the decider"),
            (true, _) => (met.party == RISK, "risk, with its verdict"),
            (_, true) => (party::bank_of(met.party).is_some(), "a bank"),
            _ => (party::provider_of(met.party).is_some(), "a provider"),
        };
        if !is_there {
            let (what, who) = (blow.name(), name(met.party));
            return Err(wrong(format!("`{what}` is what happens at {whom}, and not at {who}")));
        }
        let (party, token, ordinal) = (met.party, Token(met.payment), met.ordinal);
        let on = Encounter { party, request, token, ordinal };
        Ok(Stroke { id: *self.id.get_ref(), on, blow })
    }

    /// The branch that the line forces.
    ///
    /// # Errors
    /// If there is no such branch.
    pub(super) fn forced(&mut self, of: &Range<usize>) -> Result<Forced, Wrong> {
        let place = self.on.as_ref().map_or(of.clone(), toml::Spanned::span);
        let met = need(&mut self.on, of, ON_POINT)?;
        let known = PointName::ALL.into_iter().find(|point| point.name() == met.what);
        let point = known.ok_or_else(|| {
            let names = || PointName::ALL.into_iter().map(PointName::name);
            let wrong = Wrong::new(place, format!("there is no rare branch `{}`", met.what));
            wrong.help(match nearest(&met.what, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
            })
        })?;
        let (party, token, ordinal) = (met.party, Token(met.payment), met.ordinal);
        Ok(Forced { id: *self.id.get_ref(), point, party, token, ordinal })
    }

    fn blow(&mut self, of: &Range<usize>) -> Result<Blow, Wrong> {
        Ok(match self.what.get_ref().as_str() {
            "request-dropped" => Blow::RequestDropped,
            "throttled" => Blow::Throttled,
            "error-before" => Blow::ErrorBefore,
            "late-effect" => Blow::LateEffect(self.length(of, LATE_EFFECT_MAX)?),
            "error-after" => Blow::ErrorAfter,
            "reply-dropped" => Blow::ReplyDropped,
            "declined-soft" => Blow::DeclinedSoft,
            "declined-hard" => Blow::DeclinedHard,
            "approved-in-part" => {
                let share = need(&mut self.share, of, "what share is approved: `share = \"50%\"`")?;
                Blow::ApprovedInPart(share.ppm() / 100)
            }
            "deferred" => Blow::Deferred(self.length(of, SPAN_MAX)?, or(&mut self.approves, true)),
            "capture-declined" => Blow::CaptureDeclined,
            "refund-failed" => Blow::RefundFailed,
            "refund-returned" => Blow::RefundReturned(self.length(of, REFUND_RETURNED_MAX)?),
            "index-lag" => Blow::IndexLag(self.length(of, INDEX_LAG_MAX)?),
            "webhook-dropped" => Blow::WebhookDropped,
            "webhook-repeated" => Blow::WebhookRepeated(self.length(of, HELD_BACK_MAX)?),
            "webhook-delayed" => Blow::WebhookDelayed(self.length(of, HELD_BACK_MAX)?),
            "webhook-reordered" => Blow::WebhookReordered(self.length(of, HELD_BACK_MAX)?),
            "webhook-early" => Blow::WebhookEarly(self.length(of, EARLY_MAX)?),
            "rejected" => Blow::Rejected,
            "no-answer" => Blow::NoAnswer,
            "slow-investigation" => Blow::SlowInvestigation(self.length(of, SPAN_MAX)?),
            "account-rejected" => Blow::AccountRejected,
            "other-bank-offline" => Blow::OtherBankOffline,
            "answered-late" => {
                Blow::AnsweredLate(self.length(of, SPAN_MAX)?, or(&mut self.approves, true))
            }
            "deemed" => Blow::Deemed(or(&mut self.approves, true)),
            "account-closed" => self.sent_back(of, ReturnReason::AccountClosed)?,
            "no-account" => self.sent_back(of, ReturnReason::NoAccount)?,
            "unauthorized" => self.sent_back(of, ReturnReason::Unauthorized)?,
            "recallable" => Blow::Recallable(self.length(of, SPAN_MAX)?),
            "decision-late" => Blow::DecisionLate(self.length(of, DECISION_LATE_MAX)?),
            "decision-mute" => Blow::DecisionMute,
            "decision-stale" => Blow::DecisionStale,
            "decision-garbled" => Blow::DecisionGarbled,
            "decision-outside" => Blow::DecisionOutside,
            "decision-adverse" => Blow::DecisionAdverse,
            "undecided" => Blow::Undecided,
            _ => Blow::Reviewed(self.length(of, SPAN_MAX)?, or(&mut self.approves, true)),
        })
    }

    fn sent_back(&mut self, of: &Range<usize>, reason: ReturnReason) -> Result<Blow, Wrong> {
        Ok(Blow::SentBack(reason, self.length(of, SPAN_MAX)?))
    }

    fn length(&mut self, of: &Range<usize>, most: Duration) -> Result<Duration, Wrong> {
        match self.lasts {
            Some(_) => span(&mut self.lasts, "lasts", most),
            None => need(&mut self.lasts, of, "how long it lasts: `lasts`").map(|span| span.0),
        }
    }
}

/// What files call all that befalls single requests.
pub(super) const KINDS: [&str; 38] = [
    "request-dropped",
    "throttled",
    "error-before",
    "late-effect",
    "error-after",
    "reply-dropped",
    "declined-soft",
    "declined-hard",
    "approved-in-part",
    "deferred",
    "capture-declined",
    "refund-failed",
    "refund-returned",
    "index-lag",
    "webhook-dropped",
    "webhook-repeated",
    "webhook-delayed",
    "webhook-reordered",
    "webhook-early",
    "rejected",
    "reviewed",
    "no-answer",
    "slow-investigation",
    "account-rejected",
    "other-bank-offline",
    "answered-late",
    "deemed",
    "account-closed",
    "no-account",
    "unauthorized",
    "recallable",
    "decision-late",
    "decision-mute",
    "decision-stale",
    "decision-garbled",
    "decision-outside",
    "decision-adverse",
    "undecided",
];
/// A party takes a rare branch.
pub(super) const FORCED: &str = "forced-point";
const ON: &str = "the request: `on = \"the 1st capture for payment 7 at provider a\"` or the like";
const ON_POINT: &str =
    "the branch: `on = \"the 1st early-timeout for payment 7 at client 0\"` or the like";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_blow_has_its_kind_in_files() {
        let (lasts, approves) = (Duration::from_secs(1), true);
        let all = [
            Blow::RequestDropped,
            Blow::Throttled,
            Blow::ErrorBefore,
            Blow::LateEffect(lasts),
            Blow::ErrorAfter,
            Blow::ReplyDropped,
            Blow::DeclinedSoft,
            Blow::DeclinedHard,
            Blow::ApprovedInPart(5_000),
            Blow::Deferred(lasts, approves),
            Blow::CaptureDeclined,
            Blow::RefundFailed,
            Blow::RefundReturned(lasts),
            Blow::IndexLag(lasts),
            Blow::WebhookDropped,
            Blow::WebhookRepeated(lasts),
            Blow::WebhookDelayed(lasts),
            Blow::WebhookReordered(lasts),
            Blow::WebhookEarly(lasts),
            Blow::Rejected,
            Blow::Reviewed(lasts, approves),
            Blow::NoAnswer,
            Blow::SlowInvestigation(lasts),
            Blow::AccountRejected,
            Blow::OtherBankOffline,
            Blow::AnsweredLate(lasts, approves),
            Blow::Deemed(approves),
            Blow::SentBack(ReturnReason::AccountClosed, lasts),
            Blow::SentBack(ReturnReason::NoAccount, lasts),
            Blow::SentBack(ReturnReason::Unauthorized, lasts),
            Blow::Recallable(lasts),
            Blow::DecisionLate(lasts),
            Blow::DecisionMute,
            Blow::DecisionStale,
            Blow::DecisionGarbled,
            Blow::DecisionOutside,
            Blow::DecisionAdverse,
            Blow::Undecided,
        ];
        assert_eq!(all.map(|blow| blow.name()), KINDS);
    }
}
