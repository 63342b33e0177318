//! Words in aligned columns, without lines between them.

use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};

/// The widest line of a report for people.
pub(crate) const WIDTH: u16 = 100;

/// A space at which no line is broken; it is a plain one in what is printed.
pub(crate) const UNBROKEN: char = '\u{a0}';

/// `rows` in columns behind `indent` spaces; the last column wraps at
/// [`WIDTH`]. Ends with a line break unless there are no rows.
pub(crate) fn columns(indent: u16, rows: Vec<Vec<String>>) -> String {
    columns_within(WIDTH, indent, rows)
}

/// The same, wrapped at `width`.
pub(crate) fn columns_within(width: u16, indent: u16, rows: Vec<Vec<String>>) -> String {
    let mut table = bare(rows);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width - indent);
    let last = table.column_count().saturating_sub(1);
    for column in table.column_iter_mut().take(last) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    lines(indent, &table)
}

/// `rows` in columns, a line each however long it gets.
pub(crate) fn unwrapped(rows: Vec<Vec<String>>) -> String {
    lines(0, &bare(rows))
}

/// What is known under each name: two [`columns`], indented.
pub(crate) fn facts<'n>(facts: impl IntoIterator<Item = (&'n str, String)>) -> String {
    columns(2, facts.into_iter().map(|(name, what)| vec![name.to_owned(), what]).collect())
}

/// A table without lines, two spaces between its columns.
pub(crate) fn bare(rows: Vec<Vec<String>>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).add_rows(rows);
    space_out(&mut table);
    table
}

/// Puts two spaces between the columns of `table`, and none around them.
pub(crate) fn space_out(table: &mut Table) {
    let last = table.column_count().saturating_sub(1);
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if at == last { 0 } else { 2 }));
    }
}

/// The lines of `table` behind `indent` spaces, without spaces at their ends.
pub(crate) fn lines(indent: u16, table: &Table) -> String {
    if table.is_empty() {
        return String::new();
    }
    let indent = usize::from(indent);
    let line = |line: String| format!("{:indent$}{}\n", "", line.trim_end());
    table.lines().map(|bare| line(bare.replace(UNBROKEN, " "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_column_wraps_and_the_others_stay_whole() {
        let long = "word ".repeat(40);
        let text = columns(2, vec![vec!["00:00:01.000000".into(), "provider a".into(), long]]);
        assert!(text.lines().count() > 1, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        assert!(text.starts_with("  00:00:01.000000  provider a  word"), "{text}");
        let next = text.lines().nth(1).unwrap_or_default();
        assert!(next.starts_with(&" ".repeat(31)) && next.ends_with("word"), "{text}");
    }

    #[test]
    fn nothing_is_no_line_at_all() {
        assert_eq!(columns(2, Vec::new()), "");
        assert_eq!(facts([]), "");
    }
}
