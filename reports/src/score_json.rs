//! A score as data.

use model::Ease;
use scenarios::invariant::Invariant;
use scenarios::score::{Basis, Row, Score, Share};
use serde::Serialize;

use crate::json;

/// A score, and what follows from it.
#[derive(Clone, Debug, Serialize)]
struct Document<'s> {
    version: &'s str,
    basis: &'s Basis,
    budget: Option<u64>,
    first_wave: Share,
    all: Share,
    meets_its_bar: bool,
    medians: Vec<EaseMedian>,
    defects: Vec<DefectDocument<'s>>,
    never_first: Vec<Invariant>,
}

#[derive(Clone, Debug, Serialize)]
struct EaseMedian {
    ease: Ease,
    median_trials: Option<u64>,
}

#[derive(Clone, Debug, Serialize)]
struct DefectDocument<'s> {
    name: &'s str,
    first_wave: bool,
    ease: Ease,
    found: bool,
    expected: &'s [&'s str],
    unexpected: Vec<Invariant>,
    median_trials: Option<u64>,
    #[serde(flatten)]
    row: &'s Row,
}

/// `score` as JSON, by this version of the harness.
///
/// # Errors
/// Never of what a score is made of.
pub fn render(score: &Score, version: &str) -> Result<String, serde_json::Error> {
    let medians =
        Ease::ALL.iter().map(|ease| EaseMedian { ease: *ease, median_trials: score.median(*ease) });
    json::pretty(&Document {
        version,
        basis: &score.basis,
        budget: score.budget,
        first_wave: score.first_wave(),
        all: score.all(),
        meets_its_bar: score.meets_its_bar(),
        medians: medians.collect(),
        defects: score.rows.iter().map(document).collect(),
        never_first: score.idle(),
    })
}

fn document(row: &Row) -> DefectDocument<'_> {
    let story = row.defect.story();
    DefectDocument {
        name: story.name,
        first_wave: story.first_wave,
        ease: story.ease,
        found: row.is_found(),
        expected: story.caught_by,
        unexpected: row.unexpected(),
        median_trials: row.median(),
        row,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score_table::tests::score;

    #[test]
    fn what_follows_from_a_score_stands_beside_it() {
        let text = render(&score(), "1.2.3").unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["version"], "1.2.3");
        assert_eq!(value["meets_its_bar"], false);
        assert_eq!(value["defects"][0]["name"], "double-post");
        assert_eq!(value["defects"][0]["median_trials"], 12);
        assert_eq!(value["defects"][0]["unexpected"][0], "I17");
        assert_eq!(value["defects"][1]["found"], false);
        assert_eq!(value["defects"][0]["matrix"]["I33"], 300);
    }
}
