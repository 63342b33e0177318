//! Whole numbers as people write them.

use std::fmt;

/// A number with its digits in groups of three: `12,345`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count(pub u64);

/// A place in a row: `1st`, `2nd`, `3rd`, `11th`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ordinal(pub u64);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        f.pad(&grouped)
    }
}

impl fmt::Display for Ordinal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ending = match (self.0 % 100, self.0 % 10) {
            (11..=13, _) => "th",
            (_, 1) => "st",
            (_, 2) => "nd",
            (_, 3) => "rd",
            _ => "th",
        };
        write!(f, "{}{ending}", self.0)
    }
}

/// `1 trial`, `2 trials`: `count` of what `noun` names.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", Count(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_come_in_groups_of_three() {
        for (number, shown) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345, "12,345"), (1_000_000, "1,000,000")]
        {
            assert_eq!(Count(number).to_string(), shown);
        }
    }

    #[test]
    fn a_place_in_a_row_has_its_ending() {
        let shown: Vec<_> =
            [1, 2, 3, 4, 11, 12, 13, 21, 112].map(|n| Ordinal(n).to_string()).into();
        assert_eq!(shown, ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th"]);
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(counted(1, "trial"), "1 trial");
        assert_eq!(counted(2_000, "trial"), "2,000 trials");
    }
}
