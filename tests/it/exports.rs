//! Trials as other viewers read them, by readers that know nothing of what wrote them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::LazyLock;

use model::{Defect, Defects, Token};
use opentelemetry_proto::tonic::trace::v1::{Span, TracesData};
use reports::export::{chrome, json, mermaid, otlp, shiviz};
use reports::html;
use reports::recording::Recording;
use scenarios::{Plan, catalog, load, story, trial};
use serde_json::Value;
use sim::Seed;

use crate::command::{pennywise, pennywise_in};

/// A trial in rough weather that violates an invariant.
static VIOLATED: LazyLock<Recording> = LazyLock::new(|| {
    let scenario = catalog::named("silent-after-capture").unwrap();
    let planted = Defects::NONE.with(Defect::TimeoutIsFailure);
    let violates = |seed: &Seed| !trial::run(scenario, *seed, planted).violations().is_empty();
    record("silent-after-capture", (0..).map(Seed).find(violates).unwrap(), planted)
});

/// One in which everything befalls everybody, and holds.
static HELD: LazyLock<Recording> =
    LazyLock::new(|| record("perfect-storm", Seed(7), Defects::NONE));

fn record(scenario: &str, seed: Seed, defects: Defects) -> Recording {
    let plan = Plan::draw(catalog::named(scenario).unwrap(), seed);
    let (trial, trace) = trial::replay_plan(plan, defects);
    let first = trial.violations().first();
    let told = first.and_then(|first| story::tell(&trial.plan, defects, |it| it == first));
    Recording::of(&trial, &trace, defects, told.as_ref(), "pennywise run")
}

/// The spans of a line, each once.
fn spans(line: &str) -> BTreeMap<Vec<u8>, Span> {
    let data: TracesData = serde_json::from_str(line).unwrap();
    let spans = data.resource_spans.into_iter().flat_map(|it| it.scope_spans);
    let spans: Vec<_> = spans.flat_map(|it| it.spans).collect();
    let count = spans.len();
    let by_id: BTreeMap<_, _> = spans.into_iter().map(|it| (it.span_id.clone(), it)).collect();
    assert_eq!(by_id.len(), count, "two spans share an id");
    by_id
}

#[test]
fn opentelemetry_reads_a_trace_for_each_payment_and_every_span_has_its_parent() {
    for recording in [&*VIOLATED, &*HELD] {
        let text = otlp::render(recording).unwrap();
        assert_eq!(text.lines().count(), recording.payments.len());
        let mut traces = BTreeSet::new();
        let mut calls = 0;
        for line in text.lines() {
            let spans = spans(line);
            let roots = spans.values().filter(|span| span.parent_span_id.is_empty());
            assert_eq!(roots.count(), 1);
            for span in spans.values() {
                traces.insert(span.trace_id.clone());
                assert_eq!((span.trace_id.len(), span.span_id.len()), (16, 8));
                assert!(span.start_time_unix_nano <= span.end_time_unix_nano, "{span:?}");
                let parent = spans.get(&span.parent_span_id);
                assert!(span.parent_span_id.is_empty() || parent.is_some(), "{span:?}");
                calls += usize::from(span.kind == 3);
            }
        }
        assert_eq!(traces.len(), recording.payments.len());
        assert!(calls > 0 && calls == recording.calls.len());
    }
}

#[test]
fn the_trace_of_a_violated_payment_is_marked_as_an_error() {
    let broken = &VIOLATED.violations[0];
    let place = VIOLATED.payments.iter().position(|it| it.token == broken.token).unwrap();
    let text = otlp::render(&VIOLATED).unwrap();
    let spans = spans(text.lines().nth(place).unwrap());
    let root = spans.values().find(|span| span.parent_span_id.is_empty()).unwrap();
    let status = root.status.as_ref().unwrap();
    assert_eq!((status.code, status.message.as_str()), (2, broken.name.as_str()));
    assert!(root.events.iter().any(|event| event.name == broken.evidence));
}

/// What every viewer of the format goes by: its public description demands these fields,
/// and that a flow ends in slices.
#[test]
fn every_chrome_event_has_its_fields_and_every_flow_ends_in_slices() {
    let read: Value = serde_json::from_str(&chrome::render(&HELD).unwrap()).unwrap();
    let events = read["traceEvents"].as_array().unwrap();
    let place = |it: &Value| (it["pid"].as_u64().unwrap(), it["tid"].as_u64().unwrap());
    let moment = |it: &Value| format!("{:?}", it["ts"].as_f64().unwrap());
    let slices = events.iter().filter(|it| it["ph"] == "X");
    let slices: BTreeSet<_> = slices.map(|it| (place(it), moment(it))).collect();
    let (mut begun, mut ended, mut open) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for event in events {
        let kind = event["ph"].as_str().unwrap();
        assert!(["M", "X", "i", "s", "f", "b", "e"].contains(&kind), "{event}");
        assert!(event["name"].is_string() && event["ts"].is_f64(), "{event}");
        assert_eq!(kind == "X", event["dur"].is_f64(), "{event}");
        let id = event["id"].to_string();
        match kind {
            "s" | "f" => {
                assert!(slices.contains(&(place(event), moment(event))), "{event}");
                let ends = if kind == "s" { &mut begun } else { &mut ended };
                assert!(ends.insert(id), "a flow id is used twice: {event}");
            }
            "b" => assert!(open.insert(id)),
            "e" => assert!(open.remove(&id)),
            _ => {}
        }
    }
    assert!(begun == ended && open.is_empty() && begun.len() > 100);
}

/// A vector clock by its definition: an event is one more of its own host's, and what was
/// heard is known from then on.
#[test]
fn every_vector_clock_of_a_shiviz_log_is_one() {
    let log = shiviz::render(&HELD);
    let lines: Vec<_> = log.lines().collect();
    let mut last = BTreeMap::<&str, BTreeMap<String, u64>>::new();
    let mut heard = 0;
    for event in lines.chunks(2) {
        let [head, says] = event else { panic!("an event has two lines: {event:?}") };
        let (host, clock) = head.split_once(' ').unwrap();
        let clock: BTreeMap<String, u64> = serde_json::from_str(clock).unwrap();
        let before = last.entry(host).or_default().clone();
        assert_eq!(clock[host], before.get(host).unwrap_or(&0) + 1, "{head}");
        for (other, count) in &clock {
            let known = before.get(other).copied().unwrap_or(0);
            assert!(*count >= known, "{head} forgets");
            if other != host && *count > known {
                assert!(says.starts_with("receives "), "{head} learns from nobody: {says}");
                assert!(*count <= last[other.as_str()][other], "{head} knows what is to come");
                heard += 1;
            }
        }
        last.insert(host, clock);
    }
    assert!(heard > 100 && !lines.is_empty());
}

#[test]
fn a_diagram_tells_of_one_payment_and_names_whoever_takes_part() {
    let text = mermaid::render(&VIOLATED);
    let mut lines = text.lines().map(str::trim);
    assert_eq!(lines.next(), Some("sequenceDiagram"));
    let (names, rest): (Vec<_>, Vec<_>) = lines.partition(|it| it.starts_with("participant "));
    let known: BTreeSet<_> = names.iter().map(|it| it.split(' ').nth(1).unwrap()).collect();
    assert!(known.contains("orchestrator") && rest.len() > 10);
    for line in rest {
        let (who, said) = line.split_once(": ").unwrap();
        let who = who.strip_prefix("Note over ").unwrap_or(who);
        let parties =
            ["->>", "-x", "-)"].iter().fold(who.to_owned(), |it, arrow| it.replace(arrow, " "));
        assert!(parties.split(' ').all(|party| known.contains(party)), "{line}");
        assert!(!said.contains([';', '<']) || said.contains("#59;"), "{line}");
    }
    assert!(text.len() < 200_000);
    assert_eq!(text, mermaid::render(&VIOLATED.clone().about(Token(VIOLATED.violations[0].token))));
}

#[test]
fn what_is_recorded_repeats_to_the_byte_and_holds_all_that_was_said() {
    let again = record("perfect-storm", Seed(7), Defects::NONE);
    assert_eq!(json::render(&again).unwrap(), json::render(&HELD).unwrap());
    let read: Value = serde_json::from_str(&json::render(&HELD).unwrap()).unwrap();
    assert_eq!(read["format"], "pennywise-trial");
    let sendings = read["sendings"].as_array().unwrap();
    let trial = trial::run(catalog::named("perfect-storm").unwrap(), Seed(7), Defects::NONE);
    assert_eq!(sendings.len() as u64, trial.messages_sent());
    assert!(!HELD.bands.is_empty() && !HELD.steps.is_empty() && !HELD.money.is_empty());
    assert!(HELD.past.is_empty() && !VIOLATED.past.is_empty());
}

#[test]
fn export_writes_a_file_that_was_not_there_or_prints() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("exports");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let trial = ["export", "calm-day", "--seed", "1", "--format"];
    for format in ["otlp", "chrome", "shiviz", "mermaid", "html", "json"] {
        let printed = pennywise(&[&trial[..], &[format]].concat());
        assert_eq!(printed.code, 0, "{}", printed.stderr);
        let line = [&trial[..], &[format, "-o", format]].concat();
        let ran = pennywise_in(&folder, &line);
        assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
        assert_eq!(fs::read_to_string(folder.join(format)).unwrap(), printed.stdout);
        let ran = pennywise_in(&folder, &line);
        assert!(ran.code == 2 && ran.stderr.contains("it exists already"), "{}", ran.stderr);
    }
    let ran = pennywise(&[&trial[..], &["otlp", "--payment", "99999"]].concat());
    assert!(ran.code == 2 && ran.stderr.contains("there is no payment 99999"), "{}", ran.stderr);
}

#[test]
fn a_page_of_ten_thousand_events_is_under_five_megabytes_and_holds_what_was_recorded() {
    let text = "name = \"long\"\npreset = \"stormy\"\n[workload]\noperations = 60\n";
    let plan = Plan::draw(&load::parse("long.toml", text).unwrap(), Seed(1));
    let (trial, trace) = trial::replay_plan(plan, Defects::NONE);
    assert!(trial.events >= 10_000, "only {} events", trial.events);
    let recording = Recording::of(&trial, &trace, Defects::NONE, None, "pennywise run");
    let page = html::trial(&recording, None).unwrap();
    assert!(page.len() < 5_000_000, "{} bytes", page.len());
    let data = page.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    let read: Value = serde_json::from_str(data).unwrap();
    assert_eq!(read, serde_json::to_value(&recording).unwrap());
}
