//! A recorded trial as OpenTelemetry traces, in OTLP's JSON: one trace for each payment and
//! one `TracesData` a line, as collectors read it from a file.
//!
//! A payment is the root, each saga that it took a span beneath it, the tries at its steps
//! beneath that, and calls to providers and banks beneath the step that made them. What was
//! never finished ends when the world did, and says so. Virtual time counts from 1970.

use serde::Serialize;

use crate::recording::{Call, DeedKind, Payment, Recording, Step};

/// The traces, a line each.
///
/// # Errors
/// None that a recording can cause.
pub fn render(recording: &Recording) -> Result<String, serde_json::Error> {
    let mut text = String::new();
    for payment in &recording.payments {
        text += &serde_json::to_string(&Tracer::new(recording, payment).traces())?;
        text.push('\n');
    }
    Ok(text)
}

/// Gives spans of one payment their ids: by their order, so that they repeat.
struct Tracer<'r> {
    recording: &'r Recording,
    payment: &'r Payment,
    trace_id: String,
    spans: u64,
}

impl<'r> Tracer<'r> {
    fn new(recording: &'r Recording, payment: &'r Payment) -> Self {
        let seed = recording.seed.trim_start_matches("0x");
        let trace_id = format!("{seed:0>16}{:016x}", payment.token);
        Self { recording, payment, trace_id, spans: 0 }
    }

    fn traces(mut self) -> TracesData {
        let (mut house, mut callers) = (Vec::new(), Vec::new());
        let root = self.root();
        let root_id = root.span_id.clone();
        house.push(root);
        let recording = self.recording;
        let steps = recording.steps.iter().filter(|step| step.token == self.payment.token);
        let steps: Vec<_> = steps.collect();
        let mut sagas: Vec<&str> = Vec::new();
        for step in &steps {
            if sagas.contains(&step.saga.as_str()) {
                continue;
            }
            sagas.push(&step.saga);
            let of_saga: Vec<_> = steps.iter().filter(|it| it.saga == step.saga).collect();
            let saga = self.saga(step, &of_saga, &root_id);
            let saga_id = saga.span_id.clone();
            house.push(saga);
            for step in of_saga {
                let span = self.step(step, &saga_id);
                let calls = recording.calls.iter().filter(|call| call.operation == step.operation);
                for call in calls.filter(|call| call.token == step.token) {
                    callers.push((call.from, self.call(call, &span.span_id)));
                }
                house.push(span);
            }
        }
        let mut resources = vec![resource("pennywise", house)];
        for (lane, party) in recording.parties.iter().enumerate() {
            let own = callers.iter().filter(|(from, _)| *from == lane);
            let own: Vec<_> = own.map(|(_, span)| span.clone()).collect();
            if !own.is_empty() {
                resources.push(resource(&party.name, own));
            }
        }
        TracesData { resource_spans: resources }
    }

    /// The payment as a whole: what became of it, and what did not hold.
    fn root(&mut self) -> Span {
        let (recording, payment) = (self.recording, self.payment);
        let token = payment.token;
        let deeds = recording.deeds.iter().filter(|deed| deed.token == token);
        let seen = deeds.clone().filter(|deed| deed.kind == DeedKind::Sees);
        let mut events: Vec<_> = seen.map(|deed| Event::new(deed.at, &deed.says)).collect();
        let broken = recording.violations.iter().filter(|broken| broken.token == token);
        let broken: Vec<_> = broken.collect();
        events.extend(broken.iter().map(|broken| Event::new(broken.at, &broken.evidence)));
        events.sort_by_key(|event| event.at);
        let steps = recording.steps.iter().filter(|step| step.token == token);
        let ends = steps.map(|step| step.end.unwrap_or(recording.ended_at));
        let last = ends.chain(deeds.map(|deed| deed.at)).max().unwrap_or(payment.at);
        let mut attributes = vec![
            text("pennywise.scenario", &recording.scenario),
            text("pennywise.seed", &recording.seed),
            text("pennywise.payment", &payment.wish),
        ];
        attributes.extend(broken.iter().map(|it| text("pennywise.violated", &it.code)));
        let status = broken.first().map_or(Status::UNSET, |broken| Status::error(&broken.name));
        let span = (payment.name.as_str(), payment.at, last.max(payment.at));
        Span { events, attributes, status, ..self.span(span, "", SERVER) }
    }

    fn saga(&mut self, first: &Step, steps: &[&&Step], parent: &str) -> Span {
        let ends = steps.iter().map(|step| step.end.unwrap_or(self.recording.ended_at));
        let end = ends.max().unwrap_or(first.begin);
        let attributes = vec![text("pennywise.saga", &first.saga)];
        Span { attributes, ..self.span((first.workflow, first.begin, end), parent, INTERNAL) }
    }

    fn step(&mut self, step: &Step, parent: &str) -> Span {
        let end = step.end.unwrap_or(self.recording.ended_at);
        let mut attributes = vec![
            number("pennywise.attempt", u64::from(step.attempt)),
            text("pennywise.operation", &step.operation),
        ];
        attributes.extend(step.outcome.iter().map(|it| text("pennywise.outcome", it)));
        let status = match step.end {
            Some(_) => Status::UNSET,
            None => Status::error("its outcome never was durable"),
        };
        let span = (step.name.as_str(), step.begin, end);
        Span { attributes, status, ..self.span(span, parent, INTERNAL) }
    }

    fn call(&mut self, call: &Call, parent: &str) -> Span {
        let whom = &self.recording.parties[call.to].name;
        let mut attributes = vec![text("server.address", whom)];
        attributes.extend(call.answer.iter().map(|it| text("pennywise.answer", it)));
        let status = match call.end {
            Some(_) => Status::UNSET,
            None => Status::error("no answer ever came"),
        };
        let span = (call.kind, call.begin, call.end.unwrap_or(self.recording.ended_at));
        Span { attributes, status, ..self.span(span, parent, CLIENT) }
    }

    fn span(&mut self, (name, begin, end): (&str, u64, u64), parent: &str, kind: u8) -> Span {
        self.spans += 1;
        Span {
            trace_id: self.trace_id.clone(),
            span_id: format!("{:016x}", self.spans),
            parent_span_id: parent.to_owned(),
            name: name.to_owned(),
            kind,
            begin: begin.to_string(),
            end: end.to_string(),
            attributes: Vec::new(),
            events: Vec::new(),
            status: Status::UNSET,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TracesData {
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpans {
    resource: Resource,
    scope_spans: [ScopeSpans; 1],
}

#[derive(Serialize)]
struct Resource {
    attributes: [Attribute; 1],
}

#[derive(Serialize)]
struct ScopeSpans {
    scope: Scope,
    spans: Vec<Span>,
}

#[derive(Serialize)]
struct Scope {
    name: &'static str,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Span {
    trace_id: String,
    span_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    parent_span_id: String,
    name: String,
    kind: u8,
    #[serde(rename = "startTimeUnixNano")]
    begin: String,
    #[serde(rename = "endTimeUnixNano")]
    end: String,
    attributes: Vec<Attribute>,
    events: Vec<Event>,
    status: Status,
}

#[derive(Clone, Serialize)]
struct Attribute {
    key: &'static str,
    value: Value,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
enum Value {
    StringValue(String),
    /// JSON has no numbers of 64 bits, so OTLP writes them as text.
    IntValue(String),
}

#[derive(Clone, Serialize)]
struct Event {
    #[serde(skip)]
    at: u64,
    #[serde(rename = "timeUnixNano")]
    time: String,
    name: String,
}

impl Event {
    fn new(at: u64, name: &str) -> Self {
        Self { at, time: at.to_string(), name: name.to_owned() }
    }
}

#[derive(Clone, Serialize)]
struct Status {
    #[serde(skip_serializing_if = "str::is_empty")]
    message: String,
    code: u8,
}

impl Status {
    const UNSET: Self = Self { message: String::new(), code: 0 };

    fn error(message: &str) -> Self {
        Self { message: message.to_owned(), code: 2 }
    }
}

fn resource(service: &str, spans: Vec<Span>) -> ResourceSpans {
    ResourceSpans {
        resource: Resource { attributes: [text("service.name", service)] },
        scope_spans: [ScopeSpans { scope: Scope { name: "pennywise" }, spans }],
    }
}

fn text(key: &'static str, value: &str) -> Attribute {
    Attribute { key, value: Value::StringValue(value.to_owned()) }
}

fn number(key: &'static str, value: u64) -> Attribute {
    Attribute { key, value: Value::IntValue(value.to_string()) }
}

const INTERNAL: u8 = 1;
const SERVER: u8 = 2;
const CLIENT: u8 = 3;
