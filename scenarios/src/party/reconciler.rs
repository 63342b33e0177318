//! The reconciler: takes settlement files in, books what they tell, and minds
//! what does not agree. It keeps nothing durable: what it forgets, whoever wrote
//! the file sends again, and the store tells again what is to be done.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{
    Answer, Booked, Commit, InboxChange, LateItem, LedgerRequest, OperationId, Payment, PaymentId,
    Record, SettlementFile, Settling, Status, Task, Then, TransferResult, Work, booking,
};
use sim::{Delivery, Role};

use crate::fact::Fact;
use crate::message::{Envelope, FileReceipt, Message};
use crate::party::{LEDGER, STORE, teller_role};
use crate::system::{Effects, PaymentSystem};

/// What it has asked for and not heard of.
#[derive(Clone, Debug, Default)]
pub struct Reconciler {
    /// Who waits for a file to be durable, by its name.
    files: BTreeMap<model::FileId, Role>,
    /// What the ledger is to book.
    works: BTreeMap<OperationId, (Work, Option<Box<Settling>>)>,
}

impl Reconciler {
    pub(crate) fn on_message(
        &mut self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    ) {
        match delivery.message {
            Message::SettlementFile(file) => self.take(delivery.from, file, out),
            Message::Filed(receipt) => {
                if let Some(teller) = self.files.remove(&receipt.file) {
                    out.send(teller, Message::FileReceipt(receipt));
                }
            }
            Message::Reconcile(Task::Book(work, settling)) => {
                self.book(system, *work, settling, out);
            }
            Message::Reconcile(Task::Late(late)) => miss(&late, out),
            Message::Booked(envelope, Answer::Booked(results)) => {
                self.booked(&envelope, &results, out);
            }
            Message::AskReport(token) => out.send(STORE, Message::AskReport(token)),
            Message::Report(_, report) => out.note(Fact::Reported(report)),
            _ => {}
        }
    }

    /// A file that is not all there has to come again.
    fn take(&mut self, from: Role, file: std::sync::Arc<SettlementFile>, out: &mut Effects) {
        if file.is_whole() {
            self.files.insert(file.id, from);
            out.send(STORE, Message::File(file));
        } else {
            let receipt = FileReceipt { file: file.id, taken: false };
            out.send(from, Message::FileReceipt(receipt));
        }
    }

    /// Has a line booked, which is durable by now.
    fn book(
        &mut self,
        system: &PaymentSystem,
        work: Work,
        settling: Option<Box<Settling>>,
        out: &mut Effects,
    ) {
        let fold =
            |settling: &Settling| Payment::fold(&settling.journal, system.rules.defects).ok();
        let transfers = booking(&work, settling.as_deref().and_then(fold).as_ref());
        if transfers.is_empty() {
            return done(&work, settling.as_deref(), out);
        }
        let operation = work.line.id.operation(work.stage);
        let envelope = Envelope {
            token: work.line.token,
            payment: PaymentId(work.line.id.0),
            operation,
            number: 1,
            // It works under no lease, and no line is ever taken over.
            epoch: 1,
        };
        self.works.insert(operation, (work, settling));
        out.send(LEDGER, Message::Book(envelope, LedgerRequest::Create(transfers)));
    }

    fn booked(&mut self, envelope: &Envelope, results: &[TransferResult], out: &mut Effects) {
        let is_booked =
            matches!(results.first(), Some(TransferResult::Created | TransferResult::Exists));
        // A chain is booked whole or not at all: the first leg tells of all.
        if is_booked && let Some((work, settling)) = self.works.remove(&envelope.operation) {
            done(&work, settling.as_deref(), out);
        }
    }
}

/// No line told of this in time: it may be in a file that did not arrive, and
/// somebody has to look.
fn miss(late: &LateItem, out: &mut Effects) {
    out.send(teller_role(late.teller), Message::FileAgain(late.token));
    let at = Duration::from_nanos(out.wall().as_nanos());
    out.send(STORE, Message::Reconciled(late.token, Booked::Late(late.item, at)));
}

/// The ledger has a line: a payment that is settled by it says so from now on.
fn done(work: &Work, settling: Option<&Settling>, out: &mut Effects) {
    let (line, stage) = (work.line.id, work.stage);
    let Some(Settling { journal, .. }) = settling else {
        out.send(STORE, Message::Reconciled(work.line.token, Booked::Line(line, stage)));
        return;
    };
    let model::What::Settle { payment, .. } = work.what else { return };
    let status = journal.iter().rev().find_map(|record| match record {
        Record::StatusChanged(status) => Some(*status),
        _ => None,
    });
    let token = match journal.first() {
        Some(Record::Accepted(intent)) => intent.token,
        _ => work.line.token,
    };
    let settled = status == Some(Status::Succeeded);
    let records = settled.then_some(Record::StatusChanged(Status::Settled)).into_iter().collect();
    let commit = Commit {
        inbox: vec![InboxChange::Booked(line, stage)],
        then: Then::Close,
        ..Commit::of(payment, token, journal.len() as u32, records)
    };
    out.send(STORE, Message::Commit(std::sync::Arc::new(commit.sealed())));
}
