//! How much is decided by whoever is asked, and how fast it may move payments between
//! providers (payments.md 5.4, E3 and E4): beyond that the rules decide, and the decision
//! says why.
//!
//! What a payment may cost in decisions, its own journal tells. What a tenant or a model
//! may, a worker counts by its own clock, and forgets in a crash: no promise to a
//! customer depends on it, and each of several workers has budgets of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Action, Decision, Fallback, Policy, Snapshot, State};
use crate::identity::{ProviderId, Tenant};

/// What a worker lets others decide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Restraint {
    /// The most decisions about payments of one tenant in a minute.
    pub tenant_a_minute: Option<u32>,
    /// The most decisions of one version of a model in a minute.
    pub model_a_minute: Option<u32>,
    /// The most payments that are moved from one provider in a minute: the others have
    /// to carry them.
    pub moved_a_minute: Option<u32>,
    /// How long what is moved goes to the same provider, before it may go to another.
    pub dwell: Option<Duration>,
    /// Of so many payments for a provider, one is tried there whatever is decided:
    /// nobody would notice that it has recovered, otherwise.
    pub probe_every: Option<u32>,
}

/// What was decided lately.
#[derive(Clone, Debug, Default)]
pub struct Spent {
    tenants: BTreeMap<Tenant, Minute>,
    models: BTreeMap<(Policy, u16), Minute>,
    routes: BTreeMap<ProviderId, Route>,
}

/// So many in this minute.
#[derive(Clone, Copy, Debug, Default)]
struct Minute {
    number: u64,
    count: u32,
}

/// Where payments go that the house would try at one provider.
#[derive(Clone, Copy, Debug, Default)]
struct Route {
    /// Where those that are moved go, since when.
    to: Option<(ProviderId, Duration)>,
    moved: Minute,
    /// How many there were.
    seen: u32,
}

impl Spent {
    /// Why nobody is asked about a payment of `tenant` at `now`, if nobody is.
    pub fn is_over(&self, limits: &Restraint, tenant: Tenant, now: Duration) -> Option<Fallback> {
        let known = self.tenants.get(&tenant).copied().unwrap_or_default();
        limits
            .tenant_a_minute
            .is_some_and(|most| known.in_minute_of(now) >= most)
            .then_some(Fallback::OverBudget)
    }

    /// What becomes of `decision`, made from `snapshot` about a payment of `tenant`: it
    /// counts, or the rules decide in its place.
    pub fn restrain(
        &mut self,
        limits: &Restraint,
        (tenant, snapshot): (Tenant, &Snapshot),
        decision: Decision,
        now: Duration,
    ) -> Decision {
        if decision.instead.is_some() {
            return decision;
        }
        let model = self.models.get(&(decision.policy, decision.model)).copied();
        let used = model.unwrap_or_default().in_minute_of(now);
        let spent = limits.model_a_minute.is_some_and(|most| used >= most);
        let over = self.is_over(limits, tenant, now).or(spent.then_some(Fallback::OverBudget));
        if let Some(why) = over.or_else(|| self.moves(limits, snapshot, decision.action, now)) {
            return snapshot.decided_instead(why);
        }
        self.tenants.entry(tenant).or_default().count_in(now);
        self.models.entry((decision.policy, decision.model)).or_default().count_in(now);
        decision
    }

    /// Takes note of where a payment goes first, or says why it does not go there.
    fn moves(
        &mut self,
        limits: &Restraint,
        snapshot: &Snapshot,
        action: Action,
        now: Duration,
    ) -> Option<Fallback> {
        let (Action::Try(to), State::Unsent) = (action, snapshot.state) else { return None };
        let route = self.routes.entry(snapshot.features.preferred?).or_default();
        route.seen = route.seen.wrapping_add(1);
        if snapshot.features.preferred == Some(to) {
            return None;
        }
        if limits.probe_every.is_some_and(|n| n > 0 && route.seen.is_multiple_of(n)) {
            return Some(Fallback::Probe);
        }
        if limits.moved_a_minute.is_some_and(|most| route.moved.in_minute_of(now) >= most) {
            return Some(Fallback::TooMany);
        }
        let dwells = |(known, since): (ProviderId, Duration), dwell: Duration| {
            known != to && now < since + dwell
        };
        if route.to.zip(limits.dwell).is_some_and(|(known, dwell)| dwells(known, dwell)) {
            return Some(Fallback::TooSoon);
        }
        if route.to.is_none_or(|(known, _)| known != to) {
            route.to = Some((to, now));
        }
        route.moved.count_in(now);
        None
    }
}

impl Minute {
    fn in_minute_of(self, now: Duration) -> u32 {
        if self.number == minute(now) { self.count } else { 0 }
    }

    fn count_in(&mut self, now: Duration) {
        *self = Self { number: minute(now), count: self.in_minute_of(now) + 1 };
    }
}

const fn minute(now: Duration) -> u64 {
    now.as_secs() / 60
}

#[cfg(test)]
mod tests {
    use super::super::{Doubt, Features, HOUSE_MODEL, Open};
    use super::*;
    use crate::currency::Currency;
    use crate::money::{Amount, Money};
    use crate::workflow;

    const A: ProviderId = ProviderId(0);
    const B: ProviderId = ProviderId(1);
    const C: ProviderId = ProviderId(2);

    /// Of payments that the house would try at `a`, what becomes of each decision.
    fn decide(spent: &mut Spent, limits: &Restraint, at: u64, to: ProviderId) -> Option<Fallback> {
        decide_for(spent, limits, at, to, Tenant(1), HOUSE_MODEL)
    }

    fn decide_for(
        spent: &mut Spent,
        limits: &Restraint,
        at: u64,
        to: ProviderId,
        tenant: Tenant,
        model: u16,
    ) -> Option<Fallback> {
        let snapshot = Snapshot {
            version: 4,
            number: 1,
            state: State::Unsent,
            open: Open { providers: 0b111, ..Open::default() },
            features: Features {
                step: workflow::Action::Authorize,
                money: Money { amount: Amount(100), currency: Currency::Eur },
                preferred: Some(A),
                attempts: 0,
                asked: 0,
                doubt: Doubt::default(),
            },
        };
        let decision = snapshot.decided(Policy::Random, model, Action::Try(to));
        let now = Duration::from_secs(at);
        let restrained = spent.restrain(limits, (tenant, &snapshot), decision, now);
        match restrained.instead {
            None => assert_eq!(restrained, decision, "what is within the limits is followed"),
            Some(_) => {
                let by_rules = (restrained.policy, restrained.action);
                assert_eq!(by_rules, (Policy::Rules, Action::Try(A)));
            }
        }
        restrained.instead
    }

    #[test]
    fn a_tenant_has_so_many_decisions_a_minute_and_takes_nothing_from_another() {
        let limits = Restraint { tenant_a_minute: Some(2), ..Restraint::default() };
        let mut spent = Spent::default();
        let over = Some(Fallback::OverBudget);
        for (at, tenant, instead) in [
            (0, 1, None),
            (1, 1, None),
            (2, 1, over),
            (3, 2, None),
            (59, 1, over),
            (60, 1, None),
            (61, 1, None),
            (62, 1, over),
        ] {
            let found = decide_for(&mut spent, &limits, at, B, Tenant(tenant), HOUSE_MODEL);
            assert_eq!(found, instead, "tenant {tenant} after {at} s");
        }
    }

    #[test]
    fn a_model_has_so_many_decisions_a_minute_whoever_they_are_about() {
        let limits = Restraint { model_a_minute: Some(1), ..Restraint::default() };
        let mut spent = Spent::default();
        for (at, tenant, model, instead) in [
            (0, 1, 1, None),
            (1, 2, 1, Some(Fallback::OverBudget)),
            (2, 2, 2, None),
            (60, 2, 1, None),
        ] {
            let found = decide_for(&mut spent, &limits, at, A, Tenant(tenant), model);
            assert_eq!(found, instead, "model {model} after {at} s");
        }
    }

    #[test]
    fn what_the_rules_decided_instead_is_on_nobodys_budget() {
        let limits = Restraint { tenant_a_minute: Some(1), ..Restraint::default() };
        let mut spent = Spent::default();
        assert_eq!(decide(&mut spent, &limits, 0, B), None);
        for at in 1..20 {
            assert_eq!(decide(&mut spent, &limits, at, B), Some(Fallback::OverBudget));
        }
        assert_eq!(decide(&mut spent, &limits, 60, B), None, "contained decisions cost nothing");
    }

    /// Visa's 1 June 2018: what was moved away from the failing site slowed the healthy one.
    #[test]
    fn no_more_is_moved_in_a_minute_than_the_others_can_carry() {
        let limits = Restraint { moved_a_minute: Some(2), ..Restraint::default() };
        let mut spent = Spent::default();
        for (at, to, instead) in [
            (0, B, None),
            (1, A, None),
            (2, B, None),
            (3, B, Some(Fallback::TooMany)),
            (4, A, None),
            (60, B, None),
        ] {
            assert_eq!(decide(&mut spent, &limits, at, to), instead, "after {at} s");
        }
    }

    #[test]
    fn what_is_moved_stays_where_it_went_for_a_while_and_may_go_home_at_any_time() {
        let dwell = Some(Duration::from_secs(90));
        let limits = Restraint { dwell, ..Restraint::default() };
        let mut spent = Spent::default();
        for (at, to, instead) in [
            (0, B, None),
            (10, C, Some(Fallback::TooSoon)),
            (20, A, None),
            (30, C, Some(Fallback::TooSoon)),
            (89, B, None),
            (90, C, None),
            (91, B, Some(Fallback::TooSoon)),
        ] {
            assert_eq!(decide(&mut spent, &limits, at, to), instead, "after {at} s");
        }
    }

    #[test]
    fn whoever_everything_is_moved_from_is_probed_all_the_same() {
        let limits = Restraint { probe_every: Some(5), ..Restraint::default() };
        let mut spent = Spent::default();
        let instead: Vec<_> = (0..20).map(|at| decide(&mut spent, &limits, at, B)).collect();
        for (nth, instead) in (1..).zip(instead) {
            assert_eq!(instead, (nth % 5 == 0).then_some(Fallback::Probe), "the {nth}th");
        }
    }

    #[test]
    fn whoever_sets_no_limits_is_not_restrained() {
        let mut spent = Spent::default();
        let to = |at: u64| if at.is_multiple_of(2) { B } else { C };
        let free = Restraint::default();
        assert!((0..500).all(|at| decide(&mut spent, &free, at / 100, to(at)).is_none()));
    }
}
