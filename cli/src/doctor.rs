//! `pennywise doctor`: whether a seed means on this machine what it means on
//! any other.

use std::process::Command;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::{ThreadPool, ThreadPoolBuilder};
use reports::doctor_text::{self, Build, Check, Examination, Finding, Reason, Total};
use reports::{Count, json};
use scenarios::determinism::{self, Difference, Mark, Testimony};
use scenarios::{Plan, Scenario};
use serde::de::DeserializeOwned;
use sim::{Digest, SAMPLERS, Seed, vectors};

use crate::arguments::DoctorArguments;
use crate::chosen::Chosen;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::screen::{Mood, Screen};

/// Checks samplers, and runs each plan again here, on other threads and in a
/// fresh process of the same binary; tells what differs first.
pub(crate) fn doctor(arguments: DoctorArguments, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    consult(&arguments, &in_a_fresh_process, screen)
}

/// What the command prints when another process runs it with these words.
type Elsewhere<'e> = &'e dyn Fn(&[String]) -> Result<String, Failure>;

fn consult(
    arguments: &DoctorArguments,
    elsewhere: Elsewhere<'_>,
    screen: &mut Screen<'_>,
) -> Result<Exit, Failure> {
    let examination = examine(arguments, elsewhere)?;
    match arguments.json {
        true => {
            let text = json::pretty(&examination);
            screen.print(&text.map_err(|error| Failure::Harness(error.to_string()))?)?;
        }
        false => screen.headline(Mood::Plain, &doctor_text::render(&examination))?,
    }
    Ok(if examination.is_fine() { Exit::Held } else { Exit::NotDeterministic })
}

fn examine(arguments: &DoctorArguments, elsewhere: Elsewhere<'_>) -> Result<Examination, Failure> {
    let chosen = Chosen::find_all(&arguments.scenarios)?;
    let seeds = Seeds { master: arguments.master_seed, count: arguments.seeds.get() };
    let pools = [pool(1)?, pool(2)?];
    let marks: Vec<_> = chosen.iter().map(|c| seeds.marks(&c.scenario, &pools[0])).collect();
    Ok(Examination {
        build: build(),
        master_seed: seeds.master,
        seeds: seeds.count,
        checks: vec![
            test_vectors(),
            twice(&chosen, seeds, &pools[1]),
            on_threads(&chosen, &marks, seeds, &pools),
            in_another_process(&chosen, &marks, seeds, elsewhere)?,
        ],
        digests: marks.iter().map(|marks| total(marks)).collect(),
    })
}

/// Which seeds are run of each scenario.
#[derive(Clone, Copy)]
struct Seeds {
    master: Seed,
    count: u64,
}

impl Seeds {
    fn marks(self, scenario: &Scenario, pool: &ThreadPool) -> Vec<Mark> {
        determinism::marks(scenario, self.master, self.count, pool)
    }
}

fn test_vectors() -> Check {
    let (extent, findings) = match vectors::check() {
        Ok(count) => {
            (format!("{} of the keyed hash and of every sampler", Count(count as u64)), Vec::new())
        }
        Err(mismatch) => {
            let difference = Reason::Vector(mismatch.to_string());
            (String::new(), vec![Finding { seed: None, seeds: 0, difference }])
        }
    };
    Check { name: "test vectors", extent, findings }
}

/// Each plan drawn and run twice side by side, and once unrecorded.
fn twice(chosen: &[Chosen], seeds: Seeds, pool: &ThreadPool) -> Check {
    let findings = chosen.iter().filter_map(|chosen| {
        let scenario = &chosen.scenario;
        let differing = |index| {
            let seed = seeds.master.derive(&scenario.name, index);
            Some((seed, determinism::twice(scenario, seed).err()?))
        };
        let found: Vec<_> =
            pool.install(|| (0..seeds.count).into_par_iter().filter_map(differing).collect());
        let count = found.len() as u64;
        let (seed, difference) = found.into_iter().next()?;
        Some(finding(scenario, seed, count, difference))
    });
    let findings = findings.collect();
    Check { name: "the same process", extent: extent(chosen, seeds, "run twice"), findings }
}

fn on_threads(
    chosen: &[Chosen],
    marks: &[Vec<Mark>],
    seeds: Seeds,
    pools: &[ThreadPool; 2],
) -> Check {
    let findings = chosen.iter().zip(marks).filter_map(|(chosen, marks)| {
        let scenario = &chosen.scenario;
        let (seed, count) = differing(marks, &seeds.marks(scenario, &pools[1]))?;
        let [one, other] =
            pools.each_ref().map(|pool| pool.install(|| Testimony::of(scenario, seed)));
        Some(finding(scenario, seed, count, determinism::first_difference(&one, &other)))
    });
    let findings = findings.collect();
    Check { name: "1 and 2 threads", extent: extent(chosen, seeds, "run on each"), findings }
}

fn in_another_process(
    chosen: &[Chosen],
    marks: &[Vec<Mark>],
    seeds: Seeds,
    elsewhere: Elsewhere<'_>,
) -> Result<Check, Failure> {
    let mut words: Vec<_> = chosen.iter().map(|chosen| chosen.word().to_owned()).collect();
    words.extend([format!("--seeds={}", seeds.count), format!("--master-seed={}", seeds.master)]);
    let theirs: Vec<Mark> = ask(elsewhere, words)?;
    let mut theirs = theirs.into_iter();
    let mut findings = Vec::new();
    for (chosen, ours) in chosen.iter().zip(marks) {
        let theirs: Vec<_> = theirs.by_ref().take(ours.len()).collect();
        let Some((seed, count)) = differing(ours, &theirs) else { continue };
        let words = vec![chosen.word().to_owned(), format!("--seed={seed}")];
        let (ours, theirs) = (Testimony::of(&chosen.scenario, seed), ask(elsewhere, words)?);
        let difference = determinism::first_difference(&ours, &theirs);
        findings.push(finding(&chosen.scenario, seed, count, difference));
    }
    let extent = extent(chosen, seeds, "run once more");
    Ok(Check { name: "a fresh process", extent, findings })
}

/// The first seed that came to something else, and how many did.
fn differing(ours: &[Mark], theirs: &[Mark]) -> Option<(Seed, u64)> {
    let mut differing = ours.iter().enumerate().filter(|(at, mark)| theirs.get(*at) != Some(mark));
    let (_, first) = differing.next()?;
    Some((first.seed, 1 + differing.count() as u64))
}

fn finding(scenario: &Scenario, seed: Seed, seeds: u64, difference: Difference) -> Finding {
    let seed = Some((scenario.name.clone(), seed));
    Finding { seed, seeds, difference: Reason::Runs(difference) }
}

fn extent(chosen: &[Chosen], seeds: Seeds, how: &str) -> String {
    let plans = Count(seeds.count * chosen.len() as u64);
    let scenarios = if chosen.len() == 1 { "scenario" } else { "scenarios" };
    format!("{plans} plans of {} {scenarios}, {how}", chosen.len())
}

fn total(marks: &[Mark]) -> Total {
    let mut digest = Digest::new();
    for word in marks.iter().flat_map(|mark| mark.digest.0) {
        digest.word(word);
    }
    let scenario = marks.first().map(|mark| mark.scenario.clone()).unwrap_or_default();
    let events = marks.iter().map(|mark| mark.events).sum();
    Total { scenario, events, digest: digest.finish() }
}

fn build() -> Build {
    Build {
        version: env!("CARGO_PKG_VERSION"),
        plan_format: Plan::FORMAT,
        samplers: SAMPLERS,
        target: env!("TARGET_TRIPLE"),
        pointer_bits: usize::BITS,
        endian: if cfg!(target_endian = "little") { "little-endian" } else { "big-endian" },
        profile: if cfg!(debug_assertions) { "debug" } else { "release" },
    }
}

fn pool(threads: usize) -> Result<ThreadPool, Failure> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|error| Failure::Harness(format!("{threads} threads can't be started: {error}")))
}

fn ask<T: DeserializeOwned>(elsewhere: Elsewhere<'_>, words: Vec<String>) -> Result<T, Failure> {
    let said = elsewhere(&words)?;
    serde_json::from_str(&said).map_err(|error| {
        Failure::Harness(format!("what a fresh process said can't be read: {error}"))
    })
}

/// The same binary again, with nothing in its environment, so that what leaks
/// in from there is another thing than here.
fn in_a_fresh_process(words: &[String]) -> Result<String, Failure> {
    let failed = |why: &dyn std::fmt::Display| {
        Failure::Harness(format!(
            "a fresh process of this program can't be asked: {why}; `doctor` needs to run as the \
             `pennywise` command"
        ))
    };
    let program = std::env::current_exe().map_err(|error| failed(&error))?;
    let mut command = Command::new(program);
    let ran = command.env_clear().arg("witness").args(words).output();
    let ran = ran.map_err(|error| failed(&error))?;
    if !ran.status.success() {
        let said = String::from_utf8_lossy(&ran.stderr);
        return Err(failed(&format!("{}, {}", ran.status, said.trim())));
    }
    String::from_utf8(ran.stdout).map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use model::Defects;
    use scenarios::{catalog, trial};

    use super::*;
    use crate::command_line;
    use crate::screen::Shows;

    /// How a doctor of three seeds of a stormy network ends who asks `elsewhere`,
    /// and what he says.
    fn doctor_asking(elsewhere: Elsewhere<'_>) -> (Result<Exit, Failure>, String) {
        let arguments = DoctorArguments {
            scenarios: vec!["stormy-network".to_owned()],
            seeds: 3.try_into().unwrap(),
            master_seed: Seed(1),
            json: false,
        };
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let mut screen = Screen::new(&mut stdout, &mut stderr, Shows::Words);
        let exit = consult(&arguments, elsewhere, &mut screen);
        let words = String::from_utf8(stdout).unwrap();
        (exit, words.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn honest(words: &[String]) -> Result<String, Failure> {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let words = ["pennywise", "witness"].into_iter().chain(words.iter().map(String::as_str));
        let exit = command_line::run(words.map(OsString::from), &mut stdout, &mut stderr);
        assert_eq!(exit, Exit::Held, "{}", String::from_utf8_lossy(&stderr));
        Ok(String::from_utf8(stdout).unwrap())
    }

    /// A process that loses the first fault of every plan while it runs it.
    fn forgetful(words: &[String]) -> Result<String, Failure> {
        let without_first = |seed| {
            let mut plan = Plan::draw(catalog::named("stormy-network").unwrap(), seed);
            plan.faults = plan.faults.split_off(plan.faults.len().min(1));
            plan
        };
        let said = honest(words)?;
        let forgotten = match serde_json::from_str::<Vec<Mark>>(&said) {
            Ok(mut marks) => {
                for mark in &mut marks {
                    mark.digest = trial::run_plan(without_first(mark.seed), Defects::NONE).digest;
                }
                json::pretty(&marks)
            }
            Err(_) => {
                let mut said: Testimony = serde_json::from_str(&said).unwrap();
                said.footprints = Testimony::of_plan(without_first(said.plan.seed)).footprints;
                json::pretty(&said)
            }
        };
        Ok(forgotten.unwrap())
    }

    #[test]
    fn a_process_that_says_the_same_is_fine() {
        let (exit, said) = doctor_asking(&honest);
        assert!(matches!(exit, Ok(Exit::Held)), "{said}");
        assert!(said.contains("fine a fresh process 3 plans of 1 scenario"), "{said}");
    }

    #[test]
    fn a_process_that_does_something_else_is_told_by_the_first_event_that_differs() {
        let (exit, said) = doctor_asking(&forgetful);
        assert!(matches!(exit, Ok(Exit::NotDeterministic)), "{said}");
        for told in [
            "fine 1 and 2 threads",
            "differs a fresh process",
            "stormy-network, seed 0x",
            ": two runs of one plan differ first in event #",
            " strikes, and the other time ",
            "verdict: not deterministic",
        ] {
            assert!(said.contains(told), "`{told}` is not in {said}");
        }
    }

    #[test]
    fn a_process_that_draws_another_plan_is_told_by_the_first_line_of_it() {
        let other_seed = |words: &[String]| {
            let another = |word: &String| match word.starts_with("--seed=") {
                true => "--seed=7".to_owned(),
                false => word.replace("--master-seed=0x0000000000000001", "--master-seed=2"),
            };
            honest(&words.iter().map(another).collect::<Vec<_>>())
        };
        let (exit, said) = doctor_asking(&other_seed);
        assert!(matches!(exit, Ok(Exit::NotDeterministic)), "{said}");
        assert!(said.contains("the plan itself differs: it says `"), "{said}");
    }

    #[test]
    fn a_process_that_makes_no_sense_or_does_not_start_is_a_failure_of_the_harness() {
        for said in [Ok("hello".to_owned()), Err(Failure::Harness("no".to_owned()))] {
            let elsewhere = |_: &[String]| match &said {
                Ok(text) => Ok(text.clone()),
                Err(_) => Err(Failure::Harness("it does not start".to_owned())),
            };
            let (exit, said) = doctor_asking(&elsewhere);
            assert!(matches!(exit, Err(Failure::Harness(_))), "{said}");
        }
    }
}
