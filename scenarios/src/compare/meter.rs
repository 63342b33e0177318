//! Measures a world by what clients see and what gets durable, and never by what
//! the parties under test say.

use std::collections::BTreeMap;

use model::two_phase::{Branch, Participant, Transaction};
use model::{Booking, Token, TransferId, TransferKind};
use sim::{Observer, Role, Sighting, Strike, Subject, VirtualTime};

use crate::fact::Fact;
use crate::judge::Judge;
use crate::message::Message;
use crate::plan::Plan;
use crate::system::{Entry, PaymentSystem};

/// How long everything lasted, in nanoseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// From each attempt until its client saw how it ended.
    pub to_final: Vec<u64>,
    /// Each hold of money in the ledger.
    pub holds: Vec<u64>,
    /// Each lock on an account.
    pub locks: Vec<u64>,
    /// How often a request met a lock.
    pub blocked: u64,
}

impl Measured {
    pub(super) fn add(&mut self, other: &Self) {
        self.to_final.extend(&other.to_final);
        self.holds.extend(&other.holds);
        self.locks.extend(&other.locks);
        self.blocked += other.blocked;
    }
}

/// A judge, and whoever measures beside it.
#[derive(Debug)]
pub(crate) struct Meter {
    pub(crate) judge: Judge,
    began: BTreeMap<Token, VirtualTime>,
    holds: BTreeMap<TransferId, VirtualTime>,
    locks: BTreeMap<(Transaction, Branch), VirtualTime>,
    measured: Measured,
}

impl Meter {
    pub(crate) fn new(judge: Judge, plan: &Plan) -> Self {
        let began = plan.operations.iter().map(|operation| (operation.token, operation.at));
        let (holds, locks) = (BTreeMap::new(), BTreeMap::new());
        Self { judge, began: began.collect(), holds, locks, measured: Measured::default() }
    }

    /// What was measured until `now`: what lasts still has lasted until then.
    pub(crate) fn close(self, now: VirtualTime) -> (Judge, Measured) {
        let mut measured = self.measured;
        let until = |since: &VirtualTime| nanos(*since, now);
        measured.holds.extend(self.holds.values().map(until));
        measured.locks.extend(self.locks.values().map(until));
        (self.judge, measured)
    }

    fn booked(&mut self, at: VirtualTime, booking: &Booking) {
        for row in booking.rows.iter().filter(|row| !row.debit.name.is_memo()) {
            match row.kind {
                TransferKind::Pending | TransferKind::PendingFor(_) => {
                    self.holds.insert(row.id, at);
                }
                TransferKind::PostPending(hold) | TransferKind::VoidPending(hold) => {
                    let since = self.holds.remove(&hold);
                    self.measured.holds.extend(since.map(|since| nanos(since, at)));
                }
                TransferKind::Posted => {}
            }
        }
    }

    /// A shard's part of a transaction stands so: the account is locked while it has
    /// promised and does not know what was decided.
    fn stands(&mut self, at: VirtualTime, part: (Transaction, Branch), state: Participant) {
        match state {
            Participant::Prepared => {
                self.locks.entry(part).or_insert(at);
            }
            _ => {
                let since = self.locks.remove(&part);
                self.measured.locks.extend(since.map(|since| nanos(since, at)));
            }
        }
    }
}

impl Observer<PaymentSystem> for Meter {
    fn sent(&mut self, seen: Sighting, to: Role, message: &Message) {
        self.judge.sent(seen, to, message);
    }

    fn durable(&mut self, seen: Sighting, record: &Entry) {
        match record {
            Entry::Ledger(booking) => self.booked(seen.at, booking),
            Entry::Branch(entry) if entry.about.branch != Branch::Providers => {
                let part = (entry.about.transaction, entry.about.branch);
                self.stands(seen.at, part, entry.state);
            }
            _ => {}
        }
        self.judge.durable(seen, record);
    }

    fn struck(&mut self, seen: Sighting, strike: Strike, subject: Option<Subject>) {
        self.judge.struck(seen, strike, subject);
    }

    fn lost(&mut self, seen: Sighting, record: &Entry) {
        self.judge.lost(seen, record);
    }

    fn noted(&mut self, seen: Sighting, fact: &Fact) {
        let shown = match fact {
            Fact::Shown { asking, reply, .. } => {
                reply.status().map(|status| (asking.token, status))
            }
            Fact::Told { token, status } => Some((*token, *status)),
            Fact::Blocked(_) => {
                self.measured.blocked += 1;
                None
            }
            _ => None,
        };
        if let Some((token, _)) = shown.filter(|(_, status)| status.is_final())
            && let Some(began) = self.began.remove(&token)
        {
            self.measured.to_final.push(nanos(began, seen.at));
        }
        self.judge.noted(seen, fact);
    }
}

fn nanos(since: VirtualTime, until: VirtualTime) -> u64 {
    u64::try_from(until.since(since).as_nanos()).unwrap_or(u64::MAX)
}
