//! What the README and the docs show is what the command prints.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{pennywise, pennywise_in};
use crate::tidy::root;

/// Stands in a shown output for lines that are left out.
const LEFT_OUT: &str = "[…]";

#[test]
fn every_command_in_the_readme_prints_what_the_readme_shows() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let folder = prints_what_it_shows("readme", &readme);
    let repro = readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let found = fs::read_dir(folder.join("pennywise-repros")).unwrap();
    let found: Vec<_> =
        found.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
    assert!(found.iter().any(|found| found == repro), "no finding is\n{repro}but\n{found:?}");
}

#[test]
fn every_command_in_the_docs_prints_what_they_show() {
    for name in ["tutorial", "writing", "reports"] {
        let text = fs::read_to_string(root().join(format!("docs/{name}.md"))).unwrap();
        prints_what_it_shows(name, &text);
    }
}

/// Those that stand in scripts run for hours: with `--help` they are read and not run.
#[test]
fn every_command_in_the_scripts_of_the_docs_is_one() {
    let text = fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let blocks = text.split("```").filter(|it| it.starts_with("sh") || it.starts_with("yaml"));
    let lines = blocks.flat_map(str::lines);
    let lines = lines.map(|line| line.trim_start_matches([' ', '-']).trim_start_matches("run: "));
    let commands: Vec<_> = lines.filter_map(|line| line.strip_prefix("pennywise ")).collect();
    assert!(commands.len() >= 8, "{commands:?}");
    for command in commands {
        let arguments: Vec<_> = command.split(' ').chain(["--help"]).collect();
        let ran = pennywise(&arguments);
        assert!(ran.code == 0 && ran.stdout.contains("Usage:"), "{command}: {}", ran.stderr);
    }
}

/// Every link of the docs leads somewhere, and every page is in the table of contents.
#[test]
fn every_page_of_the_docs_is_linked_and_there() {
    let contents = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(name == "SUMMARY.md" || contents.contains(&format!("({name})")), "{name}");
        let text = fs::read_to_string(&path).unwrap();
        for link in text.split("](").skip(1).filter_map(|it| it.split(')').next()) {
            let is_there = link.starts_with("https://") || root().join("docs").join(link).exists();
            assert!(is_there || !name.ends_with(".md"), "{name} links to {link}");
        }
    }
}

/// What the docs list is what there is.
#[test]
fn every_listing_of_the_docs_is_fresh() {
    let all =
        ["scenarios", "invariants", "faults", "defects", "dialects", "policies", "strategies"];
    for what in all {
        let printed = pennywise(&["list", what, "--markdown"]);
        assert_eq!(printed.code, 0, "{}", printed.stderr);
        let kept = fs::read_to_string(root().join(format!("docs/{what}.md"))).unwrap_or_default();
        let how = format!("`pennywise list {what} --markdown > docs/{what}.md` writes it anew");
        assert!(kept == printed.stdout, "docs/{what}.md is not fresh: {how}");
    }
}

/// Runs every command that `text` shows with its output, in the order of the text, in a
/// folder of its own: one replays what another has found.
fn prints_what_it_shows(name: &str, text: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("shown-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    // A file that is shown whole begins with its name.
    for block in text.split("```toml\n# ").skip(1) {
        let block = block.split("```").next().unwrap();
        if let Some((file, content)) = block.split_once('\n').filter(|it| it.0.ends_with(".toml")) {
            fs::write(folder.join(file), content).unwrap();
        }
    }
    let shown: Vec<_> = text
        .split("```")
        .filter_map(|block| block.trim_start_matches("text").trim().strip_prefix("$ pennywise "))
        .collect();
    assert!(shown.len() >= 3, "{name} shows commands with their output");
    for block in shown {
        let (command, expected) = block.split_once('\n').unwrap_or((block, ""));
        let arguments: Vec<_> = command.split(' ').collect();
        let ran = pennywise_in(&folder, &arguments);
        assert!(ran.code < 2, "`pennywise {command}` fails: {}", ran.stderr);
        let mut rest = ran.stdout.as_str();
        for piece in expected.split(LEFT_OUT).map(str::trim).filter(|piece| !piece.is_empty()) {
            let Some(at) = rest.find(piece) else {
                panic!("`pennywise {command}` does not print\n{piece}\nbut\n{}", ran.stdout);
            };
            rest = &rest[at + piece.len()..];
        }
    }
    folder
}
