//! Text in documents.

/// `text` in one line, in which nothing means anything to Markdown or to a table, but for
/// what stands between ticks: that is code, and stays as it is.
pub(crate) fn cell(text: &str) -> String {
    let pieces = text.trim_end().split('`').enumerate().map(|(place, piece)| match place % 2 {
        0 => piece.chars().map(escaped).collect(),
        _ => format!("`{}`", piece.replace('\n', " ")),
    });
    pieces.collect()
}

fn escaped(letter: char) -> String {
    match letter {
        '\n' => " ".to_owned(),
        '<' => "&lt;".to_owned(),
        '|' | '*' | '_' | '[' | ']' | '\\' | '#' => format!("\\{letter}"),
        letter => letter.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_markdown_is_escaped_and_code_is_code() {
        for (text, told) in [
            ("a_b | <c>\nd", r"a\_b \| &lt;c> d"),
            ("`a_b` *c* [d]\n", r"`a_b` \*c\* \[d\]"),
            ("one ` tick", "one ` tick`"),
        ] {
            assert_eq!(cell(text), told);
        }
    }
}
