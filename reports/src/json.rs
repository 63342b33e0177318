//! Output as data.

use serde::Serialize;

/// `value` as indented JSON that ends with a line break; fields keep the order
/// in which their types declare them.
///
/// # Errors
/// If `value` has a map whose keys are no text.
pub fn pretty(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault_story;

    #[test]
    fn fields_keep_their_order_and_the_text_ends_with_a_line_break() {
        let text = pretty(&[fault_story::ALL[0]]).unwrap();
        let places =
            ["name", "code", "kind", "what"].map(|field| text.find(&format!("\"{field}\"")));
        assert!(places.is_sorted() && places[0].is_some(), "{text}");
        assert!(text.ends_with("]\n"));
    }
}
