//! What customers attempt, a line for each.

use model::PayoutOrder;
use scenarios::party::{self, bank_role};
use scenarios::plan::{Operation, Purpose};
use sim::VirtualTime;

use crate::brief::Brief;
use crate::layout::{self, WIDTH};

/// A line for each of `operations`; and where that has no room for what its customer does
/// later, another one for that.
pub(super) fn render(operations: &[Operation]) -> String {
    const HEADER: [&str; 7] = ["payment", "at", "client", "pays", "to", "of", "under"];
    let header: Vec<_> = HEADER.map(str::to_owned).to_vec();
    let rows: Vec<_> = std::iter::once(header).chain(operations.iter().map(attempt)).collect();
    let later: Vec<_> = operations.iter().map(later).collect();
    let columns = 0..HEADER.len();
    let widths = columns.map(|at| rows.iter().map(|row| row[at].chars().count()).max());
    let taken = INDENT as usize + widths.flatten().map(|width| width + 2).sum::<usize>();
    let longest = later.iter().map(|what| what.chars().count()).max().unwrap_or(0);
    let title = "payments that customers attempt\n";
    if usize::from(WIDTH).saturating_sub(taken) >= longest.min(ROOM) {
        let last = std::iter::once("and then".to_owned()).chain(later);
        let rows = rows.into_iter().zip(last).map(|(mut row, last)| {
            row.push(last);
            row
        });
        return format!("{title}{}", layout::columns(INDENT, rows.collect()));
    }
    let named = operations.iter().zip(later).filter(|(_, what)| !what.is_empty());
    let later = named.map(|(operation, what)| vec![operation.token.0.to_string(), what]);
    let attempts = layout::columns(INDENT, rows);
    format!("{title}{attempts}\nand then, by payment\n{}", layout::columns(INDENT, later.collect()))
}

const INDENT: u16 = 2;

/// In fewer characters a sentence falls to pieces.
const ROOM: usize = 32;

fn attempt(operation: &Operation) -> Vec<String> {
    vec![
        operation.token.0.to_string(),
        operation.at.to_string(),
        operation.client.to_string(),
        operation.money.to_string(),
        match operation.purpose {
            Purpose::PayIn(_) | Purpose::Refund { .. } => operation.merchant.to_string(),
            Purpose::Payout(order) => format!("{} {}", order.customer, by_rail(&order)),
        },
        operation.tenant.to_string(),
        operation.key.to_string(),
    ]
}

/// What its customer does later, and what it is that is not seen in its line.
fn later(operation: &Operation) -> String {
    match operation.purpose.refunds() {
        Some(of) if then(operation).is_empty() => format!("back from payment {}", of.0),
        Some(of) => format!("back from payment {}, {}", of.0, then(operation)),
        None => then(operation),
    }
}

/// By which bank, or by which other, a payout is to leave.
pub(super) fn by_rail(order: &PayoutOrder) -> String {
    let by = party::name(bank_role(order.bank));
    match order.other.map(|other| party::name(bank_role(other))) {
        Some(other) => format!("by {by} or {}", other.trim_start_matches("bank ")),
        None => format!("by {by}"),
    }
}

/// What a customer does after the first request.
pub(super) fn then(operation: &Operation) -> String {
    let then = [
        operation.click_again_after.map(|after| format!("clicks again {}", Brief::from(after))),
        operation.cancel_after.map(|after| format!("cancels {}", Brief::from(after))),
        operation.recall_after.map(|after| format!("wants it back {}", Brief::from(after))),
        operation
            .dispute
            .as_ref()
            .map(|dispute| format!("disputes it {}", Brief::from(dispute.after))),
        operation.dispute.as_ref().and_then(|dispute| dispute.objection).map(|objection| {
            format!("has its bank object to losing that {}", Brief::from(objection.after))
        }),
        operation
            .by_hand
            .map(|hand| format!("is given it back by hand {}", Brief::from(hand.after))),
        operation.breach.map(|breach| {
            let after = Brief::from(breach.after);
            format!("has what was refused or voided of it taken {after}")
        }),
    ];
    let mut then: Vec<_> = then.into_iter().flatten().map(|what| format!("{what} later")).collect();
    then.extend(operation.insists.then(|| "insists".to_owned()));
    then.extend(
        (operation.order_ref.0 != operation.token.0).then(|| operation.order_ref.to_string()),
    );
    then.extend(parts(operation));
    then.extend(others(operation));
    then.extend(exchanged(operation));
    then.join(", ")
}

/// The parts in which a payment is taken, if it is not taken at once.
fn parts(operation: &Operation) -> Option<String> {
    let captures = operation.purpose.pay_in().captures;
    let percent = |share: &u16| format!("{}.{:02}", share / 100, share % 100);
    let shares: Vec<_> = captures.shares().iter().map(percent).collect();
    let ships = operation.purpose.pay_in().shipping;
    let ships = match ships.is_at_once() {
        true => String::new(),
        false => format!(", the last at {}", VirtualTime::ZERO.after(ships.last())),
    };
    (!captures.is_at_once()).then(|| format!("taken: {} %{ships}", shares.join(" + ")))
}

/// How many other merchants get a part of it, if any do.
fn others(operation: &Operation) -> Option<String> {
    match operation.purpose.pay_in().split.others() {
        [] => None,
        others => Some(format!("split: + {}", others.len())),
    }
}

/// What the merchant gets it in, if that is not what is paid.
fn exchanged(operation: &Operation) -> Option<String> {
    let currency = operation.settlement_currency();
    (currency != operation.money.currency).then(|| format!("settles in {}", currency.code()))
}

#[cfg(test)]
mod tests {
    use scenarios::{Plan, catalog};
    use sim::Seed;

    use super::*;

    /// What customers do later was broken into lines of four letters where the lines had
    /// no room for it.
    #[test]
    fn what_has_no_room_in_its_line_has_another() {
        for (scenario, apart) in [("calm-day", false), ("bad-fortnight", true)] {
            let plan = Plan::draw(catalog::named(scenario).expect("it is there"), Seed(1));
            let text = render(&plan.operations);
            assert_eq!(text.contains("\nand then, by payment\n"), apart, "{text}");
            let said: Vec<_> = plan.operations.iter().map(later).collect();
            let short = said.iter().filter(|what| what.len() <= ROOM);
            short.for_each(|what| assert!(text.contains(what), "{what}: {text}"));
            assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        }
    }
}
