//! The reports of a campaign: for machines, for CI systems, in files.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::command::{Ran, pennywise, pennywise_in};
use crate::tidy::root;

/// A folder of its own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("reports").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A campaign with a planted defect, in which something is found.
fn fuzz(name: &str, more: &[&str]) -> (PathBuf, Ran) {
    let folder = folder(name);
    let words = "fuzz stormy-network calm-day --seeds 20 --master-seed 1 --plant double-post";
    let words: Vec<_> = words.split(' ').chain(more.iter().copied()).collect();
    let ran = pennywise_in(&folder, &words);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    (folder, ran)
}

#[test]
fn the_schema_of_campaigns_in_the_repository_is_the_one_that_the_command_prints() {
    let printed = pennywise(&["schema", "campaign"]);
    let kept = fs::read_to_string(root().join("docs/campaign.schema.json")).unwrap_or_default();
    let how = "`pennywise schema campaign > docs/campaign.schema.json` writes it anew";
    assert!(kept == printed.stdout, "docs/campaign.schema.json is not fresh: {how}");
}

#[test]
fn what_is_printed_as_json_is_valid_by_its_schema_and_nothing_else_is_printed() {
    let (_, ran) = fuzz("json", &["--format", "json"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let schema: Value = serde_json::from_str(&pennywise(&["schema", "campaign"]).stdout).unwrap();
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is one");
    let wrong: Vec<_> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert_eq!(wrong, [""; 0]);
    assert_eq!(report["verdict"], "violated");
    assert_eq!(report["planted"][0], "double-post");
    assert_eq!(report["scenarios"][1]["scenario"], "calm-day");
    assert!(ran.stderr.starts_with("master seed 0x0000000000000001"), "{}", ran.stderr);
    // The schema is no empty promise.
    let mut other = report;
    other["version"] = 2.into();
    assert!(!validator.is_valid(&other));
}

#[test]
fn each_report_file_is_written_in_the_format_of_its_ending_and_the_same_with_any_number_of_threads()
{
    let files = ["a.json", "b.xml", "c.md"];
    let more = ["--report", "a.json,b.xml", "--report", "c.md", "--jobs"];
    let texts = |name, jobs| {
        let (folder, ran) = fuzz(name, &[&more[..], &[jobs]].concat());
        assert!(ran.stdout.contains("verdict: violated"), "{}", ran.stdout);
        files.map(|file| fs::read_to_string(folder.join(file)).unwrap())
    };
    let one = texts("files-1", "1");
    assert_eq!(one, texts("files-2", "2"));
    for (text, begins) in one.iter().zip(["{\n  \"format\"", "<?xml ", "## pennywise: violated\n"])
    {
        assert!(text.starts_with(begins), "{text}");
        let replay = "pennywise replay pennywise-repros/";
        assert!(text.contains(replay) && !text.contains(env!("CARGO_TARGET_TMPDIR")), "{text}");
    }
}

#[test]
fn an_output_that_cannot_be_is_an_error_before_the_campaign_starts() {
    let folder = folder("unwritable");
    fs::create_dir(folder.join("folder.json")).unwrap();
    fs::write(folder.join("there.json"), "{}").unwrap();
    for (path, words) in [
        ("folder.json", "it is a folder"),
        ("there.json", "it exists already; name another, or remove it"),
        ("no/such/report.json", "there is no folder `no/such`"),
        ("report.pdf", "it has to end in `.json`"),
        ("twice.md,twice.md", "it is named twice"),
    ] {
        let ran = pennywise_in(&folder, &["fuzz", "calm-day", "--seeds", "1", "--report", path]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{path}");
        assert!(ran.stderr.contains(words) && ran.stderr.lines().count() == 1, "{}", ran.stderr);
    }
    assert_eq!(fs::read_to_string(folder.join("there.json")).unwrap(), "{}");
}

#[test]
fn github_is_told_of_each_finding_beneath_the_text() {
    let (_, ran) = fuzz("github", &["--format", "github"]);
    assert!(ran.stdout.starts_with("master seed"), "{}", ran.stdout);
    let annotations: Vec<_> = ran.stdout.lines().filter(|line| line.starts_with("::")).collect();
    assert!(!annotations.is_empty());
    for line in annotations {
        assert!(
            line.starts_with("::error title=I") && line.contains("%0Apennywise run "),
            "{line}"
        );
    }
}

#[test]
fn shells_and_man_know_every_command_and_flag() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = pennywise(&["completions", shell]);
        assert_eq!(script.code, 0);
        for word in ["explain", "master-seed", "completions"] {
            assert!(script.stdout.contains(word), "{shell} does not know `{word}`");
        }
    }
    let page = pennywise(&["man"]).stdout;
    assert!(page.contains(".TH pennywise 1") && page.contains("pennywise\\-fuzz(1)"), "{page}");
    let page = pennywise(&["man", "fuzz"]).stdout;
    assert!(
        page.contains(".TH pennywise\\-fuzz 1") || page.contains(".TH pennywise-fuzz 1"),
        "{page}"
    );
    assert!(page.contains("\\-\\-master\\-seed"), "{page}");
    assert_eq!(pennywise(&["man", "fuz"]).code, 2);
}
