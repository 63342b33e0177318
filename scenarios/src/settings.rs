//! A scenario: a kind of world, as a TOML file that people read and copy.

mod dialect;
mod disturbance;

use model::{Currency, Dialect};
use serde::{Deserialize, Serialize};
use sim::{Rate, Role};

pub use dialect::{
    DialectSettings, KeySettings, QuerySettings, RefundSettings, SettlementSettings,
    WebhookSettings,
};
pub use disturbance::{
    ClockSettings, CrashLoopSettings, CrashSettings, DiskSettings, LinkSettings, PartitionSettings,
    PauseSettings, PointSettings, SharedCrashSettings,
};

use crate::party;
use crate::span::Span;

/// A kind of world. Rates and counts are the most that a seed may draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The name to call it by: lower case, words joined by hyphens.
    pub name: String,
    /// What it is, in a few words.
    pub title: String,
    /// The incident that it models.
    pub story: String,
    /// The number of trials from which on a campaign has to have exercised
    /// everything in `exercises`.
    #[serde(default = "trials_min")]
    pub trials_min: u64,
    /// Codes of the invariants whose premise has to be met.
    pub exercises: Vec<String>,
    /// How long faults strike.
    pub chaos: Span,
    /// The number of workers that the orchestrator has, at most 4.
    #[serde(default = "one_worker")]
    pub workers: u8,
    /// What customers do.
    pub workload: Workload,
    /// How links misbehave.
    #[serde(default)]
    pub network: NetworkSettings,
    /// What issuers and providers do.
    #[serde(default)]
    pub providers: ProviderSettings,
    /// The dialects that its providers may have, as the loader found them.
    #[serde(skip)]
    pub cast: Vec<Dialect>,
    /// What the risk service says.
    #[serde(default)]
    pub risk: RiskSettings,
    /// Who crashes.
    #[serde(default)]
    pub crashes: Vec<CrashSettings>,
    /// Who crashes again and again.
    #[serde(default)]
    pub crash_loops: Vec<CrashLoopSettings>,
    /// Who crashes together.
    #[serde(default)]
    pub shared_crashes: Vec<SharedCrashSettings>,
    /// Who stalls.
    #[serde(default)]
    pub pauses: Vec<PauseSettings>,
    /// Who is cut off from whom.
    #[serde(default)]
    pub partitions: PartitionSettings,
    /// Which links are bad for a while, and what kind of links there are.
    #[serde(default)]
    pub links: LinkSettings,
    /// Whose disk fails.
    #[serde(default)]
    pub disks: Vec<DiskSettings>,
    /// Whose clocks are wrong.
    #[serde(default)]
    pub clocks: Vec<ClockSettings>,
    /// Who is broken for good: what plagues them when chaos ends never heals.
    #[serde(default)]
    pub never_heals: Vec<Who>,
    /// Which rare branches are forced.
    #[serde(default)]
    pub points: Vec<PointSettings>,
    /// How a seed picks from all this.
    #[serde(default)]
    pub swarm: Swarm,
}

/// What customers do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// The number of payments.
    pub operations: u32,
    /// The number of clients, at most 64.
    pub clients: u8,
    /// The number of tenants.
    pub tenants: u16,
    /// The number of merchants of each tenant.
    pub merchants: u16,
    /// What they pay in.
    pub currencies: Vec<Currency>,
    /// The smallest payment, in minor units.
    pub amount_min: u32,
    /// The largest payment, in minor units.
    pub amount_max: u32,
    /// How long it takes until the last payment is begun.
    pub spread: Span,
    /// How much each merchant may process, in minor units.
    pub limit: u64,
    /// How often a customer clicks twice.
    #[serde(default)]
    pub click_again: Rate,
    /// How often an earlier key is used again for another amount.
    #[serde(default)]
    pub reuse_key: Rate,
    /// How often a payment is taken in several captures, or only in part.
    #[serde(default)]
    pub captures: Rate,
    /// How often a payment is split over several merchants.
    #[serde(default)]
    pub split: Rate,
    /// How often a customer cancels.
    #[serde(default)]
    pub cancel: Rate,
    /// How long after the payment the customer cancels at most.
    #[serde(default = "cancel_after_max")]
    pub cancel_after_max: Span,
}

/// How links misbehave: payments.md F01, F07, F09, F24.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkSettings {
    /// How often a sending is lost.
    pub loss: Rate,
    /// How often a sending arrives more than once.
    pub duplication: Rate,
    /// How often a copy arrives late.
    pub lateness: Rate,
    /// How late at most; copies older than five minutes are lost.
    pub late_max: Span,
    /// How slow links are at most, in percent; 0 stands for 100.
    pub load_percent: u32,
}

/// What issuers and providers do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderSettings {
    /// The dialects of which each provider has one: names of built-in ones, or
    /// paths of files. All the built-in ones, if none is named.
    pub dialects: Vec<String>,
    /// How many providers there are; 0 stands for 2.
    pub count: u8,
    /// What issuers answer: business, never healed.
    pub issuer: IssuerSettings,
    /// What goes wrong at providers: over at heal.
    pub faults: ProviderFaultSettings,
    /// The most hard outages (F04) of one seed.
    pub outages: u32,
    /// The most brown-outs (F03) of one seed.
    pub brown_outs: u32,
    /// How long an outage or brown-out lasts at most.
    pub trouble_max: Span,
    /// How many captures at most make their provider go silent.
    pub silent_after_capture: u32,
    /// How long it stays silent at most.
    pub silence_max: Span,
}

impl ProviderSettings {
    /// How many providers there are.
    pub fn count(&self) -> u8 {
        if self.count == 0 { 2 } else { self.count }
    }
}

/// What issuers answer: payments.md F11 to F14.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IssuerSettings {
    /// Declines that another provider may not meet.
    pub decline_soft: Rate,
    /// Declines for good.
    pub decline_hard: Rate,
    /// Approvals of a part.
    pub partial: Rate,
    /// Answers that come later.
    pub deferred: Rate,
    /// How much later at most.
    pub deferred_max: Span,
    /// Captures that are declined.
    pub capture_declined: Rate,
}

/// What goes wrong at providers: payments.md F05 to F08, F10, F16.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderFaultSettings {
    /// Executed, and the reply dropped.
    pub reply_dropped: Rate,
    /// Dropped before it was executed.
    pub request_dropped: Rate,
    /// Executed long after it came.
    pub late_effect: Rate,
    /// How long after at most; ten minutes is the most.
    pub late_effect_max: Span,
    /// A server error after it was executed.
    pub error_after: Rate,
    /// A server error instead of executing it.
    pub error_before: Rate,
    /// Turned away by the limiter.
    pub throttled: Rate,
    /// How long queries do not see a new charge; a minute is the most.
    pub index_lag_max: Span,
}

/// What the risk service says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RiskSettings {
    /// Rejections.
    pub reject: Rate,
    /// Reviews by a person.
    pub review: Rate,
    /// How long a review takes at most.
    pub review_max: Span,
}

/// How a seed picks from the maxima.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Swarm {
    /// How often a kind of fault is switched off altogether.
    pub off: Rate,
}

/// A role, or a group of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// One of the clients.
    Client,
    /// The edge.
    Edge,
    /// The ledger.
    Ledger,
    /// One of the orchestrator's workers.
    Orchestrator,
    /// One of the providers.
    Provider,
    /// The risk service.
    Risk,
    /// The store.
    Store,
}

impl Who {
    /// Whether it keeps a journal of its own.
    pub const fn has_disk(self) -> bool {
        !matches!(self, Self::Edge | Self::Orchestrator)
    }

    /// What `role` is one of, if anybody plays it.
    pub fn of(role: Role) -> Option<Self> {
        match (role, party::provider_of(role), party::client_of(role)) {
            (party::EDGE, ..) => Some(Self::Edge),
            (party::LEDGER, ..) => Some(Self::Ledger),
            (party::RISK, ..) => Some(Self::Risk),
            (party::STORE, ..) => Some(Self::Store),
            (_, Some(_), _) => Some(Self::Provider),
            (_, _, Some(_)) => Some(Self::Client),
            _ => party::worker_of(role).map(|_| Self::Orchestrator),
        }
    }

    /// What files and reports call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Edge => "edge",
            Self::Ledger => "ledger",
            Self::Orchestrator => "orchestrator",
            Self::Provider => "provider",
            Self::Risk => "risk",
            Self::Store => "store",
        }
    }
}

fn trials_min() -> u64 {
    1_000
}

fn one_worker() -> u8 {
    1
}

fn cancel_after_max() -> Span {
    Span::seconds(20)
}
