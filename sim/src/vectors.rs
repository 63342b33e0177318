//! The published test vectors of the keyed hash and of every sampler: what a
//! machine, a compiler or another implementation is checked against.

use std::time::Duration;

use crate::draw::{Domain, Draw, Draws, SAMPLERS};
use crate::quantiles::Quantiles;
use crate::rate::Rate;
use crate::seed::Seed;
use crate::time::nanos;

/// The vectors of the version that [`SAMPLERS`] names, a line each, with
/// comments that say how a line is read.
pub const TEXT: &str = include_str!("../vectors/samplers-1.txt");

/// Everything that has vectors, as the lines begin.
pub const SAMPLED: [&str; 11] = [
    "draw", "split", "below", "between", "span", "pick", "weighted", "hits", "quantile", "stream",
    "derive",
];

/// A vector that does not come out as published: no seed or plan means here
/// what it means elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the test vectors: `{vector}` came out as {came}")]
pub struct Mismatch {
    /// Which line of the text, from 1.
    pub line: usize,
    /// What it says.
    pub vector: String,
    /// What came out instead, or why nothing did.
    pub came: String,
}

/// Checks every published vector on this machine; how many there are.
///
/// # Errors
/// The first vector that comes out otherwise.
pub fn check() -> Result<usize, Mismatch> {
    check_text(TEXT)
}

/// Checks the vectors of a text like [`TEXT`]; how many there are.
///
/// # Errors
/// The first vector that comes out otherwise, or a line that is no vector.
pub fn check_text(text: &str) -> Result<usize, Mismatch> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    let vectors = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    vectors.map(|(line, vector)| check_vector(line, vector)).sum()
}

fn check_vector(line: usize, vector: &str) -> Result<usize, Mismatch> {
    let sides = vector.split_once('=').map(|(given, expected)| (given, expected.trim()));
    let came = sides.and_then(|(given, _)| sample(given));
    let expected = sides.and_then(|(_, expected)| match expected {
        "none" => Some(None),
        number => Some(Some(parse(number)?)),
    });
    let came = match (came, expected) {
        (Some(came), Some(expected)) if came == expected => return Ok(1),
        (Some(Some(came)), Some(_)) => format!("{came} ({came:#x})"),
        (Some(None), Some(_)) => "none".to_owned(),
        _ => "nothing: it is no vector".to_owned(),
    };
    Err(Mismatch { line, vector: vector.to_owned(), came })
}

/// What comes out for what is `given`; `None` if that makes no sense.
fn sample(given: &str) -> Option<Option<u64>> {
    let (name, rest) = given.trim().split_once(' ').unwrap_or((given.trim(), ""));
    if name == "derive" {
        let [seed, name, index] = rest.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
        return Some(Some(Seed(parse(seed)?).derive(name, parse(index)?).0));
    }
    let numbers = rest.split_whitespace().map(parse).collect::<Option<Vec<_>>>()?;
    let out = match (name, numbers.as_slice()) {
        ("samplers", []) => u64::from(SAMPLERS),
        ("draw", [one, two, domain, identity @ ..]) => {
            Draws::new([*one, *two]).draw(Domain(*domain), identity).bits()
        }
        ("split", [bits, purpose]) => Draw(*bits).split(*purpose).bits(),
        ("below", [bits, bound]) => Draw(*bits).below(*bound),
        ("between", [bits, low, high]) => Draw(*bits).between(*low, *high),
        ("span", [bits, low, high]) => {
            let [low, high] = [*low, *high].map(Duration::from_nanos);
            nanos(Draw(*bits).span(low, high))
        }
        ("pick", [bits, count]) => {
            let choices = (0..*count).collect::<Vec<_>>();
            return Some(Draw(*bits).pick(&choices).copied());
        }
        ("weighted", [bits, weights @ ..]) => {
            return Some(Draw(*bits).weighted(weights).map(|index| index as u64));
        }
        ("hits", [bits, ppm]) => {
            u64::from(Rate::per_million(u32::try_from(*ppm).ok()?).hits(Draw(*bits)))
        }
        ("quantile", [bits, points @ ..]) => table(points)?.sample(Draw(*bits)),
        ("stream", [seed, domain, nth]) => {
            let mut stream = Seed(*seed).stream(Domain(*domain));
            for _ in 1..*nth {
                stream.draw();
            }
            stream.draw().bits()
        }
        _ => return None,
    };
    Some(Some(out))
}

fn table(points: &[u64]) -> Option<Quantiles> {
    let (points, rest) = points.as_chunks::<2>();
    let point =
        |[share, span]: &[u64; 2]| Some((u32::try_from(*share).ok()?, Duration::from_nanos(*span)));
    let points = points.iter().map(point).collect::<Option<Vec<_>>>()?;
    Quantiles::new(&points).ok().filter(|_| rest.is_empty())
}

fn parse(number: &str) -> Option<u64> {
    match number.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => number.parse().ok(),
    }
}
