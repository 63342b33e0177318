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

/// What each kind of fault and of business is there for: a defect that shows by it.
#[test]
fn a_defect_is_refuted_in_the_scenario_that_has_what_it_takes() {
    for (defect, words, invariant) in [
        ("fee-in-payers-currency", "cross-currency --ops 1 --faults 0", "I01"),
        ("no-fingerprint", "careless-clients --ops 2 --faults 0", "I20"),
        ("auth-expiry-constant", "split-shipments --ops 3 --faults 0", "I17"),
        ("no-amount-limit", "adversarial-policy --ops 3 --faults 0", "I31"),
        ("fuzzy-match", "settlement-discrepancies --ops 3 --faults 1", "I38"),
        ("ttl-by-local-clock", "keys-expire --ops 3 --faults 1", "I19"),
        ("reaper-kills-live-keys", "keys-expire --ops 3 --faults 1", "I19"),
        ("heuristic-abort", "two-phase-commit --ops 1 --faults 1", "I30"),
        ("check-then-insert", "stormy-network --ops 2 --faults 1", "I19"),
        ("toctou-balance", "calm-day --ops 3 --faults 1", "I02"),
        ("lock-on-missing-row", "contended-limits --ops 3 --faults 1", "I02"),
        ("undo-by-plan", "calm-day --ops 3 --faults 1", "I09"),
        ("store-fail-open", "stormy-network --ops 3 --faults 1", "I13"),
        ("refund-plus-dispute", "dispute-during-refund --ops 3 --faults 1", "I07"),
    ] {
        let words = format!("{words} --plant {defect} --fail-fast");
        let told = prove(&words, &folder(defect));
        assert_eq!(told.code, 1, "{words}: {}{}", told.stdout, told.stderr);
        let claim = format!("violated: {invariant} ");
        assert!(told.stdout.contains(&claim), "{words}: {}", told.stdout);
    }
}

/// With fewer faults first, what one fault shows is not looked for with two.
#[test]
fn a_proof_that_fails_fast_ends_with_the_fewest_faults_that_show_it() {
    let words = "calm-day --ops 3 --faults 4 --plant toctou-balance --fail-fast";
    let told = prove(words, &folder("fast"));
    assert!(last(&told.stdout).starts_with("verdict: refuted"), "{}", told.stdout);
    assert!(told.stdout.contains("the first has 1 fault"), "{}", told.stdout);
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
