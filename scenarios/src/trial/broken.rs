//! A trial that panics: which one it was has to be known, or nobody can repeat it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use model::{Defect, Defects};
use sim::Seed;

use crate::settings::Scenario;

/// What `run` comes to, which is the trial of `seed` with `planted`.
///
/// # Panics
/// If it does, with the command that repeats it.
pub(crate) fn named<T>(
    scenario: &Scenario,
    seed: Seed,
    planted: Defects,
    run: impl FnOnce() -> T,
) -> T {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        let mut command = format!("pennywise run {} --seed {seed}", scenario.name);
        if let Some(protocol) = scenario.protocol {
            command.push_str(&format!(" --protocol {protocol}"));
        }
        for story in Defect::ALL.iter().filter(|story| planted.has(story.defect)) {
            command.push_str(&format!(" --plant {}", story.name));
        }
        if let Some(strategy) = scenario.strategy {
            command.push_str(&format!(" --strategy {strategy}"));
        }
        panic!("a trial broke: `{command}` repeats it")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use crate::strategy::Strategy;

    #[test]
    fn a_trial_that_breaks_is_told_by_the_command_that_repeats_it() {
        let calm = catalog::named("calm-day").unwrap();
        let searched = Scenario { strategy: Some(Strategy::Walk), ..calm.clone() };
        let planted = Defects::NONE.with(Defect::DoublePost);
        let broken = catch_unwind(|| named(&searched, Seed(7), planted, || panic!("so")));
        let told = broken.unwrap_err().downcast::<String>().unwrap();
        let command = "pennywise run calm-day --seed 0x0000000000000007 --plant double-post \
                       --strategy walk";
        assert!(told.contains(command), "{told}");
    }
}
