//! What somebody who was asked answers, and what becomes of an answer that is
//! none: the rules decide in its place.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Action, Decision, Policy, Snapshot};
use crate::defect::{Defect, Defects};

/// An answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Advice {
    /// The version of the journal that it was decided from.
    pub snapshot: u32,
    /// What to do, if anything came to mind.
    pub action: Option<Action>,
    /// How good that is, in parts per thousand; nothing, if that is no number.
    pub score: Option<u32>,
    /// Who decided.
    pub policy: Policy,
    /// The version of its model.
    pub model: u16,
}

/// Why the rules decided in place of who was asked (payments.md 5.4, E1, E3, E4 and E6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fallback {
    /// There was no answer in time.
    Late,
    /// It was decided from another version of the journal.
    Stale,
    /// Nobody here knows this version of the model.
    UnknownModel,
    /// It names no action, or its score is no number.
    Garbled,
    /// The mask does not have the action.
    Outside,
    /// Its tenant, or the model, has had all the decisions of this minute (E3).
    OverBudget,
    /// What it moves went elsewhere a moment ago (E4).
    TooSoon,
    /// As much as others can carry was moved already (E4).
    TooMany,
    /// Somebody has to see whether a provider has recovered (E4).
    Probe,
}

/// What `advice` about the question `asked` comes to.
///
/// # Errors
/// If it can't be followed; says why.
pub fn weigh(asked: &Snapshot, advice: &Advice, defects: Defects) -> Result<Decision, Fallback> {
    let Advice { snapshot, policy, model, .. } = *advice;
    let is_stale = || snapshot != asked.version;
    if defects.pick(Defect::ActsOnStaleSnapshot, is_stale, || false) {
        return Err(Fallback::Stale);
    }
    if model != HOUSE_MODEL {
        return Err(Fallback::UnknownModel);
    }
    let scored = advice.score.filter(|score| *score <= SCORE_MAX);
    let action = advice.action.filter(|_| scored.is_some()).ok_or(Fallback::Garbled)?;
    let outside = || !asked.allows(action);
    if defects.pick(Defect::ActsOnStaleSnapshot, outside, || outside() && !is_stale()) {
        return Err(Fallback::Outside);
    }
    Ok(Decision { snapshot, ..asked.decided(policy, model, action) })
}

impl Fallback {
    /// Every one.
    pub const ALL: [Self; 9] = [
        Self::Late,
        Self::Stale,
        Self::UnknownModel,
        Self::Garbled,
        Self::Outside,
        Self::OverBudget,
        Self::TooSoon,
        Self::TooMany,
        Self::Probe,
    ];

    /// What reports call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Stale => "stale",
            Self::UnknownModel => "unknown-model",
            Self::Garbled => "garbled",
            Self::Outside => "outside-the-mask",
            Self::OverBudget => "over-budget",
            Self::TooSoon => "moved-too-soon",
            Self::TooMany => "moved-too-many",
            Self::Probe => "probe",
        }
    }
}

impl fmt::Display for Fallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Late => "there was no answer in time",
            Self::Stale => "the answer was to an earlier question",
            Self::UnknownModel => "nobody knows the version of the model",
            Self::Garbled => "the answer named no action",
            Self::Outside => "the answer was not among what is allowed",
            Self::OverBudget => "the budget of this minute is spent",
            Self::TooSoon => "what it moves was moved elsewhere a moment ago",
            Self::TooMany => "others can carry no more of what is moved",
            Self::Probe => "its provider has to be tried now and then",
        })
    }
}

/// The version of models that the house has approved.
pub const HOUSE_MODEL: u16 = 1;
/// A thousand parts of a thousand.
const SCORE_MAX: u32 = 1_000;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{Doubt, Features, Open, State};
    use super::*;
    use crate::currency::Currency;
    use crate::identity::ProviderId;
    use crate::money::{Amount, Money};
    use crate::workflow;

    #[test]
    fn only_an_answer_to_what_was_asked_that_the_mask_has_is_followed() {
        let asked = Snapshot {
            version: 9,
            number: 1,
            state: State::InDoubt,
            open: Open { query: true, wait_max: Duration::from_secs(60), ..Open::default() },
            features: Features {
                step: workflow::Action::Authorize,
                money: Money { amount: Amount(100), currency: Currency::Eur },
                preferred: None,
                attempts: 1,
                asked: 0,
                doubt: Doubt::default(),
            },
        };
        let good = Advice {
            snapshot: 9,
            action: Some(Action::Query),
            score: Some(700),
            policy: Policy::Random,
            model: HOUSE_MODEL,
        };
        let acting = |action| Advice { action: Some(action), ..good };
        let decision = weigh(&asked, &good, Defects::NONE).expect("it is an answer");
        assert_eq!(
            (decision.action, decision.snapshot, decision.instead),
            (Action::Query, 9, None)
        );
        for (advice, why) in [
            (Advice { snapshot: 8, ..good }, Fallback::Stale),
            (Advice { model: 2, ..good }, Fallback::UnknownModel),
            (Advice { action: None, ..good }, Fallback::Garbled),
            (Advice { score: None, ..good }, Fallback::Garbled),
            (Advice { score: Some(1_001), ..good }, Fallback::Garbled),
            (acting(Action::Refund), Fallback::Outside),
            (acting(Action::Stop), Fallback::Outside),
            (acting(Action::Try(ProviderId(1))), Fallback::Outside),
            (acting(Action::Wait(Duration::from_secs(61))), Fallback::Outside),
            (acting(Action::Wait(Duration::ZERO)), Fallback::Outside),
        ] {
            assert_eq!(weigh(&asked, &advice, Defects::NONE), Err(why), "{advice:?}");
        }
    }
}
