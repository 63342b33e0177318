//! The built-in dialects: TOML files, embedded in the binary, that people read
//! and copy.

use std::sync::LazyLock;

use model::Dialect;

use crate::load;

/// Every built-in dialect's name and text.
pub const FILES: &[(&str, &str)] = &[
    ("stripe-v1-like", include_str!("../dialects/stripe-v1-like.toml")),
    ("checkout-like", include_str!("../dialects/checkout-like.toml")),
    ("legacy", include_str!("../dialects/legacy.toml")),
    ("hostile", include_str!("../dialects/hostile.toml")),
    ("stripe-v2-like", include_str!("../dialects/stripe-v2-like.toml")),
    ("adyen-like", include_str!("../dialects/adyen-like.toml")),
    ("whop-like", include_str!("../dialects/whop-like.toml")),
    ("square-like", include_str!("../dialects/square-like.toml")),
    ("solidgate-like", include_str!("../dialects/solidgate-like.toml")),
];

/// Every built-in dialect.
pub fn all() -> &'static [Dialect] {
    &CAST
}

/// The built-in dialect of this name.
pub fn named(name: &str) -> Option<&'static Dialect> {
    CAST.iter().find(|dialect| dialect.name == name)
}

static CAST: LazyLock<Vec<Dialect>> = LazyLock::new(|| {
    let load = |(name, text): &(&str, &str)| {
        load::dialect(&format!("{name}.toml"), text)
            .unwrap_or_else(|error| unreachable!("the cast loads, as a test proves: {error}"))
    };
    FILES.iter().map(load).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_dialect_loads_under_its_own_name_and_says_first_where_it_is_from() {
        for (name, text) in FILES {
            let dialect = load::dialect(name, text).unwrap_or_else(|error| panic!("{error:?}"));
            assert_eq!(dialect.name, *name);
            assert!(text.starts_with("# ") && !dialect.source.is_empty(), "{name}");
        }
    }

    #[test]
    fn the_cast_has_every_habit_that_there_is() {
        let mut spoken = std::collections::BTreeSet::new();
        for (_, text) in FILES {
            spoken.extend(text.split('"').skip(1).step_by(2));
        }
        for habit in [
            "all-after-execution",
            "resume-to-completion",
            "only-success",
            "success-and-refusal",
            "nothing",
            "account",
            "endpoint",
            "error",
            "replays-old-reply",
            "conflict",
            "one-processed",
            "runs-again",
            "blocked-until-expiry",
            "cancel-by-key",
            "void-by-reference",
            "expiry",
            "released",
            "kept",
            "books",
            "index",
        ] {
            assert!(spoken.contains(habit), "no dialect is {habit}");
        }
    }
}
