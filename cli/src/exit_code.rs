//! What the exit code of the command says.

use std::process::ExitCode;

use reports::campaign_report::Outcome;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All held, or all that was asked for was printed.
    Held,
    /// An invariant was violated.
    Violated,
    /// Usage, settings or input file error; nothing was changed.
    BadInput,
    /// The harness failed: nothing that it said counts.
    Failed,
    /// Somebody ended it early; what there was by then was written.
    Interrupted,
    /// The system ended it early; what there was by then was written.
    Terminated,
    /// There was nothing to run.
    NothingRan,
    /// One seed had two digests.
    NotDeterministic,
    /// A limit was hit, something was not tested that should have been, or a
    /// repro does not show any more what it showed.
    Inconclusive,
    /// A trial does not come any more to what was accepted.
    SnapshotDiffers,
}

/// Every ending that there is, with what it means.
pub const ALL: [(Exit, &str); 10] = [
    (
        Exit::Held,
        "all held; of a folder of repros: each came to what its file expects;\n     \
         of a score: all that has to be found was found",
    ),
    (Exit::Violated, "an invariant was violated"),
    (Exit::BadInput, "usage, settings or input file error"),
    (Exit::Failed, "the harness failed, or its output can't be written"),
    (Exit::NothingRan, "nothing ran"),
    (Exit::NotDeterministic, "not deterministic: digests differ"),
    (
        Exit::Inconclusive,
        "inconclusive: a limit was hit, or a campaign of at least the scenario's\n     \
         `trials_min` did not exercise an invariant that the scenario promises to, or one\n     \
         of at least 4,000 trials of every scenario never saw what it has to see, or a\n     \
         repro is stale, or came to something harmless that its file does not expect, or\n     \
         a merge is incomplete, or a score missed a defect that has to be found, or more\n     \
         than one in twenty of all",
    ),
    (Exit::SnapshotDiffers, "a snapshot differs"),
    (Exit::Interrupted, "interrupted, after what there was by then was written"),
    (Exit::Terminated, "the same, where the system asked for it"),
];

impl Exit {
    /// The number that the process ends with.
    pub const fn code(self) -> u8 {
        match self {
            Self::Held => 0,
            Self::Violated => 1,
            Self::BadInput => 2,
            Self::Failed => 3,
            Self::NothingRan => 4,
            Self::NotDeterministic => 5,
            Self::Inconclusive => 6,
            Self::SnapshotDiffers => 7,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// The one of both that has to be told when both apply.
    pub fn or(self, other: Self) -> Self {
        if other.rank() > self.rank() { other } else { self }
    }

    fn rank(self) -> u8 {
        match self {
            Self::Held => 0,
            Self::NothingRan => 1,
            Self::Interrupted | Self::Terminated => 2,
            Self::Inconclusive => 3,
            Self::SnapshotDiffers => 4,
            Self::Violated => 5,
            Self::NotDeterministic => 6,
            Self::Failed => 7,
            Self::BadInput => 8,
        }
    }
}

impl From<Outcome> for Exit {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Held => Self::Held,
            Outcome::Inconclusive => Self::Inconclusive,
            Outcome::Violated => Self::Violated,
            Outcome::NotDeterministic => Self::NotDeterministic,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// The exit codes as `--help` tells them.
pub fn help() -> String {
    let line = |(exit, meaning): &(Exit, &str)| format!("  {}  {meaning}\n", exit.code());
    let lines: String = ALL.iter().map(line).collect();
    format!("Exit codes:\n{lines}When several apply: 3, 5, 1, 7, 6.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_several_endings_is_told() {
        let worst_first = [
            Exit::Failed,
            Exit::NotDeterministic,
            Exit::Violated,
            Exit::SnapshotDiffers,
            Exit::Inconclusive,
            Exit::Held,
        ];
        for pair in worst_first.windows(2) {
            assert_eq!(pair[0].or(pair[1]), pair[0]);
            assert_eq!(pair[1].or(pair[0]), pair[0]);
        }
    }

    #[test]
    fn help_names_every_code() {
        let help = help();
        for (exit, meaning) in ALL {
            assert!(help.contains(&format!("  {}  {meaning}", exit.code())), "{help}");
        }
    }
}
