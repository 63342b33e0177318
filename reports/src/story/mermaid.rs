//! The story of a violation as a sequence diagram for Mermaid.

use std::collections::BTreeMap;

use scenarios::party;
use scenarios::story::Story;
use sim::Role;

use super::told::{self, Arrow, ArrowFate, Line, Told};
use crate::recording::place;

/// A `sequenceDiagram`: who takes part, messages with what became of them, notes
/// about what parties did, and the violation.
pub fn render(story: &Story) -> String {
    let told = Told::of(story);
    let parties = parties(&told);
    let mut text = String::from("sequenceDiagram\n");
    for role in parties.values() {
        text += &format!("    participant {} as {}\n", id(*role), escaped(&party::name(*role)));
    }
    for line in &told.lines {
        if line.gap {
            text += &note_over_all(&parties, "…");
        }
        text += &drawn(line, &parties);
    }
    let code = story.violation.invariant;
    text + &note_over_all(&parties, &format!("{code} is violated: {}", told.evidence))
}

/// Whoever takes part, from the client on the left to the providers and banks on the right.
fn parties(told: &Told) -> BTreeMap<(u8, u8), Role> {
    let speakers = told.lines.iter().filter(|line| line.who != WORLD).map(|line| line.role);
    let arrows = told.lines.iter().filter_map(|line| line.arrow);
    let all = speakers.chain(arrows.flat_map(|arrow| [arrow.from, arrow.to]));
    all.map(|role| (place(role), role)).collect()
}

fn drawn(line: &Line, parties: &BTreeMap<(u8, u8), Role>) -> String {
    let says = format!("{} {}", told::moment(line.at), line.says());
    let money = line.money.as_ref().map(|money| format!("<br/>{}", escaped(money)));
    let says = escaped(&says) + &money.unwrap_or_default();
    match line.arrow {
        Some(Arrow { from, to, fate, .. }) => {
            let arrow = match fate {
                ArrowFate::Arrived => "->>",
                ArrowFate::Late => "-)",
                ArrowFate::Lost => "-x",
            };
            format!("    {}{arrow}{}: {says}\n", id(from), id(to))
        }
        None if line.who == WORLD => note_over_all_raw(parties, &says),
        None => format!("    Note over {}: {says}\n", id(line.role)),
    }
}

fn note_over_all(parties: &BTreeMap<(u8, u8), Role>, says: &str) -> String {
    note_over_all_raw(parties, &escaped(says))
}

fn note_over_all_raw(parties: &BTreeMap<(u8, u8), Role>, says: &str) -> String {
    let ends = [parties.values().next(), parties.values().next_back()];
    match ends {
        [Some(first), Some(last)] if first != last => {
            format!("    Note over {},{}: {says}\n", id(*first), id(*last))
        }
        [Some(only), _] => format!("    Note over {}: {says}\n", id(*only)),
        _ => String::new(),
    }
}

/// What a party is called in the diagram's own language.
fn id(role: Role) -> String {
    party::name(role).replace(' ', "_")
}

/// `text` without what means something to Mermaid: a `;` ends a statement, a `#`
/// begins an entity, and `<` begins a tag.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '#' => safe.push_str("#35;"),
            ';' => safe.push_str("#59;"),
            '<' => safe.push_str("#lt;"),
            '>' => safe.push_str("#gt;"),
            '%' => safe.push_str("#37;"),
            '\n' => safe.push_str("<br/>"),
            other => safe.push(other),
        }
    }
    safe
}

const WORLD: &str = "world";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_mermaid_is_escaped() {
        let text = escaped("50% of <b>; see #7\nand -->> x");
        assert_eq!(text, "50#37; of #lt;b#gt;#59; see #35;7<br/>and --#gt;#gt; x");
    }
}
