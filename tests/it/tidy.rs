//! The house is in order: sizes, leftovers, words that must not stay.

use std::fs;
use std::path::{Path, PathBuf};

/// The longest source file, in lines; more than one noun lives in a longer one.
const LINES_MAX: usize = 500;

#[test]
fn no_source_file_is_longer_than_a_noun_needs() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= LINES_MAX, "{} has {lines} lines", path.display());
    }
}

#[test]
fn nothing_unfinished_or_silenced_is_left() {
    // Split, so that this file does not find itself.
    let leftovers = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("#[allo", "w("),
        concat!("#[igno", "re"),
        concat!("dbg", "!("),
    ];
    for (path, text) in sources() {
        for leftover in leftovers {
            assert!(!text.contains(leftover), "{} contains {leftover}", path.display());
        }
    }
}

#[test]
fn every_source_file_says_first_what_it_is() {
    for (path, text) in sources() {
        assert!(text.starts_with("//! "), "{} does not open with what it is", path.display());
    }
}

#[test]
fn dependencies_point_down_only() {
    let allowed: [(&str, &[&str]); 5] = [
        ("sim", &[]),
        ("model", &[]),
        ("scenarios", &["model", "sim"]),
        ("reports", &["model", "scenarios", "sim"]),
        ("cli", &["model", "reports", "scenarios", "sim"]),
    ];
    let crates = ["sim", "model", "scenarios", "reports", "pennywise"];
    for (folder, below) in allowed {
        let manifest = fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
        for name in crates.into_iter().filter(|name| !below.contains(name)) {
            let depends = manifest.lines().any(|line| line.starts_with(&format!("{name}.")));
            assert!(!depends, "{folder} depends on {name}");
        }
    }
}

#[test]
fn architecture_names_every_crate_and_every_scenario_is_listed_in_the_readme() {
    let architecture = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for folder in ["sim/", "model/", "scenarios/", "reports/", "cli/", "tests/"] {
        assert!(architecture.contains(folder), "ARCHITECTURE.md does not mention {folder}");
    }
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for scenario in scenarios::catalog::all() {
        assert!(readme.contains(&scenario.name), "README.md does not mention {}", scenario.name);
    }
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in ["sim", "model", "scenarios", "reports", "cli", "tests"] {
        collect(&root().join(folder), &mut found);
    }
    assert!(found.len() > 50, "the walk finds the sources");
    found
}

fn collect(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
