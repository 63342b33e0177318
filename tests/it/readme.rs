//! What the README shows is what the command prints.

use std::fs;
use std::path::Path;

use crate::command::pennywise_in;

/// Stands in a shown output for lines that are left out.
const LEFT_OUT: &str = "[…]";

#[test]
fn every_command_in_the_readme_prints_what_the_readme_shows() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = fs::read_to_string(path).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let shown: Vec<_> = readme
        .split("```")
        .filter_map(|block| block.trim_start_matches("text").trim().strip_prefix("$ pennywise "))
        .collect();
    assert!(shown.len() >= 3, "the README shows commands with their output");
    // In the order of the README: a command replays what another has found.
    for block in shown {
        let (command, expected) = block.split_once('\n').unwrap();
        let arguments: Vec<_> = command.split(' ').collect();
        let printed = pennywise_in(&folder, &arguments).stdout;
        let mut rest = printed.as_str();
        for piece in expected.split(LEFT_OUT).map(str::trim).filter(|piece| !piece.is_empty()) {
            let Some(at) = rest.find(piece) else {
                panic!("`pennywise {command}` does not print\n{piece}\nbut\n{printed}");
            };
            rest = &rest[at + piece.len()..];
        }
    }
    let repro = readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let found = fs::read_dir(folder.join("pennywise-repros")).unwrap();
    let found: Vec<_> =
        found.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
    assert!(found.iter().any(|found| found == repro), "no finding is\n{repro}but\n{found:?}");
}
