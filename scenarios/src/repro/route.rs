//! Links in words: `provider a -> orchestrator`, or both ways `edge <-> store`.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use sim::Stretch;

use super::group::Group;

/// From whom to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Route(pub(super) Stretch);

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stretch { from, to, both_ways } = self.0;
        let arrow = if both_ways { BOTH_WAYS } else { ONE_WAY };
        write!(f, "{}{arrow}{}", Group(from), Group(to))
    }
}

impl FromStr for Route {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let both = text.split_once(BOTH_WAYS).map(|ends| (ends, true));
        let ends = both.or_else(|| Some((text.split_once(ONE_WAY)?, false)));
        let ((from, to), both_ways) = ends.ok_or_else(|| {
            format!(
                "`{text}` is no link: expected who sends, an arrow and who hears, such as \
                 `provider a -> orchestrator`, or `<->` for both ways"
            )
        })?;
        let [from, to] = [from, to].map(|end| end.trim().parse::<Group>());
        Ok(Self(Stretch { from: from?.0, to: to?.0, both_ways }))
    }
}

impl TryFrom<String> for Route {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

const ONE_WAY: &str = " -> ";
const BOTH_WAYS: &str = " <-> ";

#[cfg(test)]
mod tests {
    use sim::Roles;

    use super::*;
    use crate::party::{EDGE, LEDGER, STORE};

    #[test]
    fn a_link_reads_as_it_prints() {
        let house: Roles = [EDGE, STORE].into_iter().collect();
        for (both_ways, text) in
            [(false, "edge, store -> ledger"), (true, "edge, store <-> ledger")]
        {
            let route = Route(Stretch { from: house, to: LEDGER.into(), both_ways });
            assert_eq!(route.to_string(), text);
            assert_eq!(text.parse(), Ok(route));
        }
    }

    #[test]
    fn what_is_no_link_is_refused_with_an_example() {
        for (text, words) in [
            ("edge store", "such as `provider a -> orchestrator`"),
            ("edge -> ", "there is no party ``: expected edge, store"),
            ("edge -> stoer", "did you mean `store`?"),
        ] {
            let error = text.parse::<Route>().unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
