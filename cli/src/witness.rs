//! `pennywise witness`: what this process makes of seeds, as JSON for the
//! `doctor` of another process. No help lists it.

use reports::json;
use scenarios::determinism::{Testimony, mark};
use sim::Seed;

use crate::arguments::WitnessArguments;
use crate::chosen::Chosen;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::screen::Screen;

/// Prints the digests of all seeds of the scenarios, or everything that
/// happened in one of them.
pub(crate) fn witness(
    arguments: WitnessArguments,
    screen: &mut Screen<'_>,
) -> Result<Exit, Failure> {
    let chosen = Chosen::find_all(&arguments.scenarios)?;
    let text = match (arguments.seed, chosen.as_slice()) {
        (Some(seed), [one]) => json::pretty(&Testimony::of(&one.scenario, seed)),
        (Some(_), _) => {
            let sentence = "`--seed` asks for one scenario, by its name or path".to_owned();
            return Err(Failure::BadInput(sentence));
        }
        (None, all) => {
            let seeds = |one: &Chosen| -> Vec<Seed> {
                let seed = |index| arguments.master_seed.derive(&one.scenario.name, index);
                (0..arguments.seeds.get()).map(seed).collect()
            };
            let marks = all.iter().flat_map(|one| {
                seeds(one).into_iter().map(|seed| mark(&one.scenario, seed)).collect::<Vec<_>>()
            });
            json::pretty(&marks.collect::<Vec<_>>())
        }
    };
    screen.print(&text.map_err(|error| Failure::Harness(error.to_string()))?)?;
    Ok(Exit::Held)
}
