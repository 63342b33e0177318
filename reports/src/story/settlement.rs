//! What settlement files tell, and what the reconciler makes of them, in plain
//! words.

use model::{Amount, Booked, Money, Report, SettlementFile, SettlementLine, Task, What};

use crate::unreconciled;

/// A file, by its lines.
pub(super) fn file(file: &SettlementFile) -> String {
    let lines: Vec<_> = file.lines.iter().take(SHOWN).map(line).collect();
    let more = file.lines.len().saturating_sub(SHOWN);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let whole = if file.is_whole() { "" } else { ", broken off" };
    format!("settlement file {}{whole}: {}{more}", file.seq, lines.join(", "))
}

fn line(line: &SettlementLine) -> String {
    let money = |amount| Money { amount, currency: line.currency };
    let fee = match line.fee {
        Amount::ZERO => String::new(),
        fee => format!(" less {}", money(fee)),
    };
    format!("{} {}{fee} ({})", line.kind, money(line.gross), line.id)
}

/// What is to be done.
pub(super) fn task(task: &Task) -> String {
    match task {
        Task::Book(work, _) => {
            let what = match work.what {
                What::Settle { payment, .. } => format!("what settles {payment}"),
                What::Pass(_) => "what was booked before".to_owned(),
                What::Suspend => "what nobody knows the reason of".to_owned(),
                What::Clear => "the end of a mistake".to_owned(),
                What::Collect { .. } => "what was taken too late".to_owned(),
                What::HandOn { .. } => "what came back of a refund".to_owned(),
                What::Release { .. } => "what a refund did not take after all".to_owned(),
            };
            format!("book {what}: {}", line(&work.line))
        }
        Task::Late(_) => "find out why no file tells of the payment".to_owned(),
    }
}

/// What was done.
pub(super) fn done(what: &Booked) -> String {
    match what {
        Booked::Line(line, _) => format!("{line} is booked"),
        Booked::Late(..) => "no file tells of the payment: a case is open".to_owned(),
    }
}

/// What does not agree.
pub(super) fn report(report: &Report) -> String {
    match report.is_empty() {
        true => "books and files agree".to_owned(),
        false => format!("books and files differ in {}", unreconciled::brief(report)),
    }
}

/// How many lines of a file are told.
const SHOWN: usize = 6;
