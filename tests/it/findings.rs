//! What a campaign finds is on the disk before anybody hears of it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::command::{pennywise, pennywise_in};

/// A folder of the test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn contents(folder: &Path) -> BTreeMap<String, String> {
    let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

const CAMPAIGN: [&str; 8] = [
    "fuzz",
    "stormy-network",
    "--seeds",
    "300",
    "--master-seed",
    "1",
    "--plant",
    "send-before-log",
];

#[test]
fn findings_are_the_same_bytes_for_any_number_of_threads() {
    let found = |jobs: &str| {
        let work = folder(&format!("jobs-{jobs}"));
        let ran = pennywise_in(&work, &[&CAMPAIGN[..], &["--jobs", jobs]].concat());
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        (ran.stdout, ran.stderr, contents(&work.join("pennywise-repros")))
    };
    let (one, two) = (found("1"), found("2"));
    assert!(one.2.len() > 1, "{}", one.0);
    assert_eq!(one, two);
}

#[test]
fn a_finding_ends_with_the_command_that_replays_its_file() {
    let work = folder("replayed");
    let ran = pennywise_in(&work, &CAMPAIGN);
    let last = ran.stdout.lines().last().unwrap();
    let command: Vec<_> = last.strip_prefix("pennywise ").unwrap().split(' ').collect();
    let again = pennywise_in(&work, &command);
    assert_eq!(again.code, 1, "{}", again.stdout);
    assert!(again.stdout.starts_with("same violation\n"), "{}", again.stdout);
    let without = pennywise_in(&work, &[&command[..], &["--plant", "none"]].concat());
    assert_eq!(without.code, 0, "{}", without.stdout);
    assert!(without.stdout.starts_with("passes\n"), "{}", without.stdout);
    for (name, text) in contents(&work.join("pennywise-repros")) {
        assert!(!text.contains(work.to_str().unwrap()), "{name} has a path in it:\n{text}");
    }
}

#[test]
fn a_finding_that_is_known_is_left_as_it_is() {
    let work = folder("known");
    pennywise_in(&work, &CAMPAIGN);
    let repros = work.join("pennywise-repros");
    let before = contents(&repros);
    let name = before.keys().next().unwrap();
    let edited = format!("# kept by hand\n{}", before[name]);
    fs::write(repros.join(name), &edited).unwrap();
    pennywise_in(&work, &CAMPAIGN);
    let after = contents(&repros);
    assert_eq!(after[name], edited);
    assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
}

/// Findings were written over a repro of another one that had been mended, and was kept in
/// the same folder to show that it stays so: files are named after the kind of violation.
#[test]
fn a_repro_that_is_kept_because_it_was_mended_is_not_written_over() {
    let work = folder("mended");
    pennywise_in(&work, &CAMPAIGN);
    let repros = work.join("pennywise-repros");
    let before = contents(&repros);
    let name = before.keys().next().unwrap();
    let mended = before[name].replace("expect = \"same violation\"", "expect = \"passes\"");
    assert_ne!(mended, before[name]);
    fs::write(repros.join(name), &mended).unwrap();
    let told = pennywise_in(&work, &CAMPAIGN);
    let after = contents(&repros);
    assert_eq!(after[name], mended);
    let other = name.replace(".toml", "-2.toml");
    assert!(told.stdout.contains(&other), "{}", told.stdout);
    assert!(after[&other].contains(&format!("pennywise replay {other}")), "{}", after[&other]);
    assert_eq!(pennywise_in(&repros, &["replay", &other]).code, 1);
}

/// A campaign was killed after it had said what it found, and the file was not there yet.
#[test]
fn a_campaign_that_is_killed_loses_no_finding_that_it_announced() {
    for (round, lines) in [1, 1, 2, 3].into_iter().enumerate() {
        let work = folder(&format!("killed-{round}"));
        let mut campaign = Command::new(env!("CARGO_BIN_EXE_pennywise-under-test"))
            .args(["fuzz", "stormy-network", "orchestrator-crash-loop", "perfect-storm"])
            .args(["--seeds", "100000", "--master-seed", "1", "--plant", "send-before-log"])
            .current_dir(&work)
            .env_clear()
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let announced = BufReader::new(campaign.stderr.take().unwrap()).lines();
        let announced: Vec<_> = announced.map(Result::unwrap).take(lines).collect();
        campaign.kill().unwrap();
        campaign.wait().unwrap();
        assert_eq!(announced.len(), lines);
        for line in announced {
            let (_, path) =
                line.split_once("pennywise replay ").unwrap_or_else(|| panic!("{line}"));
            let ran = pennywise_in(&work, &["replay", path]);
            assert!(ran.stdout.starts_with("same violation\n"), "{line}: {}", ran.stderr);
        }
    }
}

#[test]
fn a_folder_that_can_t_be_written_to_is_an_error_before_anything_runs() {
    let work = folder("unwritable");
    fs::write(work.join("file"), "").unwrap();
    let ran = pennywise_in(&work, &[&CAMPAIGN[..], &["--out", "file/repros"]].concat());
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("`file/repros`"), "{}", ran.stderr);
}

#[test]
fn a_campaign_without_findings_leaves_no_folder() {
    let work = folder("nothing");
    let ran = pennywise_in(&work, &["fuzz", "calm-day", "--seeds", "10", "--master-seed", "1"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(work.read_dir().unwrap().count(), 0);
}

#[test]
fn a_folder_of_repros_is_judged_by_what_each_file_expects() {
    let work = folder("suite");
    assert_eq!(pennywise(&["replay", work.to_str().unwrap()]).code, 4);
    let (name, text) = crate::repros::texts().remove(0);
    fs::write(work.join(&name), &text).unwrap();
    let suite = |work: &Path| pennywise(&["replay", work.to_str().unwrap()]);
    let fine = suite(&work);
    assert_eq!(fine.code, 0, "{}", fine.stdout);
    assert!(fine.stdout.starts_with("verdict: 2 replays, each as its file expects\n"));
    for (expect, code) in [("expect = \"passes\"", 1), ("expect_without = \"same violation\"", 6)] {
        let key = expect.split(' ').next().unwrap();
        let edited: Vec<_> = text
            .lines()
            .map(|line| if line.starts_with(&format!("{key} = ")) { expect } else { line })
            .collect();
        fs::write(work.join(&name), edited.join("\n")).unwrap();
        let ran = suite(&work);
        assert_eq!(ran.code, code, "{}", ran.stdout);
        assert!(ran.stdout.contains("1 of them not as their files expect"), "{}", ran.stdout);
    }
    fs::write(work.join("broken.toml"), "format = 7").unwrap();
    let broken = suite(&work);
    assert_eq!((broken.code, broken.stdout.as_str()), (2, ""));
    assert!(broken.stderr.contains("broken.toml, line 1"), "{}", broken.stderr);
}

#[test]
fn a_repro_is_shrunk_in_place_and_explained_in_every_format() {
    let work = folder("shrunk");
    let (_, text) = crate::repros::texts().remove(0);
    fs::write(work.join("mine.toml"), &text).unwrap();
    let ran = pennywise_in(&work, &["shrink", "mine.toml", "-o", "other.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.ends_with("pennywise replay other.toml\n"), "{}", ran.stdout);
    assert_eq!(fs::read_to_string(work.join("mine.toml")).unwrap(), text);
    assert_eq!(fs::read_to_string(work.join("other.toml")).unwrap(), text);
    for (format, beginning) in
        [("text", "violated: I"), ("json", "{"), ("mermaid", "sequenceDiagram")]
    {
        let told = pennywise_in(&work, &["explain", "mine.toml", "--format", format]);
        assert_eq!(told.code, 0, "{}", told.stderr);
        assert!(told.stdout.contains(beginning), "{}", told.stdout);
    }
    let stale = text.replace("planted = ", "# planted = ").replace("expect_without", "# expect");
    fs::write(work.join("mine.toml"), stale).unwrap();
    for verb in ["shrink", "explain"] {
        assert_eq!(pennywise_in(&work, &[verb, "mine.toml"]).code, 6, "{verb}");
    }
}
