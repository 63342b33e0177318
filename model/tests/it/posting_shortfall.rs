//! What is booked of refunds of more than merchants have (payments.md 1.8,
//! `refund_shortfall`).

use model::posting::refund::{self, Refund, Stage};
use model::{Amount, AtHand, Merchant, Shares, Split};

use crate::posting::{REFUND, VOUCHER, check};

/// A merchant that has so much, where it may owe what it lacks.
#[test]
fn what_a_merchant_lacks_for_a_refund_it_owes_unless_the_ledger_is_to_refuse_it() {
    let available = "holds 50 merch:1:available -> transit:out:psp";
    let owed = "holds 50 merch:1:owed -> transit:out:psp";
    let both = "
        holds 30 merch:1:available -> transit:out:psp
        holds 20 merch:1:owed -> transit:out:psp
        ";
    check(&refund::reserve(&VOUCHER, &REFUND), available);
    for (has, holds) in [(60, available), (50, available), (30, both), (0, owed), (-5, owed)] {
        check(&refund::reserve(&VOUCHER, &having(has, REFUND)), holds);
    }
}

#[test]
fn each_merchant_of_a_split_payment_owes_what_it_lacks_itself() {
    let split = Split::over(&[(Merchant(2), 3_000), (Merchant(3), 1_000)]).expect("a split");
    let shares = Shares::got(&split, Merchant(1), (REFUND.amount, REFUND.amount));
    let refund = having(12, Refund { shares, ..REFUND });
    let legs = |verb| {
        format!(
            "
            {verb} 12 merch:1:available -> transit:out:psp
            {verb} 18 merch:1:owed -> transit:out:psp
            {verb} 12 merch:2:available -> transit:out:psp
            {verb} 3 merch:2:owed -> transit:out:psp
            {verb} 5 merch:3:available -> transit:out:psp
            "
        )
    };
    let paid = format!("{} moves 50 transit:out:psp -> psp:0:recv", legs("posts"));
    check(&refund::reserve(&VOUCHER, &refund), &legs("holds"));
    check(&refund::succeed(&VOUCHER, &refund, Stage::AfterSettlement), &paid);
    check(&refund::fail(&VOUCHER, &refund), &legs("voids"));
}

/// `refund`, where every merchant has so much available, and may owe the rest.
pub(crate) fn having(available: i128, refund: Refund) -> Refund {
    let at_hand = AtHand::of(&refund.burden(), |_| Amount(available));
    Refund { at_hand: Some(at_hand), ..refund }
}
