//! The words for calls, answers and records in which the scripts of
//! [`crate::conductor`] and [`crate::doubt`] are written.

use model::saga::Try;
use model::workflow::payin_card::steps;
use model::workflow::{Action, PaymentWorkflow};
use model::{
    Amount, Answer, Aside, Call, ChargeId, ChargeState, Decline, EventId, LedgerRequest, LineId,
    LineKind, News, OperationId, Outcome, Payment, ProviderId, ProviderReply, ProviderRequest,
    Record, RefundState, RiskReply, RiskRequest, SettlementLine, Teller, TransferResult,
    UndoOutcome, Webhook,
};

use crate::history::MONEY;
use crate::ledger_desk::snake;

/// `authorize/2 at b`
pub(crate) fn call(payment: &Payment, call: &Call) -> String {
    match call {
        Call::Risk(RiskRequest::Assess { .. }) => "assess".to_owned(),
        Call::Risk(RiskRequest::Release { .. }) => "release".to_owned(),
        Call::Ledger(LedgerRequest::Create(transfers)) => {
            let posting = [Action::Hold, Action::Post].into_iter().find_map(|action| {
                let operation = payment.operation_of(action);
                let done = transfers[0].operation == operation;
                let undone = transfers[0].operation == operation.undo();
                let name = action.name();
                done.then(|| name.to_owned()).or(undone.then(|| format!("un{name}")))
            });
            posting.expect("a posting of this payment")
        }
        Call::Ledger(LedgerRequest::Lookup(_)) => "look-up".to_owned(),
        Call::Ledger(LedgerRequest::Available(_)) => "available".to_owned(),
        Call::Notice(notice) => format!("notice {}", snake(&format!("{:?}", notice.status))),
        Call::Provider(provider, request) => provider_call(payment, *provider, request),
        Call::Bank(..) => unreachable!("scripts are about cards"),
    }
}

fn provider_call(payment: &Payment, at: ProviderId, request: &ProviderRequest) -> String {
    let of_refund = payment.intent().order.workflow().step(Action::Refund);
    let at = ["a", "b", "c", "d"][usize::from(at.0)];
    if let ProviderRequest::VoidByReference { reference, target } = request
        && *reference != target.undo()
    {
        return format!("let-go at {at}");
    }
    if let ProviderRequest::Capture { reference, .. } = request {
        let later = (1..3).find(|nth| payment.operation(capture(*nth)) == *reference);
        if let Some(nth) = later {
            return format!("capture-{} at {at}", nth + 1);
        }
    }
    let (verb, step, operation) = match request {
        ProviderRequest::Authorize { reference, .. } => ("authorize", steps::AUTHORIZE, reference),
        ProviderRequest::Capture { reference, .. } => ("capture", steps::CAPTURE, reference),
        ProviderRequest::VoidByReference { target, .. } => ("void", steps::AUTHORIZE, target),
        ProviderRequest::Query { target } => {
            ("query", of_refund.unwrap_or(steps::AUTHORIZE), target)
        }
        ProviderRequest::Refund { reference, .. } => {
            ("refund", of_refund.unwrap_or_default(), reference)
        }
        ProviderRequest::Contest { reference, .. } => ("contest", steps::CAPTURE, reference),
    };
    let tries = (1..9).map(|attempt| Try { step, attempt });
    let known = tries.into_iter().find(|which| payment.operation(*which) == *operation);
    let which = known.map_or("/?".to_owned(), attempt);
    format!("{verb}{which} at {at}")
}

/// The first try at the capture with this number, from 0 on.
fn capture(nth: u8) -> Try {
    Try { step: steps::CAPTURE + nth, attempt: 1 }
}

/// `undo authorize/2`
pub(crate) fn record(workflow: &PaymentWorkflow, record: &Record) -> String {
    let name = |which| name(workflow, which);
    match record {
        Record::Accepted(_) => "accepted".to_owned(),
        Record::StepIntent { which, .. } => format!("intent {}", name(*which)),
        Record::StepOutcome { which, outcome } => {
            format!("outcome {} {}", name(*which), self::outcome(*outcome))
        }
        Record::CompIntent { which, .. } => format!("undo {}", name(*which)),
        Record::CompOutcome { which, outcome: UndoOutcome::TakenAfterAll { .. } } => {
            format!("undone {} taken_after_all", name(*which))
        }
        Record::CompOutcome { which, outcome } => {
            format!("undone {} {}", name(*which), snake(&format!("{outcome:?}")))
        }
        Record::PivotCommitted => "pivot".to_owned(),
        Record::CancelRequested => "cancel requested".to_owned(),
        Record::StatusChanged(status) => format!("status {}", snake(&format!("{status:?}"))),
        Record::Notified => "notified".to_owned(),
        Record::CaseOpened(case) => format!("case {}", snake(&format!("{case:?}"))),
        Record::Flagged => "flagged".to_owned(),
        Record::Reversed => "reversed".to_owned(),
        Record::Decision(decision) => format!("decided to {}", decision.action),
        Record::Terminal => "terminal".to_owned(),
        Record::Locked(exchange) => format!("locked {}", i128::from(exchange.target)),
        Record::Covered(cover) => format!("covered {}", i128::from(cover.cost)),
        Record::AtHand(at_hand) => format!("at hand {}", i128::from(at_hand.sum())),
        Record::Short => "short".to_owned(),
    }
}

fn outcome(outcome: Outcome) -> String {
    match outcome {
        Outcome::Quoted(_) => "quoted".to_owned(),
        Outcome::Authorized { .. } => "authorized".to_owned(),
        Outcome::Captured { .. } => "captured".to_owned(),
        Outcome::Refunded { .. } => "refunded".to_owned(),
        Outcome::TakenAfterAll { .. } => "taken_after_all".to_owned(),
        Outcome::Released { amount } => format!("released {}", i128::from(amount)),
        Outcome::Refused(refusal) => snake(&format!("{refusal:?}")),
        other => snake(&format!("{other:?}")),
    }
}

fn name(workflow: &PaymentWorkflow, which: Try) -> String {
    let nth = match workflow.nth(which) {
        0 => String::new(),
        nth => format!("-{}", nth + 1),
    };
    format!("{}{nth}{}", workflow.action(which), attempt(which))
}

/// The first attempt goes without saying.
fn attempt(which: Try) -> String {
    if which.attempt == 1 { String::new() } else { format!("/{}", which.attempt) }
}

/// The answer that `word` stands for.
pub(crate) fn answer(call: &Call, word: &str) -> Answer {
    match call {
        Call::Risk(_) => Answer::Risk(risk_reply(word)),
        Call::Ledger(LedgerRequest::Create(transfers)) => {
            Answer::Booked(results(word, transfers.len()))
        }
        Call::Ledger(LedgerRequest::Lookup(ids)) => Answer::Found {
            asked: ids.len(),
            found: if word == "found" { ids.len() } else { ids.len() - 1 },
        },
        Call::Ledger(LedgerRequest::Available(accounts)) => {
            Answer::Available(vec![Amount(100); accounts.len()])
        }
        Call::Notice(_) => Answer::Noticed,
        Call::Provider(_, request) => Answer::Provider(provider_reply(request, word)),
        Call::Bank(..) => unreachable!("scripts are about cards"),
    }
}

/// The answer that carries a payment forward.
pub(crate) fn happy(call: &Call) -> &'static str {
    match call {
        Call::Risk(RiskRequest::Assess { .. }) => "approve",
        Call::Risk(RiskRequest::Release { .. }) => "released",
        Call::Ledger(LedgerRequest::Create(_)) => "created",
        Call::Ledger(LedgerRequest::Lookup(_)) => "found",
        Call::Ledger(LedgerRequest::Available(_)) => "told",
        Call::Notice(_) => "noticed",
        Call::Provider(_, ProviderRequest::Authorize { .. }) => "authorized",
        Call::Provider(_, ProviderRequest::Capture { .. }) => "captured",
        Call::Provider(_, ProviderRequest::VoidByReference { reference, target }) => {
            if *reference == target.undo() { "voided" } else { "too-late" }
        }
        Call::Provider(_, ProviderRequest::Query { .. }) => "not-found",
        Call::Provider(_, ProviderRequest::Refund { .. }) => "refunded",
        Call::Provider(_, ProviderRequest::Contest { .. }) => "answered",
        Call::Bank(..) => unreachable!("scripts are about cards"),
    }
}

fn risk_reply(word: &str) -> RiskReply {
    match word {
        "approve" => RiskReply::Approve,
        "reject" => RiskReply::Reject,
        "review" => RiskReply::Review,
        "released" => RiskReply::Released,
        word => panic!("the risk service never says {word}"),
    }
}

/// What a chain of so many transfers is answered.
fn results(word: &str, length: usize) -> Vec<TransferResult> {
    use TransferResult::*;
    let (at, result, others) = match word {
        "created" => (0, Created, Created),
        "exists" => (0, Exists, LinkedEventFailed),
        "over-limit" => (1, ExceedsCredits, LinkedEventFailed),
        "burned" => (1, IdAlreadyFailed, LinkedEventFailed),
        "voided-before" => (0, PendingTransferAlreadyVoided, LinkedEventFailed),
        "lapsed" => (4, PendingTransferExpired, LinkedEventFailed),
        "quote-ended" => (usize::MAX, PendingTransferExpired, Created),
        "nonsense" => (0, ExistsWithDifferentAmount, LinkedEventFailed),
        word => panic!("the ledger never says {word}"),
    };
    let at = at.min(length - 1);
    (0..length).map(|leg| if leg == at { result } else { others }).collect()
}

fn provider_reply(request: &ProviderRequest, word: &str) -> ProviderReply {
    let charge = charge_of(request);
    let (word, told) = word.split_once(':').unwrap_or((word, ""));
    let amount = match (request, told.parse().map(Amount)) {
        (_, Ok(told)) => told,
        (ProviderRequest::Capture { amount, .. }, _) => *amount,
        (ProviderRequest::Authorize { money, .. }, _) => money.amount,
        _ => MONEY.amount,
    };
    let status = |state| ProviderReply::Status(state, charge, amount);
    match word {
        "authorized" => ProviderReply::Authorized { charge, amount },
        "partial" => ProviderReply::Authorized { charge, amount: Amount(amount.0 / 2) },
        "captured" => ProviderReply::Captured { charge, amount },
        "already-captured" => ProviderReply::AlreadyCaptured { charge, amount },
        "already-captured-half" => {
            ProviderReply::AlreadyCaptured { charge, amount: Amount(amount.0 / 2) }
        }
        "key-mismatch" => ProviderReply::KeyMismatch,
        "released" => ProviderReply::Released,
        "refunded" => ProviderReply::Refunded { amount },
        "refund-failed" => ProviderReply::RefundFailed,
        "is-refunded" => ProviderReply::RefundStatus(RefundState::Succeeded, amount),
        "is-refund-pending" => ProviderReply::RefundStatus(RefundState::Pending, amount),
        "is-refund-failed" => ProviderReply::RefundStatus(RefundState::Failed, amount),
        "soft" => ProviderReply::Declined(Decline::Soft),
        "hard" => ProviderReply::Declined(Decline::Hard),
        "pending" => ProviderReply::Pending,
        "expired" => ProviderReply::Expired,
        "voided" => ProviderReply::Voided,
        "tombstoned" => ProviderReply::Tombstoned,
        "too-late" => ProviderReply::TooLate,
        "unknown-reference" => ProviderReply::UnknownReference,
        "not-found" => ProviderReply::NotFound,
        "in-progress" => ProviderReply::InProgress,
        "throttled" => ProviderReply::Throttled,
        "server-error" => ProviderReply::ServerError,
        "invalid" => ProviderReply::Invalid,
        "is-authorized" => status(ChargeState::Authorized),
        "is-partly-captured" => status(ChargeState::PartiallyCaptured),
        "is-captured" => status(ChargeState::Captured),
        "is-declined" => status(ChargeState::Declined),
        "is-pending" => status(ChargeState::Pending),
        "is-voided" => status(ChargeState::Voided),
        "is-settled" => status(ChargeState::Settled),
        "is-reversed" => status(ChargeState::AutoReversed),
        "is-tombstoned" => status(ChargeState::Tombstoned),
        "is-expired" => status(ChargeState::AuthorizationExpired),
        word => panic!("no provider says {word}"),
    }
}

/// What a provider tells of the `version`-th change of `what`, an authorization.
pub(crate) fn webhook(
    payment: &Payment,
    version: &str,
    what: &str,
    state: &str,
    signed: bool,
) -> Webhook {
    let attempt = what.strip_prefix("authorize/").map_or(1, |n| n.parse().expect("a number"));
    let reference = payment.operation(Try { step: steps::AUTHORIZE, attempt });
    let version = version.parse().expect("a number");
    let query = ProviderRequest::Query { target: reference };
    let ProviderReply::Status(state, charge, amount) = provider_reply(&query, state) else {
        panic!("a webhook tells how a charge stands, and not {state}");
    };
    let teller = Teller::Provider(ProviderId(0));
    let event = EventId::of(teller, reference, version);
    let (news, token) = (News::Stands(state, amount), payment.intent().token);
    Webhook { event, teller, reference, charge, version, news, signed, token }
}

/// What a settlement file tells to be moved for `what`, an authorization or a refund.
pub(crate) fn line(payment: &Payment, moved: &str, what: &str) -> Webhook {
    let (kind, action, sign) = match what {
        "authorize" => (LineKind::Capture, Action::Authorize, 1),
        "refund" => (LineKind::Refund, Action::Refund, -1),
        other => panic!("no line is for {other}"),
    };
    let reference = payment.operation_of(action);
    let intent = payment.intent();
    let moved = Amount(moved.parse().expect("a number"));
    let line = SettlementLine {
        id: LineId(reference.0),
        kind,
        reference,
        token: intent.token,
        tenant: intent.tenant,
        currency: intent.money.currency,
        gross: Amount(moved.0 * sign),
        fee: Amount::ZERO,
        net: Amount(moved.0 * sign),
        charge: Aside::NONE,
    };
    let charge = intent.order.charge().unwrap_or(ChargeId(reference.0));
    Webhook::of_line(&line, Teller::Provider(ProviderId(0)), charge).expect("evidence")
}

fn charge_of(request: &ProviderRequest) -> ChargeId {
    match request {
        ProviderRequest::Capture { charge, .. }
        | ProviderRequest::Refund { charge, .. }
        | ProviderRequest::Contest { charge, .. } => *charge,
        ProviderRequest::Authorize { reference: OperationId(id), .. }
        | ProviderRequest::VoidByReference { target: OperationId(id), .. }
        | ProviderRequest::Query { target: OperationId(id) } => ChargeId(*id),
    }
}
