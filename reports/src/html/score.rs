//! A score as a page: what is found of the defect bank, by what, how soon, and which
//! invariant sees which defect. It needs no script.

use scenarios::invariant::Invariant;
use scenarios::score::{Row, Score};

use super::{escaped, page};
use crate::number::Count;
use crate::score_terms as terms;

/// The page of `score`, by this version of the harness.
pub fn render(score: &Score, version: &str) -> String {
    let mood = if score.meets_its_bar() { "good" } else { "bad" };
    let body = format!(
        "<header>\n<h1>The score</h1>\n<p>master seed <code>{}</code>, pennywise {}</p>\n\
         <p class=\"verdict {mood}\">{}; {}</p>\n<p>{}. Budget: {}.</p>\n</header>\n<main>\n\
         {}{}</main>\n",
        score.basis.master_seed,
        escaped(version),
        escaped(&terms::summary(score)),
        escaped(&terms::bar(score)),
        escaped(&terms::medians(score)),
        escaped(&terms::budget(score)),
        defects(score),
        matrix(score),
    );
    page("pennywise: the score", STYLE, &body, "", "{}")
}

/// A row for each defect: whether it is found, by what and how soon.
fn defects(score: &Score) -> String {
    let rows = score.rows.iter().map(|row| {
        let story = row.defect.story();
        let found = match terms::reason(row) {
            None => "<td class=\"verdict good\">found</td>".to_owned(),
            Some(reason) => format!("<td class=\"verdict bad\">{}</td>", escaped(&reason)),
        };
        let told = [terms::class(row), terms::found_by(row), story.caught_by.join(" ")];
        let told = told.map(|told| format!("<td>{}</td>", escaped(&told))).concat();
        let numbers = [terms::median(row.median()), terms::ranges(row), terms::repro(row)];
        let numbers = numbers.map(|told| format!("<td class=\"n\">{}</td>", escaped(&told)));
        let (name, about) = (escaped(story.name), escaped(story.story));
        let numbers = numbers.concat();
        format!("<tr><th scope=\"row\" title=\"{about}\">{name}</th>{found}{told}{numbers}</tr>\n")
    });
    let head = ["", "class", "first by", "expected"];
    let head = head.map(|name| format!("<th scope=\"col\">{name}</th>")).concat();
    let numbers = ["median trials", "ranges", "repro"];
    let numbers = numbers.map(|name| format!("<th class=\"n\" scope=\"col\">{name}</th>")).concat();
    format!(
        "<section><h2>Defects</h2>\n<div class=\"wide\"><table><thead><tr><th scope=\"col\">\
         defect</th>{head}{numbers}</tr></thead><tbody>\n{}</tbody></table></div></section>\n",
        rows.collect::<String>()
    )
}

/// A row for each defect, a column for each invariant that saw any: in how many trials.
fn matrix(score: &Score) -> String {
    let saw = |invariant: &Invariant| score.rows.iter().any(|row| count(row, *invariant) > 0);
    let columns: Vec<_> = Invariant::ALL.iter().map(|story| story.code).filter(saw).collect();
    let head = columns.iter().map(|code| {
        format!("<th class=\"n\" scope=\"col\" title=\"{}\">{code}</th>", code.story().name)
    });
    let rows = score.rows.iter().map(|row| {
        let cells = columns.iter().map(|code| match count(row, *code) {
            0 => "<td class=\"n none\">0</td>".to_owned(),
            trials if row.found_by().contains(code) => {
                format!("<td class=\"n met\"><b>{}</b></td>", Count(trials))
            }
            trials => format!("<td class=\"n met\">{}</td>", Count(trials)),
        });
        let name = escaped(row.defect.story().name);
        format!("<tr><th scope=\"row\">{name}</th>{}</tr>\n", cells.collect::<String>())
    });
    format!(
        "<section><h2>Which invariant sees which defect</h2>\n<p>In how many trials it did not \
         hold; bold where it was the first to fail.</p>\n<div class=\"wide\"><table class=\"grid\">\
         <thead><tr><td></td>{}</tr></thead><tbody>\n{}</tbody></table></div></section>\n",
        head.collect::<String>(),
        rows.collect::<String>()
    )
}

fn count(row: &Row, invariant: Invariant) -> u64 {
    row.matrix.get(&invariant).copied().unwrap_or(0)
}

const STYLE: &str = include_str!("campaign.css");

#[cfg(test)]
mod tests {
    use roxmltree::Document;

    use super::*;
    use crate::score_table::tests::score;

    #[test]
    fn the_page_tells_what_was_found_and_by_what_and_is_well_formed() {
        let text = render(&score(), "1.2.3");
        for words in [
            "<h1>The score</h1>",
            "pennywise 1.2.3",
            "not found within 2,000 trials of any range",
            "<b>300</b>",
        ] {
            assert!(text.contains(words), "{words}\n{text}");
        }
        let body = &text[text.find("<main>").unwrap()..text.find("</main>").unwrap() + 7];
        Document::parse(body).unwrap();
        assert!(!text.contains("://"), "it asks the network for something");
    }
}
