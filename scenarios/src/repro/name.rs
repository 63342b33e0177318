//! The name of a repro's file: what it is about, and which finding it is.

use model::Defects;
use sim::Digest;

use crate::fingerprint::Fingerprint;

/// A name that tells the finding at a glance, and is the same for the same kind
/// of violation with the same defects planted:
/// `I18-authorize-shown-too-early-3f9c2a.toml`.
pub fn file_name(violation: Fingerprint, planted: Defects) -> String {
    let Fingerprint { invariant, step, relation, .. } = violation;
    let mut digest = Digest::new();
    digest.bytes(violation.to_string().as_bytes());
    for story in planted.stories() {
        digest.bytes(story.name.as_bytes());
    }
    let short = digest.finish().0[0] >> 40;
    format!("{invariant}-{step}-{}-{short:06x}.toml", relation.name())
}
