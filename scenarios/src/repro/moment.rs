//! What a fault waits for, in words: `the 2nd capture for payment 7 from
//! orchestrator to provider a is sent`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;
use sim::{Cue, Kind, Occasion, Roles, Sight, Subject, Trigger};

use super::group::{name, role};
use crate::fact::sights;
use crate::invalid::nearest;
use crate::message::kinds;
use crate::ordinal::{NotAnOrdinal, Ordinal};
use crate::span::{NotASpan, Span};

/// A trigger that is no moment of virtual time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Moment {
    /// What has to happen.
    pub(super) cue: Cue,
    /// How long after it; `None`: at that very moment.
    pub(super) after: Option<Duration>,
}

impl Moment {
    /// The words for `trigger`, unless it is a moment of virtual time.
    pub(super) fn of(trigger: &Trigger) -> Option<Self> {
        let (cue, wait) = trigger.cue()?;
        let after = matches!(trigger, Trigger::Later(..)).then_some(wait);
        Some(Self { cue, after })
    }

    pub(super) fn trigger(self) -> Trigger {
        match (self.after, self.cue) {
            (Some(after), cue) => Trigger::Later(cue, after),
            (None, Cue::Send(occasion)) => Trigger::OnSend(occasion),
            (None, Cue::Delivery(occasion)) => Trigger::OnDelivery(occasion),
            (None, Cue::Fact(sight)) => Trigger::OnFact(sight),
        }
    }

    /// Who takes part in it.
    pub(super) fn parties(&self) -> Roles {
        match self.cue {
            Cue::Send(Occasion { from, to, .. }) | Cue::Delivery(Occasion { from, to, .. }) => {
                [from, to].into_iter().collect()
            }
            Cue::Fact(sight) => sight.role.into(),
        }
    }

    /// The payment that it is about.
    pub(super) fn payment(&self) -> u64 {
        match self.cue {
            Cue::Send(occasion) | Cue::Delivery(occasion) => occasion.subject.0,
            Cue::Fact(sight) => sight.subject.0,
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(after) = self.after {
            write!(f, "{}{AFTER}", Span(after))?;
        }
        match &self.cue {
            Cue::Send(occasion) => write!(f, "{}{SENT}", sending(occasion)),
            Cue::Delivery(occasion) => write!(f, "{}{ARRIVES}", sending(occasion)),
            Cue::Fact(sight) => f.write_str(&seen(sight)),
        }
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (after, what) = match text.split_once(AFTER) {
            Some((span, what)) => (Some(span.parse().map_err(|e: NotASpan| e.to_string())?), what),
            None => (None, text),
        };
        let after = after.map(|span: Span| span.0);
        let cue = if let Some(what) = what.strip_suffix(SENT) {
            Cue::Send(occasion(what)?)
        } else if let Some(what) = what.strip_suffix(ARRIVES) {
            Cue::Delivery(occasion(what)?)
        } else {
            Cue::Fact(sight(what)?)
        };
        Ok(Self { cue, after })
    }
}

impl TryFrom<String> for Moment {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// What files call a kind of message.
pub(super) fn kind_name(kind: Kind) -> &'static str {
    kinds::ALL.iter().find(|(known, _)| *known == kind).map_or("message", |(_, name)| *name)
}

/// The kind of message of this name.
///
/// # Errors
/// If there is none; the error names the nearest, or all.
pub(super) fn kind(text: &str) -> Result<Kind, String> {
    let known = kinds::ALL.iter().find(|(_, name)| *name == text);
    known.map(|(kind, _)| *kind).ok_or_else(|| {
        let names = || kinds::ALL.iter().map(|(_, name)| *name);
        match nearest(text, names()) {
            Some(near) => format!("`{text}` is no kind of message: did you mean `{near}`?"),
            None => {
                let names = names().collect::<Vec<_>>().join(", ");
                format!("`{text}` is no kind of message: expected one of {names}")
            }
        }
    })
}

fn sending(occasion: &Occasion) -> String {
    let Occasion { from, to, kind, subject, ordinal } = *occasion;
    let (nth, kind) = (Ordinal(ordinal.into()), kind_name(kind));
    format!("the {nth} {kind} for payment {} from {} to {}", subject.0, name(from), name(to))
}

fn seen(sight: &Sight) -> String {
    let Sight { role, kind, subject, ordinal } = *sight;
    let (nth, sight) = (Ordinal(ordinal.into()), SIGHTS.iter().find(|(known, _)| *known == kind));
    let sight = sight.map_or("sight", |(_, name)| *name);
    format!("the {nth} {sight} for payment {} at {}", subject.0, name(role))
}

fn occasion(text: &str) -> Result<Occasion, String> {
    let (nth, what, subject, rest) = beginning(text)?;
    let ends = rest.strip_prefix("from ").and_then(|ends| ends.split_once(" to "));
    let (from, to) = ends.ok_or_else(|| no_moment(text))?;
    Ok(Occasion { from: role(from)?, to: role(to)?, kind: kind(what)?, subject, ordinal: nth })
}

fn sight(text: &str) -> Result<Sight, String> {
    let (nth, what, subject, rest) = beginning(text)?;
    let who = rest.strip_prefix("at ").ok_or_else(|| no_moment(text))?;
    let known = SIGHTS.iter().find(|(_, name)| *name == what);
    let (kind, _) = known.ok_or_else(|| {
        let names: Vec<_> = SIGHTS.iter().map(|(_, name)| *name).collect();
        let near = nearest(what, names.iter().copied());
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        format!("`{what}` is nothing that is seen: expected one of {}{near}", names.join(", "))
    })?;
    Ok(Sight { role: role(who)?, kind: *kind, subject, ordinal: nth })
}

/// `the 2nd capture for payment 7 …`: the place, the noun, the payment, the rest.
pub(super) fn beginning(text: &str) -> Result<(u32, &str, Subject, &str), String> {
    let wrong = || no_moment(text);
    let (nth, rest) =
        text.strip_prefix("the ").and_then(|t| t.split_once(' ')).ok_or_else(wrong)?;
    let (what, rest) = rest.split_once(" for payment ").ok_or_else(wrong)?;
    let (payment, rest) = rest.split_once(' ').ok_or_else(wrong)?;
    let nth: Ordinal = nth.parse().map_err(|error: NotAnOrdinal| error.to_string())?;
    let nth = u32::try_from(nth.0).map_err(|_| wrong())?;
    let payment = payment.parse().map_err(|_| format!("`{payment}` is no number of a payment"))?;
    Ok((nth, what, Subject(payment), rest))
}

/// What to say of words that are no moment.
pub(super) fn no_moment(text: &str) -> String {
    format!(
        "`{text}` is nothing that a fault can wait for: expected something such as `the 2nd \
         capture for payment 7 from orchestrator to provider a is sent` (or `arrives`), or `the \
         1st authorization for payment 7 at provider a`, and before it, if the fault strikes \
         later, `3s after `"
    )
}

const AFTER: &str = " after ";
const SENT: &str = " is sent";
const ARRIVES: &str = " arrives";
const SIGHTS: [(Kind, &str); 8] = [
    (sights::SHOWN, "reply"),
    (sights::TOLD, "notice"),
    (sights::AUTHORIZED, "authorization"),
    (sights::DECLINED, "decline"),
    (sights::CAPTURED, "capture"),
    (sights::VOIDED, "void"),
    (sights::SENT, "verdict"),
    (sights::CAME_BACK, "return"),
];

#[cfg(test)]
mod tests {
    use model::ProviderId;

    use super::*;
    use crate::party::{ORCHESTRATOR, client_role, provider_role};

    #[test]
    fn a_moment_reads_as_it_prints() {
        let provider = provider_role(ProviderId(0));
        let (kind, subject) = (kinds::CAPTURE, Subject(7));
        let occasion = Occasion { from: ORCHESTRATOR, to: provider, kind, subject, ordinal: 2 };
        let kind = sights::AUTHORIZED;
        let sight = Sight { role: provider, kind, subject, ordinal: 1 };
        let shown = Sight { role: client_role(3), kind: sights::SHOWN, subject, ordinal: 2 };
        let later = |cue| Trigger::Later(cue, Duration::from_millis(1_500));
        for (trigger, text) in [
            (
                Trigger::OnSend(occasion),
                "the 2nd capture for payment 7 from orchestrator to provider a is sent",
            ),
            (
                Trigger::OnDelivery(occasion),
                "the 2nd capture for payment 7 from orchestrator to provider a arrives",
            ),
            (Trigger::OnFact(sight), "the 1st authorization for payment 7 at provider a"),
            (
                later(Cue::Send(occasion)),
                "1s 500ms after the 2nd capture for payment 7 from orchestrator to provider a is sent",
            ),
            (later(Cue::Fact(shown)), "1s 500ms after the 2nd reply for payment 7 at client 3"),
            (
                Trigger::Later(Cue::Fact(sight), Duration::ZERO),
                "0s after the 1st authorization for payment 7 at provider a",
            ),
        ] {
            let moment = Moment::of(&trigger).unwrap();
            assert_eq!(moment.to_string(), text);
            assert_eq!(text.parse(), Ok(moment));
            assert_eq!(moment.trigger(), trigger);
        }
    }

    #[test]
    fn what_a_fault_can_t_wait_for_is_refused_with_what_it_can() {
        for (text, words) in [
            ("Tuesday", "such as `the 2nd capture for payment 7"),
            ("the 2nd capture is sent", "such as `the 2nd capture for payment 7"),
            ("the 2nd captur for payment 7 from edge to store is sent", "did you mean `capture`?"),
            ("the 2nd capture for payment 7 from edge to stor is sent", "did you mean `store`?"),
            ("the 2nd capture for payment x from edge to store is sent", "`x` is no number"),
            ("the 2nd capture for payment 7 of edge to store is sent", "nothing that a fault"),
            ("the 2th capture for payment 7 from edge to store is sent", "no place in a row"),
            ("soon after the 1st capture for payment 7 at provider a", "no span of time"),
            ("the 1st authorisation for payment 7 at provider a", "did you mean `authorization`?"),
        ] {
            let error = text.parse::<Moment>().unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
