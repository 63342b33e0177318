//! What happens in some trial of a large campaign, whatever is in flight then.

use model::workflow::Action;
use model::{
    Answer, BankReply, Case, Outcome, ProviderReply, Record, Refusal, RiskReply, Status,
    TransferResult, UndoOutcome,
};

use crate::message::ClientReply;

macro_rules! marks {
    ($($variant:ident: $name:literal,)*) => {
        /// Something that has to happen now and then: a class of reply, an end of an undo, a
        /// takeover, an end of a payment, a depth of retries.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Mark {
            $(#[doc = $name] $variant,)*
        }

        impl Mark {
            /// Every one, in the order in which reports list them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// What reports call it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

marks! {
    RiskApproves: "risk approves",
    RiskRejects: "risk rejects",
    RiskReviews: "risk reviews",
    RiskReleases: "risk releases",
    LedgerBooks: "ledger books",
    LedgerHadBooked: "ledger had booked",
    LedgerRefuses: "ledger refuses",
    LedgerFinds: "ledger finds",
    LedgerFindsNothing: "ledger finds nothing",
    LedgerTellsBalances: "ledger tells balances",
    LeaseIsOver: "lease is over",
    DiskIsFull: "disk is full",
    ProviderAuthorizes: "provider authorizes",
    ProviderDeclines: "provider declines",
    ProviderDecidesLater: "provider decides later",
    ProviderCaptures: "provider captures",
    ProviderHadCaptured: "provider had captured",
    AuthorizationIsGone: "authorization is gone",
    ProviderVoids: "provider voids",
    ProviderReleases: "provider releases",
    ProviderBlocks: "provider blocks",
    VoidIsTooLate: "void is too late",
    ReferenceIsUnknown: "reference is unknown",
    ProviderRefunds: "provider refunds",
    RefundFails: "refund fails",
    ProviderStates: "provider states a charge",
    ProviderStatesARefund: "provider states a refund",
    ProviderStatesADispute: "provider states a dispute",
    ProviderFindsNothing: "provider finds nothing",
    ProviderIsAtIt: "provider is at it",
    ProviderThrottles: "provider throttles",
    ProviderErrs: "provider errs",
    BankAccepts: "bank accepts",
    BankRejects: "bank rejects",
    BankDeems: "bank deems",
    BankStates: "bank states",
    BankFindsNothing: "bank finds nothing",
    RecallIsGranted: "recall is granted",
    RecallIsRefused: "recall is refused",
    RiskIsUndone: "risk is undone",
    HoldIsReleased: "hold is released",
    HoldNeverWas: "hold never was",
    AuthorizationIsVoided: "authorization is voided",
    AuthorizationIsBlocked: "authorization is blocked",
    AuthorizationNeverWas: "authorization never was",
    AuthorizationRanOut: "authorization ran out",
    UndoIsTooLate: "undo is too late",
    Takeover: "takeover",
    TakeoverInFlight: "takeover in flight",
    LateSuccess: "late success",
    CaseOfLateSuccess: "case of a late success",
    CaseOfDoubt: "case of doubt",
    CaseOfRefusal: "case of a refusal",
    CaseOfUndo: "case of an undo",
    CaseOfLateUndo: "case of an undo that failed late",
    Escalation: "escalation",
    InReview: "in review",
    Succeeded: "succeeded",
    Failed: "failed",
    Canceled: "canceled",
    Settled: "settled",
    Returned: "returned",
    SecondAttempt: "second attempt",
    ThirdAttempt: "third attempt",
    CalledTwice: "called twice",
    CalledFourTimes: "called four times",
    CalledEightTimes: "called eight times",
    RequestIsTaken: "request is taken",
    ReplyIsRepeated: "stored reply is repeated",
    KeyIsInUse: "key is in use",
    CancellationIsTooLate: "cancellation is too late",
    KeyIsUnknown: "key is unknown",
    KeyIsOfAnother: "key stands for something else",
    RefundExceeds: "refund exceeds what is left",
    NothingIsExecuted: "nothing is executed for now",
    RefusedByRisk: "refused by risk",
    RefusedOverLimit: "refused over a limit",
    RefusedSoftly: "refused softly",
    RefusedForGood: "refused for good",
    RefusedAsGone: "refused as gone",
    RefusedToGiveBack: "refused to give back",
    RefusedWithoutAccount: "refused without an account",
    RefusedOutOfReach: "refused out of reach",
    ProvenNotExecuted: "proven not executed",
    TakenAfterAll: "taken after all",
    RestIsReleased: "rest is released",
    DisputeIsWon: "dispute is won",
    DisputeIsLost: "dispute is lost",
    CancellationIsTaken: "cancellation is taken up",
    RefundIsFlagged: "refund beside a dispute is flagged",
    RateIsLocked: "rate is locked",
    QuoteIsCovered: "quote is covered",
    PaymentIsReversed: "payment is reversed",
    PartIsAtHand: "part is at hand",
    BookedAnew: "booked anew",
    RefundIsMadeAnew: "refund is made anew",
}

impl Mark {
    /// Whether it happens too seldom to hold a campaign to it.
    pub const fn is_rare(self) -> bool {
        RARE >> self as u32 & 1 != 0
    }

    /// The class of what was answered; `None` if it is of none that has to be seen.
    pub(crate) fn of_answer(answer: &Answer) -> Option<Self> {
        Some(match answer {
            Answer::Risk(reply) => match reply {
                RiskReply::Approve => Self::RiskApproves,
                RiskReply::Reject => Self::RiskRejects,
                RiskReply::Review => Self::RiskReviews,
                RiskReply::Released => Self::RiskReleases,
            },
            Answer::Booked(results) => match results.first()? {
                TransferResult::Created => Self::LedgerBooks,
                TransferResult::Exists => Self::LedgerHadBooked,
                _ => Self::LedgerRefuses,
            },
            Answer::Found { found: 0, .. } => Self::LedgerFindsNothing,
            Answer::Found { .. } => Self::LedgerFinds,
            Answer::Provider(reply) => return Self::of_provider(*reply),
            Answer::Bank(reply) => return Self::of_bank(*reply),
            Answer::Unavailable => Self::DiskIsFull,
            Answer::StaleEpoch => Self::LeaseIsOver,
            Answer::Available(_) => Self::LedgerTellsBalances,
            Answer::Noticed | Answer::Bounced => return None,
        })
    }

    const fn of_provider(reply: ProviderReply) -> Option<Self> {
        Some(match reply {
            ProviderReply::Authorized { .. } => Self::ProviderAuthorizes,
            ProviderReply::Declined(_) => Self::ProviderDeclines,
            ProviderReply::Pending => Self::ProviderDecidesLater,
            ProviderReply::Captured { .. } => Self::ProviderCaptures,
            ProviderReply::AlreadyCaptured { .. } => Self::ProviderHadCaptured,
            ProviderReply::Expired => Self::AuthorizationIsGone,
            ProviderReply::Voided => Self::ProviderVoids,
            ProviderReply::Released => Self::ProviderReleases,
            ProviderReply::Tombstoned => Self::ProviderBlocks,
            ProviderReply::TooLate => Self::VoidIsTooLate,
            ProviderReply::UnknownReference => Self::ReferenceIsUnknown,
            ProviderReply::Refunded { .. } => Self::ProviderRefunds,
            ProviderReply::RefundFailed => Self::RefundFails,
            ProviderReply::Status(..) => Self::ProviderStates,
            ProviderReply::RefundStatus(..) => Self::ProviderStatesARefund,
            ProviderReply::Dispute(_) => Self::ProviderStatesADispute,
            ProviderReply::NotFound => Self::ProviderFindsNothing,
            ProviderReply::InProgress => Self::ProviderIsAtIt,
            ProviderReply::Throttled => Self::ProviderThrottles,
            ProviderReply::ServerError => Self::ProviderErrs,
            // Only whoever asks wrongly is answered so.
            ProviderReply::KeyMismatch | ProviderReply::Invalid => return None,
        })
    }

    const fn of_bank(reply: BankReply) -> Option<Self> {
        Some(match reply {
            BankReply::Accepted => Self::BankAccepts,
            BankReply::Rejected(_) => Self::BankRejects,
            BankReply::Deemed => Self::BankDeems,
            BankReply::Status(_) => Self::BankStates,
            BankReply::NotFound => Self::BankFindsNothing,
            BankReply::RecallAccepted => Self::RecallIsGranted,
            BankReply::RecallRefused => Self::RecallIsRefused,
            // Only whoever asks wrongly is answered so.
            BankReply::Mismatch => return None,
        })
    }

    /// How the undo of what this did ended.
    pub(crate) const fn of_undo(action: Action, outcome: UndoOutcome) -> Option<Self> {
        Some(match (action, outcome) {
            (Action::Risk, _) => Self::RiskIsUndone,
            (Action::Hold, UndoOutcome::NeverHappened) => Self::HoldNeverWas,
            (Action::Hold, _) => Self::HoldIsReleased,
            (Action::Authorize, UndoOutcome::Voided) => Self::AuthorizationIsVoided,
            (Action::Authorize, UndoOutcome::Tombstoned) => Self::AuthorizationIsBlocked,
            (Action::Authorize, UndoOutcome::NeverHappened) => Self::AuthorizationNeverWas,
            (Action::Authorize, UndoOutcome::Expired) => Self::AuthorizationRanOut,
            (Action::Authorize, UndoOutcome::TooLate) => Self::UndoIsTooLate,
            (_, UndoOutcome::TakenAfterAll { .. }) => Self::TakenAfterAll,
            _ => return None,
        })
    }

    /// What a client was answered, whatever it asked for; `None` if that is how a payment
    /// stands, or only whoever asks wrongly is answered so.
    pub(crate) const fn of_reply(reply: &ClientReply) -> Option<Self> {
        Some(match reply {
            ClientReply::Accepted(_) => Self::RequestIsTaken,
            ClientReply::Final(_) => Self::ReplyIsRepeated,
            ClientReply::InProgress(_) => Self::KeyIsInUse,
            ClientReply::TooLate(_) => Self::CancellationIsTooLate,
            ClientReply::NotFound => Self::KeyIsUnknown,
            ClientReply::Mismatch => Self::KeyIsOfAnother,
            ClientReply::NotRefundable => Self::RefundExceeds,
            ClientReply::Unavailable => Self::NothingIsExecuted,
            ClientReply::Stands(..) | ClientReply::Invalid => return None,
        })
    }

    /// What a try came to, where that is no plain success: what was answered is one thing,
    /// and what was made of it another.
    pub(crate) const fn of_outcome(outcome: &Outcome) -> Option<Self> {
        Some(match outcome {
            Outcome::Refused(refusal) => return Self::of_refusal(*refusal),
            Outcome::TakenAfterAll { .. } => Self::TakenAfterAll,
            Outcome::Released { .. } => Self::RestIsReleased,
            Outcome::Decided { won: true } => Self::DisputeIsWon,
            Outcome::Decided { won: false } => Self::DisputeIsLost,
            _ => return None,
        })
    }

    const fn of_refusal(refusal: Refusal) -> Option<Self> {
        Some(match refusal {
            Refusal::Rejected => Self::RefusedByRisk,
            Refusal::OverLimit => Self::RefusedOverLimit,
            Refusal::DeclinedSoft => Self::RefusedSoftly,
            Refusal::DeclinedHard => Self::RefusedForGood,
            Refusal::AuthorizationGone => Self::RefusedAsGone,
            Refusal::RefundFailed => Self::RefusedToGiveBack,
            Refusal::NoSuchAccount => Self::RefusedWithoutAccount,
            Refusal::Unreachable => Self::RefusedOutOfReach,
            Refusal::FailedDefinite => Self::ProvenNotExecuted,
            // Only of whoever asks wrongly.
            Refusal::Invalid => return None,
        })
    }

    /// What else was written down of a payment.
    pub(crate) const fn of_record(record: &Record) -> Option<Self> {
        Some(match record {
            Record::CancelRequested => Self::CancellationIsTaken,
            Record::Flagged => Self::RefundIsFlagged,
            Record::Locked(_) => Self::RateIsLocked,
            Record::Covered(_) => Self::QuoteIsCovered,
            Record::Reversed => Self::PaymentIsReversed,
            Record::AtHand(_) => Self::PartIsAtHand,
            Record::Short => Self::BookedAnew,
            _ => return None,
        })
    }

    pub(crate) const fn of_status(status: Status) -> Option<Self> {
        Some(match status {
            Status::InReview => Self::InReview,
            Status::Succeeded => Self::Succeeded,
            Status::Failed => Self::Failed,
            Status::Canceled => Self::Canceled,
            Status::Settled => Self::Settled,
            Status::Returned => Self::Returned,
            _ => return None,
        })
    }

    pub(crate) const fn of_case(case: Case) -> Self {
        match case {
            Case::LateSuccess => Self::CaseOfLateSuccess,
            Case::RefusedRetriable => Self::CaseOfRefusal,
            Case::InDoubt => Self::CaseOfDoubt,
            Case::UndoStuck => Self::CaseOfUndo,
            Case::LateUndoFailed => Self::CaseOfLateUndo,
            Case::Escalated => Self::Escalation,
        }
    }

    /// The how-manieth try at a step that may be tried otherwise.
    pub(crate) const fn of_attempt(action: Action, attempt: u8) -> Option<Self> {
        match (action, attempt) {
            (Action::Authorize | Action::Send, 2) => Some(Self::SecondAttempt),
            (Action::Authorize | Action::Send, 3) => Some(Self::ThirdAttempt),
            (Action::Refund, 2) => Some(Self::RefundIsMadeAnew),
            _ => None,
        }
    }

    /// The how-manieth sending of one call.
    pub(crate) const fn of_call(number: u32) -> Option<Self> {
        match number {
            2 => Some(Self::CalledTwice),
            4 => Some(Self::CalledFourTimes),
            8 => Some(Self::CalledEightTimes),
            _ => None,
        }
    }
}

const RARE: u128 = 1 << Mark::LedgerFindsNothing as u32
    | 1 << Mark::HoldNeverWas as u32
    | 1 << Mark::CaseOfLateSuccess as u32
    | 1 << Mark::CaseOfRefusal as u32
    | 1 << Mark::CaseOfLateUndo as u32;

const _: () = assert!(Mark::ALL.len() <= u128::BITS as usize, "a trial keeps a bit for each");
