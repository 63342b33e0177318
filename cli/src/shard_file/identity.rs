//! Which campaign a shard is of: all that the shards of one have in common.

use std::num::NonZeroU64;

use model::decision::Policy;
use model::{Defect, Defects};
use reports::{Count, Repeat};
use scenarios::campaign::Shard;
use scenarios::plan::Protocol;
use scenarios::{Scenario, Strategy};
use serde::{Deserialize, Serialize};
use sim::{Digest, Rate, Seed};

use crate::budget::Budget;
use crate::chosen::Chosen;
use crate::failure::Failure;
use crate::undertaking::Undertaking;

/// A campaign that is cut into shards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identity {
    /// The version of pennywise.
    pennywise: String,
    master_seed: Seed,
    /// How many seeds of each scenario there are over all shards.
    seeds: NonZeroU64,
    shards: u64,
    scenarios: Vec<Named>,
    planted: Vec<String>,
    policy: Option<String>,
    protocol: Option<String>,
    /// How it is looked for what is rare.
    strategy: String,
    /// The share of trials that run twice.
    recheck: Option<Rate>,
}

/// A scenario, by the word that asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    word: String,
    /// Of all that it says: a file may have been changed meanwhile.
    digest: String,
}

impl Identity {
    /// That of a campaign which is cut as `shard` says.
    pub(super) fn of(undertaking: &Undertaking, shard: Shard) -> Self {
        let seeds = NonZeroU64::new(undertaking.budget.seeds()).unwrap_or(NonZeroU64::MIN);
        Self {
            pennywise: env!("CARGO_PKG_VERSION").to_owned(),
            master_seed: undertaking.master,
            seeds,
            shards: shard.count(),
            scenarios: undertaking.chosen.iter().map(Named::of).collect(),
            planted: undertaking.planted().map(str::to_owned).collect(),
            policy: undertaking.policy.map(|policy| policy.to_string()),
            protocol: undertaking.protocol.map(|protocol| protocol.to_string()),
            strategy: undertaking.strategy.to_string(),
            recheck: undertaking.recheck,
        }
    }

    /// How many trials of each scenario there are over all shards.
    pub(crate) const fn count(&self) -> u64 {
        self.seeds.get()
    }

    /// How many shards it is cut into.
    pub(crate) const fn shards(&self) -> u64 {
        self.shards
    }

    /// How many scenarios it is over.
    pub(crate) fn scenarios(&self) -> usize {
        self.scenarios.len()
    }

    /// What it says otherwise than `other`, first what it says itself; `None` if both are the
    /// same campaign, cut in the same way.
    pub(crate) fn difference(&self, other: &Self) -> Option<(String, String)> {
        let said = |of: &Self| {
            let names: Vec<_> = of.scenarios.iter().map(|named| named.word.as_str()).collect();
            let own = |name: &Option<String>| name.clone().unwrap_or_else(|| OWN.to_owned());
            [
                format!("version {} of pennywise", of.pennywise),
                format!("master seed {}", of.master_seed),
                format!("{} seeds of each scenario", Count(of.count())),
                format!("{} shards", Count(of.shards)),
                format!("scenarios {}", names.join(", ")),
                match of.planted.is_empty() {
                    true => "nothing planted".to_owned(),
                    false => format!("planted {}", of.planted.join(", ")),
                },
                format!("policy {}", own(&of.policy)),
                format!("protocol {}", own(&of.protocol)),
                format!("strategy {}", of.strategy),
                match of.recheck {
                    None => "nothing run twice".to_owned(),
                    Some(share) => format!("{share} run twice"),
                },
            ]
        };
        let all = said(self).into_iter().zip(said(other));
        let files = self.scenarios.iter().zip(&other.scenarios).map(|(one, another)| {
            let told = |of: &Named| format!("scenario {} with the digest {}", of.word, of.digest);
            (told(one), told(another))
        });
        all.chain(files).find(|(one, another)| one != another)
    }

    /// What it runs, of what there is here.
    ///
    /// # Errors
    /// If it is of another version, or what it names is not there or not the same.
    pub(crate) fn undertaking(&self) -> Result<Undertaking, String> {
        let version = env!("CARGO_PKG_VERSION");
        if self.pennywise != version {
            return Err(format!(
                "is of version {} of pennywise, and this is {version}: merge with the version \
                 that ran the shards",
                self.pennywise
            ));
        }
        let unknown =
            |what: &str, name: &str| format!("names the {what} `{name}`, which is unknown here");
        let planted = self.planted.iter();
        let defects: Result<Defects, String> = planted
            .map(|name| Defect::named(name).ok_or_else(|| unknown("defect", name)))
            .collect();
        let policy = self
            .policy
            .as_deref()
            .map(|name| Policy::named(name).ok_or_else(|| unknown("policy", name)));
        let protocol: Option<Result<Protocol, _>> = self
            .protocol
            .as_deref()
            .map(|name| name.parse().map_err(|_| unknown("protocol", name)));
        let strategy = self.strategy.parse();
        let strategy: Strategy = strategy.map_err(|_| unknown("strategy", &self.strategy))?;
        let (policy, protocol) = (policy.transpose()?, protocol.transpose()?);
        let found = self.scenarios.iter().map(|named| named.find(policy, protocol, strategy));
        Ok(Undertaking {
            chosen: found.collect::<Result<_, _>>()?,
            budget: Budget::Seeds(self.count()),
            master: self.master_seed,
            defects: defects?,
            policy,
            protocol,
            strategy,
            recheck: self.recheck,
            failures_max: None,
        })
    }

    /// The command that runs `shard` of it, ready to paste.
    pub(crate) fn command(&self, shard: Shard) -> String {
        let mut command = "pennywise fuzz".to_owned();
        for named in &self.scenarios {
            command.push_str(&format!(" {}", Repeat::quoted(&named.word)));
        }
        command.push_str(&format!(" --seeds {} --master-seed {}", self.seeds, self.master_seed));
        for name in &self.planted {
            command.push_str(&format!(" --plant {name}"));
        }
        for (flag, said) in [("policy", &self.policy), ("protocol", &self.protocol)] {
            let said = said.iter().map(|name| format!(" --{flag} {name}"));
            command.extend(said);
        }
        command.push_str(&format!(" --strategy {}", self.strategy));
        command.extend(self.recheck.map(|share| format!(" --recheck {share}")));
        command.push_str(&format!(" --shard {shard}"));
        command
    }
}

impl Named {
    fn of(chosen: &Chosen) -> Self {
        Self { word: chosen.word().to_owned(), digest: digest(&chosen.scenario) }
    }

    /// The same scenario here.
    fn find(
        &self,
        policy: Option<Policy>,
        protocol: Option<Protocol>,
        strategy: Strategy,
    ) -> Result<Chosen, String> {
        let word = &self.word;
        let chosen = Chosen::find(word).and_then(|chosen| chosen.under(policy).by(protocol));
        let chosen = chosen.map(|chosen| chosen.searched(Some(strategy)));
        let chosen = chosen.map_err(|failure: Failure| {
            format!("is of the scenario `{word}`, which can't be had here: {}", failure.sentence())
        })?;
        match digest(&chosen.scenario) {
            same if same == self.digest => Ok(chosen),
            other => Err(format!(
                "is of the scenario `{word}` with the digest {}, and here it has {other}: merge \
                 where the scenario is as it was when the shards ran",
                self.digest
            )),
        }
    }
}

/// Of all that a scenario says, what is not written to files included.
fn digest(scenario: &Scenario) -> String {
    let mut digest = Digest::new();
    digest.bytes(format!("{scenario:?}").as_bytes());
    digest.finish().to_string()
}

/// Who decides, and how payments are brought about, where nobody says otherwise.
const OWN: &str = "of the scenario";
