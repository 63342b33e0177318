//! What goes wrong with links, actors, disks and clocks, as scenario files say
//! it: the most that a seed may draw.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sim::Rate;

use super::Who;
use crate::load::DRIFT_PPM_MAX;
use crate::points::PointName;
use crate::span::Span;

/// Who crashes: payments.md F25.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CrashSettings {
    /// Who.
    pub who: Who,
    /// How often at most.
    pub times: u32,
    /// How long it stays down at most.
    pub down_max: Span,
}

/// Who crashes again and again: payments.md F25.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CrashLoopSettings {
    /// Who.
    pub who: Who,
    /// How many loops at most.
    pub times: u32,
    /// How many crashes a loop has at most.
    pub rounds_max: u16,
    /// How long it stays down each time at most.
    pub down_max: Span,
}

/// Who crashes at the same moment, as if they shared a machine: payments.md
/// F25.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SharedCrashSettings {
    /// Who.
    #[schemars(length(min = 1))]
    pub who: Vec<Who>,
    /// How often at most.
    pub times: u32,
    /// How long they stay down at most.
    pub down_max: Span,
}

/// Who handles nothing for a while, as in a collection of garbage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PauseSettings {
    /// Who.
    pub who: Who,
    /// How often at most.
    pub times: u32,
    /// How long at most.
    pub lasts_max: Span,
}

/// Who is cut off from whom: payments.md F24.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PartitionSettings {
    /// The most partitions of one seed.
    pub times: u32,
    /// How long one lasts at most.
    pub lasts_max: Span,
}

/// Which links are bad for a while, and what kind of links there are:
/// payments.md F24.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LinkSettings {
    /// The most links of one seed that come and go.
    pub flapping: u32,
    /// The most links of one seed that are slow all the time.
    pub slow: u32,
    /// The most links of one seed that are slow and lossy now and then.
    pub brown_outs: u32,
    /// The most links of one seed that hold back what is sent for a while.
    pub clogs: u32,
    /// The most swizzles of one seed: parties are clogged one by one, and
    /// freed in another order.
    pub swizzles: u32,
    /// How long any of these lasts at most.
    pub lasts_max: Span,
    /// The most single sendings of one seed that are lost, late or repeated.
    pub fates: u32,
    /// How often a seed has links within the house that keep order.
    pub ordered: Rate,
    /// How often a seed has links that are connections: what finds its
    /// receiver down bounces.
    pub connections: Rate,
}

/// Whose disk fails: payments.md F26. Who may be struck by what is told by
/// [`exclusion`](crate::exclusion).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiskSettings {
    /// Whose.
    pub who: Who,
    /// How often its syncs are slow for a while, at most.
    #[serde(default)]
    pub slow: u32,
    /// How often it is full for a while, at most.
    #[serde(default)]
    pub full: u32,
    /// How often its syncs lie for a while, at most.
    #[serde(default)]
    pub lying: u32,
    /// How often a crash tears its last record, at most.
    #[serde(default)]
    pub torn: u32,
    /// How often a boot finds a corrupt record, at most.
    #[serde(default)]
    pub corrupt: u32,
    /// How often a boot finds an older generation of the journal, at most.
    #[serde(default)]
    pub old: u32,
    /// How long any of these lasts at most.
    pub lasts_max: Span,
}

/// Whose clocks are wrong: payments.md F27.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockSettings {
    /// Whose.
    pub who: Who,
    /// How far its wall clock is off from the beginning, either way, at most.
    #[serde(default)]
    pub offset_max: Span,
    /// How often its wall clock jumps, at most.
    #[serde(default)]
    pub jumps: u32,
    /// How far its wall clock jumps, either way, at most.
    #[serde(default)]
    pub jump_max: Span,
    /// How often both its clocks drift, at most.
    #[serde(default)]
    pub drifts: u32,
    /// How fast its clocks drift, either way, at most: parts per million.
    #[serde(default)]
    #[schemars(range(max = DRIFT_PPM_MAX))]
    pub drift_ppm_max: u32,
    /// How long a jump or a drift lasts at most.
    pub lasts_max: Span,
}

/// A rare branch that is forced now and then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PointSettings {
    /// Which.
    pub name: PointName,
    /// How often at most, each time that a party comes by.
    pub rate: Rate,
}
