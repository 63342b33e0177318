//! How much a campaign may run.

use std::time::Duration;

use clap::ArgMatches;
use clap::parser::ValueSource;

use crate::arguments::FuzzArguments;
use crate::failure::Failure;

/// When enough is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Budget {
    /// After so many seeds of each scenario.
    Seeds(u64),
    /// After so long, in equal parts for each scenario.
    Time(Duration),
}

impl Budget {
    /// What `--seeds` and `--for` say, or the variables that stand for them; a
    /// flag wins over a variable. `given` knows which is which.
    ///
    /// # Errors
    /// If both are flags, or both are variables.
    pub(crate) fn new(arguments: &FuzzArguments, given: &ArgMatches) -> Result<Self, Failure> {
        let flag = |name| given.value_source(name) == Some(ValueSource::CommandLine);
        match (arguments.seeds, arguments.time) {
            (None, None) => Ok(Self::Seeds(SEEDS)),
            (Some(seeds), None) => Ok(Self::Seeds(seeds.get())),
            (None, Some(time)) => Ok(Self::Time(time)),
            (Some(seeds), Some(_)) if flag("seeds") && !flag("time") => {
                Ok(Self::Seeds(seeds.get()))
            }
            (Some(_), Some(time)) if flag("time") && !flag("seeds") => Ok(Self::Time(time)),
            (Some(_), Some(_)) => Err(Failure::BadInput(
                "`--seeds` and `--for` exclude each other: give a number of seeds or a time"
                    .to_owned(),
            )),
        }
    }

    /// The number of seeds of each scenario, at most.
    pub(crate) fn seeds(self) -> u64 {
        match self {
            Self::Seeds(seeds) => seeds,
            Self::Time(_) => u64::MAX,
        }
    }

    /// Whether scenario number `at` of `count`, counted from 0, may go on after
    /// the whole campaign has run for so long.
    pub(crate) fn lasts(self, at: usize, count: usize, elapsed: Duration) -> bool {
        match self {
            Self::Seeds(_) => true,
            Self::Time(time) => {
                let share = time.as_nanos() * (at as u128 + 1) / (count as u128).max(1);
                elapsed.as_nanos() < share
            }
        }
    }
}

/// How many seeds run if nobody says.
const SEEDS: u64 = 1_000;

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, FromArgMatches};

    use super::*;
    use crate::arguments::{Command, CommandLine};

    fn budget(line: &str) -> Result<Budget, Failure> {
        let matches = CommandLine::command().try_get_matches_from(line.split_whitespace()).unwrap();
        let Command::Fuzz(fuzz) = CommandLine::from_arg_matches(&matches).unwrap().command else {
            panic!("`fuzz` was taken for something else")
        };
        Budget::new(&fuzz, matches.subcommand_matches("fuzz").unwrap())
    }

    #[test]
    fn a_thousand_seeds_run_if_nobody_says() {
        assert_eq!(budget("pennywise fuzz").unwrap(), Budget::Seeds(1_000));
        assert_eq!(budget("pennywise fuzz --seeds 7").unwrap(), Budget::Seeds(7));
        let minute = Budget::Time(Duration::from_secs(60));
        assert_eq!(budget("pennywise fuzz --for 1m").unwrap(), minute);
    }

    #[test]
    fn seeds_and_a_time_exclude_each_other() {
        let both = budget("pennywise fuzz --seeds 7 --for 1m");
        assert!(matches!(both, Err(Failure::BadInput(_))), "{both:?}");
    }

    #[test]
    fn a_time_is_divided_evenly_over_the_scenarios() {
        let budget = Budget::Time(Duration::from_secs(60));
        assert!(budget.lasts(0, 6, Duration::from_millis(9_999)));
        assert!(!budget.lasts(0, 6, Duration::from_secs(10)));
        assert!(budget.lasts(5, 6, Duration::from_millis(59_999)));
        assert!(!budget.lasts(5, 6, Duration::from_secs(60)));
    }
}
