//! The invariants of what leaves the system: I15 and I32 of events, and I24 of
//! what the store says of a payment.

use model::{Consumer, Event, EventNumber, Intake, Lake, PaymentId, Record, Status, Token};
use sim::{Misfortune, Role, Sighting};

use super::authorities::Authorities;
use super::called;
use super::dossier::PaymentRecordView;
use super::findings::{Findings, Relation};
use super::stream::EVENTS_MAX;
use crate::invariant::Invariant;
use crate::message::{ReadRequest, Rows};
use crate::party::{self, LAKE, NOTIFIER, STORE, client_role};

/// An event leaves the store for `to`, or the notifier for a shop.
pub(super) fn emitted(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    (to, event): (Role, &Event),
) {
    let (token, step) = (event.token, step_at(to));
    let Some(dossier) = said.of(token) else { return };
    let stream = dossier.payment(event.id.stream).map(|view| view.stream);
    let [before, durable] =
        [event.id.seq.wrapping_sub(1), event.id.seq].map(|seq| stream.and_then(|s| s.status(seq)));
    let durable = durable.map(|status| if seen.role == STORE { status } else { status.shown() });
    let about = (token, step, Relation::ShownTooEarly);
    found.check(Invariant::I32, seen, about, durable == Some(event.status), || {
        let durable = durable.map_or("is not durable".to_owned(), |status| format!("is {status}"));
        format!("event {} of {} tells {}, but {durable}", event.id.seq, called(token), event.status)
    });
    if let Some(before) = before.filter(|_| seen.role == STORE) {
        let about = (token, "status", Relation::RecordOutOfOrder);
        found.check(Invariant::I15, seen, about, before.may_become(event.status), || {
            let (name, seq) = (called(token), event.id.seq);
            format!("event {seq} of {name} tells {}, and the one before {before}", event.status)
        });
    }
}

/// A shop hears of an event; whether it has heard of none that comes after it.
pub(super) fn told(
    said: &mut Authorities,
    found: &mut Findings,
    seen: Sighting,
    event: &Event,
) -> bool {
    let (token, seq) = (event.token, event.id.seq);
    let Some(view) = said.dossiers.open(token).payment_mut(event.id.stream) else { return true };
    let is_newest = !(seq + 1..=EVENTS_MAX).any(|later| view.stream.told.has(later));
    let in_order = seq == 1 || view.stream.told.has(seq - 1);
    view.stream.told.add(seq);
    out_of_order(found, seen, (token, "notify"), seq, in_order);
    is_newest
}

/// The lake has counted an event, durably.
pub(super) fn counted(said: &mut Authorities, found: &mut Findings, seen: Sighting, event: &Event) {
    let (token, seq) = (event.token, event.id.seq);
    let Some(view) = said.dossiers.open(token).payment_mut(event.id.stream) else { return };
    let stream = &mut view.stream;
    let (twice, in_order) = (stream.counted.has(seq), seq == 1 || stream.ever_counted.has(seq - 1));
    stream.counted.add(seq);
    stream.ever_counted.add(seq);
    out_of_order(found, seen, (token, "count"), seq, in_order);
    let about = (token, "count", Relation::SameOperationTwice);
    found.check(Invariant::I32, seen, about, !twice, || {
        format!("the lake has counted event {seq} of {} twice", called(token))
    });
}

/// The lake's only disk has forgotten that it counted an event.
pub(super) fn forgotten(said: &mut Authorities, event: &Event) {
    if let Some(view) = said.dossiers.open(event.token).payment_mut(event.id.stream) {
        view.stream.counted.remove(event.id.seq);
    }
}

/// The lake's only disk has forgotten everything that it had written down at
/// once.
pub(super) fn all_forgotten(said: &mut Authorities, lake: &Lake) {
    let tokens: Vec<_> = said.plan.operations.iter().map(|operation| operation.token).collect();
    for token in tokens {
        for view in &mut said.dossiers.open(token).payments {
            let stream = view.intent.payment;
            for seq in 1..=EVENTS_MAX {
                if lake.intake(EventNumber { stream, seq }) == Intake::Known {
                    view.stream.counted.remove(seq);
                }
            }
        }
    }
}

/// The lake acknowledges an event.
pub(super) fn acknowledged(said: &mut Authorities, token: Token, id: EventNumber) {
    if let Some(view) = said.dossiers.open(token).payment_mut(id.stream) {
        view.stream.acknowledged.add(id.seq);
    }
}

/// At rest: everybody has heard of every change.
pub(super) fn delivered(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    view: &PaymentRecordView,
) {
    let (token, stream) = (view.intent.token, &view.stream);
    let plan = &said.plan;
    let shop = client_role(plan.operation(token).map_or(0, |operation| operation.client));
    // What a disk that lies never wrote, the lake counted in good faith.
    let lies = plan
        .faults
        .iter()
        .any(|fault| matches!(fault.misfortune, Misfortune::LyingSync { role } if role == LAKE));
    let counted = |seq| stream.ever_counted.has(seq) || lies;
    for (consumer, role) in party::consumers(plan) {
        let there = [STORE, role].into_iter().all(|role| plan.heals(role));
        if !there || (consumer == Consumer::Merchant && !plan.heals(shop)) {
            continue;
        }
        let has = |seq| match consumer {
            Consumer::Merchant => stream.told.has(seq),
            Consumer::Lake => stream.acknowledged.has(seq) && counted(seq),
        };
        let missing = (1..=stream.count().min(EVENTS_MAX)).find(|seq| !has(*seq));
        let about = (token, step_at(role), Relation::NeverFinished);
        found.check(Invariant::I32, seen, about, missing.is_none(), || {
            let (seq, who) = (missing.unwrap_or_default(), party::name(role));
            let status = stream.status(seq).map_or_else(String::new, |status| status.to_string());
            let whom = if role == NOTIFIER { party::name(shop) } else { who };
            format!("{whom} never heard of event {seq} of {}: it is {status}", called(token))
        });
    }
}

/// What the store says of a payment to whoever reads it.
pub(super) fn read(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    (read, rows): (&ReadRequest, &Rows),
) {
    let Some((key, row)) = rows.key.zip(rows.payment) else { return };
    let whose = (read.token, key.payment);
    is_its_journal(said, found, seen, whose, (row.status, row.version as usize));
}

/// What the store says of a payment to whoever works on it.
pub(super) fn leased(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    whose: (Token, PaymentId),
    journal: &[Record],
) {
    let status = journal.iter().rev().find_map(|record| match record {
        Record::StatusChanged(status) => Some(*status),
        _ => None,
    });
    let status = status.unwrap_or(Status::Processing);
    is_its_journal(said, found, seen, whose, (status, journal.len()));
}

fn is_its_journal(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    (token, payment): (Token, PaymentId),
    row: (Status, usize),
) {
    let Some(dossier) = said.of(token) else { return };
    // Under a key that several use there may be the payment of another.
    let Some(view) = dossier.payment(payment) else { return };
    let journal = (view.status, usize::from(view.stream.records));
    let about = (token, "status", Relation::BooksDiffer);
    found.check(Invariant::I24, seen, about, row == journal, || {
        format!(
            "the store's row of {} is {} after {} records, but its durable journal is {} after {}",
            called(token),
            row.0,
            row.1,
            journal.0,
            journal.1
        )
    });
}

fn out_of_order(
    found: &mut Findings,
    seen: Sighting,
    (token, step): (Token, &'static str),
    seq: u32,
    in_order: bool,
) {
    let about = (token, step, Relation::RecordOutOfOrder);
    found.check(Invariant::I32, seen, about, in_order, || {
        format!("event {seq} of {} came before event {}", called(token), seq - 1)
    });
}

/// What comes of an event at `role`: the lake counts it, shops are notified.
fn step_at(role: Role) -> &'static str {
    if role == LAKE { "count" } else { "notify" }
}
