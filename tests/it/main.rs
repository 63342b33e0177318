//! What holds across the crates.

mod chargebacks;
mod command;
mod compaction;
mod compare;
mod damage;
mod defects;
mod determinism;
mod doctor;
mod endings;
mod events;
mod exchanges;
mod exclusions;
mod faults;
mod findings;
mod golden;
mod incidents;
#[cfg(unix)]
mod interrupt;
mod keys;
mod locality;
mod own;
mod policies;
mod readme;
mod reference;
mod repro_file;
mod repros;
mod reversals;
mod schema;
mod settlement;
mod shrinking;
mod snapshots;
mod story;
mod takeover;
mod tidy;
mod trapped;
mod webhooks;
