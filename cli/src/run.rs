//! `pennywise run`: one trial.

use model::Defects;
use reports::{money_trail, plan_text, trial_text, violation};
use scenarios::judge::Violation;
use scenarios::trial::{self, Trial, Verdict};
use scenarios::{PaymentSystem, Scenario};
use sim::{Seed, Trace};

use crate::arguments::RunArguments;
use crate::chosen::Chosen;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::narration::narrated;
use crate::screen::{Mood, Screen};

/// Runs one seed and tells its plan, its verdict, what led to a violation, and
/// last the command that repeats it, unless all held.
pub(crate) fn run(arguments: RunArguments, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let chosen = Chosen::find(&arguments.scenario)?;
    let defects: Defects = arguments.plant.into_iter().collect();
    let trial = trial::run(&chosen.scenario, arguments.seed, defects);
    screen.headline(Mood::Plain, &plan_text::render(&trial.plan))?;
    let mut exit = verdict(&trial, screen)?;
    screen.print(&format!("\n{}", trial_text::facts(&trial)))?;
    if arguments.trace || exit == Exit::Violated {
        let (again, trace) = replay(&chosen.scenario, trial.seed, defects, arguments.trace, screen);
        exit = exit.or(compare(&trial, &again, screen)?);
        tell(&trial, &trace, screen)?;
    }
    if exit != Exit::Held {
        screen.print(&format!("\n{}\n", chosen.repeat(defects).command(trial.seed)))?;
    }
    Ok(exit)
}

fn verdict(trial: &Trial, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let (mood, exit) = match trial.verdict {
        Verdict::Held => (Mood::Good, Exit::Held),
        Verdict::Violated(_) => (Mood::Bad, Exit::Violated),
        Verdict::Inconclusive(_) => (Mood::Unsure, Exit::Inconclusive),
    };
    screen.print("\n")?;
    screen.headline(mood, &trial_text::verdict(trial))?;
    Ok(exit)
}

fn replay(
    scenario: &Scenario,
    seed: Seed,
    defects: Defects,
    narrate: bool,
    screen: &mut Screen<'_>,
) -> (Trial, Trace<PaymentSystem>) {
    let replay = || trial::replay(scenario, seed, defects);
    if narrate { narrated(screen, replay) } else { replay() }
}

/// The replay has to be the run, event by event.
fn compare(trial: &Trial, again: &Trial, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    if trial.digest == again.digest && trial.verdict == again.verdict {
        return Ok(Exit::Held);
    }
    let (first, second) = (trial.digest, again.digest);
    let text = format!("not deterministic: the run has the digest {first}, its replay {second}\n");
    screen.headline(Mood::Bad, &text)?;
    Ok(Exit::NotDeterministic)
}

/// What led to the first violation; the others in a line each.
fn tell(
    trial: &Trial,
    trace: &Trace<PaymentSystem>,
    screen: &mut Screen<'_>,
) -> Result<(), Failure> {
    let Some((first, others)): Option<(&Violation, _)> = trial.violations().split_first() else {
        return Ok(());
    };
    screen.print("\n")?;
    screen.headline(Mood::Bad, &violation::text(first))?;
    screen.print("\n")?;
    screen.headline(Mood::Plain, &money_trail::render(trace, &trial.plan, first))?;
    screen.print(&violation::others(others))
}
