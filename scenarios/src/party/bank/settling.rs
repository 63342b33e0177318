//! How a bank tells of what it has sent: at the cut-off of each banking day of
//! its rail.

use std::time::Duration;

use model::{Aside, BankMovement, Contract, FileId, LineKind, RemittanceEvent, Scheme, Teller};

use super::{BankDesk, BankEntry, ROOM_MAY_COME, now};
use crate::message::FileReceipt;
use crate::party::statement::{Entry, FilePost};
use crate::plan::Plan;
use crate::system::{Effects, PaymentSystem, Timer};

impl BankDesk {
    /// After a boot: whatever was not acknowledged goes out again.
    pub(super) fn resume_settling(&mut self, system: &PaymentSystem, out: &mut Effects) {
        self.files = FilePost::default();
        if let Some(statement) = self.state.statement.as_ref() {
            self.files.resume(statement, out);
        }
        self.expect_cut_off(system, out);
    }

    /// The books have moved: a file has to tell of it.
    pub(super) fn enter(
        &mut self,
        system: &PaymentSystem,
        movement: &BankMovement,
        at: Duration,
        out: &mut Effects,
    ) {
        if self.state.statement.is_some() {
            self.state.enter(&system.plan, movement, at);
            self.expect_cut_off(system, out);
        }
    }

    /// The banking day is over.
    pub(crate) fn on_cut_off(&mut self, system: &PaymentSystem, out: &mut Effects) {
        self.files.reached();
        if out.disk_is_full() {
            out.set_timer(ROOM_MAY_COME, Timer::CutOff);
            return;
        }
        let (Some(plan), Some(statement)) =
            (system.plan.settlement.as_ref(), self.state.statement.as_mut())
        else {
            return;
        };
        let mishaps = plan.mishaps(Teller::Bank(self.id), statement.next());
        let (writing, struck) = statement.write((now(system, out), FREE), mishaps);
        statement.take(&writing);
        self.files.sends(&writing.file, &struck, out);
        self.note_down(BankEntry::Wrote(Box::new(writing)), out);
        self.expect_cut_off(system, out);
    }

    /// Sends a file that was not acknowledged, for the how-manieth time.
    pub(crate) fn send_file(&mut self, file: FileId, tries: u32, out: &mut Effects) {
        if let Some(statement) = self.state.statement.as_ref() {
            self.files.send(statement, file, tries, out);
        }
    }

    /// Sends a file once more, acknowledged or not.
    pub(crate) fn repeat_file(&mut self, file: FileId, out: &mut Effects) {
        self.files.repeat(file, out);
    }

    /// The reconciler has answered.
    pub(super) fn on_file_receipt(&mut self, receipt: &FileReceipt, out: &mut Effects) {
        let statement = self.state.statement.as_mut();
        if statement.is_some_and(|statement| self.files.hear(statement, receipt, out)) {
            self.note_down(BankEntry::Delivered(receipt.file), out);
        }
    }

    /// The reconciler misses something.
    pub(super) fn on_file_again(&mut self, out: &mut Effects) {
        if let Some(statement) = self.state.statement.as_ref() {
            self.files.send_all(statement, out);
        }
    }

    fn expect_cut_off(&mut self, system: &PaymentSystem, out: &mut Effects) {
        if let Some(statement) = self.state.statement.as_ref() {
            let calendar = &system.plan.bank(self.id).rail.calendar;
            self.files.expect(statement, calendar, now(system, out), out);
        }
    }
}

/// What a file has to tell of `movement`, which happened `at` that date; `None`
/// if it takes no money out of our account.
pub(super) fn entry_of(plan: &Plan, movement: &BankMovement, at: Duration) -> Option<Entry> {
    let remittance = &movement.remittance;
    let instant = matches!(plan.bank(remittance.bank).rail.scheme, Scheme::Instant { .. });
    let left = match movement.event {
        RemittanceEvent::Accepted => instant,
        RemittanceEvent::Settled => !instant,
        _ => false,
    };
    let token = remittance.destination;
    let tenant = plan.operation(token)?.tenant;
    left.then_some(Entry {
        kind: LineKind::Payout,
        reference: remittance.reference,
        token,
        tenant,
        currency: remittance.money.currency,
        gross: -remittance.money.amount,
        at,
        charge: Aside::NONE,
    })
}

/// A bank takes no part of what it sends.
const FREE: Contract = Contract { fee_bps: 0 };
