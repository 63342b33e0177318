//! The faults that spare somebody, and why: part of each report, so that
//! nobody takes their absence for a proof.

use scenarios::exclusion::{self, Exclusion, Extent};

use crate::layout;

/// A heading, and for each exclusion what spares whom, how far and why.
pub(crate) fn render() -> String {
    format!("never struck, in any scenario\n{}", layout::facts(exclusion::ALL.iter().map(told)))
}

fn told(exclusion: &Exclusion) -> (&'static str, String) {
    let strikes = exclusion.strikes.iter().map(|strike| strike.name());
    let strikes = strikes.collect::<Vec<_>>().join(", ");
    let whom = exclusion.spared.iter().map(|who| who.name()).collect::<Vec<_>>().join(", ");
    let (far, reason) = (exclusion.extent, exclusion.reason);
    match far {
        Extent::Wholly => ("spared", format!("{whom}, from {strikes}: {reason}")),
        Extent::OneCopy => ("one copy", format!("of {whom}, at most, meets {strikes}: {reason}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exclusion_is_told_with_its_reason() {
        let text = render().split_whitespace().collect::<Vec<_>>().join(" ");
        for exclusion in exclusion::ALL {
            assert!(text.contains(exclusion.reason), "{text}");
            assert!(text.contains(exclusion.strikes[0].name()), "{text}");
            assert!(text.contains(exclusion.spared[0].name()), "{text}");
        }
    }
}
