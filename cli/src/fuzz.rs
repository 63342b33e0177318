//! `pennywise fuzz`: many trials of one scenario or several.

use clap::ArgMatches;
use model::decision::Policy;
use model::{Defect, Defects};
use rayon::ThreadPool;
use reports::{Brief, CampaignReport, CampaignRow, Count};
use scenarios::campaign::{self, Campaign, Progress};
use sim::Seed;

use crate::arguments::FuzzArguments;
use crate::budget::Budget;
use crate::chosen::Chosen;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::keeper::Keeper;
use crate::outlet::Outlets;
use crate::progress::{Goal, Teller};
use crate::screen::Screen;
use crate::shelf::Shelf;
use crate::stopwatch::Stopwatch;
use crate::threads;

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
    let options = Options::new(arguments, given)?;
    let pool = threads::pool(options.jobs)?;
    let interrupt = Interrupt::watch()?;
    let mut keeper = Keeper::new(shelf, options.defects, &pool, interrupt);
    outlets.begin(&options.heading(), screen)?;
    let campaigns = campaigns(&options, &pool, &mut keeper, interrupt, screen);
    let report = CampaignReport {
        version: env!("CARGO_PKG_VERSION"),
        master_seed: options.master,
        defects: options.defects,
        policy: options.policy,
        is_reference: options.is_reference,
        rows: options.rows(&campaigns).collect(),
        files: keeper.files(),
    };
    outlets.tell(&report, screen)?;
    let exit = if interrupt.came() { Exit::Interrupted } else { Exit::Held };
    Ok(exit.or(report.outcome().into()))
}

/// What to run, and how.
struct Options {
    chosen: Vec<Chosen>,
    budget: Budget,
    master: Seed,
    defects: Defects,
    policy: Option<Policy>,
    jobs: Option<usize>,
    /// Whether it is the reference as it is: nothing is planted, nobody else decides.
    is_reference: bool,
}

impl Options {
    fn new(arguments: FuzzArguments, given: &ArgMatches) -> Result<Self, Failure> {
        Ok(Self {
            is_reference: arguments.plant.is_empty()
                && arguments.policy.is_none()
                && arguments.protocol.is_none(),
            budget: Budget::new(&arguments, given)?,
            chosen: chosen(&arguments)?,
            policy: arguments.policy,
            master: arguments.master_seed.unwrap_or_else(pick_master_seed),
            defects: arguments.plant.into_iter().collect(),
            jobs: arguments.jobs,
        })
    }

    /// Everything that it takes to run the same campaign again.
    fn heading(&self) -> String {
        let (master, version) = (self.master, env!("CARGO_PKG_VERSION"));
        let names: Vec<_> = self.chosen.iter().map(|c| c.scenario.name.as_str()).collect();
        let names = names.join(", ");
        let budget = match self.budget {
            Budget::Seeds(1) => "1 seed of each scenario".to_owned(),
            Budget::Seeds(seeds) => format!("{} seeds of each scenario", Count(seeds)),
            Budget::Time(time) => format!("as many seeds as fit into {}", Brief::from(time)),
        };
        let planted = Defect::ALL.iter().filter(|story| self.defects.has(story.defect));
        let planted: Vec<_> = planted.map(|story| story.name).collect();
        let planted = match planted.is_empty() {
            true => String::new(),
            false => format!(", planted: {}", planted.join(", ")),
        };
        let decided = self.policy.map(|policy| format!(", decided by: {policy}"));
        let decided = decided.unwrap_or_default();
        format!("master seed {master}, pennywise {version}, {budget}: {names}{planted}{decided}\n")
    }

    fn goal(&self) -> Goal {
        match self.budget {
            Budget::Seeds(seeds) => Goal::Seeds(seeds.saturating_mul(self.chosen.len() as u64)),
            Budget::Time(time) => Goal::Time(time),
        }
    }

    fn rows<'c>(&'c self, campaigns: &'c [Campaign]) -> impl Iterator<Item = CampaignRow<'c>> {
        self.chosen.iter().zip(campaigns).map(|(chosen, campaign)| CampaignRow {
            scenario: &chosen.scenario,
            campaign,
            repeat: chosen.repeat(self.defects),
        })
    }
}

/// The scenarios that were asked for; by two-phase commit all those that it can do,
/// if none was.
fn chosen(arguments: &FuzzArguments) -> Result<Vec<Chosen>, Failure> {
    let chosen = Chosen::find_all(&arguments.scenarios)?.into_iter();
    let all = arguments.scenarios.is_empty() && arguments.protocol.is_some();
    let fits = |chosen: &Chosen| !all || chosen.scenario.not_comparable().is_none();
    let under = |chosen: Chosen| chosen.under(arguments.policy).by(arguments.protocol);
    chosen.filter(fits).map(under).collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "nobody gave a master seed; it is printed before anything is drawn from it"
)]
pub(crate) fn pick_master_seed() -> Seed {
    Seed(rand::random())
}

fn campaigns(
    options: &Options,
    pool: &ThreadPool,
    keeper: &mut Keeper<'_>,
    interrupt: Interrupt,
    screen: &mut Screen<'_>,
) -> Vec<Campaign> {
    let clock = Stopwatch::start();
    let mut teller = Teller::new(options.goal(), clock, screen);
    let (budget, count) = (options.budget, options.chosen.len());
    let mut campaigns = Vec::with_capacity(count);
    for (at, chosen) in options.chosen.iter().enumerate() {
        let scenario = &chosen.scenario;
        teller.begin();
        let go_on = |progress: Progress<'_>| {
            for finding in progress.found {
                keeper.keep(scenario, finding, |told| teller.aside(told, screen));
            }
            teller.tell(&scenario.name, progress, screen);
            !interrupt.came() && budget.lasts(at, count, clock.elapsed())
        };
        let (master, seeds, defects) = (options.master, budget.seeds(), options.defects);
        campaigns.push(campaign::run(scenario, master, seeds, defects, pool, go_on));
        if interrupt.came() {
            break;
        }
    }
    teller.end();
    campaigns
}
