//! A payment that a customer attempts, in a line.

use std::ops::Range;

use model::{Amount, Captures, IdempotencyKey, Merchant, Money, PayIn, Split, Tenant, Token};
use serde::Deserialize;
use sim::VirtualTime;
use toml::Spanned;

use super::bounds::{AMOUNT_MAX, CHAOS_MAX, LIMIT_MAX, SPAN_MAX};
use super::fault::since_beginning;
use super::line::{Line, span};
use crate::invalid::Wrong;
use crate::plan::{MerchantLimit, Operation, Purpose};
use crate::span::Span;

/// A payment as a file says it; what is left out is 1, and the key is the
/// number of the payment.
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
    pays: Spanned<Price>,
    clicks_again: Option<Spanned<Span>>,
    cancels: Option<Spanned<Span>>,
    /// The captures that it is taken in, in basis points of it.
    captures: Option<Spanned<Vec<u16>>>,
    /// The other merchants that it is for, each with its basis points of it.
    split: Option<Spanned<Vec<(u16, u16)>>>,
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
    let Operation { token, at, client, tenant, merchant, key, money, .. } = operation;
    let line = Line::default().bare("payment", token.0).words("at", since_beginning(*at));
    let line = if *client == 0 { line } else { line.bare("client", client) };
    let line = if tenant.0 == 1 { line } else { line.bare("tenant", tenant.0) };
    let line = if merchant.0 == 1 { line } else { line.bare("merchant", merchant.0) };
    let line = if key.0 == token.0 { line } else { line.bare("key", key.0) };
    let line = line.words("pays", money);
    let then = |line: Line, name, after: Option<std::time::Duration>| match after {
        Some(after) => line.words(name, Span(after)),
        None => line,
    };
    let line = then(line, "clicks_again", operation.click_again_after);
    let line = then(line, "cancels", operation.cancel_after);
    let captures = operation.purpose.pay_in().captures;
    let line = match captures.is_at_once() {
        true => line,
        false => line.bare("captures", format!("{:?}", captures.shares())),
    };
    let others = operation.purpose.pay_in().split;
    let others: Vec<_> = others.others().iter().map(|(who, share)| [who.0, *share]).collect();
    let line = if others.is_empty() { line } else { line.bare("split", format!("{others:?}")) };
    line.end()
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
    pub(super) fn operation(self, clients: u8) -> Result<Operation, Wrong> {
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
        let captures = self.captures.map_or(Ok(Captures::AT_ONCE), captures)?;
        let split = self.split.map_or(Ok(Split::default()), split)?;
        Ok(Operation {
            token: Token(payment),
            at: VirtualTime::ZERO.after(span(&mut Some(self.at), "at", CHAOS_MAX)?),
            client,
            tenant: Tenant(self.tenant),
            merchant: Merchant(self.merchant),
            key: IdempotencyKey(self.key.unwrap_or(payment)),
            money: bounded(*self.pays.get_ref(), self.pays.span(), AMOUNT_MAX)?,
            click_again_after: after(self.clicks_again, "clicks_again")?,
            cancel_after: after(self.cancels, "cancels")?,
            purpose: Purpose::PayIn(PayIn { captures, split }),
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
