//! A plan: everything that is decided before a run, as data.

mod bank;
mod breach;
mod by_hand;
mod decision;
mod dispute;
mod draw;
mod forced;
mod forgotten;
mod issuer;
mod paired;
mod protocol;
mod purpose;
mod rates;
mod settlement;
mod stroke;

use std::time::Duration;

use model::gatekeeper::{Generation, KeyId};
use model::workflow::PaymentWorkflow;
use model::workflow::chargeback::CHARGEBACK;
use model::workflow::late_success::LATE_SUCCESS;
use model::workflow::payin_card::{ATTEMPTS_MAX, PAYIN_CARD, steps};
use model::workflow::pre_arbitration::PRE_ARBITRATION;
use model::workflow::recall::RECALL;
use model::workflow::refund_by_hand::REFUND_BY_HAND;
use model::workflow::reversal::{LEFT_OVER, REVERSAL};
use model::{
    Aside, BankId, ChargeId, Dialect, IdempotencyKey, Merchant, Minute, Money, OrderRef, PaymentId,
    ProviderId, Tenant, Token,
};
use serde::{Deserialize, Serialize};
use sim::{Fault, Links, Rate, Role, Roles, Seed, VirtualTime, Weather};

use crate::bounds::GIVEN_UP_WITHIN;
use crate::points::PointName;

pub use bank::{BankPlan, CustomerBalance};
pub use breach::BreachPlan;
pub use by_hand::ByHandPlan;
pub(crate) use by_hand::DueByHand;
pub use decision::{DeciderPlan, DecisionPlan};
pub use dispute::{DisputePlan, ObjectionPlan};
pub(crate) use draw::MILLIONTHS_MAX;
pub use forced::Forced;
pub use issuer::IssuerPlan;
pub use protocol::{NotAProtocol, Protocol};
pub use purpose::Purpose;
pub use rates::{RateMove, RatePath};
pub use settlement::{AdjustmentPlan, ConversionPlan, FileMishap, Mishap, SettlementPlan, Slip};
pub use stroke::{Blow, Encounter, Stroke, Strokes};

/// Everything that is decided before a run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Plan {
    /// The format of this plan.
    pub format: u16,
    /// The version of the samplers behind every draw of the run.
    pub samplers: u16,
    /// The scenario that it was drawn from.
    pub scenario: String,
    /// The seed that it was drawn from.
    pub seed: Seed,
    /// The key of all draws of the run.
    pub key: [u64; 2],
    /// The date at which it begins.
    pub begins: Minute,
    /// When disturbances end.
    pub heal_at: VirtualTime,
    /// By which protocol payments are brought about.
    #[serde(default, skip_serializing_if = "Protocol::is_saga")]
    pub protocol: Protocol,
    /// The number of workers that the orchestrator has.
    pub workers: u8,
    /// How long idempotency keys live, at least; `None`: for ever.
    pub key_lifetime: Option<Duration>,
    /// Whether an order is paid once, whatever the key.
    pub order_ref_unique: bool,
    /// The number of clients.
    pub clients: u8,
    /// Whether there is a notifier, who tells shops of every event.
    pub merchant_events: bool,
    /// Whether there is a data lake.
    pub lake: bool,
    /// What customers attempt, in the order of their tokens.
    pub operations: Vec<Operation>,
    /// What merchants may process.
    pub limits: Vec<MerchantLimit>,
    /// What customers have to pay out from.
    pub balances: Vec<CustomerBalance>,
    /// What currencies are worth, where anybody exchanges them: each pair once.
    pub rates: Vec<RatePath>,
    /// How links misbehave until heal.
    pub weather: Weather,
    /// Whether every message takes the usual time of its kind, and not a drawn
    /// one.
    pub plain: bool,
    /// Links that keep order, if any do.
    pub ordered: Links,
    /// Links that are connections, if any are.
    pub connections: Links,
    /// Who writes every record to two copies, of which a fault strikes at most
    /// one.
    pub mirrored: Roles,
    /// Rare branches that are forced until heal, and how often.
    pub points: Vec<(PointName, Rate)>,
    /// Single times at which a rare branch is forced, until heal.
    pub forced: Vec<Forced>,
    /// Whom the healing is for: what still plagues anybody else when chaos
    /// ends stays for good. `None`: everybody.
    pub core: Option<Roles>,
    /// What goes wrong with links and actors.
    pub faults: Vec<Fault>,
    /// What goes wrong with whole providers.
    pub troubles: Vec<ProviderTrouble>,
    /// What befalls single requests to providers and to the risk service.
    pub strokes: Strokes,
    /// How long a worker waits for a provider's answer, where that is not as usual.
    #[serde(default, skip_serializing_if = "Aside::is_none")]
    pub provider_timeout: Aside<Duration>,
    /// The providers, by id.
    pub providers: Vec<ProviderPlan>,
    /// Whether they tell of changes by themselves.
    pub webhooks: bool,
    /// The banks by whose rails payouts leave, by id.
    pub banks: Vec<BankPlan>,
    /// What the risk service says.
    pub risk: RiskPlan,
    /// How providers and banks settle, if they do.
    #[serde(default, skip_serializing_if = "Aside::is_none")]
    pub settlement: Aside<SettlementPlan>,
    /// Who decides where there is a choice, and writes it down; `None`: the rules
    /// that are built in, and nobody does.
    pub decisions: Option<DecisionPlan>,
}

/// What one customer attempts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Operation {
    /// The instrument; also the stable id of the operation.
    pub token: Token,
    /// When.
    pub at: VirtualTime,
    /// Which client.
    pub client: u8,
    /// Of which tenant.
    pub tenant: Tenant,
    /// Whom it pays.
    pub merchant: Merchant,
    /// The idempotency key that it uses.
    pub key: IdempotencyKey,
    /// What it pays for.
    pub order_ref: OrderRef,
    /// How much.
    pub money: Money,
    /// How long after it the customer clicks again.
    pub click_again_after: Option<Duration>,
    /// How long after it the customer cancels.
    pub cancel_after: Option<Duration>,
    /// How the customer disputes it, once it was taken; elsewhere, since hardly any does.
    pub dispute: Option<Box<DisputePlan>>,
    /// How long after it the customer wants back what was paid out.
    pub recall_after: Option<Duration>,
    /// How somebody gives it back by hand, at the provider, once it was taken.
    pub by_hand: Option<ByHandPlan>,
    /// How the providers that refuse or void a try at it take the money all the same.
    pub breach: Option<BreachPlan>,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether the shop, once it knows of the payment, makes its request again
    /// and again until the reply is final, and does not look at the status.
    pub insists: bool,
}

/// How much a merchant may process in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MerchantLimit {
    /// Of which tenant.
    pub tenant: Tenant,
    /// Who.
    pub merchant: Merchant,
    /// How much.
    pub money: Money,
}

/// A provider in a plan.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProviderPlan {
    /// Its habits.
    pub dialect: Dialect,
    /// What issuers answer through it.
    pub issuer: IssuerPlan,
    /// What goes wrong at it until heal.
    pub faults: ProviderFaults,
}

/// What goes wrong at a provider, request by request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProviderFaults {
    /// F05.
    pub reply_dropped: Rate,
    /// F06.
    pub request_dropped: Rate,
    /// F07.
    pub late_effect: Rate,
    /// F07: how late at most.
    pub late_effect_max: Duration,
    /// F08, after the effect.
    pub error_after: Rate,
    /// F08, before the effect.
    pub error_before: Rate,
    /// F10.
    pub throttled: Rate,
    /// F16.
    pub index_lag_max: Duration,
    /// F15.
    pub webhooks: WebhookFaults,
}

/// What becomes of what a provider tells by itself: F15.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WebhookFaults {
    /// Never sent.
    pub dropped: Rate,
    /// Sent once more, whatever was answered.
    pub repeated: Rate,
    /// Held back behind later ones.
    pub reordered: Rate,
    /// How long at most.
    pub reorder_max: Duration,
    /// How late one of a hundred leaves.
    pub delay_max: Duration,
    /// Told before the request is answered.
    pub early: Rate,
}

/// Something wrong with a whole provider for a while.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProviderTrouble {
    /// Its name in the plan.
    pub id: u32,
    /// Who.
    pub provider: ProviderId,
    /// From when on.
    pub from: VirtualTime,
    /// Until when.
    pub until: VirtualTime,
    /// What.
    pub trouble: Trouble,
}

/// What can be wrong with a whole provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// F04: it swallows every request.
    Outage,
    /// F03: it is slow and makes errors.
    BrownOut {
        /// How often it answers with a server error.
        errors: Rate,
        /// How slow it is at most.
        slow_max: Duration,
    },
    /// F28: at its end, it tells once more of everything that happened meanwhile.
    Replay {
        /// Whether of the latest first.
        newest_first: bool,
    },
}

/// What the risk service says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RiskPlan {
    /// Rejections.
    pub reject: Rate,
    /// Reviews.
    pub review: Rate,
    /// How long a review takes at most.
    pub review_max: Duration,
    /// Whether what a person has decided is told, and not asked for.
    pub told: bool,
    /// Reviews that nobody ever decides, if they are told.
    pub undecided: Rate,
}

impl Plan {
    /// Whether the risk service tells what a person has decided: the ingress of the
    /// saga's house takes it in.
    pub(crate) fn tells_reviews(&self) -> bool {
        self.risk.told && self.webhooks && self.protocol == Protocol::Saga
    }

    /// Whether a provider may break its word.
    pub(crate) fn is_breached(&self) -> bool {
        self.operations.iter().any(|operation| operation.breach.is_some())
    }

    /// The workflow that the payment of this instrument runs; that of a card
    /// payment for one that nobody planned.
    pub fn workflow(&self, token: Token) -> &'static PaymentWorkflow {
        self.operation(token).map_or(&PAYIN_CARD, |operation| operation.purpose.workflow())
    }

    /// The workflow of `payment`, which is this instrument's: that of its
    /// operation, that of the dispute over it or of what became of that, or that of
    /// its refund by hand.
    pub fn workflow_of(&self, token: Token, payment: PaymentId) -> &'static PaymentWorkflow {
        let Some(operation) = self.operation(token) else { return &PAYIN_CARD };
        let key = operation.key_id();
        let ids = || (0..GENERATIONS).map(|n| key.payment(Generation(n)));
        let asked_for = ids().any(|id| id == payment);
        let begun = |of: fn(ChargeId) -> PaymentId| ids().any(|id| self.begins(id, of, payment));
        if operation.by_hand.is_some() && begun(PaymentId::of_refund_by_hand) {
            return &REFUND_BY_HAND;
        }
        if operation.breach.is_some() && begun(PaymentId::of_late_success) {
            return &LATE_SUCCESS;
        }
        let objects = operation.dispute.as_ref().is_some_and(|dispute| dispute.objection.is_some());
        if objects && begun(PaymentId::of_pre_arbitration) {
            return &PRE_ARBITRATION;
        }
        match (asked_for, &operation.purpose) {
            _ if ids().any(|id| PaymentId::of_recall(id) == payment) => &RECALL,
            (true, _) => self.workflow(token),
            (_, Purpose::PayIn(_)) if operation.dispute.is_some() => &CHARGEBACK,
            (_, Purpose::PayIn(_)) if operation.breach.is_some() => &LEFT_OVER,
            (_, Purpose::Payout(_) | Purpose::Refund { .. }) if self.webhooks => &REVERSAL,
            _ => self.workflow(token),
        }
    }

    /// Whether `saga` is what begins by a charge of `payment`, as `named` by that.
    fn begins(
        &self,
        payment: PaymentId,
        named: fn(ChargeId) -> PaymentId,
        saga: PaymentId,
    ) -> bool {
        let providers = 0..self.providers.len() as u8;
        let of = |(provider, attempt)| {
            let reference = payment.operation(steps::AUTHORIZE, attempt);
            named(ChargeId::of(ProviderId(provider), reference, 0))
        };
        let mut tries = providers.flat_map(|p| (1..=ATTEMPTS_MAX).map(move |n| (p, n)));
        tries.any(|tried| of(tried) == saga)
    }

    /// The operation of this instrument.
    pub fn operation(&self, token: Token) -> Option<&Operation> {
        self.operations.get(self.place(token)?)
    }

    /// The place of the operation of this instrument.
    pub fn place(&self, token: Token) -> Option<usize> {
        // In a plan that nobody shrank, instruments are numbered from one on.
        let likely = token.0.wrapping_sub(1) as usize;
        if self.operations.get(likely).is_some_and(|operation| operation.token == token) {
            return Some(likely);
        }
        self.operations.binary_search_by_key(&token, |operation| operation.token).ok()
    }

    /// The provider with this id; the first for one that is not in the plan.
    pub fn provider(&self, provider: ProviderId) -> &ProviderPlan {
        self.providers.get(usize::from(provider.0)).unwrap_or(&self.providers[0])
    }

    /// Every refund, with the instrument of its payment.
    pub fn refunds(&self) -> impl Iterator<Item = (Token, &Operation)> {
        let refunds = self.operations.iter();
        refunds.filter_map(|operation| Some((operation.purpose.refunds()?, operation)))
    }

    /// Whether anything could bring a refund back after it succeeded.
    pub fn returns_refunds(&self) -> bool {
        let returns = |provider: &ProviderPlan| provider.issuer.refund_returned > Rate::NEVER;
        let returned = |stroke: &Stroke| matches!(stroke.blow, Blow::RefundReturned(_));
        self.providers.iter().any(returns) || self.strokes.iter().any(returned)
    }

    /// Makes every refund one of its payment again, whoever that is of by now:
    /// of its client and tenant, by its merchant, in its currency.
    pub(crate) fn follow_payments(&mut self) {
        let refunds: Vec<_> = self.refunds().map(|(of, refund)| (of, refund.token)).collect();
        for (of, refund) in refunds {
            let (Some(of), Some(at)) = (self.operation(of).cloned(), self.place(refund)) else {
                continue;
            };
            let refund = &mut self.operations[at];
            (refund.client, refund.tenant, refund.merchant) = (of.client, of.tenant, of.merchant);
            refund.money.currency = of.money.currency;
        }
    }

    /// Whether what plagues this party is over at heal.
    pub fn heals(&self, role: Role) -> bool {
        self.core.is_none_or(|core| core.contains(role))
    }

    /// The bank with this id.
    ///
    /// # Panics
    /// If the plan has no bank at all: nobody plays one then.
    pub fn bank(&self, bank: BankId) -> &BankPlan {
        self.banks.get(usize::from(bank.0)).unwrap_or(&self.banks[0])
    }

    /// How many faults of any kind it names one by one.
    pub fn named_faults(&self) -> usize {
        self.faults.len() + self.troubles.len() + self.strokes.len() + self.forced.len()
    }

    /// Every replay of what `provider` told.
    pub(crate) fn replays(&self, provider: ProviderId) -> impl Iterator<Item = &ProviderTrouble> {
        let replays = move |trouble: &&ProviderTrouble| {
            trouble.provider == provider && matches!(trouble.trouble, Trouble::Replay { .. })
        };
        self.troubles.iter().filter(replays)
    }

    /// How long after it a change is told once more at most.
    pub(crate) fn replayed_within(&self) -> Duration {
        let replays = self.troubles.iter();
        let replays = replays.filter(|t| matches!(t.trouble, Trouble::Replay { .. }));
        replays.map(|t| t.until.since(t.from)).max().unwrap_or_default()
    }

    /// What is wrong with all of `provider` at `now`.
    pub fn trouble(&self, provider: ProviderId, now: VirtualTime) -> Option<Trouble> {
        let at_work = |trouble: &&ProviderTrouble| {
            trouble.provider == provider
                && trouble.from <= now
                && now < trouble.until
                && !matches!(trouble.trouble, Trouble::Replay { .. })
        };
        self.troubles.iter().find(at_work).map(|trouble| trouble.trouble)
    }
}

impl Operation {
    /// When its customer has asked for everything, and the last parcel has left.
    pub(crate) fn asked_until(&self) -> VirtualTime {
        let asks = [self.click_again_after, self.cancel_after, self.recall_after];
        let shipped = self.purpose.pay_in().shipping.last();
        self.at.after(asks.into_iter().flatten().fold(shipped, Duration::max))
    }

    /// When nothing happens any more by itself to what was taken for it, if
    /// anything does: its dispute is decided at the latest, and somebody has given
    /// it back by hand. It may be authorized some days after it was asked for.
    pub(crate) fn befallen_until(&self) -> Option<VirtualTime> {
        let disputed = self.dispute.as_ref().map(|dispute| dispute.lasts());
        let by_hand = self.by_hand.map(|by_hand| by_hand.after);
        let breach = self.breach.map(|breach| GIVEN_UP_WITHIN + breach.after);
        disputed.max(by_hand).max(breach).map(|after| self.at.after(after))
    }

    /// Its key within its tenant.
    pub fn key_id(&self) -> KeyId {
        let (tenant, key) = (self.tenant, self.key);
        KeyId { tenant, endpoint: self.purpose.endpoint(), key }
    }
}

/// More often than a key expires in any world.
const GENERATIONS: u32 = 16;
