//! The repros that are kept: each still does what its file expects.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use model::{Defect, Defects};
use scenarios::repro::{Answer, Repro};

use crate::command::pennywise;

/// The name and text of every repro that is kept.
pub(crate) fn texts() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("repros");
    let mut texts: Vec<_> = folder
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    texts.sort();
    texts
}

#[test]
fn every_repro_that_is_kept_does_what_its_file_expects() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/repros");
    let ran = pennywise(&["replay", folder]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.starts_with("verdict: "), "{}", ran.stdout);
}

#[test]
fn every_defect_has_a_small_repro_that_fails_with_it_and_passes_without() {
    let (mut shown, mut sizes) = (BTreeSet::new(), Vec::new());
    for (name, text) in texts() {
        let repro = Repro::parse(&name, &text).unwrap();
        if repro.planted == Defects::NONE {
            continue;
        }
        let with = repro.replay(repro.planted);
        assert_eq!(with.answer, Answer::SameViolation, "{name}");
        assert!(with.missed.is_empty(), "{name}: {:?}", with.missed);
        assert_eq!(with.departure, None, "{name}: write it anew with `pennywise shrink`");
        assert_eq!(repro.replay(Defects::NONE).answer, Answer::Passes, "{name}");
        let (payments, faults) = (repro.plan.operations.len(), repro.plan.named_faults());
        assert!(payments <= 8 && faults <= 4, "{name}: {payments} payments, {faults} faults");
        sizes.push((payments, faults));
        shown.extend(repro.planted.iter());
    }
    let all: BTreeSet<_> = Defect::ALL.iter().map(|story| story.defect).collect();
    assert_eq!(shown, all);
    let small = sizes.iter().filter(|(payments, faults)| *payments <= 4 && *faults <= 2).count();
    assert!(small * 2 > sizes.len(), "most are smaller: {sizes:?}");
}

#[test]
fn a_fault_that_waits_for_what_never_happens_makes_a_repro_stale() {
    let lost = |(_, text): &(String, String)| text.contains("sdk-inner-retry");
    let (name, text) = texts().into_iter().find(lost).unwrap();
    let waits = Repro::parse(&name, &text.replace("the 1st capture", "the 9th capture")).unwrap();
    let replayed = waits.replay(waits.planted);
    assert_eq!((replayed.answer, replayed.missed), (Answer::Stale, vec![3]));
    let departure = replayed.departure.unwrap();
    assert!(departure.after > 0 && departure.after < departure.before, "{departure:?}");
}
