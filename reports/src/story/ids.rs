//! Ids, as short as they may be while no two of a story look alike.

use std::collections::{BTreeMap, BTreeSet};

/// How many digits of each id are shown, in everything that a story says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ids {
    digits: usize,
}

impl Ids {
    /// Those of these texts.
    pub(super) fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut known = BTreeMap::<&str, BTreeSet<&str>>::new();
        for text in texts {
            for (_, kind, digits) in ids(text) {
                known.entry(kind).or_default().insert(digits);
            }
        }
        let apart = |length: usize| {
            known.values().all(|ids| {
                let short: BTreeSet<_> = ids.iter().map(|id| cut(id, length)).collect();
                short.len() == ids.len()
            })
        };
        Self { digits: (DIGITS_MIN..DIGITS_MAX).find(|n| apart(*n)).unwrap_or(DIGITS_MAX) }
    }

    /// Takes out of `texts` every id in brackets that stands nowhere else: it joins
    /// nothing to anything.
    pub(super) fn drop_lonely<'t>(texts: impl IntoIterator<Item = &'t mut String>) {
        let texts: Vec<_> = texts.into_iter().collect();
        let mut times = BTreeMap::<String, usize>::new();
        for text in &texts {
            for (_, kind, digits) in ids(text) {
                *times.entry(format!("{kind}{digits}")).or_default() += 1;
            }
        }
        for text in texts {
            for (id, _) in times.iter().filter(|(_, times)| **times == 1) {
                *text = text.replace(&format!(" ({id})"), "");
            }
        }
    }

    /// `text` with every id in it cut.
    pub(super) fn shorten(self, text: &str) -> String {
        let mut short = String::with_capacity(text.len());
        let mut from = 0;
        for (at, kind, digits) in ids(text) {
            let begin = at + kind.len();
            short.push_str(&text[from..begin]);
            short.push_str(cut(digits, self.digits));
            from = begin + digits.len();
        }
        short + &text[from..]
    }
}

/// Every id in `text`: where it begins, its kind with the hyphen, and its digits.
fn ids(text: &str) -> impl Iterator<Item = (usize, &'static str, &str)> {
    text.match_indices('-').filter_map(|(hyphen, _)| {
        let kind = KINDS.iter().find(|kind| text[..=hyphen].ends_with(**kind))?;
        let at = hyphen + 1 - kind.len();
        let apart = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
        let rest = &text[hyphen + 1..];
        let end = rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len());
        let whole = !rest[end..].starts_with(|c: char| c.is_ascii_alphanumeric());
        (apart && whole && end >= ID_MIN).then_some((at, *kind, &rest[..end]))
    })
}

fn cut(digits: &str, length: usize) -> &str {
    &digits[..length.min(digits.len())]
}

const KINDS: [&str; 7] = ["pay-", "op-", "ltx-", "charge-", "event-", "txn-", "fp-"];
const DIGITS_MIN: usize = 4;
const DIGITS_MAX: usize = 16;
/// Ids are hashes: whatever has fewer digits is a number that somebody chose.
const ID_MIN: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_cut_to_four_digits_unless_two_would_look_alike() {
        let texts =
            ["pay-1234567890abcdef asks op-aaaa000011112222", "key-15, merchant-1, cut-off"];
        let ids = Ids::of(texts);
        assert_eq!(ids.shorten(texts[0]), "pay-1234 asks op-aaaa");
        assert_eq!(ids.shorten(texts[1]), texts[1]);
        let alike = ["op-aaaa000011112222", "op-aaaab00011112222, op-aaaa000011112222"];
        let ids = Ids::of(alike);
        assert_eq!(ids.shorten(alike[1]), "op-aaaab, op-aaaa0");
    }

    #[test]
    fn an_id_that_joins_nothing_is_left_out() {
        let [risk, asked] = ["op-1111000011110000", "op-2222000022220000"];
        let mut texts = vec![
            format!("intends `risk` ({risk}); intends `authorize` ({asked})"),
            format!("asks to authorize as {asked}"),
        ];
        Ids::drop_lonely(&mut texts);
        assert_eq!(texts[0], format!("intends `risk`; intends `authorize` ({asked})"));
    }

    #[test]
    fn an_id_at_the_end_of_a_word_is_no_id() {
        let ids = Ids::of([]);
        for text in ["stop-1234567890abcdef", "op-12", "op-1234567890abcdefg", "op-"] {
            assert_eq!(ids.shorten(text), text);
        }
    }
}
