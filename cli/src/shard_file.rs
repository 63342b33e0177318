//! The file that a shard of a campaign leaves for `pennywise merge`: plain data, the same bytes
//! however often it is written.

mod identity;

use std::fs;
use std::path::Path;

use model::{Defect, Defects};
use reports::json;
use scenarios::campaign::{Part, Shard};
use scenarios::{Fingerprint, repro};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::keeper::{Keeping, Kept};
use crate::undertaking::Undertaking;

pub(crate) use identity::Identity;

/// What a shard came to, and of which campaign it is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShardFile {
    format: String,
    version: u16,
    pub(crate) campaign: Identity,
    shard: Shard,
    /// What became of its findings.
    findings: Vec<KeepingRecord>,
    /// Of each scenario, in order.
    pub(crate) parts: Vec<Part>,
}

/// The repros that came of one finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeepingRecord {
    scenario: String,
    index: u64,
    repros: Vec<KeptRecord>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptRecord {
    /// A [`Fingerprint`].
    kind: String,
    planted: Vec<String>,
    /// The whole file.
    text: String,
}

impl ShardFile {
    /// What `shard` of a campaign came to.
    pub(crate) fn new(
        undertaking: &Undertaking,
        shard: Shard,
        parts: Vec<Part>,
        findings: &[Keeping],
    ) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            campaign: Identity::of(undertaking, shard),
            shard,
            findings: findings.iter().map(KeepingRecord::from).collect(),
            parts,
        }
    }

    /// The name of the file of `shard`.
    pub(crate) fn name(shard: Shard) -> String {
        format!("shard-{}-of-{}.json", shard.number(), shard.count())
    }

    /// Whether a file of this name is one.
    pub(crate) fn is_name(name: &str) -> bool {
        let middle = name.strip_prefix("shard-").and_then(|rest| rest.strip_suffix(".json"));
        let shard = middle.and_then(|middle| middle.replacen("-of-", "/", 1).parse().ok());
        shard.is_some_and(|shard| Self::name(shard) == name)
    }

    pub(crate) const fn shard(&self) -> Shard {
        self.shard
    }

    /// The file.
    pub(crate) fn text(&self) -> Result<String, Failure> {
        json::pretty(self).map_err(|error| Failure::Harness(error.to_string()))
    }

    /// The file at `path`.
    ///
    /// # Errors
    /// In a sentence, if it can't be read or is none.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let wrong = |why: String| Failure::BadInput(format!("`{}` {why}", path.display()));
        let text =
            fs::read_to_string(path).map_err(|error| wrong(format!("can't be read: {error}")))?;
        let head: Head = serde_json::from_str(&text)
            .map_err(|error| wrong(format!("is no result of a shard: {error}; run it again")))?;
        if (head.format.as_str(), head.version) != (FORMAT, VERSION) {
            let Head { format, version } = head;
            let told = format!("has the format `{format}` {version}");
            return Err(wrong(format!("{told}; expected `{FORMAT}` {VERSION}")));
        }
        serde_json::from_str(&text)
            .map_err(|error| wrong(format!("is no result of a shard: {error}; run it again")))
    }

    /// What became of its findings, those that can be read.
    pub(crate) fn keepings(&self) -> impl Iterator<Item = Keeping> {
        self.findings.iter().filter_map(KeepingRecord::keeping)
    }
}

/// What every version of the format begins with.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u16,
}

impl From<&Keeping> for KeepingRecord {
    fn from(keeping: &Keeping) -> Self {
        let repros = keeping.repros.iter().map(|kept| {
            let planted = Defect::ALL.iter().filter(|story| kept.planted.has(story.defect));
            KeptRecord {
                kind: kept.kind.to_string(),
                planted: planted.map(|story| story.name.to_owned()).collect(),
                text: kept.text.clone(),
            }
        });
        let (scenario, index) = (keeping.scenario.clone(), keeping.index);
        Self { scenario, index, repros: repros.collect() }
    }
}

impl KeepingRecord {
    /// `None` if it says what nobody wrote: then the finding is shrunk anew.
    fn keeping(&self) -> Option<Keeping> {
        let repros: Option<_> = self.repros.iter().map(KeptRecord::kept).collect();
        Some(Keeping { scenario: self.scenario.clone(), index: self.index, repros: repros? })
    }
}

impl KeptRecord {
    fn kept(&self) -> Option<Kept> {
        let kind: Fingerprint = self.kind.parse().ok()?;
        let planted: Option<Defects> =
            self.planted.iter().map(|name| Defect::named(name)).collect();
        let planted = planted?;
        let repro = repro::Repro::parse(&repro::file_name(kind, planted), &self.text).ok()?;
        let is_it = (repro.violation, repro.planted) == (kind, planted);
        is_it.then(|| Kept { kind, planted, text: self.text.clone() })
    }
}

const FORMAT: &str = "pennywise-shard";

/// One more whenever the format changes.
const VERSION: u16 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_a_shard_is_known_by_its_name() {
        let shard = Shard::new(2, 8).unwrap();
        assert!(ShardFile::is_name(&ShardFile::name(shard)));
        for name in ["shard-2-of-8.toml", "shard-9-of-8.json", "shard-02-of-8.json", "shard.json"] {
            assert!(!ShardFile::is_name(name), "{name}");
        }
    }
}
