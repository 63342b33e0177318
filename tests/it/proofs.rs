//! `pennywise prove`: small scopes, exhaustively.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{Ran, pennywise};

/// The last line but the blank ones.
fn last(text: &str) -> &str {
    text.lines().rfind(|line| !line.is_empty()).unwrap_or_default()
}

/// A folder of the test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proofs").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// `prove` with these words, which keeps what it finds in `out`.
fn prove(words: &str, out: &Path) -> Ran {
    let out = out.display().to_string();
    let words = words.split_whitespace().chain(["--out", &out]);
    pennywise(&["prove"].into_iter().chain(words).collect::<Vec<_>>())
}

#[test]
fn no_single_fault_breaks_the_three_workflows() {
    for scenario in ["calm-day", "instant-payouts", "refunds"] {
        let told = prove(&format!("{scenario} --ops 2 --faults 1"), &folder(scenario));
        assert_eq!(told.code, 0, "{}", told.stdout);
        let verdict = "verdict: proven, no invariant is violated in any of ";
        let worlds = last(&told.stdout).strip_prefix(verdict).expect("it is proven");
        let worlds: u64 = worlds.trim_end_matches(" worlds").parse().expect("a number of worlds");
        assert!(worlds > 400, "{worlds} worlds of {scenario}");
    }
}

#[test]
fn what_is_proven_does_not_depend_on_the_number_of_threads() {
    let by = |jobs| {
        let words = format!("calm-day --ops 1 --faults 1 --plant double-post --jobs {jobs}");
        let told = prove(&words, &folder("threads"));
        (told.code, told.stdout)
    };
    let (code, told) = by(1);
    assert_eq!(code, 1, "{told}");
    assert_eq!(by(2), (code, told));
}

#[test]
fn a_counterexample_is_kept_small_and_fails_when_it_is_replayed() {
    let folder = folder("kept");
    let told = prove("calm-day --ops 2 --faults 1 --plant double-post", &folder);
    assert!(last(&told.stdout).starts_with("verdict: refuted"), "{}", told.stdout);
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap()).collect();
    assert!(!files.is_empty());
    for file in files {
        let path = file.path().display().to_string();
        assert!(told.stdout.contains(&format!("pennywise replay {path}")), "{}", told.stdout);
        assert_eq!(pennywise(&["replay", &path]).code, 1, "{path}");
    }
}

/// What one fault alone does not show, two do: the second strikes what only the first has
/// brought about.
#[test]
fn a_second_fault_strikes_what_only_the_first_brings_about() {
    let words = "calm-day --ops 1 --plant lease-no-fencing --faults";
    let [one, two] = ["1", "2"].map(|n| prove(&format!("{words} {n}"), &folder(n)));
    assert_eq!((one.code, two.code), (0, 1), "{}{}", one.stdout, two.stdout);
}

#[test]
fn what_is_no_scope_is_refused_before_anything_is_tried() {
    for (words, told) in [
        ("calm-day --ops 0", "0 is not in 1..=8"),
        ("calm-day --faults 5", "5 is not in 0..=4"),
        ("calm-days", "`calm-day`"),
        ("calm-day --plant double-past", "`double-post`"),
    ] {
        let refused = prove(words, &folder("refused"));
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{words}");
        assert!(refused.stderr.contains(told), "{words}: {}", refused.stderr);
    }
}
