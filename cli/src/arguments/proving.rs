//! The words of `prove`.

use std::path::PathBuf;

use clap::Args;
use model::Defect;

use super::{defect, jobs};

#[derive(Clone, Debug, Args)]
pub(crate) struct ProveArguments {
    /// The scenario whose parties and operations the worlds have: one of `pennywise list
    /// scenarios`, or the path of a file
    pub(crate) scenario: String,
    /// How many operations customers attempt: those that between them have most of what the
    /// scenario has; with refunds, a refund is one of them
    #[arg(long, value_name = "K", default_value = "3")]
    #[arg(value_parser = clap::value_parser!(u8).range(1..=8))]
    pub(crate) ops: u8,
    /// How many faults strike at most; the worlds grow a thousandfold with each
    #[arg(long, value_name = "F", default_value = "2")]
    #[arg(value_parser = clap::value_parser!(u8).range(0..=4))]
    pub(crate) faults: u8,
    /// A defect to plant; may be given several times, or as a list with commas
    #[arg(long, value_name = "DEFECT", value_delimiter = ',', value_parser = defect)]
    pub(crate) plant: Vec<Defect>,
    /// End with the first worlds that violate an invariant: those with fewer faults come first
    #[arg(long)]
    pub(crate) fail_fast: bool,
    /// The folder that counterexamples are written to, each as a file for `pennywise replay`; made
    /// when there is something to write [default: pennywise-repros]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// How many threads to use [default: one for each core]
    #[arg(long, value_name = "N", value_parser = jobs, allow_negative_numbers = true)]
    pub(crate) jobs: Option<usize>,
}
