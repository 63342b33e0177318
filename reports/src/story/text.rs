//! The story of a violation as text of 80 columns.

use comfy_table::{ColumnConstraint, ContentArrangement, LineStyle, Table, Width, presets};
use scenarios::story::Story;

use super::told::{self, Line, Told, Turn};
use crate::layout;
use crate::number::{Count, counted};

/// What did not hold; what each authority believed; what led to it; the first
/// wrong turn, where it can be named; the plan, if it is small; and last `again`,
/// the command that repeats it.
pub fn render(story: &Story, again: &str) -> String {
    let told = Told::of(story);
    let mut text = headline(story, &told);
    if !told::is_about_all(story) {
        text += &format!("\nwhat each believed at that moment\n{}", side_by_side(&told));
    }
    text += &format!("\nwhat led to it\n{}", lines(story, &told));
    text += &told.turn.as_ref().map(turn).unwrap_or_default();
    if !told.plan.is_empty() {
        let rows = told.plan.iter().map(|(name, line)| vec![name.clone(), line.clone()]);
        text += &format!("\nthe plan\n{}", layout::columns_within(WIDTH, 2, rows.collect()));
    }
    text + &format!("\n{again}\n")
}

fn headline(story: &Story, told: &Told) -> String {
    let mut facts = vec![("claim", story.violation.invariant.story().statement.to_owned())];
    facts.extend(told.wish.iter().map(|wish| ("payment", wish.clone())));
    facts.push(("evidence", told.evidence.clone()));
    let (relation, step) = (story.violation.relation, story.violation.step);
    facts.push(("kind", format!("{relation}, at the step `{step}`")));
    facts.push(("seen", told::seen(story)));
    let rows = facts.into_iter().map(|(name, what)| vec![name.to_owned(), what]);
    let facts = layout::columns_within(WIDTH, 2, rows.collect());
    format!("violated: {}\n{facts}", told::title(story))
}

fn side_by_side(told: &Told) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING.header_separator(LineStyle::none().fill('─')));
    table.set_header(told.beliefs.each_ref().map(|(name, _)| name.clone()));
    // The gist stands first; what it comes from is a list beneath it.
    table.add_row(told.beliefs.each_ref().map(|(_, lines)| lines.join("\n· ")));
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH - 2);
    layout::space_out(&mut table);
    for (column, width) in table.column_iter_mut().zip(BELIEFS) {
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
    }
    layout::lines(2, &table)
}

fn lines(story: &Story, told: &Told) -> String {
    let mut rows = Vec::new();
    for line in &told.lines {
        if line.gap {
            rows.push(vec!["…".to_owned(), String::new(), String::new()]);
        }
        rows.push(vec![told::moment(line.at), line.who.clone(), said(line)]);
    }
    let code = story.violation.invariant;
    let at_rest = if story.violation.event == 0 { "at rest, " } else { "" };
    let verdict = format!("{at_rest}{code} is violated: {}", told.evidence);
    rows.push(vec![told::moment(story.violation.at), "judge".to_owned(), verdict]);
    layout::columns_within(WIDTH, 2, rows)
        + &layout::columns_within(WIDTH, 2, vec![vec![extent(story, told)]])
}

fn said(line: &Line) -> String {
    match &line.money {
        Some(money) => format!("{}\n{money}", line.says()),
        None => line.says(),
    }
}

/// How much of the world that was, and what is left out.
fn extent(story: &Story, told: &Told) -> String {
    let (past, events) = (Count(story.past as u64), Count(story.events));
    let left_out = match told.left_out {
        0 => String::new(),
        lines => format!("; {} are left out at `…`", counted(lines as u64, "line")),
    };
    format!("({past} of {events} events had a hand in it{left_out})")
}

fn turn(turn: &Turn) -> String {
    let mut rows = vec![("planted", turn.planted.join(", "))];
    rows.extend(turn.stories.iter().map(|story| ("", (*story).to_owned())));
    let on = turn.on.as_ref().map(|on| format!(" {on}")).unwrap_or_default();
    rows.push(("where", format!("{}, {}{on}", told::moment(turn.at), turn.who)));
    let list = |name, deeds: &[String]| match deeds {
        [] => vec![(name, "nothing".to_owned())],
        deeds => {
            let names = std::iter::once(name).chain(std::iter::repeat(""));
            names.zip(deeds.iter().cloned()).collect()
        }
    };
    rows.extend(list("it did", &turn.did));
    match turn.would_at {
        None => rows.extend(list("it should", &turn.would)),
        Some(at) => {
            let waits = format!("nothing until {}, and then:", told::moment(at));
            rows.push(("it should", waits));
            rows.extend(list("", &turn.would));
        }
    }
    let rows = rows.into_iter().map(|(name, what)| vec![name.to_owned(), what]);
    let rows = layout::columns_within(WIDTH, 2, rows.collect());
    format!("\nthe first wrong turn\n{rows}")
}

/// The widest line.
const WIDTH: u16 = 80;
/// The widths of the four authorities, with the space behind each.
const BELIEFS: [u16; 4] = [20, 20, 18, 20];
