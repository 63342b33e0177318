//! What each authority believed at the moment of a violation.

use std::collections::BTreeMap;

use model::saga::Try;
use model::{
    AccountId, AccountName, Amount, Balance, Balances, Charge, HoldState, Intent, Movement,
    OperationId, Outcome, PaymentId, ProviderId, Record, Status, Token, Transfer, TransferId,
    TransferKind, UndoOutcome,
};
use sim::VirtualTime;

use super::matter::Matter;
use super::testimony::{Said, Testimony};
use crate::fact::Fact;
use crate::message::ClientReply;

/// What each authority believed of one payment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beliefs {
    /// The providers' own books: every charge of the instrument, as it stood.
    pub charges: Vec<Charge>,
    /// The ledger.
    pub ledger: LedgerBelief,
    /// What the client's screen showed last.
    pub screen: Option<Screen>,
    /// What the probe saw at rest, if it looked.
    pub probed: Option<ClientReply>,
    /// The journal of each payment that was accepted for the instrument; more
    /// than one only if that is the violation.
    pub journals: Vec<JournalBelief>,
}

/// What the ledger had of one payment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerBelief {
    /// Its holds on money, permissions left out, in the order of their booking.
    pub holds: Vec<(Amount, HoldState)>,
    /// What each provider owes for it.
    pub owed: BTreeMap<ProviderId, Amount>,
    /// What was booked for merchants, as fees and as taxes.
    pub shared: BTreeMap<AccountName, Amount>,
    /// The sums of the limited accounts that the violation is about.
    pub limits: Vec<(AccountId, Balance)>,
}

/// What a screen showed last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Since when.
    pub at: VirtualTime,
    /// What.
    pub shows: Shows,
}

/// What a client can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// The reply to something that it asked.
    Reply(ClientReply),
    /// A notice that it had not asked for.
    Notice(Status),
}

/// What the durable journal had of one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalBelief {
    /// What the client wanted.
    pub intent: Intent,
    /// How it stands.
    pub status: Status,
    /// Every try at a step, in the order of the intents.
    pub tries: Vec<TryBelief>,
    /// Whether the client wanted it canceled.
    pub cancel_requested: bool,
    /// Whether a person has to look.
    pub case: bool,
    /// Whether nothing was left to do.
    pub closed: bool,
}

/// What the journal had of one try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TryBelief {
    /// Which.
    pub which: Try,
    /// The key that it carries.
    pub operation: OperationId,
    /// At whom, where there was a choice.
    pub provider: Option<ProviderId>,
    /// What it came to; `None` while that is not known.
    pub outcome: Option<Outcome>,
    /// Its undo, if one was intended, and what that came to.
    pub undo: Option<Option<UndoOutcome>>,
}

/// The money of one payment, after something happened to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// What providers reserve on the card, or may come to.
    pub reserved: Amount,
    /// What providers took from the card.
    pub taken: Amount,
    /// What the ledger holds.
    pub held: Amount,
    /// What the ledger says that providers owe.
    pub booked: Amount,
    /// What is left of the limit that the violation is about.
    pub limit_left: Option<Amount>,
}

/// A fold of what authorities said.
#[derive(Clone, Debug, Default)]
pub(super) struct Believing {
    pub(super) beliefs: Beliefs,
    /// Where each hold of the payment stands among those of the ledger.
    holds: BTreeMap<TransferId, usize>,
    /// The sums of the limits that matter, and what each hold on them reserves.
    balances: Balances,
    reserved: BTreeMap<TransferId, Amount>,
}

impl Beliefs {
    pub(super) fn of(testimony: &Testimony, matter: &Matter) -> Self {
        let mut believing = Believing::default();
        for said in testimony.durable() {
            believing.hear(said, matter);
        }
        let mut beliefs = believing.beliefs;
        for (seen, fact) in &testimony.seen {
            match fact {
                Fact::Shown { asking, reply, .. } if matter.is_about(asking.token) => {
                    beliefs.screen = Some(Screen { at: seen.at, shows: Shows::Reply(*reply) });
                }
                Fact::Told { token, status } if matter.is_about(*token) => {
                    beliefs.screen = Some(Screen { at: seen.at, shows: Shows::Notice(*status) });
                }
                Fact::Heard(event) if matter.is_about(event.token) => {
                    let shows = Shows::Notice(event.status);
                    beliefs.screen = Some(Screen { at: seen.at, shows });
                }
                Fact::Probed { token, reply } if matter.is_about(*token) => {
                    beliefs.probed = Some(*reply);
                }
                _ => {}
            }
        }
        beliefs
    }
}

impl Believing {
    pub(super) fn hear(&mut self, said: &Said, matter: &Matter) {
        match said {
            Said::Moved(movement) if matter.is_about(movement.token) => {
                self.beliefs.take_movement(movement);
            }
            Said::Booked(booking) => {
                for hold in &booking.expired {
                    self.take_expiry(hold, matter);
                }
                for row in &booking.rows {
                    self.take_row(row, matter);
                }
            }
            Said::Written(token, payment, records) if matter.is_about(*token) => {
                for record in records {
                    self.beliefs.take_record(*payment, record);
                }
            }
            Said::Moved(_)
            | Said::Remitted(_)
            | Said::Written(..)
            | Said::Filed(..)
            | Said::Counted(_) => {}
        }
    }

    /// The money, as far as was heard.
    pub(super) fn tally(&self) -> Tally {
        let Beliefs { charges, ledger, .. } = &self.beliefs;
        let alive = charges.iter().filter(|charge| charge.state.is_alive());
        let open = ledger.holds.iter().filter(|(_, state)| *state == HoldState::Pending);
        let limit = |(_, sums): &(AccountId, Balance)| {
            sums.credits_posted - sums.debits_posted - sums.debits_pending
        };
        Tally {
            reserved: alive.map(|charge| charge.authorized.max(pending(charge))).sum(),
            taken: charges.iter().map(|charge| charge.captured).sum(),
            held: open.map(|(amount, _)| *amount).sum(),
            booked: ledger.owed.values().copied().sum(),
            limit_left: ledger.limits.first().map(limit),
        }
    }

    fn take_expiry(&mut self, hold: &Transfer, matter: &Matter) {
        let limited = |account: &AccountId| matter.accounts().contains(account);
        for account in [hold.debit, hold.credit].into_iter().filter(limited) {
            let sums = self.balances.entry(account);
            let pending = match account == hold.debit {
                true => &mut sums.debits_pending,
                false => &mut sums.credits_pending,
            };
            *pending += -hold.amount;
        }
        if let Some(at) = self.holds.get(&hold.id) {
            self.beliefs.ledger.holds[*at].1 = HoldState::Expired;
        }
        self.note_limits(matter);
    }

    fn take_row(&mut self, row: &Transfer, matter: &Matter) {
        self.take_limit(row, matter);
        if row.token == Token(0) || !matter.is_about(row.token) || row.debit.name.is_memo() {
            return;
        }
        let ledger = &mut self.beliefs.ledger;
        match row.kind {
            TransferKind::Pending | TransferKind::PendingFor(_) => {
                self.holds.insert(row.id, ledger.holds.len());
                ledger.holds.push((row.amount, HoldState::Pending));
                return;
            }
            TransferKind::PostPending(hold) | TransferKind::VoidPending(hold) => {
                let voided = matches!(row.kind, TransferKind::VoidPending(_));
                let state = if voided { HoldState::Voided } else { HoldState::Posted };
                if let Some(at) = self.holds.get(&hold) {
                    ledger.holds[*at].1 = state;
                }
                if voided {
                    return;
                }
            }
            TransferKind::Posted => {}
        }
        for (account, amount) in [(row.debit, row.amount), (row.credit, -row.amount)] {
            match account.name {
                AccountName::ProviderReceivable(provider) => {
                    *ledger.owed.entry(provider).or_default() += amount;
                }
                name @ (AccountName::MerchantPending(_)
                | AccountName::FeeIncome
                | AccountName::TaxPayable) => {
                    *ledger.shared.entry(name).or_default() -= amount;
                }
                _ => {}
            }
        }
    }

    /// Keeps the sums of the limits that matter, from whoever's rows.
    fn take_limit(&mut self, row: &Transfer, matter: &Matter) {
        let limited = |account: &AccountId| matter.accounts().contains(account);
        for account in [row.debit, row.credit].into_iter().filter(limited) {
            let sums = self.balances.entry(account);
            let (posted, pending) = match account == row.debit {
                true => (&mut sums.debits_posted, &mut sums.debits_pending),
                false => (&mut sums.credits_posted, &mut sums.credits_pending),
            };
            let held = row.kind.pending().and_then(|hold| self.reserved.get(&hold));
            *pending += -held.copied().unwrap_or_default();
            match row.kind {
                TransferKind::Posted | TransferKind::PostPending(_) => *posted += row.amount,
                TransferKind::Pending | TransferKind::PendingFor(_) => {
                    *pending += row.amount;
                    self.reserved.insert(row.id, row.amount);
                }
                TransferKind::VoidPending(_) => {}
            }
        }
        self.note_limits(matter);
    }

    fn note_limits(&mut self, matter: &Matter) {
        let limits = matter.accounts().iter().map(|a| (*a, self.balances.of(*a)));
        self.beliefs.ledger.limits = limits.collect();
    }
}

/// What a charge may come to reserve whose issuer will answer later.
fn pending(charge: &Charge) -> Amount {
    if charge.decision.is_some() { charge.money.amount } else { Amount::ZERO }
}

impl Beliefs {
    fn take_movement(&mut self, movement: &Movement) {
        let charge = movement.charge;
        match self.charges.iter_mut().find(|known| known.id == charge.id) {
            Some(known) => *known = charge,
            None => self.charges.push(charge),
        }
    }

    fn take_record(&mut self, payment: PaymentId, record: &Record) {
        if let Record::Accepted(intent) = record {
            self.journals.push(JournalBelief::new(intent));
        }
        let known = self.journals.iter_mut().find(|journal| journal.intent.payment == payment);
        if let Some(journal) = known {
            journal.take(record);
        }
    }
}

impl JournalBelief {
    fn new(intent: &Intent) -> Self {
        Self {
            intent: *intent,
            status: Status::Processing,
            tries: Vec::new(),
            cancel_requested: false,
            case: false,
            closed: false,
        }
    }

    fn take(&mut self, record: &Record) {
        match *record {
            Record::StepIntent { which, operation, provider } => {
                let (outcome, undo) = (None, None);
                self.tries.push(TryBelief { which, operation, provider, outcome, undo });
            }
            Record::StepOutcome { which, outcome } => {
                self.change(which, |known| known.outcome = Some(outcome));
            }
            Record::CompIntent { which, .. } => self.change(which, |known| known.undo = Some(None)),
            Record::CompOutcome { which, outcome } => {
                self.change(which, |known| known.undo = Some(Some(outcome)));
            }
            Record::CancelRequested => self.cancel_requested = true,
            Record::StatusChanged(status) => self.status = status,
            Record::CaseOpened(_) => self.case |= record.hands_over(),
            Record::Terminal => self.closed = true,
            Record::Flagged => self.case = true,
            Record::Accepted(_)
            | Record::PivotCommitted
            | Record::Notified
            | Record::Decision(_)
            | Record::Reversed
            | Record::Locked(_)
            | Record::Covered(_)
            | Record::AtHand(_)
            | Record::Short => {}
        }
    }

    fn change(&mut self, which: Try, change: impl FnOnce(&mut TryBelief)) {
        if let Some(known) = self.tries.iter_mut().rev().find(|known| known.which == which) {
            change(known);
        }
    }
}
