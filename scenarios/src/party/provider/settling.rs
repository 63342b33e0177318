//! How a provider settles: it writes down what moves, and at the cut-off of a
//! banking day what it has paid.

use std::time::Duration;

use model::{Aside, ChargeEvent, ChargeState, FileId, LineKind, Movement, OperationId, Teller};

use super::telling::ROOM_MAY_COME;
use super::{ProviderDesk, ProviderEntry, now};
use crate::message::FileReceipt;
use crate::party::statement::{Entry, FilePost, Statement};
use crate::plan::Plan;
use crate::system::{Effects, PaymentSystem, Timer};

impl ProviderDesk {
    /// After a boot: whatever was not acknowledged goes out again.
    pub(super) fn resume_settling(&mut self, system: &PaymentSystem, out: &mut Effects) {
        self.files = FilePost::default();
        if let Some(statement) = self.state.statement.as_ref() {
            self.files.resume(statement, out);
        }
        self.expect_cut_off(system, out);
    }

    /// The books have moved, for what has this reference if they don't tell
    /// themselves: a file has to tell of it.
    pub(super) fn enter(
        &mut self,
        system: &PaymentSystem,
        movement: &Movement,
        reference: Option<OperationId>,
        out: &mut Effects,
    ) {
        if self.state.statement.is_some() {
            let movement = Movement { reference: movement.reference.or(reference), ..*movement };
            self.state.enter(&system.plan, &movement, now(out));
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
        let cut_off = date(system, out);
        let mishaps = plan.mishaps(Teller::Provider(self.id), statement.next());
        let (writing, struck) = statement.write((cut_off, plan.contract), mishaps);
        statement.take(&writing);
        self.files.sends(&writing.file, &struck, out);
        self.note_down(ProviderEntry::Wrote(Box::new(writing)), out);
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
            self.note_down(ProviderEntry::Delivered(receipt.file), out);
        }
    }

    /// The reconciler misses something.
    pub(super) fn on_file_again(&mut self, out: &mut Effects) {
        if let Some(statement) = self.state.statement.as_ref() {
            self.files.send_all(statement, out);
        }
    }

    fn expect_cut_off(&mut self, system: &PaymentSystem, out: &mut Effects) {
        if let (Some(plan), Some(statement)) =
            (system.plan.settlement.as_ref(), self.state.statement.as_ref())
        {
            self.files.expect(statement, &plan.calendar, date(system, out), out);
        }
    }
}

/// What a file has to tell of `movement`, which happened `at` that date; `None`
/// if it moves no money between the provider and us.
pub(super) fn entry_of(plan: &Plan, movement: &Movement, at: Duration) -> Option<Entry> {
    let (kind, reference, gross) = line_of(movement)?;
    let token = movement.token;
    // Whoever breaks its word has more charges than one under a reference.
    let names = kind == LineKind::Capture && plan.is_breached();
    Some(Entry {
        charge: Aside(names.then_some(movement.charge.id)),
        kind,
        reference,
        token,
        tenant: plan.operation(token)?.tenant,
        currency: movement.charge.money.currency,
        gross,
        at,
    })
}

fn line_of(movement: &Movement) -> Option<(LineKind, OperationId, model::Amount)> {
    let charge = &movement.charge;
    let by_request = movement.reference.unwrap_or(charge.reference);
    Some(match movement.event {
        ChargeEvent::Captured(_) | ChargeEvent::TakenAfterAll(_) => {
            (LineKind::Capture, charge.reference, charge.captured)
        }
        ChargeEvent::Voided | ChargeEvent::Expired if charge.state == ChargeState::Captured => {
            (LineKind::Capture, charge.reference, charge.captured)
        }
        ChargeEvent::Refunded(amount) | ChargeEvent::RefundSucceeded(amount) => {
            (LineKind::Refund, by_request, -amount)
        }
        ChargeEvent::RefundReturned(amount) => (LineKind::RefundReturned, by_request, amount),
        ChargeEvent::Disputed(amount) => (LineKind::Dispute, charge.reference, -amount),
        ChargeEvent::DisputeWon(amount) => (LineKind::DisputeWon, charge.reference, amount),
        ChargeEvent::DisputedAgain(amount) => (LineKind::DisputedAgain, charge.reference, -amount),
        ChargeEvent::WonAgain(amount) => (LineKind::WonAgain, charge.reference, amount),
        _ => return None,
    })
}

/// The date at the provider, whose clock is true.
fn date(system: &PaymentSystem, out: &Effects) -> Duration {
    system.plan.begins.since_1970() + now(out)
}

/// What files a provider writes, if it does.
pub(super) fn statement(plan: &Plan, teller: Teller) -> Option<Statement> {
    plan.settlement.is_some().then(|| Statement::new(teller))
}
