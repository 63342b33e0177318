//! What the journal of a payment says, in plain words.

use model::decision::{Action, Advice, Decision, Mask, Reasons};
use model::saga::Try;
use model::workflow::PaymentWorkflow;
use model::{
    Amount, Case, Exchange, Money, Outcome, PaymentId, Rate, Record, Refusal, Token, UndoOutcome,
};
use scenarios::Plan;
use scenarios::party::{self, provider_role};
use scenarios::plan::Operation;

use super::speech;
use crate::brief::Brief;

/// What `record`, now durable, says.
pub(super) fn sentence(
    record: &Record,
    plan: &Plan,
    (token, payment): (Token, PaymentId),
) -> String {
    let workflow = plan.workflow_of(token, payment);
    match record {
        Record::Accepted(intent) => {
            let (payment, money, merchant) = (intent.payment, intent.money, intent.merchant);
            format!("accepted as {payment}, {money} for {merchant} under {}", intent.key)
        }
        Record::StepIntent { which, operation, provider } => {
            let at = provider.map(|provider| party::name(provider_role(provider)));
            let at = at.map(|name| format!(" at {name}")).unwrap_or_default();
            format!("intends {}{at} ({operation})", tried(workflow, *which))
        }
        Record::StepOutcome { which, outcome } => {
            format!("{} {}", tried(workflow, *which), came_to(outcome, plan, token))
        }
        Record::CompIntent { which, operation } => {
            format!("intends to undo {} ({operation})", tried(workflow, *which))
        }
        Record::CompOutcome { which, outcome } => {
            format!("{} {}", tried(workflow, *which), undone(*outcome))
        }
        Record::PivotCommitted => "the pivot is passed, there is no way back".to_owned(),
        Record::CancelRequested => "the client wants it canceled".to_owned(),
        Record::StatusChanged(status) => {
            format!("the payment is {}", speech::status(*status))
        }
        Record::Notified => "the merchant knows".to_owned(),
        Record::CaseOpened(case) => format!("a person has to look: {}", why(*case)),
        Record::Reversed => {
            "what was sent has come back, and its payment is returned from now on".to_owned()
        }
        Record::Flagged => {
            "a person has to look: a refund and a dispute take back more than was taken".to_owned()
        }
        Record::Terminal => "nothing is left to do".to_owned(),
        Record::Locked(exchange) => locked(exchange),
        Record::Covered(cover) => {
            format!("the quote had ended: the house buys what it promised at {}", rate(cover.rate))
        }
        Record::Decision(decision) => decided(decision),
        Record::AtHand(at_hand) => {
            let has = i128::from(at_hand.sum());
            format!("of what is lost, {has} minor units are taken from what is available")
        }
        Record::Short => "somebody has less by now: what is lost is booked anew".to_owned(),
    }
}

/// What an exchange comes to, and at which rate.
fn locked(exchange: &Exchange) -> String {
    let quote = exchange.quote;
    let given = Money { amount: exchange.given(), currency: quote.source };
    let target = Money { amount: exchange.target, currency: quote.target };
    format!("locks {}: {given} become {target}, for {} s", rate(quote.rate), quote.holds_for)
}

fn rate(rate: Rate) -> String {
    format!("a rate of {} minor units for {}", rate.target, rate.source)
}

/// What was decided, and by whom.
fn decided(decision: &Decision) -> String {
    let action = action(decision.action);
    let told = match decision.instead {
        Some(why) => format!("the rules decide to {action}: {why}"),
        None => format!("the {} policy decides to {action}", decision.policy),
    };
    told + &decision.reasons.as_ref().map_or(String::new(), reasons)
}

/// What stood out when it was decided, and what else there was.
fn reasons(reasons: &Reasons) -> String {
    let top = reasons.top.iter().flatten();
    let top: Vec<_> = top.map(|(feature, value)| format!("{feature} {value}")).collect();
    let known = if top.is_empty() { "nothing stood out".to_owned() } else { top.join(", ") };
    let others = match reasons.alternatives.is_empty() {
        true => "nothing".to_owned(),
        false => actions(reasons.alternatives),
    };
    format!(" ({known}; instead of {others})")
}

fn action(action: Action) -> String {
    match action {
        Action::Try(provider) => format!("try at {}", party::name(provider_role(provider))),
        Action::Wait(wait) if wait.is_zero() => "wait".to_owned(),
        Action::Wait(wait) => format!("wait for {}", Brief::from(wait)),
        other => other.to_string(),
    }
}

/// What there is to choose from.
pub(super) fn actions(mask: Mask) -> String {
    mask.actions().map(action).collect::<Vec<_>>().join(", or ")
}

/// What a decider says.
pub(super) fn advice(advice: &Advice) -> String {
    let said = advice.action.map_or("nothing".to_owned(), action);
    format!("{said}, by version {} (model {})", advice.snapshot, advice.model)
}

/// A step by its name, and the how-manieth try at it from the second on.
fn tried(workflow: &PaymentWorkflow, which: Try) -> String {
    let step = workflow.action(which);
    let step = match workflow.nth(which) {
        0 => format!("`{step}`"),
        nth => format!("`{step}` number {}", nth + 1),
    };
    match which.attempt {
        0 | 1 => step,
        attempt => format!("{step} (try {attempt})"),
    }
}

fn came_to(outcome: &Outcome, plan: &Plan, token: Token) -> String {
    let money = |amount: Amount| {
        let currency = plan.operation(token).map(|operation| operation.money.currency);
        let money = currency.map(|currency| Money { amount, currency }.to_string());
        money.unwrap_or_else(|| i128::from(amount).to_string())
    };
    match outcome {
        Outcome::Approved => "is approved".to_owned(),
        Outcome::Quoted(quote) => {
            let settled = plan.operation(token).map(Operation::settlement_currency);
            let [fee, tax] = [quote.fee, quote.tax].map(|amount| match settled {
                Some(currency) => Money { amount, currency }.to_string(),
                None => money(amount),
            });
            format!("came to a fee of {fee} and a tax of {tax}")
        }
        Outcome::Held => "is done".to_owned(),
        Outcome::Authorized { charge, amount } => {
            format!("came to {} reserved as {charge}", money(*amount))
        }
        Outcome::Captured { amount } => format!("came to {} taken", money(*amount)),
        Outcome::Released { amount } => {
            format!("is done: {} that nobody took is free", money(*amount))
        }
        Outcome::Refunded { amount } => format!("came to {} given back", money(*amount)),
        Outcome::Answered => "has reached the provider".to_owned(),
        Outcome::Decided { won: true } => "is for the merchant".to_owned(),
        Outcome::Decided { won: false } => "is for the customer".to_owned(),
        Outcome::Recalled { granted: true } => "is granted: the money will come back".to_owned(),
        Outcome::Recalled { granted: false } => "is refused".to_owned(),
        Outcome::TakenAfterAll { amount, .. } => {
            format!("reserved nothing, but {} was taken", money(*amount))
        }
        Outcome::Sent => "is done: the bank has sent it".to_owned(),
        Outcome::Posted => "is done".to_owned(),
        Outcome::Notified => "is done".to_owned(),
        Outcome::Refused(refusal) => format!("came to nothing: {}", refused(*refusal)),
    }
}

fn refused(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Rejected => "the risk service rejected",
        Refusal::OverLimit => "the merchant is over its limit",
        Refusal::DeclinedSoft => "the issuer declined for now",
        Refusal::DeclinedHard => "the issuer declined for good",
        Refusal::AuthorizationGone => "the authorization had ended",
        Refusal::RefundFailed => "the provider could not give the money back",
        Refusal::NoSuchAccount => "no bank knows such an account",
        Refusal::Unreachable => "the other bank could not be reached",
        Refusal::FailedDefinite => "it was never executed and never will be",
        Refusal::Invalid => "the request made no sense",
    }
}

fn undone(outcome: UndoOutcome) -> &'static str {
    match outcome {
        UndoOutcome::Voided => "is undone",
        UndoOutcome::Tombstoned => "had not happened, and is blocked",
        UndoOutcome::NeverHappened => "never happened, and never will",
        UndoOutcome::Expired => "ended by itself: its time ran out",
        UndoOutcome::TooLate => "can't be undone: it is too late",
        UndoOutcome::TakenAfterAll { .. } => "is over, but money was taken: that goes back",
    }
}

fn why(case: Case) -> &'static str {
    match case {
        Case::LateUndoFailed => "what was taken too late came back, and is nobody's",
        Case::LateSuccess => "money was taken for a payment that is being undone",
        Case::RefusedRetriable => "a step that must succeed was refused",
        Case::InDoubt => "nobody answers whether it happened",
        Case::UndoStuck => "nobody answers whether it was undone",
        Case::Escalated => "whoever decides wants a person to know",
    }
}
