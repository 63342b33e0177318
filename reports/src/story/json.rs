//! The story of a violation as JSON, of a format of its own version.

use scenarios::story::{Story, Tally};
use serde::Serialize;

use super::told::{self, ArrowFate, Line, Told, Turn};
use crate::json;

/// The version of the format: it grows by one when a field changes its meaning or
/// goes; new fields don't change it.
pub const VERSION: u16 = 1;

/// The story, and `again`, the command that repeats it. Ends with a line break.
///
/// # Errors
/// None that a story can cause.
pub fn render(story: &Story, again: &str) -> Result<String, serde_json::Error> {
    json::pretty(&Document::of(story, &Told::of(story), again))
}

#[derive(Serialize)]
struct Document<'s> {
    format: &'static str,
    version: u16,
    scenario: &'s str,
    seed: String,
    planted: Vec<&'static str>,
    violation: Violated<'s>,
    payment: Option<&'s str>,
    beliefs: Vec<Belief<'s>>,
    lines: Vec<Event<'s>>,
    lines_left_out: usize,
    events_in_past: usize,
    events: u64,
    faults_in_past: Vec<u32>,
    wrong_turn: Option<WrongTurn<'s>>,
    plan: Vec<[&'s str; 2]>,
    again: &'s str,
}

#[derive(Serialize)]
struct Violated<'s> {
    code: String,
    name: &'static str,
    claim: &'static str,
    evidence: &'s str,
    payment: u64,
    step: &'static str,
    relation: String,
    at: String,
    at_nanos: u64,
    /// `None` if it was seen at rest.
    event: Option<u64>,
}

#[derive(Serialize)]
struct Belief<'s> {
    authority: &'s str,
    believed: &'s [String],
}

#[derive(Serialize)]
struct Event<'s> {
    at: String,
    at_nanos: u64,
    event: u64,
    party: &'s str,
    says: &'s str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fate: Option<ArrowFate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<u32>,
    #[serde(skip_serializing_if = "is_one")]
    times: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    money: Option<Money>,
}

/// Amounts in minor units, as text: they may exceed what a number of JSON holds.
#[derive(Serialize)]
struct Money {
    reserved: String,
    taken: String,
    held: String,
    booked: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_left: Option<String>,
}

#[derive(Serialize)]
struct WrongTurn<'s> {
    at: String,
    at_nanos: u64,
    event: u64,
    party: &'s str,
    on: Option<&'s str>,
    did: &'s [String],
    would: &'s [String],
    would_at: String,
}

impl<'s> Document<'s> {
    fn of(story: &'s Story, told: &'s Told, again: &'s str) -> Self {
        let planted = model::Defect::ALL.iter().filter(|known| story.defects.has(known.defect));
        Self {
            format: "pennywise-story",
            version: VERSION,
            scenario: &story.plan.scenario,
            seed: story.plan.seed.to_string(),
            planted: planted.map(|known| known.name).collect(),
            violation: Violated::of(story, told),
            payment: told.wish.as_deref(),
            beliefs: told
                .beliefs
                .iter()
                .map(|(name, said)| Belief { authority: name, believed: said })
                .collect(),
            lines: told.lines.iter().map(Event::of).collect(),
            lines_left_out: told.left_out,
            events_in_past: story.past,
            events: story.events,
            faults_in_past: story.faults.iter().copied().collect(),
            wrong_turn: told.turn.as_ref().map(WrongTurn::of),
            plan: told.plan.iter().map(|(name, line)| [name.as_str(), line.as_str()]).collect(),
            again,
        }
    }
}

impl<'s> Violated<'s> {
    fn of(story: &Story, told: &'s Told) -> Self {
        let violation = &story.violation;
        let known = violation.invariant.story();
        Self {
            code: violation.invariant.to_string(),
            name: known.name,
            claim: known.statement,
            evidence: &told.evidence,
            payment: violation.token.0,
            step: violation.step,
            relation: violation.relation.to_string(),
            at: violation.at.to_string(),
            at_nanos: violation.at.as_nanos(),
            event: (violation.event > 0).then_some(violation.event),
        }
    }
}

impl<'s> Event<'s> {
    fn of(line: &'s Line) -> Self {
        let name = |role| scenarios::party::name(role);
        Self {
            at: line.at.to_string(),
            at_nanos: line.at.as_nanos(),
            event: line.event,
            party: &line.who,
            says: &line.says,
            from: line.arrow.map(|arrow| name(arrow.from)),
            to: line.arrow.map(|arrow| name(arrow.to)),
            fate: line.arrow.map(|arrow| arrow.fate),
            fault: line.fault,
            times: line.times,
            money: line.tally.map(Money::of),
        }
    }
}

impl Money {
    fn of(tally: Tally) -> Self {
        let Tally { reserved, taken, held, booked, limit_left } = tally;
        let [reserved, taken, held, booked] =
            [reserved, taken, held, booked].map(|amount| i128::from(amount).to_string());
        let limit_left = limit_left.map(|left| i128::from(left).to_string());
        Self { reserved, taken, held, booked, limit_left }
    }
}

impl<'s> WrongTurn<'s> {
    fn of(turn: &'s Turn) -> Self {
        Self {
            at: told::moment(turn.at),
            at_nanos: turn.at.as_nanos(),
            event: turn.event,
            party: &turn.who,
            on: turn.on.as_deref(),
            did: &turn.did,
            would: &turn.would,
            would_at: told::moment(turn.would_at.unwrap_or(turn.at)),
        }
    }
}

fn is_one(times: &u64) -> bool {
    *times == 1
}
