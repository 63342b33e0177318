//! What the store does for the reconciler, which keeps nothing: files are durable
//! here before anything of them is booked, and what is to be done is told until
//! it is.

use std::sync::Arc;
use std::time::Duration;

use model::{
    Booked, Calendar, Defect, Defects, ItemId, LineId, Reconciliation, SettlementFile, StoreEntry,
    Task, Token,
};
use sim::Role;

use super::StoreDesk;
use crate::message::{FileReceipt, Message};
use crate::party::RECONCILER;
use crate::system::{Effects, Entry, PaymentSystem, Timer};

/// What the relay has in mind for the reconciler. Volatile: a boot begins anew.
#[derive(Clone, Debug)]
pub(super) struct Agenda {
    /// When the world began.
    begins: Duration,
    calendar: Calendar,
    overdue_after: u8,
    defects: Defects,
    /// What was told and is to be done still, in order.
    told: Vec<Told>,
    /// Whether a reminder is set.
    armed: bool,
}

/// What the reconciler was told to do.
#[derive(Clone, Copy, Debug)]
struct Told {
    /// The line, and the stage of it.
    at: (LineId, u8),
    /// When it is told again.
    due: Duration,
    /// How often it was told.
    times: u32,
}

impl Agenda {
    /// What there is to do in a world that settles; none elsewhere.
    pub(super) fn of(system: &PaymentSystem) -> Option<Self> {
        let plan = system.plan.settlement.as_ref()?;
        Some(Self {
            begins: system.plan.begins.since_1970(),
            calendar: plan.calendar.clone(),
            overdue_after: plan.overdue_after,
            defects: system.rules.defects,
            told: Vec::new(),
            armed: false,
        })
    }

    /// How long from `now` on a line may take to tell of what is booked then: the
    /// file of its banking day, and some days more.
    fn patience(&self, now: Duration) -> Duration {
        let date = self.begins + now;
        if self.defects.has(Defect::CutoffOffByTz) {
            let day = Duration::from_secs((date.as_secs() / DAY + 1) * DAY);
            return day - date + ON_ITS_WAY;
        }
        let day = self.calendar.banking_day(date);
        let last = self.calendar.after(day, self.overdue_after.into());
        self.calendar.cut_off(last).saturating_sub(date) + ON_ITS_WAY
    }
}

impl StoreDesk {
    /// The books of reconciliation, where there are any.
    pub(crate) fn reconciliation(&self) -> Option<&Reconciliation> {
        self.store.reconciliation()
    }

    /// After a boot: takes up whatever is to be done.
    pub(super) fn resume_reconciling(&mut self, out: &mut Effects) {
        if self.agenda.is_none() {
            return;
        }
        let expected: Vec<_> =
            self.store.reconciliation().into_iter().flat_map(|books| books.expected()).collect();
        for late in expected {
            self.mind(late.item, out);
        }
        self.relay_tasks(out);
    }

    /// Makes a file durable, unless it is known, and has it booked.
    pub(super) fn file(&mut self, from: Role, file: &Arc<SettlementFile>, out: &mut Effects) {
        let receipt = |taken| Message::Filed(FileReceipt { file: file.id, taken });
        if out.disk_is_full() {
            return;
        }
        if let Some(entry) = self.store.filing(file, date(out)) {
            self.store.restore(&entry);
            let late = self.store.late_successes(&entry);
            out.append(Entry::Store(entry));
            out.sync();
            self.accept_late(late, out);
            for line in &file.lines {
                if let Some(payment) = self.store.told_by_line(line) {
                    self.tell_news(payment, out);
                }
            }
        }
        out.send(from, receipt(true));
        self.relay_tasks(out);
    }

    /// The reconciler has done something.
    pub(super) fn reconciled(&mut self, token: Token, what: Booked, out: &mut Effects) {
        let news = self.store.reconciliation().is_some_and(|books| match what {
            Booked::Line(line, stage) => books.owes(line, stage),
            Booked::Late(item, _) => books.late(item).is_some(),
        });
        if !news || out.disk_is_full() {
            return;
        }
        let payment = match what {
            Booked::Late(item, _) => self.store.reconciliation().and_then(|b| b.payment_of(item)),
            Booked::Line(..) => None,
        };
        let entry = StoreEntry::Reconciled(token, what);
        self.store.restore(&entry);
        out.append(Entry::Store(entry));
        out.sync();
        if let Some(payment) = payment {
            self.declare(payment, out);
        }
        self.relay_tasks(out);
    }

    /// A commit books something that a line has to tell of, or ends what had to
    /// be over before a line could settle it.
    pub(super) fn after_commit(&mut self, expected: Option<ItemId>, out: &mut Effects) {
        if self.agenda.is_none() {
            return;
        }
        if let Some(item) = expected {
            self.mind(item, out);
        }
        self.relay_tasks(out);
    }

    /// Did a file tell of this?
    pub(crate) fn on_overdue(&mut self, item: ItemId, out: &mut Effects) {
        let late = self.store.reconciliation().and_then(|books| books.late(item));
        if let Some(late) = late {
            out.send(RECONCILER, Message::Reconcile(Task::Late(late)));
            out.set_timer(TELL_MAX, Timer::Overdue(item));
        }
    }

    /// The reconciler may have forgotten what it was told.
    pub(crate) fn on_reconcile(&mut self, out: &mut Effects) {
        if let Some(agenda) = &mut self.agenda {
            agenda.armed = false;
        }
        self.relay_tasks(out);
    }

    /// Tells the reconciler what does not agree.
    pub(super) fn report(&self, from: Role, token: Token, out: &mut Effects) {
        out.send(from, Message::Report(token, Box::new(self.store.unreconciled(date(out)))));
    }

    /// Tells the reconciler what is to be done, unless it was told just now.
    fn relay_tasks(&mut self, out: &mut Effects) {
        let Some(agenda) = &mut self.agenda else { return };
        let now = out.monotonic();
        let before = std::mem::take(&mut agenda.told);
        for work in self.store.works() {
            let at = (work.line.id, work.stage);
            let known = before.binary_search_by_key(&at, |told| told.at);
            let mut told = known.map_or(Told { at, due: now, times: 0 }, |place| before[place]);
            if told.due <= now {
                let pause = TELL_FIRST.saturating_mul(1 << told.times.min(12)).min(TELL_MAX);
                told = Told { due: now + pause, times: told.times + 1, ..told };
                out.send(RECONCILER, Message::Reconcile(self.store.task(work)));
            }
            agenda.told.push(told);
        }
        let next = agenda.told.iter().map(|told| told.due).min();
        if let Some(due) = next.filter(|_| !agenda.armed) {
            agenda.armed = true;
            out.set_timer(due.saturating_sub(now), Timer::Reconcile);
        }
    }

    /// Looks again when a line should have told of it.
    fn mind(&self, item: ItemId, out: &mut Effects) {
        if let Some(agenda) = &self.agenda {
            out.set_timer(agenda.patience(date(out)), Timer::Overdue(item));
        }
    }
}

fn date(out: &Effects) -> Duration {
    Duration::from_nanos(out.wall().as_nanos())
}

/// How long a file may be on its way that is not late.
const ON_ITS_WAY: Duration = Duration::from_secs(6 * 3_600);
/// In seconds.
const DAY: u64 = 86_400;
/// When the reconciler is told again; doubled each time.
const TELL_FIRST: Duration = Duration::from_secs(10);
/// The longest pause between two times.
const TELL_MAX: Duration = Duration::from_secs(3_600);
