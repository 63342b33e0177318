//! Payment parties in simulated worlds, the invariants that judge them, and
//! campaigns over many seeds.
//!
//! Start at [`trial::run`] (`trial.rs`): seed, plan, world, verdict, in a few
//! lines; every name in it is a door to one file.
//!
//! - what may happen: [`Scenario`], its [`catalog`], the [`cast`] of providers,
//!   and the [`Plan`] that a seed draws from it
//! - who takes part: [`party`], speaking [`message`]s
//! - who judges: [`judge`], by the [`invariant`]s
//! - how it came to a violation: [`story`]
//! - how much money waits meanwhile, and for what: [`trapped`]
//! - how a campaign looks for what is rare: [`strategy`]
//! - every set of a few faults over a few operations: [`prove`]
//! - many seeds: [`campaign`]; and the same seeds by two protocols: [`compare`]
//! - how many known bugs all of that catches: [`score`]
//! - a violation as a file, to replay: [`repro`]
//! - the same seed again, here or elsewhere: [`determinism`]

pub mod ablation;
pub mod bounds;
pub mod campaign;
pub mod cast;
pub mod catalog;
pub mod compare;
pub mod determinism;
pub mod exclusion;
pub mod fact;
pub mod fingerprint;
pub mod invalid;
pub mod invariant;
pub mod judge;
pub mod latency;
pub mod linearizability;
pub mod load;
pub mod message;
mod ordinal;
pub mod own;
pub mod party;
pub mod plan;
pub mod points;
pub mod prove;
pub mod repro;
pub mod schema;
pub mod score;
pub mod settings;
pub mod shrink;
mod snapshot;
pub mod sometimes;
mod span;
pub mod story;
pub mod strategy;
mod system;
pub mod trapped;
pub mod trial;

pub use fingerprint::Fingerprint;
pub use ordinal::{NotAnOrdinal, Ordinal};
pub use party::Compaction;
pub use plan::Plan;
pub use settings::Scenario;
pub use snapshot::Snapshot;
pub use span::{NotASpan, Span};
pub use strategy::Strategy;
pub use system::{Entry, Nudge, Party, PaymentSystem, Timer};
