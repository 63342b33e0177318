//! What is told with a decision to whoever audits it (payments.md 5.4, E8): what else
//! could have been chosen, and what stood out.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Action, Features, Mask, Snapshot};

/// What stood out, and what else there was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reasons {
    /// What else could have been chosen.
    pub alternatives: Mask,
    /// What was known that is not so of every payment, what weighs most first.
    pub top: [Option<(Feature, u32)>; TOP],
}

/// A number that a decision goes by, in the order of its weight: what it says of money
/// that may have moved comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    /// Something was captured before.
    InPart,
    /// Somebody else may have sent it before.
    Inherited,
    /// The provider decides later.
    Undecided,
    /// Nothing that was sent can take effect any more.
    Settled,
    /// It lasts for as long as an authorization is waited for.
    Old,
    /// Calls that told nothing.
    Doubts,
    /// For how many seconds it has been in doubt.
    Age,
    /// Attempts made.
    Attempts,
    /// How often it was decided in this state.
    Asked,
    /// The provider that is next by the house's own order.
    Preferred,
}

impl Reasons {
    /// What there is to tell of `action`, chosen from `snapshot`.
    pub fn of(snapshot: &Snapshot, action: Action) -> Self {
        let mut top = [None; TOP];
        for (place, known) in top.iter_mut().zip(known(&snapshot.features)) {
            *place = Some(known);
        }
        Self { alternatives: snapshot.mask().without(action), top }
    }
}

/// What is known, what weighs most first.
fn known(features: &Features) -> impl Iterator<Item = (Feature, u32)> {
    let Features { preferred, attempts, asked, doubt, .. } = *features;
    let seconds = u32::try_from(doubt.age.as_secs()).unwrap_or(u32::MAX);
    let all = [
        (Feature::InPart, u32::from(doubt.in_part)),
        (Feature::Inherited, u32::from(doubt.inherited)),
        (Feature::Undecided, u32::from(doubt.undecided)),
        (Feature::Settled, u32::from(doubt.settled)),
        (Feature::Old, u32::from(doubt.is_old)),
        (Feature::Doubts, doubt.doubts),
        (Feature::Age, seconds),
        (Feature::Attempts, u32::from(attempts)),
        (Feature::Asked, u32::from(asked)),
    ];
    let preferred = preferred.map(|provider| (Feature::Preferred, u32::from(provider.0)));
    all.into_iter().filter(|(_, value)| *value > 0).chain(preferred)
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InPart => "captured in part",
            Self::Inherited => "sent by somebody else",
            Self::Undecided => "decided later",
            Self::Settled => "nothing on its way",
            Self::Old => "waited for long",
            Self::Doubts => "calls that told nothing",
            Self::Age => "seconds in doubt",
            Self::Attempts => "attempts",
            Self::Asked => "times decided here",
            Self::Preferred => "next provider",
        })
    }
}

/// How much of what was known is told.
const TOP: usize = 3;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{Doubt, HOUSE_MODEL, Open, Policy, State};
    use super::*;
    use crate::currency::Currency;
    use crate::identity::ProviderId;
    use crate::money::{Amount, Money};
    use crate::workflow;

    #[test]
    fn a_decision_tells_what_else_there_was_and_what_stood_out() {
        let doubt = Doubt { inherited: true, doubts: 3, ..Doubt::default() };
        let age = Duration::from_secs(75);
        for (doubt, attempts, top) in [
            (Doubt::default(), 0, [None; 3]),
            (Doubt::default(), 2, [Some((Feature::Attempts, 2)), None, None]),
            (
                Doubt { age, ..doubt },
                1,
                [
                    Some((Feature::Inherited, 1)),
                    Some((Feature::Doubts, 3)),
                    Some((Feature::Age, 75)),
                ],
            ),
        ] {
            let money = Money { amount: Amount(100), currency: Currency::Eur };
            let step = workflow::Action::Authorize;
            let snapshot = Snapshot {
                version: 4,
                number: 1,
                state: State::InDoubt,
                open: Open { query: true, void: true, ..Open::default() },
                features: Features { step, money, preferred: None, attempts, asked: 0, doubt },
            };
            let decision = snapshot.decided(Policy::Random, HOUSE_MODEL, Action::Query);
            assert!(decision.reasons.is_none(), "nothing is told where nobody audits");
            let told = decision.explained(&snapshot).reasons;
            let reasons = told.as_ref().expect("it is told");
            assert_eq!(reasons.top, top);
            let others = [Action::Void, Action::Notify, Action::Escalate];
            assert_eq!(reasons.alternatives.actions().collect::<Vec<_>>(), others);
            assert!(reasons.alternatives.is_within(decision.mask));
        }
    }

    #[test]
    fn what_the_house_would_have_done_is_told_where_nothing_is_in_doubt() {
        let features = Features {
            step: workflow::Action::Authorize,
            money: Money { amount: Amount(100), currency: Currency::Eur },
            preferred: Some(ProviderId(0)),
            attempts: 0,
            asked: 0,
            doubt: Doubt::default(),
        };
        assert_eq!(known(&features).collect::<Vec<_>>(), [(Feature::Preferred, 0)]);
    }
}
