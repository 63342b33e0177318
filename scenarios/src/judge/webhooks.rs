//! The invariants of the inbox: I22 and I23.

use std::collections::BTreeSet;

use model::{
    Commit, EventId, IdMap, InboxChange, InboxEvent, InboxState, OperationId, PaymentId, Record,
    Then, Token, Webhook,
};
use sim::Sighting;

use super::called;
use super::findings::{Findings, Relation};
use crate::invariant::Invariant;
use crate::message::Receipt;

/// JR and EX: what the store's durable inbox says of each webhook, and what was
/// acknowledged.
#[derive(Clone, Debug, Default)]
pub(super) struct InboxView {
    rows: IdMap<EventId, Row>,
    /// The latest version that was applied of each object.
    applied: IdMap<OperationId, u32>,
    /// The references of each payment, and the events about each.
    references: IdMap<PaymentId, Vec<OperationId>>,
    events: IdMap<OperationId, Vec<EventId>>,
    /// The events that begin a saga of its own, or tell of one.
    sagas: IdMap<PaymentId, Vec<EventId>>,
    acknowledged: IdMap<EventId, Token>,
    /// What came of no webhook, but of a line of a settlement file, and changed something.
    lines: BTreeSet<EventId>,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    webhook: Webhook,
    state: InboxState,
    /// How often it changed anything.
    applied: u32,
}

impl InboxView {
    /// A webhook is durable, in this state.
    pub(super) fn received(
        &mut self,
        found: &mut Findings,
        seen: Sighting,
        webhook: &Webhook,
        state: InboxState,
    ) {
        let before = self.rows.get(&webhook.event).map_or(0, |row| row.applied);
        self.rows.insert(webhook.event, Row { webhook: *webhook, state, applied: before });
        self.events.entry(webhook.reference).or_default().push(webhook.event);
        if let Some(saga) = webhook.saga() {
            self.sagas.entry(saga).or_default().push(webhook.event);
        }
        if state == InboxState::Applied {
            self.apply(found, seen, webhook.event);
        }
    }

    /// This was durably found of a webhook, or of a line, about whom `token` stands for.
    pub(super) fn found(
        &mut self,
        found: &mut Findings,
        seen: Sighting,
        (event, token): (EventId, Token),
        what: InboxEvent,
    ) {
        let Some(row) = self.rows.get_mut(&event) else {
            if what == InboxEvent::Fits {
                let about = (token, "webhook", Relation::SameOperationTwice);
                found.check(Invariant::I22, seen, about, self.lines.insert(event), || {
                    format!("{event}, a settlement line about {}, was applied twice", called(token))
                });
            }
            return;
        };
        row.state = row.state.next(what).unwrap_or(row.state);
        if what == InboxEvent::Fits {
            self.apply(found, seen, event);
        }
    }

    /// A commit is durable, and what it did to the inbox.
    pub(super) fn committed(&mut self, found: &mut Findings, seen: Sighting, commit: &Commit) {
        for record in &commit.records {
            if let Record::StepIntent { operation, provider: Some(_), .. } = record {
                self.references.entry(commit.payment).or_default().push(*operation);
            }
        }
        for change in &commit.inbox {
            match change {
                InboxChange::Received(webhook) => {
                    self.received(found, seen, webhook, InboxState::Applied);
                }
                InboxChange::Found(event, what) => {
                    self.found(found, seen, (*event, commit.token), *what);
                }
                InboxChange::Booked(..) => {}
            }
        }
        if commit.then == Then::Close {
            self.close(commit.payment);
        }
    }

    /// The ingress has acknowledged an event.
    pub(super) fn acknowledged(&mut self, found: &mut Findings, seen: Sighting, receipt: &Receipt) {
        let Receipt { event, token, .. } = *receipt;
        self.acknowledged.insert(event, token);
        let about = (token, "webhook", Relation::ShownTooEarly);
        found.check(Invariant::I23, seen, about, self.rows.contains_key(&event), || {
            format!("{event} about {} was acknowledged, and is in no inbox", called(token))
        });
    }

    /// At rest everything that was acknowledged has come to something.
    pub(super) fn at_rest(&self, found: &mut Findings, seen: Sighting) {
        for (event, token) in self.acknowledged.iter() {
            let state = self.rows.get(event).map(|row| row.state);
            let kept = state.is_some_and(|s| s.is_settled() || s == InboxState::Parked);
            let about = (*token, "webhook", Relation::NeverFinished);
            found.check(Invariant::I23, seen, about, kept, || match state {
                Some(state) => {
                    format!("{event} about {} was acknowledged, and is {state}", called(*token))
                }
                None => format!("{event} about {} was acknowledged, and lost", called(*token)),
            });
        }
    }

    /// Nothing is left to do for this payment, and so for what was told of it.
    fn close(&mut self, payment: PaymentId) {
        let references = self.references.remove(&payment).unwrap_or_default();
        let events = references.iter().filter_map(|reference| self.events.get(reference)).flatten();
        let begun = self.sagas.remove(&payment).unwrap_or_default();
        for event in events.chain(&begun) {
            if let Some(row) = self.rows.get_mut(event)
                && row.webhook.saga().is_none_or(|saga| saga == payment)
                && !row.state.is_settled()
            {
                row.state = InboxState::Stale;
            }
        }
    }

    /// A webhook has changed something.
    fn apply(&mut self, found: &mut Findings, seen: Sighting, event: EventId) {
        let Some(row) = self.rows.get_mut(&event) else { return };
        let Webhook { version, token, .. } = row.webhook;
        let reference = row.webhook.object();
        row.applied += 1;
        let (times, latest) = (row.applied, self.applied.entry(reference).or_default());
        let about = (token, "webhook", Relation::SameOperationTwice);
        found.check(Invariant::I22, seen, about, times == 1, || {
            format!("{event} about {} was applied {times} times", called(token))
        });
        if times > 1 {
            return;
        }
        let about = (token, "webhook", Relation::RecordOutOfOrder);
        found.check(Invariant::I22, seen, about, version > *latest, || {
            format!(
                "version {version} of {reference} of {} was applied after version {latest}",
                called(token)
            )
        });
        *latest = version.max(*latest);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use sim::{Seed, VirtualTime};

    use super::*;
    use crate::catalog;
    use crate::party::STORE;
    use crate::plan::Plan;

    #[test]
    fn a_settlement_line_may_change_something_once() {
        let scenario = catalog::named("ordinary-day").expect("it is built in");
        let seen = Sighting { at: VirtualTime::ZERO, event: 1, role: STORE };
        let line = (EventId(7), Token(1));
        for (others, last, holds) in [
            (InboxEvent::TooEarly, InboxEvent::Fits, true),
            (InboxEvent::Fits, InboxEvent::Outdated, true),
            (InboxEvent::Fits, InboxEvent::Fits, false),
        ] {
            let mut found = Findings::new(&Arc::new(Plan::draw(scenario, Seed(1))));
            let mut inbox = InboxView::default();
            inbox.found(&mut found, seen, line, others);
            inbox.found(&mut found, seen, line, last);
            assert_eq!(found.violations.is_empty(), holds, "{others:?}, then {last:?}");
        }
    }
}
