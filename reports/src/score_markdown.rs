//! A score as a document, to be published beside the code.

use scenarios::invariant::Invariant;
use scenarios::score::{Basis, Row, Score};

use crate::number::Count;
use crate::score_terms as terms;

/// The whole document. `command` is what wrote it.
pub fn render(score: &Score, command: &str) -> String {
    let (summary, medians, bar) = (terms::summary(score), terms::medians(score), terms::bar(score));
    let mut text = format!(
        "# The score\n\n\
         How well the harness catches bugs that are known: each defect of the bank is planted in \
         turn, and the trials are dealt over the scenarios of the catalog, one after the other, \
         up to the first in which an invariant does not hold. Five ranges of seeds that share \
         none are gone through in this way. A defect is found if most of them show it.\n\n\
         **{summary}**; {bar}.\n\n\
         {medians}.\n\n\
         Written by `{command}`; a score of anything else than the following is out of date.\n\n",
    );
    text.push_str(&basis(&score.basis));
    text.push_str(&format!("\nBudget: {}.\n", terms::budget(score)));
    text.push_str(&defects(score));
    text.push_str(&not_found(score));
    text.push_str(&unexpected(score));
    text.push_str(&matrix(score));
    text.push_str(&idle(score));
    text
}

/// What the score was taken of, as it stands in the document.
pub fn basis(basis: &Basis) -> String {
    let facts = terms::basis(basis).into_iter().map(|(name, value)| vec![name.to_owned(), value]);
    table(&["of", ""], facts)
}

fn defects(score: &Score) -> String {
    let rows = score.rows.iter().map(|row| {
        let story = row.defect.story();
        vec![
            format!("`{}`", story.name),
            terms::class(row),
            if row.is_found() { "yes" } else { "**no**" }.to_owned(),
            terms::found_by(row),
            story.caught_by.join(" "),
            terms::median(row.median()),
            terms::ranges(row),
            terms::repro(row),
        ]
    });
    let header =
        ["defect", "class", "found", "first by", "expected", "median trials", "ranges", "repro"];
    format!(
        "\n## Defects\n\n{}\n\
         *class*: ★ has to be found, then how easy that should be. *first by*: what was violated \
         first where it was found first, in the order of the ranges; with `!`, if the story of the \
         defect expects others. *median trials*: over the ranges, to the first that shows it. \
         *repro*: what the first finding of the first range shrinks to, operations + faults.\n",
        table(&header, rows)
    )
}

fn not_found(score: &Score) -> String {
    let rows = score.rows.iter().filter_map(|row| {
        let reason = terms::reason(row)?;
        Some(vec![format!("`{}`", row.defect.story().name), terms::class(row), reason])
    });
    section("Not found", "All were found.", &["defect", "class", "reason"], rows)
}

fn unexpected(score: &Score) -> String {
    let rows = score.rows.iter().filter(|row| !row.unexpected().is_empty()).map(|row| {
        let story = row.defect.story();
        let found = row.unexpected().iter().map(ToString::to_string).collect::<Vec<_>>();
        vec![format!("`{}`", story.name), found.join(" "), story.caught_by.join(" ")]
    });
    section(
        "Found by another invariant than expected",
        "Each was found first by an invariant that its story names.",
        &["defect", "first by", "expected"],
        rows,
    )
}

fn matrix(score: &Score) -> String {
    let all = Invariant::ALL.iter().map(|story| story.code);
    let caught = |code: &Invariant| score.rows.iter().any(|row| row.matrix.contains_key(code));
    let columns: Vec<_> = all.filter(caught).collect();
    let codes: Vec<_> = columns.iter().map(ToString::to_string).collect();
    let header: Vec<_> =
        std::iter::once("defect").chain(codes.iter().map(String::as_str)).collect();
    let cell = |row: &Row, code: &Invariant| match row.matrix.get(code) {
        Some(count) if row.expects(*code) => format!("**{}**", Count(*count)),
        Some(count) => Count(*count).to_string(),
        None => String::new(),
    };
    let rows = score.rows.iter().map(|row| {
        let name = std::iter::once(format!("`{}`", row.defect.story().name));
        name.chain(columns.iter().map(|code| cell(row, code))).collect()
    });
    let counted = score.rows.iter().map(|row| row.counted).max().unwrap_or(0);
    format!(
        "\n## What is violated first\n\n\
         In how many of the first {} trials of the first range each invariant was the first that \
         did not hold; **bold** where the story of the defect expects it.\n\n{}",
        Count(counted),
        table(&header, rows)
    )
}

fn idle(score: &Score) -> String {
    let rows = score.idle().into_iter().map(|code| {
        let story = code.story();
        vec![code.to_string(), story.name.to_owned()]
    });
    section(
        "Invariants that were never the first to catch anything",
        "Every invariant was the first to catch some defect.",
        &["invariant", "claim"],
        rows,
    )
}

fn section(
    title: &str,
    none: &str,
    header: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> String {
    let rows: Vec<_> = rows.collect();
    let body = if rows.is_empty() { format!("{none}\n") } else { table(header, rows) };
    format!("\n## {title}\n\n{body}")
}

/// A table with these heads.
pub(crate) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let header: Vec<_> = header.iter().map(|cell| (*cell).to_owned()).collect();
    let rule: Vec<_> = header.iter().map(|_| "---".to_owned()).collect();
    let rows = rows.into_iter().map(|row| line(&row));
    format!("{}{}{}", line(&header), line(&rule), rows.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score_table::tests::score;

    #[test]
    fn the_document_tells_what_it_is_of_and_what_was_not_found() {
        let text = render(&score(), "pennywise score");
        for line in [
            "| `double-post` | ★ easy | yes | I33 I17! | I26 I33 | 12 | 5/5 | 1 + 2 |",
            "| `timeout-is-failure` | ★ easy | not found within 2,000 trials of any range |",
            "| `double-post` | I17 | I26 I33 |",
            "| `double-post` | 20 | **300** |",
            "Budget: 2,000 trials in each of 5 ranges of seeds.",
        ] {
            assert!(text.lines().any(|it| it == line), "{line}\n{text}");
        }
    }

    #[test]
    fn the_basis_stands_in_the_document_as_it_is_rendered_alone() {
        assert!(render(&score(), "pennywise score").contains(&basis(&score().basis)));
    }
}
