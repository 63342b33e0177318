//! Where in a handler a crash falls, in words: `after sync 1`.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use sim::{CrashPoint, Kind};

use super::moment::{kind, kind_name};
use crate::ordinal::Ordinal;

/// Where in a handler a crash falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Spot(pub(super) CrashPoint);

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let send =
            |kind: Kind, nth: u16| format!("the {} {}", Ordinal(nth.into()), kind_name(kind));
        match self.0 {
            CrashPoint::Unsynced => f.write_str(UNSYNCED),
            CrashPoint::AtOnce => f.write_str(AT_ONCE),
            CrashPoint::Instead => f.write_str(INSTEAD),
            CrashPoint::After(n) => write!(f, "after effect {n}"),
            CrashPoint::AfterAppend(n) => write!(f, "after append {n}"),
            CrashPoint::BeforeSync(n) => write!(f, "before sync {n}"),
            CrashPoint::AfterSync(n) => write!(f, "after sync {n}"),
            CrashPoint::BeforeSend { kind, nth } => write!(f, "before {}", send(kind, nth)),
            CrashPoint::AfterSend { kind, nth } => write!(f, "after {}", send(kind, nth)),
        }
    }
}

impl FromStr for Spot {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fixed = [
            (UNSYNCED, CrashPoint::Unsynced),
            (AT_ONCE, CrashPoint::AtOnce),
            (INSTEAD, CrashPoint::Instead),
        ];
        if let Some((_, point)) = fixed.into_iter().find(|(words, _)| *words == text) {
            return Ok(Self(point));
        }
        let counted = |words: &str| text.strip_prefix(words)?.parse().ok();
        let point = counted("after effect ")
            .map(CrashPoint::After)
            .or_else(|| counted("after append ").map(CrashPoint::AfterAppend))
            .or_else(|| counted("before sync ").map(CrashPoint::BeforeSync))
            .or_else(|| counted("after sync ").map(CrashPoint::AfterSync));
        match (point, text.strip_prefix("before the "), text.strip_prefix("after the ")) {
            (Some(point), ..) => Ok(Self(point)),
            (_, Some(send), _) => {
                sending(text, send).map(|(kind, nth)| Self(CrashPoint::BeforeSend { kind, nth }))
            }
            (.., Some(send)) => {
                sending(text, send).map(|(kind, nth)| Self(CrashPoint::AfterSend { kind, nth }))
            }
            _ => Err(no_spot(text)),
        }
    }
}

impl TryFrom<String> for Spot {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// `1st capture`, within `text`.
fn sending(text: &str, send: &str) -> Result<(Kind, u16), String> {
    let (nth, name) = send.split_once(' ').ok_or_else(|| no_spot(text))?;
    let nth: Ordinal = nth.parse().map_err(|error: crate::NotAnOrdinal| error.to_string())?;
    let nth = u16::try_from(nth.0).map_err(|_| no_spot(text))?;
    Ok((kind(name)?, nth))
}

fn no_spot(text: &str) -> String {
    format!(
        "`{text}` is no place in a handler: expected `{UNSYNCED}`, `{AT_ONCE}`, `{INSTEAD}`, \
         `after effect 3`, `after append 1`, `before sync 1`, `after sync 1`, `before the 1st \
         capture` or `after the 1st capture`"
    )
}

const UNSYNCED: &str = "before what it appended is synced";
const AT_ONCE: &str = "right after it";
const INSTEAD: &str = "right before it";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::kinds;

    #[test]
    fn a_place_in_a_handler_reads_as_it_prints() {
        let (kind, nth) = (kinds::CAPTURE, 2);
        for (point, text) in [
            (CrashPoint::Unsynced, "before what it appended is synced"),
            (CrashPoint::AtOnce, "right after it"),
            (CrashPoint::Instead, "right before it"),
            (CrashPoint::After(4_095), "after effect 4095"),
            (CrashPoint::AfterAppend(1), "after append 1"),
            (CrashPoint::BeforeSync(1), "before sync 1"),
            (CrashPoint::AfterSync(1), "after sync 1"),
            (CrashPoint::BeforeSend { kind, nth }, "before the 2nd capture"),
            (CrashPoint::AfterSend { kind, nth }, "after the 2nd capture"),
        ] {
            assert_eq!(Spot(point).to_string(), text);
            assert_eq!(text.parse(), Ok(Spot(point)));
        }
    }

    #[test]
    fn what_is_no_place_is_refused_with_all_that_are() {
        for (text, words) in [
            ("somewhere", "`after append 1`"),
            ("after sync", "`after append 1`"),
            ("after sync 99999", "`after append 1`"),
            ("after the 1st", "`after append 1`"),
            ("after the 2st capture", "is no place in a row"),
            ("before the 1st captur", "did you mean `capture`?"),
        ] {
            let error = text.parse::<Spot>().unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
