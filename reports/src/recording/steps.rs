//! The steps of sagas in a recorded trial, as the store's journal has them, and the calls
//! that they made at providers and banks.

use std::collections::BTreeMap;

use model::saga::Try;
use model::{OperationId, PaymentId, Record, StoreEntry, Token};
use scenarios::message::{Envelope, Message};
use scenarios::party::{STORE, worker_of};
use scenarios::{Entry, PaymentSystem, Plan};
use serde::Serialize;
use sim::{Happening, Role, Trace};

use super::Lanes;
use crate::plan_text::fault::kind_name;
use crate::story;

/// One try at a step, or its undo, from when it was intended to when its outcome was
/// durable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The instrument of the payment.
    pub token: u64,
    /// Of which saga of the payment, by its id: a refund by hand or a reversal is another one.
    pub saga: String,
    /// The name of the saga's workflow.
    pub workflow: &'static str,
    /// What it is called, such as `authorize`, or `undo authorize`.
    pub name: String,
    /// The how-manieth try it is, from 1.
    pub attempt: u8,
    /// The id that its calls carry.
    pub operation: String,
    /// When it was intended.
    pub begin: u64,
    /// When its outcome was durable; none if it never was.
    pub end: Option<u64>,
    /// What it came to, in words.
    pub outcome: Option<String>,
}

/// One call of a worker at a provider or bank, from its sending to the first answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// The instrument of the payment.
    pub token: u64,
    /// The id that it carries.
    pub operation: String,
    /// What was asked for.
    pub kind: &'static str,
    /// The lane of who asked.
    pub from: usize,
    /// The lane of whom it asked.
    pub to: usize,
    /// When it was sent.
    pub begin: u64,
    /// When the first answer came; none if none ever did.
    pub end: Option<u64>,
    /// What the answer was.
    pub answer: Option<String>,
}

/// What names a try of a saga, and whether it is the undo.
type Which = (Token, PaymentId, Try, bool);

pub(super) fn steps(trace: &Trace<PaymentSystem>, plan: &Plan) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut open = BTreeMap::<Which, usize>::new();
    let mut pending = Vec::new();
    for happened in trace.events.iter().filter(|happened| happened.role == STORE) {
        let durable = match &happened.what {
            Happening::Appended(Entry::Store(StoreEntry::Committed(commit))) => {
                pending.push(commit);
                continue;
            }
            Happening::Synced => pending.len(),
            // Every entry of the store that is no commit counts here, too: at worst a step
            // is drawn whose commit was lost, and that its next commit writes once more.
            Happening::Crashed(lost) => pending.len().saturating_sub(*lost),
            _ => continue,
        };
        let at = happened.at.as_nanos();
        for commit in std::mem::take(&mut pending).into_iter().take(durable) {
            let of = |which: Try, undo| (commit.token, commit.payment, which, undo);
            for record in &commit.records {
                match record {
                    Record::StepIntent { which, operation, .. } => {
                        open.insert(of(*which, false), steps.len());
                        steps.push(begun(of(*which, false), *operation, at, plan));
                    }
                    Record::CompIntent { which, operation } => {
                        open.insert(of(*which, true), steps.len());
                        steps.push(begun(of(*which, true), *operation, at, plan));
                    }
                    Record::StepOutcome { which, .. } | Record::CompOutcome { which, .. } => {
                        let undo = matches!(record, Record::CompOutcome { .. });
                        if let Some(step) = open.remove(&of(*which, undo)) {
                            let whose = (commit.token, commit.payment);
                            steps[step].end = Some(at);
                            steps[step].outcome = Some(story::recorded(plan, whose, record));
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    steps
}

fn begun(
    (token, payment, which, undo): Which,
    operation: OperationId,
    begin: u64,
    plan: &Plan,
) -> Step {
    let workflow = plan.workflow_of(token, payment);
    let name = workflow.action(which).name();
    Step {
        token: token.0,
        saga: payment.to_string(),
        workflow: workflow.saga.name,
        name: if undo { format!("undo {name}") } else { name.to_owned() },
        attempt: which.attempt,
        operation: operation.to_string(),
        begin,
        end: None,
        outcome: None,
    }
}

pub(super) fn calls(trace: &Trace<PaymentSystem>, plan: &Plan, lanes: &Lanes<'_>) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let mut open = BTreeMap::<(Role, OperationId, u32, u32), usize>::new();
    for happened in &trace.events {
        let at = happened.at.as_nanos();
        match &happened.what {
            Happening::Sent(identity, message, _) => {
                let (Message::Provide(about, _) | Message::Remit(about, _)) = message else {
                    continue;
                };
                let ends = lanes.of(identity.from).zip(lanes.of(identity.to));
                let Some((from, to)) = ends.filter(|_| worker_of(identity.from).is_some()) else {
                    continue;
                };
                open.insert(key(identity.from, about), calls.len());
                calls.push(Call {
                    token: about.token.0,
                    operation: about.operation.to_string(),
                    kind: kind_name(identity.kind),
                    from,
                    to,
                    begin: at,
                    end: None,
                    answer: None,
                });
            }
            Happening::Delivered(
                identity,
                _,
                message @ (Message::Provided(about, _) | Message::Remitted(about, _)),
            ) => {
                if let Some(call) = open.remove(&key(identity.to, about)) {
                    calls[call].end = Some(at);
                    calls[call].answer = Some(story::content(plan, message));
                }
            }
            _ => {}
        }
    }
    calls
}

fn key(worker: Role, about: &Envelope) -> (Role, OperationId, u32, u32) {
    (worker, about.operation, about.number, about.epoch)
}
