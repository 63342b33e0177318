//! The named points: rare branches of the parties that a plan can force.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sim::Point;

/// A rare branch of a party.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum PointName {
    /// The orchestrator has forgotten a payment that it holds under a lease,
    /// as after a miss in its cache, and folds it from the journal again.
    ForgottenPayment,
    /// The orchestrator sends a commit twice, as an impatient driver does.
    RepeatedCommit,
    /// The store's relay tells of a payment that somebody works on, and a worker
    /// that does not, where there are several.
    SpuriousRun,
    /// The edge reads again what it has just read, and acts on that.
    SecondRead,
    /// A client asks again at once, as if its own timeout had been too early.
    EarlyTimeout,
}

impl PointName {
    /// Every point, in the order of its number.
    pub const ALL: [Self; 5] = [
        Self::ForgottenPayment,
        Self::RepeatedCommit,
        Self::SpuriousRun,
        Self::SecondRead,
        Self::EarlyTimeout,
    ];

    /// Its number in the kernel.
    pub const fn point(self) -> Point {
        Point(self as u16)
    }

    /// What reports call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ForgottenPayment => "forgotten-payment",
            Self::RepeatedCommit => "repeated-commit",
            Self::SpuriousRun => "spurious-run",
            Self::SecondRead => "second-read",
            Self::EarlyTimeout => "early-timeout",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_stands_at_its_number_and_is_called_what_files_call_it() {
        for (number, name) in PointName::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(name.point().0), number);
            assert_eq!(toml::Value::try_from(name).unwrap().as_str(), Some(name.name()));
        }
    }
}
