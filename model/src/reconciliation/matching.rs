//! What a line is for: by its reference, and by nothing else.

use std::time::Duration;

use super::{
    Difference, Item, ItemEvent, ItemId, ItemState, Reconciliation, Refunded, Source, What, Work,
};
use crate::aside::Aside;
use crate::defect::Defect;
use crate::identity::{BankId, ChargeId, LineId, OperationId, PaymentId};
use crate::money::Amount;
use crate::settlement::{LineKind, SettlementFile, SettlementLine};
use crate::webhook::Teller;

/// What a line is found to be.
enum Finding {
    /// What was expected under this item.
    Expected(ItemId, Item),
    /// Other than what was.
    Differs(ItemId, Difference),
    /// What was told before.
    Duplicate,
    /// That what a line paid is there in another currency, for which nobody asked.
    Converts,
    /// The end of the mistake in that line.
    Corrects(LineId),
    /// Nothing that anybody had booked.
    Unforeseen,
}

impl Reconciliation {
    /// Something is booked, and a line has to tell of it. What one told of
    /// already is settled by that: whether one did.
    pub fn expect(&mut self, reference: OperationId, item: Item) -> bool {
        let late = item.charge.0.filter(|_| item.payment.is_none());
        let id = late.map_or_else(|| ItemId::expected(item.kind, reference), ItemId::late);
        if self.closed.get(id.0).is_some() || self.items.contains_key(&id) {
            return false;
        }
        self.items.insert(id, item);
        if let Some(payment) = item.payment {
            self.awaited.insert(payment, id);
        }
        let told = match item.charge.0 {
            Some(charge) => self.unforeseen_as(charge).or_else(|| self.early.get(&id).copied()),
            None => self.early.get(&id).copied(),
        };
        if let Some(line) = told
            && let Some(work) = self.suspended.get(&line).copied()
        {
            self.early.retain(|_, early| *early != line);
            let at = item.since;
            self.meet(ItemId::of_line(line), ItemEvent::CaseClosed, at);
            if let Some(what) = difference(&item, &work.line) {
                self.differs(id, &work.line, what, at);
                return false;
            }
            self.suspended.remove(&line);
            self.settle(id, &item, &work, Refunded::default(), (Source::Suspense, at));
            return true;
        }
        false
    }

    /// Takes a file in: what each of its lines is, and what is to be booked of
    /// it, where `refunded` knows what of a payment refunds have taken. Lines that
    /// were taken in before are nothing new. Tells the payments that are settled.
    pub fn take(
        &mut self,
        file: &SettlementFile,
        at: Duration,
        refunded: impl Fn(PaymentId) -> Refunded,
    ) -> Vec<PaymentId> {
        let mut settled = Vec::new();
        let known = self.files.entry(file.id).or_default();
        let before = known.1;
        *known = (file.digest(), before + 1);
        let mut fresh = Vec::with_capacity(file.lines.len());
        for line in &file.lines {
            if self.lines.get(line.id.0).is_none() {
                fresh.push((line.id.0, ()));
                let work = Work { line: *line, teller: file.teller, stage: 0, what: What::Suspend };
                settled.extend(self.sort(work, at, &refunded));
            } else {
                self.defects.pick(Defect::FileReingest, || {}, || self.again(file, line, before));
            }
        }
        self.lines.keep(fresh);
        settled
    }

    /// Finds out what a line is for; the payment that it settles, if it does.
    fn sort(
        &mut self,
        work: Work,
        at: Duration,
        refunded: impl Fn(PaymentId) -> Refunded,
    ) -> Option<PaymentId> {
        let line = work.line;
        match self.find(&work) {
            Finding::Expected(id, item) => {
                let taken = item.payment.map_or(Refunded::default(), refunded);
                self.settle(id, &item, &work, taken, (Source::Bank, at));
                return item.payment;
            }
            Finding::Corrects(wrong) => {
                self.suspended.remove(&wrong);
                self.meet(ItemId::of_line(wrong), ItemEvent::CaseClosed, at);
                self.works.insert((line.id, 0), Work { what: What::Clear, ..work });
            }
            _ if self.defects.has(Defect::BlindRecon) => {}
            Finding::Differs(id, what) => {
                self.suspend(work);
                self.differs(id, &line, what, at);
            }
            Finding::Duplicate => self.sets_aside(work, Difference::Duplicate, at),
            Finding::Converts => self.sets_aside(work, Difference::Currency, at),
            Finding::Unforeseen => {
                self.open(&work, line.net, ItemEvent::LineUnforeseen, at);
                self.early.entry(self.early_as(&line)).or_insert(line.id);
                self.suspend(work);
                self.correct_early(line.id, at);
            }
        }
        None
    }

    /// A line, which is in suspense, tells something else of what was expected.
    fn differs(&mut self, id: ItemId, line: &SettlementLine, what: Difference, at: Duration) {
        if let Some(item) = self.items.get_mut(&id) {
            item.suspended = line.net;
        }
        self.meet(id, ItemEvent::LineDiffers(what), at);
    }

    /// A line pays, or takes, what it should not, and says why.
    fn sets_aside(&mut self, work: Work, why: Difference, at: Duration) {
        let line = work.line;
        self.open(&work, line.net, ItemEvent::LineDiffers(why), at);
        self.suspend(work);
        self.correct_early(line.id, at);
    }

    fn find(&self, work: &Work) -> Finding {
        let line = &work.line;
        match line.kind {
            LineKind::Adjustment => return Finding::Unforeseen,
            LineKind::Conversion => return Finding::Converts,
            LineKind::Correction => {
                let wrong = LineId(line.reference.0);
                let known = self.items.get(&ItemId::of_line(wrong));
                let ends = known.is_some_and(|item| {
                    item.suspended == -line.net && item.currency == line.currency
                });
                return if ends { Finding::Corrects(wrong) } else { Finding::Unforeseen };
            }
            _ => {}
        }
        let by_reference = || ItemId::expected(line.kind, line.reference);
        let id = self.defects.pick(Defect::FuzzyMatch, by_reference, || {
            self.like(line).unwrap_or_else(by_reference)
        });
        let id = line.charge.0.map_or(id, |charge| self.by_charge(charge, id));
        match self.items.get(&id) {
            Some(item) => match difference(item, line) {
                Some(what) => Finding::Differs(id, what),
                None => Finding::Expected(id, *item),
            },
            None if self.closed.get(id.0).is_some() || self.has_told(id) => Finding::Duplicate,
            None => Finding::Unforeseen,
        }
    }

    /// Which item a line about this charge is for, if its reference says `id`: what was
    /// taken too late has the reference of the try that came to nothing, and where that
    /// was made anew, of what came of it.
    fn by_charge(&self, charge: ChargeId, id: ItemId) -> ItemId {
        let other = |item: &Item| item.charge.0.is_some_and(|known| known != charge);
        let late = ItemId::late(charge);
        let known = self.items.contains_key(&late) || self.closed.get(late.0).is_some();
        let settled = self.closed.get(id.0).is_some();
        let mine = self.closed.get(ItemId::settled(charge).0).is_some();
        if known || self.items.get(&id).is_some_and(other) || (settled && !mine) {
            return late;
        }
        id
    }

    /// Whether a line tells of this, and waits.
    fn has_told(&self, id: ItemId) -> bool {
        self.early.get(&id).is_some_and(|line| self.suspended.contains_key(line))
    }

    /// Under what a line waits that nobody has booked anything for.
    fn early_as(&self, line: &SettlementLine) -> ItemId {
        let id = ItemId::expected(line.kind, line.reference);
        line.charge.0.map_or(id, |charge| self.by_charge(charge, id))
    }

    /// The line that tells of this charge, and waits.
    fn unforeseen_as(&self, charge: ChargeId) -> Option<LineId> {
        let waits = |line: &LineId| self.suspended.get(line).map(|work| work.line);
        let mut early = self.early.values().filter_map(waits);
        early.find(|line| line.charge.0 == Some(charge)).map(|line| line.id)
    }

    /// As a defect finds it: the first that waits for the same amount.
    fn like(&self, line: &SettlementLine) -> Option<ItemId> {
        let same = |item: &Item| {
            let waits = matches!(item.state, ItemState::Expected | ItemState::Overdue);
            let alike = (item.kind, item.gross) == (line.kind, line.gross);
            waits && alike && (item.tenant, item.currency) == (line.tenant, line.currency)
        };
        self.items.iter().find(|(_, item)| same(item)).map(|(id, _)| *id)
    }

    /// What was expected has come.
    fn settle(
        &mut self,
        id: ItemId,
        item: &Item,
        work: &Work,
        refunded: Refunded,
        (from, at): (Source, Duration),
    ) {
        let line = work.line;
        let (right, agreed) = (&self.defects, self.contract.fee(line.kind, line.gross));
        let agreed = right.pick(Defect::NetVsGross, || agreed, || Amount::ZERO);
        let fee_off = line.fee - agreed;
        let what = match item.payment {
            Some(payment) => What::Settle { payment, refunded, fee_off, from },
            None if item.kind == LineKind::Capture => What::Collect { fee_off, from },
            None => What::Pass(from),
        };
        if let Some(charge) = line.charge.0 {
            self.closed.keep(vec![(ItemId::settled(charge).0, ())]);
        }
        let stage = u8::from(from == Source::Suspense);
        self.works.insert((line.id, stage), Work { stage, what, ..*work });
        let noticed = self.defects.pick(Defect::NetVsGross, || fee_off != Amount::ZERO, || false);
        if noticed {
            self.open(work, -fee_off, ItemEvent::LineDiffers(Difference::Fee), at);
            self.correct_early(line.id, at);
        }
        let event = match item.state {
            ItemState::Expected => ItemEvent::LineMatches,
            _ => ItemEvent::CaseClosed,
        };
        self.meet(id, event, at);
    }

    /// The mistake in a line may have been mended before the line was known for
    /// what it is.
    fn correct_early(&mut self, wrong: LineId, at: Duration) {
        let mended = ItemId::expected(LineKind::Correction, OperationId(wrong.0));
        let suspended =
            |id: ItemId| self.items.get(&id).map(|item| (item.suspended, item.currency));
        let Some(line) = self.early.get(&mended).copied() else { return };
        let (mistake, correction) = (ItemId::of_line(wrong), ItemId::of_line(line));
        let ends = suspended(correction).map(|(amount, currency)| (-amount, currency));
        if suspended(mistake) == ends {
            self.early.remove(&mended);
            self.suspended.remove(&line);
            self.suspended.remove(&wrong);
            self.meet(mistake, ItemEvent::CaseClosed, at);
            self.meet(correction, ItemEvent::CaseClosed, at);
        }
    }

    /// A refund that had reserved its money when its payment was settled takes it
    /// after all not: the merchant gets it as it got the rest.
    pub(crate) fn release(&mut self, refund: PaymentId, what: What, line: SettlementLine) {
        let teller = Teller::Bank(BankId(0));
        let line = SettlementLine { id: LineId::of_refund(refund), ..line };
        self.works.insert((line.id, 0), Work { line, teller, stage: 0, what });
    }

    fn suspend(&mut self, work: Work) {
        self.suspended.insert(work.line.id, work);
        self.works.insert((work.line.id, 0), work);
    }

    /// Opens a case about what a line tells.
    fn open(&mut self, work: &Work, suspended: Amount, event: ItemEvent, at: Duration) {
        let line = &work.line;
        let id = ItemId::of_line(line.id);
        let item = Item {
            state: ItemState::Absent,
            kind: line.kind,
            teller: work.teller,
            token: line.token,
            tenant: line.tenant,
            currency: line.currency,
            suspended,
            gross: line.gross,
            payment: None,
            since: at,
            charge: Aside::NONE,
        };
        self.items.insert(id, item);
        self.meet(id, event, at);
    }

    /// As a defect does it: everything of a file once more.
    fn again(&mut self, file: &SettlementFile, line: &SettlementLine, before: u8) {
        let stage = before.saturating_mul(2);
        let what = What::Pass(Source::Bank);
        let work = Work { line: *line, teller: file.teller, stage, what };
        self.works.insert((line.id, stage), work);
    }
}

/// What a line says otherwise of what it is for, if anything.
fn difference(item: &Item, line: &SettlementLine) -> Option<Difference> {
    if item.currency != line.currency || item.tenant != line.tenant {
        return Some(Difference::Currency);
    }
    (item.gross != line.gross).then_some(Difference::Amount)
}
