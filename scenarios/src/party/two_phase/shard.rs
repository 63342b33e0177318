//! A shard of the ledger as a participant. Whoever prepares locks one account
//! until the decision has come; whoever meets a lock waits in line. Accounts that
//! everybody adds to, such as fees and what is in transit, take no locks.

use std::collections::BTreeMap;
use std::time::Duration;

use model::posting::{Voucher, payin, shards};
use model::two_phase::{
    Branch, Locked, Locks, Participant, ParticipantAct, ParticipantEvent, Transaction,
};
use model::{
    AccountId, AccountName, Amount, Booking, Ledger, PaymentId, Transfer, TransferResult, Version,
    quote,
};
use sim::{Delivery, Role};

use super::entry::BranchEntry;
use super::{reminded, reminder};
use crate::fact::Fact;
use crate::message::{About, Message, Settled, TwoPhase, Vote, Work};
use crate::party::ledger::grants;
use crate::system::{Effects, Entry, PaymentSystem};

/// A shard with its books and its locks.
#[derive(Clone, Debug)]
pub struct ShardDesk {
    branch: Branch,
    ledger: Ledger,
    locks: Locks,
    parts: BTreeMap<Transaction, Part>,
    /// Whether the merchants' limits are booked.
    funded: bool,
}

/// This shard's part of a transaction.
#[derive(Clone, Copy, Debug)]
struct Part {
    about: About,
    work: Option<Work>,
    state: Participant,
    coordinator: Role,
    /// Inquiries since it was told anything, and the reminder that counts.
    tries: u32,
    /// Whether it was counted as one that waits.
    waits: bool,
}

impl ShardDesk {
    pub(crate) fn boot(
        system: &PaymentSystem,
        branch: Branch,
        journal: &[Entry],
        out: &mut Effects,
    ) -> Self {
        let mut ledger = Ledger::new(system.rules.defects);
        let mut parts = BTreeMap::new();
        for entry in journal {
            match entry {
                Entry::Ledger(booking) => ledger.restore(booking),
                Entry::Branch(entry) => {
                    parts.insert(entry.about.transaction, Part::restored(entry));
                }
                _ => {}
            }
        }
        let (locks, funded) = (Locks::default(), !journal.is_empty());
        let mut desk = Self { branch, ledger, locks, parts, funded };
        // Whoever has promised keeps what it had locked.
        for (transaction, part) in &desk.parts {
            if let (Participant::Prepared, Some(work)) = (part.state, &part.work) {
                desk.locks.lock(account(branch, work), *transaction);
                out.set_timer(Duration::ZERO, reminder(*transaction, part.tries));
            }
        }
        desk.fund(system, out);
        desk
    }

    pub(crate) fn on_message(
        &mut self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    ) {
        self.fund(system, out);
        // Whoever can't write promises and does nothing.
        if out.disk_is_full() {
            return;
        }
        match delivery.message {
            Message::TwoPhase(TwoPhase::Prepare(work)) => {
                let fresh = Part::new(work.about, Some(*work), delivery.from);
                self.parts.entry(work.about.transaction).or_insert(fresh);
                self.prepare(system, work.about.transaction, out);
            }
            Message::TwoPhase(TwoPhase::Decide(about, decision)) => {
                let fresh = Part::new(about, None, delivery.from);
                self.parts.entry(about.transaction).or_insert(fresh);
                self.meet(system, about.transaction, decision.into(), Booking::default(), out);
            }
            _ => {}
        }
    }

    /// Nobody has told what was decided for a while.
    pub(crate) fn on_timer(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        number: u32,
        out: &mut Effects,
    ) {
        let (transaction, round) = reminded(payment, number);
        let Some(part) = self.parts.get_mut(&transaction) else { return };
        if part.state != Participant::Prepared || part.tries != round {
            return;
        }
        part.tries += 1;
        let tries = part.tries;
        out.set_timer(patience(system, tries), reminder(transaction, tries));
        if !out.disk_is_full() {
            self.meet(system, transaction, ParticipantEvent::TimedOut, Booking::default(), out);
        }
    }

    /// Promises what was asked for, as soon as the account is free.
    fn prepare(&mut self, system: &PaymentSystem, transaction: Transaction, out: &mut Effects) {
        let Some(part) = self.parts.get_mut(&transaction) else { return };
        let Some(work) = part.work.filter(|_| part.state == Participant::Working) else {
            let (event, booking) = (ParticipantEvent::Prepare, Booking::default());
            return self.meet(system, transaction, event, booking, out);
        };
        if self.locks.lock(account(self.branch, &work), transaction) == Locked::Waits {
            if !std::mem::replace(&mut part.waits, true) {
                out.note(Fact::Blocked(work.about.token));
            }
            return;
        }
        let (results, booking) = match self.branch {
            Branch::Merchants => {
                let part = payin::Part { merchant: work.merchant, amount: work.money.amount };
                self.ledger.create(&payin::hold(&voucher(&work), &[part]), date(out))
            }
            Branch::Customers | Branch::Providers => Default::default(),
        };
        let can = results.iter().all(|result| *result == TransferResult::Created);
        let event = if can { ParticipantEvent::Prepare } else { ParticipantEvent::PrepareInVain };
        self.meet(system, transaction, event, booking, out);
    }

    /// Goes on with a transaction by `event`, which has changed the books so. What
    /// the protocol can't explain changes nothing.
    fn meet(
        &mut self,
        system: &PaymentSystem,
        transaction: Transaction,
        event: ParticipantEvent,
        booking: Booking,
        out: &mut Effects,
    ) {
        let Some(part) = self.parts.get_mut(&transaction) else { return };
        let before = part.state;
        let Ok(acts) = part.state.meet(event, system.rules.defects) else { return };
        let part = *part;
        for act in acts {
            let answer = match act {
                ParticipantAct::Force => {
                    let decided = match (before, part.work) {
                        (Participant::Prepared, Some(work)) => self.settle(&work, part.state, out),
                        _ => Booking::default(),
                    };
                    for booking in [&booking, &decided] {
                        if *booking != Booking::default() {
                            out.append(Entry::Ledger(booking.clone()));
                        }
                    }
                    out.append(Entry::Branch(Box::new(part.entry())));
                    out.sync();
                    continue;
                }
                ParticipantAct::VoteYes => TwoPhase::Vote(part.about, Vote::Yes),
                ParticipantAct::VoteNo => TwoPhase::Vote(part.about, Vote::No),
                ParticipantAct::Acknowledge => {
                    TwoPhase::Acknowledge(part.about, Settled::AsDecided)
                }
                ParticipantAct::Inquire => TwoPhase::Inquire(part.about),
            };
            out.send(part.coordinator, Message::TwoPhase(answer));
        }
        if part.state == Participant::Prepared && before != Participant::Prepared {
            out.set_timer(patience(system, part.tries), reminder(transaction, part.tries));
        }
        if part.state.is_decided() && before != part.state {
            self.unlock(system, &part, out);
        }
    }

    /// Books what was decided about what this shard had promised.
    fn settle(&mut self, work: &Work, state: Participant, out: &Effects) -> Booking {
        let chain = decided(self.branch, work, state);
        let (results, booking) = self.ledger.create(&chain, date(out));
        debug_assert!(results.iter().all(|result| *result == TransferResult::Created));
        booking
    }

    /// Gives up the lock, and goes on with who is next.
    fn unlock(&mut self, system: &PaymentSystem, part: &Part, out: &mut Effects) {
        let Some(work) = &part.work else { return };
        let account = account(self.branch, work);
        if let Some(next) = self.locks.release(account, part.about.transaction) {
            self.prepare(system, next, out);
        }
    }

    /// Books the limits before anything else, as soon as there is room for it.
    fn fund(&mut self, system: &PaymentSystem, out: &mut Effects) {
        if self.branch == Branch::Merchants && !self.funded && !out.disk_is_full() {
            self.funded = true;
            let (_, booking) = self.ledger.create(&grants(&system.plan), date(out));
            out.append(Entry::Ledger(booking));
            out.sync();
        }
    }
}

impl Part {
    fn new(about: About, work: Option<Work>, coordinator: Role) -> Self {
        let state = Participant::Working;
        Self { about, work, state, coordinator, tries: 0, waits: false }
    }

    fn restored(entry: &BranchEntry) -> Self {
        let BranchEntry { about, work, state, coordinator, .. } = *entry;
        Self { about, work, state, coordinator, tries: 0, waits: false }
    }

    fn entry(&self) -> BranchEntry {
        let Self { about, work, state, coordinator, .. } = *self;
        BranchEntry { about, work, state, coordinator, charge: None, settled: None }
    }
}

/// The account that this work locks on this shard.
fn account(branch: Branch, work: &Work) -> AccountId {
    let name = match branch {
        Branch::Merchants => AccountName::MerchantPending(work.merchant),
        Branch::Customers | Branch::Providers => AccountName::ProviderReceivable(work.provider),
    };
    AccountId { tenant: work.tenant, currency: work.money.currency, name }
}

/// The chain that carries a decision out, once this shard had prepared for it.
fn decided(branch: Branch, work: &Work, state: Participant) -> Vec<Transfer> {
    let (voucher, amount) = (voucher(work), work.money.amount);
    let merchant = work.merchant;
    match (branch, state) {
        (Branch::Merchants, Participant::Committed) => {
            let quote = quote(Version::CURRENT, work.money);
            let (fee, tax, rest) = (quote.fee, quote.tax, Amount::ZERO);
            shards::merchants(&voucher, &payin::CapturedPart { merchant, amount, fee, tax, rest })
        }
        (Branch::Merchants, Participant::Aborted) => {
            payin::void(&voucher, &[payin::Part { merchant, amount }])
        }
        (Branch::Customers, Participant::Committed) => {
            shards::customers(&voucher, work.provider, amount)
        }
        _ => Vec::new(),
    }
}

fn voucher(work: &Work) -> Voucher {
    let Transaction { payment, attempt } = work.about.transaction;
    Voucher {
        tenant: work.tenant,
        currency: work.money.currency,
        subject: payment.0,
        number: attempt,
        token: work.about.token,
        operation: payment.operation(work.about.branch as u8, attempt),
    }
}

/// How long it waits before it asks what was decided, once more.
pub(super) fn patience(system: &PaymentSystem, tries: u32) -> Duration {
    ASK_AFTER.max(system.rules.backoff(tries, false))
}

fn date(out: &Effects) -> Duration {
    Duration::from_nanos(out.wall().as_nanos())
}

const ASK_AFTER: Duration = Duration::from_secs(5);
