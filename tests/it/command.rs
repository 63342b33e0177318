//! The command as its users run it, in a fresh process.

use std::path::Path;
use std::process::Command;

/// What a run of the command came to.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the command with nothing of this process's settings in its environment,
/// where its findings are in nobody's way.
pub(crate) fn pennywise(arguments: &[&str]) -> Ran {
    pennywise_in(Path::new(env!("CARGO_TARGET_TMPDIR")), arguments)
}

/// The same in a folder of the caller's.
pub(crate) fn pennywise_in(folder: &Path, arguments: &[&str]) -> Ran {
    let ran = Command::new(env!("CARGO_BIN_EXE_pennywise-under-test"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .output()
        .unwrap();
    Ran {
        code: ran.status.code().unwrap(),
        stdout: String::from_utf8(ran.stdout).unwrap(),
        stderr: String::from_utf8(ran.stderr).unwrap(),
    }
}

#[test]
fn a_campaign_without_violations_prints_its_master_seed_first_and_exits_with_0() {
    let ran = pennywise(&["fuzz", "calm-day", "--seeds", "50", "--master-seed", "0x2a"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let first = ran.stdout.lines().next().unwrap();
    assert!(first.contains("0x000000000000002a"), "{first}");
    assert!(first.contains("calm-day"), "{first}");
    assert!(first.contains(env!("CARGO_PKG_VERSION")), "{first}");
}

#[test]
fn without_a_master_seed_it_picks_one_and_prints_it() {
    let first = |ran: Ran| ran.stdout.lines().next().unwrap().to_owned();
    let run = || first(pennywise(&["fuzz", "calm-day", "--seeds", "1"]));
    let (one, other) = (run(), run());
    assert!(one.contains("0x"), "{one}");
    assert_ne!(one, other);
}

#[test]
fn a_violation_ends_with_the_command_that_repeats_it() {
    let plant = ["--plant", "timeout-is-failure"];
    let fuzz =
        [&["fuzz", "stormy-network", "--seeds", "20", "--master-seed", "1"], &plant[..]].concat();
    let ran = pennywise(&fuzz);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    for command in ran.stdout.lines().rev().take(2) {
        let arguments = command.strip_prefix("pennywise ").unwrap_or_else(|| panic!("{command}"));
        let arguments: Vec<_> = arguments.split(' ').collect();
        let again = pennywise(&arguments);
        assert_eq!(again.code, 1, "{}", again.stdout);
        let repeats = again.stdout.lines().last() == Some(command);
        assert!(repeats || again.stdout.starts_with("same violation\n"), "{}", again.stdout);
    }
}

#[test]
fn trace_narrates_on_stderr_and_changes_no_byte_of_the_report() {
    let run = ["run", "silent-after-capture", "--seed", "3"];
    let plain = pennywise(&run);
    let traced = pennywise(&[&run[..], &["--trace"]].concat());
    assert_eq!(plain.stdout, traced.stdout);
    assert!(plain.stderr.is_empty(), "{}", plain.stderr);
    for word in ["boots", "sends", "receives", "orchestrator", "provider"] {
        assert!(traced.stderr.contains(word), "the narration lacks `{word}`");
    }
}

#[test]
fn lists_are_a_line_each_and_parse_as_json() {
    for (what, entries) in [
        ("scenarios", scenarios::catalog::all().len()),
        ("invariants", scenarios::invariant::Invariant::ALL.len()),
        ("defects", model::Defect::ALL.len()),
    ] {
        let listed = pennywise(&["list", what]);
        assert_eq!(listed.code, 0);
        assert_eq!(listed.stdout.lines().count(), entries, "{}", listed.stdout);
        let json = pennywise(&["list", what, "--json"]).stdout;
        assert_eq!(json.lines().filter(|line| line.starts_with("    \"name\"")).count(), entries);
    }
    assert!(pennywise(&["list", "faults"]).stdout.contains("partition"));
    assert_eq!(pennywise(&["list", "faults", "--json", "--markdown"]).code, 2);
}

#[test]
fn bad_input_gets_one_clear_sentence_and_exit_code_2() {
    let broken = Path::new(env!("CARGO_TARGET_TMPDIR")).join("broken.toml");
    let text = scenarios::catalog::FILES[1].1.replace("duplication", "duplicaton");
    std::fs::write(&broken, text).unwrap();
    let broken = broken.to_str().unwrap();
    let torn = Path::new(env!("CARGO_TARGET_TMPDIR")).join("torn.toml");
    std::fs::write(&torn, "format = 1\nsede = 2\n").unwrap();
    let torn = torn.to_str().unwrap();
    let cases: [(&[&str], &[&str]); 15] = [
        (&["fuzz", "stormy-netwrk"], &["stormy-netwrk", "stormy-network"]),
        (&["fuzz", "calm-day", "--plant", "double-pots"], &["double-pots", "double-post"]),
        (&["run", "calm-day", "--seed", "0xZZ"], &["0xZZ", "such as"]),
        (&["run", "calm-day"], &["--seed"]),
        (&["fuzz", "--seeds", "0"], &["--seeds", "at least 1"]),
        (&["fuzz", "--jobs", "0"], &["--jobs", "at least 1"]),
        (&["fuzz", "--seeds", "1", "--for", "1s"], &["--seeds", "--for"]),
        (&["fuzz", "--for", "soon"], &["soon", "such as"]),
        (
            &["fuzz", broken],
            &["the scenario file is not valid", "duplicaton", "duplication", "line"],
        ),
        (&["replay", torn], &["the repro file is not valid", "sede", "seed", "line 2"]),
        (&["shrink", torn], &["the repro file is not valid", "sede"]),
        (&["explain", torn], &["the repro file is not valid", "sede"]),
        (&["fuzz", "no/such/file.toml"], &["no/such/file.toml"]),
        (&["list", "monsters"], &["monsters", "invariants"]),
        (&["fuz"], &["fuz", "fuzz"]),
    ];
    for (arguments, words) in cases {
        let ran = pennywise(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        for word in words {
            assert!(ran.stderr.contains(word), "{arguments:?} lacks `{word}`: {}", ran.stderr);
        }
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        assert_eq!(ran.stdout, "", "{arguments:?}");
    }
}

#[test]
fn help_documents_the_exit_codes() {
    let help = pennywise(&["--help"]).stdout;
    for word in ["Exit codes", "violated", "inconclusive"] {
        assert!(help.contains(word), "{help}");
    }
}
