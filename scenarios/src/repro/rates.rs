//! What currencies are worth, in a line each.

use std::num::NonZeroU64;

use model::Currency;
use serde::Deserialize;
use sim::VirtualTime;
use toml::Spanned;

use super::bounds::{CHAOS_MAX, MILLIONTHS_MAX, RATE_MOVES_MAX};
use super::fault::since_beginning;
use super::line::{Line, quoted, span};
use crate::invalid::Wrong;
use crate::plan::{Operation, RateMove, RatePath};
use crate::span::Span;

/// A rate as a file says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RateLine {
    of: Spanned<Currency>,
    #[serde(rename = "in")]
    target: Currency,
    /// In millionths of a minor unit for a minor unit.
    is: Spanned<NonZeroU64>,
    #[serde(default)]
    spread_basis_points: u16,
    holds_for: Spanned<Span>,
    #[serde(default)]
    moves: Vec<(Spanned<Span>, Spanned<NonZeroU64>)>,
}

/// The line of `path`.
pub(super) fn line(path: &RatePath) -> String {
    let holds_for = Span(std::time::Duration::from_secs(u64::from(path.holds_for)));
    let line = Line::default().words("of", path.source.code()).words("in", path.target.code());
    let line = line.bare("is", path.millionths).words("holds_for", holds_for);
    let line = match path.spread_basis_points {
        0 => line,
        points => line.bare("spread_basis_points", points),
    };
    let moves = path.moves.iter().map(|change| {
        format!("[{}, {}]", quoted(&since_beginning(change.at).to_string()), change.millionths)
    });
    let moves: Vec<_> = moves.collect();
    match moves.is_empty() {
        true => line.end(),
        false => line.bare("moves", format!("[{}]", moves.join(", "))).end(),
    }
}

/// What the lines say.
///
/// # Errors
/// If a number is out of bounds, a pair of currencies stands there twice, or is
/// none; or a payment is exchanged for which there is no rate.
pub(super) fn paths(
    lines: Vec<RateLine>,
    operations: &[Operation],
    place: std::ops::Range<usize>,
) -> Result<Vec<RatePath>, Wrong> {
    let mut paths = Vec::<RatePath>::with_capacity(lines.len());
    for line in lines {
        let at = line.of.span();
        let path = line.path()?;
        let pair = |path: &RatePath| (path.source.min(path.target), path.source.max(path.target));
        if path.source == path.target || paths.iter().any(|known| pair(known) == pair(&path)) {
            let problem = "expected the rate of one currency in another, each pair once";
            return Err(Wrong::new(at, problem));
        }
        paths.push(path);
    }
    let rated = |operation: &Operation| paths.iter().any(|path| operation.goes_by(path));
    for operation in operations {
        let [source, target] = [operation.money.currency, operation.settlement_currency()];
        if source != target && !rated(operation) {
            let (source, target) = (source.code(), target.code());
            let problem = format!(
                "payment {} is in {source} and settles in {target}: expected a line of `rates` \
                 that says what that is worth",
                operation.token.0
            );
            let help = format!(
                "{{ of = \"{source}\", in = \"{target}\", is = 1000000, holds_for = \"60s\" }}"
            );
            return Err(Wrong::new(place, problem).help(help));
        }
    }
    Ok(paths)
}

impl RateLine {
    fn path(self) -> Result<RatePath, Wrong> {
        let bounded = |millionths: &Spanned<NonZeroU64>| {
            let problem = format!("a rate is at most {MILLIONTHS_MAX} millionths");
            match millionths.get_ref().get() > MILLIONTHS_MAX {
                true => Err(Wrong::new(millionths.span(), problem)),
                false => Ok(*millionths.get_ref()),
            }
        };
        let (source, target) = (*self.of.get_ref(), self.target);
        if self.spread_basis_points > 10_000 {
            let problem = "`spread_basis_points` is at most 10000";
            return Err(Wrong::new(self.of.span(), problem));
        }
        let held = self.holds_for.span();
        let holds_for = span(&mut Some(self.holds_for), "holds_for", CHAOS_MAX)?;
        let whole = u32::try_from(holds_for.as_secs()).ok();
        let whole = whole.filter(|seconds| *seconds > 0 && holds_for.subsec_nanos() == 0);
        let holds_for = whole
            .ok_or_else(|| Wrong::new(held, "`holds_for` is a whole number of seconds, above 0"))?;
        if self.moves.len() > RATE_MOVES_MAX {
            let problem = format!("a rate moves at most {RATE_MOVES_MAX} times");
            return Err(Wrong::new(self.of.span(), problem));
        }
        let mut moves = Vec::<RateMove>::with_capacity(self.moves.len());
        for (at, millionths) in self.moves {
            let place = at.span();
            let at = VirtualTime::ZERO.after(span(&mut Some(at), "moves", CHAOS_MAX)?);
            if moves.last().is_some_and(|before| before.at > at) {
                return Err(Wrong::new(place, "expected `moves` in the order of time"));
            }
            moves.push(RateMove { at, millionths: bounded(&millionths)? });
        }
        let (millionths, spread_basis_points) = (bounded(&self.is)?, self.spread_basis_points);
        Ok(RatePath { source, target, spread_basis_points, holds_for, millionths, moves })
    }
}
