//! The invariant of quotes, I27: what was quoted is what is booked, to the last
//! minor unit; nothing is lost between two currencies, and nothing won.
//!
//! The ledger's rows are compared with the journal, by arithmetic of the judge's
//! own: what the calculators of the subject say counts for nothing.

mod booked;
mod given_back;

use std::collections::BTreeMap;

use model::workflow::Action;
use model::workflow::payin_card::holds_of;
use model::workflow::payin_exchange::promise_of;
use model::{
    Amount, Booking, Cover, Exchange, HoldState, Money, Order, Outcome, PaymentId, Quote, Rate,
    Record, Token, Transfer, TransferKind,
};
use sim::Sighting;

use self::booked::Booked;
use self::given_back::GivenBack;
use super::authorities::Authorities;
use super::called;
use super::findings::{Findings, Relation};
use crate::invariant::Invariant;
use crate::party::STORE;
use crate::sometimes::FaultKind;

/// JR: what every payment that comes in was quoted and is not finished; and how
/// often anything became of a quote.
#[derive(Clone, Debug, Default)]
pub(super) struct Quotes {
    open: BTreeMap<(Token, PaymentId), Quoted>,
    /// Nothing where no exchanged payment may be given back.
    given_back: GivenBack,
    counts: QuoteCounts,
}

/// How often something became of a quote for an exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuoteCounts {
    /// A rate was locked for a payment, for the first time.
    pub locked: u64,
    /// A quote had expired, and was renewed before anything was held by it.
    pub renewed: u64,
    /// What was held for a merchant by a quote was held no more, because its
    /// time was over.
    pub lapsed: u64,
    /// The house bought what it had promised at another rate.
    pub covered: u64,
}

/// What one payment was quoted, as its journal has it.
#[derive(Clone, Copy, Debug, Default)]
struct Quoted {
    quote: Option<Quote>,
    locked: Option<Exchange>,
    cover: Option<Cover>,
    /// HOLD was intended: the rate stands.
    is_held: bool,
}

impl Quotes {
    pub(super) fn counts(&self) -> QuoteCounts {
        self.counts
    }
}

/// Judges `record` by what was durable before it, and takes it in.
pub(super) fn recorded(
    said: &mut Authorities,
    found: &mut Findings,
    seen: Sighting,
    (token, payment): (Token, PaymentId),
    record: &Record,
) {
    given_back::recorded(said, found, seen, (token, payment), record);
    match *record {
        Record::Locked(exchange) => {
            let known = said.quotes.open.get(&(token, payment)).copied().unwrap_or_default();
            locked_in_time(found, seen, token, &known);
            is_of_the_market(said, found, seen, token, &exchange);
            if known.locked.is_some() {
                let place = said.plan.place(token);
                said.sights.strike_payment(FaultKind::of_quote(RENEWED), place, STORE);
            }
            let counts = &mut said.quotes.counts;
            let count =
                if known.locked.is_some() { &mut counts.renewed } else { &mut counts.locked };
            *count += 1;
            said.quotes.open.entry((token, payment)).or_default().locked = Some(exchange);
            if let Some(given) = given_back(said, token) {
                said.quotes.given_back.lock(payment, &exchange, given);
            }
        }
        Record::Covered(cover) => {
            covered_in_need(said, found, seen, (token, payment));
            said.quotes.counts.covered += 1;
            let place = said.plan.place(token);
            said.sights.strike_payment(FaultKind::of_quote(COVERED), place, STORE);
            said.quotes.open.entry((token, payment)).or_default().cover = Some(cover);
        }
        Record::StepOutcome { outcome: Outcome::Quoted(quote), .. } => {
            said.quotes.open.entry((token, payment)).or_default().quote = Some(quote);
        }
        Record::StepIntent { which, .. } => {
            let order = said.of(token).and_then(|d| Some(d.payment(payment)?.intent.order));
            let holds = order.is_some_and(|o| o.workflow().action(which) == Action::Hold);
            if holds && let Some(quoted) = said.quotes.open.get_mut(&(token, payment)) {
                quoted.is_held |= quoted.quote.is_some();
            }
        }
        Record::Terminal => {
            said.quotes.open.remove(&(token, payment));
        }
        _ => {}
    }
}

/// Judges what the ledger stored, when it is taken in already.
pub(super) fn booked(
    said: &mut Authorities,
    found: &mut Findings,
    seen: Sighting,
    booking: &Booking,
) {
    given_back::booked(said, found, seen, booking);
    let lapsed = |hold: &&Transfer| matches!(hold.kind, TransferKind::PendingFor(_));
    let exchanged = |hold: &&Transfer| {
        let order = said.plan.operation(hold.token).and_then(|o| o.purpose.order());
        order.is_some_and(|order| order.settlement_currency().is_some())
    };
    for hold in booking.expired.iter().filter(lapsed).filter(exchanged) {
        said.quotes.counts.lapsed += 1;
        let place = said.plan.place(hold.token);
        said.sights.strike_payment(FaultKind::of_quote(LAPSED), place, STORE);
    }
    for row in &booking.rows {
        match row.kind {
            TransferKind::PendingFor(_) => promised(said, found, seen, row),
            TransferKind::PostPending(hold) => {
                let of = (row.token, PaymentId(0))..=(row.token, PaymentId(u64::MAX));
                let mut open = said.quotes.open.range(of);
                // The first hold of a payment stands for all that is booked with it.
                let whose = open.find(|((_, payment), _)| holds_of(*payment)[0] == hold);
                let Some((&(_, payment), &quoted)) = whose else { continue };
                conserved(said, found, seen, (row.token, payment), &quoted, &booking.rows);
            }
            _ => {}
        }
    }
}

/// What the payment of this instrument takes, if any of it may go back.
fn given_back(said: &Authorities, token: Token) -> Option<Amount> {
    let operation = said.plan.operation(token)?;
    let may = !said.refunds_of(token).is_empty() || operation.by_hand.is_some();
    may.then_some(operation.money.amount)
}

fn locked_in_time(found: &mut Findings, seen: Sighting, token: Token, known: &Quoted) {
    let about = (token, "quote", Relation::RecordOutOfOrder);
    found.check(Invariant::I27, seen, about, !known.is_held, || {
        format!("the rate of {} was locked anew after it was held by another", called(token))
    });
}

/// A rate that nobody ever asked is somebody's invention.
fn is_of_the_market(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    token: Token,
    exchange: &Exchange,
) {
    let quote = exchange.quote;
    let asked = said.plan.rates.iter().any(|path| path.ever_offers(&quote));
    let about = (token, "quote", Relation::BooksDiffer);
    found.check(Invariant::I27, seen, about, asked, || {
        let Rate { target, source } = quote.rate;
        format!("{} is quoted {target} for {source}, which the market never asks", called(token))
    });
}

/// The house breaks with a quote only when nobody is bound by it any more.
fn covered_in_need(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    (token, payment): (Token, PaymentId),
) {
    let promise = promise_of(payment);
    let ended = said.of(token).and_then(|dossier| Some(dossier.hold(promise)?.state));
    let about = (token, "post", Relation::RecordOutOfOrder);
    found.check(Invariant::I27, seen, about, ended == Some(HoldState::Expired), || {
        format!("{} is covered at another rate, though its quote still holds", called(token))
    });
}

/// What is reserved for the merchant is what it was quoted.
fn promised(said: &Authorities, found: &mut Findings, seen: Sighting, row: &Transfer) {
    let of = (row.token, PaymentId(0))..=(row.token, PaymentId(u64::MAX));
    let mut open = said.quotes.open.range(of);
    let whose = open.find(|((_, payment), _)| promise_of(*payment) == row.id);
    let Some(((token, _), Quoted { locked: Some(locked), .. })) = whose else { return };
    let Some(given) = said.plan.operation(*token).map(|operation| operation.money.amount) else {
        return;
    };
    let due = booked::bought(locked, given);
    let about = (*token, "hold", Relation::BooksDiffer);
    found.check(Invariant::I27, seen, about, row.amount == due, || {
        let money = |amount| Money { amount, currency: row.credit.currency };
        let (held, due) = (money(row.amount), money(due));
        format!("{held} is held for {}, which was quoted {due}", called(*token))
    });
}

/// What was taken is shared out to the last minor unit, as it was quoted.
fn conserved(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    (token, payment): (Token, PaymentId),
    quoted: &Quoted,
    rows: &[Transfer],
) {
    let Some(dossier) = said.of(token) else { return };
    let Some(view) = dossier.payment(payment) else { return };
    let (intent, Order::PayIn(pay_in)) = (view.intent, view.intent.order) else { return };
    let Some(quote) = quoted.quote else { return };
    let whole = intent.money.amount;
    let gross = if pay_in.captures.is_at_once() { whole } else { view.in_parts };
    let booked = Booked::of(rows.iter().filter(|row| row.token == token), intent.money.currency);
    let wrong = match pay_in.settlement_currency {
        None => booked.misses(&quote, gross, whole),
        Some(_) => {
            let promise = dossier.hold(promise_of(payment)).map(|hold| hold.state);
            booked.misses_exchange(&quote, gross, quoted.locked, quoted.cover, promise)
        }
    };
    let about = (token, "post", Relation::BooksDiffer);
    found.check(Invariant::I27, seen, about, wrong.is_none(), || {
        let money = |amount, currency| Money { amount, currency };
        let wrong = wrong.map(|wrong| {
            let currency = match wrong.is_settled {
                true => pay_in.settlement_currency.unwrap_or(intent.money.currency),
                false => intent.money.currency,
            };
            let (due, booked) = (money(wrong.due, currency), money(wrong.booked, currency));
            format!("{} is {due}, and {booked} is booked", wrong.what)
        });
        format!("of {}, {}", called(token), wrong.unwrap_or_default())
    });
}

const RENEWED: usize = 0;
const LAPSED: usize = 1;
const COVERED: usize = 2;
