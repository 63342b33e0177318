//! Pages to look at: one self-contained file each, which asks the network for nothing.

mod campaign;
mod score;
mod trial;

pub use campaign::render as campaign;
pub use score::render as score;
pub use trial::render as trial;

/// A page of these parts. What `data` holds is read by the script and by nobody else: no
/// text of it can end the element that it stands in, or begin another.
fn page(title: &str, style: &str, body: &str, script: &str, data: &str) -> String {
    let data = data.replace('<', "\\u003c").replace('\u{2028}', "\\u2028");
    [
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ",
        "style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; ",
        "form-action 'none'\">\n",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
        &escaped(title),
        "</title>\n<style>\n",
        BASE,
        style,
        "</style>\n</head>\n<body>\n",
        body,
        "<script type=\"application/json\" id=\"data\">",
        &data,
        "</script>\n<script>\n",
        script,
        "</script>\n</body>\n</html>\n",
    ]
    .concat()
}

/// `text` as it may stand in an element or an attribute.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            letter => safe.push(letter),
        }
    }
    safe
}

const BASE: &str = include_str!("html/base.css");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_the_element_that_it_stands_in() {
        let page = page("a </title> b", "", "", "", r#"{"says":"</script><script>x"}"#);
        assert!(page.contains("a &lt;/title&gt; b"), "{page}");
        assert!(page.contains(r#"{"says":"\u003c/script>\u003cscript>x"}"#), "{page}");
    }
}
