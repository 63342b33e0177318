//! What `doctor` found: whether seeds mean on this machine what they mean on
//! any other.

use scenarios::determinism::Difference;
use serde::{Serialize, Serializer};
use sim::{DigestValue, Seed};

use crate::layout;
use crate::number::Count;

/// An examination of a build on a machine.
#[derive(Clone, Debug, Serialize)]
pub struct Examination {
    /// What was examined.
    pub build: Build,
    /// The seed of all seeds.
    pub master_seed: Seed,
    /// How many seeds of each scenario were run.
    pub seeds: u64,
    /// What was checked.
    pub checks: Vec<Check>,
    /// What each scenario came to, to compare with another machine.
    pub digests: Vec<Total>,
}

/// What decides how a seed is expanded and run, and what must not.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Build {
    /// Of pennywise.
    pub version: &'static str,
    /// The format of plans.
    pub plan_format: u16,
    /// The version of the keyed hash and the samplers.
    pub samplers: u16,
    /// The processor that it was built for.
    pub machine: &'static str,
    /// The operating system that it was built for.
    pub system: &'static str,
    /// The width of an address, in bits.
    pub pointer_bits: u32,
    /// Which byte of a number comes first: `little-endian` or `big-endian`.
    pub endian: &'static str,
    /// `release`, or `debug` where overflows and assertions are checked.
    pub profile: &'static str,
}

/// One thing that was checked.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// What was compared with what.
    pub name: &'static str,
    /// How much of it.
    pub extent: String,
    /// The first difference of each scenario that has one.
    pub findings: Vec<Finding>,
}

/// A difference that there must not be.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// In which scenario, and seed; none where it concerns all.
    pub seed: Option<(String, Seed)>,
    /// How many seeds of the scenario differ.
    pub seeds: u64,
    /// Where the first of them does.
    pub difference: Reason,
}

/// Why a check failed.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Two runs of a seed are not the same.
    Runs(Difference),
    /// A published test vector comes out otherwise.
    Vector(String),
}

/// What all seeds of a scenario came to.
#[derive(Clone, Debug, Serialize)]
pub struct Total {
    /// The scenario's name.
    pub scenario: String,
    /// The number of events of all seeds.
    pub events: u64,
    /// The digest of the digests of all seeds, in order.
    #[serde(serialize_with = "as_printed")]
    pub digest: DigestValue,
}

/// Two words of 64 bits are more than most readers of JSON can hold.
fn as_printed<S: Serializer>(digest: &DigestValue, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(digest)
}

impl Examination {
    /// Whether every check passed.
    pub fn is_fine(&self) -> bool {
        self.checks.iter().all(|check| check.findings.is_empty())
    }
}

/// The build, a line for each check, what differs, a digest for each scenario,
/// and the verdict.
pub fn render(examination: &Examination) -> String {
    let Examination { build, master_seed, seeds, checks, digests } = examination;
    let checked = checks.iter().map(|check| {
        let word = if check.findings.is_empty() { "fine" } else { "differs" };
        vec![word.to_owned(), check.name.to_owned(), check.extent.clone()]
    });
    let total = |total: &Total| {
        let events = format!("{} events", Count(total.events));
        vec![total.scenario.clone(), events, total.digest.to_string()]
    };
    format!(
        "{}\n{}\nmaster seed {master_seed}, {} of each scenario\n{}\n{}\n",
        told(*build),
        layout::columns(0, checked.collect()) + &findings(checks),
        counted(*seeds),
        layout::columns(2, digests.iter().map(total).collect()),
        verdict(examination),
    )
}

fn told(build: Build) -> String {
    let Build { version, plan_format, samplers, machine, system, .. } = build;
    let Build { pointer_bits, endian, profile, .. } = build;
    format!(
        "pennywise {version}, plan format {plan_format}, samplers {samplers}, {profile}\n\
         {machine} {system}, {pointer_bits}-bit, {endian}\n"
    )
}

fn findings(checks: &[Check]) -> String {
    let each = checks.iter().flat_map(|check| &check.findings);
    each.map(|finding| format!("\n{}", layout::columns(2, vec![vec![sentence(finding)]]))).collect()
}

fn sentence(finding: &Finding) -> String {
    let what = match &finding.difference {
        Reason::Runs(difference) => difference.to_string(),
        Reason::Vector(mismatch) => mismatch.clone(),
    };
    match &finding.seed {
        None => what,
        Some((scenario, seed)) => {
            let others = match finding.seeds {
                0 | 1 => String::new(),
                seeds => format!(", and {} like it", counted(seeds - 1)),
            };
            format!("{scenario}, seed {seed}{others}: {what}")
        }
    }
}

fn counted(seeds: u64) -> String {
    if seeds == 1 { "1 seed".to_owned() } else { format!("{} seeds", Count(seeds)) }
}

fn verdict(examination: &Examination) -> &'static str {
    match examination.is_fine() {
        true => "verdict: fine, the same seed is the same world on this machine",
        false => "verdict: not deterministic, no result of this build on this machine counts",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examination(findings: Vec<Finding>) -> Examination {
        let build = Build {
            version: "0.1.0",
            plan_format: 5,
            samplers: 1,
            machine: "x86_64",
            system: "linux",
            pointer_bits: 64,
            endian: "little-endian",
            profile: "release",
        };
        let digest = DigestValue([1, 2]);
        let total = Total { scenario: "calm-day".to_owned(), events: 12_345, digest };
        let check = Check { name: "a fresh process", extent: "3 seeds".to_owned(), findings };
        let (checks, digests) = (vec![check], vec![total]);
        Examination { build, master_seed: Seed(1), seeds: 3, checks, digests }
    }

    #[test]
    fn a_fine_machine_is_told_in_a_line_for_each_check_and_each_scenario() {
        assert_eq!(
            render(&examination(Vec::new())),
            "pennywise 0.1.0, plan format 5, samplers 1, release\n\
             x86_64 linux, 64-bit, little-endian\n\
             \n\
             fine  a fresh process  3 seeds\n\
             \n\
             master seed 0x0000000000000001, 3 seeds of each scenario\n  \
             calm-day  12,345 events  00000000000000010000000000000002\n\
             \n\
             verdict: fine, the same seed is the same world on this machine\n"
        );
    }

    #[test]
    fn a_difference_is_told_with_its_scenario_seed_and_place() {
        let plans = Difference::Plans("heal_at: 1".to_owned(), "heal_at: 2".to_owned());
        let seed = Some(("calm-day".to_owned(), Seed(42)));
        let text = render(&examination(vec![
            Finding { seed, seeds: 3, difference: Reason::Runs(plans) },
            Finding { seed: None, seeds: 0, difference: Reason::Vector("line 7".to_owned()) },
        ]));
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for told in [
            "differs a fresh process",
            "calm-day, seed 0x000000000000002a, and 2 seeds like it: the plan itself differs",
            "`heal_at: 1`, and the other time `heal_at: 2`",
            "line 7",
            "verdict: not deterministic",
        ] {
            assert!(words.contains(told), "{told}: {text}");
        }
    }
}
