//! The money trail of a violation: what happened to its payment, in order and
//! in plain words, up to the moment when an invariant broke.

mod journal;
mod ledger;
mod speech;
mod teller;

use scenarios::judge::Violation;
use scenarios::{PaymentSystem, Plan};
use sim::{Trace, VirtualTime};

use crate::brief::Brief;
use crate::layout;
use crate::number::counted;

use teller::Teller;

/// The trail of `violation` through `trace`, the recorded replay of its trial:
/// what clients asked and saw, what became durable, what providers and the
/// ledger did, and the faults that struck meanwhile. What was said again in the
/// same words is told once, with how often. A violation that is seen at rest
/// shows everything that happened to the payment.
pub fn render(trace: &Trace<PaymentSystem>, plan: &Plan, violation: &Violation) -> String {
    let mut teller = Teller::new(plan, violation, trace);
    for happened in &trace.events {
        if violation.event > 0 && happened.event > violation.event {
            break;
        }
        teller.tell(happened);
    }
    let mut lines = without_idle_faults(teller.lines, violation.event == 0);
    lines.push(verdict(violation));
    heading(violation) + &layout::columns(2, lines.iter().map(Line::cells).collect())
}

fn heading(violation: &Violation) -> String {
    match violation.token.0 {
        0 => "money trail of all payments (the violation is about no single one)\n".to_owned(),
        token => format!("money trail of payment {token}\n"),
    }
}

fn verdict(violation: &Violation) -> Line {
    let at_rest = if violation.event == 0 { "at rest, " } else { "" };
    let (code, evidence) = (violation.invariant, &violation.evidence);
    Line::new(
        violation.at,
        "judge",
        format!("{at_rest}{code} is violated: {evidence}"),
        Scene::Payment,
    )
}

/// One line of a trail.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    at: VirtualTime,
    who: String,
    what: String,
    scene: Scene,
    /// How often it was said in all, and when for the last time.
    times: u64,
    last: VirtualTime,
}

/// What a line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Scene {
    /// The payment itself.
    Payment,
    /// Words about the payment, which may be repeated.
    Speech,
    /// The beginning of something that is wrong.
    Begins(Wrong),
    /// Its end.
    Ends(Wrong),
}

/// Something that is wrong for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wrong {
    /// The planned fault with this id is at work.
    Fault(u32),
    /// This party is down.
    Down(sim::Role),
}

impl Line {
    fn new(at: VirtualTime, who: &str, what: String, scene: Scene) -> Self {
        Self { at, who: who.to_owned(), what, scene, times: 1, last: at }
    }

    fn is_about_payment(&self) -> bool {
        matches!(self.scene, Scene::Payment | Scene::Speech)
    }

    fn cells(&self) -> Vec<String> {
        let span = Brief::from(self.last.since(self.at));
        let again = match self.times {
            1 => String::new(),
            times => format!(" ({}, over {span})", counted(times, "time")),
        };
        vec![self.at.to_string(), self.who.clone(), format!("{}{again}", self.what)]
    }
}

/// Leaves out what went wrong and was over before the payment began, and where
/// it is known how things ended, what went wrong after its last line.
fn without_idle_faults(lines: Vec<Line>, to_the_end: bool) -> Vec<Line> {
    let Some(first) = lines.iter().position(Line::is_about_payment) else { return lines };
    let last = lines.iter().rposition(Line::is_about_payment).unwrap_or(first);
    let ended_before = |wrong: Wrong| {
        let before = lines[..first].iter();
        before.filter(|line| line.scene == Scene::Ends(wrong)).map(|line| line.at).max()
    };
    let matters = |at: usize, line: &Line| match line.scene {
        Scene::Begins(wrong) if at < first => ended_before(wrong).is_none_or(|end| end < line.at),
        Scene::Ends(_) if at < first => false,
        _ => !(to_the_end && at > last),
    };
    let kept = lines.iter().enumerate().filter(|(at, line)| matters(*at, line));
    kept.map(|(_, line)| line.clone()).collect()
}

#[cfg(test)]
mod tests;
