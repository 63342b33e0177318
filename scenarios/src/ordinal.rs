//! A place in a row, as people write it.

use std::fmt;
use std::str::FromStr;

/// A place in a row: `1st`, `2nd`, `3rd`, `11th`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ordinal(pub u64);

/// What can't be read as an [`Ordinal`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no place in a row: expected one such as `1st`, `2nd` or `11th`")]
pub struct NotAnOrdinal(String);

impl Ordinal {
    fn ending(self) -> &'static str {
        match (self.0 % 100, self.0 % 10) {
            (11..=13, _) => "th",
            (_, 1) => "st",
            (_, 2) => "nd",
            (_, 3) => "rd",
            _ => "th",
        }
    }
}

impl fmt::Display for Ordinal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.0, self.ending())
    }
}

impl FromStr for Ordinal {
    type Err = NotAnOrdinal;

    fn from_str(text: &str) -> Result<Self, NotAnOrdinal> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let place = text[..digits].parse().ok().map(Self);
        let right = place.filter(|place| place.0 > 0 && text[digits..] == *place.ending());
        right.ok_or_else(|| NotAnOrdinal(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_row_has_its_ending_and_reads_as_it_prints() {
        for (place, shown) in [
            (1, "1st"),
            (2, "2nd"),
            (3, "3rd"),
            (4, "4th"),
            (11, "11th"),
            (12, "12th"),
            (13, "13th"),
            (21, "21st"),
            (112, "112th"),
        ] {
            assert_eq!(Ordinal(place).to_string(), shown);
            assert_eq!(shown.parse(), Ok(Ordinal(place)));
        }
    }

    #[test]
    fn what_is_no_place_is_refused_with_an_example() {
        for text in ["", "1", "st", "2st", "0th", "-1st", "99999999999999999999th", "1st ", "é"] {
            let error = text.parse::<Ordinal>().unwrap_err().to_string();
            assert!(error.contains("such as `1st`"), "{text}: {error}");
        }
    }
}
