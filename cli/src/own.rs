//! An orchestrator of your own in the worlds of this harness: implement
//! [`Orchestrator`], and ask for seeds.
//!
//! It takes the place of edge, store and workers as one party, with a journal of its
//! own; customers, risk service, ledger, providers, network, faults and judge are
//! those that the reference meets. `cli/examples/own_orchestrator` has one that
//! loses money and one that does not.
//!
//! ```no_run
//! use pennywise::own::{self, Desk, Incoming, Orchestrator};
//! use pennywise::scenarios::catalog;
//! use pennywise::sim::Seed;
//!
//! /// It answers nobody, and so loses nothing.
//! #[derive(Clone, Debug)]
//! struct Silent;
//!
//! impl Orchestrator for Silent {
//!     type Record = Vec<u8>;
//!     type Timer = ();
//!     fn boot(_journal: &[Vec<u8>], _desk: &mut Desk<'_, Self>) -> Self {
//!         Self
//!     }
//!     fn on_message(&mut self, _message: Incoming, _desk: &mut Desk<'_, Self>) {}
//!     fn on_timer(&mut self, (): (), _desk: &mut Desk<'_, Self>) {}
//! }
//!
//! let report = own::fuzz::<Silent>(catalog::named("calm-day")?, 100, Seed(42));
//! println!("{report}");
//! # Ok::<(), pennywise::scenarios::load::LoadError>(())
//! ```

use std::fmt;

use model::Defects;
use reports::{CampaignRow, Repeat, campaign_table};
use scenarios::Scenario;
use scenarios::campaign::{self, Campaign, Finding, Undecided};
use scenarios::trial::{self, Trial};
use sim::Seed;

pub use model::gatekeeper::{CreatePayment, KeyId, RefundPayment, StoredReply};
pub use model::{
    Amount, Answer, ChargeId, ChargeState, Decline, LedgerRequest, Money, OperationId, PaymentId,
    ProviderId, ProviderReply, ProviderRequest, RiskReply, RiskRequest, Status, Token,
    TransferResult, Undoing,
};
pub use scenarios::message::ClientReply;
pub use scenarios::own::{
    Books, Caller, Desk, Incoming, NOT_APPLICABLE, Orchestrator, Own, Ticket, Webhooked,
    is_applicable, refuses,
};

/// What many worlds of one scenario came to. Prints as the table of a campaign,
/// and the first violation of each kind with the seed that repeats it.
#[derive(Clone, Debug)]
pub struct Report {
    scenario: Scenario,
    campaign: Campaign,
}

/// Runs `count` worlds of `scenario`, whose seeds are derived from `master`, on all
/// cores. The outcome is the same for any number of them.
///
/// # Panics
/// If the scenario has what no message tells an orchestrator of one's own of
/// ([`refuses`]), or the orchestrator panics: with the seed.
pub fn fuzz<O: Orchestrator>(scenario: &Scenario, count: u64, master: Seed) -> Report {
    fuzz_on::<O>(scenario, count, master, None)
}

/// The same on so many threads.
///
/// # Panics
/// As [`fuzz`] does.
pub fn fuzz_on<O: Orchestrator>(
    scenario: &Scenario,
    count: u64,
    master: Seed,
    jobs: Option<usize>,
) -> Report {
    may_meet(scenario);
    let pool = crate::threads::pool(jobs).unwrap_or_else(|failure| panic!("{failure:?}"));
    let campaign = campaign::run_own(scenario, Own::of::<O>(), master, count, &pool);
    Report { scenario: scenario.clone(), campaign }
}

/// Runs one world of `scenario`.
///
/// # Panics
/// As [`fuzz`] does.
pub fn run<O: Orchestrator>(scenario: &Scenario, seed: Seed) -> Trial {
    may_meet(scenario);
    trial::run_own(scenario, Own::of::<O>(), seed)
}

/// Demands that every invariant holds in `count` worlds of `scenario`.
///
/// # Panics
/// With the whole report if one does not, or if nothing can be concluded.
pub fn assert_holds<O: Orchestrator>(scenario: &Scenario, count: u64, master: Seed) {
    let report = fuzz::<O>(scenario, count, master);
    assert!(report.holds(), "{report}");
}

fn may_meet(scenario: &Scenario) {
    if let Some(why) = refuses(scenario) {
        panic!("`{}` is not for an orchestrator of one's own: {why}", scenario.name);
    }
}

impl Report {
    /// Whether every invariant held in every world.
    pub fn holds(&self) -> bool {
        self.campaign.violated == 0 && self.campaign.inconclusive == 0
    }

    /// The first violation of each kind, in the order of their seeds.
    pub fn findings(&self) -> &[Finding] {
        &self.campaign.findings
    }

    /// All the figures.
    pub const fn campaign(&self) -> &Campaign {
        &self.campaign
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let repeat = Repeat::new(&self.scenario.name, Defects::NONE);
        let rows = [CampaignRow { scenario: &self.scenario, campaign: &self.campaign, repeat }];
        f.write_str(&campaign_table::render(&rows))?;
        for Finding { seed, violation, trials, .. } in &self.campaign.findings {
            writeln!(
                f,
                "\n{} {} in {trials} of {} worlds, first with seed {seed} at {}:\n    {}",
                violation.invariant,
                violation.invariant.story().name,
                self.campaign.trials,
                violation.at,
                violation.evidence
            )?;
        }
        for Undecided { seed, why, .. } in &self.campaign.undecided {
            writeln!(f, "\ninconclusive with seed {seed}: {why}")?;
        }
        write!(f, "\n{}", campaign_table::verdict(&rows))
    }
}
