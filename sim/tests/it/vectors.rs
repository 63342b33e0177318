//! The published test vectors: complete, true here, and able to fail.

use sim::{SAMPLERS, vectors};

/// A change of the keyed hash or of a sampler that this stops needs a new
/// version of `SAMPLERS`, and vectors of its own beside the old ones.
#[test]
fn the_vectors_published_for_this_version_of_samplers_come_out_on_this_machine() {
    assert!(vectors::TEXT.contains(&format!("\nsamplers = {SAMPLERS}\n")));
    let checked = vectors::check().unwrap_or_else(|mismatch| panic!("{mismatch}"));
    assert!(checked > 150, "{checked}");
}

#[test]
fn every_sampler_has_vectors() {
    for name in vectors::SAMPLED {
        let of = vectors::TEXT.lines().filter(|line| line.split(' ').next() == Some(name));
        assert!(of.count() >= 5, "{name}");
    }
}

#[test]
fn a_vector_that_comes_out_otherwise_is_told_with_what_came() {
    for (text, came) in [
        ("samplers = 999", "1 (0x1)"),
        ("draw 1 2 3 4 5 6 = 0x4f0bac1c757ba97b", "5695835391970224506 (0x4f0bac1c757ba97a)"),
        ("below 0x8000000000000000 6 = 2", "3 (0x3)"),
        ("below 0x8000000000000000 6 = none", "3 (0x3)"),
        ("pick 7 0 = 0", "none"),
        ("hits 0 50000 = 0", "1 (0x1)"),
        ("derive 42 payin_card 0 = 1", "12758855995173230273 (0xb1108feda4a9d6c1)"),
    ] {
        let mismatch = vectors::check_text(&format!("# comment\n\n{text}")).unwrap_err();
        assert_eq!((mismatch.line, mismatch.vector.as_str()), (3, text));
        assert_eq!(mismatch.came, came, "{text}");
    }
}

#[test]
fn what_is_no_vector_is_no_success() {
    for text in [
        "draw 1 2 = ",
        "draw",
        "below x 6 = 1",
        "below 1 6 = one",
        "bellow 1 6 = 0",
        "quantile 0 0 1 500000 2 = 1",
        "quantile 0 0 1 1000000 = 1",
        "hits 0 4294967296 = 1",
    ] {
        assert!(vectors::check_text(text).unwrap_err().came.contains("no vector"), "{text}");
    }
}
