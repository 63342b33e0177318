//! A set of parties in words: `edge, store`, `everybody but ledger`.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use sim::{Role, Roles};

use crate::invalid::nearest;
use crate::party;

/// A set of parties, or a single one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Group(pub(super) Roles);

impl Group {
    /// The one party in the set, if it has just one.
    pub(super) fn only(self) -> Option<Role> {
        let mut members = self.0.iter();
        members.next().filter(|_| members.next().is_none())
    }

    /// Those that are named: the members, or the exceptions of `everybody but`.
    pub(super) fn named(self) -> Roles {
        if self.is_most() { self.0.others() } else { self.0 }
    }

    fn is_most(self) -> bool {
        self.0.iter().count() > Role::MAX / 2
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.named().iter().map(name).collect();
        match (self.is_most(), names.join(", ")) {
            (true, names) if names.is_empty() => f.write_str(EVERYBODY),
            (true, names) => write!(f, "{EVERYBODY} but {names}"),
            (false, names) if names.is_empty() => f.write_str(NOBODY),
            (false, names) => f.write_str(&names),
        }
    }
}

impl FromStr for Group {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix(EVERYBODY) {
            Some("") => return Ok(Self(Roles::EVERYONE)),
            Some(rest) if rest.starts_with(" but ") => {
                return members(&rest[" but ".len()..]).map(|roles| Self(roles.others()));
            }
            _ => {}
        }
        if text == NOBODY { Ok(Self(Roles::default())) } else { members(text).map(Self) }
    }
}

impl TryFrom<String> for Group {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// The party of this name.
///
/// # Errors
/// If there is none; the error names the nearest, or all.
pub(super) fn role(text: &str) -> Result<Role, String> {
    let unnamed =
        |role: &Role| text.strip_prefix("role ").is_some_and(|n| *n == role.0.to_string());
    let known = party::named(text).or_else(|| Roles::EVERYONE.iter().find(unnamed));
    known.ok_or_else(|| match nearest(text, NAMES.into_iter()) {
        Some(near) => format!("there is no party `{text}`: did you mean `{near}`?"),
        None => format!("there is no party `{text}`: expected {PARTIES}"),
    })
}

/// What files call a role.
pub(super) fn name(role: Role) -> String {
    match party::named(&party::name(role)) {
        Some(_) => party::name(role),
        None => format!("role {}", role.0),
    }
}

fn members(text: &str) -> Result<Roles, String> {
    text.split(',').map(|name| role(name.trim())).collect()
}

const EVERYBODY: &str = "everybody";
const NOBODY: &str = "nobody";
const NAMES: [&str; 12] = [
    "edge",
    "store",
    "orchestrator",
    "ledger",
    "risk",
    "notifier",
    "lake",
    "reconciler",
    "provider a",
    "provider b",
    "bank a",
    "client 0",
];
/// Who can be named, for errors.
pub(super) const PARTIES: &str = "edge, store, orchestrator, ledger, risk, notifier, lake, ingress, reconciler, a provider such as `provider a`, a bank such as \
     `bank a`, or a client such as `client 0`";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::party::{EDGE, LEDGER, STORE, client_role};

    #[test]
    fn a_group_reads_as_it_prints() {
        let house: Roles = [EDGE, STORE].into_iter().collect();
        for (roles, text) in [
            (house, "edge, store"),
            (client_role(3).into(), "client 3"),
            (Roles::from(LEDGER).others(), "everybody but ledger"),
            (Roles::EVERYONE, "everybody"),
            (Roles::default(), "nobody"),
            (Role(9).into(), "role 9"),
        ] {
            assert_eq!(Group(roles).to_string(), text);
            assert_eq!(text.parse(), Ok(Group(roles)));
        }
    }

    #[test]
    fn an_unknown_party_is_told_with_the_nearest_or_with_all() {
        for (text, words) in [
            ("ledgr", "did you mean `ledger`?"),
            ("edge, stone", "did you mean `store`?"),
            ("everybody but the bank", "expected edge, store"),
            ("client 64", "there is no party `client 64`"),
            ("", "expected edge"),
        ] {
            let error = text.parse::<Group>().unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
