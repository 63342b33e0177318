//! What a plan has that can be taken out of it: its lines, as a repro tells
//! them.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use model::{
    Aside, BankId, Captures, Currency, Dialect, PayIn, ProviderId, Shipping, Split, Token,
};
use serde::{Deserialize, Serialize};
use sim::{Links, Order, Rate, VirtualTime};

use super::bank_line::BankLine;
use super::decision_line::DecisionLine;
use super::provider_line::ProviderLine;
use crate::party::{self, bank_role, name, provider_role};
use crate::plan::{Plan, Purpose};
use crate::points::PointName;

/// One thing that a plan has, and could do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    /// What a customer attempts.
    Operation(Token),
    /// The customer's second click.
    SecondClick(Token),
    /// The customer's cancellation.
    Cancellation(Token),
    /// The customer disputes it.
    Dispute(Token),
    /// That its bank objects to what was decided.
    Objection(Token),
    /// The customer wants it back.
    Recall(Token),
    /// Somebody gives it back by hand.
    ByHand(Token),
    /// A provider takes it after all.
    Breach(Token),
    /// That the shop makes its request again until the reply is final.
    Insistence(Token),
    /// The captures in which a payment is taken, and not at once.
    Captures(Token),
    /// The merchants that a payment is split over.
    Split(Token),
    /// That a merchant gets another currency than is paid.
    Exchange(Token),
    /// A change of what one currency is worth in another.
    RateMove(Currency, Currency, VirtualTime),
    /// The times when its parcels leave.
    Shipping(Token),
    /// A fault of the kernel, by id.
    Fault(u32),
    /// A trouble of a whole provider, by id.
    Trouble(u32),
    /// A stroke, by id.
    Stroke(u32),
    /// A forced branch, by id.
    Forced(u32),
    /// What goes wrong with a settlement file, by id.
    File(u32),
    /// Something that the weather does at a rate.
    Weather(WeatherLine),
    /// A branch that is forced at a rate.
    Point(PointName),
    /// Something that a provider or an issuer does at a rate.
    Provider(ProviderId, ProviderLine),
    /// Something that a bank does at a rate.
    Bank(BankId, BankLine),
    /// Who decides, or something that goes wrong with whoever is asked.
    Decision(DecisionLine),
    /// Rejections by the risk service at a rate.
    Rejections,
    /// Reviews by the risk service at a rate.
    Reviews,
    /// Latencies that are drawn, and not the usual ones.
    DrawnLatencies,
    /// Workers of the orchestrator besides the first.
    OtherWorkers,
    /// Habits of a provider that are not plain.
    Habits(ProviderId),
    /// The notifier, and that shops are told of every event.
    MerchantEvents,
    /// The data lake.
    Lake,
    /// Links that keep order.
    OrderedLinks,
    /// Links that are connections.
    Connections,
    /// That somebody is broken for good.
    Permanence,
    /// That keys expire.
    KeyLifetime,
    /// That an order is paid once.
    UniqueOrders,
    /// That providers tell of changes by themselves.
    Webhooks,
    /// That providers and banks settle.
    Settlement,
    /// That workers wait longer for providers than is usual, or shorter.
    ProviderTimeout,
    /// That the risk service tells what persons decide.
    ToldReviews,
    /// Reviews that nobody ever decides, at a rate.
    Undecided,
}

/// What the weather does at a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WeatherLine {
    /// Sendings are lost.
    Loss,
    /// Sendings arrive more than once.
    Duplication,
    /// Sendings arrive late.
    Lateness,
    /// Links are slow.
    Load,
    /// Sendings arrive in another order than their latencies say.
    Order,
}

impl Line {
    /// Every line of `plan`: operations first, then what goes wrong one by one,
    /// then what goes wrong at a rate, then the rest.
    pub fn all(plan: &Plan) -> Vec<Self> {
        let mut lines = Self::operations(plan);
        lines.extend(Self::misfortunes(plan));
        lines.extend(Self::rates(plan));
        lines.extend(Self::settings(plan));
        lines
    }

    /// What customers attempt, each thing for itself.
    pub(super) fn operations(plan: &Plan) -> Vec<Self> {
        let mut lines = Vec::new();
        for operation in &plan.operations {
            lines.push(Self::Operation(operation.token));
        }
        for operation in &plan.operations {
            let token = operation.token;
            lines.extend(operation.click_again_after.map(|_| Self::SecondClick(token)));
            lines.extend(operation.cancel_after.map(|_| Self::Cancellation(token)));
            lines.extend(operation.dispute.as_ref().map(|_| Self::Dispute(token)));
            let objection = operation.dispute.as_ref().and_then(|dispute| dispute.objection);
            lines.extend(objection.map(|_| Self::Objection(token)));
            lines.extend(operation.recall_after.map(|_| Self::Recall(token)));
            lines.extend(operation.by_hand.map(|_| Self::ByHand(token)));
            lines.extend(operation.breach.map(|_| Self::Breach(token)));
            lines.extend(operation.insists.then_some(Self::Insistence(token)));
            let captures = operation.purpose.pay_in().captures;
            lines.extend((!captures.is_at_once()).then_some(Self::Captures(token)));
            let shipping = operation.purpose.pay_in().shipping;
            lines.extend((!shipping.is_at_once()).then_some(Self::Shipping(token)));
            let split = operation.purpose.pay_in().split;
            lines.extend((!split.is_whole()).then_some(Self::Split(token)));
            let exchanged = operation.settlement_currency() != operation.money.currency;
            lines.extend(exchanged.then_some(Self::Exchange(token)));
        }
        for path in &plan.rates {
            let moves = path.moves.iter();
            lines.extend(moves.map(|m| Self::RateMove(path.source, path.target, m.at)));
        }
        lines
    }

    /// What goes wrong one by one.
    pub(super) fn misfortunes(plan: &Plan) -> Vec<Self> {
        let faults = plan.faults.iter().map(|fault| Self::Fault(fault.id));
        let troubles = plan.troubles.iter().map(|trouble| Self::Trouble(trouble.id));
        let strokes = plan.strokes.iter().map(|stroke| Self::Stroke(stroke.id));
        let forced = plan.forced.iter().map(|forced| Self::Forced(forced.id));
        let files = plan.settlement.as_ref().into_iter().flat_map(|plan| &plan.mishaps);
        let files = files.map(|mishap| Self::File(mishap.id));
        faults.chain(troubles).chain(strokes).chain(forced).chain(files).collect()
    }

    /// What goes wrong at a rate.
    pub(super) fn rates(plan: &Plan) -> Vec<Self> {
        let weather = &plan.weather;
        let on = [
            (weather.loss > Rate::NEVER, WeatherLine::Loss),
            (weather.copies_max > 1 && weather.duplication > Rate::NEVER, WeatherLine::Duplication),
            (weather.lateness > Rate::NEVER, WeatherLine::Lateness),
            (weather.load_percent != 100, WeatherLine::Load),
            (!weather.order.is_usual(), WeatherLine::Order),
        ];
        let mut lines: Vec<_> =
            on.into_iter().filter(|(on, _)| *on).map(|(_, line)| Self::Weather(line)).collect();
        lines.extend(plan.points.iter().map(|(point, _)| Self::Point(*point)));
        for (n, provider) in plan.providers.iter().enumerate() {
            let on = ProviderLine::ALL.into_iter().filter(|line| line.is_on(provider));
            lines.extend(on.map(|line| Self::Provider(ProviderId(n as u8), line)));
        }
        for (n, bank) in plan.banks.iter().enumerate() {
            let on = BankLine::ALL.into_iter().filter(|line| line.is_on(bank));
            lines.extend(on.map(|line| Self::Bank(BankId(n as u8), line)));
        }
        lines.extend(DecisionLine::rates(plan).map(Self::Decision));
        lines.extend((plan.risk.reject > Rate::NEVER).then_some(Self::Rejections));
        lines.extend((plan.risk.review > Rate::NEVER).then_some(Self::Reviews));
        lines.extend((plan.risk.undecided > Rate::NEVER).then_some(Self::Undecided));
        lines
    }

    /// What else differs from a plain world.
    pub(super) fn settings(plan: &Plan) -> Vec<Self> {
        let on = [
            (!plan.plain, Self::DrawnLatencies),
            (plan.workers > 1, Self::OtherWorkers),
            (plan.merchant_events, Self::MerchantEvents),
            (plan.lake, Self::Lake),
            (!plan.ordered.is_empty(), Self::OrderedLinks),
            (!plan.connections.is_empty(), Self::Connections),
            (plan.core.is_some(), Self::Permanence),
            (plan.key_lifetime.is_some(), Self::KeyLifetime),
            (plan.provider_timeout.is_some(), Self::ProviderTimeout),
            (plan.order_ref_unique, Self::UniqueOrders),
            (plan.webhooks, Self::Webhooks),
            (plan.settlement.is_some(), Self::Settlement),
            (plan.risk.told, Self::ToldReviews),
        ];
        let plain = Dialect::plain();
        let habits = plan.providers.iter().enumerate();
        let habits = habits.filter(|(_, provider)| provider.dialect != plain);
        let habits = habits.map(|(n, _)| Self::Habits(ProviderId(n as u8)));
        let settings = on.into_iter().filter(|(on, _)| *on).map(|(_, line)| line);
        settings.chain(DecisionLine::settings(plan).map(Self::Decision)).chain(habits).collect()
    }

    /// Whether it counts as one fault: something that goes wrong, by itself or
    /// at a rate.
    pub const fn is_fault(&self) -> bool {
        !matches!(
            self,
            Self::Operation(_)
                | Self::SecondClick(_)
                | Self::Cancellation(_)
                | Self::Insistence(_)
                | Self::Captures(_)
                | Self::Split(_)
                | Self::Exchange(_)
                | Self::RateMove(..)
                | Self::Shipping(_)
                | Self::DrawnLatencies
                | Self::OtherWorkers
                | Self::Habits(_)
                | Self::MerchantEvents
                | Self::Lake
                | Self::Decision(DecisionLine::Decider | DecisionLine::Policy)
                | Self::OrderedLinks
                | Self::Connections
                | Self::Permanence
                | Self::KeyLifetime
                | Self::ProviderTimeout
                | Self::UniqueOrders
                | Self::ToldReviews
                | Self::Webhooks
                | Self::Settlement
        )
    }
}

impl Plan {
    /// The same plan without `lines`. What others say of an operation that is
    /// gone stays, and never comes about.
    #[must_use]
    pub fn without(&self, lines: &[Line]) -> Self {
        let gone: BTreeSet<_> = lines.iter().copied().collect();
        let mut plan = self.clone();
        plan.operations.retain(|operation| !gone.contains(&Line::Operation(operation.token)));
        // What was never paid can't be given back.
        let left: BTreeSet<_> = plan.operations.iter().map(|operation| operation.token).collect();
        plan.operations.retain(|operation| {
            operation.purpose.refunds().is_none_or(|payment| left.contains(&payment))
        });
        for operation in &mut plan.operations {
            if gone.contains(&Line::SecondClick(operation.token)) {
                operation.click_again_after = None;
            }
            if gone.contains(&Line::Cancellation(operation.token)) {
                operation.cancel_after = None;
            }
            if gone.contains(&Line::Recall(operation.token)) {
                operation.recall_after = None;
            }
            if gone.contains(&Line::Objection(operation.token))
                && let Some(dispute) = &mut operation.dispute
            {
                dispute.objection = None;
            }
            if gone.contains(&Line::Dispute(operation.token)) {
                operation.dispute = None;
            }
            if gone.contains(&Line::ByHand(operation.token)) {
                operation.by_hand = None;
            }
            if gone.contains(&Line::Breach(operation.token)) {
                operation.breach = None;
            }
            operation.insists &= !gone.contains(&Line::Insistence(operation.token));
            if gone.contains(&Line::Captures(operation.token)) {
                let pay_in = operation.purpose.pay_in();
                let shipping = Shipping::default();
                let at_once = PayIn { captures: Captures::AT_ONCE, shipping, ..pay_in };
                operation.purpose = Purpose::PayIn(at_once);
            }
            if gone.contains(&Line::Shipping(operation.token)) {
                let at_once = PayIn { shipping: Shipping::default(), ..operation.purpose.pay_in() };
                operation.purpose = Purpose::PayIn(at_once);
            }
            if gone.contains(&Line::Split(operation.token)) {
                let whole = PayIn { split: Split::default(), ..operation.purpose.pay_in() };
                operation.purpose = Purpose::PayIn(whole);
            }
            if gone.contains(&Line::Exchange(operation.token)) {
                let as_paid = PayIn { settlement_currency: None, ..operation.purpose.pay_in() };
                operation.purpose = Purpose::PayIn(as_paid);
            }
        }
        for path in &mut plan.rates {
            let (source, target) = (path.source, path.target);
            path.moves.retain(|m| !gone.contains(&Line::RateMove(source, target, m.at)));
        }
        plan.forget_rates();
        plan.faults.retain(|fault| !gone.contains(&Line::Fault(fault.id)));
        plan.troubles.retain(|trouble| !gone.contains(&Line::Trouble(trouble.id)));
        plan.strokes.retain(|stroke| !gone.contains(&Line::Stroke(stroke.id)));
        plan.forced.retain(|forced| !gone.contains(&Line::Forced(forced.id)));
        if let Some(settlement) = plan.settlement.as_mut() {
            settlement.mishaps.retain(|mishap| !gone.contains(&Line::File(mishap.id)));
        }
        plan.points.retain(|(point, _)| !gone.contains(&Line::Point(*point)));
        for line in lines {
            plan.calm(*line);
        }
        plan
    }

    fn calm(&mut self, line: Line) {
        match line {
            Line::Weather(WeatherLine::Loss) => self.weather.loss = Rate::NEVER,
            Line::Weather(WeatherLine::Duplication) => {
                self.weather.duplication = Rate::NEVER;
                self.weather.copies_max = 1;
                self.weather.copy_delay_max = Duration::ZERO;
            }
            Line::Weather(WeatherLine::Lateness) => {
                self.weather.lateness = Rate::NEVER;
                self.weather.late_max = Duration::ZERO;
            }
            Line::Weather(WeatherLine::Load) => self.weather.load_percent = 100,
            Line::Weather(WeatherLine::Order) => self.weather.order = Order::Usual,
            Line::Provider(provider, line) => {
                if let Some(plan) = self.providers.get_mut(usize::from(provider.0)) {
                    line.calm(plan);
                }
            }
            Line::Bank(bank, line) => {
                if let Some(plan) = self.banks.get_mut(usize::from(bank.0)) {
                    line.calm(plan);
                }
            }
            Line::Rejections => self.risk.reject = Rate::NEVER,
            Line::Reviews => {
                self.risk.review = Rate::NEVER;
                self.risk.review_max = Duration::ZERO;
            }
            Line::ToldReviews => self.risk.told = false,
            Line::Undecided => self.risk.undecided = Rate::NEVER,
            Line::DrawnLatencies => self.plain = true,
            Line::OtherWorkers => {
                self.workers = 1;
                self.mirrored = party::mirrored(self.protocol, 1);
            }
            Line::Habits(provider) => {
                if let Some(plan) = self.providers.get_mut(usize::from(provider.0)) {
                    plan.dialect = Dialect::plain();
                }
            }
            Line::MerchantEvents => self.merchant_events = false,
            Line::Lake => self.lake = false,
            Line::Decision(line) => line.calm(self),
            Line::OrderedLinks => self.ordered = Links::NONE,
            Line::Connections => self.connections = Links::NONE,
            Line::Permanence => self.core = None,
            Line::KeyLifetime => self.key_lifetime = None,
            Line::ProviderTimeout => self.provider_timeout = Aside::NONE,
            Line::UniqueOrders => self.order_ref_unique = false,
            Line::Webhooks => self.webhooks = false,
            Line::Settlement => self.settlement = Aside::NONE,
            Line::Operation(_)
            | Line::SecondClick(_)
            | Line::Cancellation(_)
            | Line::Dispute(_)
            | Line::Objection(_)
            | Line::Recall(_)
            | Line::Insistence(_)
            | Line::Captures(_)
            | Line::Split(_)
            | Line::Exchange(_)
            | Line::RateMove(..)
            | Line::ByHand(_)
            | Line::Breach(_)
            | Line::Shipping(_)
            | Line::Fault(_)
            | Line::Trouble(_)
            | Line::Stroke(_)
            | Line::Forced(_)
            | Line::File(_)
            | Line::Point(_) => {}
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operation(token) => write!(f, "payment {}", token.0),
            Self::SecondClick(token) => write!(f, "the second click of payment {}", token.0),
            Self::Cancellation(token) => write!(f, "the cancellation of payment {}", token.0),
            Self::Dispute(token) => write!(f, "the dispute over payment {}", token.0),
            Self::Objection(token) => {
                write!(f, "the objection to the dispute over payment {}", token.0)
            }
            Self::Recall(token) => write!(f, "the recall of payment {}", token.0),
            Self::ByHand(token) => write!(f, "the refund by hand of payment {}", token.0),
            Self::Breach(token) => write!(f, "the broken word about payment {}", token.0),
            Self::Insistence(token) => write!(f, "the insistence on payment {}", token.0),
            Self::Captures(token) => write!(f, "the captures of payment {}", token.0),
            Self::Shipping(token) => write!(f, "the parcels of payment {}", token.0),
            Self::Split(token) => write!(f, "the split of payment {}", token.0),
            Self::Exchange(token) => write!(f, "the exchange of payment {}", token.0),
            Self::RateMove(source, target, at) => {
                write!(f, "the rate of {} in {} at {at}", source.code(), target.code())
            }
            Self::Fault(id)
            | Self::Trouble(id)
            | Self::Stroke(id)
            | Self::Forced(id)
            | Self::File(id) => write!(f, "fault {id}"),
            Self::Weather(WeatherLine::Loss) => f.write_str("the loss of messages"),
            Self::Weather(WeatherLine::Duplication) => f.write_str("the repetition of messages"),
            Self::Weather(WeatherLine::Lateness) => f.write_str("the lateness of messages"),
            Self::Weather(WeatherLine::Load) => f.write_str("the load on links"),
            Self::Weather(WeatherLine::Order) => f.write_str("the order of deliveries"),
            Self::Point(point) => write!(f, "the rate of {}", point.name()),
            Self::Provider(provider, line) => {
                write!(f, "the rate of {} at {}", line.name(), name(provider_role(*provider)))
            }
            Self::Bank(bank, line) => {
                write!(f, "the rate of {} at {}", line.name(), name(bank_role(*bank)))
            }
            Self::Rejections => f.write_str("the rate of rejections"),
            Self::Reviews => f.write_str("the rate of reviews"),
            Self::DrawnLatencies => f.write_str("drawn latencies"),
            Self::OtherWorkers => f.write_str("workers besides the first"),
            Self::Habits(provider) => {
                write!(f, "the habits of {}", name(provider_role(*provider)))
            }
            Self::MerchantEvents => f.write_str("that shops are told of every event"),
            Self::Lake => f.write_str("the data lake"),
            Self::Decision(line) => line.fmt(f),
            Self::OrderedLinks => f.write_str("links that keep order"),
            Self::Connections => f.write_str("links that are connections"),
            Self::Permanence => f.write_str("what never heals"),
            Self::KeyLifetime => f.write_str("the lifetime of keys"),
            Self::UniqueOrders => f.write_str("that an order is paid once"),
            Self::Webhooks => f.write_str("webhooks"),
            Self::Settlement => f.write_str("settlement"),
            Self::ProviderTimeout => f.write_str("how long providers are waited for"),
            Self::ToldReviews => f.write_str("that verdicts of reviews are told"),
            Self::Undecided => f.write_str("the rate of reviews that nobody decides"),
        }
    }
}
