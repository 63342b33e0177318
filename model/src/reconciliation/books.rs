//! What the store keeps for the reconciler, which keeps nothing: files and
//! lines that were taken in, items that are not closed, and what is to be
//! booked.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Booked, Item, ItemEvent, ItemId, ItemState, LateItem, Work};
use crate::archive::Archive;
use crate::defect::{Defect, Defects};
use crate::identity::{FileId, LineId, OperationId, PaymentId};
use crate::money::Amount;
use crate::settlement::{Contract, LineKind, SettlementFile, SettlementLine};

/// The books of reconciliation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reconciliation {
    pub(super) contract: Contract,
    /// What is not closed.
    pub(super) items: BTreeMap<ItemId, Item>,
    /// The item that each payment waits for.
    pub(super) awaited: BTreeMap<PaymentId, ItemId>,
    /// What lines told of before it was booked.
    pub(super) early: BTreeMap<ItemId, LineId>,
    /// What was expected and came.
    pub(super) closed: Archive<()>,
    /// Every line that was taken in.
    pub(super) lines: Archive<()>,
    /// Every file, by its digest, and how often it was.
    pub(super) files: BTreeMap<FileId, (u64, u8)>,
    /// What is to be booked.
    pub(super) works: BTreeMap<(LineId, u8), Work>,
    /// Lines in suspense, while they are.
    pub(super) suspended: BTreeMap<LineId, Work>,
    pub(super) defects: Defects,
}

impl Reconciliation {
    /// Nothing yet.
    pub fn new(contract: Contract, defects: Defects) -> Self {
        Self {
            contract,
            items: BTreeMap::new(),
            awaited: BTreeMap::new(),
            early: BTreeMap::new(),
            closed: Archive::default(),
            lines: Archive::default(),
            files: BTreeMap::new(),
            works: BTreeMap::new(),
            suspended: BTreeMap::new(),
            defects,
        }
    }

    /// Whether the same file was taken in before.
    pub fn knows(&self, file: &SettlementFile) -> bool {
        self.files.get(&file.id).is_some_and(|(digest, _)| *digest == file.digest())
    }

    /// What is to be booked, of each line what comes first.
    pub fn works(&self) -> impl Iterator<Item = &Work> {
        let mut last = None;
        let works = self.works.iter();
        let first = works.filter(move |((line, _), _)| last.replace(*line) != Some(*line));
        first.map(|(_, work)| work)
    }

    /// What lines tell to be captured under this reference, and nobody has booked.
    pub fn unforeseen(&self, reference: OperationId) -> impl Iterator<Item = &SettlementLine> {
        let early = self.early.values().filter_map(|line| self.suspended.get(line));
        let lines = early.map(|work| &work.line);
        lines.filter(move |line| (line.kind, line.reference) == (LineKind::Capture, reference))
    }

    /// Whether this line tells of what nobody has booked so far.
    pub fn is_unforeseen(&self, line: LineId) -> bool {
        let item = self.items.get(&ItemId::of_line(line));
        item.is_some_and(|item| item.state == ItemState::Unexpected)
    }

    /// Whether this is still to be booked.
    pub fn owes(&self, line: LineId, stage: u8) -> bool {
        self.works.contains_key(&(line, stage))
    }

    /// The item that this payment waits for, unless it came.
    pub fn awaited_by(&self, payment: PaymentId) -> Option<&Item> {
        self.items.get(self.awaited.get(&payment)?)
    }

    /// Whether something is still to be booked or to come for this payment.
    pub fn is_open(&self, payment: PaymentId) -> bool {
        self.awaited.contains_key(&payment)
    }

    /// The items that no line told of so far, and that are no cases.
    pub fn expected(&self) -> impl Iterator<Item = LateItem> {
        let waits = |(_, item): &(&ItemId, &Item)| item.state == ItemState::Expected;
        self.items.iter().filter(waits).map(|(id, item)| late(*id, item))
    }

    /// The payment that waits for this item, if one does.
    pub fn payment_of(&self, id: ItemId) -> Option<PaymentId> {
        self.items.get(&id)?.payment
    }

    /// This item, if no line told of it so far, and it is no case.
    pub fn late(&self, id: ItemId) -> Option<LateItem> {
        let item = self.items.get(&id).filter(|item| item.state == ItemState::Expected)?;
        Some(late(id, item))
    }

    /// Takes note of what was done. The payment that is settled by it is told in
    /// its journal.
    pub fn done(&mut self, what: Booked) {
        match what {
            Booked::Line(line, stage) => {
                if let Some(work) = self.works.remove(&(line, stage)) {
                    self.booked(&work);
                }
            }
            Booked::Late(id, at) => {
                self.meet(id, ItemEvent::DeadlineMissed, at);
                self.defects.pick(Defect::CutoffOffByTz, || {}, || self.write_off(id, at));
            }
        }
    }

    /// How many items are not closed, and the bytes that the others take.
    pub fn footprint(&self) -> (usize, usize) {
        let files = self.files.len() * size_of::<(FileId, (u64, u8))>();
        (self.items.len(), self.closed.bytes() + self.lines.bytes() + files)
    }

    /// Changes an item as `event` says, if it can meet it.
    pub(super) fn meet(&mut self, id: ItemId, event: ItemEvent, at: Duration) {
        let Some(item) = self.items.get_mut(&id) else { return };
        let Ok(state) = item.state.next(event) else { return };
        item.state = state;
        item.since = at;
        if state.is_closed() {
            self.items.remove(&id);
            self.closed.keep(vec![(id.0, ())]);
        }
    }

    /// As a defect does it: whatever is missing will never come.
    fn write_off(&mut self, id: ItemId, at: Duration) {
        self.awaited.retain(|_, awaits| *awaits != id);
        self.meet(id, ItemEvent::CaseClosed, at);
    }

    fn booked(&mut self, work: &Work) {
        if let super::What::Settle { payment, .. } = work.what {
            self.awaited.remove(&payment);
        }
    }
}

impl Item {
    /// What it is about: what is in suspense for it, or what has not come.
    pub fn value(&self) -> Amount {
        match self.state {
            ItemState::Overdue | ItemState::Expected => Amount(self.gross.0.abs()),
            _ => Amount(self.suspended.0.abs()),
        }
    }
}

fn late(item: ItemId, known: &Item) -> LateItem {
    LateItem { item, token: known.token, teller: known.teller }
}
