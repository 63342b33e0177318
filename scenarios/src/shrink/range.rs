//! How far each remaining misfortune can be moved or stretched before the plan
//! passes, found outward from the value that the plan has.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sim::{Misfortune, Trigger};

use super::line::Line;
use super::search::Search;
use super::time::Knob;
use crate::bounds::{COPY_AGE_MAX, EARLY_MAX, INDEX_LAG_MAX, LATE_EFFECT_MAX};
use crate::plan::{Blow, Plan};

/// The values of one span of a plan with which it fails in the same way, every
/// other staying as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// Whose.
    pub line: Line,
    /// Which of its spans.
    pub what: Stretchable,
    /// The value in the plan.
    pub value: Duration,
    /// The shortest that was tried and fails.
    pub shortest: Duration,
    /// The next shorter that was tried and does not; `None` if nothing can be
    /// shorter.
    pub too_short: Option<Duration>,
    /// The longest that was tried and fails.
    pub longest: Duration,
    /// The next longer that was tried and does not; `None` if nothing longer
    /// was tried, because it could not be.
    pub too_long: Option<Duration>,
    /// How many values from the shortest to the longest were tried; all of
    /// them fail.
    pub tried: u32,
}

/// Which span of a misfortune.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stretchable {
    /// How long it lasts, or how late it makes something.
    Dwell,
    /// How long after its cue it strikes, or when.
    Moment,
}

/// The ranges of everything that has one.
pub(super) fn ranges(search: &mut Search<'_>) -> Vec<Range> {
    let mut ranges = Vec::new();
    for (line, what, knob, most) in stretchables(&search.plan) {
        if let Some(value) = knob.span(&search.plan)
            && !search.stopped
        {
            ranges.push(range(search, (line, what), knob, value, most));
        }
    }
    ranges
}

fn stretchables(plan: &Plan) -> Vec<(Line, Stretchable, Knob, Duration)> {
    let chaos = plan.heal_at.since(sim::VirtualTime::ZERO);
    let mut all = Vec::new();
    for (at, fault) in plan.faults.iter().enumerate() {
        let line = Line::Fault(fault.id);
        let most = match fault.misfortune {
            Misfortune::Delay | Misfortune::Duplicate => COPY_AGE_MAX,
            _ => chaos,
        };
        if super::time::dwells(fault) {
            all.push((line, Stretchable::Dwell, Knob::Dwell(at), most));
        }
        if matches!(fault.trigger, Trigger::At(_) | Trigger::Later(..)) {
            all.push((line, Stretchable::Moment, Knob::Moment(at), chaos));
        }
    }
    for (at, trouble) in plan.troubles.iter().enumerate() {
        let line = Line::Trouble(trouble.id);
        all.push((line, Stretchable::Dwell, Knob::Lasts(at), chaos));
        all.push((line, Stretchable::Moment, Knob::From(at), chaos));
    }
    for stroke in plan.strokes.iter().filter(|stroke| stroke.blow.lasts().is_some()) {
        let most = match stroke.blow {
            Blow::LateEffect(_) => LATE_EFFECT_MAX,
            Blow::IndexLag(_) => INDEX_LAG_MAX,
            Blow::WebhookEarly(_) => EARLY_MAX,
            _ => Duration::from_secs(86_400),
        };
        all.push((Line::Stroke(stroke.id), Stretchable::Dwell, Knob::Stroke(stroke.id), most));
    }
    all
}

fn range(
    search: &mut Search<'_>,
    (line, what): (Line, Stretchable),
    knob: Knob,
    value: Duration,
    most: Duration,
) -> Range {
    let most = most.max(value);
    let (shortest, too_short) = shortest(search, knob, value);
    let (longest, too_long) = longest(search, knob, value, most);
    let inside = samples(shortest, longest);
    let fits = fitting(search, knob, &inside);
    // Where it passes in between, the range is the part around the value.
    let mut range = Range { line, what, value, shortest, too_short, longest, too_long, tried: 0 };
    for (span, fits) in inside.iter().zip(&fits) {
        if !fits && *span < value {
            range.too_short = Some(*span);
        }
    }
    if let Some((span, _)) = inside.iter().zip(&fits).find(|(span, fits)| !**fits && **span > value)
    {
        range.too_long = Some(*span);
    }
    let within = |span: &Duration| {
        range.too_short.is_none_or(|short| *span > short)
            && range.too_long.is_none_or(|long| *span < long)
    };
    let kept: Vec<_> = inside.iter().copied().chain([shortest, value, longest]).collect();
    let mut kept: Vec<_> = kept.into_iter().filter(within).collect();
    kept.sort();
    kept.dedup();
    range.shortest = kept.first().copied().unwrap_or(value);
    range.longest = kept.last().copied().unwrap_or(value);
    range.tried = kept.len() as u32;
    range
}

/// The shortest that fails, and the longest below it that does not.
fn shortest(search: &mut Search<'_>, knob: Knob, value: Duration) -> (Duration, Option<Duration>) {
    let below: Vec<_> =
        (1..=HALVINGS).map(|n| value / (1 << n)).take_while(|s| *s >= TICK).collect();
    let below: Vec<_> = below.into_iter().map(plainly).chain([Duration::ZERO]).collect();
    let mut fails = value;
    for (span, fits) in below.iter().zip(fitting(search, knob, &below)) {
        if !fits {
            return between(search, knob, fails, *span);
        }
        fails = *span;
    }
    (fails, None)
}

/// The longest that fails, and the shortest above it that does not.
fn longest(
    search: &mut Search<'_>,
    knob: Knob,
    value: Duration,
    most: Duration,
) -> (Duration, Option<Duration>) {
    let start = value.max(TICK);
    let above = (1..=DOUBLINGS).map(|n| plainly(start.saturating_mul(1 << n)));
    let above: Vec<_> = above.take_while(|span| *span < most).chain([most]).collect();
    let mut fails = value;
    for (span, fits) in above.iter().zip(fitting(search, knob, &above)) {
        if !fits {
            return between(search, knob, fails, *span);
        }
        fails = *span;
    }
    (fails, None)
}

/// Closes in on the bound between a span that `fails` and one that `passes`.
fn between(
    search: &mut Search<'_>,
    knob: Knob,
    mut fails: Duration,
    mut passes: Duration,
) -> (Duration, Option<Duration>) {
    for _ in 0..HALVINGS {
        let middle = plainly((fails + passes) / 2);
        if middle == fails || middle == passes {
            break;
        }
        match fitting(search, knob, &[middle])[0] {
            true => fails = middle,
            false => passes = middle,
        }
    }
    (fails, Some(passes))
}

fn fitting(search: &mut Search<'_>, knob: Knob, spans: &[Duration]) -> Vec<bool> {
    let plans: Vec<_> = spans.iter().map(|span| knob.set(&search.plan, *span)).collect();
    search.same(&plans)
}

/// Some spans between two, evenly.
fn samples(shortest: Duration, longest: Duration) -> Vec<Duration> {
    let step = longest.saturating_sub(shortest) / (SAMPLES + 1);
    let spans = (1..=SAMPLES).map(|n| plainly(shortest + step * n));
    let mut spans: Vec<_> = spans.filter(|span| (shortest..=longest).contains(span)).collect();
    spans.dedup();
    spans
}

/// `span` with two digits, so that people can read it.
fn plainly(span: Duration) -> Duration {
    let nanos = span.as_nanos() as u64;
    let digits = nanos.checked_ilog10().unwrap_or(0).saturating_sub(1);
    let unit = 10_u64.pow(digits);
    Duration::from_nanos(nanos / unit * unit)
}

const TICK: Duration = Duration::from_millis(1);
const HALVINGS: u32 = 8;
const DOUBLINGS: u32 = 16;
const SAMPLES: u32 = 4;
