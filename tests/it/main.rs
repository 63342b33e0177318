//! What holds across the crates.

mod command;
mod compaction;
mod defects;
mod determinism;
mod exclusions;
mod faults;
mod locality;
mod readme;
mod reference;
mod snapshots;
mod tidy;
