//! Two snapshots of one trial: what changed, fact by fact.

use crate::layout;
use crate::snapshot::NAME;

/// How a trial compares with the snapshot that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// To the byte.
    Same,
    /// Every fact is the same, and some event was not: the digest alone changed.
    DigestChanged,
    /// Some fact is another.
    BehaviorChanged,
}

impl Difference {
    /// The one between two texts of [`crate::snapshot`].
    pub fn between(kept: &str, now: &str) -> Self {
        let behavior = |text: &str| -> Vec<String> {
            text.lines().filter(|line| !is_digest(line)).map(str::to_owned).collect()
        };
        match () {
            () if kept == now => Self::Same,
            () if behavior(kept) == behavior(now) => Self::DigestChanged,
            () => Self::BehaviorChanged,
        }
    }

    /// In words.
    pub const fn says(&self) -> &'static str {
        match self {
            Self::Same => "the same",
            Self::DigestChanged => "behavior is the same, the digest changed",
            Self::BehaviorChanged => "behavior changed",
        }
    }
}

/// Each fact that changed, with what it was and what it is. The digest is told only where
/// nothing else changed.
pub fn render(kept: &str, now: &str) -> String {
    let only_digest = Difference::between(kept, now) == Difference::DigestChanged;
    let (before, after) = (facts(kept), facts(now));
    let mut names: Vec<&str> = before.iter().map(|(name, _)| *name).collect();
    names.extend(after.iter().map(|(name, _)| *name));
    let mut rows = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let is_new = !names[..at].contains(name);
        if !is_new || (!only_digest && *name == DIGEST) {
            continue;
        }
        let [was, is] = [value(&before, name), value(&after, name)];
        let says = match (was.as_str(), is.as_str()) {
            (was, is) if was == is => continue,
            ("", is) => format!("new: {is}"),
            (was, "") => format!("gone: {was}"),
            (was, is) => format!("{was} → {is}"),
        };
        rows.push(vec![(*name).to_owned(), says]);
    }
    layout::columns(2, rows)
}

/// Each line as the name of a fact and what it says.
fn facts(text: &str) -> Vec<(&str, &str)> {
    let fact = |line| match str::split_at_checked(line, NAME) {
        Some((name, says)) => (name.trim_end(), says.trim()),
        None => (line, ""),
    };
    text.lines().map(fact).collect()
}

/// Everything that is said under a name: most facts have one line.
fn value(facts: &[(&str, &str)], name: &str) -> String {
    let said = facts.iter().filter(|(known, _)| *known == name).map(|(_, says)| *says);
    said.collect::<Vec<_>>().join(", ")
}

fn is_digest(line: &str) -> bool {
    line.split(' ').next() == Some(DIGEST)
}

const DIGEST: &str = "digest";

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(retries: &str, digest: &str) -> String {
        format!("{:<NAME$} {retries}\n{:<NAME$} 2\n{DIGEST:<NAME$} {digest}\n", "retries", "undone")
    }

    #[test]
    fn a_digest_alone_is_told_apart_from_what_the_trial_came_to() {
        let [kept, now] = ["aa", "bb"].map(|digest| snapshot("4", digest));
        assert_eq!(Difference::between(&kept, &kept), Difference::Same);
        assert_eq!(Difference::between(&kept, &now), Difference::DigestChanged);
        assert_eq!(render(&kept, &now), "  digest  aa → bb\n");
    }

    #[test]
    fn a_fact_that_changed_is_shown_with_what_it_was() {
        let (kept, now) = (snapshot("4", "aa"), snapshot("9", "bb"));
        assert_eq!(Difference::between(&kept, &now), Difference::BehaviorChanged);
        assert_eq!(render(&kept, &now), "  retries  4 → 9\n");
        let less = now.replace("undone", "lasted");
        assert_eq!(render(&now, &less), "  undone  gone: 2\n  lasted  new: 2\n");
    }
}
