//! What issuers, providers and the risk service are like, and what is wrong
//! with whole providers.

use std::time::Duration;

use model::{Dialect, ProviderId};
use sim::{Fault, Misfortune, Occasion, Rate, Roles, Subject, Trigger, VirtualTime};

use super::Drawer;
use crate::bounds::{INDEX_LAG_MAX, LATE_EFFECT_MAX};
use crate::message::kinds;
use crate::plan::{
    IssuerPlan, ProviderFaults, ProviderPlan, ProviderTrouble, RiskPlan, Trouble, WebhookFaults,
};

impl Drawer<'_> {
    pub(super) fn provider(&mut self, dialect: Dialect) -> ProviderPlan {
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
                refund_failed: issuer.refund_failed,
                refund_returned: issuer.refund_returned,
            },
            faults: ProviderFaults {
                reply_dropped: self.rate(faults.reply_dropped),
                request_dropped: self.rate(faults.request_dropped),
                late_effect: self.rate(faults.late_effect),
                late_effect_max: faults.late_effect_max.0.min(LATE_EFFECT_MAX),
                error_after: self.rate(faults.error_after),
                error_before: self.rate(faults.error_before),
                throttled: self.rate(faults.throttled),
                index_lag_max: faults
                    .index_lag_max
                    .0
                    .min(dialect.query_lag_max())
                    .min(INDEX_LAG_MAX),
                webhooks: WebhookFaults::default(),
            },
            dialect,
        }
    }

    /// What becomes of what a provider tells by itself.
    pub(super) fn webhooks(&mut self) -> WebhookFaults {
        let settings = &self.scenario.providers.faults.webhooks;
        WebhookFaults {
            dropped: self.rate(settings.dropped),
            repeated: self.rate(settings.repeated),
            reordered: self.rate(settings.reordered),
            reorder_max: settings.reorder_max.0,
            delay_max: self.length(settings.delay_max.0),
            early: self.rate(settings.early),
        }
    }

    pub(super) fn risk(&mut self) -> RiskPlan {
        let risk = &self.scenario.risk;
        RiskPlan {
            reject: risk.reject,
            review: risk.review,
            review_max: risk.review_max.0,
            told: risk.told,
            undecided: risk.undecided,
        }
    }

    pub(super) fn troubles(&mut self) -> Vec<ProviderTrouble> {
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
                provider: ProviderId(self.stream.draw().below(self.providers) as u8),
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

    /// Outages in which providers forget the keys from before; when the last of them is
    /// over.
    pub(super) fn outlasting(
        &mut self,
        providers: &[ProviderPlan],
        troubles: &mut Vec<ProviderTrouble>,
    ) -> VirtualTime {
        let mut over = VirtualTime::ZERO;
        for _ in 0..self.times(self.scenario.providers.outlasting) {
            let from = self.moment();
            let provider = ProviderId(self.stream.draw().below(self.providers) as u8);
            let longer = self.stream.span(Duration::ZERO, OUTLASTED_BY_MAX);
            let habits = providers.get(usize::from(provider.0)).map(|plan| &plan.dialect.keys);
            let lifetime = habits.map_or(Duration::ZERO, |keys| keys.lifetime);
            // Keys of a month outlast every doubt.
            if !lifetime.is_zero() && lifetime <= OUTLASTED_MAX {
                let until = from.after(lifetime + longer);
                let (id, trouble) = (TROUBLE_IDS + troubles.len() as u32, Trouble::Outage);
                troubles.push(ProviderTrouble { id, provider, from, until, trouble });
                over = over.max(until);
            }
        }
        over
    }

    /// How long a worker waits for a provider, if that is not as usual.
    pub(super) fn provider_timeout(&mut self) -> Option<Duration> {
        let most = self.scenario.providers.timeout_max.0;
        let off = most.is_zero() || self.stream.chance(self.scenario.swarm.off);
        let waits = self.stream.span(TIMEOUT_MIN, most.max(TIMEOUT_MIN));
        (!off).then_some(Duration::from_secs(waits.as_secs()))
    }

    /// Providers whose every answer is lost from the moment when a certain
    /// capture reaches them.
    pub(super) fn silences(&mut self) -> Vec<Fault> {
        let settings = &self.scenario.providers;
        let silences = (0..self.part(u64::from(settings.silent_after_capture))).map(|_| {
            let victim = self.stream.draw().pick(self.operations).map(|o| o.token)?;
            let provider = self.provider_party();
            let worker = self.worker();
            let workers: Roles = self.workers().collect();
            let occasion = Occasion {
                from: worker,
                to: provider,
                kind: kinds::CAPTURE,
                subject: Subject(victim.0),
                ordinal: 1,
            };
            Some(Fault {
                id: 0,
                trigger: Trigger::OnDelivery(occasion),
                misfortune: Misfortune::one_way_partition(provider.into(), workers),
                dwell: self.stream.span(Duration::from_secs(1), settings.silence_max.0),
            })
        });
        silences.flatten().collect()
    }
}

/// Troubles of providers are numbered from here on, faults of the kernel from 1.
pub(super) const TROUBLE_IDS: u32 = 1_001;
/// How much longer than its keys such an outage lasts.
const OUTLASTED_BY_MAX: Duration = Duration::from_secs(6 * 3_600);
/// Keys that live longer are not outlasted.
const OUTLASTED_MAX: Duration = Duration::from_secs(2 * 86_400);
const TIMEOUT_MIN: Duration = Duration::from_secs(1);
