//! The books of one bank: the ground truth of what left the house by its rail.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::closed::Closed;
use super::remittance::{Remittance, RemittanceEvent, RemittanceState};
use super::request::{
    BankAnswer, BankMovement, BankReply, BankRequest, Handling, ReturnNotice, ReturnReason,
};
use super::{Homecoming, Rail};
use crate::archive::Archive;
use crate::identity::{BankId, OperationId, Token};
use crate::money::Money;

/// The books of one bank. All of it is durable.
///
/// A reference is used once, for ever: the same message under it is answered as
/// the first, another one is turned away.
#[derive(Clone, Debug, Hash)]
pub struct BankBooks {
    bank: BankId,
    rail: Rail,
    remittances: BTreeMap<OperationId, Remittance>,
    /// What time will do, in order.
    agenda: BTreeSet<(Duration, OperationId)>,
    /// Returns that the house does not know of yet.
    untold: BTreeSet<OperationId>,
    /// What is left of what is over.
    closed: Archive<Closed>,
}

impl BankBooks {
    /// Empty books.
    pub fn new(bank: BankId, rail: Rail) -> Self {
        Self {
            bank,
            rail,
            remittances: BTreeMap::new(),
            agenda: BTreeSet::new(),
            untold: BTreeSet::new(),
            closed: Archive::default(),
        }
    }

    /// Everything that something may still happen to, by its reference.
    pub fn remittances(&self) -> impl Iterator<Item = &Remittance> {
        self.remittances.values()
    }

    /// What was sent under `reference`, if something may still happen to it.
    pub fn remittance(&self, reference: OperationId) -> Option<&Remittance> {
        self.remittances.get(&reference)
    }

    /// Whether nothing was ever sent under `reference`: only then is there
    /// anything to be drawn.
    pub fn is_new(&self, reference: OperationId) -> bool {
        !self.remittances.contains_key(&reference) && self.closed.get(reference.0).is_none()
    }

    /// Handles `request`. There may be nothing to answer yet.
    pub fn handle(
        &mut self,
        request: &BankRequest,
        how: &Handling,
    ) -> (Option<BankReply>, Option<BankMovement>) {
        match *request {
            // Whether it is flagged as a repetition or not: what came of the
            // first decides, and where the first never came, this is it.
            BankRequest::Send { reference, money, destination, repeated: _ } => {
                self.send(reference, (money, destination), how)
            }
            BankRequest::Investigate { target } => (Some(self.investigate(target)), None),
            BankRequest::Recall { reference, target } => self.recall(reference, target, how),
        }
    }

    /// When time changes something next, and what that is about.
    pub fn next_due(&self) -> Option<(Duration, OperationId)> {
        self.agenda.first().copied()
    }

    /// Lets time pass over what was sent under `reference`.
    pub fn mature(&mut self, reference: OperationId, now: Duration) -> Option<BankMovement> {
        let (at, event) = self.remittances.get(&reference)?.due()?;
        if at > now {
            return None;
        }
        self.change(reference, event, None)
    }

    /// What the house does not know of yet: the return of each, in order.
    pub fn untold(&self) -> impl Iterator<Item = ReturnNotice> {
        self.untold.iter().filter_map(|reference| self.remittances.get(reference)?.notice())
    }

    /// The house knows that what was sent under `reference` came back; whether
    /// that is news.
    pub fn acknowledge(&mut self, reference: OperationId) -> bool {
        if let Some(remittance) = self.remittances.get_mut(&reference) {
            remittance.acknowledged = true;
        }
        self.untold.remove(&reference)
    }

    /// Puts away what was sent under those of `references` that are over, and
    /// tells which are not. By `now` no copy of a message about them may be on
    /// its way any more.
    pub fn close(&mut self, references: Vec<OperationId>, now: Duration) -> Vec<OperationId> {
        let mut batch = Vec::with_capacity(references.len());
        let mut open = Vec::new();
        for reference in references {
            let Some(remittance) = self.remittances.get(&reference) else { continue };
            let recalled_until = self.rail.recalled_until(remittance.timetable.value_day);
            let may_change = remittance.state.was_sent() && now <= recalled_until;
            match Closed::of(remittance).filter(|_| remittance.is_over() && !may_change) {
                Some(closed) => batch.push((reference.0, closed)),
                None => open.push(reference),
            }
        }
        for (reference, _) in &batch {
            self.remittances.remove(&OperationId(*reference));
        }
        self.closed.keep(batch);
        open
    }

    /// How many are open, and the bytes that the others take.
    pub fn footprint(&self) -> (usize, usize) {
        (self.remittances.len(), self.closed.bytes())
    }

    fn send(
        &mut self,
        reference: OperationId,
        what: (Money, Token),
        how: &Handling,
    ) -> (Option<BankReply>, Option<BankMovement>) {
        if let Some(known) = self.remittances.get(&reference) {
            let same = (known.money, known.destination) == what;
            return (if same { known.verdict() } else { Some(BankReply::Mismatch) }, None);
        }
        if let Some(closed) = self.closed.get(reference.0) {
            let same = (closed.money(), closed.destination()) == what;
            return (Some(if same { closed.verdict() } else { BankReply::Mismatch }), None);
        }
        let (money, destination) = what;
        let timetable = self.rail.timetable(how.now);
        let back = |coming| (self.rail.returns_at(timetable.value_day, coming), coming.reason);
        let (event, decision) = match how.answer {
            BankAnswer::Accept => (RemittanceEvent::Accepted, None),
            BankAnswer::Reject(why) => (RemittanceEvent::Rejected(why), None),
            BankAnswer::Later(after, yes) => {
                (RemittanceEvent::Deferred, Some((how.now + after, yes)))
            }
            BankAnswer::Deem(yes) => {
                (RemittanceEvent::Deemed, Some((self.rail.unhangs_at(how.now), yes)))
            }
        };
        let remittance = Remittance {
            bank: self.bank,
            reference,
            destination,
            money,
            state: RemittanceState::Absent,
            timetable,
            decision,
            homecoming: how.homecoming.as_ref().map(back),
            recalled: None,
            acknowledged: false,
        };
        self.remittances.insert(reference, remittance);
        let movement = self.change(reference, event, Some(reference));
        (movement.and_then(|movement| movement.remittance.verdict()), movement)
    }

    fn investigate(&self, target: OperationId) -> BankReply {
        let open = self.remittances.get(&target).map(|remittance| remittance.state);
        let state = open.or_else(|| self.closed.get(target.0).map(|closed| closed.state()));
        state.map_or(BankReply::NotFound, BankReply::Status)
    }

    /// Before it leaves the bank a recall can't fail; behind the recall window
    /// it can't succeed. What was asked once is not decided anew.
    fn recall(
        &mut self,
        reference: OperationId,
        target: OperationId,
        how: &Handling,
    ) -> (Option<BankReply>, Option<BankMovement>) {
        let answer = |yes| if yes { BankReply::RecallAccepted } else { BankReply::RecallRefused };
        let Some(known) = self.remittances.get(&target) else {
            let is_there = self.closed.get(target.0).is_some();
            let reply = if is_there { BankReply::RecallRefused } else { BankReply::NotFound };
            return (Some(reply), None);
        };
        if let Some(yes) = known.recalled {
            return (Some(answer(yes)), None);
        }
        let is_here = matches!(known.state, RemittanceState::Accepted | RemittanceState::Settled);
        if !is_here {
            return (Some(BankReply::RecallRefused), None);
        }
        let (leaves_at, value_day) = (known.timetable.leaves_at, known.timetable.value_day);
        if how.now < leaves_at {
            self.decide_recall(target, None, true);
            let event = RemittanceEvent::Returned(ReturnReason::Recalled);
            let movement = self.change(target, event, Some(reference));
            return (Some(BankReply::RecallAccepted), movement);
        }
        let in_time = how.now <= self.rail.recalled_until(value_day);
        let back = how.recall.filter(|_| in_time).map(|days| {
            let coming = Homecoming { reason: ReturnReason::Recalled, days };
            let today = self.rail.calendar.banking_day(how.now);
            (self.rail.returns_at(today, &coming), coming.reason)
        });
        self.decide_recall(target, back, back.is_some());
        (Some(answer(back.is_some())), None)
    }

    /// Notes the answer to a recall. What comes back anyway comes back for the
    /// reason for which it comes first.
    fn decide_recall(
        &mut self,
        target: OperationId,
        back: Option<(Duration, ReturnReason)>,
        yes: bool,
    ) {
        let Some(remittance) = self.remittances.get_mut(&target) else { return };
        let before = remittance.due().map(|(at, _)| (at, target));
        remittance.recalled = Some(yes);
        let planned = remittance.homecoming.into_iter().chain(back);
        remittance.homecoming = planned.min_by_key(|(at, _)| *at);
        let after = remittance.due().map(|(at, _)| (at, target));
        self.reschedule(before, after);
    }

    fn change(
        &mut self,
        target: OperationId,
        event: RemittanceEvent,
        reference: Option<OperationId>,
    ) -> Option<BankMovement> {
        let remittance = self.remittances.get_mut(&target)?;
        let before = remittance.due().map(|(at, _)| (at, target));
        remittance.apply(event).ok()?;
        let (remittance, after) = (*remittance, remittance.due().map(|(at, _)| (at, target)));
        self.reschedule(before, after);
        if matches!(event, RemittanceEvent::Returned(_)) {
            self.untold.insert(target);
        }
        Some(BankMovement { remittance, reference, event })
    }

    fn reschedule(
        &mut self,
        before: Option<(Duration, OperationId)>,
        after: Option<(Duration, OperationId)>,
    ) {
        before.map(|due| self.agenda.remove(&due));
        self.agenda.extend(after);
    }
}
