//! A recorded trial as Chrome trace events, which Perfetto and `chrome://tracing` open:
//! a process for each party, a thread in it for each payment, messages as flows between
//! slices, steps of sagas as spans of the house, bands as slices of thread 0.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::recording::{Recording, Sending};

/// The whole trace as JSON.
///
/// # Errors
/// None that a recording can cause.
pub fn render(recording: &Recording) -> Result<String, serde_json::Error> {
    let mut events = names(recording);
    for (id, sending) in recording.sendings.iter().enumerate() {
        message(id, sending, recording, &mut events);
    }
    for deed in &recording.deeds {
        let (pid, scope) = deed.lane.map_or((WORLD, "g"), |lane| (pid(lane), "t"));
        let mut event = Event::new("i", deed.says.clone(), deed.at, (pid, deed.token));
        event.add("s", scope.into());
        events.push(event);
    }
    for (id, step) in recording.steps.iter().enumerate() {
        let end = step.end.unwrap_or(recording.ended_at);
        for (phase, at) in [("b", step.begin), ("e", end)] {
            let mut event = Event::new(phase, step.name.clone(), at, (WORLD, step.token));
            event.cat = "saga";
            event.add("id", format!("{:#x}", id + 1).into());
            let outcome = step.outcome.as_deref().unwrap_or("never durable");
            event.add("args", json!({ "attempt": step.attempt, "outcome": outcome }));
            events.push(event);
        }
    }
    for band in &recording.bands {
        for lane in &band.lanes {
            let mut event = Event::new("X", band.says.clone(), band.begin, (pid(*lane), 0));
            event.dur = Some(micros(band.end.saturating_sub(band.begin)));
            events.push(event);
        }
    }
    let trace = Trace { trace_events: events, display_time_unit: "ms" };
    Ok(serde_json::to_string(&trace)? + "\n")
}

/// What processes and threads are called.
fn names(recording: &Recording) -> Vec<Event> {
    let mut events = Vec::new();
    let mut name = |what: &str, at: (u64, u64), args: Value| {
        let mut event = Event::new("M", what.to_owned(), 0, at);
        event.add("args", args);
        events.push(event);
    };
    let parties = recording.parties.iter().enumerate();
    let parties = parties.map(|(lane, party)| (pid(lane), party.name.as_str()));
    for (pid, party) in [(WORLD, "sagas")].into_iter().chain(parties) {
        name("process_name", (pid, 0), json!({ "name": party }));
        name("process_sort_index", (pid, 0), json!({ "sort_index": pid }));
        name("thread_name", (pid, 0), json!({ "name": "itself" }));
    }
    let ends = recording.sendings.iter().flat_map(|it| [(it.from, it.token), (it.to, it.token)]);
    let deeds = recording.deeds.iter().filter_map(|deed| Some((deed.lane?, deed.token)));
    let threads = ends.chain(deeds).map(|(lane, token)| (pid(lane), token));
    let steps = recording.steps.iter().map(|step| (WORLD, step.token));
    let threads: BTreeSet<_> = threads.chain(steps).filter(|(_, token)| *token > 0).collect();
    for (pid, token) in threads {
        name("thread_name", (pid, token), json!({ "name": format!("payment {token}") }));
    }
    events
}

/// A slice where it was sent and one for each arrival, joined by a flow if it was heard.
fn message(id: usize, sending: &Sending, recording: &Recording, events: &mut Vec<Event>) {
    let args = json!({
        "says": sending.says,
        "fate": sending.fate.name(),
        "to": recording.parties[sending.to].name,
    });
    let name = |what: &str| format!("{what} {}", sending.kind);
    let (from, to) = ((pid(sending.from), sending.token), (pid(sending.to), sending.token));
    let mut sent = Event::new("X", name("send"), sending.at, from);
    sent.dur = Some(micros(SLICE));
    sent.add("args", args);
    events.push(sent);
    for (copy, arrival) in sending.arrivals.iter().enumerate() {
        let what = if arrival.heard { "receive" } else { "miss" };
        let mut arrived = Event::new("X", name(what), arrival.at, to);
        arrived.dur = Some(micros(SLICE));
        events.push(arrived);
        for (phase, at, end) in [("s", sending.at, from), ("f", arrival.at, to)] {
            let mut flow = Event::new(phase, sending.kind.to_owned(), at, end);
            flow.cat = "message";
            flow.add("id", json!(id * COPIES + copy + 1));
            if phase == "f" {
                flow.add("bp", "e".into());
            }
            events.push(flow);
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Trace {
    trace_events: Vec<Event>,
    display_time_unit: &'static str,
}

#[derive(Serialize)]
struct Event {
    ph: &'static str,
    name: String,
    cat: &'static str,
    ts: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    dur: Option<f64>,
    pid: u64,
    tid: u64,
    #[serde(flatten)]
    more: Map<String, Value>,
}

impl Event {
    fn new(ph: &'static str, name: String, nanos: u64, (pid, tid): (u64, u64)) -> Self {
        let more = Map::new();
        Self { ph, name, cat: "pennywise", ts: micros(nanos), dur: None, pid, tid, more }
    }

    fn add(&mut self, field: &str, value: Value) {
        self.more.insert(field.to_owned(), value);
    }
}

fn pid(lane: usize) -> u64 {
    lane as u64 + 2
}

/// The format counts in microseconds, with a fraction for what is finer.
fn micros(nanos: u64) -> f64 {
    let text = format!("{}.{:03}", nanos / 1_000, nanos % 1_000);
    text.parse().unwrap_or_default()
}

/// The process that sagas and what befell everybody stand in.
const WORLD: u64 = 1;
/// How long a slice is that takes no virtual time: flows bind to slices, so they have to
/// be there.
const SLICE: u64 = 1_000;
/// More copies than any message has.
const COPIES: usize = 16;
