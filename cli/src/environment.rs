//! Variables that are meant for this command, and that it does not know.

use std::ffi::OsString;

use clap::Command;
use clap::error::{ContextKind, ContextValue};
use scenarios::invalid::nearest;

/// A warning for each of `present` that begins like a variable of ours and is
/// none of those that `command` or one of its subcommands reads.
pub(crate) fn warnings(command: &Command, present: impl Iterator<Item = String>) -> Vec<String> {
    let known = known(command);
    let ours = present.filter(|name| name.starts_with(PREFIX));
    let mut unknown: Vec<_> = ours.filter(|name| !known.contains(name)).collect();
    unknown.sort();
    unknown.iter().map(|name| warning(name, &known)).collect()
}

/// The variable that a value comes from which `error` is about; `None` if it was
/// given as a flag, or is about something else. `is_set` tells whether there is
/// a variable of a name.
pub(crate) fn culprit(
    error: &clap::Error,
    command: &Command,
    arguments: &[OsString],
    is_set: impl Fn(&str) -> bool,
) -> Option<String> {
    let ContextValue::String(shown) = error.get(ContextKind::InvalidArg)? else { return None };
    let flag = shown.split_whitespace().next()?;
    let given =
        |word: &OsString| word.to_str().and_then(|word| word.split('=').next()) == Some(flag);
    if arguments.iter().any(given) {
        return None;
    }
    let mut flags = command.get_subcommands().flat_map(Command::get_arguments);
    let known = flags.find(|known| known.get_long() == flag.strip_prefix("--"))?;
    known.get_env()?.to_str().filter(|name| is_set(name)).map(str::to_owned)
}

fn known(command: &Command) -> Vec<String> {
    let flags = command.get_subcommands().flat_map(Command::get_arguments);
    flags.filter_map(|flag| Some(flag.get_env()?.to_str()?.to_owned())).collect()
}

fn warning(name: &str, known: &[String]) -> String {
    let meant = match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", known.join(", ")),
    };
    format!("warning: the variable `{name}` means nothing here: {meant}\n")
}

const PREFIX: &str = "PENNYWISE_";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::arguments::CommandLine;

    #[test]
    fn only_an_unknown_variable_of_ours_is_warned_of() {
        let present = ["PENNYWISE_SEED", "PENNYWISE_SEEDS", "PENNYWISE_GONE_FISHING", "HOME"];
        let warnings = warnings(&CommandLine::command(), present.into_iter().map(str::to_owned));
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(warnings[0].contains("PENNYWISE_MASTER_SEED"), "{warnings:?}");
        assert!(warnings[1].contains("did you mean `PENNYWISE_SEEDS`?"), "{warnings:?}");
    }

    #[test]
    fn a_value_that_no_flag_gave_is_blamed_on_its_variable() {
        let command = CommandLine::command();
        let wrong = ["pennywise", "fuzz", "--seeds", "0"];
        let error = CommandLine::command().try_get_matches_from(wrong).unwrap_err();
        let blamed = |given: &[&str]| {
            let given: Vec<_> = given.iter().map(OsString::from).collect();
            culprit(&error, &command, &given, |_| true)
        };
        assert_eq!(blamed(&["pennywise", "fuzz"]), Some("PENNYWISE_SEEDS".to_owned()));
        assert_eq!(blamed(&wrong), None);
        assert_eq!(blamed(&["pennywise", "fuzz", "--seeds=0"]), None);
    }
}
