//! The systems that are known, and which variables of theirs say what.

/// A CI system or a batch engine.
pub(super) struct System {
    pub(super) name: &'static str,
    /// A variable that is set wherever it is this system that runs, if its others may mean
    /// something else elsewhere.
    mark: Option<&'static str>,
    /// The variable that says which shard this is.
    pub(super) number: &'static str,
    /// The one that says how many there are, if any does.
    count: Option<&'static str>,
    counts: Counts,
}

/// How a system counts its shards.
enum Counts {
    /// From this number on.
    From(u64),
    /// From what the first variable says, in steps of what the second one says.
    By(&'static str, &'static str),
}

/// What a system says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) by: &'static str,
    /// The number of the shard, from 1.
    pub(super) number: u64,
    /// How many there are, if it says so.
    pub(super) count: Option<u64>,
    pub(super) read: Vec<(&'static str, String)>,
}

pub(super) const SYSTEMS: [System; 7] = [
    System {
        name: "GitLab",
        mark: Some("GITLAB_CI"),
        number: "CI_NODE_INDEX",
        count: Some("CI_NODE_TOTAL"),
        counts: Counts::From(1),
    },
    System {
        name: "CircleCI",
        mark: None,
        number: "CIRCLE_NODE_INDEX",
        count: Some("CIRCLE_NODE_TOTAL"),
        counts: Counts::From(0),
    },
    System {
        name: "Buildkite",
        mark: None,
        number: "BUILDKITE_PARALLEL_JOB",
        count: Some("BUILDKITE_PARALLEL_JOB_COUNT"),
        counts: Counts::From(0),
    },
    System {
        name: "Bitbucket",
        mark: None,
        number: "BITBUCKET_PARALLEL_STEP",
        count: Some("BITBUCKET_PARALLEL_STEP_COUNT"),
        counts: Counts::From(0),
    },
    System {
        name: "Kubernetes",
        mark: None,
        number: "JOB_COMPLETION_INDEX",
        count: None,
        counts: Counts::From(0),
    },
    System {
        name: "Slurm",
        mark: None,
        number: "SLURM_ARRAY_TASK_ID",
        count: Some("SLURM_ARRAY_TASK_COUNT"),
        counts: Counts::By("SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_STEP"),
    },
    System {
        name: "AWS Batch",
        mark: None,
        number: "AWS_BATCH_JOB_ARRAY_INDEX",
        count: Some("AWS_BATCH_JOB_ARRAY_SIZE"),
        counts: Counts::From(0),
    },
];

impl System {
    /// What it says; `None` if it is not there.
    pub(super) fn read(
        &self,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Option<Result<Said, String>> {
        let is_here = self.mark.is_none_or(|mark| variable(mark).is_some());
        let mut names = vec![self.number];
        names.extend(self.count);
        if let Counts::By(first, step) = self.counts {
            names.extend([first, step]);
        }
        let set = |name: &&'static str| Some((*name, variable(name)?));
        let read: Vec<_> = names.iter().filter_map(set).collect();
        if !is_here || read.is_empty() {
            return None;
        }
        // GitLab tells every job that there is one of it, and its number only if there are more.
        if self.mark.is_some() && read == [("CI_NODE_TOTAL", "1".to_owned())] {
            return Some(Ok(Said { by: self.name, number: 1, count: Some(1), read }));
        }
        if let Some(missing) = names.iter().find(|name| read.iter().all(|(set, _)| set != *name)) {
            let (name, read) = (self.name, listed(&read));
            return Some(Err(format!(
                "{name} says only half of which shard this is: `{missing}` is not set, and there \
                 is {read}; give the shard as a number, such as `--shard 2/8`"
            )));
        }
        Some(self.said(read))
    }

    fn said(&self, read: Vec<(&'static str, String)>) -> Result<Said, String> {
        let number = |name: &str| {
            let text = read.iter().find(|(set, _)| *set == name).map_or("", |(_, text)| text);
            text.parse::<u64>().map_err(|_| {
                format!("`{name}` of {} is `{text}`: expected a whole number", self.name)
            })
        };
        let own = number(self.number)?;
        let (told, by) = (listed(&read), self.name);
        let from_zero = match self.counts {
            Counts::From(first) => own.checked_sub(first).ok_or_else(|| {
                format!("{by} counts from {first}, and says {told}: expected at least {first}")
            })?,
            Counts::By(first, step) => {
                let (first, step) = (number(first)?, number(step)?);
                let past = own.checked_sub(first);
                let even = past.filter(|past| step > 0 && past % step == 0);
                let even = even.ok_or_else(|| {
                    format!(
                        "the tasks of {by} are not evenly spaced: {told}; expected an array such \
                         as `--array=1-8`"
                    )
                })?;
                even / step
            }
        };
        let count = self.count.map(number).transpose()?;
        Ok(Said { by, number: from_zero.saturating_add(1), count, read })
    }
}

impl Said {
    /// Who says it, and by what.
    pub(super) fn told(&self) -> String {
        format!("{} ({})", self.by, listed(&self.read))
    }
}

/// Variables and their values.
pub(super) fn listed(read: &[(&str, String)]) -> String {
    let each = read.iter().map(|(name, value)| format!("{name}={value}"));
    each.collect::<Vec<_>>().join(", ")
}
