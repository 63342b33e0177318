//! The words of the command line.

mod ablating;
mod campaigning;
mod proving;
mod telling;

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use model::Defect;
use model::decision::Policy;

use scenarios::invalid::nearest;
use scenarios::plan::Protocol;
use scenarios::{Span, Strategy};
use sim::Seed;

use crate::exit_code;

pub(crate) use ablating::*;
pub(crate) use campaigning::*;
pub(crate) use proving::*;
pub(crate) use telling::*;

/// Deterministic simulation testing for payment workflows.
///
/// Fuzzes a payment saga under faults in simulated worlds, judges every world by
/// invariants about the money, and repeats any of them from its seed.
#[derive(Clone, Debug, Parser)]
#[command(name = "pennywise", bin_name = "pennywise", version, after_help = exit_code::help())]
#[command(arg_required_else_help = true)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Command {
    /// Run many seeds of one, several or all scenarios on all cores
    #[command(after_help = exit_code::help(), next_line_help = true)]
    Fuzz(FuzzArguments),
    /// Put the shards of a campaign together: the report, and the findings, of the whole
    #[command(after_help = exit_code::help(), next_line_help = true)]
    Merge(MergeArguments),
    /// Run one seed: its plan, its verdict, and the story of a violation
    #[command(after_help = exit_code::help())]
    Run(RunArguments),
    /// Run a saved finding again, or a folder of them: does it still show what it showed?
    #[command(after_help = exit_code::help())]
    Replay(ReplayArguments),
    /// Make a saved finding smaller, and prove that nothing in it can go
    #[command(after_help = exit_code::help())]
    Shrink(ShrinkArguments),
    /// Tell the story of a saved finding: who believed what, and what led to it
    #[command(after_help = exit_code::help())]
    Explain(ExplainArguments),
    /// Write one trial down for other viewers: traces, diagrams, a page to look at
    #[command(after_help = exit_code::help())]
    Export(ExportArguments),
    /// Run the same seeds by two protocols, and tell what differs
    #[command(after_help = exit_code::help(), next_line_help = true)]
    Compare(CompareArguments),
    /// Try every set of a few faults over a few operations, each wherever it means something
    #[command(after_help = exit_code::help(), next_line_help = true)]
    Prove(ProveArguments),
    /// Plant each known defect in turn, and tell what catches it and how soon
    #[command(after_help = exit_code::help(), next_line_help = true)]
    Score(ScoreArguments),
    /// Plant each known defect in turn, and tell how soon each strategy finds it
    #[command(after_help = exit_code::help(), next_line_help = true)]
    Ablate(AblateArguments),
    /// Keep what trials come to in a folder, and tell when it changes
    #[command(after_help = exit_code::help())]
    Snapshot(SnapshotArguments),
    /// Tell what changed from one report of `fuzz --format json` to another
    #[command(after_help = exit_code::help())]
    Diff(DiffArguments),
    /// List what there is
    List(ListArguments),
    /// Print the JSON Schema of scenario files, for editors that complete and check them, or of
    /// what is written as JSON
    #[command(after_help = exit_code::help())]
    Schema(SchemaArguments),
    /// Check that a seed means here what it means anywhere: determinism, environment
    #[command(after_help = exit_code::help())]
    Doctor(DoctorArguments),
    /// Print what a shell needs to complete this command, for its startup file
    Completions(CompletionsArguments),
    /// Print the manual page, for `man -l -`
    Man(ManArguments),
    /// What this process makes of seeds, for `doctor` to compare
    #[command(hide = true)]
    Witness(WitnessArguments),
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ReplayArguments {
    /// A file that `fuzz` wrote, or a folder of such files
    #[arg(value_name = "FILE|FOLDER")]
    pub(crate) path: PathBuf,
    /// The defect to plant in place of those that the file records, or `none`; may be given
    /// several times, or as a list with commas
    #[arg(long, value_name = "DEFECT|none", value_delimiter = ',', value_parser = planting)]
    pub(crate) plant: Vec<Planting>,
    /// Narrate every event on stderr; only for a single file
    #[arg(long)]
    pub(crate) trace: bool,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ShrinkArguments {
    /// A file that `fuzz` wrote
    pub(crate) file: PathBuf,
    /// How long to search at most, such as `60s` or `10m` [default: until nothing smaller is left]
    #[arg(long = "for", value_name = "TIME", value_parser = time)]
    pub(crate) time: Option<Duration>,
    /// Where to write what it came to [default: the file itself]
    #[arg(short, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
    /// How many threads to use [default: one for each core]
    #[arg(long, value_name = "N", value_parser = jobs, allow_negative_numbers = true)]
    pub(crate) jobs: Option<usize>,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ExplainArguments {
    /// A file that `fuzz` wrote
    pub(crate) file: PathBuf,
    /// What to tell it as
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: StoryFormat,
}

/// What a story is told as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StoryFormat {
    /// For people at a terminal, in 80 columns
    Text,
    /// For machines
    Json,
    /// For documents: a sequence diagram
    Mermaid,
    /// A page to look at, which needs no network
    Html,
}

/// What `replay` plants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Planting {
    /// Nothing.
    Nothing,
    /// This.
    Defect(Defect),
}

#[derive(Clone, Debug, Args)]
pub(crate) struct RunArguments {
    /// The name of a built-in scenario or the path of a scenario file
    pub(crate) scenario: String,
    /// The seed, in decimal or as `0x` and hex digits
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) seed: Seed,
    /// A defect to plant; may be given several times, or as a list with commas
    #[arg(long, value_name = "DEFECT", value_delimiter = ',', value_parser = defect)]
    pub(crate) plant: Vec<Defect>,
    /// Who decides which provider is tried and what is done about a doubt, in place of whom the
    /// scenario says; `pennywise list policies` names them all
    #[arg(long, value_name = "POLICY", value_parser = policy)]
    pub(crate) policy: Option<Policy>,
    /// The protocol that brings payments about: `saga` or `2pc`, two-phase commit. What goes
    /// wrong is then what means the same to both [default: sagas, and whatever goes wrong]
    #[arg(long, value_name = "PROTOCOL")]
    pub(crate) protocol: Option<Protocol>,
    /// How the seed becomes a plan; `pennywise list strategies` names all ways [default: as the
    /// scenario says]
    #[arg(long, value_name = "STRATEGY")]
    pub(crate) strategy: Option<Strategy>,
    /// Narrate every event on stderr
    #[arg(long)]
    pub(crate) trace: bool,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ScoreArguments {
    /// How to look for what is rare; `pennywise list strategies` names them all
    #[arg(long, value_name = "STRATEGY", default_value = "portfolio")]
    pub(crate) strategy: Strategy,
    /// A defect to look for; may be given several times, or as a list with commas [default:
    /// every one]
    #[arg(long, value_name = "DEFECT", value_delimiter = ',', value_parser = defect)]
    pub(crate) defect: Vec<Defect>,
    /// How many trials, over all scenarios, each of five ranges of seeds is looked through for it
    /// at most [default: 20000, unless --for is given]
    #[arg(long, value_name = "N", value_parser = seeds, allow_negative_numbers = true)]
    #[arg(conflicts_with = "time")]
    pub(crate) seeds: Option<NonZeroU64>,
    /// How long to look, such as `10m`, in equal parts for each defect
    #[arg(long = "for", value_name = "TIME", value_parser = time)]
    pub(crate) time: Option<Duration>,
    /// The seed of all seeds; the same for everybody, so that scores can be compared
    #[arg(long, value_name = "SEED", default_value = "1", allow_negative_numbers = true)]
    pub(crate) master_seed: Seed,
    /// How many threads to use [default: one for each core]
    #[arg(long, value_name = "N", value_parser = jobs, allow_negative_numbers = true)]
    pub(crate) jobs: Option<usize>,
    /// What to tell it as
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: ScoreFormat,
    /// The file to write it to, whole or not at all [default: it is printed]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// What a score is told as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScoreFormat {
    /// For people at a terminal
    Table,
    /// For machines
    Json,
    /// For documents
    Markdown,
    /// A page to look at
    Html,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ListArguments {
    /// What to list
    pub(crate) what: Listed,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// As a page of the docs
    #[arg(long, conflicts_with = "json")]
    pub(crate) markdown: bool,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct SchemaArguments {
    /// Of which kind of file
    #[arg(default_value = "scenario")]
    pub(crate) what: Schemed,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct DoctorArguments {
    /// Names of built-in scenarios or paths of scenario files [default: every built-in one]
    #[arg(value_name = "SCENARIO")]
    pub(crate) scenarios: Vec<String>,
    /// How many seeds of each scenario to run, each five times over
    #[arg(long, value_name = "N", default_value = "50", value_parser = seeds)]
    #[arg(allow_negative_numbers = true)]
    pub(crate) seeds: NonZeroU64,
    /// The seed of all seeds; the same on two machines, so that they can be compared
    #[arg(long, value_name = "SEED", default_value = "1", allow_negative_numbers = true)]
    pub(crate) master_seed: Seed,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct WitnessArguments {
    /// Names of built-in scenarios or paths of scenario files [default: every built-in one]
    #[arg(value_name = "SCENARIO")]
    pub(crate) scenarios: Vec<String>,
    /// How many seeds of each scenario to tell the digest of
    #[arg(long, value_name = "N", default_value = "1", value_parser = seeds)]
    pub(crate) seeds: NonZeroU64,
    /// The seed of all seeds
    #[arg(long, value_name = "SEED", default_value = "1")]
    pub(crate) master_seed: Seed,
    /// The one seed to tell every event of
    #[arg(long, conflicts_with_all = ["seeds", "master_seed"])]
    pub(crate) seed: Option<Seed>,
}

/// What there is a schema of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Schemed {
    /// A scenario file
    Scenario,
    /// The report of a campaign, as `fuzz --format json` writes it
    Campaign,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listed {
    /// The built-in scenarios: name and title
    Scenarios,
    /// What is judged: code, when, name and claim
    Invariants,
    /// What can strike: name, code, whether it ends, and what it does
    Faults,
    /// What can be planted: name, who should catch it, and what it does
    Defects,
    /// What providers can be like: name, and what each is like
    Dialects,
    /// Who can decide where there is a choice: name, and how each chooses
    Policies,
    /// How campaigns can look for what is rare: name, and how each does
    Strategies,
}

fn seeds(text: &str) -> Result<NonZeroU64, String> {
    text.parse().map_err(|_| "expected a whole number, at least 1, such as `1000`".to_owned())
}

fn jobs(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=JOBS_MAX).contains(number));
    number.ok_or_else(|| format!("expected a whole number, at least 1 and at most {JOBS_MAX}"))
}

fn time(text: &str) -> Result<Duration, String> {
    let span: Span = text.parse().map_err(|error: scenarios::NotASpan| error.to_string())?;
    match span.0 {
        Duration::ZERO => Err("expected more than no time at all, such as `60s`".to_owned()),
        time => Ok(time),
    }
}

fn defect(name: &str) -> Result<Defect, String> {
    Defect::named(name).ok_or_else(|| {
        let known = Defect::ALL.iter().map(|story| story.name);
        let near = nearest(name, known).map(|near| format!("did you mean `{near}`? "));
        let near = near.unwrap_or_default();
        format!("there is no such defect; {near}`pennywise list defects` names them all")
    })
}

fn policy(name: &str) -> Result<Policy, String> {
    Policy::named(name).ok_or_else(|| {
        let known = Policy::ALL.iter().map(|story| story.name);
        let near = nearest(name, known).map(|near| format!("did you mean `{near}`? "));
        let near = near.unwrap_or_default();
        format!("there is no such policy; {near}`pennywise list policies` names them all")
    })
}

fn planting(name: &str) -> Result<Planting, String> {
    match name {
        "none" => Ok(Planting::Nothing),
        name => defect(name).map(Planting::Defect),
    }
}

/// More threads than any machine has cores.
const JOBS_MAX: usize = 1_024;

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Command, String> {
        let parsed = CommandLine::try_parse_from(line.split_whitespace());
        parsed.map(|line| line.command).map_err(|error| error.to_string())
    }

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn every_flag_of_fuzz_has_a_variable() {
        let command = CommandLine::command();
        let fuzz = command.find_subcommand("fuzz").unwrap();
        let flags = fuzz.get_arguments().filter(|flag| !flag.is_positional());
        for flag in flags.filter(|flag| flag.get_id() != "help") {
            let name = flag.get_long().unwrap().to_uppercase().replace('-', "_");
            let variable = flag.get_env().unwrap().to_str().unwrap();
            assert_eq!(variable, format!("PENNYWISE_{name}"));
        }
    }

    #[test]
    fn a_seed_is_taken_in_hex_and_in_decimal() {
        for text in ["42", "0x2a", "0x000000000000002a"] {
            let Command::Run(run) =
                parse(&format!("pennywise run calm-day --seed {text}")).unwrap()
            else {
                panic!("`run` was taken for something else")
            };
            assert_eq!(run.seed, Seed(42));
        }
    }

    #[test]
    fn several_defects_are_planted_one_by_one_or_as_a_list() {
        for line in
            ["--plant double-post --plant toctou-balance", "--plant double-post,toctou-balance"]
        {
            let Command::Fuzz(fuzz) = parse(&format!("pennywise fuzz {line}")).unwrap() else {
                panic!("`fuzz` was taken for something else")
            };
            assert_eq!(fuzz.plant, [Defect::DoublePost, Defect::ToctouBalance]);
        }
    }

    #[test]
    fn what_makes_no_sense_is_told_with_what_would() {
        for (line, words) in [
            ("fuzz --seeds 0", "at least 1"),
            ("fuzz --seeds -4", "at least 1"),
            ("fuzz --jobs 0", "at least 1"),
            ("fuzz --jobs 99999", "at most 1024"),
            ("fuzz --for 0s", "such as `60s`"),
            ("fuzz --for soon", "such as `350ms`"),
            ("fuzz --master-seed x", "`0x` and hex digits"),
            ("fuzz --plant double-pots", "did you mean `double-post`?"),
            ("fuzz --plant nonsense", "`pennywise list defects` names them all"),
            ("fuzz --policy rulez", "did you mean `rules`?"),
            ("run calm-day --seed 1 --policy chance", "`pennywise list policies`"),
            ("run calm-day --seed -1", "`-1` is no seed"),
            ("run calm-day", "--seed <SEED>"),
            ("list monsters", "invariants"),
            ("score --seeds 7 --for 1m", "cannot be used with"),
            ("score --defect double-pots", "did you mean `double-post`?"),
        ] {
            let error = parse(&format!("pennywise {line}")).unwrap_err();
            assert!(error.contains(words), "{line}: {error}");
        }
    }
}
