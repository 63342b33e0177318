//! A scenario: a kind of world, as a TOML file that people read and copy.

mod comparable;
mod decisions;
mod dialect;
mod disturbance;
mod operators;
mod rails;
mod rates;
mod settlement;
mod who;
mod workload;

use model::Dialect;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sim::Rate;

pub use decisions::{DeciderSettings, DecisionSettings, LimitSettings};
pub use dialect::{
    DialectSettings, KeySettings, QuerySettings, RefundSettings, SettlementSettings,
    WebhookSettings,
};
pub use disturbance::{
    ClockSettings, CrashLoopSettings, CrashSettings, DiskSettings, LinkSettings, PartitionSettings,
    PauseSettings, PointSettings, SharedCrashSettings,
};

pub use operators::OperatorSettings;
pub use rails::{Dates, RailKind, RailSettings};
pub use rates::RateSettings;
pub(crate) use settlement::calendar;
pub use settlement::{FileFaultSettings, FileSettings};
pub use who::Who;
pub use workload::Workload;

use crate::invariant::Invariant;
use crate::party::{BANKS_MAX, WORKERS_MAX};
use crate::plan::Protocol;
use crate::schema::{DialectName, PresetName};
use crate::span::Span;
use crate::strategy::Strategy;

/// A kind of world. Rates and counts are the most that a seed may draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The name to call it by: lower case, words joined by hyphens.
    #[schemars(regex(pattern = "^[a-z0-9-]+$"))]
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
    #[schemars(with = "Vec<Invariant>")]
    pub exercises: Vec<String>,
    /// What it says where it says nothing itself: `calm` or `stormy`.
    #[serde(default)]
    #[schemars(with = "Option<PresetName>")]
    pub preset: Option<String>,
    /// How long faults strike.
    pub chaos: Span,
    /// By which protocol payments are brought about: `2pc`, or `saga`, where whatever goes
    /// wrong means what it would mean by the other. Where nothing is said: by sagas, whatever
    /// goes wrong.
    #[serde(default)]
    pub protocol: Option<Protocol>,
    /// How campaigns look for what is rare in it. `None`: every seed is a plan as the
    /// scenario says.
    #[serde(skip)]
    pub strategy: Option<Strategy>,
    /// The number of workers that the orchestrator has, at most 4.
    #[serde(default = "one_worker")]
    #[schemars(range(min = 1, max = WORKERS_MAX))]
    pub workers: u8,
    /// How long idempotency keys live: a key that is used again later may be
    /// another payment. Without it they live for ever.
    #[serde(default)]
    pub key_lifetime: Option<Span>,
    /// Whether an order is paid once, whatever the key: whoever asks for it
    /// again is answered as before.
    #[serde(default)]
    pub order_ref_unique: bool,
    /// Whether a notifier tells shops of every change of a payment's status.
    #[serde(default)]
    pub merchant_events: bool,
    /// Whether a data lake hears of every change of a payment's status.
    #[serde(default)]
    pub lake: bool,
    /// What customers do.
    pub workload: Workload,
    /// How the rates behave at which payments are exchanged.
    #[serde(default)]
    pub rates: RateSettings,
    /// On which days it may begin.
    #[serde(default)]
    pub dates: Option<Dates>,
    /// By which rails payouts leave, at most 8.
    #[serde(default)]
    #[schemars(length(max = BANKS_MAX))]
    pub rails: Vec<RailSettings>,
    /// How providers and banks settle: where it is left out, nobody does, and a
    /// payment that succeeded is over.
    #[serde(default)]
    pub settlement: Option<FileSettings>,
    /// How links misbehave.
    #[serde(default)]
    pub network: NetworkSettings,
    /// What issuers and providers do.
    #[serde(default)]
    pub providers: ProviderSettings,
    /// The dialects that its providers may have, as the loader found them.
    #[serde(skip)]
    pub cast: Vec<Dialect>,
    /// What people do who operate it.
    #[serde(default)]
    pub operators: OperatorSettings,
    /// What the risk service says.
    #[serde(default)]
    pub risk: RiskSettings,
    /// Who decides where there is a choice; without it the rules that are built
    /// in do, and nothing is written down of it.
    #[serde(default)]
    pub decisions: Option<DecisionSettings>,
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

impl Scenario {
    /// Whether any world of it can meet the premise of `invariant`.
    pub fn can_meet(&self, invariant: Invariant) -> bool {
        let Workload { reuse_key, reuse_expired, refund, .. } = self.workload;
        let refunds = refund > Rate::NEVER;
        let disputes = self.providers.issuer.disputed > Rate::NEVER;
        let two_phase = self.protocol == Some(Protocol::TwoPhase);
        let returns = self.providers.issuer.refund_returned > Rate::NEVER || self.sends_back();
        let by_hand = self.operators.refund_by_hand > Rate::NEVER;
        let breached = self.providers.breached > Rate::NEVER;
        match invariant {
            Invariant::I07 => refunds || disputes || by_hand,
            Invariant::I08 => refunds,
            Invariant::I20 => reuse_key > Rate::NEVER || reuse_expired > Rate::NEVER,
            Invariant::I22 | Invariant::I23 => self.providers.webhooks,
            Invariant::I31 => self.decisions.is_some(),
            Invariant::L07 => self.decisions.as_ref().is_some_and(|decisions| decisions.probes()),
            Invariant::I32 => self.merchant_events || self.lake,
            Invariant::L06 => disputes || returns || by_hand || breached,
            Invariant::I37 => breached || self.settlement.is_some(),
            Invariant::I38 => self.settlement.is_some(),
            Invariant::I30 | Invariant::L08 => two_phase,
            // Of the journals, leases and attempts of sagas.
            Invariant::I09
            | Invariant::I11
            | Invariant::I12
            | Invariant::I13
            | Invariant::I14
            | Invariant::I24
            | Invariant::I25
            | Invariant::I26
            | Invariant::I27
            | Invariant::I28
            | Invariant::I29
            | Invariant::L02
            | Invariant::L03
            | Invariant::L04
            | Invariant::L05 => !two_phase,
            _ => true,
        }
    }
}

impl Scenario {
    /// Whether what is paid out may come back.
    pub fn sends_back(&self) -> bool {
        let back = |rail: &RailSettings| {
            [rail.returned, rail.unauthorized].iter().any(|rate| *rate > Rate::NEVER)
                || self.workload.recall > Rate::NEVER
        };
        self.workload.payouts > Rate::NEVER && self.rails.iter().any(back)
    }
}

/// How links misbehave: payments.md F01, F07, F09, F24.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderSettings {
    /// The dialects of which each provider has one: names of built-in ones, or
    /// paths of files. All the built-in ones, if none is named.
    #[schemars(with = "Vec<DialectName>")]
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
    /// The most hard outages of one seed in which the provider forgets the keys from
    /// before (F17): chaos goes on until the last of them is over, whatever `chaos` says.
    pub outlasting: u32,
    /// How long a worker waits for an answer at most (F02): one second at least, and
    /// one minute at most. Nothing stands for five seconds.
    pub timeout_max: Span,
    /// How many captures at most make their provider go silent.
    pub silent_after_capture: u32,
    /// How long it stays silent at most.
    pub silence_max: Span,
    /// Whether they tell of changes by themselves.
    pub webhooks: bool,
    /// Payments of which providers take what they had refused or voided: F31.
    pub breached: Rate,
    /// How long at most after whoever asked has come to know that it was.
    pub breached_after_max: Span,
}

impl ProviderSettings {
    /// How many providers there are.
    pub fn count(&self) -> u8 {
        if self.count == 0 { 2 } else { self.count }
    }
}

/// What issuers answer: payments.md F11 to F14, F22.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// Refunds that come to nothing.
    pub refund_failed: Rate,
    /// Refunds that succeed, and that the customer's bank sends back one to ten
    /// days later: F23.
    pub refund_returned: Rate,
    /// Payments that the customer disputes at its bank: F22.
    pub disputed: Rate,
    /// How long after the payment at most; a hundred and twenty days are the
    /// most.
    pub disputed_after_max: Span,
    /// How long after it has heard the merchant a bank decides at most, a day at least; ten
    /// days are the most, and what nothing stands for.
    pub decided_after_max: Span,
    /// Disputes that the merchant has won, and that the customer's bank takes to
    /// pre-arbitration five to thirty days later: F22.
    pub objected: Rate,
}

/// What goes wrong at providers: payments.md F05 to F08, F10, F16.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// What becomes of what they tell by themselves.
    pub webhooks: WebhookFaultSettings,
}

/// What becomes of webhooks: payments.md F15.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookFaultSettings {
    /// Never sent.
    pub dropped: Rate,
    /// Sent once more, whatever was answered.
    pub repeated: Rate,
    /// Held back behind later ones.
    pub reordered: Rate,
    /// How long at most.
    pub reorder_max: Span,
    /// How late one of a hundred leaves; half of them leave within a sixteenth
    /// of it.
    pub delay_max: Span,
    /// Told before the request is answered that it tells of.
    pub early: Rate,
}

/// What the risk service says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RiskSettings {
    /// Rejections.
    pub reject: Rate,
    /// Reviews by a person.
    pub review: Rate,
    /// How long a review takes at most.
    pub review_max: Span,
    /// Whether the risk service tells what a person has decided, so that nobody asks;
    /// what is not told within a day is a no.
    pub told: bool,
    /// Reviews that nobody ever decides.
    pub undecided: Rate,
}

/// How a seed picks from the maxima.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Swarm {
    /// How often a kind of fault is switched off altogether.
    pub off: Rate,
}

impl Scenario {
    /// Where it first says that something goes wrong with `who`: the table, the
    /// how-manieth of these, and the field.
    pub(crate) fn naming(&self, who: Who) -> Option<(&'static str, usize, &'static str)> {
        let is = |named: Who| named == who;
        let any = |named: &[Who]| named.contains(&who);
        let places = [
            ("crashes", self.crashes.iter().position(|crash| is(crash.who))),
            ("crash_loops", self.crash_loops.iter().position(|crash| is(crash.who))),
            ("shared_crashes", self.shared_crashes.iter().position(|crash| any(&crash.who))),
            ("pauses", self.pauses.iter().position(|pause| is(pause.who))),
            ("disks", self.disks.iter().position(|disk| is(disk.who))),
            ("clocks", self.clocks.iter().position(|clock| is(clock.who))),
        ];
        let place = places.into_iter().find_map(|(table, nth)| Some((table, nth?, "who")));
        place.or_else(|| any(&self.never_heals).then_some(("never_heals", 0, "never_heals")))
    }
}

fn trials_min() -> u64 {
    1_000
}

fn one_worker() -> u8 {
    1
}
