//! A recorded trial as exports and pictures show it: who took part, what was said and what
//! became of it, what was written, what befell whom, where the money waited. Plain data, in
//! words; every format renders the same.

mod bands;
mod books;
mod deeds;
mod durable;
mod rows;
mod sendings;
mod steps;

use std::collections::BTreeSet;

use model::{Amount, Defect, Defects, Token};
use scenarios::PaymentSystem;
use scenarios::judge::Violation;
use scenarios::party::{self, bank_of, client_of, provider_of};
use scenarios::plan::Plan;
use scenarios::story::Story;
use scenarios::trial::Trial;
use serde::Serialize;
use sim::{Role, Trace};

use crate::plan_text::{self, wanted};
use crate::trial_text;
use crate::violation;

pub use bands::{Band, BandKind};
pub use deeds::{Deed, DeedKind};
pub use rows::{Posting, Row, RowKind, Transition};
pub use sendings::{Arrival, Fate, Sending};
pub use steps::{Call, Step};

/// What happened in one world. Moments are nanoseconds of virtual time; parties are named by
/// their place in the list of them.
#[derive(Clone, Debug, Serialize)]
pub struct Recording {
    /// The scenario's name.
    pub scenario: String,
    /// The seed, as people write it.
    pub seed: String,
    /// What was planted.
    pub planted: Vec<&'static str>,
    /// The verdict in one line.
    pub verdict: String,
    /// The digest of every event.
    pub digest: String,
    /// How many events there were.
    pub events: u64,
    /// When chaos ended.
    pub heal_at: u64,
    /// When the run ended.
    pub ended_at: u64,
    /// Who took part, clients first, the house in the order in which a payment passes through
    /// it, providers and banks last.
    pub parties: Vec<Party>,
    /// What customers wanted.
    pub payments: Vec<Payment>,
    /// What did not hold, the first in time first.
    pub violations: Vec<Broken>,
    /// Every message, in the order in which they were sent.
    pub sendings: Vec<Sending>,
    /// What parties wrote, saw and suffered, in order.
    pub deeds: Vec<Deed>,
    /// Steps of sagas and their undos, in the order in which they were intended.
    pub steps: Vec<Step>,
    /// Calls to providers and banks, in order.
    pub calls: Vec<Call>,
    /// State transitions and postings, in the order in which they were durable: a table of
    /// its own, and told as one.
    #[serde(skip)]
    pub rows: Vec<Row>,
    /// What went on for a while: parties that were down, faults of links, pauses.
    pub bands: Vec<Band>,
    /// Every change of what waits, in order.
    pub money: Vec<Waiting>,
    /// Every change of what was captured, is settled and is available, in order.
    pub books: Vec<Waiting>,
    /// The numbers of the events that had a hand in the violation; empty if there is none.
    pub past: BTreeSet<u64>,
    /// The plan: what a line is about, and the line.
    pub plan: Vec<(String, String)>,
    /// The command that repeats it.
    pub again: String,
}

/// Somebody who takes part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Party {
    /// What people call it.
    pub name: String,
    /// Its role.
    #[serde(skip)]
    pub role: Role,
}

/// What a customer wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Payment {
    /// The number of its instrument.
    pub token: u64,
    /// What it is called.
    pub name: String,
    /// Who wanted what.
    pub wish: String,
    /// When.
    pub at: u64,
}

/// A violation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// The code of the invariant.
    pub code: String,
    /// Its code and name.
    pub name: String,
    /// The claim.
    pub claim: &'static str,
    /// What shows that it does not hold.
    pub evidence: String,
    /// The payment that it is about; 0 for all.
    pub token: u64,
    /// When it was seen.
    pub at: u64,
    /// During which event; 0 if it was seen at rest.
    pub event: u64,
}

/// Another amount waits, or is in the books, from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// When.
    pub at: u64,
    /// The currency.
    pub currency: &'static str,
    /// The digits behind the point of its amounts.
    pub digits: u32,
    /// What it waits for, or what it is.
    pub pool: &'static str,
    /// How much, in minor units, as text.
    #[serde(serialize_with = "as_text")]
    pub minor: Amount,
}

impl Recording {
    /// What `trace` tells of `trial`, which had `defects` planted; `story` of its first
    /// violation, if it has one. `again` is the command that repeats it.
    pub fn of(
        trial: &Trial,
        trace: &Trace<PaymentSystem>,
        defects: Defects,
        story: Option<&Story>,
        again: &str,
    ) -> Self {
        let plan = &trial.plan;
        let parties = parties(plan, trace);
        let lanes = Lanes(&parties);
        let planted = Defect::ALL.iter().filter(|known| defects.has(known.defect));
        let sendings = sendings::all(trace, plan, &lanes);
        let deeds = deeds::all(trace, plan, &lanes);
        let rows = rows::all(trace);
        Self {
            scenario: trial.scenario.clone(),
            seed: trial.seed.to_string(),
            planted: planted.map(|known| known.name).collect(),
            verdict: trial_text::verdict(trial).trim_end().to_owned(),
            digest: trial.digest.to_string(),
            events: trial.events,
            heal_at: plan.heal_at.as_nanos(),
            ended_at: trial.ended_at.as_nanos(),
            payments: payments(plan),
            violations: trial.violations().iter().map(broken).collect(),
            steps: steps::steps(trace, plan),
            calls: steps::calls(trace, plan, &lanes),
            books: books::all(&rows),
            rows,
            bands: bands::all(trace, plan, &lanes, trial.ended_at),
            sendings,
            deeds,
            money: trial
                .trapped
                .series
                .iter()
                .map(|change| Waiting {
                    at: change.at.as_nanos(),
                    currency: change.currency.code(),
                    digits: change.currency.exponent(),
                    pool: change.pool.name(),
                    minor: change.amount,
                })
                .collect(),
            past: story.map(|story| story.past_events.clone()).unwrap_or_default(),
            plan: plan_text::short(plan),
            again: again.to_owned(),
            parties,
        }
    }

    /// The payment that people ask about first: that of the first violation, or the first of
    /// all.
    pub fn payment_of_interest(&self) -> Option<u64> {
        let violated = self.violations.iter().map(|broken| broken.token).find(|token| *token > 0);
        violated.or(self.payments.first().map(|payment| payment.token))
    }

    /// What concerns the payment of this instrument, and what befell anybody.
    #[must_use]
    pub fn about(mut self, token: Token) -> Self {
        let token = token.0;
        self.payments.retain(|payment| payment.token == token);
        self.sendings.retain(|sending| sending.token == token);
        self.deeds.retain(|deed| deed.token == token || deed.kind.is_harm());
        self.steps.retain(|step| step.token == token);
        self.calls.retain(|call| call.token == token);
        self.rows.retain(|row| row.token == token);
        self
    }
}

/// The parties by their places.
struct Lanes<'p>(&'p [Party]);

impl Lanes<'_> {
    fn of(&self, role: Role) -> Option<usize> {
        self.0.iter().position(|party| party.role == role)
    }
}

/// Everybody in the plan, and whoever else appears in the trace.
fn parties(plan: &Plan, trace: &Trace<PaymentSystem>) -> Vec<Party> {
    let seen = trace.events.iter().map(|happened| happened.role);
    let known = |role: &Role| usize::from(role.0) < Role::MAX;
    let all: BTreeSet<_> =
        party::all(plan).chain(seen).filter(known).map(|role| (place(role), role)).collect();
    all.into_iter().map(|(_, role)| Party { name: party::name(role), role }).collect()
}

/// Clients on the left, the house in the order in which a payment passes
/// through it, providers on the right.
pub(crate) fn place(role: Role) -> (u8, u8) {
    let block = match role {
        role if client_of(role).is_some() => 0,
        role if provider_of(role).is_some() || bank_of(role).is_some() => 2,
        _ => 1,
    };
    (block, role.0)
}

fn payments(plan: &Plan) -> Vec<Payment> {
    let payment = |operation: &scenarios::plan::Operation| {
        let (name, wish) = wanted(operation);
        Payment { token: operation.token.0, name, wish, at: operation.at.as_nanos() }
    };
    plan.operations.iter().map(payment).collect()
}

fn broken(violation: &Violation) -> Broken {
    Broken {
        code: violation.invariant.to_string(),
        name: violation::name(violation.invariant),
        claim: violation.invariant.story().statement,
        evidence: violation.evidence.clone(),
        token: violation.token.0,
        at: violation.at.as_nanos(),
        event: violation.event,
    }
}

fn as_text<S: serde::Serializer>(amount: &Amount, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&i128::from(*amount))
}
