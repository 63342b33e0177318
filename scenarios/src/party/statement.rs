//! What a provider or a bank has to write into settlement files, and the files
//! that nobody has acknowledged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use model::{
    Amount, Aside, Calendar, ChargeId, Contract, Currency, FileId, LineId, LineKind, Money,
    OperationId, SettlementFile, SettlementLine, Teller, Tenant, Token,
};

use crate::fact::Fact;
use crate::message::{FileReceipt, Message};
use crate::party::RECONCILER;
use crate::plan::{ConversionPlan, FileMishap, Mishap};
use crate::system::{Effects, Timer};

/// What one writer of files has durably for them.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Statement {
    teller: Teller,
    /// How many files there are.
    written: u32,
    entries: Vec<Entry>,
    /// Files that nobody has acknowledged.
    files: BTreeMap<FileId, Arc<SettlementFile>>,
}

/// Something that a file has to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Entry {
    pub(crate) kind: LineKind,
    pub(crate) reference: OperationId,
    pub(crate) token: Token,
    pub(crate) tenant: Tenant,
    pub(crate) currency: Currency,
    pub(crate) gross: Amount,
    /// From when on it may be told, since 1970: when it happened.
    pub(crate) at: Duration,
    /// The charge that was captured, where files name it.
    pub(crate) charge: Aside<ChargeId>,
}

/// A file that is to be written, and what is left for others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Writing {
    pub(crate) file: Arc<SettlementFile>,
    left: Vec<Entry>,
}

impl Statement {
    pub(crate) fn new(teller: Teller) -> Self {
        Self { teller, written: 0, entries: Vec::new(), files: BTreeMap::new() }
    }

    /// Something happened that a file has to tell.
    pub(crate) fn enter(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// When the next file is written, if there is anything to tell.
    pub(crate) fn next_at(&self, calendar: &Calendar, now: Duration) -> Option<Duration> {
        let first = self.entries.iter().map(|entry| entry.at).min()?;
        Some(calendar.cut_off(calendar.banking_day(first.max(now))))
    }

    /// What goes into the file that is written at `cut_off`, and which of
    /// `mishaps` befall it.
    pub(crate) fn write<'m>(
        &self,
        (cut_off, contract): (Duration, Contract),
        mishaps: impl Iterator<Item = &'m FileMishap>,
    ) -> (Writing, Vec<FileMishap>) {
        let mishaps: Vec<_> = mishaps.copied().collect();
        let shift = mishaps.iter().find_map(|mishap| match mishap.what {
            Mishap::CutOffShift(shift) => Some(shift),
            _ => None,
        });
        let before = cut_off.saturating_sub(shift.unwrap_or_default());
        let (told, left): (Vec<_>, Vec<_>) = self.entries.iter().partition(|e| e.at < before);
        let shifted = self.entries.iter().any(|entry| (before..cut_off).contains(&entry.at));
        let id = FileId::of(self.teller, self.written + 1);
        let mut draft = Draft { id, cut_off, contract, told, left, lines: Vec::new() };
        let mut struck: Vec<_> = mishaps.iter().filter(|m| draft.loses(&m.what)).copied().collect();
        draft.list();
        struck.extend(mishaps.iter().filter(|mishap| match mishap.what {
            Mishap::CutOffShift(_) => shifted,
            Mishap::Truncated => draft.lines.len() > 1,
            Mishap::Late(_) | Mishap::DuplicateFile(_) => true,
            _ => draft.errs(&mishap.what),
        }));
        let Draft { lines, left, .. } = draft;
        let file = SettlementFile::written(self.teller, self.written + 1, lines);
        (Writing { file: Arc::new(file), left }, struck)
    }

    /// Takes what was written.
    pub(crate) fn take(&mut self, writing: &Writing) {
        self.written += 1;
        self.entries.clone_from(&writing.left);
        self.files.insert(writing.file.id, writing.file.clone());
    }

    /// The number of the next file.
    pub(crate) const fn next(&self) -> u32 {
        self.written + 1
    }

    /// Somebody has this file; whether that is news.
    pub(crate) fn acknowledge(&mut self, file: FileId) -> bool {
        self.files.remove(&file).is_some()
    }

    /// This file, if nobody has acknowledged it.
    pub(crate) fn file(&self, file: FileId) -> Option<&Arc<SettlementFile>> {
        self.files.get(&file)
    }

    /// Every file that nobody has acknowledged.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Arc<SettlementFile>> {
        self.files.values()
    }
}

/// A file in the making.
struct Draft {
    id: FileId,
    cut_off: Duration,
    contract: Contract,
    told: Vec<Entry>,
    left: Vec<Entry>,
    lines: Vec<SettlementLine>,
}

impl Draft {
    /// Leaves something out of the file, if that is what goes wrong with it.
    fn loses(&mut self, what: &Mishap) -> bool {
        let Mishap::MissingLine(slip) = what else { return false };
        let Some(at) = usize::from(slip.line).checked_rem(self.told.len()) else { return false };
        let mut entry = self.told.remove(at);
        if slip.days > 0 {
            entry.at = self.mended(slip.days);
            self.left.push(entry);
        }
        true
    }

    /// Lists what the file tells.
    fn list(&mut self) {
        for entry in std::mem::take(&mut self.told) {
            self.add(&entry);
        }
    }

    fn add(&mut self, entry: &Entry) {
        let fee = self.contract.fee(entry.kind, entry.gross);
        self.lines.push(SettlementLine {
            id: LineId::of(self.id, self.lines.len() as u32),
            kind: entry.kind,
            reference: entry.reference,
            token: entry.token,
            tenant: entry.tenant,
            currency: entry.currency,
            gross: entry.gross,
            fee,
            net: entry.gross - fee,
            charge: entry.charge,
        });
    }

    /// Writes something wrong into the file, if that is what goes wrong with it.
    fn errs(&mut self, what: &Mishap) -> bool {
        match *what {
            Mishap::DuplicateLine(slip) => {
                let Some(line) = self.pick(slip.line, |_| true) else { return false };
                let id = LineId::of(self.id, self.lines.len() as u32);
                let again = SettlementLine { id, ..self.lines[line] };
                self.lines.push(again);
                self.mend(slip.days, &again, -again.net);
                true
            }
            Mishap::FeeOff(slip, by) => {
                let captures = |line: &SettlementLine| line.kind == LineKind::Capture;
                let Some(at) = self.pick(slip.line, captures) else { return false };
                let line = &mut self.lines[at];
                let by = Amount(i128::from(by)).max(-line.fee);
                line.fee += by;
                line.net -= by;
                let line = *line;
                if by != Amount::ZERO {
                    self.mend(slip.days, &line, by);
                }
                by != Amount::ZERO
            }
            Mishap::Adjustment(plan) => {
                let entry = Entry {
                    kind: LineKind::Adjustment,
                    reference: OperationId(0),
                    token: Token(0),
                    tenant: plan.tenant,
                    currency: plan.currency,
                    gross: Amount(plan.amount.into()),
                    at: Duration::ZERO,
                    charge: Aside::NONE,
                };
                self.add(&entry);
                let line = self.lines[self.lines.len() - 1];
                self.mend(plan.days, &line, -line.net);
                true
            }
            Mishap::Conversion(plan) => self.converts(&plan),
            _ => false,
        }
    }

    /// Exchanges what one of the lines paid, in two lines more: what is taken of it, and
    /// what is paid for that.
    fn converts(&mut self, plan: &ConversionPlan) -> bool {
        let worth = |line: &SettlementLine| {
            plan.comes_to(Money { amount: line.net, currency: line.currency })
        };
        let can = |line: &SettlementLine| {
            line.currency != plan.currency && line.net > Amount::ZERO && worth(line) > Amount::ZERO
        };
        let Some(at) = self.pick(plan.slip.line, can) else { return false };
        let line = self.lines[at];
        for (currency, gross) in [(line.currency, -line.net), (plan.currency, worth(&line))] {
            self.add(&Entry {
                kind: LineKind::Conversion,
                reference: OperationId(line.id.0),
                token: line.token,
                tenant: line.tenant,
                currency,
                gross,
                at: Duration::ZERO,
                charge: Aside::NONE,
            });
            let side = self.lines[self.lines.len() - 1];
            self.mend(plan.slip.days, &side, -side.net);
        }
        true
    }

    /// One of the lines that can have it; no line has two mistakes.
    fn pick(&self, nth: u8, can: impl Fn(&SettlementLine) -> bool) -> Option<usize> {
        let wrong = |line: &SettlementLine| {
            self.left.iter().any(|entry| entry.reference == OperationId(line.id.0))
                || self.lines.iter().any(|other| {
                    other.id != line.id
                        && (other.kind, other.reference) == (line.kind, line.reference)
                })
        };
        let fits = |(_, line): &(usize, &SettlementLine)| {
            let mistaken = matches!(
                line.kind,
                LineKind::Adjustment | LineKind::Correction | LineKind::Conversion
            );
            can(line) && !mistaken && !wrong(line)
        };
        let lines: Vec<_> = self.lines.iter().enumerate().filter(fits).map(|(at, _)| at).collect();
        let at = usize::from(nth).checked_rem(lines.len())?;
        Some(lines[at])
    }

    /// The mistake in `line` is mended some days later by so much, if it is.
    fn mend(&mut self, days: u8, line: &SettlementLine, gross: Amount) {
        if days > 0 {
            let at = self.mended(days);
            self.left.push(Entry {
                kind: LineKind::Correction,
                reference: OperationId(line.id.0),
                token: line.token,
                tenant: line.tenant,
                currency: line.currency,
                gross,
                at,
                charge: Aside::NONE,
            });
        }
    }

    fn mended(&self, days: u8) -> Duration {
        self.cut_off + Duration::from_secs(86_400) * u32::from(days) - Duration::from_secs(1)
    }
}

/// How files leave. Volatile: after a boot whatever was not acknowledged goes
/// out again.
#[derive(Clone, Debug, Default)]
pub(crate) struct FilePost {
    /// When the next file is written, if that is waited for.
    awaits: Option<Duration>,
    /// Files whose first sending breaks off.
    truncated: BTreeSet<FileId>,
    /// Files that are sent twice.
    repeats: BTreeMap<FileId, Arc<SettlementFile>>,
}

impl FilePost {
    /// The cut-off is over that was waited for.
    pub(crate) const fn reached(&mut self) {
        self.awaits = None;
    }

    /// Sends whatever was not acknowledged.
    pub(crate) fn resume(&self, statement: &Statement, out: &mut Effects) {
        for file in statement.files() {
            out.set_timer(Duration::ZERO, Timer::File(file.id, 0));
        }
    }

    /// Waits for the cut-off of the banking day, if there is anything to tell.
    pub(crate) fn expect(
        &mut self,
        statement: &Statement,
        calendar: &Calendar,
        now: Duration,
        out: &mut Effects,
    ) {
        if let Some(at) = statement.next_at(calendar, now)
            && self.awaits.is_none_or(|awaits| awaits > at)
        {
            self.awaits = Some(at);
            out.set_timer(at.saturating_sub(now), Timer::CutOff);
        }
    }

    /// The reconciler has answered; whether that it has the file is to be written
    /// down.
    pub(crate) fn hear(
        &mut self,
        statement: &mut Statement,
        receipt: &FileReceipt,
        out: &mut Effects,
    ) -> bool {
        if !receipt.taken {
            self.send_now(statement, receipt.file, out);
            return false;
        }
        !out.disk_is_full() && statement.acknowledge(receipt.file)
    }

    /// The reconciler misses something: sends whatever was not acknowledged.
    pub(crate) fn send_all(&mut self, statement: &Statement, out: &mut Effects) {
        let files: Vec<_> = statement.files().map(|file| file.id).collect();
        for file in files {
            self.send_now(statement, file, out);
        }
    }

    /// Sends a file that is new, as `struck` lets it go.
    pub(crate) fn sends(
        &mut self,
        file: &Arc<SettlementFile>,
        struck: &[FileMishap],
        out: &mut Effects,
    ) {
        let mut wait = Duration::ZERO;
        for mishap in struck {
            out.note(Fact::FileStruck(mishap.what.name()));
            out.note(Fact::Befell(mishap.id));
            match mishap.what {
                Mishap::Late(late) => wait = late,
                Mishap::Truncated => {
                    self.truncated.insert(file.id);
                }
                Mishap::DuplicateFile(later) => {
                    self.repeats.insert(file.id, file.clone());
                    out.set_timer(later, Timer::FileRepeat(file.id));
                }
                _ => {}
            }
        }
        out.set_timer(wait, Timer::File(file.id, 0));
    }

    /// Sends a file that was not acknowledged, for the how-manieth time.
    pub(crate) fn send(
        &mut self,
        statement: &Statement,
        file: FileId,
        tries: u32,
        out: &mut Effects,
    ) {
        if self.send_now(statement, file, out) {
            let pause = RETRY_FIRST.saturating_mul(4_u32.saturating_pow(tries)).min(RETRY_MAX);
            out.set_timer(pause, Timer::File(file, tries + 1));
        }
    }

    /// Sends a file that was not acknowledged; whether there is one.
    fn send_now(&mut self, statement: &Statement, file: FileId, out: &mut Effects) -> bool {
        let Some(file) = statement.file(file) else { return false };
        let whole = !self.truncated.remove(&file.id);
        let sent = if whole { file.clone() } else { Arc::new(file.truncated()) };
        out.send(RECONCILER, Message::SettlementFile(sent));
        true
    }

    /// Sends a file once more, acknowledged or not.
    pub(crate) fn repeat(&mut self, file: FileId, out: &mut Effects) {
        if let Some(file) = self.repeats.remove(&file) {
            out.send(RECONCILER, Message::SettlementFile(file));
        }
    }
}

/// When a file is sent again that was not acknowledged; four times as long each
/// time.
const RETRY_FIRST: Duration = Duration::from_secs(60);
/// The longest pause between two times.
const RETRY_MAX: Duration = Duration::from_secs(6 * 3_600);
