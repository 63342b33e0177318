//! What a campaign has to have seen, and what of it it has not.

use scenarios::campaign::Campaign;
use scenarios::sometimes::{self, FaultKind, Mark, Missing, Step};

use crate::number::Count;

/// How much was seen of what a campaign over the whole catalog has to see; what is missing
/// by name, unless that is most of it.
pub(crate) fn facts<'c>(
    campaigns: impl Iterator<Item = &'c Campaign>,
) -> Vec<(&'static str, String)> {
    let tally = sometimes::seen(campaigns);
    let missing = tally.missing();
    let seen = (missing.required - missing.count()) as u64;
    let [required, rare, rarely] =
        [missing.required, missing.rare, missing.rarely].map(|count| Count(count as u64));
    let seen = Count(seen);
    let total = format!("{seen} of {required}, and {rarely} of {rare} that seldom happen");
    let touched = format!("{} % of trials", tally.touched());
    let mut facts = vec![("seen", total), ("disturbed", touched)];
    if missing.count() > 0 && missing.count() <= NAMED_MAX {
        facts.push(("never seen", named(&missing)));
    }
    facts
}

/// What is missing in a campaign that is held to it, in a few lines; empty if nothing is.
pub(crate) fn failed(missing: &Missing) -> String {
    let mut text = String::new();
    if missing.count() > 0 {
        text += &format!("never seen, and has to be: {}\n", named(missing));
    }
    if let Some(share) = missing.touched {
        text += &format!("only {share} % of trials had a fault that met work in flight\n");
    }
    if let Some(share) = missing.succeeded {
        text += &format!("only {share} % of payments succeeded\n");
    }
    text
}

fn named(missing: &Missing) -> String {
    let row = |(kind, steps): &(FaultKind, Vec<Step>)| {
        let steps: Vec<_> = steps.iter().map(|step| step.name()).collect();
        format!("{} during {}", kind.name(), steps.join(" "))
    };
    let cells = missing.cells.iter().map(row);
    let marks = missing.marks.iter().map(|mark: &Mark| mark.name().to_owned());
    cells.chain(marks).collect::<Vec<_>>().join("; ")
}

/// How many are named, at most: a campaign of one scenario sees few.
const NAMED_MAX: usize = 60;
