//! The words of the command that compares strategies.

use std::num::NonZeroU64;
use std::path::PathBuf;

use clap::Args;
use model::Defect;
use scenarios::Strategy;
use sim::Seed;

use super::{defect, jobs, seeds};

#[derive(Clone, Debug, Args)]
pub(crate) struct AblateArguments {
    /// A defect to look for; may be given several times, or as a list with commas [default:
    /// every one]
    #[arg(long, value_name = "DEFECT", value_delimiter = ',', value_parser = defect)]
    pub(crate) defect: Vec<Defect>,
    /// A strategy to look by; may be given several times, or as a list with commas [default:
    /// every one]
    #[arg(long, value_name = "STRATEGY", value_delimiter = ',')]
    pub(crate) strategy: Vec<Strategy>,
    /// How many trials, over all scenarios, each of nine ranges of seeds is looked through at
    /// most
    #[arg(long, value_name = "N", default_value = "2000", value_parser = seeds)]
    #[arg(allow_negative_numbers = true)]
    pub(crate) seeds: NonZeroU64,
    /// The seed of all seeds; the same for everybody, so that tables can be compared
    #[arg(long, value_name = "SEED", default_value = "1", allow_negative_numbers = true)]
    pub(crate) master_seed: Seed,
    /// How many threads to use [default: one for each core]
    #[arg(long, value_name = "N", value_parser = jobs, allow_negative_numbers = true)]
    pub(crate) jobs: Option<usize>,
    /// The file to write it to, whole or not at all [default: it is printed]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}
