//! `pennywise run`: one trial.

use model::Defects;
use reports::story::text;
use reports::{plan_text, trial_text, violation};
use scenarios::judge::Violation;
use scenarios::story;
use scenarios::trial::{self, Trial, Verdict};
use scenarios::{Scenario, Strategy};
use sim::Seed;

use crate::arguments::RunArguments;
use crate::chosen::Chosen;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::narration::narrated;
use crate::screen::{Mood, Screen};

/// Runs one seed and tells its plan, its verdict, what led to a violation, and
/// last the command that repeats it, unless all held.
pub(crate) fn run(arguments: RunArguments, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    if arguments.strategy == Some(Strategy::Feedback) {
        return Err(Failure::BadInput(FEEDBACK.to_owned()));
    }
    let chosen = Chosen::find(&arguments.scenario)?
        .under(arguments.policy)
        .by(arguments.protocol)?
        .searched(arguments.strategy);
    let defects: Defects = arguments.plant.into_iter().collect();
    let trial = trial::run(&chosen.scenario, arguments.seed, defects);
    screen.headline(Mood::Plain, &plan_text::render(&trial.plan))?;
    let mut exit = verdict(&trial, screen)?;
    screen.print(&format!("\n{}", trial_text::facts(&trial)))?;
    let again = chosen.repeat(defects).command(trial.seed);
    if arguments.trace || exit == Exit::Violated {
        let replayed = replay(&chosen.scenario, trial.seed, defects, arguments.trace, screen);
        exit = exit.or(compare(&trial, &replayed, screen)?);
    }
    match trial.violations().split_first() {
        Some(violations) => tell(&trial, violations, defects, &again, screen)?,
        None if exit == Exit::Held => {}
        None => screen.print(&format!("\n{again}\n"))?,
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
) -> Trial {
    let replay = || trial::replay(scenario, seed, defects).0;
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

/// The story of the first violation, the others in a line each, and last the
/// command that repeats them.
fn tell(
    trial: &Trial,
    (first, others): (&Violation, &[Violation]),
    defects: Defects,
    again: &str,
    screen: &mut Screen<'_>,
) -> Result<(), Failure> {
    let others = violation::others(others);
    let end = match others.trim_start() {
        "" => again.to_owned(),
        others => format!("{others}\n{again}"),
    };
    screen.print("\n")?;
    let told = story::tell(&trial.plan, defects, |violation| violation == first);
    // A world that is not the same again has no story, and was said to be none.
    let told = told.map(|story| text::render(&story, &end));
    let told = told.unwrap_or_else(|| format!("{}\n{end}\n", violation::text(first)));
    screen.headline(Mood::Bad, &told)
}

const FEEDBACK: &str = "what a seed comes to by `feedback` depends on the trials before it: \
                        `pennywise replay` repeats what such a campaign found, from its file";
