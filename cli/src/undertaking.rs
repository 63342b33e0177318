//! What a campaign runs: everything that its outcome depends on.

use clap::ArgMatches;
use model::decision::Policy;
use model::{Defect, Defects};
use reports::{Brief, CampaignReport, CampaignRow, Count, counted};
use scenarios::Strategy;
use scenarios::campaign::{Campaign, Shard};
use scenarios::plan::Protocol;
use scenarios::sometimes::SATURATED;
use sim::{Rate, Seed};

use crate::arguments::FuzzArguments;
use crate::budget::{self, Budget};
use crate::chosen::Chosen;
use crate::failure::Failure;

/// Which worlds, how many, and what is done to them.
pub(crate) struct Undertaking {
    pub(crate) chosen: Vec<Chosen>,
    pub(crate) budget: Budget,
    pub(crate) master: Seed,
    pub(crate) defects: Defects,
    pub(crate) policy: Option<Policy>,
    pub(crate) protocol: Option<Protocol>,
    pub(crate) strategy: Strategy,
    /// The share of trials that hold which run twice, as do all that don't; if any are to.
    pub(crate) recheck: Option<Rate>,
    /// With so many trials that failed it is enough.
    pub(crate) failures_max: Option<u64>,
}

impl Undertaking {
    /// What was asked for. `given` knows which arguments are flags and which are variables.
    ///
    /// # Errors
    /// If there is no such scenario, or arguments exclude each other.
    pub(crate) fn new(arguments: &FuzzArguments, given: &ArgMatches) -> Result<Self, Failure> {
        Ok(Self {
            budget: Budget::new(arguments, given)?,
            chosen: chosen(arguments)?,
            policy: arguments.policy,
            protocol: arguments.protocol,
            strategy: arguments.strategy,
            recheck: arguments.recheck,
            failures_max: budget::failures_max(arguments, given)?,
            master: arguments.master_seed.unwrap_or_else(pick_master_seed),
            defects: arguments.plant.iter().copied().collect(),
        })
    }

    /// Everything that it takes to run the same campaign again.
    pub(crate) fn heading(&self, shard: Option<Shard>) -> String {
        let (master, version) = (self.master, env!("CARGO_PKG_VERSION"));
        let names: Vec<_> = self.chosen.iter().map(|c| c.scenario.name.as_str()).collect();
        let names = names.join(", ");
        let budget = match self.budget {
            Budget::Seeds(1) => "1 seed of each scenario".to_owned(),
            Budget::Seeds(seeds) => format!("{} seeds of each scenario", Count(seeds)),
            Budget::Time(time) => format!("as many seeds as fit into {}", Brief::from(time)),
            Budget::Saturated => format!(
                "seeds of each scenario until less than one in {} would see anything new",
                Count(SATURATED)
            ),
        };
        let enough = match self.failures_max {
            None => String::new(),
            Some(failures) => format!(", up to {}", counted(failures, "failure")),
        };
        let shard = shard.map(|shard| format!(", of which shard {shard}")).unwrap_or_default();
        let planted: Vec<_> = self.planted().collect();
        let planted = match planted.is_empty() {
            true => String::new(),
            false => format!(", planted: {}", planted.join(", ")),
        };
        let decided = self.policy.map(|policy| format!(", decided by: {policy}"));
        let decided = decided.unwrap_or_default();
        let searched = match self.strategy {
            Strategy::Portfolio => String::new(),
            other => format!(", searched by: {other}"),
        };
        let twice = self.recheck.map(|share| format!(", run twice: {share}"));
        let twice = twice.unwrap_or_default();
        format!(
            "master seed {master}, pennywise {version}, {budget}{enough}{shard}: {names}{planted}{decided}{searched}{twice}\n"
        )
    }

    /// The names of what is planted.
    pub(crate) fn planted(&self) -> impl Iterator<Item = &'static str> {
        let planted = Defect::ALL.iter().filter(|story| self.defects.has(story.defect));
        planted.map(|story| story.name)
    }

    /// Whether it is the reference as it is: nothing is planted, nobody else decides, and it
    /// is looked for everything.
    pub(crate) fn is_reference(&self) -> bool {
        let plain = self.defects.is_empty() && self.policy.is_none() && self.protocol.is_none();
        plain && self.strategy == Strategy::Portfolio
    }

    /// What it came to: a campaign for each scenario, as far as it came. The files of findings
    /// are left to whoever kept them.
    pub(crate) fn report<'c>(&'c self, campaigns: &'c [Campaign]) -> CampaignReport<'c> {
        let rows = self.chosen.iter().zip(campaigns).map(|(chosen, campaign)| CampaignRow {
            scenario: &chosen.scenario,
            campaign,
            repeat: chosen.repeat(self.defects),
        });
        CampaignReport {
            version: env!("CARGO_PKG_VERSION"),
            master_seed: self.master,
            defects: self.defects,
            policy: self.policy,
            strategy: self.strategy,
            is_reference: self.is_reference(),
            rows: rows.collect(),
            files: Default::default(),
        }
    }
}

/// The scenarios that were asked for; by two-phase commit all those that it can do,
/// if none was.
fn chosen(arguments: &FuzzArguments) -> Result<Vec<Chosen>, Failure> {
    let chosen = Chosen::find_all(&arguments.scenarios)?.into_iter();
    let all = arguments.scenarios.is_empty() && arguments.protocol.is_some();
    let fits = |chosen: &Chosen| !all || chosen.scenario.not_comparable().is_none();
    let under = |chosen: Chosen| {
        let by = chosen.under(arguments.policy).by(arguments.protocol)?;
        Ok(by.searched(Some(arguments.strategy)))
    };
    chosen.filter(fits).map(under).collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "nobody gave a master seed; it is printed before anything is drawn from it"
)]
pub(crate) fn pick_master_seed() -> Seed {
    Seed(rand::random())
}
