//! Planted defects: each is one wrong expression at the place where a real
//! implementation went wrong, switched on by name. They prove that the
//! invariants bite. The patterns are reimplemented; several of the originals
//! were mended long ago.

mod set;
mod stories;
mod story;

use serde::{Deserialize, Serialize};

pub use set::Defects;
pub use story::{DefectStory, Ease};

/// A planted wrong implementation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Defect {
    /// What was decided from an earlier version of a payment is done all the same.
    ActsOnStaleSnapshot,
    /// Whoever gets no answer to a call makes another one.
    AgentReplans,
    /// What a provider did not answer is stored as the final reply.
    AmbiguousErrorStoredFinal,
    /// Every authorization is taken to live for seven days.
    AuthExpiryConstant,
    /// A webhook whose charge is not known yet is acknowledged and dropped.
    AckAndDrop,
    /// Two requests with one key both find it free.
    CheckThenInsert,
    /// Whoever breaks off after the charge gives the key free.
    ClaimDeletedAfterEffect,
    /// An undo is only registered once its step has succeeded.
    CompRegisteredAfter,
    /// A webhook that is being taken in counts as taken in.
    DedupeBeforeWork,
    /// A refund that met an error is forgotten, and made anew.
    DeleteAttemptOnError,
    /// COMMIT is told before it is durable, and a yes is said of what is only in
    /// memory.
    CommitBeforeLogOrPreparedInMemory,
    /// Events wait for their delivery in memory.
    CommitThenPublish,
    /// A consumer counts whatever is delivered.
    ConsumerNoDedupe,
    /// A dispute that the merchant has won counts as lost.
    DisputeWonIgnored,
    /// A repeated posting gets new ids and loses its links.
    DoublePost,
    /// A webhook that comes twice is applied twice.
    DupCredit,
    /// A server error counts as a refusal.
    FiveHundredIsNotExecuted,
    /// Giving money back costs the fee once more.
    FeeOnRefund,
    /// Every try at a provider carries a key of its own.
    FreshKeyPerTry,
    /// Every endpoint is taken to honor keys as that of authorizations does.
    KeyIgnoredEndpoint,
    /// Whoever has voted yes aborts when it hears nothing.
    HeuristicAbort,
    /// The hold of a payout ends with the time that its rail has to answer.
    HoldExpiresInDoubt,
    /// A key is one key for all tenants.
    KeyGlobalScope,
    /// A worker goes on without a look at its lease, and nobody refuses it.
    LeaseNoFencing,
    /// A payment that fails uses up the merchant's limit.
    LimitCountsAttempts,
    /// A payment is locked for as long as the record of its key lives.
    LockIsRecordTtl,
    /// A provider that has nothing to undo counts as one that undid it.
    RefundsInDoubt,
    /// Every currency is taken to have hundredths.
    MinorUnitsX100,
    /// A key answers whatever is asked under it.
    NoFingerprint,
    /// Keys are removed by their age alone.
    ReaperKillsLiveKeys,
    /// An event counts as delivered once it is on its way.
    NotifiedOnInsert,
    /// An event leaves before what it tells of is durable.
    PublishThenCommit,
    /// A worker that reboots starts a new attempt.
    RecoveryMeansNewAttempt,
    /// What a capture leaves is taken to be free.
    ResidualAuth,
    /// What is split is rounded part by part.
    RoundEachLeg,
    /// What somebody gives back by hand, at the provider, is nobody's business.
    RefundByHandIgnored,
    /// What is disputed can be refunded.
    RefundPlusDispute,
    /// A rate that is locked is read anew whenever it is needed.
    ReplayNondeterminism,
    /// That a refund came back after it had succeeded changes nothing.
    RefundLateFailIgnored,
    /// The provider is called before the intent is durable.
    SendBeforeLog,
    /// Whatever arrives last says what the status is.
    StaleOverwrites,
    /// A time-out counts as a refusal.
    TimeoutIsFailure,
    /// Balances are checked without what others have reserved.
    ToctouBalance,
    /// A posting that fails after the pivot unwinds the payment.
    UndoPastPivot,
    /// A webhook captures what it tells of, and so does the worker.
    WebhookAlsoActs,
    /// What is pending for a day counts as failed.
    AutoFailStuck,
    /// Books are compared with the journal, and never with what was paid.
    BlindRecon,
    /// A settlement file that comes again is booked again.
    FileReingest,
    /// A line is for whatever waits for the same amount.
    FuzzyMatch,
    /// What was paid is compared with what was captured, and the rest put aside.
    NetVsGross,
    /// A fee is booked between accounts of two currencies.
    FeeInPayersCurrency,
    /// What a hold reserved is taken although its time is over.
    LateFulfilHonoured,
    /// Who waits for what is only in memory.
    TimersInMemory,
    /// A transfer that comes again is stored again.
    TransferIdNotUnique,
    /// The undo of a hold releases the money, and not the merchant's limit.
    UndoHalfTheHold,
    /// Nothing follows from money that was taken too late.
    LateSuccessIgnored,
    /// A banking day is taken to end at midnight, and what its file leaves out is
    /// written off.
    CutoffOffByTz,
    /// What goes back of an exchanged payment is converted at the rate of the day.
    RefundAtSpot,
    /// Whoever loses a dispute owes all of it, whatever it has.
    LossAllOwed,
    /// What a payment costs is worked out anew by whatever release has it.
    DeployRecomputesQuote,
    /// That something is being worked on counts as a refusal.
    DuplicateIsDecline,
    /// What a query does not find counts as never sent.
    NotFoundMeansNever,
    /// Whoever is turned away asks somebody else, whatever was sent before.
    ThrottleIsFailover,
    /// What is in doubt is asked of somebody else when a circuit opens.
    BreakerReroutesInflight,
    /// Two providers are asked at once, and one of them is forgotten.
    HedgedCharge,
    /// A payment is canceled although its capture is under way.
    CancelRace,
    /// An undo that is not answered counts as done after some tries.
    CompGivesUp,
    /// A capture that had happened counts as a refused one.
    LoserCompensatesWinner,
    /// A payment is closed before its last status is written.
    TerminalWrittenByCaller,
    /// Where the store of keys can't be reached, a request is carried out.
    StoreFailOpen,
    /// A key is taken to live for as long as the doubt lasts.
    ProviderKeyOutlived,
    /// What others have reserved counts once an account has a debit.
    LockOnMissingRow,
    /// The fee of a payment is booked in a transaction of its own.
    ChainPartial,
    /// A commit is confirmed before it is on the disk.
    NoFsync,
    /// Whoever takes a payment over sends again what its journal tells of.
    ReplaySideEffects,
    /// A dispute that comes back is told by an event that nobody listens to.
    WrongEventType,
    /// What talks to a provider tries again by itself, under a key of its own.
    SdkInnerRetry,
    /// A capture that was due is made again by whoever takes over.
    CronCatchupTwice,
    /// What comes back of a refund is pending, whether its payment is settled or not.
    RefundBackToPending,
    /// An exchanged payment is settled in what the customer has paid.
    SettledAsPaid,
    /// An agent fails whatever is slow, so that less is trapped.
    MetricGaming,
    /// A policy decides about any amount.
    NoAmountLimit,
    /// Every step of the workflow is undone, begun or not.
    UndoByPlan,
    /// An undo that finds nothing counts as done, and keeps nothing out.
    VoidWithoutFence,
    /// What a person still looks at counts as approved.
    StaleRisk,
    /// An authorization that nobody wants is left to its end.
    VoidLeftToExpiry,
    /// What is in doubt is not asked about, as a webhook will tell.
    WaitsForTheWebhook,
    /// Holds of what came to nothing are released by a job that runs now and then.
    HoldSweptNightly,
    /// What was refused is made anew under the key of the first try.
    KeyNeverRotates,
    /// Keys are as old as the clock on the wall says.
    TtlByLocalClock,
    /// How a payment stands is answered from a cache.
    ReadsAreCached,
    /// What is authorized is voided when all is done, whether it was taken or not.
    VoidAfterCapture,
    /// Whether a promise is over, the clock of whoever books by it tells.
    ExpiryByCallerClock,
    /// Whoever does badly is not tried again, whatever has become of it.
    NoProbeStarvation,
}
