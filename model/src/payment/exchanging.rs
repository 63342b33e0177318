//! What of a payment is about its exchange into another currency.

use super::{IllegalRecord, Payment};
use crate::borne::Borne;
use crate::defect::Defect;
use crate::exchange::{Cover, Exchange, ExchangeQuote, exchange};
use crate::money::Money;
use crate::quote::{Quote, Version, quote};
use crate::record::{Outcome, Record};
use crate::saga::{Next, SagaEntry, Try, TryState};
use crate::status::Status;
use crate::workflow::Action;

/// The exchange, as far as it has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Exchanging {
    /// What was locked last.
    locked: Option<Exchange>,
    /// How the house came by what it had promised for longer than it was
    /// promised itself.
    cover: Option<Cover>,
    /// What is offered at the moment; not written down.
    offered: Option<ExchangeQuote>,
}

impl Payment {
    /// What it comes to in the currency that its merchant gets, as the journal
    /// has it; `None` if that is the one that the customer pays, or no rate is
    /// locked yet.
    pub fn exchange(&self) -> Option<Exchange> {
        let Exchanging { locked, .. } = self.exchanging;
        self.defects.pick(
            Defect::ReplayNondeterminism,
            || locked,
            || locked.and(self.at_the_moment()).or(locked),
        )
    }

    /// What it costs, as the journal has it: it is worked out once.
    pub fn quote(&self) -> Option<Quote> {
        let pinned = || self.quote;
        let anew = |money| quote(self.calculators, money);
        let recomputed = || self.quote.and(self.quoted_money().map(anew)).or(self.quote);
        self.defects.pick(Defect::DeployRecomputesQuote, pinned, recomputed)
    }

    /// By what prices are worked out from now on that are not written down yet.
    pub(crate) fn work_out_by(&mut self, calculators: Version) {
        self.calculators = calculators;
    }

    /// How the house comes by what the merchant was promised, if it had to.
    pub fn cover(&self) -> Option<Cover> {
        self.exchanging.cover
    }

    /// Tells what is offered at the moment for an exchange.
    pub(crate) fn offer(&mut self, offered: Option<ExchangeQuote>) {
        self.exchanging.offered = offered;
    }

    /// What goes back by it is worth to its merchant at the moment, where `borne` is
    /// what that is by the rate of the payment.
    pub(crate) fn at_spot(&self, borne: Borne) -> Borne {
        let Some(offered) = self.exchanging.offered else { return borne };
        let amount = offered.rate.claim(self.intent.money.amount);
        Borne::of(Money { amount, ..borne.money() })
    }

    /// Whether a rate is locked and can still be locked anew.
    pub(crate) fn may_lock_anew(&self) -> bool {
        self.exchanging.locked.is_some() && self.is_quoting()
    }

    /// Forgets the lock, so that another one follows.
    pub(crate) fn unlock(&mut self) {
        self.exchanging.locked = None;
    }

    /// The record of the purchase that the house makes because its promise was
    /// longer than the one that it had; `None` if nothing is bought for it.
    pub(crate) fn covering(&self) -> Option<Record> {
        let Exchanging { locked, cover, offered } = self.exchanging;
        let (locked, offered) = (locked?, offered?);
        cover.is_none().then(|| Record::Covered(locked.cover(offered.rate)))
    }

    /// What follows at QUOTE: the lock of a rate, if the merchant gets another
    /// currency, and then what the service costs. There is no way forward where
    /// nobody offers an exchange, or it comes to nothing.
    pub(super) fn quoted(&self, which: Try) -> Record {
        let Some(money) = self.quoted_money() else { return self.lock() };
        let quote = quote(self.calculators, money);
        Record::StepOutcome { which, outcome: Outcome::Quoted(quote) }
    }

    /// What it costs something to get; `None` until a rate is locked.
    fn quoted_money(&self) -> Option<Money> {
        let Some(currency) = self.intent.order.settlement_currency() else {
            return Some(self.intent.money);
        };
        self.exchange().map(|exchange| Money { amount: exchange.target, currency })
    }

    /// Takes a lock in: while QUOTE is awaited, and not any more once HOLD may
    /// have gone by it.
    pub(super) fn take_lock(&mut self, locked: Exchange) -> Result<(), IllegalRecord> {
        if !self.is_quoting() {
            return Err(IllegalRecord::Locked);
        }
        self.exchanging.locked = Some(locked);
        Ok(())
    }

    /// Takes a cover in, once: POST was refused for good, and is made anew by it.
    pub(super) fn take_cover(&mut self, cover: Cover) -> Result<(), IllegalRecord> {
        let Exchanging { locked: Some(_), cover: None, .. } = self.exchanging else {
            return Err(IllegalRecord::Covered);
        };
        let Some((which, TryState::Intended)) = self.latest(Action::Post) else {
            return Err(IllegalRecord::Covered);
        };
        self.saga.apply(SagaEntry::Anew(which))?;
        self.exchanging.cover = Some(cover);
        Ok(())
    }

    fn lock(&self) -> Record {
        let bought = self.at_the_moment().filter(|exchange| exchange.target.0 > 0);
        bought.map_or(Record::StatusChanged(Status::Failing), Record::Locked)
    }

    fn at_the_moment(&self) -> Option<Exchange> {
        let offered = self.exchanging.offered?;
        Some(exchange(self.calculators, &offered, self.intent.money.amount))
    }

    fn is_quoting(&self) -> bool {
        let exchanged = self.intent.order.settlement_currency().is_some();
        let next = self.saga.next();
        exchanged && matches!(next, Next::Await(which) if self.action(which) == Action::Quote)
    }
}
