//! Strangers at the reconciler: bookings and lines of files that nobody has brought into an
//! order. A line comes before what it is for is booked, a mistake is mended before it is made,
//! a file comes twice; what is open at the end is the same as if all had come in its turn.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use model::{
    Amount, Aside, Booked, Cause, ChargeId, Contract, Currency, Defects, Difference, Item, ItemId,
    ItemState, LineId, LineKind, OperationId, PaymentId, ProviderId, Reconciliation, Refunded,
    SettlementFile, SettlementLine, Source, Teller, Tenant, Token, What,
};

use super::Whim;

const MONTHS: u64 = 4_000;
const MATTERS: u64 = 8;

#[test]
fn a_reconciler_finds_the_same_differences_whatever_comes_first() {
    let mut told = BTreeMap::new();
    for seed in 0..MONTHS {
        let mut month = Month::new(seed);
        month.pass();
        for (_, _, cause) in month.close() {
            *told.entry(cause).or_insert(0) += 1;
        }
    }
    assert_eq!(told.len(), CAUSES, "{told:?}");
}

/// Every cause, and every difference: an amount, a fee, a currency, a second line.
const CAUSES: usize = 7;

const CONTRACT: Contract = Contract { fee_bps: 140 };

/// What books and files have to agree about, or do not.
#[derive(Debug)]
struct Matter {
    /// What is booked of it, if anything is.
    item: Option<Item>,
    reference: OperationId,
    /// What files tell of it, in order.
    lines: Vec<SettlementLine>,
    /// What mends one of them, as far as that is a mistake.
    correction: Option<SettlementLine>,
}

enum Step {
    Book(usize),
    Tell(SettlementLine),
    /// It is late, if no line has told of it.
    Miss(usize),
}

struct Month {
    whim: Whim,
    now: Duration,
    books: Reconciliation,
    matters: Vec<Matter>,
    /// What is left to happen of each of them.
    steps: Vec<VecDeque<Step>>,
    files: Vec<SettlementFile>,
    /// What is in suspense by all that was booked of lines.
    suspense: BTreeMap<Currency, Amount>,
    settled: Vec<PaymentId>,
}

impl Month {
    fn new(seed: u64) -> Self {
        let mut month = Self {
            whim: Whim::new(seed, *b"month-of"),
            now: Duration::ZERO,
            books: Reconciliation::new(CONTRACT, Defects::NONE),
            matters: Vec::new(),
            steps: Vec::new(),
            files: Vec::new(),
            suspense: BTreeMap::new(),
            settled: Vec::new(),
        };
        for number in 1..=MATTERS {
            let matter = month.matter(number);
            let steps = month.steps_of(&matter);
            month.matters.push(matter);
            month.steps.push(steps);
        }
        month
    }

    /// All happens, each matter in its own time.
    fn pass(&mut self) {
        while self.steps.iter().any(|steps| !steps.is_empty()) {
            let of = self.whim.below(MATTERS) as usize;
            if let Some(step) = self.steps[of].pop_front() {
                let passed = self.whim.below(40_000);
                self.now += Duration::from_secs(passed);
                self.take(step);
            }
            if self.whim.once_in(2) {
                self.book_a_line();
            }
        }
        while self.book_a_line() {}
    }

    /// What is open at the end, and that it is so.
    fn close(self) -> Vec<(Currency, Amount, Cause)> {
        let open: Vec<_> = self.matters.iter().flat_map(Matter::open).collect();
        let (mut counted, mut causes) = (BTreeMap::new(), BTreeMap::new());
        let mut suspended = BTreeMap::new();
        for (currency, amount, cause) in open.iter().copied() {
            let (count, value) = counted.entry(currency).or_insert((0, Amount::ZERO));
            *count += 1;
            *value += Amount(amount.0.abs());
            let causes: &mut BTreeMap<_, u32> = causes.entry(currency).or_default();
            *causes.entry(cause).or_default() += 1;
            if cause != Cause::Missing {
                *suspended.entry(currency).or_insert(Amount::ZERO) += amount;
            }
        }
        let report = self.books.report(self.now);
        let ages = report.ages.iter().map(|(currency, ages)| (*currency, in_all(ages)));
        assert_eq!(ages.collect::<BTreeMap<_, _>>(), counted, "each is of some age");
        assert_eq!((report.open, report.causes), (counted, causes), "{:#?}", self.matters);
        suspended.retain(|_, amount| *amount != Amount::ZERO);
        let mut suspense = self.suspense;
        suspense.retain(|_, amount| *amount != Amount::ZERO);
        assert_eq!(suspense, suspended, "what is open is what is in suspense");
        for (payment, matched) in self.matters.iter().filter_map(Matter::payment) {
            assert_eq!(self.books.is_open(payment), !matched, "{payment} is awaited until it came");
            let times = self.settled.iter().filter(|settled| **settled == payment).count();
            assert_eq!(times, usize::from(matched), "{payment} is settled once");
        }
        open
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Book(of) => {
                let Matter { item, reference, .. } = &self.matters[of];
                let item = Item { since: self.now, ..item.expect("only that is booked") };
                if self.books.expect(*reference, item) {
                    self.settled.extend(item.payment);
                }
                assert!(!self.books.expect(*reference, item), "what is booked is booked once");
            }
            Step::Miss(of) => {
                let Matter { item, reference, .. } = &self.matters[of];
                let id = id_of(&item.expect("only what is booked is missed"), *reference);
                if self.books.late(id).is_some() {
                    self.books.done(Booked::Late(id, self.now));
                }
            }
            Step::Tell(line) => {
                let seq = self.files.len() as u32 + 1;
                let file = SettlementFile::written(TELLER, seq, vec![line]);
                assert!(!self.books.knows(&file));
                self.read(&file);
                self.files.push(file);
                if self.whim.once_in(4) {
                    let at = self.whim.below(self.files.len() as u64) as usize;
                    let again = self.files[at].clone();
                    assert!(self.books.knows(&again));
                    self.read(&again);
                }
            }
        }
    }

    fn read(&mut self, file: &SettlementFile) {
        let settled = self.books.take(file, self.now, |_| Refunded::default());
        self.settled.extend(settled);
    }

    /// The ledger has one more of what is to be booked; whether there was anything.
    fn book_a_line(&mut self) -> bool {
        let works: Vec<_> = self.books.works().copied().collect();
        if works.is_empty() {
            return false;
        }
        let work = self.whim.one_of(&works);
        let net = work.line.net;
        let leaves = |from| if from == Source::Suspense { net } else { Amount::ZERO };
        let change = match work.what {
            What::Suspend | What::Clear => net,
            What::Pass(_) if work.line.kind == LineKind::Capture => {
                panic!("a capture is a payment's, or was taken too late")
            }
            What::Collect { .. } if work.line.kind != LineKind::Capture => {
                panic!("nothing but a capture is collected")
            }
            What::Settle { fee_off, from, .. } | What::Collect { fee_off, from } => {
                -fee_off - leaves(from)
            }
            What::Pass(from) => -leaves(from),
            other => panic!("{other:?} is about refunds, and nobody told of any"),
        };
        *self.suspense.entry(work.line.currency).or_default() += change;
        self.books.done(Booked::Line(work.line.id, work.stage));
        true
    }

    fn matter(&mut self, number: u64) -> Matter {
        let kind = self.whim.one_of(&KINDS);
        // An adjustment is for nothing.
        let is_for = if kind == LineKind::Adjustment { 0 } else { number };
        let reference = OperationId(is_for);
        let gross = Amount(i128::from(1 + self.whim.below(5_000)));
        let gross = if taken(kind) { -gross } else { gross };
        let currency = self.whim.one_of(&[Currency::Eur, Currency::Jpy]);
        let charge =
            (kind == LineKind::Capture && self.whim.once_in(2)).then_some(ChargeId(number));
        let first = SettlementLine {
            id: LineId(number * 100),
            kind,
            reference,
            token: Token(number),
            tenant: Tenant(1),
            currency,
            gross,
            fee: CONTRACT.fee(kind, gross),
            net: gross - CONTRACT.fee(kind, gross),
            charge: Aside(charge),
        };
        let is_booked = !matches!(kind, LineKind::Adjustment | LineKind::Conversion);
        // What was taken too late is told by the charge, and no payment waits for it.
        let waits = matches!(kind, LineKind::Capture | LineKind::Payout)
            && (charge.is_none() || self.whim.once_in(2));
        let item = Item {
            state: ItemState::Expected,
            kind,
            teller: TELLER,
            token: first.token,
            tenant: first.tenant,
            currency,
            suspended: Amount::ZERO,
            gross,
            payment: waits.then_some(PaymentId(number)),
            since: Duration::ZERO,
            charge: first.charge,
        };
        let item = Some(item).filter(|_| is_booked && self.whim.below(5) > 0);
        let (lines, correction) = self.told_of(first, item.is_some());
        Matter { item, reference, lines, correction }
    }

    /// What files tell, and what mends it.
    fn told_of(
        &mut self,
        first: SettlementLine,
        is_booked: bool,
    ) -> (Vec<SettlementLine>, Option<SettlementLine>) {
        let mends = |line: &SettlementLine, net| SettlementLine {
            id: LineId(line.id.0 + 9),
            kind: LineKind::Correction,
            reference: OperationId(line.id.0),
            gross: net,
            fee: Amount::ZERO,
            net,
            charge: Aside::NONE,
            ..*line
        };
        let again = SettlementLine { id: LineId(first.id.0 + 1), ..first };
        let (lines, correction) = match (first.kind, self.whim.below(6)) {
            (LineKind::Adjustment | LineKind::Conversion, _) => {
                (vec![first], mends(&first, -first.net))
            }
            (_, 0) => (Vec::new(), first),
            (_, 1) => (vec![first, again], mends(&again, -again.net)),
            (LineKind::Refund, 2) if !is_booked => {
                let kind = LineKind::RefundReturned;
                let back = SettlementLine { kind, gross: -first.gross, net: -first.net, ..again };
                (vec![first, back], first)
            }
            (LineKind::Refund, 3) if !is_booked => {
                (vec![first], mends(&first, Amount(1) - first.net))
            }
            (LineKind::Capture, 2) if is_booked => {
                let off = Amount(1);
                let (fee, net) = (first.fee + off, first.net - off);
                (vec![SettlementLine { fee, net, ..first }], mends(&first, off))
            }
            (_, 3) if is_booked => {
                let more = Amount(2);
                let (gross, net) = (first.gross + more, first.net + more);
                (vec![SettlementLine { gross, net, ..first }], first)
            }
            // What is another tenant's is no less of another account than another currency.
            (_, 4) if is_booked => (vec![SettlementLine { tenant: Tenant(2), ..first }], first),
            _ => (vec![first], first),
        };
        let is_one = correction.kind == LineKind::Correction && self.whim.once_in(2);
        (lines, is_one.then_some(correction))
    }

    /// In which order a matter passes: its lines in theirs, and all else whenever it likes.
    fn steps_of(&mut self, matter: &Matter) -> VecDeque<Step> {
        let of = self.matters.len();
        let mut steps: VecDeque<_> = matter.lines.iter().copied().map(Step::Tell).collect();
        if let Some(correction) = matter.correction {
            let at = self.whim.below(steps.len() as u64 + 1) as usize;
            steps.insert(at, Step::Tell(correction));
        }
        if matter.item.is_some() {
            let at = self.whim.below(steps.len() as u64 + 1) as usize;
            steps.insert(at, Step::Book(of));
            // A case is closed by what comes as it was booked, and by nothing else.
            if matter.difference().is_none() && self.whim.once_in(2) {
                let at = at + 1 + self.whim.below((steps.len() - at) as u64) as usize;
                steps.insert(at, Step::Miss(of));
            }
            if matter.lines.is_empty() {
                steps.push_back(Step::Miss(of));
            }
        }
        steps
    }
}

impl Matter {
    /// What books and files differ in about it, when all is told: how much, and why.
    fn open(&self) -> Vec<(Currency, Amount, Cause)> {
        let Some(item) = self.item else { return self.unbooked() };
        let Some(first) = self.lines.first() else {
            return vec![(item.currency, item.gross, Cause::Missing)];
        };
        if let Some(difference) = self.difference() {
            return vec![(first.currency, first.net, Cause::Differs(difference))];
        }
        let off = first.fee - CONTRACT.fee(first.kind, first.gross);
        let fee = (first.currency, -off, Cause::Differs(Difference::Fee));
        let fee = self.left().any(|line| line.id == first.id && off != Amount::ZERO).then_some(fee);
        let others = self.left().filter(|line| line.id != first.id);
        let again = |line: &SettlementLine| (line.currency, line.net, AGAIN);
        fee.into_iter().chain(others.map(again)).collect()
    }

    /// The same where nobody has booked anything. What lines tell of one refund adds up.
    fn unbooked(&self) -> Vec<(Currency, Amount, Cause)> {
        let Some(first) = self.lines.first() else { return Vec::new() };
        if first.kind == LineKind::Refund {
            let all = self.lines.iter().chain(&self.correction);
            let left = all.map(|line| line.net).sum::<Amount>();
            let unclaimed = Some((first.currency, left, Cause::Unclaimed));
            return unclaimed.filter(|_| left != Amount::ZERO).into_iter().collect();
        }
        let cause = |line: &SettlementLine| match line.kind {
            LineKind::Conversion => Cause::Differs(Difference::Currency),
            _ if line.id == first.id => Cause::Unforeseen,
            _ => AGAIN,
        };
        self.left().map(|line| (line.currency, line.net, cause(line))).collect()
    }

    /// The lines that nothing mends.
    fn left(&self) -> impl Iterator<Item = &SettlementLine> {
        let mended = self.correction.map(|correction| LineId(correction.reference.0));
        self.lines.iter().filter(move |line| Some(line.id) != mended)
    }

    /// The payment that waits for it, and whether that came.
    fn payment(&self) -> Option<(PaymentId, bool)> {
        let payment = self.item?.payment?;
        Some((payment, !self.lines.is_empty() && self.difference().is_none()))
    }

    /// What the first line says otherwise of what is booked.
    fn difference(&self) -> Option<Difference> {
        let (line, item) = self.lines.first().zip(self.item)?;
        match (line.tenant == item.tenant, line.gross == item.gross) {
            (true, true) => None,
            (true, false) => Some(Difference::Amount),
            (false, _) => Some(Difference::Currency),
        }
    }
}

fn in_all(ages: &[(u32, Amount)]) -> (u32, Amount) {
    ages.iter().fold((0, Amount::ZERO), |sum, age| (sum.0 + age.0, sum.1 + age.1))
}

fn id_of(item: &Item, reference: OperationId) -> ItemId {
    match (item.payment, item.charge.0) {
        (None, Some(charge)) => ItemId::late(charge),
        _ => ItemId::expected(item.kind, reference),
    }
}

/// Whether it is taken from us.
fn taken(kind: LineKind) -> bool {
    matches!(kind, LineKind::Refund | LineKind::Dispute | LineKind::Payout)
}

/// Somebody has told of it before.
const AGAIN: Cause = Cause::Differs(Difference::Duplicate);

const TELLER: Teller = Teller::Provider(ProviderId(0));

const KINDS: [LineKind; 8] = [
    LineKind::Capture,
    LineKind::Capture,
    LineKind::Refund,
    LineKind::Dispute,
    LineKind::DisputeWon,
    LineKind::Payout,
    LineKind::Adjustment,
    LineKind::Conversion,
];
