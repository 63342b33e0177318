//! How a seed becomes a plan: one ChaCha stream per subject, so that a change
//! in one part of a scenario does not reshuffle the others.

use std::time::Duration;

use model::{Amount, Dialect, IdempotencyKey, Merchant, Money, ProviderId, Tenant, Token};
use sim::{
    CrashPoint, Domain, Fault, Misfortune, Occasion, Rate, Role, Roles, Seed, Stream, Subject,
    Trigger, VirtualTime, Weather,
};

use super::{
    IssuerPlan, MerchantLimit, Operation, Plan, ProviderFaults, ProviderPlan, ProviderTrouble,
    RiskPlan, Trouble,
};
use crate::bounds::{COPY_AGE_MAX, INDEX_LAG_MAX, LATE_EFFECT_MAX};
use crate::message::kinds;
use crate::party::{EDGE, LEDGER, ORCHESTRATOR, RISK, STORE, client_role, provider_role};
use crate::settings::{Scenario, Who};

impl Plan {
    /// The version of the format, and of every draw behind it.
    pub const FORMAT: u16 = 1;

    /// The plan that `seed` draws from `scenario`.
    pub fn draw(scenario: &Scenario, seed: Seed) -> Self {
        let dialects = Dialect::cast();
        let mut drawer = Drawer { scenario, stream: seed.stream(SETTINGS) };
        let mut keys = seed.stream(KEY);
        let weather = drawer.weather();
        let providers: Vec<_> = dialects.into_iter().map(|d| drawer.provider(d)).collect();
        let risk = drawer.risk();
        let operations = operations(scenario, &mut seed.stream(OPERATIONS));
        let mut faults = Drawer { scenario, stream: seed.stream(FAULTS) };
        let troubles = faults.troubles(providers.len() as u64);
        let faults = faults.faults(&operations, providers.len() as u64);
        Self {
            format: Self::FORMAT,
            scenario: scenario.name.clone(),
            seed,
            key: [keys.draw().bits(), keys.draw().bits()],
            heal_at: VirtualTime::ZERO.after(scenario.chaos.0),
            clients: scenario.workload.clients,
            limits: limits(scenario),
            operations,
            weather,
            faults,
            troubles,
            providers,
            risk,
        }
    }
}

const SETTINGS: Domain = Domain(u64::from_le_bytes(*b"settings"));
const OPERATIONS: Domain = Domain(u64::from_le_bytes(*b"operates"));
const FAULTS: Domain = Domain(u64::from_le_bytes(*b"p-faults"));
const KEY: Domain = Domain(u64::from_le_bytes(*b"run-keys"));

fn operations(scenario: &Scenario, stream: &mut Stream) -> Vec<Operation> {
    let workload = &scenario.workload;
    let operation = |n: u32| {
        let currencies = &workload.currencies;
        let tenant = stream.between(1, u64::from(workload.tenants)) as u16;
        let amount = stream.between(u64::from(workload.amount_min), u64::from(workload.amount_max));
        let currency = currencies[stream.draw().below(currencies.len() as u64) as usize];
        let clicks = stream.chance(workload.click_again);
        let click = stream.span(Duration::from_millis(5), Duration::from_secs(2));
        let cancels = stream.chance(workload.cancel);
        let cancel = stream.span(Duration::from_millis(20), workload.cancel_after_max.0);
        Operation {
            token: Token(u64::from(n) + 1),
            at: VirtualTime::ZERO.after(stream.span(Duration::ZERO, workload.spread.0)),
            client: stream.draw().below(u64::from(workload.clients)) as u8,
            tenant: Tenant(tenant),
            merchant: Merchant(stream.between(1, u64::from(workload.merchants)) as u16),
            key: IdempotencyKey(u64::from(n) + 1),
            money: Money { amount: Amount(i128::from(amount)), currency },
            click_again_after: clicks.then_some(click),
            cancel_after: cancels.then_some(cancel),
        }
    };
    let mut operations: Vec<_> = (0..workload.operations).map(operation).collect();
    share_keys(&mut operations);
    operations
}

/// Two tenants may well choose the same key: every second operation takes the
/// key of the one before it, if that is another tenant's.
fn share_keys(operations: &mut [Operation]) {
    for pair in operations.chunks_exact_mut(2) {
        if pair[0].tenant != pair[1].tenant {
            pair[1].key = pair[0].key;
        }
    }
}

fn limits(scenario: &Scenario) -> Vec<MerchantLimit> {
    let workload = &scenario.workload;
    let mut limits = Vec::new();
    for tenant in 1..=workload.tenants {
        for merchant in 1..=workload.merchants {
            for currency in &workload.currencies {
                let amount = Amount(i128::from(workload.limit));
                limits.push(MerchantLimit {
                    tenant: Tenant(tenant),
                    merchant: Merchant(merchant),
                    money: Money { amount, currency: *currency },
                });
            }
        }
    }
    limits
}

/// Draws settings and faults out of the maxima of a scenario.
struct Drawer<'s> {
    scenario: &'s Scenario,
    stream: Stream,
}

impl Drawer<'_> {
    /// Off altogether, or some part of `most`: the whole, a half, a quarter or
    /// an eighth of it at most.
    fn part(&mut self, most: u64) -> u64 {
        let off = self.stream.chance(self.scenario.swarm.off);
        let scale = self.stream.draw().below(4);
        let part = self.stream.between(0, most >> scale);
        if off { 0 } else { part }
    }

    fn rate(&mut self, most: Rate) -> Rate {
        Rate::per_million(self.part(u64::from(most.ppm())) as u32)
    }

    fn weather(&mut self) -> Weather {
        let network = &self.scenario.network;
        Weather {
            loss: self.rate(network.loss),
            duplication: self.rate(network.duplication),
            copies_max: 3,
            copy_delay_max: Duration::from_secs(60),
            lateness: self.rate(network.lateness),
            late_max: network.late_max.0.min(COPY_AGE_MAX),
            load_percent: 100 + self.part(u64::from(network.load_percent.max(100)) - 100) as u32,
        }
    }

    fn provider(&mut self, dialect: Dialect) -> ProviderPlan {
        let settings = &self.scenario.providers;
        let (issuer, faults) = (&settings.issuer, &settings.faults);
        ProviderPlan {
            issuer: IssuerPlan {
                decline_soft: issuer.decline_soft,
                decline_hard: issuer.decline_hard,
                partial: issuer.partial,
                deferred: issuer.deferred,
                deferred_max: issuer.deferred_max.0,
                capture_declined: issuer.capture_declined,
            },
            faults: ProviderFaults {
                reply_dropped: self.rate(faults.reply_dropped),
                request_dropped: self.rate(faults.request_dropped),
                late_effect: self.rate(faults.late_effect),
                late_effect_max: faults.late_effect_max.0.min(LATE_EFFECT_MAX),
                error_after: self.rate(faults.error_after),
                error_before: self.rate(faults.error_before),
                throttled: self.rate(faults.throttled),
                index_lag_max: faults.index_lag_max.0.min(dialect.query_lag_max).min(INDEX_LAG_MAX),
            },
            dialect,
        }
    }

    fn risk(&mut self) -> RiskPlan {
        let risk = &self.scenario.risk;
        RiskPlan { reject: risk.reject, review: risk.review, review_max: risk.review_max.0 }
    }

    fn troubles(&mut self, providers: u64) -> Vec<ProviderTrouble> {
        let settings = &self.scenario.providers;
        let outages = self.part(u64::from(settings.outages));
        let brown_outs = self.part(u64::from(settings.brown_outs));
        let kinds = (0..outages).map(|_| true).chain((0..brown_outs).map(|_| false));
        let mut troubles = Vec::new();
        for (n, outage) in kinds.collect::<Vec<_>>().into_iter().enumerate() {
            let from = self.moment();
            let lasts = self.stream.span(Duration::from_secs(5), settings.trouble_max.0);
            let errors = Rate::per_million(self.stream.between(100_000, 350_000) as u32);
            let slow_max = self.stream.span(Duration::from_secs(2), Duration::from_secs(15));
            troubles.push(ProviderTrouble {
                id: TROUBLE_IDS + n as u32,
                provider: ProviderId(self.stream.draw().below(providers) as u8),
                from,
                until: from.after(lasts),
                trouble: if outage {
                    Trouble::Outage
                } else {
                    Trouble::BrownOut { errors, slow_max }
                },
            });
        }
        troubles
    }

    fn faults(&mut self, operations: &[Operation], providers: u64) -> Vec<Fault> {
        let mut faults = Vec::new();
        for crash in self.scenario.crashes.clone() {
            for _ in 0..self.part(u64::from(crash.times)) {
                let role = self.role(crash.who, providers);
                // Parties without a journal have nothing unsynced to lose.
                let journals = !matches!(crash.who, Who::Edge | Who::Orchestrator);
                let point = match self.stream.draw().below(3) {
                    0 if journals => CrashPoint::Unsynced,
                    _ => CrashPoint::After(self.stream.draw().below(1 << 12) as u16),
                };
                let dwell = self.stream.span(Duration::from_millis(100), crash.down_max.0);
                let misfortune = Misfortune::Crash { role, point };
                let trigger = Trigger::At(self.moment());
                faults.push(Fault { id: 0, trigger, misfortune, dwell });
            }
        }
        for _ in 0..self.part(u64::from(self.scenario.partitions.times)) {
            let lasts_max = self.scenario.partitions.lasts_max.0;
            let dwell = self.stream.span(Duration::from_millis(500), lasts_max);
            let misfortune = self.partition(providers);
            let trigger = Trigger::At(self.moment());
            faults.push(Fault { id: 0, trigger, misfortune, dwell });
        }
        for _ in 0..self.part(u64::from(self.scenario.providers.silent_after_capture)) {
            if let Some(fault) = self.silence(operations, providers) {
                faults.push(fault);
            }
        }
        for (n, fault) in faults.iter_mut().enumerate() {
            fault.id = n as u32 + 1;
        }
        faults
    }

    /// A provider whose every answer is lost from the moment when a certain
    /// capture reaches it.
    fn silence(&mut self, operations: &[Operation], providers: u64) -> Option<Fault> {
        let victim = self.stream.draw().pick(operations).map(|operation| operation.token)?;
        let provider = provider_role(ProviderId(self.stream.draw().below(providers) as u8));
        let occasion = Occasion {
            from: ORCHESTRATOR,
            to: provider,
            kind: kinds::CAPTURE,
            subject: Subject(victim.0),
            ordinal: 1,
        };
        Some(Fault {
            id: 0,
            trigger: Trigger::OnDelivery(occasion),
            misfortune: Misfortune::Partition {
                from: [provider].into_iter().collect(),
                to: [ORCHESTRATOR].into_iter().collect(),
                both_ways: false,
            },
            dwell: self.stream.span(Duration::from_secs(1), self.scenario.providers.silence_max.0),
        })
    }

    /// A link on which parties talk is cut, one way or both; or one of its ends
    /// is cut off from everybody.
    fn partition(&mut self, providers: u64) -> Misfortune {
        let clients = u64::from(self.scenario.workload.clients);
        let provider = provider_role(ProviderId(self.stream.draw().below(providers) as u8));
        let client = client_role(self.stream.draw().below(clients) as u8);
        let links = [
            (EDGE, STORE),
            (ORCHESTRATOR, STORE),
            (ORCHESTRATOR, LEDGER),
            (ORCHESTRATOR, RISK),
            (ORCHESTRATOR, provider),
            (ORCHESTRATOR, provider),
            (client, EDGE),
            (client, ORCHESTRATOR),
        ];
        let (one, other) = links[self.stream.draw().below(links.len() as u64) as usize];
        let turned = self.stream.draw().below(2) == 0;
        let (from, to) = if turned { (other, one) } else { (one, other) };
        let isolated = self.stream.draw().below(4) == 0;
        let both_ways = self.stream.draw().below(2) == 0;
        let everyone = (0..Role::MAX as u8).map(Role).filter(|role| *role != from);
        let to: Roles = if isolated { everyone.collect() } else { [to].into_iter().collect() };
        Misfortune::Partition { from: [from].into_iter().collect(), to, both_ways }
    }

    fn role(&mut self, who: Who, providers: u64) -> Role {
        let clients = u64::from(self.scenario.workload.clients);
        match who {
            Who::Client => client_role(self.stream.draw().below(clients) as u8),
            Who::Edge => EDGE,
            Who::Ledger => LEDGER,
            Who::Orchestrator => ORCHESTRATOR,
            Who::Provider => provider_role(ProviderId(self.stream.draw().below(providers) as u8)),
            Who::Risk => RISK,
            Who::Store => STORE,
        }
    }

    /// A moment before heal; half of them while payments are being begun.
    fn moment(&mut self) -> VirtualTime {
        let spread = self.scenario.workload.spread.0;
        let until = if self.stream.draw().below(2) == 0 {
            spread + Duration::from_secs(10)
        } else {
            self.scenario.chaos.0
        };
        VirtualTime::ZERO.after(self.stream.span(Duration::ZERO, until.min(self.scenario.chaos.0)))
    }
}

/// Troubles of providers are numbered from here on, faults of the kernel from 1.
const TROUBLE_IDS: u32 = 1_001;
