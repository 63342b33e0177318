//! The matter of a story: which happenings concern the payment that a violation
//! is about.

use std::collections::BTreeSet;

use model::gatekeeper::{Generation, KeyId};
use model::{AccountId, Booking, PaymentId, Record, SettlementFile, StoreEntry, Token};
use sim::{Happening, Trace, TraceEvent};

use crate::fact::Fact;
use crate::invariant::Invariant;
use crate::judge::Violation;
use crate::party::client::ClientEntry;
use crate::party::two_phase::entry::CoordinatorEntry;
use crate::plan::{Operation, Plan};
use crate::system::{Entry, PaymentSystem, Timer};

/// What a story is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Matter {
    /// The instrument; 0 for those of all payments.
    token: Token,
    /// Those that used its key before or after it, where keys expire: what kept
    /// the key, or gave it free, had a hand in what it was answered.
    mates: BTreeSet<Token>,
    /// Every payment that was accepted for it.
    payments: BTreeSet<PaymentId>,
    /// Accounts whose every booking matters, whoever's it is: who overdrew a
    /// limit is seen only from all that was booked on it.
    accounts: BTreeSet<AccountId>,
}

impl Matter {
    /// The matter of `violation`, of which `trace` tells.
    pub(super) fn of(violation: &Violation, plan: &Plan, trace: &Trace<PaymentSystem>) -> Self {
        let mut matter = Self {
            token: violation.token,
            mates: mates(violation.token, plan),
            payments: BTreeSet::new(),
            accounts: BTreeSet::new(),
        };
        for happened in &trace.events {
            match &happened.what {
                Happening::Appended(Entry::Store(StoreEntry::Committed(commit)))
                    if matter.touches(commit.token) =>
                {
                    let accepted = |record: &Record| matches!(record, Record::Accepted(_));
                    if commit.records.iter().any(accepted) {
                        matter.payments.insert(commit.payment);
                    }
                }
                Happening::Appended(Entry::Coordinator(entry)) => {
                    if let CoordinatorEntry::Accepted(intent, _) = entry.as_ref()
                        && matter.touches(intent.token)
                    {
                        matter.payments.insert(intent.payment);
                    }
                }
                Happening::Appended(Entry::Ledger(booking))
                    if violation.invariant == Invariant::I02 =>
                {
                    matter.accounts.extend(limits(booking, violation.token));
                }
                _ => {}
            }
        }
        matter
    }

    /// Whether the payment of this instrument is meant, or one of all.
    pub(super) fn is_about(&self, token: Token) -> bool {
        self.token == Token(0) || self.token == token
    }

    /// Whether the payment of this instrument had a part in it.
    fn touches(&self, token: Token) -> bool {
        self.is_about(token) || self.mates.contains(&token)
    }

    /// Whether it is about no single payment.
    pub(super) fn is_about_all(&self) -> bool {
        self.token == Token(0)
    }

    /// The accounts whose every booking matters.
    pub(super) fn accounts(&self) -> &BTreeSet<AccountId> {
        &self.accounts
    }

    /// Whether any of these rows matters.
    pub(super) fn has_part_in(&self, booking: &Booking) -> bool {
        booking.expired.iter().chain(&booking.rows).any(|row| {
            self.touches(row.token)
                || self.accounts.contains(&row.debit)
                || self.accounts.contains(&row.credit)
        })
    }

    /// Whether what happened concerns it.
    pub(super) fn concerns(&self, happened: &TraceEvent<PaymentSystem>) -> bool {
        match &happened.what {
            Happening::Delivered(_, _, message)
            | Happening::Undeliverable(_, message)
            | Happening::Bounced(_, message)
            | Happening::Sent(_, message, _) => self.touches(message.token()),
            Happening::TimerFired(timer) => self.is_reminded_by(*timer),
            Happening::Appended(entry) => self.is_in(entry),
            Happening::Noted(fact) => self.is_seen_in(fact),
            Happening::Forced(forcing) => self.touches(Token(forcing.subject.0)),
            Happening::Obliged(payment)
            | Happening::Discharged(payment)
            | Happening::HandedOver(payment) => self.payments.contains(&PaymentId(*payment)),
            Happening::Booted
            | Happening::Crashed(_)
            | Happening::Synced
            | Happening::Compacted(_)
            | Happening::AppendFailed
            | Happening::Resumed
            | Happening::Struck(_)
            | Happening::Lifted(_)
            | Happening::Healed => false,
        }
    }

    /// What else a timer's handler is about, its messages and records tell.
    fn is_reminded_by(&self, timer: Timer) -> bool {
        match timer {
            Timer::Operation(token, _) => self.touches(token),
            Timer::Payment(payment, _)
            | Timer::Relay(payment, _)
            | Timer::Offer(payment)
            | Timer::Retell(payment) => self.payments.contains(&payment),
            Timer::Expire
            | Timer::Request(_)
            | Timer::Execute(_)
            | Timer::Finding(_)
            | Timer::Agenda
            | Timer::Return(..)
            | Timer::Review(..)
            | Timer::Look
            | Timer::Deliver(..)
            | Timer::Repeat(_)
            | Timer::Answer(_)
            | Timer::Mature(_)
            | Timer::Dispute(_)
            | Timer::RefundBack(_)
            | Timer::ByHand(_)
            | Timer::Breach(_)
            | Timer::Replay(_)
            | Timer::Orphan(_)
            | Timer::LateSuccess
            | Timer::Advise(_)
            | Timer::Own(_)
            | Timer::Reap
            | Timer::CutOff
            | Timer::File(..)
            | Timer::FileRepeat(_)
            | Timer::Reconcile
            | Timer::Overdue(_) => false,
        }
    }

    fn is_in(&self, entry: &Entry) -> bool {
        match entry {
            Entry::Client(
                ClientEntry::Intended(token)
                | ClientEntry::Known(token)
                | ClientEntry::CancelIntended(token)
                | ClientEntry::Finished(token),
            ) => self.touches(*token),
            Entry::Ledger(booking) => self.has_part_in(booking),
            Entry::Store(StoreEntry::Committed(commit)) => self.touches(commit.token),
            Entry::Store(
                StoreEntry::Leased(payment, ..) | StoreEntry::Acknowledged(payment, ..),
            ) => self.payments.contains(payment),
            Entry::Counted(event) => self.is_about(event.token),
            Entry::Store(StoreEntry::Elapsed(_, expired)) => {
                expired.iter().any(|key| self.has_used(*key))
            }
            Entry::Store(StoreEntry::Received(webhook, _)) => self.is_about(webhook.token),
            Entry::Store(StoreEntry::Found(_, token, _) | StoreEntry::Reconciled(token, _)) => {
                self.is_about(*token)
            }
            Entry::Store(StoreEntry::Filed(file, _)) => self.tells_of(file),
            Entry::Fence(payment, _) => self.payments.contains(payment),
            Entry::Branch(entry) => self.touches(entry.about.token),
            Entry::Coordinator(entry) => self.payments.contains(&entry.payment()),
            Entry::Bank(entry) => {
                let moved = entry.movement();
                moved.is_some_and(|moved| self.is_about(moved.remittance.destination))
                    || entry.file().is_some_and(|file| self.tells_of(file))
            }
            Entry::Provider(entry) => {
                entry.movement().is_some_and(|moved| self.touches(moved.token))
                    || entry.file().is_some_and(|file| self.tells_of(file))
            }
            // Its handler heard about whom it is.
            Entry::Risk(_) | Entry::Own(_) => false,
            Entry::Snapshot(_) => false,
        }
    }

    /// Whether a line of this settlement file is about it.
    fn tells_of(&self, file: &SettlementFile) -> bool {
        file.lines.iter().any(|line| self.is_about(line.token))
    }

    /// Whether a payment that it is about had this key.
    fn has_used(&self, key: KeyId) -> bool {
        let all = (0..=self.payments.len() as u32).map(|n| key.payment(Generation(n)));
        all.into_iter().any(|payment| self.payments.contains(&payment))
    }

    fn is_seen_in(&self, fact: &Fact) -> bool {
        match fact {
            Fact::Shown { asking, .. } => self.touches(asking.token),
            Fact::Told { token, .. }
            | Fact::Probed { token, .. }
            | Fact::Moved(token, _)
            | Fact::Remitted(token, _) => self.touches(*token),
            Fact::Heard(event) => self.is_about(event.token),
            Fact::Struck(..)
            | Fact::BankStruck(..)
            | Fact::DeciderStruck(..)
            | Fact::FileStruck(_)
            | Fact::Reported(_)
            | Fact::Befell(_) => false,
            Fact::Blocked(token) => self.touches(*token),
        }
    }
}

/// The other instruments whose operations use the key of this one.
fn mates(token: Token, plan: &Plan) -> BTreeSet<Token> {
    let key = plan.operation(token).filter(|_| plan.key_lifetime.is_some()).map(Operation::key_id);
    let same = plan.operations.iter().filter(|other| Some(other.key_id()) == key);
    same.map(|other| other.token).filter(|other| *other != token).collect()
}

/// The limited accounts that a booking of this instrument touches.
fn limits(booking: &Booking, token: Token) -> impl Iterator<Item = AccountId> {
    let ours = booking.rows.iter().filter(move |row| row.token == token);
    let sides = ours.flat_map(|row| [row.debit, row.credit]);
    sides.filter(|account| account.name.is_limited())
}
