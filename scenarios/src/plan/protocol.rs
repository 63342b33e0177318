//! By which protocol payments are brought about.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A protocol of payments.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
pub enum Protocol {
    /// Step by step, each with its undo.
    #[default]
    #[serde(rename = "saga")]
    Saga,
    /// All at once: two-phase commit.
    #[serde(rename = "2pc")]
    TwoPhase,
}

/// A word that names no protocol.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no protocol: expected `saga` or `2pc`")]
pub struct NotAProtocol(String);

impl Protocol {
    /// What files and the command line call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Saga => "saga",
            Self::TwoPhase => "2pc",
        }
    }

    /// Whether it is the saga, which nothing has to say.
    pub(crate) fn is_saga(&self) -> bool {
        *self == Self::Saga
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Protocol {
    type Err = NotAProtocol;

    fn from_str(text: &str) -> Result<Self, NotAProtocol> {
        let both = [Self::Saga, Self::TwoPhase].into_iter();
        let named = { both }.find(|protocol| protocol.name() == text);
        named.ok_or_else(|| NotAProtocol(text.to_owned()))
    }
}
