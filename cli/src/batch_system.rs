//! What CI systems and batch engines say in the environment about the shard that a process is
//! to run.

mod system;

use std::fmt;

use scenarios::campaign::Shard;

use system::{SYSTEMS, Said};

/// A shard, and who said so by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assigned {
    pub(crate) shard: Shard,
    /// The name of the system.
    by: &'static str,
    /// The variables that were read.
    read: Vec<(&'static str, String)>,
}

/// The shard that the environment of this process says. `count` is how many there are, if
/// somebody has given that.
///
/// # Errors
/// In a sentence, if none is said, or two are, or half of one, or something else than `count`.
#[expect(
    clippy::disallowed_methods,
    reason = "`--shard auto` asks for what the environment says; nothing below reads it"
)]
pub(crate) fn said(count: Option<u64>) -> Result<Assigned, String> {
    assigned(|name| std::env::var(name).ok(), count)
}

/// The same of any environment.
fn assigned(
    variable: impl Fn(&str) -> Option<String>,
    count: Option<u64>,
) -> Result<Assigned, String> {
    let seen = SYSTEMS.iter().filter_map(|system| system.read(&variable));
    let seen: Vec<Said> = seen.collect::<Result<_, _>>()?;
    match seen.as_slice() {
        [said] => assign(said, count),
        [] => {
            let all = SYSTEMS.iter().map(|system| format!("{} ({})", system.name, system.number));
            let all = all.collect::<Vec<_>>().join(", ");
            Err(format!(
                "`--shard auto` found no CI system or batch engine that says which shard this is: \
                 there are {all}; elsewhere give it as a number, such as `--shard 2/8`"
            ))
        }
        [one, other, ..] => Err(format!(
            "`--shard auto` found two systems that say which shard this is, {} and {}: give it as \
             a number, such as `--shard 2/8`",
            one.told(),
            other.told()
        )),
    }
}

fn assign(said: &Said, count: Option<u64>) -> Result<Assigned, String> {
    let told = said.told();
    let count = match (said.count, count) {
        (Some(known), Some(given)) if known != given => {
            return Err(format!(
                "`--shard auto/{given}` says that there are {given} shards, and {told} that there \
                 are {known}: only one can be right"
            ));
        }
        (None, None) => {
            return Err(format!(
                "{told} does not say how many shards there are: give their number, such as \
                 `--shard auto/8`"
            ));
        }
        (known, given) => known.or(given).unwrap_or(1),
    };
    let shard = Shard::new(said.number, count).ok_or_else(|| {
        format!("{told} makes it shard {} of {count}, and there is none", said.number)
    })?;
    Ok(Assigned { shard, by: said.by, read: said.read.clone() })
}

impl fmt::Display for Assigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shard {}, as {} says: {}", self.shard, self.by, system::listed(&self.read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of an environment such as `A=1 B=2`.
    fn of(variables: &str, count: Option<u64>) -> Result<String, String> {
        let pairs: Vec<_> =
            variables.split_whitespace().map(|pair| pair.split_once('=').unwrap()).collect();
        let variable = |name: &str| {
            let pair = pairs.iter().find(|(known, _)| *known == name);
            pair.map(|(_, value)| (*value).to_owned())
        };
        assigned(variable, count).map(|assigned| assigned.shard.to_string())
    }

    #[test]
    fn every_system_says_its_shard() {
        for (variables, count, shard) in [
            ("GITLAB_CI=true CI_NODE_INDEX=1 CI_NODE_TOTAL=8", None, "1/8"),
            ("GITLAB_CI=true CI_NODE_INDEX=8 CI_NODE_TOTAL=8", Some(8), "8/8"),
            ("GITLAB_CI=true CI_NODE_TOTAL=1", None, "1/1"),
            ("CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=4", None, "1/4"),
            ("BUILDKITE_PARALLEL_JOB=3 BUILDKITE_PARALLEL_JOB_COUNT=4", None, "4/4"),
            ("BITBUCKET_PARALLEL_STEP=1 BITBUCKET_PARALLEL_STEP_COUNT=4", None, "2/4"),
            ("JOB_COMPLETION_INDEX=7", Some(8), "8/8"),
            ("AWS_BATCH_JOB_ARRAY_INDEX=0 AWS_BATCH_JOB_ARRAY_SIZE=2", None, "1/2"),
            (
                "SLURM_ARRAY_TASK_ID=0 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_STEP=1 \
                 SLURM_ARRAY_TASK_COUNT=8",
                None,
                "1/8",
            ),
            (
                "SLURM_ARRAY_TASK_ID=11 SLURM_ARRAY_TASK_MIN=5 SLURM_ARRAY_TASK_STEP=3 \
                 SLURM_ARRAY_TASK_COUNT=3",
                Some(3),
                "3/3",
            ),
        ] {
            assert_eq!(of(variables, count).as_deref(), Ok(shard), "{variables}");
        }
    }

    #[test]
    fn what_says_no_shard_is_told_with_what_would() {
        let slurm = "SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_STEP=2 SLURM_ARRAY_TASK_COUNT=3";
        for (variables, count, words) in [
            ("", None, "found no CI system"),
            // Only GitLab means GitLab's variables so.
            ("CI_NODE_INDEX=1 CI_NODE_TOTAL=8", None, "found no CI system"),
            ("GITLAB_CI=true CI_NODE_TOTAL=8", None, "`CI_NODE_INDEX` is not set"),
            ("GITLAB_CI=true CI_NODE_INDEX=1", None, "`CI_NODE_TOTAL` is not set"),
            ("CIRCLE_NODE_INDEX=1", None, "`CIRCLE_NODE_TOTAL` is not set"),
            ("BUILDKITE_PARALLEL_JOB_COUNT=4", None, "`BUILDKITE_PARALLEL_JOB` is not set"),
            ("BITBUCKET_PARALLEL_STEP=1", None, "`BITBUCKET_PARALLEL_STEP_COUNT` is not set"),
            ("AWS_BATCH_JOB_ARRAY_INDEX=1", None, "`AWS_BATCH_JOB_ARRAY_SIZE` is not set"),
            ("SLURM_ARRAY_TASK_ID=1", None, "`SLURM_ARRAY_TASK_COUNT` is not set"),
            ("JOB_COMPLETION_INDEX=1", None, "such as `--shard auto/8`"),
            ("JOB_COMPLETION_INDEX=8", Some(8), "shard 9 of 8, and there is none"),
            (
                "JOB_COMPLETION_INDEX=1 CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=4",
                Some(4),
                "found two systems",
            ),
            ("GITLAB_CI=true CI_NODE_INDEX=0 CI_NODE_TOTAL=8", None, "counts from 1"),
            ("CIRCLE_NODE_INDEX=-1 CIRCLE_NODE_TOTAL=4", None, "`-1`"),
            ("CIRCLE_NODE_INDEX=one CIRCLE_NODE_TOTAL=4", None, "`one`"),
            ("CIRCLE_NODE_INDEX=4 CIRCLE_NODE_TOTAL=4", None, "shard 5 of 4"),
            ("CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=4", Some(5), "only one can be right"),
            (&format!("SLURM_ARRAY_TASK_ID=2 {slurm}"), None, "evenly spaced"),
            (&format!("SLURM_ARRAY_TASK_ID=0 {slurm}"), None, "evenly spaced"),
            (&format!("SLURM_ARRAY_TASK_ID=9 {slurm}"), None, "shard 5 of 3"),
        ] {
            let told = of(variables, count).unwrap_err();
            assert!(told.contains(words), "{variables}: {told}");
        }
    }

    #[test]
    fn what_was_read_is_told() {
        let variable = |name: &str| match name {
            "CIRCLE_NODE_INDEX" => Some("1".to_owned()),
            "CIRCLE_NODE_TOTAL" => Some("4".to_owned()),
            _ => None,
        };
        assert_eq!(
            assigned(variable, None).unwrap().to_string(),
            "shard 2/4, as CircleCI says: CIRCLE_NODE_INDEX=1, CIRCLE_NODE_TOTAL=4"
        );
    }
}
