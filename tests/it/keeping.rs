//! What trials come to, kept in a folder; and two campaigns, compared.

use std::fs;
use std::path::PathBuf;

use crate::command::{Ran, pennywise_in};

/// A folder of its own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("keeping").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A scenario of the user's own, in the folder `mine`; the policy says what is done about
/// doubts, retries among it.
fn scenario(folder: &std::path::Path, policy: &str) {
    let text = format!(
        "name = \"mine\"\npreset = \"stormy\"\n[workload]\noperations = 1\n\
         [decisions]\npolicy = \"{policy}\"\n"
    );
    fs::create_dir_all(folder.join("mine")).unwrap();
    fs::write(folder.join("mine/mine.toml"), text).unwrap();
}

#[test]
fn a_change_shows_as_the_facts_that_changed_until_it_is_accepted() {
    let folder = folder("flow");
    let snapshot = |action: &str| -> Ran { pennywise_in(&folder, &["snapshot", action, "mine"]) };
    scenario(&folder, "rules");
    let ran = snapshot("check");
    assert_eq!(ran.code, 7, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.starts_with("mine: nothing is accepted yet\n"), "{}", ran.stdout);
    let ran = snapshot("accept");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.ends_with("2 snapshots written\n"), "{}", ran.stdout);
    let ran = snapshot("check");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "2 snapshots as accepted\n"));

    scenario(&folder, "adversarial");
    let ran = snapshot("check");
    assert_eq!(ran.code, 7, "{}", ran.stdout);
    assert!(ran.stdout.contains("behavior changed\n"), "{}", ran.stdout);
    let retries = ran.stdout.lines().find(|line| line.starts_with("  retries "));
    assert!(retries.is_some_and(|line| line.contains(" → ")), "{}", ran.stdout);
    assert!(!ran.stdout.contains("  scenario ") && !ran.stdout.contains("  seed "));
    assert!(ran.stdout.lines().count() < 200, "{}", ran.stdout);
    assert!(ran.stdout.ends_with("\npennywise snapshot accept mine\n"), "{}", ran.stdout);

    assert_eq!(snapshot("accept").code, 0);
    assert_eq!(snapshot("check").code, 0);
}

#[test]
fn a_digest_that_changed_alone_is_told_apart_from_what_changed() {
    let folder = folder("digest");
    let accept = ["snapshot", "accept", "kept", "calm-day", "--seeds", "1"];
    assert_eq!(pennywise_in(&folder, &accept).code, 0);
    let path = folder.join("kept/calm-day-1.snap");
    let text = fs::read_to_string(&path).unwrap();
    let (rest, digest) = text.trim_end().rsplit_once(' ').unwrap();
    fs::write(&path, format!("{rest} {}\n", digest.replace(|_: char| true, "0"))).unwrap();
    let ran = pennywise_in(&folder, &["snapshot", "check", "kept"]);
    assert_eq!(ran.code, 7);
    let head = "calm-day, seed 0x0000000000000001: behavior is the same, the digest changed\n";
    assert!(ran.stdout.starts_with(head), "{}", ran.stdout);
}

#[test]
fn what_is_no_folder_of_snapshots_is_an_error_in_one_sentence() {
    let folder = folder("wrong");
    fs::create_dir(folder.join("odd")).unwrap();
    fs::write(folder.join("odd/nothing.snap"), "").unwrap();
    fs::create_dir(folder.join("empty")).unwrap();
    for (arguments, code, words) in [
        (
            &["snapshot", "check", "nowhere"][..],
            2,
            "`pennywise snapshot accept nowhere SCENARIO` begins one",
        ),
        (&["snapshot", "check", "odd/nothing.snap"], 2, "failed to read `odd/nothing.snap`"),
        (&["snapshot", "check", "odd"], 2, "expected a scenario and a seed"),
        (&["snapshot", "check", "empty"], 4, "there is nothing in `empty` to check"),
        (&["snapshot", "accept", "empty"], 2, "name one"),
        (&["diff", "a.json", "b.json"], 2, "`a.json` can't be read"),
        (&["diff", "odd/nothing.snap", "b.json"], 2, "is no report of `pennywise fuzz"),
    ] {
        let ran = pennywise_in(&folder, arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
}

#[test]
fn two_campaigns_on_the_same_seeds_differ_by_what_was_planted_and_by_no_chance() {
    let folder = folder("diff");
    let fuzz = |report: &str, more: &[&str]| {
        let words = "fuzz calm-day stormy-network --seeds 20 --master-seed 1 --report";
        let words: Vec<_> = words.split(' ').chain([report]).chain(more.iter().copied()).collect();
        pennywise_in(&folder, &words)
    };
    fuzz("a.json", &[]);
    fuzz("b.json", &["--plant", "double-post"]);
    let ran = pennywise_in(&folder, &["diff", "a.json", "a.json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("\ncalm-day: the same in every event\n"), "{}", ran.stdout);
    let ran = pennywise_in(&folder, &["diff", "a.json", "b.json"]);
    for words in
        ["stormy-network, the same seeds\n", "held → violated", "new ", "planted: double-post"]
    {
        assert!(ran.stdout.contains(words), "{words}\n{}", ran.stdout);
    }
    assert!(!ran.stdout.contains("chance"), "{}", ran.stdout);
}
