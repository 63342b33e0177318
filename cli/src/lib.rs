//! Deterministic simulation testing for payment workflows.
//!
//! One seed decides everything that happens in a simulated world of customers,
//! an orchestrator, a ledger and payment providers that a hostile network
//! joins. Invariants decide whether a penny was spent twice or lost. The
//! `pennywise` command is [`command_line`]; everything that it does can be done
//! from a test as well:
//!
//! ```
//! use pennywise::model::{Defect, Defects};
//! use pennywise::scenarios::{catalog, story, trial};
//! use pennywise::sim::Seed;
//!
//! let scenario = catalog::named("silent-after-capture")?;
//!
//! // The same seed is the same world, down to the digest of its every event.
//! let trial = trial::run(scenario, Seed(42), Defects::NONE);
//! assert_eq!(trial.digest, trial::run(scenario, Seed(42), Defects::NONE).digest);
//!
//! // A wrong implementation is found, and its seed repeats what it did.
//! let planted = Defects::NONE.with(Defect::TimeoutIsFailure);
//! let violated = |seed: &Seed| !trial::run(scenario, *seed, planted).violations().is_empty();
//! let seed = (0..100).map(Seed).find(violated).expect("some seed shows it");
//! let trial = trial::run(scenario, seed, planted);
//! let first = &trial.violations()[0];
//!
//! // And how it came to that is a story.
//! let told = story::tell(&trial.plan, planted, |violation| violation == first);
//! let again = format!("pennywise run {} --seed {seed}", scenario.name);
//! println!("{}", pennywise::reports::story::text::render(&told.unwrap(), &again));
//! # Ok::<(), pennywise::scenarios::load::LoadError>(())
//! ```
//!
//! Start at [`scenarios::trial::run`], one seed's run and judgement. A scenario
//! of your own is a TOML file that [`scenarios::load::file`] reads; the built-in
//! ones, in [`scenarios::catalog`], are there to be copied.

mod ablate;
mod arguments;
mod asked_shard;
mod author;
mod batch_system;
mod budget;
mod chosen;
pub mod command_line;
mod compare;
mod completions;
mod diff;
mod doctor;
mod environment;
pub mod exit_code;
mod explain;
mod export;
mod failure;
mod fuzz;
mod interrupt;
mod keeper;
mod list;
mod merge;
mod narration;
mod outlet;
pub mod own;
mod progress;
mod prove;
mod replay;
mod run;
mod schema;
mod score;
mod screen;
mod shard_file;
mod shelf;
mod shrink;
mod snapshot;
mod stopwatch;
mod suite;
mod threads;
mod undertaking;
mod witness;

/// The payment system as pure state machines, and the defects that can be
/// planted in it. Knows no clock and no chance.
pub use model;
/// Finished trials and campaigns, rendered.
pub use reports;
/// Parties, plans, invariants, trials and campaigns.
pub use scenarios;
/// The simulator kernel. Knows no money.
pub use sim;
