//! The seam at which somebody else than the built-in rules may choose what a
//! payment does next (payments.md 5.4): whoever decides chooses, the state
//! machine permits.
//!
//! A worker takes a [`Snapshot`] of what is durable and of what it has seen, and
//! the [`Mask`] follows from it. Whoever decides picks one [`Action`] of the mask,
//! and the [`Decision`] is durable before anything is done about it; whoever takes
//! over carries it out, and asks nobody again. Whoever decides neither sees nor
//! mints a key: an action is carried out as any step is, by its operation's id.

mod adversarial;
mod advice;
mod mask;
mod random;
mod reasons;
mod restraint;
mod rules;

use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aside::Aside;
use crate::identity::{ProviderId, hash};
use crate::money::Money;
use crate::workflow;

pub use advice::{Advice, Fallback, HOUSE_MODEL, weigh};
pub use mask::Mask;
pub use reasons::{Feature, Reasons};
pub use restraint::{Restraint, Spent};
pub(crate) use rules::choose as by_the_rules;

/// What can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// An attempt at this provider, under an operation of its own.
    Try(ProviderId),
    /// The attempt by the rail that is next.
    Send,
    /// Nothing, for so long.
    Wait(Duration),
    /// Ask what became of it.
    Query,
    /// The same request again, under the same key.
    Resend,
    /// Undo the authorization, whether it happened or not.
    Void,
    /// Take the money.
    Capture,
    /// Tell the merchant where it stands.
    Notify,
    /// Tell a person; everything goes on as before.
    Escalate,
    /// Give the payment up.
    Stop,
    /// Give back what was taken. No mask has it: what is given back, shops ask
    /// for, and a policy's budget for it is nothing.
    Refund,
}

/// The rows of the table: where a payment stands that somebody may choose for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Before any attempt.
    Unsent,
    /// An attempt, a capture, a refund or a remittance was sent, and nobody knows
    /// what became of it.
    InDoubt,
    /// The last attempt definitely came to nothing.
    Refused,
    /// The money is reserved, and the pivot lies ahead.
    Authorized,
    /// Past the pivot, and not booked.
    Booking,
    /// It has succeeded.
    Succeeded,
    /// Money was taken for a payment that is being undone.
    LateSuccess,
    /// Its undo is awaited.
    Undoing,
}

/// What is possible in a state, by the payment's journal, the habits of its
/// provider and the age of what was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Open {
    /// Providers that could be tried: a bit each, by id.
    pub providers: u16,
    /// A rail is left to send by.
    pub sends: bool,
    /// The provider tells by query.
    pub query: bool,
    /// The request can be repeated without harm, whatever became of the first.
    pub resend: bool,
    /// The authorization can be undone, whether it happened or not.
    pub void: bool,
    /// A person was told already.
    pub escalated: bool,
    /// How long it can be waited at most.
    pub wait_max: Duration,
}

/// What a decision goes by, besides the mask: integers that are known when it
/// is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Features {
    /// The step that it is about.
    pub step: workflow::Action,
    /// How much it is about.
    pub money: Money,
    /// The provider that is next by the house's own order.
    pub preferred: Option<ProviderId>,
    /// Attempts made.
    pub attempts: u8,
    /// How often it was decided in this state.
    pub asked: u8,
    /// What is known of the doubt, if there is one.
    pub doubt: Doubt,
}

/// What a worker knows of a doubt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Doubt {
    /// Somebody else may have sent it before.
    pub inherited: bool,
    /// Nothing that was sent can take effect any more.
    pub settled: bool,
    /// It lasts for as long as an authorization is waited for.
    pub is_old: bool,
    /// The provider decides later.
    pub undecided: bool,
    /// Something was captured before.
    pub in_part: bool,
    /// Calls made.
    pub calls: u32,
    /// Calls that told nothing.
    pub doubts: u32,
    /// How long it lasts.
    pub age: Duration,
    /// How long until it is old.
    pub old_in: Duration,
    /// The longest pause between two tries.
    pub pause_max: Duration,
}

/// What is put before whoever decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Snapshot {
    /// The number of records in the payment's journal.
    pub version: u32,
    /// The how-manieth decision about the payment it is for, from 1.
    pub number: u32,
    /// Where the payment stands.
    pub state: State,
    /// What is possible.
    pub open: Open,
    /// What else is known.
    pub features: Features,
}

/// What was decided, from what, and by whom: durable before anything is done
/// about it (payments.md D13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Decision {
    /// The version of the journal that it was decided from.
    pub snapshot: u32,
    /// What there was to choose from.
    pub mask: Mask,
    /// The digest of the features.
    pub features: u64,
    /// Who decided.
    pub policy: Policy,
    /// The version of its model.
    pub model: u16,
    /// What.
    pub action: Action,
    /// Why the rules decided in place of who was asked, if they did.
    pub instead: Option<Fallback>,
    /// What is told to whoever audits it, where somebody does.
    #[serde(default)]
    pub reasons: Aside<Reasons>,
}

/// Who decides.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// The rules that are built in.
    Rules,
    /// Any action of the mask is as likely as any other.
    Random,
    /// Of what the mask allows, what a payment suffers most from.
    Adversarial,
}

/// What people should know of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyStory {
    /// Which.
    pub policy: Policy,
    /// Its name in files and on the command line.
    pub name: &'static str,
    /// How it chooses.
    pub story: &'static str,
}

impl Snapshot {
    /// What there is to choose from.
    pub fn mask(&self) -> Mask {
        mask::of(self.state, &self.open)
    }

    /// Whether `action` can be chosen.
    pub fn allows(&self, action: Action) -> bool {
        let short = |wait: Duration| !wait.is_zero() && wait <= self.open.wait_max;
        self.mask().allows(action) && !matches!(action, Action::Wait(wait) if !short(wait))
    }

    /// That `policy` chose `action` of it.
    pub fn decided(&self, policy: Policy, model: u16, action: Action) -> Decision {
        Decision {
            snapshot: self.version,
            mask: self.mask(),
            features: self.features.digest(),
            policy,
            model,
            action,
            instead: None,
            reasons: Aside::NONE,
        }
    }

    /// That the rules chose, because of `why`.
    pub fn decided_instead(&self, why: Fallback) -> Decision {
        let action = permitted(self);
        Decision { instead: Some(why), ..self.decided(Policy::Rules, HOUSE_MODEL, action) }
    }
}

impl Decision {
    /// The same, with what there is to tell of it: it was made from `snapshot`.
    #[must_use]
    pub fn explained(self, snapshot: &Snapshot) -> Self {
        Self { reasons: Aside(Some(Reasons::of(snapshot, self.action))), ..self }
    }
}

/// What the rules choose, for no longer than can be waited.
fn permitted(snapshot: &Snapshot) -> Action {
    match rules::choose(snapshot) {
        Action::Wait(wait) => Action::Wait(wait.min(snapshot.open.wait_max)),
        action => action,
    }
}

impl Features {
    /// Tells the same features from others.
    pub fn digest(&self) -> u64 {
        let Self { step, money, preferred, attempts, asked, doubt } = self;
        let flags = [doubt.inherited, doubt.settled, doubt.is_old, doubt.undecided, doubt.in_part];
        let flags = flags.into_iter().fold(0, |bits, flag| bits << 1 | u64::from(flag));
        let preferred = preferred.map_or(u64::MAX, |provider| u64::from(provider.0));
        hash(
            "features",
            [
                *step as u64,
                money.amount.0 as u64,
                money.currency as u64,
                preferred,
                u64::from(*attempts) << 8 | u64::from(*asked),
                flags,
                u64::from(doubt.calls) << 32 | u64::from(doubt.doubts),
                doubt.age.as_secs(),
                doubt.old_in.as_secs(),
            ],
        )
    }
}

impl Policy {
    /// Every policy.
    pub const ALL: [PolicyStory; 3] = [
        PolicyStory {
            policy: Self::Rules,
            name: "rules",
            story: "the built-in rules, asked as any other policy is: the first provider that was \
                    not tried; in doubt query, resend where that is harmless, and give an \
                    authorization up after a minute",
        },
        PolicyStory {
            policy: Self::Random,
            name: "random",
            story: "any action that the state machine permits, each as likely as any other",
        },
        PolicyStory {
            policy: Self::Adversarial,
            name: "adversarial",
            story: "what hurts most of what the state machine permits: waits as long as it can, \
                    repeats what is in doubt, voids what was authorized, and stops what could go on",
        },
    ];

    /// What it chooses of what `snapshot` permits, with this `draw`.
    pub fn choose(self, snapshot: &Snapshot, draw: u64) -> Action {
        match self {
            Self::Rules => permitted(snapshot),
            Self::Random => random::choose(snapshot, draw),
            Self::Adversarial => adversarial::choose(snapshot, draw),
        }
    }

    /// What people should know of it.
    pub fn story(self) -> &'static PolicyStory {
        const ALL: &[PolicyStory] = &Policy::ALL;
        &ALL[self as usize]
    }

    /// The policy of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|story| story.name == name).map(|story| story.policy)
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.story().name)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Try(provider) => return write!(f, "try at provider {}", provider.0),
            Self::Wait(wait) => return write!(f, "wait for {} s", wait.as_secs()),
            Self::Send => "send",
            Self::Query => "query",
            Self::Resend => "resend",
            Self::Void => "void",
            Self::Capture => "capture",
            Self::Notify => "notify",
            Self::Escalate => "escalate",
            Self::Stop => "stop",
            Self::Refund => "refund",
        };
        f.write_str(name)
    }
}

/// What is put before whoever decides is a handful of numbers, however long a
/// payment's journal is: so many bytes at most (payments.md 5.4).
pub const SNAPSHOT_BYTES_MAX: usize = 2_048;
const _: () = assert!(size_of::<Snapshot>() <= SNAPSHOT_BYTES_MAX);

/// The most decisions that are asked for in one state; then the rules decide.
pub const ASKED_MAX: u8 = 16;
/// The most of them that are to wait (payments.md 5.4, E9).
pub const WAITS_MAX: u8 = 8;
/// Of how long an outcome is asked for before a person looks, the part that all
/// waits of a payment may take together: with it and a doubt that whoever takes
/// over begins anew, a payment still ends in time.
pub const WAITED_PART: u32 = 4;
/// How long it is waited at most before an attempt: a customer stands at a till,
/// and nobody outside is waited for.
pub const UNSENT_WAIT_MAX: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_stands_in_the_list_at_its_own_place() {
        for (at, story) in Policy::ALL.iter().enumerate() {
            assert_eq!(story.policy as usize, at);
            assert_eq!(Policy::named(story.name), Some(story.policy));
        }
    }
}
