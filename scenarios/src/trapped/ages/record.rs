//! A distribution as a file keeps it: the classes that have any.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Ages;
use crate::campaign::NotAPart;

/// How many are in which class.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgesRecord {
    counts: BTreeMap<usize, u64>,
    longest: u64,
}

impl From<&Ages> for AgesRecord {
    fn from(ages: &Ages) -> Self {
        let counts = ages.counts.iter().copied().enumerate().filter(|(_, count)| *count > 0);
        Self { counts: counts.collect(), longest: ages.longest }
    }
}

impl TryFrom<AgesRecord> for Ages {
    type Error = NotAPart;

    fn try_from(record: AgesRecord) -> Result<Self, NotAPart> {
        let mut ages = Self { longest: record.longest, ..Self::default() };
        for (class, count) in record.counts {
            *ages.counts.get_mut(class).ok_or(NotAPart::Trapped)? = count;
        }
        Ok(ages)
    }
}
