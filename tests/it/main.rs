//! What holds across the crates.

mod command;
mod compaction;
mod defects;
mod determinism;
mod doctor;
mod endings;
mod exclusions;
mod faults;
mod golden;
mod locality;
mod readme;
mod reference;
mod snapshots;
mod takeover;
mod tidy;
