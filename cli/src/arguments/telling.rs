//! The words of the commands that render and compare: exports, snapshots, reports.

use std::num::NonZeroU64;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use model::Defect;
use scenarios::plan::Protocol;
use sim::Seed;

use super::{defect, jobs, seeds};

/// What a campaign is told as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CampaignFormat {
    /// For people at a terminal
    Text,
    /// For machines; `pennywise schema campaign` prints its schema
    Json,
    /// For CI systems: JUnit XML, a suite for each scenario and a case for each invariant
    Junit,
    /// For documents, job summaries and comments
    Markdown,
    /// A page to look at, which needs no network
    Html,
    /// For GitHub Actions: as text, with annotations, and in the summary of the job
    Github,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ExportArguments {
    /// A file that `fuzz` wrote; or with --seed the name of a built-in scenario or the path of a
    /// scenario file
    #[arg(value_name = "FILE|SCENARIO")]
    pub(crate) source: String,
    /// The seed of the trial, in decimal or as `0x` and hex digits
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) seed: Option<Seed>,
    /// A defect to plant; may be given several times, or as a list with commas
    #[arg(long, value_name = "DEFECT", value_delimiter = ',', value_parser = defect)]
    #[arg(requires = "seed")]
    pub(crate) plant: Vec<Defect>,
    /// The payment to tell of, by its number in the plan, and nothing of others [default: of a
    /// diagram, that of the first violation or the first of all; of all else, every one]
    #[arg(long, value_name = "N")]
    pub(crate) payment: Option<u64>,
    /// What to write it as
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: ExportFormat,
    /// The file to write it to, whole or not at all, which must not exist yet; `-` prints it
    #[arg(short, long, value_name = "PATH", default_value = "-")]
    pub(crate) output: PathBuf,
}

/// What a trial is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// OpenTelemetry traces, a line of OTLP's JSON for each payment
    Otlp,
    /// Chrome trace events, for Perfetto and chrome://tracing
    Chrome,
    /// A log with vector clocks, for ShiViz
    Shiviz,
    /// A sequence diagram of one payment, for documents
    Mermaid,
    /// A page to look at, which needs no network
    Html,
    /// Everything that happened, for programs of one's own
    Json,
    /// A table of state transitions and postings, for a data lake
    Parquet,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct SnapshotArguments {
    #[command(subcommand)]
    pub(crate) action: SnapshotAction,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum SnapshotAction {
    /// Run every trial of the folder again: does it come to what was accepted?
    Check {
        /// A folder with snapshots, and with scenario files of one's own
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Accept what every trial of the folder comes to now
    Accept {
        /// A folder with snapshots, and with scenario files of one's own
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Names of built-in scenarios to keep snapshots of as well
        #[arg(value_name = "SCENARIO")]
        scenarios: Vec<String>,
        /// How many seeds of a scenario to begin with of which there are none yet
        #[arg(long, value_name = "N", default_value = "2", value_parser = seeds)]
        #[arg(allow_negative_numbers = true)]
        seeds: NonZeroU64,
    },
}

#[derive(Clone, Debug, Args)]
pub(crate) struct DiffArguments {
    /// The report before
    #[arg(value_name = "A.json")]
    pub(crate) before: PathBuf,
    /// The report after
    #[arg(value_name = "B.json")]
    pub(crate) after: PathBuf,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// Which shell
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ManArguments {
    /// Of which command [default: of `pennywise` as a whole]
    pub(crate) command: Option<String>,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct CompareArguments {
    /// A protocol: `saga`, or `2pc` for two-phase commit
    #[arg(value_name = "PROTOCOL")]
    pub(crate) one: Protocol,
    /// The other one
    #[arg(value_name = "PROTOCOL")]
    pub(crate) other: Protocol,
    /// Names of built-in scenarios or paths of scenario files [default: calm-day,
    /// coordinator-loss, orchestrator-crash-loop, sick-network]
    #[arg(value_name = "SCENARIO")]
    pub(crate) scenarios: Vec<String>,
    /// How many seeds of each scenario to run, each by both protocols
    #[arg(long, value_name = "N", default_value = "200", value_parser = seeds)]
    #[arg(allow_negative_numbers = true)]
    pub(crate) seeds: NonZeroU64,
    /// The seed of all seeds; picked and printed first if it is not given
    #[arg(long, value_name = "SEED", allow_negative_numbers = true)]
    pub(crate) master_seed: Option<Seed>,
    /// How many threads to use [default: one for each core]
    #[arg(long, value_name = "N", value_parser = jobs, allow_negative_numbers = true)]
    pub(crate) jobs: Option<usize>,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}
