//! The words of the commands that run campaigns, and put them together.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::BoolishValueParser;
use model::Defect;
use model::decision::Policy;
use scenarios::Strategy;
use scenarios::plan::Protocol;
use sim::{Rate, Seed};

use super::{CampaignFormat, defect, jobs, policy, seeds, time};
use crate::asked_shard::AskedShard;

#[derive(Clone, Debug, Args)]
pub(crate) struct FuzzArguments {
    /// Names of built-in scenarios or paths of scenario files [default: every built-in one]
    #[arg(value_name = "SCENARIO")]
    pub(crate) scenarios: Vec<String>,
    /// How many seeds of each scenario to run [default: 1000, unless --for or
    /// --until-saturated is given]
    #[arg(long, value_name = "N", env = "PENNYWISE_SEEDS", value_parser = seeds)]
    #[arg(allow_negative_numbers = true)]
    pub(crate) seeds: Option<NonZeroU64>,
    /// How long to run, such as `60s` or `10m`, in equal parts for each scenario
    #[arg(long = "for", value_name = "TIME", env = "PENNYWISE_FOR", value_parser = time)]
    pub(crate) time: Option<Duration>,
    /// Run each scenario until less than one in 1,000 further trials would see anything new: a
    /// fault of another kind during another step, a reply or an end of another class
    #[arg(long, env = "PENNYWISE_UNTIL_SATURATED", value_parser = BoolishValueParser::new())]
    pub(crate) until_saturated: bool,
    /// Stop after the first batch of trials in which any fails
    #[arg(long, env = "PENNYWISE_FAIL_FAST", value_parser = BoolishValueParser::new())]
    pub(crate) fail_fast: bool,
    /// Stop after the batch of trials with which so many have failed
    #[arg(long, value_name = "N", env = "PENNYWISE_MAX_FAILURES", value_parser = seeds)]
    #[arg(allow_negative_numbers = true)]
    pub(crate) max_failures: Option<NonZeroU64>,
    /// Run each trial that fails a second time, and such a share of the others, such as `5%`: does
    /// each come to the same?
    #[arg(long, value_name = "SHARE", env = "PENNYWISE_RECHECK")]
    pub(crate) recheck: Option<Rate>,
    /// The seed of all seeds; picked and printed first if it is not given
    #[arg(long, value_name = "SEED", env = "PENNYWISE_MASTER_SEED")]
    #[arg(allow_negative_numbers = true)]
    pub(crate) master_seed: Option<Seed>,
    /// Which of the trials to run, where several machines share a campaign: `2/8` is the second
    /// of eight shards; `auto` asks the CI system or batch engine, `auto/8` where that knows no
    /// number of shards. The result is a file in the folder of the findings, for `pennywise
    /// merge`
    #[arg(long, value_name = "K/N", env = "PENNYWISE_SHARD", value_parser = AskedShard::parse)]
    pub(crate) shard: Option<AskedShard>,
    /// How many threads to use [default: one for each core]
    #[arg(long, value_name = "N", env = "PENNYWISE_JOBS", value_parser = jobs)]
    #[arg(allow_negative_numbers = true)]
    pub(crate) jobs: Option<usize>,
    /// A defect to plant; may be given several times, or as a list with commas
    #[arg(long, value_name = "DEFECT", env = "PENNYWISE_PLANT", value_delimiter = ',')]
    #[arg(value_parser = defect)]
    pub(crate) plant: Vec<Defect>,
    /// Who decides which provider is tried and what is done about a doubt, in place of whom the
    /// scenario says; `pennywise list policies` names them all
    #[arg(long, value_name = "POLICY", env = "PENNYWISE_POLICY", value_parser = policy)]
    pub(crate) policy: Option<Policy>,
    /// The protocol that brings payments about: `saga` or `2pc`, two-phase commit. What goes
    /// wrong is then what means the same to both [default: sagas, and whatever goes wrong]
    #[arg(long, value_name = "PROTOCOL", env = "PENNYWISE_PROTOCOL")]
    pub(crate) protocol: Option<Protocol>,
    /// How to look for what is rare; `pennywise list strategies` names them all
    #[arg(long, value_name = "STRATEGY", env = "PENNYWISE_STRATEGY", default_value = "portfolio")]
    pub(crate) strategy: Strategy,
    /// The folder that findings are written to, each as a file for `pennywise replay`; made when
    /// there is something to write [default: pennywise-repros]
    #[arg(long, value_name = "DIR", env = "PENNYWISE_OUT")]
    pub(crate) out: Option<PathBuf>,
    /// What to tell the outcome as
    #[arg(long, value_name = "FORMAT", env = "PENNYWISE_FORMAT", default_value = "text")]
    pub(crate) format: CampaignFormat,
    /// A file to write the report to besides, whole or not at all; its ending says the format:
    /// `.json`, `.xml` for JUnit, `.md` for Markdown, `.html`. It must not exist yet. May be given several
    /// times, or as a list with commas
    #[arg(long, value_name = "FILE", env = "PENNYWISE_REPORT", value_delimiter = ',')]
    pub(crate) report: Vec<PathBuf>,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct MergeArguments {
    /// The folders that the shards of a campaign have written their results to, in any order
    #[arg(value_name = "DIR", required = true)]
    pub(crate) folders: Vec<PathBuf>,
    /// How many threads to use, where something has to be shrunk anew [default: one for each
    /// core]
    #[arg(long, value_name = "N", env = "PENNYWISE_JOBS", value_parser = jobs)]
    #[arg(allow_negative_numbers = true)]
    pub(crate) jobs: Option<usize>,
    /// The folder that findings are written to, each as a file for `pennywise replay`; made when
    /// there is something to write [default: pennywise-repros]
    #[arg(long, value_name = "DIR", env = "PENNYWISE_OUT")]
    pub(crate) out: Option<PathBuf>,
    /// What to tell the outcome as
    #[arg(long, value_name = "FORMAT", env = "PENNYWISE_FORMAT", default_value = "text")]
    pub(crate) format: CampaignFormat,
    /// A file to write the report to besides, whole or not at all; its ending says the format:
    /// `.json`, `.xml` for JUnit, `.md` for Markdown, `.html`. It must not exist yet. May be given
    /// several times, or as a list with commas
    #[arg(long, value_name = "FILE", env = "PENNYWISE_REPORT", value_delimiter = ',')]
    pub(crate) report: Vec<PathBuf>,
}
