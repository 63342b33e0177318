//! `pennywise fuzz`: many trials of one scenario or several.

use clap::ArgMatches;
use rayon::ThreadPool;
use scenarios::campaign::{self, Campaign, Part, Progress, Shard, Terms};

use crate::arguments::FuzzArguments;
use crate::asked_shard::AskedShard;
use crate::budget::Budget;
use crate::chosen::Chosen;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::keeper::Keeper;
use crate::outlet::Outlets;
use crate::progress::{Goal, Teller};
use crate::screen::Screen;
use crate::shard_file::ShardFile;
use crate::shelf::Shelf;
use crate::stopwatch::Stopwatch;
use crate::undertaking::Undertaking;
use crate::{batch_system, threads};

/// Runs a campaign over each scenario and tells what they came to; each kind of
/// violation is kept in a file, and ends with the command that repeats it. Ctrl-C ends it after
/// the trials in flight, with a report of what there is by then. `given` knows which arguments are
/// flags and which are variables.
pub(crate) fn fuzz(
    arguments: FuzzArguments,
    given: &ArgMatches,
    screen: &mut Screen<'_>,
) -> Result<Exit, Failure> {
    let shelf = Shelf::new(arguments.out.clone())?;
    let outlets = Outlets::new(arguments.format, &arguments.report)?;
    let undertaking = Undertaking::new(&arguments, given)?;
    let shard = shard(&arguments, &undertaking, screen)?;
    let pool = threads::pool(arguments.jobs)?;
    let interrupt = Interrupt::watch()?;
    let mut keeper = Keeper::new(shelf.clone(), undertaking.defects, &pool, interrupt);
    keeper.shrinks_all |= shard.is_some();
    outlets.begin(&undertaking.heading(shard), screen)?;
    let parts = parts(&undertaking, shard, &pool, &mut keeper, interrupt, screen);
    let campaigns: Vec<Campaign> = parts.iter().map(|part| part.campaign.clone()).collect();
    if let Some(shard) = shard {
        let file = ShardFile::new(&undertaking, shard, parts, keeper.keepings());
        put(&file, &shelf, interrupt, screen)?;
    }
    let mut report = undertaking.report(&campaigns);
    report.files = keeper.files();
    // What has to be seen, all shards together have to see.
    report.is_reference &= shard.is_none();
    outlets.tell(&report, screen)?;
    // There may be more shards than trials.
    let ran = campaigns.iter().any(|campaign| campaign.trials > 0);
    let exit = if ran { Exit::Held } else { Exit::NothingRan };
    Ok(exit.or(interrupt.exit()).or(report.outcome().into()))
}

/// The shard that was asked for, which can be merged with the others.
fn shard(
    arguments: &FuzzArguments,
    undertaking: &Undertaking,
    screen: &mut Screen<'_>,
) -> Result<Option<Shard>, Failure> {
    let Some(asked) = arguments.shard else { return Ok(None) };
    let other = match (undertaking.budget, undertaking.failures_max) {
        (Budget::Time(_), _) => Some("--for"),
        (Budget::Saturated, _) => Some("--until-saturated"),
        (Budget::Seeds(_), Some(1)) if arguments.fail_fast => Some("--fail-fast"),
        (Budget::Seeds(_), Some(_)) => Some("--max-failures"),
        (Budget::Seeds(_), None) => None,
    };
    if let Some(other) = other {
        return Err(Failure::BadInput(format!(
            "`--shard` and `{other}` exclude each other: where to stop, no shard can tell without \
             the others, and each has to have all of its trials; give `--seeds` alone"
        )));
    }
    if arguments.master_seed.is_none() {
        return Err(Failure::BadInput(
            "`--shard` needs `--master-seed`: all shards have to run the same campaign, and \
             without it each would pick another"
                .to_owned(),
        ));
    }
    match asked {
        AskedShard::Given(shard) => Ok(Some(shard)),
        AskedShard::Auto { count } => {
            let said = batch_system::said(count).map_err(Failure::BadInput)?;
            screen.remark(&format!("{said}\n"));
            Ok(Some(said.shard))
        }
    }
}

/// Runs what `undertaking` says of each scenario, or the `shard` of it, until Ctrl-C or enough
/// failures.
fn parts(
    undertaking: &Undertaking,
    shard: Option<Shard>,
    pool: &ThreadPool,
    keeper: &mut Keeper<'_>,
    interrupt: Interrupt,
    screen: &mut Screen<'_>,
) -> Vec<Part> {
    let clock = Stopwatch::start();
    let mut teller = Teller::new(goal(undertaking, shard), clock, screen);
    let Undertaking { budget, master, defects, recheck, ref chosen, .. } = *undertaking;
    let whose = shard.unwrap_or(Shard::WHOLE);
    let terms = Terms { master, count: budget.seeds(), shard: whose, defects, recheck };
    let mut failures = undertaking.failures_max;
    let mut parts = Vec::with_capacity(chosen.len());
    for (at, Chosen { scenario, .. }) in chosen.iter().enumerate() {
        teller.begin();
        let go_on = |progress: Progress<'_>| {
            for finding in progress.found {
                keeper.keep(scenario, finding, |told| teller.aside(told, screen));
            }
            teller.tell(&scenario.name, progress.trials, progress.virtual_nanos, screen);
            !interrupt.came()
                && failures.is_none_or(|left| progress.violated < left)
                && budget.lasts(at, chosen.len(), clock.elapsed(), progress.seen)
        };
        let part = match shard {
            Some(_) => campaign::run_part(scenario, terms, pool, go_on),
            None => campaign::run_whole(scenario, terms, pool, go_on).into(),
        };
        failures = failures.map(|left| left.saturating_sub(part.campaign.violated));
        parts.push(part);
        if interrupt.came() || failures == Some(0) {
            break;
        }
    }
    teller.end();
    parts
}

fn goal(undertaking: &Undertaking, shard: Option<Shard>) -> Goal {
    match undertaking.budget {
        Budget::Seeds(seeds) => {
            let share = shard.unwrap_or(Shard::WHOLE).share(seeds);
            Goal::Seeds(share.saturating_mul(undertaking.chosen.len() as u64))
        }
        Budget::Time(time) => Goal::Time(time),
        Budget::Saturated => Goal::Open,
    }
}

/// Puts the result of a shard on the shelf, if it is all of it: what is there is complete.
fn put(
    file: &ShardFile,
    shelf: &Shelf,
    interrupt: Interrupt,
    screen: &mut Screen<'_>,
) -> Result<(), Failure> {
    let shard = file.shard();
    if interrupt.came() {
        screen.remark(&format!(
            "shard {shard} was interrupted, and is in no file that could be merged: run it again\n"
        ));
        return Ok(());
    }
    let name = ShardFile::name(shard);
    shelf.put(&name, &file.text()?).map_err(Failure::Output)?;
    screen.remark(&format!("shard {shard} is in {}\n", shelf.path(&name).display()));
    Ok(())
}
