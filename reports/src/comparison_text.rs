//! What two protocols made of the same plans, for people: a table a scenario.

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle, presets};
use model::{Amount, Currency, Money};
use scenarios::compare::{Comparison, LOCKED_MAX, Side, Spread};
use scenarios::trapped::AmountTime;

use crate::brief::Brief;
use crate::layout;
use crate::number::{Count, counted};

/// A table for each scenario, and beneath it what does not count.
pub fn render(comparisons: &[Comparison]) -> String {
    let each = comparisons.iter().map(one);
    each.collect::<Vec<_>>().join("\n")
}

/// The verdict over all pairs of trials, in one line; each violated invariant with
/// how to see it again in further lines.
pub fn verdict(comparisons: &[Comparison]) -> String {
    let sides = || comparisons.iter().flat_map(|c| c.sides.iter().map(move |side| (c, side)));
    let sum = |of: fn(&Side) -> u64| sides().map(|(_, side)| of(side)).sum::<u64>();
    let pairs = counted(comparisons.iter().map(|c| c.pairs).sum(), "pair");
    let mut text = match (sum(|side| side.violated), sum(|side| side.inconclusive)) {
        (0, 0) => format!("verdict: held, no invariant was violated in {pairs} of trials\n"),
        (0, undecided) => {
            format!("verdict: inconclusive, {} in {pairs}\n", counted(undecided, "trial"))
        }
        (violated, _) => {
            format!("verdict: violated, {} in {pairs}\n", counted(violated, "trial"))
        }
    };
    for (comparison, side) in sides() {
        if let Some((seed, violation)) = &side.first_violation {
            let (scenario, protocol) = (&comparison.scenario, side.protocol);
            text.push_str(&format!(
                "{}: {}\npennywise run {scenario} --protocol {protocol} --seed {seed}\n",
                violation.invariant, violation.evidence
            ));
        }
    }
    text
}

fn one(comparison: &Comparison) -> String {
    let Comparison { scenario, pairs, voided, sides } = comparison;
    let mut table = Table::new();
    let header = std::iter::once(String::new());
    table
        .load_style(RULED)
        .set_header(header.chain(sides.iter().map(|side| side.protocol.to_string())));
    for (name, cell) in ROWS {
        let cells = sides.iter().map(cell);
        table.add_row(std::iter::once((*name).to_owned()).chain(cells));
    }
    let currencies: std::collections::BTreeSet<_> =
        sides.iter().flat_map(|side| side.trapped.keys().copied()).collect();
    for currency in currencies {
        let cells = sides.iter().map(|side| held(currency, side));
        let name = format!("{} held", currency.code());
        table.add_row(std::iter::once(name).chain(cells));
    }
    layout::space_out(&mut table);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let counted_pairs = counted(*pairs, "pair");
    let voided = match voided {
        0 => "none of them voided".to_owned(),
        voided => format!("{} of them voided, where a fault struck one side only", Count(*voided)),
    };
    format!("{scenario}: {counted_pairs}, {voided}\n{}", layout::lines(2, &table))
}

/// A row of the table: its name, and what it says of one side.
type Row = (&'static str, fn(&Side) -> String);

const ROWS: &[Row] = &[
    ("payments", |side| Count(side.operations).to_string()),
    ("succeeded", |side| per_mille(side.succeeded(), side.operations)),
    ("time to final, p50", |side| span(side.time_to_final.p50)),
    ("time to final, p90", |side| span(side.time_to_final.p90)),
    ("time to final, p99", |side| span(side.time_to_final.p99)),
    ("time to final, longest", |side| span(side.time_to_final.longest)),
    ("holds of money", |side| Count(side.holds.count).to_string()),
    ("held, all together", |side| total(&side.holds)),
    ("held, longest", |side| span(side.holds.longest)),
    ("locks on accounts", |side| Count(side.locks.count).to_string()),
    ("locked, all together", |side| total(&side.locks)),
    ("locked, longest", |side| span(side.locks.longest)),
    (LOCKED_TOO_LONG, |side| Count(side.locked_too_long).to_string()),
    ("requests that met a lock", |side| Count(side.blocked).to_string()),
    ("promises that a provider took back", |side| Count(side.revoked).to_string()),
    ("trials with a violation", |side| Count(side.violated).to_string()),
    ("inconclusive trials", |side| Count(side.inconclusive).to_string()),
];

const LOCKED_TOO_LONG: &str = "locked for longer than 2m";
const _: () = assert!(LOCKED_MAX.as_secs() == 120, "the row says so");

fn span(nanos: u64) -> String {
    Brief::nanos(u128::from(nanos)).to_string()
}

fn total(spread: &Spread) -> String {
    Brief::nanos(spread.total).to_string()
}

fn per_mille(part: u64, whole: u64) -> String {
    let share = part * 1_000 / whole.max(1);
    format!("{}.{} %", share / 10, share % 10)
}

/// What was held in a currency for how long: as money for a second.
fn held(currency: Currency, side: &Side) -> String {
    let time = side.trapped.get(&currency).copied().unwrap_or(AmountTime(0));
    let money = Money { amount: Amount(time.minor_seconds()), currency };
    format!("{money} × 1s")
}

const RULED: TableStyle = presets::NOTHING.header_separator(LineStyle::none().fill('─'));

#[cfg(test)]
mod tests {
    use scenarios::catalog;
    use scenarios::plan::Protocol::{Saga, TwoPhase};

    use super::*;

    #[test]
    fn a_table_has_a_column_a_protocol_and_fits_a_hundred_columns() {
        let scenario = catalog::named("coordinator-loss").unwrap();
        let mut comparison = Comparison::new(scenario, [Saga, TwoPhase]);
        (comparison.pairs, comparison.voided) = (1_000, 12);
        for side in &mut comparison.sides {
            side.trapped.insert(Currency::Eur, AmountTime(123_456_789_000_000_000_000));
        }
        let text = render(&[comparison]);
        assert!(text.starts_with("coordinator-loss: 1,000 pairs, 12 of them voided"), "{text}");
        assert!(text.lines().nth(1).unwrap().split_whitespace().eq(["saga", "2pc"]), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        assert!(text.contains("1234567890.00 EUR × 1s"), "{text}");
    }

    #[test]
    fn shares_are_told_to_a_tenth_of_a_percent() {
        assert_eq!(per_mille(1, 3), "33.3 %");
        assert_eq!(per_mille(0, 0), "0.0 %");
    }
}
