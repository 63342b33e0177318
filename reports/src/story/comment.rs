//! The story of a violation in a few lines, for the top of a repro file.

use scenarios::story::Story;

use super::told::{self, Told};
use crate::layout;

/// What did not hold, what the authorities said, and the first wrong turn: at most
/// eight lines of at most 76 columns, without the sign that makes them a comment.
pub fn lines(story: &Story) -> Vec<String> {
    let told = Told::of(story);
    let claim = story.violation.invariant.story().statement;
    let mut said = vec![
        format!("{}: {claim}.", told::title(story)),
        format!("{} ({}).", sentence(&told.evidence), told::seen(story)),
    ];
    if let Some(turn) = &told.turn {
        let did = turn.did.first().map_or("did nothing", String::as_str);
        let would = turn.would.first().map_or("nothing", String::as_str);
        let then = turn.would_at.map(|at| format!(", at {}", told::moment(at)));
        let then = then.unwrap_or_default();
        said.push(format!(
            "First wrong turn, {}: {} {did}. Without the defect{then}: {would}.",
            told::moment(turn.at),
            turn.who
        ));
    }
    let text = said.iter().flat_map(|said| {
        let wrapped = layout::columns_within(WIDTH, 0, vec![vec![said.clone()]]);
        wrapped.lines().map(str::to_owned).collect::<Vec<_>>()
    });
    let mut lines: Vec<_> = text.collect();
    if lines.len() > LINES_MAX {
        lines.truncate(LINES_MAX);
        if let Some(last) = lines.last_mut() {
            let end: String = last.chars().take(usize::from(WIDTH) - 2).collect();
            *last = format!("{} …", end.trim_end());
        }
    }
    lines
}

/// Begins with a capital letter.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

const WIDTH: u16 = 76;
const LINES_MAX: usize = 8;
