//! A score for people at a terminal: a line for each defect, and beneath it what else
//! there is to know.

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle, presets};
use scenarios::invariant::Invariant;
use scenarios::score::{Row, Score};

use crate::layout;
use crate::number::Count;
use crate::score_terms as terms;

/// What the score was taken of, and by how many trials.
pub fn heading(score: &Score) -> String {
    let mut facts = terms::basis(&score.basis);
    facts.push(("budget", terms::budget(score)));
    layout::facts(facts)
}

/// What became of each defect, and what that says of the invariants.
pub fn render(score: &Score) -> String {
    let mut text = format!("{}\n{}", defects(score), LEGEND);
    for (title, lines) in [
        ("not found", not_found(score)),
        ("found by another invariant than expected", unexpected(score)),
        (
            "what was violated first, in how many of the first trials of the first range",
            firsts(score),
        ),
        ("never the first to catch anything", idle(score)),
    ] {
        if !lines.is_empty() {
            text.push_str(&format!("\n{title}\n{lines}"));
        }
    }
    text
}

/// How much was found and how soon, the verdict first.
pub fn verdict(score: &Score) -> String {
    let (summary, bar) = (terms::summary(score), terms::bar(score));
    format!("score: {summary}; {bar}\n{}\n", terms::medians(score))
}

fn defects(score: &Score) -> String {
    let mut table = Table::new();
    table.load_style(RULED).set_header(HEADER);
    for row in &score.rows {
        table.add_row([
            row.defect.story().name.to_owned(),
            terms::class(row),
            if row.is_found() { "yes" } else { "no" }.to_owned(),
            terms::found_by(row),
            terms::median(row.median()),
            terms::ranges(row),
            terms::repro(row),
        ]);
    }
    layout::space_out(&mut table);
    for column in table.column_iter_mut().skip(4) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    layout::lines(0, &table)
}

fn not_found(score: &Score) -> String {
    let rows = score
        .rows
        .iter()
        .filter_map(|row| Some(vec![row.defect.story().name.to_owned(), terms::reason(row)?]));
    layout::columns(2, rows.collect())
}

fn unexpected(score: &Score) -> String {
    let rows = score.rows.iter().filter(|row| !row.unexpected().is_empty());
    let rows = rows.map(|row| {
        let story = row.defect.story();
        let (found, expected) = (codes(&row.unexpected()), story.caught_by.join(" "));
        vec![story.name.to_owned(), format!("{found}, where {expected} was expected")]
    });
    layout::columns(2, rows.collect())
}

fn firsts(score: &Score) -> String {
    let rows = score.rows.iter().filter(|row| !row.matrix.is_empty());
    let rows = rows.map(|row| vec![row.defect.story().name.to_owned(), counts(row)]);
    layout::columns(2, rows.collect())
}

/// The most frequent first.
fn counts(row: &Row) -> String {
    let mut counts: Vec<_> = row.matrix.iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let counts: Vec<_> = counts.iter().map(|(code, n)| format!("{code} {}", Count(**n))).collect();
    format!("{} of {}", counts.join(", "), Count(row.counted))
}

fn idle(score: &Score) -> String {
    let rows =
        score.idle().into_iter().map(|code| vec![code.to_string(), code.story().name.to_owned()]);
    layout::columns(2, rows.collect())
}

fn codes(invariants: &[Invariant]) -> String {
    let codes: Vec<_> = invariants.iter().map(ToString::to_string).collect();
    codes.join(" ")
}

const HEADER: [&str; 7] = ["defect", "class", "found", "first by", "median", "ranges", "repro"];

const LEGEND: &str = "\
median: of the trials to the first that shows it, over the ranges; repro: operations + faults;
!: the story of the defect expects others
";

const RULED: TableStyle = presets::NOTHING.header_separator(LineStyle::none().fill('─'));

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;

    use model::Defect;
    use scenarios::score::{Basis, Detection, RANGES, Repro};
    use sim::{DigestValue, Seed};

    use super::*;

    /// One found by whom nobody expected, one found in too few ranges, one not at all.
    pub(crate) fn score() -> Score {
        let detection = |range, trials, invariant| {
            Some(Detection { range, trials, invariant, seed: Seed(range as u64) })
        };
        let row = |defect, detections: [Option<Detection>; RANGES]| Row {
            defect,
            detections,
            tried: 2_000,
            matrix: BTreeMap::new(),
            counted: 1_000,
            repro: None,
        };
        let found = |range| detection(range, 10 + range as u64, Invariant::I33);
        let mut double_post = row(Defect::DoublePost, [0, 1, 2, 3, 4].map(found));
        double_post.detections[1] = detection(1, 2, Invariant::I17);
        double_post.matrix = BTreeMap::from([(Invariant::I17, 20), (Invariant::I33, 300)]);
        double_post.repro = Some(Repro { operations: 1, faults: 2, stopped: false });
        let rare =
            row(Defect::HeuristicAbort, [None, None, detection(2, 5, Invariant::I30), None, None]);
        let lost = row(Defect::TimeoutIsFailure, [None; RANGES]);
        let basis = Basis {
            master_seed: Seed(1),
            strategy: scenarios::Strategy::Portfolio,
            samplers: 1,
            scenarios: 33,
            two_phase_scenarios: 8,
            invariants: 37,
            defects: 50,
            slice: 200,
            reference: DigestValue([1, 2]),
            reference_violated: 0,
            planted: DigestValue([3, 4]),
        };
        Score { basis, budget: Some(2_000), rows: vec![double_post, rare, lost] }
    }

    #[test]
    fn every_defect_has_a_line_that_tells_what_became_of_it() {
        let text = render(&score());
        for words in [
            "double-post        ★ easy  yes    I33 I17!            12     5/5  1 + 2",
            "heuristic-abort     medium  no     I30            –     1/5      –",
            "heuristic-abort     not found within 2,000 trials of 4 of 5 ranges",
            "timeout-is-failure  not found within 2,000 trials of any range",
            "double-post  I17, where I26 I33 was expected",
            "double-post  I33 300, I17 20 of 1,000",
            "L06  what-providers-do-by-themselves-is-booked",
        ] {
            let spaced = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(spaced(&text).contains(&spaced(words)), "{words}\n{text}");
        }
    }

    #[test]
    fn the_verdict_tells_how_much_was_found_and_how_soon() {
        assert_eq!(
            verdict(&score()),
            "score: ★ 1 of 2 (50 %), all 1 of 3 (33 %); the bar, all ★ and 95 % of all, is missed\n\
             median trials to detection: easy –, medium –, hard –\n"
        );
    }

    #[test]
    fn nothing_is_wider_than_a_report_may_be() {
        let text = format!("{}{}{}", heading(&score()), render(&score()), verdict(&score()));
        let wide = text.lines().find(|line| line.chars().count() > usize::from(layout::WIDTH));
        assert_eq!(wide, None);
    }
}
