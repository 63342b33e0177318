//! How much a campaign may run.

use std::num::NonZeroU64;
use std::time::Duration;

use clap::ArgMatches;
use clap::parser::ValueSource;
use scenarios::sometimes::Tally;

use crate::arguments::FuzzArguments;
use crate::failure::Failure;

/// When enough is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Budget {
    /// After so many seeds of each scenario.
    Seeds(u64),
    /// After so long, in equal parts for each scenario.
    Time(Duration),
    /// When little new is left to see in each scenario.
    Saturated,
}

impl Budget {
    /// What `--seeds`, `--for` and `--until-saturated` say, or the variables that stand for
    /// them; a flag wins over a variable. `given` knows which is which.
    ///
    /// # Errors
    /// If two are flags, or two are variables and none is a flag.
    pub(crate) fn new(arguments: &FuzzArguments, given: &ArgMatches) -> Result<Self, Failure> {
        let said = [
            ("seeds", arguments.seeds.map(|seeds| Self::Seeds(seeds.get()))),
            ("time", arguments.time.map(Self::Time)),
            ("until_saturated", arguments.until_saturated.then_some(Self::Saturated)),
        ];
        match only(said, given) {
            Ok(budget) => Ok(budget.unwrap_or(Self::Seeds(SEEDS))),
            Err(()) => Err(Failure::BadInput(
                "`--seeds`, `--for` and `--until-saturated` exclude each other: give a number of \
                 seeds, a time, or leave it to what is seen"
                    .to_owned(),
            )),
        }
    }

    /// The number of seeds of each scenario, at most.
    pub(crate) fn seeds(self) -> u64 {
        match self {
            Self::Seeds(seeds) => seeds,
            Self::Time(_) | Self::Saturated => u64::MAX,
        }
    }

    /// Whether scenario number `at` of `count`, counted from 0, may go on after
    /// the whole campaign has run for so long, and it has seen this.
    pub(crate) fn lasts(self, at: usize, count: usize, elapsed: Duration, seen: &Tally) -> bool {
        match self {
            Self::Seeds(_) => true,
            Self::Saturated => !seen.is_saturated(),
            Self::Time(time) => {
                let share = time.as_nanos() * (at as u128 + 1) / (count as u128).max(1);
                elapsed.as_nanos() < share
            }
        }
    }
}

/// How many trials may fail until it is enough, by `--fail-fast` and `--max-failures` or the
/// variables that stand for them; a flag wins over a variable.
///
/// # Errors
/// If both are flags, or both are variables.
pub(crate) fn failures_max(
    arguments: &FuzzArguments,
    given: &ArgMatches,
) -> Result<Option<u64>, Failure> {
    let said = [
        ("fail_fast", arguments.fail_fast.then_some(1)),
        ("max_failures", arguments.max_failures.map(NonZeroU64::get)),
    ];
    only(said, given).map_err(|()| {
        Failure::BadInput(
            "`--fail-fast` and `--max-failures` exclude each other: the first is the second \
             with 1"
                .to_owned(),
        )
    })
}

/// The one that was said, or the one flag of several; the name is that of the argument.
fn only<T: Copy, const N: usize>(
    said: [(&str, Option<T>); N],
    given: &ArgMatches,
) -> Result<Option<T>, ()> {
    let is_flag = |name: &str| given.value_source(name) == Some(ValueSource::CommandLine);
    let said: Vec<_> = said.into_iter().filter_map(|(name, what)| Some((name, what?))).collect();
    let flags: Vec<_> = said.iter().filter(|(name, _)| is_flag(name)).collect();
    match (said.as_slice(), flags.as_slice()) {
        ([], _) => Ok(None),
        ([(_, what)], _) | (_, [(_, what)]) => Ok(Some(*what)),
        _ => Err(()),
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
        let (fuzz, given) = parsed(line);
        Budget::new(&fuzz, &given)
    }

    fn parsed(line: &str) -> (FuzzArguments, ArgMatches) {
        let matches = CommandLine::command().try_get_matches_from(line.split_whitespace()).unwrap();
        let Command::Fuzz(fuzz) = CommandLine::from_arg_matches(&matches).unwrap().command else {
            panic!("`fuzz` was taken for something else")
        };
        (fuzz, matches.subcommand_matches("fuzz").unwrap().clone())
    }

    #[test]
    fn a_thousand_seeds_run_if_nobody_says() {
        assert_eq!(budget("pennywise fuzz").unwrap(), Budget::Seeds(1_000));
        assert_eq!(budget("pennywise fuzz --seeds 7").unwrap(), Budget::Seeds(7));
        let minute = Budget::Time(Duration::from_secs(60));
        assert_eq!(budget("pennywise fuzz --for 1m").unwrap(), minute);
    }

    #[test]
    fn seeds_a_time_and_saturation_exclude_each_other() {
        let saturated = budget("pennywise fuzz --until-saturated").unwrap();
        assert_eq!(saturated, Budget::Saturated);
        for line in
            ["--seeds 7 --for 1m", "--seeds 7 --until-saturated", "--for 1m --until-saturated"]
        {
            let both = budget(&format!("pennywise fuzz {line}"));
            assert!(matches!(both, Err(Failure::BadInput(_))), "{both:?}");
        }
    }

    #[test]
    fn failing_fast_is_one_failure_at_most() {
        let most = |line: &str| {
            let (fuzz, given) = parsed(&format!("pennywise fuzz {line}"));
            failures_max(&fuzz, &given)
        };
        assert_eq!(most("").unwrap(), None);
        assert_eq!(most("--fail-fast").unwrap(), Some(1));
        assert_eq!(most("--max-failures 3").unwrap(), Some(3));
        assert!(most("--fail-fast --max-failures 3").is_err());
    }

    #[test]
    fn a_time_is_divided_evenly_over_the_scenarios() {
        let budget = Budget::Time(Duration::from_secs(60));
        let lasts =
            |at, millis| budget.lasts(at, 6, Duration::from_millis(millis), &Tally::default());
        assert!(lasts(0, 9_999));
        assert!(!lasts(0, 10_000));
        assert!(lasts(5, 59_999));
        assert!(!lasts(5, 60_000));
    }
}
