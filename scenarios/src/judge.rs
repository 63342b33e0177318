//! The judge: watches a world through taps that the parties can't feel, and
//! compares what the authorities say. It never asks the accused.

mod authorities;
mod by_hand;
mod chargebacks;
mod charges;
mod deadlines;
mod docket;
mod dossier;
mod dossiers;
mod envelope;
mod events;
mod fees;
mod fencing;
mod findings;
mod id_set;
mod journal;
mod keys;
mod late;
mod ledger;
mod losses;
mod nets;
mod own;
mod packed;
mod probes;
mod quotes;
mod rail;
mod reconciled;
mod refunds;
mod relatives;
mod remittances;
mod replay;
mod rest;
mod reversals;
mod risk;
mod screen_view;
mod screens;
mod settlement_view;
mod settlements;
mod shares;
mod sights;
mod stream;
mod strikes;
mod sums;
mod taps;
mod trapped;
mod two_phase;
mod unclaimed;
mod undoing;
mod waits;
mod webhooks;
mod wedge;

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{
    BankMovement, Booking, Commit, Ledger, Movement, PaymentId, ProviderId, Reconciliation, Record,
    Status, StoreEntry, Token,
};
use sim::{Role, Sighting, VirtualTime};

pub use authorities::Authorities;
pub use docket::Docket;
pub use dossier::{ChargeView, PaymentRecordView, RemittanceView};
use envelope::Envelope;
pub use findings::{Findings, Relation, Violation};
use probes::Probes;
pub use quotes::QuoteCounts;
pub use sights::Sights;
pub use strikes::{BANK_STRIKES, DECISION_STRIKES, PROVIDER_STRIKES};
use two_phase::Commitments;
use webhooks::InboxView;

use crate::fact::Endpoint;
use crate::message::ClientReply;
use crate::party::PROBE;
use crate::party::two_phase::entry::CoordinatorEntry;
use crate::plan::Plan;
use crate::system::PaymentSystem;

/// What parties go by, to be held against what they have durably: of those that are there,
/// and up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Books<'w> {
    pub(crate) ledger: Option<&'w Ledger>,
    pub(crate) reconciliation: Option<&'w Reconciliation>,
}

/// Watches one world.
#[derive(Clone, Debug)]
pub struct Judge {
    said: Authorities,
    inbox: InboxView,
    envelope: Envelope,
    probes: Probes,
    commitments: Commitments,
    found: Findings,
}

impl Judge {
    /// A judge for the world of `plan`.
    pub fn new(plan: &Arc<Plan>) -> Self {
        let inbox = InboxView::default();
        let (envelope, probes) = (Envelope::default(), Probes::default());
        let commitments = Commitments::default();
        let (said, found) = (Authorities::new(plan), Findings::new(plan));
        Self { said, inbox, envelope, probes, commitments, found }
    }

    /// A judge for the world of `system`.
    pub fn of(system: &PaymentSystem) -> Self {
        let mut judge = Self::new(&system.plan);
        judge.said.has_no_journal = system.own.is_some();
        judge.found.has_no_journal = system.own.is_some();
        judge
    }

    /// The same, keeping every change of what is trapped.
    #[must_use]
    pub fn recorded(mut self) -> Self {
        self.said.watch.record();
        self
    }

    /// What the authorities said, as far as the world has come.
    pub fn authorities(&self) -> &Authorities {
        &self.said
    }

    /// How often each policy decided, and how often the rules did because it could
    /// not.
    pub fn decisions(&self) -> &BTreeMap<&'static str, u64> {
        self.envelope.counts()
    }

    /// What was found so far.
    pub fn findings(&self) -> &Findings {
        &self.found
    }

    /// The world has ended.
    pub fn end(&mut self, now: VirtualTime) {
        self.said.watch.end(now);
    }

    /// Judges what holds only at rest.
    pub(crate) fn at_rest(&mut self, now: VirtualTime, books: Books<'_>) {
        let seen = Sighting { at: now, event: 0, role: PROBE };
        if let Some(ledger) = books.ledger {
            ledger::at_rest(&self.said, &mut self.found, seen, ledger);
        }
        rest::judge(&self.said, &mut self.found, seen);
        settlements::at_rest(&self.said, &mut self.found, seen, books.reconciliation);
        self.inbox.at_rest(&mut self.found, seen);
        deadlines::at_end(&self.said, &mut self.found, seen);
    }

    /// Nothing is left to happen to `payment`, and it is not finished.
    pub fn lost_wake_up(&mut self, payment: u64, now: VirtualTime) {
        let token = self.said.token_of(PaymentId(payment));
        let seen = Sighting { at: now, event: 0, role: PROBE };
        rest::lost_wake_up(&mut self.found, seen, token, PaymentId(payment));
        deadlines::at_end(&self.said, &mut self.found, seen);
    }

    /// The horizon was reached. Nothing else tells that somebody's own orchestrator
    /// has not finished, as it owes nobody a word of what it has begun.
    pub fn at_horizon(&mut self, now: VirtualTime) {
        if self.said.has_no_journal {
            let seen = Sighting { at: now, event: 0, role: PROBE };
            rest::unfinished(&self.said, &mut self.found, seen);
        }
    }

    /// Something may yet happen to `payment`, but its time is up.
    pub fn overdue(&mut self, payment: u64, now: VirtualTime) {
        let token = self.said.token_of(PaymentId(payment));
        let seen = Sighting { at: now, event: 0, role: PROBE };
        rest::overdue(&mut self.found, seen, token, PaymentId(payment));
        deadlines::at_end(&self.said, &mut self.found, seen);
    }

    fn booked(&mut self, seen: Sighting, booking: &Booking) {
        ledger::judge(&mut self.said, &mut self.found, seen, booking);
        quotes::booked(&mut self.said, &mut self.found, seen, booking);
        deadlines::judge(&mut self.said, &mut self.found, seen);
    }

    fn committed(&mut self, seen: Sighting, entry: &StoreEntry) {
        let commit = match entry {
            StoreEntry::Committed(commit) => commit,
            StoreEntry::Leased(payment, token, lease) => {
                fencing::leased(&mut self.said, *payment, *token, lease);
                return;
            }
            // What the store believes about its clock is no authority.
            StoreEntry::Elapsed(..) => return,
            StoreEntry::Received(webhook, state) => {
                self.inbox.received(&mut self.found, seen, webhook, *state);
                return;
            }
            StoreEntry::Found(event, token, what) => {
                self.inbox.found(&mut self.found, seen, (*event, *token), *what);
                return;
            }
            // What a consumer has heard of, it says itself; what the ledger has,
            // its rows do.
            StoreEntry::Acknowledged(..) | StoreEntry::Reconciled(..) => return,
            StoreEntry::Filed(file, _) => {
                self.said.settlements.filed(file);
                return;
            }
        };
        fencing::committed(&self.said, &mut self.found, seen, commit);
        settlements::committed(&self.said, &mut self.found, seen, commit);
        for record in &commit.records {
            let whose = (commit.token, commit.payment);
            journal::judge(&self.said, &mut self.found, seen, whose, record);
            undoing::recorded(&self.said, &mut self.found, seen, whose, record);
            risk::recorded(&self.said, &mut self.found, seen, whose, record);
            quotes::recorded(&mut self.said, &mut self.found, seen, whose, record);
            if self.said.plan().decisions.is_some() {
                self.envelope.committed(self.said.plan(), &mut self.found, seen, whose, record);
            }
            // What befalls a payment later claims no key of a client's.
            if matches!(record, Record::Accepted(intent) if !intent.order.is_about_another()) {
                keys::claimed(&mut self.said, &mut self.found, seen, commit.token);
            }
            self.said.take_record(seen.at, commit.payment, commit.token, record);
            if let Record::Reversed = record {
                self.returned(seen, commit);
            }
        }
        deadlines::judge(&mut self.said, &mut self.found, seen);
        if self.said.plan().webhooks {
            self.inbox.committed(&mut self.found, seen, commit);
        }
    }

    /// A coordinator of two-phase commit has this in its log: what that says of the
    /// payment is told as the journal of a saga would.
    fn logged(&mut self, seen: Sighting, entry: &CoordinatorEntry) {
        self.commitments.logged(&mut self.found, seen, entry);
        let payment = entry.payment();
        let token = self.commitments.token_of(payment);
        let records = match entry {
            CoordinatorEntry::Accepted(intent, _) => {
                keys::claimed(&mut self.said, &mut self.found, seen, token);
                vec![Record::Accepted(*intent)]
            }
            CoordinatorEntry::Ended(_, status) => {
                vec![Record::StatusChanged(*status), Record::Terminal]
            }
            CoordinatorEntry::Revoked(_) => {
                let provider = self.commitments.committed_by(payment).unwrap_or(ProviderId(0));
                self.said.take_revocation(token, provider);
                Vec::new()
            }
            _ => Vec::new(),
        };
        for record in &records {
            self.said.take_record(seen.at, payment, token, record);
        }
    }

    /// A reversal is written down: the same commit makes what it is about
    /// `returned`.
    fn returned(&mut self, seen: Sighting, commit: &Commit) {
        let dossier = self.said.of(commit.token);
        let view = dossier.as_ref().and_then(|dossier| dossier.payment(commit.payment));
        let Some(of) = view.and_then(|view| view.intent.order.returns()) else { return };
        drop(dossier);
        let change = Record::StatusChanged(Status::Returned);
        journal::judge(&self.said, &mut self.found, seen, (commit.token, of), &change);
        self.said.take_record(seen.at, of, commit.token, &change);
    }

    fn moved(&mut self, seen: Sighting, movement: &Movement) {
        self.said.sights.stir();
        self.said.take_movement(seen.at, movement);
        undoing::moved(&self.said, &mut self.found, seen, movement);
        charges::judge(&self.said, &mut self.found, seen, movement);
        self.envelope.moved(&mut self.found, seen, movement);
        chargebacks::judge(&mut self.found, seen, movement);
        refunds::moved(&self.said, &mut self.found, seen, movement);
        screens::after_movement(&self.said, &mut self.found, seen, movement.token);
        deadlines::judge(&mut self.said, &mut self.found, seen);
    }

    fn remitted(&mut self, seen: Sighting, movement: &BankMovement) {
        self.said.take_remittance(seen.at, movement);
        remittances::judge(&self.said, &mut self.found, seen, movement);
        let token = movement.remittance.destination;
        screens::after_movement(&self.said, &mut self.found, seen, token);
    }

    fn told(
        &mut self,
        (seen, to): (Sighting, Role),
        about: (Token, Option<Endpoint>),
        reply: &ClientReply,
    ) {
        if self.said.has_no_journal {
            own::told(&mut self.said, &mut self.found, (seen, to), about, reply);
        }
    }

    fn shown(&mut self, seen: Sighting, what: screens::Screen) {
        screens::judge(&mut self.said, &mut self.found, seen, what);
    }
}

/// The name of an instrument in messages to people.
fn called(token: Token) -> String {
    format!("payment {}", token.0)
}

/// The name of the instrument of a refund in messages to people.
fn called_refund(token: Token) -> String {
    format!("refund {}", token.0)
}

#[cfg(test)]
mod tests {
    use model::{Charge, ChargeEvent, ChargeId, Defects, OperationId, ProviderId};
    use sim::Seed;

    use super::*;
    use crate::invariant::Invariant;
    use crate::{catalog, trial};

    /// What was said of a payment is packed when it is finished; what is said
    /// of it later is judged by all of it all the same.
    #[test]
    fn a_second_charge_of_a_payment_that_was_finished_long_ago_is_caught() {
        let mut scenario = catalog::all()[0].clone();
        scenario.workload.operations = 900;
        let system = PaymentSystem::new(Plan::draw(&scenario, Seed(1)), Defects::NONE);
        let mut judge = Judge::new(&system.plan);
        let mut world = trial::world(&system);
        let ending = trial::settle(&mut world, &mut judge);
        assert_eq!(trial::conclude(&world, &mut judge, ending), trial::Verdict::Held);
        assert!(judge.said.footprint().0 < 300, "most dossiers are packed");

        let seen = Sighting { at: world.now(), event: 0, role: PROBE };
        for operation in &system.plan.operations {
            let (token, captured) = (operation.token, judge.said.captured(operation.token));
            let charge = Charge {
                id: ChargeId(u64::MAX),
                state: model::ChargeState::Captured,
                money: operation.money,
                authorized: operation.money.amount,
                captured: operation.money.amount,
                ..Charge::tombstone(ProviderId(7), OperationId(1), token, Default::default())
            };
            let event = ChargeEvent::Captured(charge.captured);
            judge.moved(seen, &Movement { charge, token, reference: None, event });
            let caught = |invariant| {
                let violations = judge.found.violations.iter();
                violations.filter(|v| v.token == token && v.invariant == invariant).count()
            };
            let (twice, failed) = (caught(Invariant::I05), caught(Invariant::I18));
            assert_eq!(twice, usize::from(captured > model::Amount::ZERO), "{}", called(token));
            assert!(twice + failed == 1 || judge.said.payment_of(token).is_none());
        }
    }
}
