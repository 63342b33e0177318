//! How much money waited, for what, and for how long.

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle, presets};
use model::{Amount, Currency, Money};
use scenarios::trapped::{Ages, AmountTime, Level, Pool, Trapped, TrappedIn};

use crate::brief::Brief;
use crate::layout::{self, UNBROKEN};
use crate::number::counted;

/// A row for each currency and pool that ever had anything in it; beneath it
/// how long holds lasted, and doubts.
pub(crate) fn table(trapped: &Trapped) -> String {
    let mut table = Table::new();
    table.load_style(RULED).set_header(HEADER).add_rows(levels(trapped).map(cells));
    layout::space_out(&mut table);
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let facts = [("holds", holds(trapped)), ("doubts", doubts(trapped)), ("took", ends(trapped))];
    let facts = layout::facts(facts);
    match table.is_empty() {
        true => facts,
        false => format!("{}{facts}", layout::lines(2, &table)),
    }
}

/// The most that was held at once and all that was held, and how long; and the
/// same of attempts at providers whose outcome nobody knew.
pub(crate) fn brief(trapped: &Trapped) -> [(&'static str, String); 2] {
    let told = |pool, what: String| match in_brief(trapped, pool) {
        Some(amounts) => format!("{amounts}; {what}"),
        None => what,
    };
    let (holds, doubts) = (holds(trapped), doubts(trapped));
    [("held", told(Pool::Held, holds)), ("in doubt", told(Pool::AtRisk, doubts))]
}

/// Each currency and pool with what it came to, in a line for each.
pub(crate) fn lines(trapped: &Trapped) -> Vec<(String, String)> {
    let line = |(currency, pool, level): (Currency, Pool, Level)| {
        let (most, left) = (money(currency, level.most), money(currency, level.at_end));
        let time = amount_time(currency, level.amount_time);
        let name = format!("trapped {} {}", currency.code(), pool.name());
        (name, format!("at most {most}, {time}, at the end {left}"))
    };
    let mut lines: Vec<_> = levels(trapped).map(line).collect();
    lines.push(("holds".to_owned(), holds(trapped)));
    lines.push(("doubts".to_owned(), doubts(trapped)));
    lines.push(("time to end".to_owned(), ends(trapped)));
    lines
}

/// What is in each pool that ever had anything in it.
fn levels(trapped: &Trapped) -> impl Iterator<Item = (Currency, Pool, Level)> {
    let all = |within: &TrappedIn| {
        let (currency, levels) = (within.currency, within.levels);
        Pool::ALL.into_iter().zip(levels).map(move |(pool, level)| (currency, pool, level))
    };
    trapped.currencies.iter().flat_map(all).filter(|(.., level)| !level.is_empty())
}

fn cells((currency, pool, level): (Currency, Pool, Level)) -> Vec<String> {
    let name = match pool {
        Pool::Held => "held in the ledger",
        Pool::Reserved => "reserved at providers",
        Pool::AtRisk => "at risk",
        cause => cause.name(),
    };
    let time = Amount(level.amount_time.minor_seconds());
    let mut cells = vec![currency.code().to_owned(), name.to_owned()];
    cells.extend([level.most, time, level.at_end].map(|amount| digits(currency, amount)));
    cells
}

/// The most that was in `pool` at once, and its amounts over time.
fn in_brief(trapped: &Trapped, pool: Pool) -> Option<String> {
    let levels = levels(trapped).filter(|(_, known, _)| *known == pool);
    let levels: Vec<_> = levels.map(|(currency, _, level)| (currency, level)).collect();
    let listed = |told: fn(Currency, Level) -> String| {
        let each = levels.iter().map(|(currency, level)| told(*currency, *level));
        each.map(|told| told.replace(' ', &UNBROKEN.to_string())).collect::<Vec<_>>().join(", ")
    };
    let most = listed(|currency, level| money(currency, level.most));
    let time = listed(|currency, level| amount_time(currency, level.amount_time));
    (!levels.is_empty()).then(|| format!("at most {most} at once; over time {time}"))
}

fn holds(trapped: &Trapped) -> String {
    spans(&trapped.holds, "hold")
}

/// How long payments took from their acceptance to their end.
fn ends(trapped: &Trapped) -> String {
    spans(&trapped.ends, "payment")
}

fn spans(ages: &Ages, noun: &str) -> String {
    let [half, most, longest] =
        [ages.percentile(50), ages.percentile(99), ages.longest()].map(Brief::from);
    match ages.count() {
        0 => "none".to_owned(),
        1 => format!("1 {noun}, for {longest}"),
        count => format!(
            "{}, half of them for up to {half}, 99 % up to {most}, all up to {longest}",
            counted(count, noun)
        ),
    }
}

fn doubts(trapped: &Trapped) -> String {
    match trapped.doubts {
        0 => "none".to_owned(),
        count => {
            let longest = Brief::from(trapped.doubt_longest);
            format!("{}, the longest for {longest}", counted(count, "time"))
        }
    }
}

fn money(currency: Currency, amount: Amount) -> String {
    Money { amount, currency }.to_string()
}

/// Major units times seconds: `12.30 EUR s`.
fn amount_time(currency: Currency, time: AmountTime) -> String {
    format!("{} s", money(currency, Amount(time.minor_seconds())))
}

/// An amount without its currency.
fn digits(currency: Currency, amount: Amount) -> String {
    let told = money(currency, amount);
    told.split_once(' ').map(|(digits, _)| digits.to_owned()).unwrap_or(told)
}

const RULED: TableStyle = presets::NOTHING.header_separator(LineStyle::none().fill('─'));

const HEADER: [&str; 5] = ["", "waits for", "most at once", "amount x seconds", "at the end"];

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use super::*;

    /// An authorization that was in doubt for a minute.
    pub(crate) fn trapped() -> Trapped {
        let mut levels = [Level::default(); Pool::ALL.len()];
        let level = |most, seconds: i128, at_end| Level {
            most: Amount(most),
            at_end: Amount(at_end),
            amount_time: AmountTime(seconds * most * 1_000_000_000),
        };
        levels[Pool::InDoubt as usize] = level(1_230, 60, 0);
        levels[Pool::Held as usize] = level(1_230, 65, 1_230);
        levels[Pool::AtRisk as usize] = level(1_230, 60, 0);
        Trapped {
            currencies: vec![TrappedIn { currency: Currency::Eur, levels }],
            doubts: 1,
            doubt_longest: Duration::from_secs(60),
            ..Trapped::default()
        }
    }

    #[test]
    fn a_row_tells_the_most_the_amount_over_time_and_what_is_left() {
        let expected = "       waits for           most at once  amount x seconds  at the end
  ───────────────────────────────────────────────────────────────────
  EUR  in doubt                   12.30            738.00        0.00
  EUR  held in the ledger         12.30            799.50       12.30
  EUR  at risk                    12.30            738.00        0.00
  holds   none
  doubts  1 time, the longest for 1m
  took    none
";
        assert_eq!(table(&trapped()), expected);
    }

    #[test]
    fn a_campaign_tells_what_was_held_and_what_was_in_doubt() {
        let [(_, held), (_, doubts)] =
            brief(&trapped()).map(|(n, what)| (n, what.replace(UNBROKEN, " ")));
        assert_eq!(held, "at most 12.30 EUR at once; over time 799.50 EUR s; none");
        assert_eq!(
            doubts,
            "at most 12.30 EUR at once; over time 738.00 EUR s; 1 time, the longest for 1m"
        );
        let [(_, held), (_, doubts)] = brief(&Trapped::default());
        assert_eq!((held.as_str(), doubts.as_str()), ("none", "none"));
    }

    #[test]
    fn nothing_is_no_table_at_all() {
        assert_eq!(table(&Trapped::default()), "  holds   none\n  doubts  none\n  took    none\n");
    }
}
