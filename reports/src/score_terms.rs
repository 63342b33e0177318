//! The words that all reports of a score share.

use model::Ease;
use scenarios::invariant::Invariant;
use scenarios::score::{BAR, Basis, RANGES, Row, Score, Share};

use crate::number::{Count, counted};

/// A star for the first wave, and how easy it is.
pub(crate) fn class(row: &Row) -> String {
    let story = row.defect.story();
    let star = if story.first_wave { "★ " } else { "" };
    format!("{star}{}", story.ease.name())
}

/// What found it first, those that nobody expected with an exclamation mark.
pub(crate) fn found_by(row: &Row) -> String {
    let mark = |invariant: &Invariant| if row.expects(*invariant) { "" } else { "!" };
    let found = row.found_by();
    let found: Vec<_> =
        found.iter().map(|invariant| format!("{invariant}{}", mark(invariant))).collect();
    if found.is_empty() { NOTHING.to_owned() } else { found.join(" ") }
}

/// The median of the trials that it took.
pub(crate) fn median(median: Option<u64>) -> String {
    median.map_or(NOTHING.to_owned(), |median| Count(median).to_string())
}

/// How many ranges found it.
pub(crate) fn ranges(row: &Row) -> String {
    format!("{}/{RANGES}", row.ranges())
}

/// The size of its repro.
pub(crate) fn repro(row: &Row) -> String {
    row.repro.map_or(NOTHING.to_owned(), |repro| {
        let stopped = if repro.stopped { " or less" } else { "" };
        format!("{} + {}{stopped}", repro.operations, repro.faults)
    })
}

/// Why it does not count as found; `None` if it does.
pub(crate) fn reason(row: &Row) -> Option<String> {
    let trials = counted(row.tried, "trial");
    match row.ranges() {
        _ if row.is_found() => None,
        0 => Some(format!("not found within {trials} of any range")),
        some => Some(format!("not found within {trials} of {} of {RANGES} ranges", RANGES - some)),
    }
}

/// How much is found, in one line.
pub(crate) fn summary(score: &Score) -> String {
    let share = |Share { part, whole }: Share| {
        let percent = Share { part, whole }.percent();
        format!("{} of {} ({percent} %)", Count(part), Count(whole))
    };
    format!("★ {}, all {}", share(score.first_wave()), share(score.all()))
}

/// How soon, in one line.
pub(crate) fn medians(score: &Score) -> String {
    let each = Ease::ALL.iter().map(|ease| {
        let median = median(score.median(*ease));
        format!("{} {median}", ease.name())
    });
    format!("median trials to detection: {}", each.collect::<Vec<_>>().join(", "))
}

/// Whether that is enough, in one line.
pub(crate) fn bar(score: &Score) -> String {
    let meets = if score.meets_its_bar() { "met" } else { "missed" };
    format!("the bar, all ★ and {BAR} % of all, is {meets}")
}

/// What the score was taken of: a name and a value each.
pub(crate) fn basis(basis: &Basis) -> Vec<(&'static str, String)> {
    let slice = counted(basis.slice, "trial");
    vec![
        ("master seed", basis.master_seed.to_string()),
        ("strategy", basis.strategy.to_string()),
        ("samplers", format!("version {}", basis.samplers)),
        ("scenarios", basis.scenarios.to_string()),
        ("of them by two-phase commit too", basis.two_phase_scenarios.to_string()),
        ("invariants", basis.invariants.to_string()),
        ("defects", basis.defects.to_string()),
        (
            "reference",
            format!("{} over {slice}, {} violated", basis.reference, basis.reference_violated),
        ),
        ("with defects in turn", format!("{} over {slice}", basis.planted)),
    ]
}

/// How long each defect was looked for.
pub(crate) fn budget(score: &Score) -> String {
    match score.budget {
        Some(trials) => format!("{} in each of {RANGES} ranges of seeds", counted(trials, "trial")),
        None => {
            format!("as many trials in each of {RANGES} ranges of seeds as fitted into the time")
        }
    }
}

/// What stands where there is nothing.
pub(crate) const NOTHING: &str = "–";
