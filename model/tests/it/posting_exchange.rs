//! What payments.md 1.8 books of a payment in another currency, and of what goes back
//! of it; written like the tables of the other postings.

use model::posting::refund::{self, Refund, Stage};
use model::posting::{Voucher, exchange};
use model::{
    AccountName, Amount, Borne, Currency, Customer, Exchange, ExchangeQuote, Merchant, Money,
    Version,
};

use crate::exchange::quote_of;
use crate::posting::{REFUND, VOUCHER, check};
use crate::posting_shortfall::having;

#[test]
fn an_exchange_is_reserved_for_a_while_and_confirmed() {
    // 1,000 thousandths at 0.4 of a yen each, of which two percent are the price.
    let exchange = exchanged();
    let (from, to) =
        (AccountName::Customer(Customer(7)), AccountName::MerchantPending(Merchant(1)));
    check(&exchange::hold(&DINARS, &exchange, to), "holds for 30 s 392 fx -> merch:1:pending JPY");
    check(&exchange::void(&DINARS, &exchange, to), "voids 392 fx -> merch:1:pending JPY");
    check(
        &exchange::confirm(&DINARS, &exchange, from, to),
        "
        posts 392 fx -> merch:1:pending JPY
        moves 980 cust:7 -> fx KWD
        moves 20 cust:7 -> fx KWD
        moves 1 cust:7 -> fx:round KWD
        ",
    );
}

/// What a customer sends back of a payment that was exchanged, the liquidity pays, and
/// the merchant gives it what it had got for that.
#[test]
fn what_goes_back_of_an_exchanged_payment_is_borne_in_the_currency_that_was_got() {
    let yen = Money { amount: Amount(196), currency: Currency::Jpy };
    let stage = Stage::BeforeSettlement;
    let refund = Refund { amount: Amount(500), stage, exchanged: Some(Borne::of(yen)), ..REFUND };
    check(
        &refund::reserve(&DINARS, &refund),
        "
        holds 196 merch:1:pending -> fx JPY
        holds 500 fx -> transit:out:psp KWD
        ",
    );
    check(
        &refund::succeed(&DINARS, &refund, stage),
        "
        posts 196 merch:1:pending -> fx JPY
        posts 500 fx -> transit:out:psp KWD
        moves 500 transit:out:psp -> psp:0:recv KWD
        moves 196 limit_used:1 -> limit:1 JPY
        ",
    );
    check(
        &refund::fail(&DINARS, &refund),
        "
        voids 196 merch:1:pending -> fx JPY
        voids 500 fx -> transit:out:psp KWD
        ",
    );
    check(
        &refund::happened(&DINARS, &refund),
        "
        moves 196 merch:1:pending -> fx JPY
        moves 500 fx -> transit:out:psp KWD
        moves 500 transit:out:psp -> psp:0:recv KWD
        moves 196 limit_used:1 -> limit:1 JPY
        ",
    );
    check(
        &refund::fail_late(&DINARS, &refund, stage),
        "
        moves 500 psp:0:recv -> transit:out:psp KWD
        moves 500 transit:out:psp -> fx KWD
        moves 196 fx -> merch:1:pending JPY
        ",
    );
}

#[test]
fn what_a_merchant_lacks_of_what_goes_back_it_owes_in_the_currency_that_it_got() {
    let yen = Money { amount: Amount(196), currency: Currency::Jpy };
    let refund = Refund { amount: Amount(500), exchanged: Some(Borne::of(yen)), ..REFUND };
    check(
        &refund::reserve(&DINARS, &having(150, refund)),
        "
        holds 150 merch:1:available -> fx JPY
        holds 500 fx -> transit:out:psp KWD
        holds 46 merch:1:owed -> fx JPY
        ",
    );
}

fn exchanged() -> Exchange {
    let quote = ExchangeQuote { spread_basis_points: 199, ..quote_of(2, 5) };
    model::exchange(Version::First, &quote, Amount(1_001))
}

const DINARS: Voucher = Voucher { currency: Currency::Kwd, ..VOUCHER };
