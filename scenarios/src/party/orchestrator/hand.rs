//! One payment in a worker's hands: what it asks of the store, and when it looks
//! at the payment again.

use std::sync::Arc;
use std::time::Duration;

use model::{
    Call, Change, Commit, Conductor, Defect, InboxChange, OperationId, PaymentId, Record, Then,
    Token, Told,
};
use sim::{Role, Subject, VirtualTime};

use super::backoff::backoff;
use super::deciding;
use crate::bounds::LEASE;
use crate::message::{Envelope, LeaseRequest, Message};
use crate::party::{LEDGER, RISK, STORE, bank_role, client_role, provider_role};
use crate::points::PointName;
use crate::system::{Effects, PaymentSystem, Timer};

/// One payment in a worker's hands.
#[derive(Clone, Debug)]
pub(super) struct Hand {
    pub(super) token: Token,
    /// Whether somebody is broken for good, so that no doubt has to end.
    spares: bool,
    pub(super) conductor: Option<Conductor>,
    /// What webhooks tell, as far as it can't be judged yet.
    pub(super) told: Vec<Told>,
    /// What was found of others, which the next commit marks.
    pub(super) found: Vec<InboxChange>,
    pub(super) epoch: u32,
    pub(super) version: u32,
    /// When it asked for what the lease runs from: the lease itself, or the
    /// commit that renewed it.
    asked: Duration,
    pub(super) doing: Doing,
    /// What the decider was asked, and has not answered.
    pub(super) question: Option<deciding::Asked>,
    /// When to look at it again.
    pub(super) due: Duration,
    /// When the reminder that counts will come, if one is set.
    pub(super) armed: Option<Duration>,
    /// Its number; earlier ones are stale.
    pub(super) round: u32,
    pub(super) tries: u32,
    /// How many leases it lost in a row before anything came of them.
    pub(super) lost: u32,
}

/// What a hand waits for.
#[derive(Clone, Debug)]
pub(super) enum Doing {
    /// The answer to the request for a lease that it first made then.
    Leasing(VirtualTime),
    /// This commit.
    Committing(Arc<Commit>),
    /// An answer, or a reminder.
    Working,
    /// The time when the store gives it back.
    Parked,
}

impl Hand {
    /// A payment that was not leased yet.
    pub(super) fn new(system: &PaymentSystem, token: Token) -> Self {
        Self {
            token,
            spares: system.plan.core.is_some(),
            conductor: None,
            told: Vec::new(),
            found: Vec::new(),
            epoch: 0,
            version: 0,
            asked: Duration::ZERO,
            doing: Doing::Parked,
            question: None,
            due: Duration::ZERO,
            armed: None,
            round: 0,
            tries: 0,
            lost: 0,
        }
    }

    /// Its lease is over. It may have ended that itself, where links are slow: a
    /// request that it made a second time arrived after the lease, and before
    /// what came of it. Asked as often again, each would end the one before, for
    /// ever.
    pub(super) fn lease_anew(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        out: &mut Effects,
    ) {
        self.lost = self.lost.saturating_add(1);
        self.lease(system, payment, out);
    }

    pub(super) fn lease(&mut self, system: &PaymentSystem, payment: PaymentId, out: &mut Effects) {
        // The store tells anew with the lease.
        self.told.clear();
        self.found.clear();
        let asked = match self.doing {
            Doing::Leasing(asked) => {
                self.tries += 1;
                asked
            }
            _ => {
                (self.tries, self.asked) = (self.lost, out.monotonic());
                out.wall()
            }
        };
        self.doing = Doing::Leasing(asked);
        let request = Message::Lease(LeaseRequest { payment, token: self.token, asked });
        let pause = backoff(system, payment, self.tries);
        if system.rules.changes.has(Change::ReorderedSends) {
            self.remind(payment, pause, out);
            out.send(STORE, request);
        } else {
            out.send(STORE, request);
            self.remind(payment, pause, out);
        }
    }

    /// Whether this is the request for a lease that it waits for the answer to.
    pub(super) fn waits_for(&self, request: &LeaseRequest) -> bool {
        matches!(self.doing, Doing::Leasing(asked) if asked == request.asked)
    }

    /// Whether nothing may be sent before the lease is renewed: others may soon
    /// hold the payment. Nobody else ever holds that of a sole worker.
    pub(super) fn has_to_renew(&self, system: &PaymentSystem, now: Duration) -> bool {
        let aged = || system.plan.workers > 1 && now >= self.asked + RENEW_AFTER;
        system.rules.defects.pick(Defect::LeaseNoFencing, aged, || false)
    }

    pub(super) fn commit(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        records: Vec<Record>,
        then: Then,
        out: &mut Effects,
    ) {
        let inbox = std::mem::take(&mut self.found);
        let commit = Commit {
            epoch: Some(self.epoch),
            inbox,
            then,
            ..Commit::of(payment, self.token, self.version, records)
        };
        let commit = Arc::new(commit.sealed_by(&system.rules));
        if out.maybe(PointName::RepeatedCommit.point(), Subject(self.token.0)) {
            out.send(STORE, Message::Commit(commit.clone()));
        }
        out.send(STORE, Message::Commit(commit.clone()));
        (self.tries, self.asked) = (0, out.monotonic());
        self.doing = Doing::Committing(commit);
        self.remind(payment, backoff(system, payment, 0), out);
    }

    pub(super) fn call(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        call: Call,
        number: u32,
        out: &mut Effects,
    ) {
        let conductor = self.conductor.as_ref();
        let operation = conductor.and_then(Conductor::operation).unwrap_or(OperationId(0));
        let (token, epoch) = (self.token, self.epoch);
        let envelope = Envelope { token, payment, operation, number, epoch };
        let (to, message): (Role, _) = match call {
            Call::Risk(request) => (RISK, Message::Assess(envelope, request)),
            Call::Ledger(request) => (LEDGER, Message::Book(envelope, request)),
            Call::Provider(provider, request) => {
                (provider_role(provider), Message::Provide(envelope, request))
            }
            Call::Bank(bank, request) => (bank_role(bank), Message::Remit(envelope, request)),
            // The store knows whether the shop has heard of the event.
            Call::Notice(notice) if system.plan.merchant_events => (STORE, Message::Notice(notice)),
            Call::Notice(notice) => {
                let client = system.plan.operation(self.token).map_or(0, |o| o.client);
                (client_role(client), Message::Notice(notice))
            }
        };
        out.send(to, message);
    }

    /// Looks at the payment again after `pause`, unless something happens first:
    /// a reminder that is set already finds out when it comes.
    pub(super) fn remind(&mut self, payment: PaymentId, pause: Duration, out: &mut Effects) {
        self.due = out.monotonic() + pause;
        if self.armed.is_none_or(|at| at > self.due) {
            self.arm(payment, out);
        }
    }

    pub(super) fn arm(&mut self, payment: PaymentId, out: &mut Effects) {
        let pause = self.due.saturating_sub(out.monotonic());
        self.armed = Some(self.due);
        self.round += 1;
        let timer = Timer::Payment(payment, self.round);
        if self.conductor.as_ref().is_some_and(|conductor| conductor.has_case(self.spares)) {
            out.set_housekeeping(pause, timer);
        } else {
            out.set_timer(pause, timer);
        }
    }
}

/// From this age of its lease on a worker renews it before it sends anything.
/// With the longest rest in its hands that is less than the lease, so that it
/// has the payment as long as it lives and is heard; and however slow its clock
/// is and fast that of the store, it never sends anything while another may
/// hold the payment.
const RENEW_AFTER: Duration = LEASE.checked_div(3).expect("three is not zero");
