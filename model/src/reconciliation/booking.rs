//! What a line comes to in the ledger.

use super::{Freed, Refunded, Source, What, Work};
use crate::defect::Defect;
use crate::exchange::Exchange;
use crate::identity::{BankId, Merchant};
use crate::money::Amount;
use crate::order::PayoutOrder;
use crate::payment::Payment;
use crate::posting::settlement::{self, Line, Place, SettledPart};
use crate::posting::{Voucher, unreconciled};
use crate::transfer::Transfer;
use crate::webhook::Teller;
use crate::workflow::payin_card;

/// The chain of transfers that books `work`; the payment that it settles, if it
/// settles one.
pub fn booking(work: &Work, payment: Option<&Payment>) -> Vec<Transfer> {
    let line = &work.line;
    let voucher = Voucher {
        tenant: line.tenant,
        currency: line.currency,
        subject: line.id.0,
        number: work.stage,
        token: line.token,
        operation: work.operation(),
    };
    let bank = bank(work.teller);
    match work.what {
        What::Suspend => unreconciled::suspend(&voucher, bank, line.net),
        What::Clear => unreconciled::clear(&voucher, bank, line.net),
        What::Release { merchant, shares, exchanged, .. } => {
            let released = Freed { amount: line.gross, shares, exchanged };
            unreconciled::release(&voucher, &released.parts(merchant, line.currency))
        }
        What::HandOn { merchant, shares, exchanged, .. } => {
            let back = Freed { amount: line.gross, shares, exchanged };
            unreconciled::hand_on(&voucher, &back.parts(merchant, line.currency))
        }
        What::Pass(from) => unreconciled::pass(&voucher, place(from, bank), owed(work), line.net),
        What::Collect { fee_off, from } => {
            let owed = owed(work);
            let chain =
                unreconciled::collect(&voucher, place(from, bank), owed, line.net, line.fee);
            unreconciled::with_fee_off(&voucher, chain, fee_off)
        }
        What::Settle { refunded, fee_off, from, .. } => match (work.teller, payment) {
            (Teller::Provider(provider), Some(payment)) => {
                let parts = parts(payment, &refunded);
                let (gross, cost) = (line.gross, line.fee);
                let line = Line { provider, from: place(from, bank), gross, cost, parts: &parts };
                unreconciled::with_fee_off(&voucher, settlement::settle(&voucher, &line), fee_off)
            }
            _ => unreconciled::pass(&voucher, place(from, bank), owed(work), line.net),
        },
    }
}

/// What of a capture is whose.
fn parts(payment: &Payment, refunded: &Refunded) -> Vec<SettledPart> {
    let intent = payment.intent();
    let borne = refunded.parts(intent.merchant, intent.money.currency);
    let of = |merchant: Merchant| {
        let mine = borne.iter().filter(|(bears, _)| *bears == merchant);
        mine.map(|(_, money)| money.amount).sum::<Amount>()
    };
    let freed = refunded.freed.0.unwrap_or_default();
    let freed = freed.parts(intent.merchant, intent.money.currency);
    let free = |merchant: Merchant| {
        let mine = freed.iter().filter(|(bore, _)| *bore == merchant);
        of(merchant) + mine.map(|(_, money)| money.amount).sum::<Amount>()
    };
    if let Some(exchange) = payment.exchange() {
        let part = exchanged(payment, &exchange, of(intent.merchant));
        return vec![SettledPart { limit_returned: free(intent.merchant), ..part }];
    }
    let captured = payin_card::captured_parts(payment).into_iter();
    captured
        .map(|part| SettledPart {
            merchant: part.merchant,
            currency: intent.money.currency,
            amount: part.amount,
            fee: part.fee,
            tax: part.tax,
            refunded: of(part.merchant),
            limit_returned: free(part.merchant),
        })
        .collect()
}

/// What the merchant of an exchanged payment gets, which is in the currency that it
/// was promised.
fn exchanged(payment: &Payment, exchange: &Exchange, refunded: Amount) -> SettledPart {
    let quote = payment.quote().expect("a payment that is settled was quoted");
    SettledPart {
        merchant: payment.intent().merchant,
        currency: payment.defects().pick(
            Defect::SettledAsPaid,
            || exchange.quote.target,
            || payment.intent().money.currency,
        ),
        amount: exchange.target,
        fee: quote.fee,
        tax: quote.tax,
        refunded,
        limit_returned: refunded,
    }
}

/// Who owed the money, or has to be paid by it.
fn owed(work: &Work) -> Place {
    match work.teller {
        Teller::Provider(provider) => Place::Provider(provider),
        Teller::Bank(bank) => Place::Rail(PayoutOrder::rail_of(bank)),
        // Who moves no money owes none.
        Teller::Risk => Place::Suspense,
    }
}

const fn place(from: Source, bank: BankId) -> Place {
    match from {
        Source::Bank => Place::Bank(bank),
        Source::Suspense => Place::Suspense,
    }
}

/// Where the money of a file moves: a bank's own account, and what providers pay
/// goes to the first.
const fn bank(teller: Teller) -> BankId {
    match teller {
        Teller::Provider(_) | Teller::Risk => BankId(0),
        Teller::Bank(bank) => bank,
    }
}
