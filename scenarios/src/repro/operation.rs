//! A payment that a customer attempts, in a line.

use std::ops::Range;

use model::{
    Amount, BankId, Captures, Currency, Customer, IdempotencyKey, Merchant, Money,
    OBJECTS_AFTER_MIN, OrderRef, PayIn, PayoutOrder, Shipping, Split, Tenant, Token,
};
use serde::Deserialize;
use sim::VirtualTime;
use toml::Spanned;

use super::bounds::{AMOUNT_MAX, CHAOS_MAX, LIMIT_MAX, SPAN_MAX};
use super::fault::since_beginning;
use super::group::{Group, name};
use super::line::{Line, span};
use crate::invalid::Wrong;
use crate::party::{bank_of, bank_role};
use crate::plan::{
    BreachPlan, ByHandPlan, CustomerBalance, DisputePlan, MerchantLimit, ObjectionPlan, Operation,
    Purpose,
};
use crate::span::Span;

/// A payment as a file says it; what is left out is 1, and key and order are
/// the number of the payment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OperationLine {
    pub(super) payment: Spanned<u64>,
    at: Spanned<Span>,
    #[serde(default)]
    pub(super) client: Option<Spanned<u8>>,
    #[serde(default = "one")]
    tenant: u16,
    #[serde(default = "one")]
    merchant: u16,
    key: Option<u64>,
    order: Option<u64>,
    pays: Spanned<Price>,
    /// Whose balance is paid out, if it is.
    out_of: Option<u16>,
    by: Option<Spanned<Group>>,
    or_by: Option<Spanned<Group>>,
    clicks_again: Option<Spanned<Span>>,
    cancels: Option<Spanned<Span>>,
    recalls: Option<Spanned<Span>>,
    disputed: Option<Spanned<Span>>,
    answer_within: Option<Spanned<Span>>,
    decided_after: Option<Spanned<Span>>,
    #[serde(default)]
    won: bool,
    objected: Option<Spanned<Span>>,
    decided_again_after: Option<Spanned<Span>>,
    #[serde(default)]
    won_again: bool,
    refunded_by_hand: Option<Spanned<Span>>,
    taken_after_all: Option<Spanned<Span>>,
    /// How much of it, in basis points; all of it where nothing is said.
    refunded_share: Option<Spanned<u16>>,
    /// The captures that it is taken in, in basis points of it.
    captures: Option<Spanned<Vec<u16>>>,
    /// When each capture after the first is due, since the beginning.
    ships: Option<Spanned<Vec<Span>>>,
    /// The other merchants that it is for, each with its basis points of it.
    split: Option<Spanned<Vec<(u16, u16)>>>,
    /// What its merchant gets, if that is not what is paid.
    settles_in: Option<Spanned<Currency>>,
    #[serde(default)]
    insists: bool,
}

/// A refund as a file says it. Whose it is, the payment tells.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RefundLine {
    pub(super) refund: Spanned<u64>,
    pub(super) of: Spanned<u64>,
    at: Spanned<Span>,
    key: Option<u64>,
    gives_back: Spanned<Price>,
    clicks_again: Option<Spanned<Span>>,
}

/// What a merchant may process, as a file says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitLine {
    #[serde(default = "one")]
    tenant: u16,
    #[serde(default = "one")]
    merchant: u16,
    may_process: Spanned<Price>,
}

/// What a customer has, as a file says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BalanceLine {
    #[serde(default = "one")]
    tenant: u16,
    #[serde(default = "one")]
    customer: u16,
    has: Spanned<Price>,
}

/// Money as people write it: `12.30 EUR`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct Price(Money);

impl TryFrom<String> for Price {
    type Error = model::NotMoney;

    fn try_from(text: String) -> Result<Self, model::NotMoney> {
        text.parse().map(Self)
    }
}

/// The line of `operation`.
pub(super) fn line(operation: &Operation) -> String {
    let Operation { token, at, client, tenant, merchant, key, order_ref, money, .. } = operation;
    let line = Line::default().bare("payment", token.0).words("at", since_beginning(*at));
    let line = if *client == 0 { line } else { line.bare("client", client) };
    let line = if tenant.0 == 1 { line } else { line.bare("tenant", tenant.0) };
    let line = if merchant.0 == 1 { line } else { line.bare("merchant", merchant.0) };
    let line = if key.0 == token.0 { line } else { line.bare("key", key.0) };
    let line = if order_ref.0 == token.0 { line } else { line.bare("order", order_ref.0) };
    let line = payout(line.words("pays", money), &operation.purpose);
    let then = |line: Line, name, after: Option<std::time::Duration>| match after {
        Some(after) => line.words(name, Span(after)),
        None => line,
    };
    let line = then(line, "clicks_again", operation.click_again_after);
    let line = then(line, "cancels", operation.cancel_after);
    let line = then(line, "recalls", operation.recall_after);
    let line = if operation.insists { line.bare("insists", true) } else { line };
    let captures = operation.purpose.pay_in().captures;
    let line = match captures.is_at_once() {
        true => line,
        false => line.bare("captures", format!("{:?}", captures.shares())),
    };
    let ships: Vec<_> = operation.purpose.pay_in().shipping.moments().collect();
    let ships: Vec<_> = ships.into_iter().map(|at| Span(at).to_string()).collect();
    let line = if ships.is_empty() { line } else { line.bare("ships", format!("{ships:?}")) };
    let others = operation.purpose.pay_in().split;
    let others: Vec<_> = others.others().iter().map(|(who, share)| [who.0, *share]).collect();
    let line = if others.is_empty() { line } else { line.bare("split", format!("{others:?}")) };
    let line = match operation.purpose.pay_in().settlement_currency {
        None => line,
        Some(currency) => line.words("settles_in", currency.code()),
    };
    let line = match operation.by_hand {
        Some(ByHandPlan { after, share: WHOLE }) => line.words("refunded_by_hand", Span(after)),
        Some(ByHandPlan { after, share }) => {
            line.words("refunded_by_hand", Span(after)).bare("refunded_share", share)
        }
        None => line,
    };
    let breach = operation.breach.map(|breach| breach.after);
    let line = then(line, "taken_after_all", breach);
    let Some(dispute) = &operation.dispute else { return line.end() };
    let line = line
        .words("disputed", Span(dispute.after))
        .words("answer_within", Span(dispute.answer_within))
        .words("decided_after", Span(dispute.decided_after));
    let line = if dispute.won { line.bare("won", true) } else { line };
    let Some(objection) = dispute.objection else { return line.end() };
    let line = line
        .words("objected", Span(objection.after))
        .words("decided_again_after", Span(objection.decided_after));
    if objection.won { line.bare("won_again", true).end() } else { line.end() }
}

fn payout(line: Line, purpose: &Purpose) -> Line {
    let Purpose::Payout(order) = purpose else { return line };
    let line = line.bare("out_of", order.customer.0).words("by", name(bank_role(order.bank)));
    match order.other {
        Some(other) => line.words("or_by", name(bank_role(other))),
        None => line,
    }
}

/// The line of `balance`.
pub(super) fn balance_line(balance: &CustomerBalance) -> String {
    let CustomerBalance { tenant, customer, money } = balance;
    let line = Line::default().bare("customer", customer.0);
    let line = if tenant.0 == 1 { line } else { line.bare("tenant", tenant.0) };
    line.words("has", money).end()
}

/// The line of `refund`, which gives back what was paid from `of`.
pub(super) fn refund_line(of: Token, refund: &Operation) -> String {
    let Operation { token, at, key, money, .. } = refund;
    let line = Line::default().bare("refund", token.0).bare("of", of.0);
    let line = line.words("at", since_beginning(*at));
    let line = if key.0 == token.0 { line } else { line.bare("key", key.0) };
    let line = line.words("gives_back", money);
    match refund.click_again_after {
        Some(after) => line.words("clicks_again", Span(after)),
        None => line,
    }
    .end()
}

/// The line of `limit`.
pub(super) fn limit_line(limit: &MerchantLimit) -> String {
    let MerchantLimit { tenant, merchant, money } = limit;
    let line = Line::default().bare("merchant", merchant.0);
    let line = if tenant.0 == 1 { line } else { line.bare("tenant", tenant.0) };
    line.words("may_process", money).end()
}

impl OperationLine {
    /// What the line says, in a world with so many clients.
    ///
    /// # Errors
    /// If a number is out of bounds.
    pub(super) fn operation(self, clients: u8, banks: usize) -> Result<Operation, Wrong> {
        let client = self.client.as_ref().map_or(0, |client| *client.get_ref());
        if client >= clients {
            let place = self.client.map_or(self.payment.span(), |client| client.span());
            let last = clients.saturating_sub(1);
            let problem =
                format!("there is no client {client}: `clients = {clients}` are 0 to {last}");
            return Err(Wrong::new(place, problem));
        }
        let payment = *self.payment.get_ref();
        if payment == 0 {
            return Err(Wrong::new(self.payment.span(), "payments are numbered from 1 on"));
        }
        let after = |field: Option<Spanned<Span>>, name| -> Result<_, Wrong> {
            match field {
                None => Ok(None),
                field => span(&mut { field }, name, SPAN_MAX).map(Some),
            }
        };
        let disputed = after(self.disputed.clone(), "disputed")?;
        let answer_within = after(self.answer_within.clone(), "answer_within")?;
        let decided_after = after(self.decided_after.clone(), "decided_after")?;
        let objection = self.objection()?;
        let dispute = disputed.map(|after| DisputePlan {
            after,
            answer_within: answer_within.unwrap_or_default(),
            decided_after: decided_after.unwrap_or_default(),
            won: self.won,
            objection,
        });
        let by_hand = after(self.refunded_by_hand.clone(), "refunded_by_hand")?;
        let share = self.refunded_share.clone().map_or(Ok(WHOLE), share)?;
        let by_hand = by_hand.map(|after| ByHandPlan { after, share });
        let breach = after(self.taken_after_all.clone(), "taken_after_all")?;
        let breach = breach.map(|after| BreachPlan { after });
        let taken = self.captures.clone().map_or(Ok(Captures::AT_ONCE), captures)?;
        let shipping = self.ships.clone().map_or(Ok(Shipping::default()), ships)?;
        let shared = self.split.clone().map_or(Ok(Split::default()), split)?;
        let settlement_currency = self.settlement_currency()?;
        let pay_in = PayIn { captures: taken, split: shared, settlement_currency, shipping };
        let purpose = self.purpose(banks, pay_in)?;
        Ok(Operation {
            token: Token(payment),
            at: VirtualTime::ZERO.after(span(&mut Some(self.at), "at", CHAOS_MAX)?),
            client,
            tenant: Tenant(self.tenant),
            merchant: Merchant(self.merchant),
            key: IdempotencyKey(self.key.unwrap_or(payment)),
            order_ref: OrderRef(self.order.unwrap_or(payment)),
            money: bounded(*self.pays.get_ref(), self.pays.span(), AMOUNT_MAX)?,
            click_again_after: after(self.clicks_again, "clicks_again")?,
            cancel_after: after(self.cancels, "cancels")?,
            recall_after: after(self.recalls, "recalls")?,
            dispute: dispute.map(Box::new),
            by_hand,
            breach,
            purpose,
            insists: self.insists,
        })
    }

    /// How the customer's bank objects to what was won, if it does.
    fn objection(&self) -> Result<Option<ObjectionPlan>, Wrong> {
        let Some(after) = &self.objected else { return Ok(None) };
        if after.get_ref().0 < OBJECTS_AFTER_MIN || !self.won {
            let least = Span(OBJECTS_AFTER_MIN);
            let problem = format!(
                "`objected` is how long after a dispute with `won = true` was decided its bank \
                 takes it on: at least {least}"
            );
            return Err(Wrong::new(after.span(), problem));
        }
        let decided_again = &mut self.decided_again_after.clone();
        Ok(Some(ObjectionPlan {
            after: span(&mut Some(after.clone()), "objected", SPAN_MAX)?,
            decided_after: span(decided_again, "decided_again_after", SPAN_MAX)?,
            won: self.won_again,
        }))
    }

    /// What its merchant gets it in, if that is not what is paid.
    fn settlement_currency(&self) -> Result<Option<Currency>, Wrong> {
        let Some(currency) = &self.settles_in else { return Ok(None) };
        let same = *currency.get_ref() == self.pays.get_ref().0.currency;
        let apart = self.captures.is_some() || self.split.is_some() || self.disputed.is_some();
        if same || apart || self.out_of.is_some() {
            let problem = "`settles_in` is another currency than the payment's, of one that comes \
                           in at once for one merchant and is not disputed";
            return Err(Wrong::new(currency.span(), problem));
        }
        Ok(Some(*currency.get_ref()))
    }

    /// What it is for, in a world with so many banks.
    fn purpose(&self, banks: usize, pay_in: PayIn) -> Result<Purpose, Wrong> {
        let place = self.payment.span();
        let Some(customer) = self.out_of else {
            return match self.by.as_ref().or(self.or_by.as_ref()) {
                Some(by) => Err(Wrong::new(by.span(), "`by` is for what goes `out_of` a balance")),
                None => Ok(Purpose::PayIn(pay_in)),
            };
        };
        let bank = |group: &Spanned<Group>| {
            let known = group.get_ref().only().and_then(bank_of);
            let known = known.filter(|bank| usize::from(bank.0) < banks);
            let problem = format!("expected one of the {banks} banks, such as `bank a`");
            known.ok_or_else(|| Wrong::new(group.span(), problem))
        };
        let (bank, other) = match (&self.by, &self.or_by) {
            (None, _) if banks == 0 => {
                return Err(Wrong::new(place, "there is no bank to pay it out: `[[world.banks]]`"));
            }
            (None, other) => (BankId(0), other.as_ref().map(bank).transpose()?),
            (Some(by), other) => (bank(by)?, other.as_ref().map(bank).transpose()?),
        };
        Ok(Purpose::Payout(PayoutOrder { customer: Customer(customer), bank, other }))
    }
}

impl BalanceLine {
    /// What the line says.
    ///
    /// # Errors
    /// If the amount is out of bounds.
    pub(super) fn balance(self) -> Result<CustomerBalance, Wrong> {
        let money = bounded(*self.has.get_ref(), self.has.span(), LIMIT_MAX)?;
        let (tenant, customer) = (Tenant(self.tenant), Customer(self.customer));
        Ok(CustomerBalance { tenant, customer, money })
    }
}

impl RefundLine {
    /// What the line says of one of these payments.
    ///
    /// # Errors
    /// If it is of none of them, or of one whose key stands for another one too,
    /// or in another currency; or a number is out of bounds.
    pub(super) fn operation(self, payments: &[Operation]) -> Result<Operation, Wrong> {
        let of = Token(*self.of.get_ref());
        let known = payments.iter().find(|payment| payment.token == of);
        let Some(payment) = known.filter(|payment| matches!(payment.purpose, Purpose::PayIn(_)))
        else {
            let problem = format!("there is no payment {} to give anything back of", of.0);
            return Err(Wrong::new(self.of.span(), problem));
        };
        let shares = |other: &&Operation| other.token != of && other.key_id() == payment.key_id();
        if let Some(other) = payments.iter().find(shares) {
            let problem = format!(
                "payment {} has the key of payment {}, which it may stand for",
                of.0, other.token.0
            );
            return Err(Wrong::new(self.of.span(), problem));
        }
        let refund = *self.refund.get_ref();
        if refund == 0 {
            return Err(Wrong::new(self.refund.span(), "refunds are numbered from 1 on"));
        }
        let money = bounded(*self.gives_back.get_ref(), self.gives_back.span(), AMOUNT_MAX)?;
        if money.currency != payment.money.currency {
            let problem = format!("payment {} is in {}", of.0, payment.money.currency);
            return Err(Wrong::new(self.gives_back.span(), problem));
        }
        let click_again_after = match self.clicks_again {
            None => None,
            some => Some(span(&mut { some }, "clicks_again", SPAN_MAX)?),
        };
        Ok(Operation {
            token: Token(refund),
            at: VirtualTime::ZERO.after(span(&mut Some(self.at), "at", CHAOS_MAX)?),
            key: IdempotencyKey(self.key.unwrap_or(refund)),
            money,
            click_again_after,
            cancel_after: None,
            order_ref: OrderRef(refund),
            dispute: None,
            recall_after: None,
            by_hand: None,
            breach: None,
            insists: false,
            purpose: Purpose::Refund { of },
            ..payment.clone()
        })
    }
}

impl LimitLine {
    /// What the line says.
    ///
    /// # Errors
    /// If the amount is out of bounds.
    pub(super) fn limit(self) -> Result<MerchantLimit, Wrong> {
        let money = bounded(*self.may_process.get_ref(), self.may_process.span(), LIMIT_MAX)?;
        Ok(MerchantLimit { tenant: Tenant(self.tenant), merchant: Merchant(self.merchant), money })
    }
}

/// The whole of a payment, in basis points.
const WHOLE: u16 = 10_000;

fn share(share: Spanned<u16>) -> Result<u16, Wrong> {
    let problem = "`refunded_share` is 1 to 10000 basis points of what was taken";
    match *share.get_ref() {
        known @ 1..=WHOLE => Ok(known),
        _ => Err(Wrong::new(share.span(), problem)),
    }
}

fn captures(shares: Spanned<Vec<u16>>) -> Result<Captures, Wrong> {
    Captures::of(shares.get_ref()).ok_or_else(|| {
        let most = Captures::MAX;
        let problem = format!(
            "`captures` are 1 to {most} shares in basis points, each above 0, together at most \
             10000; whoever takes everything at once says nothing"
        );
        Wrong::new(shares.span(), problem)
    })
}

fn ships(moments: Spanned<Vec<Span>>) -> Result<Shipping, Wrong> {
    let listed: Vec<_> = moments.get_ref().iter().map(|span| span.0).collect();
    let in_time = listed.iter().all(|at| *at <= SPAN_MAX);
    Shipping::at(&listed).filter(|_| in_time).ok_or_else(|| {
        let (count, most) = (Captures::MAX - 1, Span(SPAN_MAX));
        let problem = format!(
            "`ships` are at most {count} times since the beginning, in order, none later than {most}"
        );
        Wrong::new(moments.span(), problem)
    })
}

fn split(others: Spanned<Vec<(u16, u16)>>) -> Result<Split, Wrong> {
    let listed: Vec<_> =
        others.get_ref().iter().map(|(who, share)| (Merchant(*who), *share)).collect();
    Split::over(&listed).ok_or_else(|| {
        let most = Split::OTHERS_MAX;
        let problem = format!(
            "`split` is at most {most} other merchants, each once, with its share in basis points, \
             above 0, together less than 10000"
        );
        Wrong::new(others.span(), problem)
    })
}

fn bounded(price: Price, place: Range<usize>, most: i128) -> Result<Money, Wrong> {
    let money = price.0;
    if (1..=most).contains(&i128::from(money.amount)) {
        return Ok(money);
    }
    let [least, most] = [1, most].map(|amount| Money { amount: Amount(amount), ..money });
    Err(Wrong::new(place, format!("`{money}` is out of bounds: expected {least} to {most}")))
}

fn one() -> u16 {
    1
}
