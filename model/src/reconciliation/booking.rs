//! What a line comes to in the ledger.

use super::{Source, What, Work};
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
        What::Release(merchant, _) => unreconciled::release(&voucher, merchant, line.gross),
        What::Pass(from) => unreconciled::pass(&voucher, place(from, bank), owed(work), line.net),
        What::Settle { refunded, fee_off, from, .. } => match (work.teller, payment) {
            (Teller::Provider(provider), Some(payment)) => {
                let parts = parts(payment, refunded);
                let (gross, cost) = (line.gross, line.fee);
                let line = Line { provider, from: place(from, bank), gross, cost, parts: &parts };
                unreconciled::with_fee_off(&voucher, settlement::settle(&voucher, &line), fee_off)
            }
            _ => unreconciled::pass(&voucher, place(from, bank), owed(work), line.net),
        },
    }
}

/// What of a capture is whose.
fn parts(payment: &Payment, refunded: Amount) -> Vec<SettledPart> {
    let payer = payment.intent().merchant;
    let of = |merchant: Merchant| if merchant == payer { refunded } else { Amount::ZERO };
    let captured = payin_card::captured_parts(payment).into_iter();
    captured
        .map(|part| SettledPart {
            merchant: part.merchant,
            amount: part.amount,
            fee: part.fee,
            tax: part.tax,
            refunded: of(part.merchant),
            limit_returned: of(part.merchant),
        })
        .collect()
}

/// Who owed the money, or has to be paid by it.
fn owed(work: &Work) -> Place {
    match work.teller {
        Teller::Provider(provider) => Place::Provider(provider),
        Teller::Bank(bank) => Place::Rail(PayoutOrder::rail_of(bank)),
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
        Teller::Provider(_) => BankId(0),
        Teller::Bank(bank) => bank,
    }
}
