//! `pennywise shrink`: a saved finding, made smaller.

use reports::{Count, Repeat};
use scenarios::Plan;
use scenarios::repro::Repro;

use crate::arguments::ShrinkArguments;
use crate::author::{self, Written};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::screen::{Mood, Screen};
use crate::shelf;
use crate::stopwatch::Stopwatch;
use crate::threads;

/// Shrinks a repro further and writes it back, whole or not at all: the best
/// that there is when its time is over or somebody presses Ctrl-C.
pub(crate) fn shrink(arguments: ShrinkArguments, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let before = Repro::file(&arguments.file).map_err(Failure::Repro)?;
    let pool = threads::pool(arguments.jobs)?;
    let clock = Stopwatch::start();
    let interrupt = Interrupt::watch()?;
    screen.remark("shrinking; Ctrl-C keeps the best so far\n");
    let in_time = || arguments.time.is_none_or(|time| clock.elapsed() < time);
    let go_on = |_| !interrupt.came() && in_time();
    let written = author::write(&before.plan, before.planted, before.violation, &pool, go_on);
    let Some(written) = written else {
        let text = "nothing to shrink: the repro does not show its violation; `pennywise replay` \
                    says what it shows\n";
        screen.headline(Mood::Unsure, text)?;
        return Ok(Exit::Inconclusive);
    };
    let path = arguments.output.as_ref().unwrap_or(&arguments.file);
    let shown = path.display().to_string();
    shelf::write(path, written.repro.text()).map_err(|error| {
        Failure::BadInput(format!("`{shown}` can't be written: {error}; it is as it was before"))
    })?;
    screen.headline(Mood::Plain, &told(&before.plan, &written))?;
    screen.print(&format!("{}\n", Repeat::replay(&shown)))?;
    Ok(if written.stopped { interrupt.exit() } else { Exit::Held })
}

fn told(before: &Plan, written: &Written) -> String {
    let tried = Count(written.tried);
    let proof = match written.stopped {
        true => "stopped before nothing smaller was left",
        false => "every line is needed",
    };
    let (before, after) = (size(before), size(&written.repro.plan));
    format!("shrunk from {before} to {after}; {proof}\n  after {tried} candidates\n")
}

/// How many payments and faults a plan names.
fn size(plan: &Plan) -> String {
    let (payments, faults) = (plan.operations.len(), plan.named_faults());
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    format!("{payments} payment{} and {faults} fault{}", plural(payments), plural(faults))
}
