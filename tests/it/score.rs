//! The published score, `docs/score.md`, is that of what is here, and a score does not
//! depend on the number of threads.

use std::fs;
use std::path::Path;

use model::Defect;
use rayon::ThreadPoolBuilder;
use reports::score_markdown;
use scenarios::Strategy;
use scenarios::score::{Basis, RANGES};
use sim::Seed;

use crate::command::{pennywise, pennywise_in};

/// How the published score is written.
const COMMAND: &str = "pennywise score --format markdown --out docs/score.md";

#[test]
fn the_published_score_is_of_these_scenarios_invariants_and_defects() {
    let published = published();
    let pool = ThreadPoolBuilder::new().build().unwrap();
    let basis = Basis::new(Seed(1), Strategy::Portfolio, &pool);
    assert_eq!(basis.reference_violated, 0, "the reference holds");
    let header = score_markdown::basis(&basis);
    assert!(
        published.contains(&header),
        "docs/score.md is the score of something else; write it anew: {COMMAND}\n{header}"
    );
}

#[test]
fn the_published_score_has_a_line_for_each_defect_and_says_whether_it_was_found() {
    let published = published();
    for story in Defect::ALL {
        let star = if story.first_wave { "★ " } else { "" };
        let line = format!("| `{}` | {star}{} | ", story.name, story.ease.name());
        let told = published.lines().find(|known| known.starts_with(&line));
        let told = told.unwrap_or_else(|| panic!("docs/score.md lacks `{line}`: {COMMAND}"));
        let ranges = format!("/{RANGES} | ");
        assert!(told.contains("| yes | ") || told.contains("| **no** | "), "{told}");
        assert!(told.contains(&ranges), "{told}");
    }
}

#[test]
fn a_score_says_the_same_bytes_with_any_number_of_threads_and_exits_with_0_if_all_is_found() {
    let score = |jobs, format| {
        let found = ["--defect", "double-post,timeout-is-failure", "--seeds", "100"];
        pennywise(&[&["score", "--jobs", jobs, "--format", format], &found[..]].concat())
    };
    // Each format is a rendering of the same; this one has everything.
    let (one, two) = (score("1", "json"), score("2", "json"));
    assert_eq!((one.code, &one.stdout), (0, &two.stdout), "{}", one.stderr);
    let told = score("2", "table");
    assert_eq!(told.code, 0, "{}{}", told.stdout, told.stderr);
    assert!(told.stdout.contains("double-post"), "{}", told.stdout);
    assert!(told.stderr.contains("took "), "how long it took is no result: {}", told.stderr);
}

#[test]
fn a_score_that_misses_what_has_to_be_found_exits_with_6_and_says_what_in_the_file() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("score");
    fs::create_dir_all(&folder).unwrap();
    let missed = ["--defect", "reaper-kills-live-keys", "--seeds", "1", "--format", "markdown"];
    let ran = pennywise_in(&folder, &[&["score", "--out", "score.md"], &missed[..]].concat());
    assert_eq!(ran.code, 6, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.starts_with("score: ★ 0 of 0 (100 %), all 0 of 1 (0 %)"), "{}", ran.stdout);
    let written = fs::read_to_string(folder.join("score.md")).unwrap();
    let reason = "| `reaper-kills-live-keys` | hard | not found within 1 trial of any range |";
    assert!(written.contains(reason), "{written}");
    assert!(!written.contains("took "), "{written}");
}

fn published() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/score.md");
    fs::read_to_string(path).unwrap_or_else(|error| panic!("no docs/score.md ({error}): {COMMAND}"))
}
