//! Whatever happens to a file, it is read or refused with its place: nothing
//! that it says makes the command fail.

use std::panic::catch_unwind;
use std::sync::OnceLock;

use model::Defects;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use scenarios::repro::{Notes, Repro};
use scenarios::{Plan, Scenario, catalog, load, trial};
use sim::{Domain, Seed, Stream};

/// What became of a damaged file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fate {
    /// It was refused.
    Refused,
    /// It was read.
    Read,
    /// It was read, and run.
    Run,
}

/// Damages file number `index`, reads it, and runs it if it is to be `run` and is
/// small enough.
///
/// # Panics
/// If anything does.
pub(crate) fn face(index: u64, run: bool) -> Fate {
    let mut stream = Seed(index).stream(DAMAGE);
    let sources = sources();
    let (kind, source) = &sources[stream.draw().below(sources.len() as u64) as usize];
    let mut text = source.clone();
    for _ in 0..stream.between(1, 3) {
        text = damaged(&text, &mut stream);
    }
    let fate = catch_unwind(|| match kind {
        Kind::Repro => repro(&text, run),
        Kind::Scenario => scenario(&text, run),
    });
    fate.unwrap_or_else(|_| panic!("damaged file {index} is:\n{text}"))
}

/// The fates of `files` damaged files, every `nth` of which is run.
pub(crate) fn fates(files: u64, nth: u64) -> [u64; 3] {
    let one = |index: u64| {
        let mut fates = [0; 3];
        fates[face(index, index.is_multiple_of(nth)) as usize] += 1;
        fates
    };
    let sum = |one: [u64; 3], other: [u64; 3]| [0, 1, 2].map(|fate| one[fate] + other[fate]);
    (0..files).into_par_iter().map(one).reduce(|| [0; 3], sum)
}

#[test]
fn damaged_files_are_read_or_refused_and_nothing_panics() {
    let [refused, read, run] = fates(40_000, 32);
    assert!(refused > 4_000 && read > 2_000 && run > 40, "{refused} {read} {run}");
}

/// What a file is.
enum Kind {
    Repro,
    Scenario,
}

/// Whole files of each kind: scenarios, plans that nobody shrank, shrunk ones.
fn sources() -> &'static [(Kind, String)] {
    static SOURCES: OnceLock<Vec<(Kind, String)>> = OnceLock::new();
    SOURCES.get_or_init(|| {
        let mut sources = Vec::new();
        for (name, text) in catalog::FILES {
            sources.push((Kind::Scenario, (*text).to_owned()));
            let scenario = catalog::named(name).unwrap();
            let plan = Plan::draw(scenario, Seed(7));
            sources.push((Kind::Repro, unproven(plan).text()));
        }
        for _ in 0..3 {
            sources.extend(shrunk().map(|text| (Kind::Repro, text)));
        }
        sources
    })
}

fn shrunk() -> impl Iterator<Item = String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("repros");
    let mut paths: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| std::fs::read_to_string(path).unwrap())
}

/// A repro of `plan` that nobody ran.
pub(crate) fn unproven(plan: Plan) -> Repro {
    Repro {
        tool: "0.1.0".to_owned(),
        planted: Defects::NONE,
        expect: scenarios::repro::Answer::SameViolation,
        expect_without: None,
        violation: "I05 payin_card capture same-operation-twice".parse().unwrap(),
        evidence: "payment 7 is charged 2 times, says \"provider a\"".to_owned(),
        plan,
        recording: None,
        notes: Notes::default(),
        story: String::new(),
    }
}

fn repro(text: &str, run: bool) -> Fate {
    match Repro::parse("damaged.toml", text) {
        Err(error) => {
            assert!(error.to_string().starts_with("damaged.toml, line "), "{error}");
            Fate::Refused
        }
        Ok(repro) if run && is_small(&repro.plan) => {
            repro.replay(repro.planted);
            Fate::Run
        }
        Ok(_) => Fate::Read,
    }
}

fn scenario(text: &str, run: bool) -> Fate {
    match load::parse("damaged.toml", text) {
        Err(error) => {
            assert!(error.to_string().starts_with("damaged.toml, line "), "{error}");
            Fate::Refused
        }
        Ok(scenario) if run && has_few_payments(&scenario) => {
            let plan = Plan::draw(&scenario, Seed(7));
            if !is_small(&plan) {
                return Fate::Read;
            }
            trial::run_plan(plan, Defects::NONE);
            Fate::Run
        }
        Ok(_) => Fate::Read,
    }
}

fn has_few_payments(scenario: &Scenario) -> bool {
    scenario.workload.operations <= OPERATIONS_MAX as u32
}

fn is_small(plan: &Plan) -> bool {
    plan.operations.len() <= OPERATIONS_MAX && plan.named_faults() <= FAULTS_MAX
}

/// `text` with something wrong in it.
fn damaged(text: &str, stream: &mut Stream) -> String {
    let mut lines: Vec<_> = text.lines().collect();
    let pick =
        |stream: &mut Stream, below: usize| stream.draw().below(below.max(1) as u64) as usize;
    let line = pick(stream, lines.len());
    let other = pick(stream, lines.len());
    match stream.draw().below(8) {
        0 => flipped(text, stream),
        1 => {
            let cut = pick(stream, text.len());
            String::from_utf8_lossy(&text.as_bytes()[..cut]).into_owned()
        }
        2 if !lines.is_empty() => {
            lines.swap(line, other);
            lines.join("\n")
        }
        3 if !lines.is_empty() => {
            lines.remove(line);
            lines.join("\n")
        }
        4 if !lines.is_empty() => {
            lines.insert(other, lines[line]);
            lines.join("\n")
        }
        5 => replaced(text, &numbers(text), NUMBERS, stream),
        _ => replaced(text, &values(text), VALUES, stream),
    }
}

fn flipped(text: &str, stream: &mut Stream) -> String {
    let mut bytes = text.as_bytes().to_vec();
    if !bytes.is_empty() {
        let at = stream.draw().below(bytes.len() as u64) as usize;
        bytes[at] ^= 1 << stream.draw().below(8);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One of `places` says something out of `extremes`.
fn replaced(
    text: &str,
    places: &[std::ops::Range<usize>],
    extremes: &[&str],
    stream: &mut Stream,
) -> String {
    let extreme = stream.draw().pick(extremes).copied().unwrap_or_default();
    match stream.draw().pick(places) {
        Some(place) => format!("{}{extreme}{}", &text[..place.start], &text[place.end..]),
        None => text.to_owned(),
    }
}

/// Where numbers stand, within words too.
fn numbers(text: &str) -> Vec<std::ops::Range<usize>> {
    let (bytes, mut places, mut from) = (text.as_bytes(), Vec::new(), None);
    for at in 0..=bytes.len() {
        match (bytes.get(at).is_some_and(u8::is_ascii_digit), from) {
            (true, None) => from = Some(at),
            (false, Some(start)) => {
                places.push(start..at);
                from = None;
            }
            _ => {}
        }
    }
    places
}

/// Where values stand: behind an equals sign, up to what ends them.
fn values(text: &str) -> Vec<std::ops::Range<usize>> {
    let starts = text.match_indices(" = ").map(|(at, sign)| at + sign.len());
    let end = |start: usize| {
        let rest = &text[start..];
        let quoted = rest.strip_prefix('"').and_then(|inner| Some(inner.find('"')? + 2));
        let bare = || rest.find([',', '\n', ' ']).unwrap_or(rest.len());
        start + quoted.unwrap_or_else(bare)
    };
    starts.map(|start| start..end(start)).collect()
}

const NUMBERS: &[&str] = &[
    "0",
    "1",
    "-1",
    "255",
    "65535",
    "4294967295",
    "1000000000",
    "9223372036854775807",
    "18446744073709551615",
    "99999999999999999999999999",
];

const VALUES: &[&str] = &[
    "0",
    "-1",
    "1000000000",
    "9223372036854775807",
    "1e400",
    "nan",
    "true",
    "[]",
    "{}",
    "\"\"",
    "\"0s\"",
    "\"1ns\"",
    "\"12000h\"",
    "\"18446744073709551615s\"",
    "\"0%\"",
    "\"100%\"",
    "\"1000000000%\"",
    "\"everybody\"",
    "\"nobody\"",
    "\"provider p\"",
    "\"client 63\"",
    "\"everybody <-> everybody\"",
    "\"0.00 EUR\"",
    "\"999999999999999999999.99 USD\"",
    "\"the 4294967295th capture for payment 1 from edge to store is sent\"",
    "\"é\"",
    "2026-11-26",
];

/// What is run is no larger.
const OPERATIONS_MAX: usize = 40;
const FAULTS_MAX: usize = 400;
const DAMAGE: Domain = Domain(u64::from_le_bytes(*b"t-damage"));
