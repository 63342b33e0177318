//! The command: words in, results out, and how it ended.

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{ArgMatches, CommandFactory, FromArgMatches};
use scenarios::invalid::nearest;

use crate::ablate::ablate;
use crate::arguments::{Command, CommandLine};
use crate::compare::compare;
use crate::completions::{completions, man};
use crate::diff::diff;
use crate::doctor::doctor;
use crate::environment;
use crate::exit_code::Exit;
use crate::explain::explain;
use crate::export::export;
use crate::failure::Failure;
use crate::fuzz::fuzz;
use crate::list::list;
use crate::merge::merge;
use crate::prove::prove;
use crate::replay::replay;
use crate::run;
use crate::schema::schema;
use crate::score::score;
use crate::screen::{Screen, Shows};
use crate::shrink::shrink;
use crate::snapshot::snapshot;
use crate::witness::witness;

/// The command as a process: its arguments, streams and exit code. Colors and
/// the progress bar show where a terminal shows them; `NO_COLOR`,
/// `CLICOLOR_FORCE` and `CI` are honored.
pub fn main() -> ExitCode {
    let shows = Shows::Styles { bar: std::io::stderr().is_terminal() };
    let (mut stdout, mut stderr) = (anstream::stdout(), anstream::stderr());
    let mut screen = Screen::new(&mut stdout, &mut stderr, shows);
    obey(std::env::args_os(), &mut screen).into()
}

/// The command in this process: `arguments` begin with the name of the command.
/// Results go to `stdout`, progress and errors to `stderr`, without styles.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
) -> Exit {
    obey(arguments, &mut Screen::new(stdout, stderr, Shows::Words))
}

fn obey(arguments: impl IntoIterator<Item = OsString>, screen: &mut Screen<'_>) -> Exit {
    let outcome = catch_unwind(AssertUnwindSafe(|| carry_out(arguments, screen)));
    // The panic has told of itself on stderr, and where.
    let outcome = outcome.unwrap_or_else(|_| Err(Failure::Harness(PANIC.to_owned())));
    outcome.unwrap_or_else(|failure| failure.tell(screen))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the command line may read its own variables; nothing below it does"
)]
fn carry_out(
    arguments: impl IntoIterator<Item = OsString>,
    screen: &mut Screen<'_>,
) -> Result<Exit, Failure> {
    let (command, given) = parse(arguments.into_iter().collect())?;
    let present = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for warning in environment::warnings(&CommandLine::command(), present) {
        screen.remark(&warning);
    }
    match command {
        Command::Ablate(arguments) => ablate(arguments, screen),
        Command::Fuzz(arguments) => fuzz(arguments, &given, screen),
        Command::Merge(arguments) => merge(arguments, screen),
        Command::Run(arguments) => run::run(arguments, screen),
        Command::Replay(arguments) => replay(arguments, screen),
        Command::Shrink(arguments) => shrink(arguments, screen),
        Command::Explain(arguments) => explain(arguments, screen),
        Command::Export(arguments) => export(arguments, screen),
        Command::Compare(arguments) => compare(arguments, screen),
        Command::Prove(arguments) => prove(arguments, screen),
        Command::Score(arguments) => score(arguments, screen),
        Command::Snapshot(arguments) => snapshot(arguments, screen),
        Command::Diff(arguments) => diff(arguments, screen),
        Command::List(arguments) => list(arguments, screen),
        Command::Schema(arguments) => schema(arguments, screen),
        Command::Doctor(arguments) => doctor(arguments, screen),
        Command::Completions(arguments) => completions(arguments, screen),
        Command::Man(arguments) => man(arguments, screen),
        Command::Witness(arguments) => witness(arguments, screen),
    }
}

/// The command, and what was given for it.
fn parse(arguments: Vec<OsString>) -> Result<(Command, ArgMatches), Failure> {
    let line = CommandLine::command();
    let matches = line.clone().try_get_matches_from(&arguments);
    let mut matches = matches.map_err(|error| explained(error, &line, &arguments))?;
    let command = CommandLine::from_arg_matches(&matches).map_err(Failure::Usage)?.command;
    let given = matches.remove_subcommand().map(|(_, given)| given).unwrap_or_default();
    Ok((command, given))
}

/// What is wrong with the command line, where there is more to say of it than
/// the parser knows.
#[expect(clippy::disallowed_methods, reason = "only to name the variable that was wrong")]
fn explained(error: clap::Error, line: &clap::Command, arguments: &[OsString]) -> Failure {
    if let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) {
        let shown = line.get_subcommands().filter(|command| !command.is_hide_set());
        let known: Vec<_> = shown.map(clap::Command::get_name).collect();
        let right = match nearest(word, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", known.join(", ")),
        };
        return Failure::BadInput(format!("there is no command `{word}`: {right}"));
    }
    let is_set = |name: &str| std::env::var_os(name).is_some();
    match environment::culprit(&error, line, arguments, is_set) {
        Some(variable) => {
            let sentence = error.to_string();
            let sentence = sentence.lines().next().unwrap_or_default();
            let sentence = sentence.trim_start_matches("error: ");
            Failure::BadInput(format!("the variable `{variable}` has an {sentence}"))
        }
        None => Failure::Usage(error),
    }
}

const PANIC: &str = "pennywise itself failed; this is a bug in pennywise, and nothing that it \
                     printed counts";

#[cfg(test)]
mod tests {
    use super::*;

    /// How the command ended, its results, and what else it said.
    fn pennywise(line: &str) -> (Exit, String, String) {
        let words = std::iter::once("pennywise").chain(line.split_whitespace());
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let exit = run(words.map(OsString::from), &mut stdout, &mut stderr);
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (exit, text(stdout), text(stderr))
    }

    #[test]
    fn help_is_a_result_and_a_mistake_is_not() {
        let (exit, stdout, stderr) = pennywise("--help");
        assert_eq!((exit, stderr.as_str()), (Exit::Held, ""));
        assert!(stdout.contains("Exit codes:\n  0  all held"), "{stdout}");
        let (exit, stdout, stderr) = pennywise("fuzz clam-day");
        assert_eq!((exit, stdout.as_str()), (Exit::BadInput, ""));
        assert_eq!(
            stderr,
            "error: there is no scenario called `clam-day`: did you mean `calm-day`?\n"
        );
    }

    #[test]
    fn a_campaign_says_the_same_bytes_with_any_number_of_threads() {
        let out = tempfile::tempdir().unwrap();
        let fuzz = |jobs| {
            let line =
                "fuzz calm-day stormy-network --seeds 20 --master-seed 1 --plant double-post";
            pennywise(&format!("{line} --jobs {jobs} --out {}", out.path().display()))
        };
        let (exit, stdout, stderr) = fuzz(1);
        assert_eq!((exit, stdout, stderr), fuzz(2));
    }

    #[test]
    fn the_last_lines_of_a_violation_are_the_commands_that_repeat_it() {
        let out = tempfile::tempdir().unwrap();
        let planted = "stormy-network --plant timeout-is-failure";
        let line =
            format!("fuzz {planted} --seeds 20 --master-seed 1 --out {}", out.path().display());
        let (exit, found, _) = pennywise(&line);
        assert_eq!(exit, Exit::Violated);
        let mut last = found.lines().rev();
        let [replay, run] = [last.next(), last.next()].map(Option::unwrap);
        let (exit, again, _) = pennywise(replay.strip_prefix("pennywise ").unwrap());
        assert_eq!(exit, Exit::Violated);
        assert!(again.starts_with("same violation\n"), "{again}");
        let (exit, again, _) = pennywise(run.strip_prefix("pennywise ").unwrap());
        assert_eq!(exit, Exit::Violated);
        assert_eq!(again.lines().last(), Some(run));
        assert!(again.contains("\nthe first wrong turn\n"), "{again}");
    }

    #[test]
    fn nothing_is_styled_in_this_process() {
        for line in ["--help", "list faults", "run calm-day --seed 1", "fuzz --seeds 0"] {
            let (_, stdout, stderr) = pennywise(line);
            assert!(!stdout.contains('\u{1b}') && !stderr.contains('\u{1b}'), "{line}");
        }
    }
}
