//! Every event of payments.md 1.8, and the chain that it comes to. A table has
//! a line for each transfer: what it does, how much, from where to where.

use model::posting::chargeback::{self, Chargeback};
use model::posting::late::{self, Mover};
use model::posting::payin::{self, CapturedPart, Part};
use model::posting::payout::{self, Payout, ReturnedFee};
use model::posting::refund::{self, Refund, Stage};
use model::posting::settlement::{self, Line, Place, SettledPart};
use model::posting::write_off::{self, Lost};
use model::posting::{Voucher, correction, opening};
use model::{
    Amount, AtHand, BankId, Currency, Customer, Merchant, OperationId, ProviderId, RailId, Shares,
    Split, Tenant, Token, Transfer, TransferKind,
};

use crate::posting_shortfall::having;

#[test]
fn a_payment_comes_in() {
    check(
        &payin::hold(&VOUCHER, &[part(1, 100)]),
        "
        holds 100 transit:in -> merch:1:pending
        holds 100 limit:1 -> limit_used:1
        ",
    );
    check(
        &payin::void(&VOUCHER, &[part(1, 100)]),
        "
        voids 100 transit:in -> merch:1:pending
        voids 100 limit:1 -> limit_used:1
        ",
    );
    check(
        &payin::post(&VOUCHER, PROVIDER, &[captured(1, 90, 5, 1, 0)]),
        "
        posts 90 transit:in -> merch:1:pending
        posts 90 limit:1 -> limit_used:1
        moves 90 psp:0:recv -> transit:in
        moves 5 merch:1:pending -> fee:income
        moves 1 merch:1:pending -> tax:payable
        ",
    );
}

#[test]
fn a_payment_that_is_captured_in_parts_reserves_the_rest_anew() {
    let first = payin::post(&VOUCHER, PROVIDER, &[captured(1, 60, 3, 0, 40)]);
    check(
        &first,
        "
        posts 60 transit:in -> merch:1:pending
        posts 60 limit:1 -> limit_used:1
        moves 60 psp:0:recv -> transit:in
        moves 3 merch:1:pending -> fee:income
        holds 40 transit:in -> merch:1:pending
        holds 40 limit:1 -> limit_used:1
        ",
    );
    let second = Voucher { number: 1, ..VOUCHER };
    let rest = payin::post(&second, PROVIDER, &[captured(1, 40, 2, 0, 0)]);
    let anew: Vec<_> = first[4..].iter().map(|hold| Some(hold.id)).collect();
    assert_eq!(rest[..2].iter().map(|post| post.kind.pending()).collect::<Vec<_>>(), anew);
    let released = payin::void(&second, &[part(1, 40)]);
    assert_eq!(released.iter().map(|void| void.kind.pending()).collect::<Vec<_>>(), anew);
}

#[test]
fn a_payment_of_a_marketplace_comes_in_for_each_of_its_merchants() {
    check(
        &payin::hold(&VOUCHER, &[part(1, 70), part(2, 30)]),
        "
        holds 70 transit:in -> merch:1:pending
        holds 70 limit:1 -> limit_used:1
        holds 30 transit:in -> merch:2:pending
        holds 30 limit:2 -> limit_used:2
        ",
    );
    check(
        &payin::post(&VOUCHER, PROVIDER, &[captured(1, 70, 4, 1, 0), captured(2, 0, 0, 0, 0)]),
        "
        posts 70 transit:in -> merch:1:pending
        posts 70 limit:1 -> limit_used:1
        posts 0 transit:in -> merch:2:pending
        posts 0 limit:2 -> limit_used:2
        moves 70 psp:0:recv -> transit:in
        moves 4 merch:1:pending -> fee:income
        moves 1 merch:1:pending -> tax:payable
        ",
    );
}

#[test]
fn a_capture_is_settled() {
    let settled = |parts: &[SettledPart], gross, cost| {
        let gross = Amount(gross);
        let line =
            Line { provider: PROVIDER, from: Place::Bank(BANK), gross, cost: Amount(cost), parts };
        settlement::settle(&VOUCHER, &line)
    };
    check(
        &settled(&[to_settle(1, 100, 6, 0)], 100, 2),
        "
        moves 98 bank:0 -> psp:0:recv
        moves 2 fee:psp -> psp:0:recv
        moves 94 merch:1:pending -> merch:1:available
        moves 100 limit_used:1 -> limit:1
        ",
    );
    check(
        &settled(&[to_settle(1, 70, 4, 70), to_settle(2, 30, 2, 10)], 100, 101),
        "
        moves 1 psp:0:recv -> bank:0
        moves 101 fee:psp -> psp:0:recv
        moves 4 merch:1:owed -> merch:1:pending
        moves 18 merch:2:pending -> merch:2:available
        moves 20 limit_used:2 -> limit:2
        ",
    );
    check(
        &settlement::settle_late(&VOUCHER, Merchant(1), Amount(9)),
        "moves 9 merch:1:pending -> merch:1:available",
    );
    check(
        &settlement::recover(&VOUCHER, Merchant(1), Amount(4)),
        "moves 4 merch:1:available -> merch:1:owed",
    );
}

/// What was split went back as a whole twice, by hand and as the shop had asked: the
/// second refund held the part of the other merchant, so that the first was borne by one
/// alone, and then came to nothing. That one had more of its limit back than the payment
/// had used of it, the ledger refused to move less than nothing, and the payment was never
/// settled.
#[test]
fn whoever_bore_the_part_of_another_has_its_limit_as_it_was_once_all_is_settled() {
    let parts = [to_settle(1, 753, 53, 1_000), to_settle(2, 247, 18, 0)];
    let line = Line {
        provider: PROVIDER,
        from: Place::Bank(BANK),
        gross: Amount(1_000),
        cost: Amount(25),
        parts: &parts,
    };
    check(
        &settlement::settle(&VOUCHER, &line),
        "
        moves 975 bank:0 -> psp:0:recv
        moves 25 fee:psp -> psp:0:recv
        moves 300 merch:1:owed -> merch:1:pending
        moves 247 limit:1 -> limit_used:1
        moves 229 merch:2:pending -> merch:2:available
        moves 247 limit_used:2 -> limit:2
        ",
    );
}

#[test]
fn a_payout_goes_out_and_may_come_back() {
    check(&payout::hold(&VOUCHER, &PAYOUT), "holds 103 cust:7 -> transit:out:1");
    check(&payout::void(&VOUCHER, &PAYOUT), "voids 103 cust:7 -> transit:out:1");
    check(
        &payout::post(&VOUCHER, &PAYOUT, PAYOUT.rail),
        "
        posts 103 cust:7 -> transit:out:1
        moves 3 transit:out:1 -> fee:income
        ",
    );
    check(&payout::settle(&VOUCHER, &PAYOUT), "moves 100 transit:out:1 -> bank:0");
    check(
        &payout::give_back(&VOUCHER, &PAYOUT, ReturnedFee::Kept),
        "
        moves 100 bank:0 -> transit:out:1
        moves 100 transit:out:1 -> cust:7
        ",
    );
    check(
        &payout::give_back(&VOUCHER, &PAYOUT, ReturnedFee::GivenBack),
        "
        moves 100 bank:0 -> transit:out:1
        moves 100 transit:out:1 -> cust:7
        moves 3 fee:income -> cust:7
        ",
    );
}

#[test]
fn a_refund_before_settlement_is_paid_from_what_is_pending() {
    let stage = Stage::BeforeSettlement;
    let refund = Refund { stage, ..REFUND };
    check(&refund::reserve(&VOUCHER, &refund), "holds 50 merch:1:pending -> transit:out:psp");
    check(
        &refund::succeed(&VOUCHER, &refund, stage),
        "
        posts 50 merch:1:pending -> transit:out:psp
        moves 50 transit:out:psp -> psp:0:recv
        moves 50 limit_used:1 -> limit:1
        ",
    );
    check(&refund::fail(&VOUCHER, &refund), "voids 50 merch:1:pending -> transit:out:psp");
    check(
        &refund::fail_late(&VOUCHER, &refund, stage),
        "
        moves 50 psp:0:recv -> transit:out:psp
        moves 50 transit:out:psp -> merch:1:pending
        ",
    );
    check(
        &refund::succeed(&VOUCHER, &refund, Stage::AfterSettlement),
        "
        posts 50 merch:1:pending -> transit:out:psp
        moves 50 transit:out:psp -> psp:0:recv
        ",
    );
}

#[test]
fn a_refund_after_settlement_is_paid_from_what_is_available_and_the_rest_is_owed() {
    let refund = having(30, REFUND);
    check(
        &refund::reserve(&VOUCHER, &refund),
        "
        holds 30 merch:1:available -> transit:out:psp
        holds 20 merch:1:owed -> transit:out:psp
        ",
    );
    check(
        &refund::succeed(&VOUCHER, &refund, Stage::AfterSettlement),
        "
        posts 30 merch:1:available -> transit:out:psp
        posts 20 merch:1:owed -> transit:out:psp
        moves 50 transit:out:psp -> psp:0:recv
        ",
    );
    check(
        &refund::fail(&VOUCHER, &refund),
        "
        voids 30 merch:1:available -> transit:out:psp
        voids 20 merch:1:owed -> transit:out:psp
        ",
    );
    check(
        &refund::fail_late(&VOUCHER, &refund, Stage::AfterSettlement),
        "
        moves 50 psp:0:recv -> transit:out:psp
        moves 50 transit:out:psp -> merch:1:available
        ",
    );
    let broke = having(0, REFUND);
    check(&refund::reserve(&VOUCHER, &broke), "holds 50 merch:1:owed -> transit:out:psp");
    check(
        &refund::succeed(&VOUCHER, &broke, Stage::AfterSettlement),
        "
        posts 50 merch:1:owed -> transit:out:psp
        moves 50 transit:out:psp -> psp:0:recv
        ",
    );
}

/// The merchant that was paid bore all of what a customer's bank took of a basket, and
/// was in debt for goods that others had sold.
#[test]
fn each_merchant_of_a_split_payment_bears_its_share_of_a_chargeback() {
    let (one, two) = (Merchant(1), Merchant(2));
    let split = Split::over(&[(two, 2_500)]).expect("a split");
    let shares = Shares::got(&split, one, (Amount(80), Amount(80)));
    let chargeback = Chargeback { shares, ..CHARGEBACK };
    check(
        &chargeback::open(&VOUCHER, &chargeback),
        "
        moves 60 dispute:1 -> psp:0:recv
        moves 15 fee:psp -> psp:0:recv
        moves 20 dispute:2 -> psp:0:recv
        ",
    );
    check(
        &chargeback::win(&VOUCHER, &chargeback),
        "
        moves 60 psp:0:recv -> dispute:1
        moves 20 psp:0:recv -> dispute:2
        ",
    );
    check(
        &chargeback::lose(&VOUCHER, &chargeback, &AtHand::of(&chargeback.burden(), |_| Amount(10))),
        "
        moves 10 merch:1:available -> dispute:1
        moves 50 merch:1:owed -> dispute:1
        moves 10 merch:2:owed -> dispute:2
        moves 10 merch:2:available -> dispute:2
        ",
    );
}

#[test]
fn a_chargeback_is_opened_and_won_or_lost() {
    check(
        &chargeback::open(&VOUCHER, &CHARGEBACK),
        "
        moves 80 dispute:1 -> psp:0:recv
        moves 15 fee:psp -> psp:0:recv
        ",
    );
    check(&chargeback::win(&VOUCHER, &CHARGEBACK), "moves 80 psp:0:recv -> dispute:1");
    for (available, lost) in [
        (100, "moves 80 merch:1:available -> dispute:1"),
        (
            30,
            "moves 30 merch:1:available -> dispute:1
             moves 50 merch:1:owed -> dispute:1",
        ),
        (0, "moves 80 merch:1:owed -> dispute:1"),
    ] {
        let at_hand = AtHand::of(&CHARGEBACK.burden(), |_| Amount(available));
        check(&chargeback::lose(&VOUCHER, &CHARGEBACK, &at_hand), lost);
    }
}

#[test]
fn late_money_goes_into_suspense_and_out_of_it() {
    let (provider, bank) = (Mover::Provider(PROVIDER), Mover::Bank(BANK));
    check(&late::suspend(&VOUCHER, provider, Amount(9)), "moves 9 psp:0:recv -> suspense");
    check(&late::clear(&VOUCHER, provider, Amount(9)), "moves 9 suspense -> psp:0:recv");
    check(&late::suspend(&VOUCHER, bank, Amount(9)), "moves 9 suspense -> bank:0");
    check(&late::clear(&VOUCHER, bank, Amount(9)), "moves 9 bank:0 -> suspense");
}

#[test]
fn what_is_lost_is_written_off() {
    for (lost, line) in [
        (Lost::Receivable(PROVIDER), "moves 9 writeoff -> psp:0:recv"),
        (Lost::Debt(Merchant(1)), "moves 9 writeoff -> merch:1:owed"),
        (Lost::Dispute(Merchant(1)), "moves 9 writeoff -> dispute:1"),
        (Lost::Suspended, "moves 9 writeoff -> suspense"),
        (Lost::Unclaimed, "moves 9 suspense -> writeoff"),
    ] {
        check(&write_off::write_off(&VOUCHER, lost, Amount(9)), line);
    }
}

#[test]
fn what_was_booked_wrongly_is_booked_the_other_way_round_and_anew() {
    let wrong = payout::post(&VOUCHER, &PAYOUT, PAYOUT.rail);
    check(
        &correction::reverse(&VOUCHER, &wrong),
        "
        moves 3 fee:income -> transit:out:1
        moves 103 transit:out:1 -> cust:7
        ",
    );
    let right = payout::settle(&VOUCHER, &PAYOUT);
    check(
        &correction::replace(&VOUCHER, &wrong, &right),
        "
        moves 3 fee:income -> transit:out:1
        moves 103 transit:out:1 -> cust:7
        moves 100 transit:out:1 -> bank:0
        ",
    );
    assert_eq!(correction::reverse(&VOUCHER, &payout::hold(&VOUCHER, &PAYOUT)), Vec::new());
}

#[test]
fn accounts_are_funded_before_anything_happens() {
    check(&opening::limit(&VOUCHER, Merchant(1), Amount(9)), "moves 9 limit_granted -> limit:1");
    check(&opening::customer(&VOUCHER, BANK, Customer(7), Amount(9)), "moves 9 bank:0 -> cust:7");
    check(&opening::liquidity(&VOUCHER, BANK, Amount(9)), "moves 9 bank:0 -> fx");
}

#[test]
fn a_posting_about_something_else_or_made_another_time_has_ids_of_its_own() {
    let ids = |voucher: Voucher| payin::hold(&voucher, &[part(1, 5)])[0].id;
    let another = ids(Voucher { subject: 2, ..VOUCHER });
    let again = ids(Voucher { number: 1, ..VOUCHER });
    assert_eq!(ids(VOUCHER), ids(Voucher { operation: OperationId(9), ..VOUCHER }));
    assert!(ids(VOUCHER) != another && ids(VOUCHER) != again && another != again);
}

/// Compares `chain` with `table`, and sees that it is one.
pub(crate) fn check(chain: &[Transfer], table: &str) {
    let lines: Vec<_> = chain.iter().map(line).collect();
    let expected: Vec<_> = table.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(lines, expected);
    let open: Vec<_> = chain.iter().map(|transfer| transfer.linked).collect();
    let (last, others) = open.split_last().expect("a chain");
    assert!(!last && others.iter().all(|linked| *linked), "one chain, closed: {open:?}");
}

fn line(transfer: &Transfer) -> String {
    let verb = match transfer.kind {
        TransferKind::Posted => "moves".to_owned(),
        TransferKind::Pending => "holds".to_owned(),
        TransferKind::PendingFor(seconds) => format!("holds for {seconds} s"),
        TransferKind::PostPending(_) => "posts".to_owned(),
        TransferKind::VoidPending(_) => "voids".to_owned(),
    };
    let (from, to) = (transfer.debit, transfer.credit);
    assert_eq!((from.tenant, from.currency), (to.tenant, to.currency), "{transfer:?}");
    let currency = match from.currency {
        Currency::Eur => String::new(),
        other => format!(" {other}"),
    };
    let amount = i128::from(transfer.amount);
    format!("{verb} {amount} {} -> {}{currency}", from.name, to.name)
}

fn part(merchant: u16, amount: i128) -> Part {
    Part { merchant: Merchant(merchant), amount: Amount(amount) }
}

fn captured(merchant: u16, amount: i128, fee: i128, tax: i128, rest: i128) -> CapturedPart {
    let [amount, fee, tax, rest] = [amount, fee, tax, rest].map(Amount);
    CapturedPart { merchant: Merchant(merchant), amount, fee, tax, rest }
}

fn to_settle(merchant: u16, amount: i128, fee: i128, refunded: i128) -> SettledPart {
    let [amount, fee, refunded] = [amount, fee, refunded].map(Amount);
    SettledPart {
        merchant: Merchant(merchant),
        currency: VOUCHER.currency,
        amount,
        fee,
        tax: Amount::ZERO,
        refunded,
        limit_returned: refunded,
    }
}

pub(crate) const VOUCHER: Voucher = Voucher {
    tenant: Tenant(1),
    currency: Currency::Eur,
    subject: 1,
    number: 0,
    token: Token(1),
    operation: OperationId(1),
};
const PROVIDER: ProviderId = ProviderId(0);
const BANK: BankId = BankId(0);
const PAYOUT: Payout = Payout {
    customer: Customer(7),
    rail: RailId(1),
    bank: BANK,
    amount: Amount(100),
    fee: Amount(3),
};
pub(crate) const REFUND: Refund = Refund {
    merchant: Merchant(1),
    provider: PROVIDER,
    amount: Amount(50),
    at_hand: None,
    stage: Stage::AfterSettlement,
    shares: Shares::NONE,
    exchanged: None,
};
const CHARGEBACK: Chargeback = Chargeback {
    merchant: Merchant(1),
    provider: PROVIDER,
    amount: Amount(80),
    cost: Amount(15),
    shares: Shares::NONE,
};
