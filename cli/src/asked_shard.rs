//! A shard as it was asked for.

use scenarios::campaign::{NotAShard, Shard};

/// What `--shard` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AskedShard {
    /// This one.
    Given(Shard),
    /// The one that the CI system or batch engine says, which may not know how many there are.
    Auto {
        /// How many, if that is given.
        count: Option<u64>,
    },
}

impl AskedShard {
    /// What `text` asks for.
    ///
    /// # Errors
    /// If it is no shard, in a sentence.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let refuse = |why: NotAShard| {
            format!("{why}; or `auto`, or `auto/8`, for what the CI system or batch engine says")
        };
        match text.strip_prefix("auto") {
            Some("") => Ok(Self::Auto { count: None }),
            Some(rest) => {
                let last = rest.strip_prefix('/').and_then(|count| {
                    let last: Shard = format!("{count}/{count}").parse().ok()?;
                    Some(Self::Auto { count: Some(last.count()) })
                });
                last.ok_or_else(|| refuse(NotAShard::new(text)))
            }
            None => text.parse().map(Self::Given).map_err(refuse),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_given_or_left_to_the_system() {
        let given = Shard::new(2, 8).unwrap();
        for (text, asked) in [
            ("2/8", AskedShard::Given(given)),
            ("auto", AskedShard::Auto { count: None }),
            ("auto/8", AskedShard::Auto { count: Some(8) }),
        ] {
            assert_eq!(AskedShard::parse(text).unwrap(), asked);
        }
        for text in ["0/8", "9/8", "auto/", "auto/0", "auto/2/8", "automatic", "Auto"] {
            let told = AskedShard::parse(text).unwrap_err();
            assert!(told.contains("such as `2/8`; or `auto`"), "{told}");
        }
    }
}
