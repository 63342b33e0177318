//! Reconciliation: the lifecycle of an item, and what files come to.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{
    Amount, Aside, Booked, Cause, Contract, Currency, Defect, Defects, Difference, FileId, Item,
    ItemEvent, ItemId, ItemState, LineId, LineKind, OperationId, PaymentId, ProviderId,
    Reconciliation, Refunded, SettlementFile, SettlementLine, Source, Teller, Tenant, Token, What,
};

#[test]
fn an_item_meets_what_the_table_says_and_nothing_else() {
    use Difference::{Amount, Currency, Duplicate, Fee};
    use ItemEvent::{CaseClosed, DeadlineMissed, LineDiffers, LineMatches, LineUnforeseen, Posted};
    use ItemState::{Absent, Expected, Matched, Mismatched, Overdue, Resolved, Unexpected};
    let differences = [Amount, Fee, Currency, Duplicate];
    let states = [Absent, Expected, Matched, Overdue, Unexpected, Resolved]
        .into_iter()
        .chain(differences.map(Mismatched));
    let events: Vec<_> = [Posted, LineMatches, DeadlineMissed, LineUnforeseen, CaseClosed]
        .into_iter()
        .chain(differences.map(LineDiffers))
        .collect();
    let legal = [
        (Absent, Posted, Expected),
        (Absent, LineUnforeseen, Unexpected),
        (Absent, LineDiffers(Duplicate), Mismatched(Duplicate)),
        (Absent, LineDiffers(Fee), Mismatched(Fee)),
        (Absent, LineDiffers(Currency), Mismatched(Currency)),
        (Expected, LineMatches, Matched),
        (Expected, DeadlineMissed, Overdue),
        (Expected, LineDiffers(Amount), Mismatched(Amount)),
        (Expected, LineDiffers(Currency), Mismatched(Currency)),
        (Overdue, CaseClosed, Resolved),
        (Unexpected, CaseClosed, Resolved),
        (Mismatched(Amount), CaseClosed, Resolved),
        (Mismatched(Fee), CaseClosed, Resolved),
        (Mismatched(Currency), CaseClosed, Resolved),
        (Mismatched(Duplicate), CaseClosed, Resolved),
    ];
    for state in states {
        for event in &events {
            let to = legal.iter().find(|(from, met, _)| (*from, met) == (state, event));
            assert_eq!(state.next(*event).ok(), to.map(|(_, _, to)| *to), "{state:?} {event:?}");
            if let Err(error) = state.next(*event) {
                assert_eq!((error.state, error.event), (state, *event));
            }
        }
    }
    assert!([Matched, Resolved].iter().all(|state| state.is_closed() && !state.is_case()));
    assert!([Overdue, Unexpected, Mismatched(Fee)].iter().all(|state| state.is_case()));
    assert!(!Expected.is_case() && !Expected.is_closed());
}

#[test]
fn a_line_that_tells_what_was_booked_settles_its_payment() {
    let mut desk = Desk::new(Defects::NONE);
    desk.expect(1, 1_000);
    desk.file(1, &[capture(1, 1_000)]);
    assert_eq!(desk.works(), ["0 settles 1, 0 refunded, fee off by 0, from the bank"]);
    assert!(desk.books.is_open(PaymentId(1)), "until the ledger has it");
    desk.done(1, 0, 0);
    assert!(!desk.books.is_open(PaymentId(1)));
    assert_eq!(desk.report(), "");
}

#[test]
fn a_file_that_comes_again_is_nothing_new() {
    let mut desk = Desk::new(Defects::NONE);
    desk.expect(1, 1_000);
    desk.file(1, &[capture(1, 1_000)]);
    desk.done(1, 0, 0);
    assert!(desk.books.knows(&file(1, &[capture(1, 1_000)])));
    desk.file(1, &[capture(1, 1_000)]);
    assert!(desk.works().is_empty());

    let mut wrong = Desk::new(Defects::NONE.with(Defect::FileReingest));
    wrong.expect(1, 1_000);
    wrong.file(1, &[capture(1, 1_000)]);
    wrong.done(1, 0, 0);
    wrong.file(1, &[capture(1, 1_000)]);
    assert_eq!(wrong.works(), ["2 passes from the bank"]);
}

#[test]
fn what_is_paid_twice_is_in_suspense_until_it_is_corrected() {
    let mut desk = Desk::new(Defects::NONE);
    desk.expect(1, 1_000);
    desk.file(1, &[capture(1, 1_000), capture(1, 1_000)]);
    assert_eq!(
        desk.works(),
        ["0 settles 1, 0 refunded, fee off by 0, from the bank", "0 is suspended"]
    );
    assert_eq!(desk.report(), "1 of 975");
    let again = LineId::of(FileId::of(TELLER, 1), 1);
    let other =
        SettlementLine { gross: Amount(-974), net: Amount(-974), ..correction(again, -974) };
    desk.file(2, &[other]);
    assert_eq!(desk.report(), "2 of 1949", "another amount corrects nothing");
    desk.file(3, &[correction(again, -975)]);
    assert_eq!(desk.report(), "1 of 974");
}

/// A file was sent a day and a half late; the file that mended a line of it, which paid
/// twice, came in time and was taken in first. Both stayed open for ever: only the early
/// correction of a fee had been thought of.
#[test]
fn what_is_paid_twice_is_no_case_if_it_was_corrected_before() {
    let mut desk = Desk::new(Defects::NONE);
    desk.expect(1, 1_000);
    desk.file(2, &[correction(LineId::of(FileId::of(TELLER, 1), 1), -975)]);
    assert_eq!(desk.report(), "1 of 975");
    desk.file(1, &[capture(1, 1_000), capture(1, 1_000)]);
    assert_eq!(desk.report(), "");
}

/// The same of a line that adjusts what nobody knows of: its file was sent a day late, and
/// the next one took it back before.
#[test]
fn an_adjustment_is_no_case_if_it_was_taken_back_before() {
    let adjusts = LineId::of(FileId::of(TELLER, 1), 0);
    let adjustment = SettlementLine {
        kind: LineKind::Adjustment,
        charge: Aside::NONE,
        ..correction(LineId(0), -7)
    };
    let mut desk = Desk::new(Defects::NONE);
    desk.file(2, &[correction(adjusts, 7)]);
    assert_eq!(desk.report(), "1 of 7");
    desk.file(1, &[adjustment]);
    assert_eq!(desk.report(), "");

    let mut other = Desk::new(Defects::NONE);
    other.file(2, &[SettlementLine { currency: Currency::Eur, ..correction(adjusts, 7) }]);
    other.file(1, &[adjustment]);
    assert_eq!(other.books.report(AT).open.len(), 2, "another currency takes nothing back");
}

/// What was paid stays paid; what was made of it is nobody's, in two currencies, until each
/// side is undone by itself.
#[test]
fn a_conversion_settles_the_payment_and_is_a_case_in_each_currency() {
    let mut desk = Desk::new(Defects::NONE);
    let sides = conversion(LineId::of(FileId::of(TELLER, 1), 0), 975, 880);
    let side = |n| LineId::of(FileId::of(TELLER, 1), n);
    desk.expect(1, 1_000);
    desk.file(1, &[capture(1, 1_000), sides[0], sides[1]]);
    assert_eq!(
        desk.works(),
        [
            "0 settles 1, 0 refunded, fee off by 0, from the bank",
            "0 is suspended",
            "0 is suspended"
        ]
    );
    assert_eq!(desk.open(), [(Currency::Usd, 1, 975), (Currency::Eur, 1, 880)]);
    let back = SettlementLine { currency: Currency::Eur, ..correction(side(2), -880) };
    desk.file(2, &[back]);
    assert_eq!(desk.open(), [(Currency::Usd, 1, 975)], "the other side is still open");
    desk.file(3, &[correction(side(1), 975)]);
    assert_eq!(desk.open(), []);

    let mut early = Desk::new(Defects::NONE);
    early.expect(1, 1_000);
    early.file(2, &[back, correction(side(1), 975)]);
    early.file(1, &[capture(1, 1_000), sides[0], sides[1]]);
    assert_eq!(early.open(), [], "undone before it was known");

    let mut blind = Desk::new(Defects::NONE.with(Defect::BlindRecon));
    blind.expect(1, 1_000);
    blind.file(1, &[capture(1, 1_000), sides[0], sides[1]]);
    assert_eq!(blind.open(), [], "as a defect does it");
}

/// A refund was refused although it had gone out, since it was back by then: nobody had
/// booked it, and its two lines stood as two differences of which nothing was left.
#[test]
fn a_refund_that_only_lines_tell_of_and_its_return_are_no_difference() {
    let (out, back) = (refund(LineKind::Refund, -1_000), refund(LineKind::RefundReturned, 1_000));
    let other = SettlementLine { reference: OperationId(8), ..back };
    let of_fee = SettlementLine { fee: Amount(25), net: Amount(-1_025), ..out };
    let mended = correction(LineId::of(FileId::of(TELLER, 1), 0), 25);
    for (lines, report) in [
        (vec![out, back], ""),
        (vec![back, out], ""),
        (vec![out], "1 of 1000"),
        (vec![out, other], "2 of 2000"),
        (vec![out, back, out], "1 of 1000"),
        (vec![of_fee, back], "1 of 25"),
        (vec![of_fee, back, mended], ""),
    ] {
        let mut desk = Desk::new(Defects::NONE);
        desk.file(1, &lines);
        assert_eq!(desk.report(), report, "{lines:?}");
    }
}

#[test]
fn a_refund_that_is_booked_after_its_lines_came_is_told_of_by_the_first_of_them() {
    let mut desk = Desk::new(Defects::NONE);
    let back = refund(LineKind::RefundReturned, 1_000);
    desk.file(1, &[refund(LineKind::Refund, -1_000), back]);
    desk.expect_of(LineKind::Refund, 7, -1_000);
    assert_eq!(desk.report(), "1 of 1000", "nobody has booked the return yet");
    desk.expect_of(LineKind::RefundReturned, 7, 1_000);
    assert_eq!(desk.report(), "");
}

#[test]
fn a_fee_that_differs_settles_the_payment_and_is_a_case() {
    let mut desk = Desk::new(Defects::NONE);
    desk.expect(1, 1_000);
    let dear = SettlementLine { fee: Amount(32), net: Amount(968), ..capture(1, 1_000) };
    desk.file(1, &[dear]);
    assert_eq!(desk.works(), ["0 settles 1, 0 refunded, fee off by 7, from the bank"]);
    assert_eq!(desk.report(), "1 of 7");
    desk.file(2, &[correction(LineId::of(FileId::of(TELLER, 1), 0), 7)]);
    assert_eq!(desk.report(), "");

    let mut wrong = Desk::new(Defects::NONE.with(Defect::NetVsGross));
    wrong.expect(1, 1_000);
    wrong.file(1, &[capture(1, 1_000)]);
    assert_eq!(wrong.works(), ["0 settles 1, 0 refunded, fee off by 25, from the bank"]);
    assert_eq!(wrong.report(), "");
}

#[test]
fn a_line_that_comes_before_the_ledger_has_it_waits_in_suspense() {
    let mut desk = Desk::new(Defects::NONE);
    desk.file(1, &[capture(1, 1_000)]);
    assert_eq!(desk.works(), ["0 is suspended"]);
    assert_eq!(desk.report(), "1 of 975");
    desk.expect(1, 1_000);
    assert_eq!(desk.report(), "");
    assert_eq!(desk.works(), ["0 is suspended"], "first things first");
    desk.done(1, 0, 0);
    assert_eq!(desk.works(), ["1 settles 1, 0 refunded, fee off by 0, from suspense"]);
}

/// A provider paid twice for what nobody had booked yet. Both lines were unforeseen, and
/// the second stayed so when the first was booked, though it was known by then to be told
/// twice.
#[test]
fn what_is_paid_twice_before_it_is_booked_is_told_twice() {
    let mut desk = Desk::new(Defects::NONE);
    desk.file(1, &[capture(1, 1_000), capture(1, 1_000)]);
    let twice = Cause::Differs(Difference::Duplicate);
    let causes = |desk: &Desk| desk.books.report(AT).causes[&Currency::Usd].clone();
    assert_eq!(causes(&desk), BTreeMap::from([(Cause::Unforeseen, 1), (twice, 1)]));
    desk.expect(1, 1_000);
    assert_eq!(causes(&desk), BTreeMap::from([(twice, 1)]));
}

#[test]
fn what_no_line_tells_of_in_time_is_overdue_until_one_does() {
    let mut desk = Desk::new(Defects::NONE);
    desk.expect(1, 1_000);
    let late = desk.books.expected().next().expect("it is expected");
    assert_eq!((late.token, late.teller), (Token(1), TELLER));
    desk.books.done(Booked::Late(late.item, AT));
    assert_eq!(desk.report(), "1 of 1000");
    assert!(desk.books.awaited_by(PaymentId(1)).is_some_and(|item| item.state.is_case()));
    desk.file(1, &[capture(1, 1_000)]);
    assert_eq!(desk.report(), "");
    assert_eq!(desk.works().len(), 1);
}

#[test]
fn another_amount_settles_nothing() {
    let mut desk = Desk::new(Defects::NONE);
    desk.expect(1, 1_000);
    desk.file(1, &[capture(1, 900)]);
    assert_eq!(desk.works(), ["0 is suspended"]);
    assert!(desk.books.is_open(PaymentId(1)));
    assert_eq!(desk.report(), "1 of 878");
}

/// A line came before its capture was booked, and paid less. What was booked then was taken
/// to be settled by whatever had come: nobody compared the two, and the merchant was paid
/// what nobody had.
#[test]
fn another_amount_settles_nothing_if_it_came_before_the_booking() {
    let mut desk = Desk::new(Defects::NONE);
    desk.file(1, &[capture(1, 900)]);
    desk.expect(1, 1_000);
    assert_eq!(desk.works(), ["0 is suspended"]);
    assert!(desk.books.is_open(PaymentId(1)));
    let causes = desk.books.report(AT).causes[&Currency::Usd].clone();
    assert_eq!(causes, BTreeMap::from([(Cause::Differs(Difference::Amount), 1)]));
    assert_eq!(desk.report(), "1 of 878");
}

#[test]
fn a_line_is_for_what_its_reference_says_but_under_fuzzy_match() {
    for (defects, settled) in
        [(Defects::NONE, 2), (Defects::NONE.with(Defect::FuzzyMatch), first_of(1, 2))]
    {
        let mut desk = Desk::new(defects);
        desk.expect(1, 1_000);
        desk.expect(2, 1_000);
        desk.file(1, &[capture(2, 1_000)]);
        let expected = format!("0 settles {settled}, 0 refunded, fee off by 0, from the bank");
        assert_eq!(desk.works(), [expected]);
    }
}

#[test]
fn what_nobody_booked_is_no_case_under_blind_recon() {
    let mut desk = Desk::new(Defects::NONE.with(Defect::BlindRecon));
    desk.file(1, &[capture(1, 1_000)]);
    assert!(desk.works().is_empty());
    assert_eq!(desk.report(), "");
}

#[test]
fn what_is_missing_will_never_come_under_cutoff_off_by_tz() {
    for (defects, report, works) in [
        (Defects::NONE, "1 of 1000", ["0 settles 1, 0 refunded, fee off by 0, from the bank"]),
        (Defects::NONE.with(Defect::CutoffOffByTz), "", ["0 is suspended"]),
    ] {
        let mut desk = Desk::new(defects);
        desk.expect(1, 1_000);
        let item = ItemId::expected(LineKind::Capture, OperationId(1));
        desk.books.done(Booked::Late(item, AT));
        assert_eq!(desk.report(), report);
        desk.file(1, &[capture(1, 1_000)]);
        assert_eq!(desk.works(), works);
    }
}

#[test]
fn a_file_tells_whether_all_of_it_is_there() {
    let whole = file(1, &[capture(1, 1_000), capture(2, 2_000), capture(3, 300)]);
    assert!(whole.is_whole());
    let part = whole.truncated();
    assert!(!part.is_whole() && part.lines.len() == 1);
    assert_ne!(part.digest(), whole.digest());
}

/// The books of a reconciler, and what they are asked.
struct Desk {
    books: Reconciliation,
}

impl Desk {
    fn new(defects: Defects) -> Self {
        Self { books: Reconciliation::new(Contract { fee_bps: 250 }, defects) }
    }

    fn expect(&mut self, payment: u64, gross: i128) {
        self.expect_of(LineKind::Capture, payment, gross);
    }

    fn expect_of(&mut self, kind: LineKind, payment: u64, gross: i128) {
        let item = Item {
            state: ItemState::Expected,
            kind,
            teller: TELLER,
            token: Token(payment),
            tenant: Tenant(0),
            currency: Currency::Usd,
            suspended: Amount::ZERO,
            gross: Amount(gross),
            payment: (kind == LineKind::Capture).then_some(PaymentId(payment)),
            since: AT,
            charge: Aside::NONE,
        };
        self.books.expect(OperationId(payment), item);
    }

    fn file(&mut self, seq: u32, lines: &[SettlementLine]) {
        self.books.take(&file(seq, lines), AT, |_| Refunded::default());
    }

    fn done(&mut self, seq: u32, line: u32, stage: u8) {
        self.books.done(Booked::Line(LineId::of(FileId::of(TELLER, seq), line), stage));
    }

    fn works(&self) -> Vec<String> {
        let told = self.books.works().map(|work| {
            let from = |source| match source {
                Source::Bank => "from the bank",
                Source::Suspense => "from suspense",
            };
            let what = match work.what {
                What::Settle { payment, refunded, fee_off, from: source } => format!(
                    "settles {}, {} refunded, fee off by {}, {}",
                    payment.0,
                    i128::from(refunded.amount),
                    i128::from(fee_off),
                    from(source)
                ),
                What::Pass(source) => format!("passes {}", from(source)),
                What::Suspend => "is suspended".to_owned(),
                What::Clear => "is cleared".to_owned(),
                What::Release { merchant, .. } => format!("is released to {merchant}"),
                What::HandOn { merchant, .. } => format!("is handed on to {merchant}"),
                What::Collect { fee_off, from: source } => {
                    format!("is collected, fee off by {}, {}", i128::from(fee_off), from(source))
                }
            };
            format!("{} {what}", work.stage)
        });
        let mut told: Vec<_> = told.collect();
        told.sort_by_key(|line| line.contains("suspended"));
        told
    }

    /// What is open in each currency, dollars first: how many, and how much.
    fn open(&self) -> Vec<(Currency, u32, i128)> {
        let open = self.books.report(AT).open.into_iter();
        let mut open: Vec<_> =
            open.map(|(currency, (count, value))| (currency, count, value.into())).collect();
        open.sort_by_key(|(currency, ..)| *currency != Currency::Usd);
        open
    }

    fn report(&self) -> String {
        let report = self.books.report(AT);
        report
            .open
            .values()
            .map(|(count, value)| format!("{count} of {}", i128::from(*value)))
            .collect()
    }
}

fn file(seq: u32, lines: &[SettlementLine]) -> SettlementFile {
    let id = FileId::of(TELLER, seq);
    let named =
        lines.iter().zip(0..).map(|(line, n)| SettlementLine { id: LineId::of(id, n), ..*line });
    SettlementFile::written(TELLER, seq, named.collect())
}

fn capture(payment: u64, gross: i128) -> SettlementLine {
    let fee = Contract { fee_bps: 250 }.fee(LineKind::Capture, Amount(gross));
    SettlementLine {
        id: LineId(0),
        kind: LineKind::Capture,
        reference: OperationId(payment),
        token: Token(payment),
        tenant: Tenant(0),
        currency: Currency::Usd,
        gross: Amount(gross),
        fee,
        net: Amount(gross) - fee,
        charge: Aside::NONE,
    }
}

/// A line of refund 7.
fn refund(kind: LineKind, gross: i128) -> SettlementLine {
    let (gross, fee) = (Amount(gross), Amount::ZERO);
    SettlementLine { kind, gross, fee, net: gross, ..capture(7, 0) }
}

fn correction(of: LineId, net: i128) -> SettlementLine {
    SettlementLine {
        kind: LineKind::Correction,
        reference: OperationId(of.0),
        gross: Amount(net),
        fee: Amount::ZERO,
        net: Amount(net),
        ..capture(1, 0)
    }
}

/// The two sides of a conversion of what the line `of` paid.
fn conversion(of: LineId, taken: i128, paid: i128) -> [SettlementLine; 2] {
    let side = |currency, net| SettlementLine {
        kind: LineKind::Conversion,
        currency,
        ..correction(of, net)
    };
    [side(Currency::Usd, -taken), side(Currency::Eur, paid)]
}

/// Which of two payments a walk over all items meets first.
fn first_of(one: u64, other: u64) -> u64 {
    let id = |payment| ItemId::expected(LineKind::Capture, OperationId(payment));
    if id(one) < id(other) { one } else { other }
}

const TELLER: Teller = Teller::Provider(ProviderId(0));
const AT: Duration = Duration::from_secs(60);
