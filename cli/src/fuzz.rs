//! `pennywise fuzz`: many trials of one or several scenarios.

use std::num::NonZeroU64;
use std::time::Duration;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory};
use model::{Defect, Defects};
use rayon::{ThreadPool, ThreadPoolBuilder};
use reports::{CampaignRow, campaign_table, violation};
use scenarios::campaign::{self, Campaign};
use sim::Seed;

use crate::arguments::{CommandLine, FuzzArguments};
use crate::chosen::Chosen;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::progress::{Goal, Teller};
use crate::screen::{Mood, Screen};
use crate::stopwatch::Stopwatch;

/// What to fuzz, and for how long.
struct Options {
    scenarios: Vec<Chosen>,
    budget: Budget,
    master: Seed,
    defects: Defects,
    jobs: usize,
}

/// When enough is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Budget {
    /// After so many seeds of each scenario.
    Seeds(u64),
    /// After so long, divided evenly over the scenarios.
    Time(Duration),
}

/// Runs a campaign over each scenario and tells what they came to; each
/// violation ends with the command that repeats it. `given` tells which
/// arguments are flags and which are variables.
pub(crate) fn fuzz(
    arguments: FuzzArguments,
    given: &ArgMatches,
    screen: &mut Screen<'_>,
) -> Result<Exit, Failure> {
    let options = Options::new(arguments, given)?;
    let pool = pool(options.jobs)?;
    screen.headline(Mood::Plain, &options.heading())?;
    let campaigns = campaigns(&options, &pool, screen);
    let rows: Vec<_> = options.scenarios.iter().zip(&campaigns).map(|(chosen, campaign)| {
        let repeat = chosen.repeat(options.defects);
        CampaignRow { scenario: &chosen.scenario, campaign, repeat }
    });
    report(&rows, screen)
}
