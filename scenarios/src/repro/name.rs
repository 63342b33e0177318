//! The name of a repro's file: what it is about, and which finding it is.

use model::Defects;
use sim::Digest;

use super::Expectation;

/// A name that tells the finding at a glance, and is the same for the same kind
/// of violation with the same defects planted:
/// `I18-authorize-shown-too-early-3f9c2a.toml`.
pub fn file_name(violation: &Expectation, planted: Defects) -> String {
    let Expectation { invariant, step, relation, .. } = violation;
    let mut digest = Digest::new();
    digest.bytes(format!("{invariant}/{step}/{relation}").as_bytes());
    for story in planted.iter() {
        digest.bytes(story.name.as_bytes());
    }
    let short = digest.finish().0[0] >> 40;
    let words = |text: &str| {
        let letters = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
        letters.collect::<String>().to_lowercase()
    };
    let (step, relation) = (words(step), words(relation));
    format!("{invariant}-{step}-{relation}-{short:06x}.toml")
}
