//! What the store does for the reconciler: expects lines of what is booked, takes
//! files in, and says what is to be done next.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::{Commit, InboxChange, PaymentRow, Store, StoreEntry, Then};
use crate::aside::Aside;
use crate::borne::Exchanged;
use crate::defect::Defect;
use crate::identity::{LineId, Merchant, OperationId, PaymentId};
use crate::money::Amount;
use crate::order::{CameBack, Order, RefundOrder, ReversalOrder};
use crate::reconciliation::{
    Booked, Item, ItemId, ItemState, Reconciliation, Refunded, Report, Settling, Task, What, Work,
};
use crate::record::{Intent, Outcome, Record};
use crate::settlement::{Contract, LineKind, SettlementFile, SettlementLine};
use crate::status::Status;
use crate::webhook::Teller;
use crate::workflow::Action;

impl Store {
    /// The same store, which expects settlement files.
    #[must_use]
    pub fn with_reconciliation(self, contract: Contract) -> Self {
        let reconciliation = Reconciliation::new(contract, self.defects);
        Self { reconciliation: Aside(Some(Box::new(reconciliation))), ..self }
    }

    /// The entry that has to be durable before anything of `file` is booked;
    /// `None` if the same file was taken in before, or is not all there.
    pub fn filing(&self, file: &Arc<SettlementFile>, at: Duration) -> Option<StoreEntry> {
        let books = self.reconciliation.as_ref()?;
        let known = self.defects.pick(Defect::FileReingest, || books.knows(file), || false);
        (!known && file.is_whole()).then(|| StoreEntry::Filed(file.clone(), at))
    }

    /// What the reconciler can do next about lines, in their order: of each, what
    /// comes first, once the payment is over that it settles.
    pub fn works(&self) -> impl Iterator<Item = &Work> {
        let works = self.reconciliation.as_ref().into_iter().flat_map(|books| books.works());
        works.filter(|work| match work.what {
            What::Settle { payment, .. } => {
                self.payments.get(&payment).is_some_and(|row| row.then == Then::Close)
            }
            _ => true,
        })
    }

    /// `work`, and what it takes to do it.
    pub fn task(&self, work: &Work) -> Task {
        let settles = match work.what {
            What::Settle { payment, .. } => self.payments.get(&payment),
            _ => None,
        };
        let settling = |row: &PaymentRow| Settling { journal: row.journal.clone(), then: row.then };
        Task::Book(Box::new(*work), settles.map(|row| Box::new(settling(row))))
    }

    /// The books of reconciliation, where there are any.
    pub fn reconciliation(&self) -> Option<&Reconciliation> {
        self.reconciliation.as_ref().map(AsRef::as_ref)
    }

    /// What books and files don't agree about at `now`.
    pub fn unreconciled(&self, now: Duration) -> Report {
        let report = || self.reconciliation().map(|books| books.report(now)).unwrap_or_default();
        self.defects.pick(Defect::BlindRecon, report, Report::default)
    }

    /// Whether nobody waits for a payment, as far as its status goes: it has
    /// ended, and where it is to be settled, it is.
    pub fn has_ended(&self, payment: PaymentId, status: Status) -> bool {
        let waits = status == Status::Succeeded && self.awaits_settlement(payment);
        status.is_final() && !waits
    }

    /// Whether a line of a settlement file is still to tell of this payment, or
    /// told of it and is not booked.
    pub fn awaits_settlement(&self, payment: PaymentId) -> bool {
        self.reconciliation().is_some_and(|books| books.is_open(payment))
    }

    /// Whether no line told of this payment in time, and somebody looks.
    pub fn is_overdue(&self, payment: PaymentId) -> bool {
        let item = self.reconciliation().and_then(|books| books.awaited_by(payment));
        item.is_some_and(|item| item.state.is_case())
    }

    /// What a line has to tell once `commit` is done, if it books something.
    pub fn expects(&self, commit: &Commit) -> Option<ItemId> {
        let (kind, reference) = self.settled_by(commit)?;
        let row = self.payments.get(&commit.payment)?;
        match row.journal.first() {
            Some(Record::Accepted(Intent { order: Order::LateSuccess(order), .. }))
                if kind == LineKind::Capture =>
            {
                Some(ItemId::late(order.charge))
            }
            _ => Some(ItemId::expected(kind, reference)),
        }
    }

    pub(super) fn file(&mut self, file: &SettlementFile, at: Duration) {
        let Some(mut books) = self.reconciliation.0.take() else { return };
        let settled = books.take(file, at, |payment| self.given_back(payment));
        self.reconciliation.0 = Some(books);
        for payment in settled {
            self.change_taken(payment, |taken| taken.settled = Aside(Some(true)));
        }
        self.hear_lines(file);
    }

    /// The payments that refunds are under way of: should one come to nothing, what
    /// it leaves is booked under what intended the payment.
    pub(super) fn refunding(&self) -> BTreeSet<PaymentId> {
        let open = self.payments.values().filter(|row| row.then != Then::Close);
        let open = open.filter(|_| self.reconciliation.is_some());
        open.filter_map(|row| match row.journal.first() {
            Some(Record::Accepted(intent)) => intent.order.parent(),
            _ => None,
        })
        .collect()
    }

    /// A refund came to nothing. What it had reserved was left out when its
    /// payment was settled, if that was meanwhile.
    pub(super) fn release(&mut self, refund: PaymentId, order: RefundOrder) {
        let RefundOrder { shares, exchanged, .. } = order;
        if order.settled.is_some() {
            return;
        }
        self.settle_after(refund, order.of, |merchant, operation| What::Release {
            merchant,
            operation,
            shares,
            exchanged,
        });
    }

    /// A refund came back and was booked as pending. It was left out when its payment
    /// was settled, if that was meanwhile.
    pub(super) fn hand_on(&mut self, reversal: PaymentId, refund: RefundOrder) {
        let row = self.payments.get(&reversal);
        let Some(Record::Accepted(intent)) = row.and_then(|row| row.journal.first()) else {
            return;
        };
        let Order::Reversal(ReversalOrder { from: CameBack::Refund { settled, .. }, .. }) =
            intent.order
        else {
            return;
        };
        if settled.is_some() {
            return;
        }
        let RefundOrder { shares, exchanged, .. } = refund;
        self.settle_after(reversal, refund.of, |merchant, operation| What::HandOn {
            merchant,
            operation,
            shares,
            exchanged,
        });
    }

    /// Has what `saga` left pending of the payment `of` booked, if a line has told of
    /// that payment by now.
    fn settle_after(
        &mut self,
        saga: PaymentId,
        of: PaymentId,
        what: impl FnOnce(Merchant, OperationId) -> What,
    ) {
        let taken = self.taken(of);
        let settled = taken.is_some_and(|taken| taken.settled.is_some());
        let row = self.payments.get(&saga);
        let Some(Record::Accepted(intent)) = row.and_then(|row| row.journal.first()).copied()
        else {
            return;
        };
        // The money is that of the payment, and so is what intended it.
        let intended = self.intended(of, Action::Authorize);
        let token = self.payments.get(&of).map_or(intent.token, |row| row.token);
        let Some(books) = self.reconciliation.as_mut().filter(|_| settled) else { return };
        let line = SettlementLine {
            id: LineId(0),
            kind: LineKind::Refund,
            reference: OperationId(0),
            token,
            tenant: intent.tenant,
            currency: intent.money.currency,
            gross: intent.money.amount,
            fee: Amount::ZERO,
            net: Amount::ZERO,
            charge: Aside::NONE,
        };
        let operation = intended.unwrap_or(OperationId(saga.0));
        books.release(saga, what(intent.merchant, operation), line);
    }

    pub(super) fn reconcile(&mut self, what: Booked) {
        if let Some(books) = self.reconciliation.as_mut() {
            books.done(what);
        }
    }

    /// Takes note of what `commit` books, and of what it tells to be booked.
    pub(super) fn expect(&mut self, commit: &Commit) {
        if !self.reconciliation.is_some() {
            return;
        }
        for change in &commit.inbox {
            if let InboxChange::Booked(line, stage) = *change {
                self.reconcile(Booked::Line(line, stage));
            }
        }
        let expected = self.settled_by(commit).and_then(|(kind, reference)| {
            let row = self.payments.get(&commit.payment)?;
            Some((reference, item(row, commit.payment, kind)?))
        });
        if let Some(((reference, item), books)) = expected.zip(self.reconciliation.as_mut()) {
            let settled = books.expect(reference, item);
            if let Some(payment) = item.payment.filter(|_| settled) {
                self.change_taken(payment, |taken| taken.settled = Aside(Some(true)));
            }
        }
    }

    /// Whether the line that `commit` tells to be booked is still to be.
    pub(super) fn owes_line(&self, line: LineId, stage: u8) -> bool {
        self.reconciliation().is_some_and(|books| books.owes(line, stage))
    }

    /// By what kind of line, and under which reference, what `commit` books is
    /// settled.
    fn settled_by(&self, commit: &Commit) -> Option<(LineKind, OperationId)> {
        self.reconciliation.as_ref()?;
        let row = self.payments.get(&commit.payment)?;
        let Some(Record::Accepted(intent)) = row.journal.first() else { return None };
        let succeeds = |record: &Record| matches!(record, Record::StatusChanged(Status::Succeeded));
        let succeeded = commit.records.iter().any(succeeds);
        let (kind, action) = match intent.order {
            Order::Chargeback(order) | Order::PreArbitration(order) => {
                let kind = disputed(&intent.order, row, commit)?;
                return Some((kind, order.authorization));
            }
            // The capture, as soon as it is in suspense, and then the refund.
            Order::LateSuccess(order) if !succeeded => {
                let held = |record: &Record| {
                    matches!(record, Record::StepOutcome { outcome: Outcome::Held, .. })
                };
                let held = commit.records.iter().any(held);
                return held.then_some((LineKind::Capture, order.authorization));
            }
            // What comes back by a rail its own saga books with the bank.
            Order::Recall(_)
            | Order::Reversal(ReversalOrder { from: CameBack::Payout { .. }, .. }) => {
                return None;
            }
            _ if !succeeded => return None,
            Order::RefundByHand(order) => {
                let authorization = match self.accepted(order.of)?.order {
                    Order::LateSuccess(late) => late.authorization,
                    _ => self.intended(order.of, Action::Authorize)?,
                };
                return Some((LineKind::Refund, authorization));
            }
            Order::Reversal(order) => {
                let refund = self.intended(order.of, Action::Refund)?;
                return Some((LineKind::RefundReturned, refund));
            }
            Order::PayIn(_) => (LineKind::Capture, Action::Authorize),
            Order::Payout(_) => (LineKind::Payout, Action::Send),
            Order::Refund(_) | Order::LateSuccess(_) => (LineKind::Refund, Action::Refund),
        };
        Some((kind, self.intended(commit.payment, action)?))
    }

    /// The operation of the last try of a payment at the step that does this.
    fn intended(&self, payment: PaymentId, what: Action) -> Option<OperationId> {
        let journal = &self.payments.get(&payment)?.journal;
        let Some(Record::Accepted(intent)) = journal.first() else { return None };
        let workflow = intent.order.workflow();
        journal.iter().rev().find_map(|record| match record {
            Record::StepIntent { which, operation, .. } if workflow.action(*which) == what => {
                Some(*operation)
            }
            _ => None,
        })
    }

    /// What refunds have taken of a payment, or will.
    fn given_back(&self, payment: PaymentId) -> Refunded {
        let taken = self.taken(payment);
        taken.map_or(Refunded::default(), |taken| Refunded {
            amount: taken.refunds,
            shares: taken.given,
            exchanged: Aside(taken.exchanged.as_ref().map(Exchanged::borne)),
            freed: taken.freed,
        })
    }
}

/// What a line has to tell of a dispute once `commit` is done: that the money was
/// withdrawn, or that it came back. What it tells of a second dispute over a payment
/// it tells in other words than of the first, as both have the same reference.
fn disputed(order: &Order, row: &PaymentRow, commit: &Commit) -> Option<LineKind> {
    let (withdrawn, back) = match order {
        Order::PreArbitration(_) => (LineKind::DisputedAgain, LineKind::WonAgain),
        _ => (LineKind::Dispute, LineKind::DisputeWon),
    };
    commit.records.iter().find_map(|record| {
        let Record::StepOutcome { which, outcome: Outcome::Posted } = record else { return None };
        let won = Outcome::Decided { won: true };
        let decided = |record: &Record| {
            matches!(record, Record::StepOutcome { outcome, .. } if *outcome == won)
        };
        match order.workflow().action(*which) {
            Action::Withdraw => Some(withdrawn),
            Action::Post if row.journal.iter().any(decided) => Some(back),
            _ => None,
        }
    })
}

/// What is expected of a line for the payment of `row`.
fn item(row: &PaymentRow, payment: PaymentId, kind: LineKind) -> Option<Item> {
    let Some(Record::Accepted(intent)) = row.journal.first() else { return None };
    let whole = intent.money.amount;
    let (teller, gross) = match intent.order {
        Order::PayIn(_) => {
            let taken = row.taken?;
            (Teller::Provider(taken.provider), taken.captured)
        }
        Order::Refund(order) | Order::RefundByHand(order) => {
            (Teller::Provider(order.provider), -whole)
        }
        Order::Reversal(ReversalOrder {
            from: CameBack::Refund { provider, .. } | CameBack::Late { provider, .. },
            ..
        }) => (Teller::Provider(provider), whole),
        Order::LateSuccess(order) => {
            let gross = if kind == LineKind::Capture { whole } else { -whole };
            (Teller::Provider(order.provider), gross)
        }
        Order::Reversal(_) | Order::Recall(_) => return None,
        Order::Payout(order) => {
            let tries = row.journal.iter().filter_map(|record| match record {
                Record::StepIntent { which, .. }
                    if intent.order.workflow().action(*which) == Action::Send =>
                {
                    Some(which.attempt)
                }
                _ => None,
            });
            let bank = order.bank_of(tries.max().unwrap_or(1)).unwrap_or(order.bank);
            (Teller::Bank(bank), -whole)
        }
        Order::Chargeback(order) | Order::PreArbitration(order) => {
            let withdrawn = matches!(kind, LineKind::Dispute | LineKind::DisputedAgain);
            let taken = if withdrawn { -whole } else { whole };
            (Teller::Provider(order.provider), taken)
        }
    };
    Some(Item {
        state: ItemState::Expected,
        kind,
        teller,
        token: intent.token,
        tenant: intent.tenant,
        currency: intent.money.currency,
        suspended: Amount::ZERO,
        gross,
        payment: matches!(intent.order, Order::PayIn(_) | Order::Payout(_)).then_some(payment),
        since: Duration::ZERO,
        charge: match (intent.order, kind) {
            (Order::PayIn(_), LineKind::Capture) => Aside(row.taken.map(|taken| taken.charge)),
            (Order::LateSuccess(order), LineKind::Capture) => Aside(Some(order.charge)),
            _ => Aside::NONE,
        },
    })
}
