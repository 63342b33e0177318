//! What people are told of each defect.

use std::collections::BTreeSet;

use model::Defect;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};

#[test]
fn every_defect_has_a_story() {
    // Whoever reads a name that is none is told of every one that there is.
    let unknown: StrDeserializer<'_, Error> = "none".into_deserializer();
    let told = Defect::deserialize(unknown).unwrap_err().to_string();
    let variants = told.matches('`').count() / 2 - 1;
    let listed: BTreeSet<_> = Defect::ALL.iter().map(|story| story.defect).collect();
    assert_eq!((listed.len(), Defect::ALL.len()), (variants, variants), "{told}");
    assert!(Defect::ALL.len() <= 128, "a set of them has room for no more");
    for story in Defect::ALL {
        assert_eq!(story.defect.story(), story);
        let told = [story.story, story.source].iter().all(|text| text.len() > 20);
        assert!(told && !story.caught_by.is_empty(), "{story:?}");
    }
}

#[test]
fn defects_go_by_kebab_case_names_in_order() {
    let names: Vec<&str> = Defect::ALL.iter().map(|story| story.name).collect();
    assert!(names.is_sorted_by(|one, next| one < next), "{names:?}");
    for story in Defect::ALL {
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(story.name.chars().all(kebab), "{}", story.name);
        assert_eq!(Defect::named(story.name), Some(story.defect));
    }
    assert_eq!(Defect::named("no-such-defect"), None);
}
