//! The key of all draws of a run, as a file says it.

use serde::Deserialize;

/// The key of all draws of a run: 32 hex digits.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Key(pub(super) [u64; 2]);

impl TryFrom<String> for Key {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_key = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let half = |half: &str| u64::from_str_radix(half, 16).ok();
        let words = is_key.then(|| Some([half(&text[..16])?, half(&text[16..])?])).flatten();
        words.map(Self).ok_or_else(|| format!("`{text}` is no key: expected 32 hex digits"))
    }
}
