//! A bank as an actor: the books of its rail, and what other banks make of
//! what goes over it (payments.md F19 to F21).

mod fortune;
mod settling;
mod state;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::{
    Answer, BankId, BankMovement, BankReply, BankRequest, FileId, Handling, OperationId,
    RemittanceEvent, ReturnNotice, SettlementFile, Token,
};
use sim::{Delivery, Kind, Role};

use crate::fact::{BankStrike, Fact};
use crate::message::{Envelope, Message, ReturnReceipt, kinds};
use crate::party::idle::Idle;
use crate::party::statement::{FilePost, Writing};
use crate::party::{INGRESS, bank_role};
use crate::plan::Encounter;
use crate::snapshot::Snapshot;
use crate::system::{Effects, Entry, PaymentSystem, Timer};

use fortune::{Fortune, Said};
pub(crate) use fortune::{drawn_for_handling, drawn_for_sending};
pub use state::BankState;

/// An entry of a bank's journal: enough to do it again, and what it did to the
/// books.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum BankEntry {
    /// This request was handled so.
    Handled(BankRequest, Token, Handling, Option<BankMovement>),
    /// Time passed over what has this reference.
    Matured(OperationId, Duration, BankMovement),
    /// The house knows that what has this reference came back.
    Acknowledged(OperationId),
    /// This settlement file was written.
    Wrote(Box<Writing>),
    /// The reconciler has this one.
    Delivered(FileId),
}

impl BankEntry {
    /// What it did to the books.
    pub fn movement(&self) -> Option<&BankMovement> {
        match self {
            Self::Handled(_, _, _, movement) => movement.as_ref(),
            Self::Matured(_, _, movement) => Some(movement),
            Self::Acknowledged(_) | Self::Wrote(_) | Self::Delivered(_) => None,
        }
    }

    /// The settlement file that it wrote.
    pub fn file(&self) -> Option<&SettlementFile> {
        match self {
            Self::Wrote(writing) => Some(&writing.file),
            _ => None,
        }
    }
}

/// A bank with its books.
#[derive(Clone, Debug)]
pub struct BankDesk {
    id: BankId,
    state: BankState,
    /// References that are not put away.
    used: Idle<OperationId>,
    /// Who waits for an answer of another bank, by reference. Forgotten in a
    /// crash: whoever is not answered investigates.
    asked: BTreeMap<OperationId, (Role, Envelope)>,
    /// Investigations that take a while.
    looking: BTreeMap<u32, (Role, Envelope, BankRequest)>,
    looked: u32,
    /// When it looks into its agenda next.
    alarm: Option<Duration>,
    /// How its settlement files leave.
    files: FilePost,
}

impl BankDesk {
    /// What is not put away, and the bytes of what is.
    pub(crate) fn footprint(&self) -> (usize, usize) {
        self.state.footprint()
    }

    pub(crate) fn boot(
        system: &PaymentSystem,
        id: BankId,
        journal: &[Entry],
        out: &mut Effects,
    ) -> Self {
        let mut state = BankState::new(id, &system.plan);
        for entry in journal {
            match entry {
                Entry::Bank(entry) => state.restore(&system.plan, entry),
                Entry::Snapshot(Snapshot::Bank(snapshot)) => state = BankState::clone(snapshot),
                _ => {}
            }
        }
        let mut used = Idle::new();
        for remittance in state.books.remittances() {
            used.add(out.monotonic(), remittance.reference);
        }
        for notice in state.books.untold() {
            out.set_timer(Duration::ZERO, Timer::Return(notice.reference, 0));
        }
        let (asked, looking) = (BTreeMap::new(), BTreeMap::new());
        let files = FilePost::default();
        let mut desk = Self { id, state, used, asked, looking, looked: 0, alarm: None, files };
        desk.set_alarm(system, out);
        desk.resume_settling(system, out);
        desk
    }

    pub(crate) fn on_message(
        &mut self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    ) {
        match delivery.message {
            // Whoever can't write into the books does nothing at all.
            _ if out.disk_is_full() => {}
            Message::Remit(envelope, request) => {
                let on = self.encounter(&request, envelope.token, delivery.ordinal);
                let said = Said::of(&system.plan, &system.draws, &on);
                self.take(system, delivery.from, (envelope, request), &said, out);
            }
            Message::ReturnReply(receipt) => self.on_receipt(&receipt, out),
            Message::FileReceipt(receipt) => self.on_file_receipt(&receipt, out),
            Message::FileAgain(_) => self.on_file_again(out),
            _ => {}
        }
    }

    fn take(
        &mut self,
        system: &PaymentSystem,
        from: Role,
        (envelope, request): (Envelope, BankRequest),
        said: &Said,
        out: &mut Effects,
    ) {
        if let Some((by, wait)) = said.looks_for {
            self.tell(BankStrike::SlowInvestigation, by, envelope.token, out);
            self.looked += 1;
            self.looking.insert(self.looked, (from, envelope, request));
            out.set_timer(wait, Timer::Finding(self.looked));
            return;
        }
        self.mature(system, request.target(), out);
        let reply = self.handle(system, &request, envelope.token, out);
        match (reply, said.silent) {
            (Some(_), Some(by)) => self.tell(BankStrike::NoAnswer, by, envelope.token, out),
            (Some(reply), None) => answer(from, envelope, reply, out),
            (None, _) => {
                self.asked.insert(request.target(), (from, envelope));
            }
        }
        self.set_alarm(system, out);
        self.compact(system, out);
    }

    /// It is time for what an investigation found.
    pub(crate) fn on_finding(&mut self, system: &PaymentSystem, slot: u32, out: &mut Effects) {
        let Some((from, envelope, request)) = self.looking.remove(&slot) else { return };
        if out.disk_is_full() {
            return;
        }
        self.mature(system, request.target(), out);
        if let Some(reply) = self.handle(system, &request, envelope.token, out) {
            answer(from, envelope, reply, out);
        }
        self.set_alarm(system, out);
    }

    /// It is time for something in the agenda.
    pub(crate) fn on_alarm(&mut self, system: &PaymentSystem, out: &mut Effects) {
        self.alarm = None;
        if out.disk_is_full() {
            self.alarm = Some(now(system, out) + ROOM_MAY_COME);
            out.set_timer(ROOM_MAY_COME, Timer::Agenda);
            return;
        }
        let now = now(system, out);
        while let Some((_, reference)) = self.state.books.next_due().filter(|(at, _)| *at <= now) {
            if !self.mature(system, reference, out) {
                break;
            }
        }
        self.set_alarm(system, out);
        self.compact(system, out);
    }

    /// Tells the house of money that came back, for the how-manieth time.
    pub(crate) fn on_return(
        &self,
        system: &PaymentSystem,
        reference: OperationId,
        tries: u32,
        out: &mut Effects,
    ) {
        let mut untold = self.state.books.untold();
        let Some(notice) = untold.find(|notice| notice.reference == reference) else { return };
        tell_of_return(notice, out);
        let pause = RETRY_FIRST.saturating_mul(4_u32.saturating_pow(tries)).min(RETRY_MAX);
        // Where somebody is broken for good, it may tell nobody for ever.
        if system.plan.core.is_some() {
            out.set_housekeeping(pause, Timer::Return(reference, tries + 1));
        } else {
            out.set_timer(pause, Timer::Return(reference, tries + 1));
        }
    }

    fn on_receipt(&mut self, receipt: &ReturnReceipt, out: &mut Effects) {
        let told = self.state.books.untold().find(|notice| notice.id == receipt.id);
        let Some(notice) = told.filter(|_| receipt.taken) else { return };
        let reference = notice.reference;
        self.state.books.acknowledge(reference);
        self.note_down(BankEntry::Acknowledged(reference), out);
    }

    /// Lets everything happen that is due to what has this reference; whether
    /// anything was.
    fn mature(
        &mut self,
        system: &PaymentSystem,
        reference: OperationId,
        out: &mut Effects,
    ) -> bool {
        let now = now(system, out);
        let mut matured = false;
        while let Some(movement) = self.state.books.mature(reference, now) {
            matured = true;
            self.note_down(BankEntry::Matured(reference, now, movement), out);
            self.enter(system, &movement, now, out);
            self.after(&movement, out);
        }
        matured
    }

    /// What follows from a change of the books that nobody asked for just now.
    fn after(&mut self, movement: &BankMovement, out: &mut Effects) {
        let reference = movement.remittance.reference;
        match movement.event {
            RemittanceEvent::Accepted | RemittanceEvent::Rejected(_) => {
                let verdict = movement.remittance.verdict();
                let asked = self.asked.remove(&reference);
                if let Some(((from, envelope), reply)) = asked.zip(verdict) {
                    answer(from, envelope, reply, out);
                }
            }
            RemittanceEvent::Returned(_) => {
                self.tell(BankStrike::Returned, None, movement.remittance.destination, out);
                out.set_timer(Duration::ZERO, Timer::Return(reference, 0));
            }
            RemittanceEvent::Deferred | RemittanceEvent::Deemed | RemittanceEvent::Settled => {}
        }
    }

    /// Handles `request`, durably, and tells what there is to answer.
    fn handle(
        &mut self,
        system: &PaymentSystem,
        request: &BankRequest,
        token: Token,
        out: &mut Effects,
    ) -> Option<BankReply> {
        let is_news = self.state.is_news(request);
        let count = if is_news { self.state.count(request, token) } else { 0 };
        let on = self.encounter(request, token, count);
        let fortune = Fortune::of(&system.plan, &system.draws, &on);
        let how = fortune.handling(now(system, out));
        let (reply, movement) = self.state.books.handle(request, &how);
        if is_news {
            self.note_down(BankEntry::Handled(*request, token, how, movement), out);
            if let Some(movement) = &movement {
                self.enter(system, movement, how.now, out);
            }
        }
        let moved = movement.is_some();
        if let Some(movement) = movement {
            for (strike, by) in fortune.strikes(&movement) {
                self.tell(strike, by, token, out);
            }
            if !matches!(movement.event, RemittanceEvent::Rejected(_)) {
                fortune.later().for_each(|stroke| out.note(Fact::Befell(stroke)));
            }
            if matches!(request, BankRequest::Send { .. }) {
                self.used.add(out.monotonic(), movement.remittance.reference);
            } else {
                self.after(&movement, out);
            }
        }
        if matches!(request, BankRequest::Recall { .. }) && is_news {
            let yes = reply == Some(BankReply::RecallAccepted);
            if yes && !moved {
                fortune.later().for_each(|stroke| out.note(Fact::Befell(stroke)));
            }
            let strike = if yes { BankStrike::RecallAccepted } else { BankStrike::RecallRefused };
            self.tell(strike, None, token, out);
        }
        reply
    }

    /// Wakes up in time for what is due next.
    fn set_alarm(&mut self, system: &PaymentSystem, out: &mut Effects) {
        let Some((at, _)) = self.state.books.next_due() else { return };
        if self.alarm.is_none_or(|alarm| alarm > at) {
            self.alarm = Some(at);
            out.set_timer(at.saturating_sub(now(system, out)), Timer::Agenda);
        }
    }

    /// Puts away what was over long ago, and writes what is left.
    fn compact(&mut self, system: &PaymentSystem, out: &mut Effects) {
        let live = self.state.footprint().0;
        if let Some(references) = self.used.ripe(out.monotonic(), &system.compaction, live) {
            for reference in self.state.close(references, now(system, out)) {
                self.used.add(out.monotonic(), reference);
            }
            out.compact(Entry::Snapshot(Snapshot::Bank(Arc::new(self.state.clone()))));
        }
    }

    fn note_down(&self, entry: BankEntry, out: &mut Effects) {
        let moved = entry.movement().map(|moved| {
            let remittance = &moved.remittance;
            Fact::Remitted(remittance.destination, moved.event)
        });
        out.append(Entry::Bank(Box::new(entry)));
        out.sync();
        if let Some(moved) = moved {
            out.note(moved);
        }
    }

    /// The request, by what it is about.
    fn encounter(&self, request: &BankRequest, token: Token, ordinal: u32) -> Encounter {
        let party = bank_role(self.id);
        Encounter { party, request: message_kind(request), token, ordinal }
    }

    /// Tells what struck, for whose money, and which stroke of the plan it was, if it was one.
    fn tell(&self, strike: BankStrike, by: Option<u32>, token: Token, out: &mut Effects) {
        out.note(Fact::BankStruck(self.id, strike, token.into()));
        if let Some(stroke) = by {
            out.note(Fact::Befell(stroke));
        }
    }
}

const fn message_kind(request: &BankRequest) -> Kind {
    match request {
        BankRequest::Send { .. } => kinds::SEND,
        BankRequest::Investigate { .. } => kinds::INVESTIGATE,
        BankRequest::Recall { .. } => kinds::RECALL,
    }
}

fn answer(to: Role, envelope: Envelope, reply: BankReply, out: &mut Effects) {
    out.send(to, Message::Remitted(envelope, Answer::Bank(reply)));
}

/// Tells whoever takes in what comes from outside unasked.
fn tell_of_return(notice: ReturnNotice, out: &mut Effects) {
    out.send(INGRESS, Message::Return(notice));
}

/// The date at the bank, whose clock is true.
fn now(system: &PaymentSystem, out: &Effects) -> Duration {
    system.plan.begins.since_1970() + Duration::from_nanos(out.wall().as_nanos())
}

/// When a return is told again that was not acknowledged; four times as long
/// each time.
const RETRY_FIRST: Duration = Duration::from_secs(60);
/// The longest pause between two times.
const RETRY_MAX: Duration = Duration::from_secs(6 * 3_600);
/// When a full disk is looked at again.
const ROOM_MAY_COME: Duration = Duration::from_secs(1);
