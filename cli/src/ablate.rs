//! `pennywise ablate`: what each strategy is worth.

use model::{Defect, Defects};
use reports::ablation;
use scenarios::Strategy;
use scenarios::ablation::{Ablation, Asked, run};

use crate::arguments::AblateArguments;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::screen::{Mood, Screen};
use crate::shelf;
use crate::threads;

/// Looks for each defect by each strategy and tells how many trials that takes, on the screen
/// or in a file. Ctrl-C ends it after the defect that it is at, with what there is by then.
pub(crate) fn ablate(arguments: AblateArguments, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    if let Some(path) = &arguments.out {
        shelf::can_write(path).map_err(|error| unwritable(&arguments, &error))?;
    }
    let asked = asked(&arguments);
    let pool = threads::pool(arguments.jobs)?;
    let interrupt = Interrupt::watch()?;
    let ablation = run(&asked, &pool, |defect| {
        screen.remark(&format!("{}\n", defect.story().name));
        !interrupt.came()
    });
    let text = ablation::render(&ablation, &command(&arguments));
    match &arguments.out {
        None => screen.print(&text)?,
        Some(path) => {
            shelf::write(path, &text).map_err(|error| unwritable(&arguments, &error))?;
            screen.headline(mood(&ablation), &ablation::verdict(&ablation))?;
        }
    }
    Ok(interrupt.exit().or(ending(&ablation)))
}

fn asked(arguments: &AblateArguments) -> Asked {
    let all = || Defect::ALL.iter().map(|story| story.defect).collect::<Defects>();
    Asked {
        defects: match arguments.defect.is_empty() {
            true => all(),
            false => arguments.defect.iter().copied().collect(),
        },
        strategies: match arguments.strategy.is_empty() {
            true => Strategy::ALL.iter().map(|story| story.strategy).collect(),
            false => arguments.strategy.clone(),
        },
        master_seed: arguments.master_seed,
        budget: arguments.seeds.get(),
    }
}

/// What has to be said to come to the same, wherever it is written to.
fn command(arguments: &AblateArguments) -> String {
    let mut words = format!("pennywise ablate --seeds {}", arguments.seeds);
    for defect in &arguments.defect {
        words.push_str(&format!(" --defect {}", defect.story().name));
    }
    for strategy in &arguments.strategy {
        words.push_str(&format!(" --strategy {strategy}"));
    }
    words
}

fn unwritable(arguments: &AblateArguments, error: &std::io::Error) -> Failure {
    let path = arguments.out.as_deref().unwrap_or(std::path::Path::new("-")).display();
    Failure::BadInput(format!(
        "the table can't be written to `{path}`: {error}; `--out` names a file in a folder that \
         is there"
    ))
}

fn ending(ablation: &Ablation) -> Exit {
    let to_best = ablation::to_best(ablation);
    let best = to_best.is_none_or(|(_, ratio)| ratio.high <= ablation::TO_BEST_MAX);
    let to_uniform = ablation::to_uniform(ablation);
    let uniform = to_uniform.is_none_or(|ratio| ratio.low >= ablation::TO_UNIFORM_MIN);
    match () {
        () if ablation.rows.is_empty() => Exit::NothingRan,
        () if best && uniform => Exit::Held,
        () => Exit::Inconclusive,
    }
}

fn mood(ablation: &Ablation) -> Mood {
    match ending(ablation) {
        Exit::Held => Mood::Good,
        _ => Mood::Unsure,
    }
}
