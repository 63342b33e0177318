//! Everybody the plainest: one client, one tenant, one merchant, one currency,
//! and no limit that nobody meets.

use std::collections::BTreeSet;
use std::time::Duration;

use model::{Amount, Currency, IdempotencyKey, Merchant, Money, Tenant};
use sim::{Cue, Misfortune, Rate, Role, Roles, Stretch, Trigger, Weather};

use super::line::Line;
use super::search::Search;
use crate::party::client_role;
use crate::plan::{MerchantLimit, Operation, Plan};

/// Gives everybody the plainest name with which it still fails: all at once,
/// or one after the other.
pub(super) fn plainest(search: &mut Search<'_>) {
    let everything: [Renaming; 4] = [client, tenant, merchant, currency];
    let all = |plan: &Plan| {
        let places = 0..plan.operations.len();
        everything.iter().fold(plan.clone(), |plan, rename| {
            places.clone().fold(plan, |plan, place| rename(&plan, place))
        })
    };
    if !take(search, all(&search.plan)) {
        for rename in everything {
            let places = 0..search.plan.operations.len();
            let whole = places.clone().fold(search.plan.clone(), |plan, at| rename(&plan, at));
            if take(search, whole) {
                continue;
            }
            for at in places {
                let renamed = rename(&search.plan, at);
                take(search, renamed);
            }
        }
    }
    let same = search.plan.clone();
    take(search, same);
}

/// Takes the plan if it fails in the same way. Where two operations share a key
/// by their new names, they would be one, which customers never attempted.
fn take(search: &mut Search<'_>, plan: Plan) -> bool {
    let plan = tidy(plan);
    keys(&plan) == keys(&search.plan) && search.take(plan)
}

/// How many keys there are within their tenants.
fn keys(plan: &Plan) -> usize {
    plan.operations.iter().map(Operation::key_id).collect::<BTreeSet<_>>().len()
}

/// One thing about the operation at a place, renamed.
type Renaming = fn(&Plan, usize) -> Plan;

fn client(plan: &Plan, at: usize) -> Plan {
    let mut renamed = plan.clone();
    let Some(operation) = renamed.operations.get_mut(at) else { return renamed };
    let (old, new) = (client_role(operation.client), client_role(0));
    operation.client = 0;
    let left = renamed.operations.iter().any(|o| client_role(o.client) == old);
    if !left {
        for fault in &mut renamed.faults {
            fault.trigger = trigger(fault.trigger, old, new);
            fault.misfortune = misfortune(fault.misfortune, old, new);
        }
        for forced in renamed.forced.iter_mut().filter(|forced| forced.party == old) {
            forced.party = new;
        }
    }
    renamed
}

/// Whoever shares a key goes along, so that they still share it.
fn tenant(plan: &Plan, at: usize) -> Plan {
    let mut plan = plan.clone();
    let Some(old) = plan.operations.get(at).map(Operation::key_id) else { return plan };
    let mut sharing: Vec<_> = plan.operations.iter_mut().filter(|o| o.key_id() == old).collect();
    // A key within the tenant that no other operation has.
    let key = sharing.first().map(|first| IdempotencyKey(first.token.0)).unwrap_or(old.key);
    for operation in &mut sharing {
        (operation.tenant, operation.key) = (Tenant(1), key);
    }
    plan
}

fn merchant(plan: &Plan, at: usize) -> Plan {
    with(plan, at, |operation| operation.merchant = Merchant(1))
}

fn currency(plan: &Plan, at: usize) -> Plan {
    // What is exchanged has two, and a rate.
    with(plan, at, |operation| {
        if operation.settlement_currency() == operation.money.currency {
            operation.money.currency = Currency::Usd;
        }
    })
}

fn with(plan: &Plan, at: usize, change: impl FnOnce(&mut Operation)) -> Plan {
    let mut plan = plan.clone();
    if let Some(operation) = plan.operations.get_mut(at) {
        change(operation);
    }
    plan
}

/// The plan with a limit for everyone who is paid, and for nobody else, and
/// only the clients that there are; and no bounds of what never happens.
fn tidy(mut plan: Plan) -> Plan {
    plan.follow_payments();
    let paid: BTreeSet<_> =
        plan.operations.iter().map(|o| (o.tenant, o.merchant, o.settlement_currency())).collect();
    let usual = plan.limits.iter().map(|limit| limit.money.amount).max().unwrap_or(Amount::ZERO);
    let known = std::mem::take(&mut plan.limits);
    plan.limits = paid
        .into_iter()
        .map(|(tenant, merchant, currency)| {
            let is_it = |limit: &&MerchantLimit| {
                (limit.tenant, limit.merchant, limit.money.currency) == (tenant, merchant, currency)
            };
            known.iter().find(is_it).cloned().unwrap_or(MerchantLimit {
                tenant,
                merchant,
                money: Money { amount: usual, currency },
            })
        })
        .collect();
    // What never happens can't be late or repeated.
    let weather = Line::rates(&plan).into_iter().filter(|line| matches!(line, Line::Weather(_)));
    if weather.count() == 0 {
        plan.weather = Weather::CALM;
    }
    for provider in &mut plan.providers {
        if provider.faults.late_effect == Rate::NEVER {
            provider.faults.late_effect_max = Duration::ZERO;
        }
        if provider.issuer.deferred == Rate::NEVER {
            provider.issuer.deferred_max = Duration::ZERO;
        }
    }
    if plan.risk.review == Rate::NEVER {
        plan.risk.review_max = Duration::ZERO;
    }
    // Nobody would take in what is told, and nothing else would end such a review.
    plan.risk.told &= plan.webhooks;
    if !plan.risk.told || plan.risk.review == Rate::NEVER {
        plan.risk.undecided = Rate::NEVER;
    }
    plan.clients = plan.operations.iter().map(|o| o.client + 1).max().unwrap_or(1);
    plan
}

fn trigger(trigger: Trigger, old: Role, new: Role) -> Trigger {
    let rename = |role: &mut Role| {
        if *role == old {
            *role = new;
        }
    };
    let cue = |cue: Cue| match cue {
        Cue::Send(mut occasion) | Cue::Delivery(mut occasion) => {
            rename(&mut occasion.from);
            rename(&mut occasion.to);
            if matches!(cue, Cue::Send(_)) { Cue::Send(occasion) } else { Cue::Delivery(occasion) }
        }
        Cue::Fact(mut sight) => {
            rename(&mut sight.role);
            Cue::Fact(sight)
        }
    };
    match (trigger, trigger.cue()) {
        (Trigger::Later(..), Some((of, after))) => Trigger::Later(cue(of), after),
        (_, Some((of, _))) => match cue(of) {
            Cue::Send(occasion) => Trigger::OnSend(occasion),
            Cue::Delivery(occasion) => Trigger::OnDelivery(occasion),
            Cue::Fact(sight) => Trigger::OnFact(sight),
        },
        (trigger, None) => trigger,
    }
}

fn misfortune(misfortune: Misfortune, old: Role, new: Role) -> Misfortune {
    let one = |role: Role| if role == old { new } else { role };
    let some = |roles: Roles| roles.iter().map(one).collect::<Roles>();
    let stretch = |links: Stretch| Stretch { from: some(links.from), to: some(links.to), ..links };
    match misfortune {
        Misfortune::Crash { role, point } => Misfortune::Crash { role: one(role), point },
        Misfortune::CrashLoop { role, point, times } => {
            Misfortune::CrashLoop { role: one(role), point, times }
        }
        Misfortune::CrashAll { roles } => Misfortune::CrashAll { roles: some(roles) },
        Misfortune::Deploy { role, release } => Misfortune::Deploy { role: one(role), release },
        Misfortune::Pause { roles } => Misfortune::Pause { roles: some(roles) },
        Misfortune::Partition { from, to, both_ways } => {
            Misfortune::Partition { from: some(from), to: some(to), both_ways }
        }
        Misfortune::Flap { links, period } => Misfortune::Flap { links: stretch(links), period },
        Misfortune::Brownout { links, load_percent, loss, good, bad } => {
            Misfortune::Brownout { links: stretch(links), load_percent, loss, good, bad }
        }
        Misfortune::Clog { links } => Misfortune::Clog { links: stretch(links) },
        Misfortune::WallShift { role, ahead, by } => {
            Misfortune::WallShift { role: one(role), ahead, by }
        }
        Misfortune::Drift { role, ppm } => Misfortune::Drift { role: one(role), ppm },
        Misfortune::SlowSync { role, takes } => Misfortune::SlowSync { role: one(role), takes },
        Misfortune::LyingSync { role } => Misfortune::LyingSync { role: one(role) },
        Misfortune::FullDisk { role, restart } => Misfortune::FullDisk { role: one(role), restart },
        Misfortune::TornTail { role, keep } => Misfortune::TornTail { role: one(role), keep },
        Misfortune::Corruption { role, record } => {
            Misfortune::Corruption { role: one(role), record }
        }
        Misfortune::OldGeneration { role, records } => {
            Misfortune::OldGeneration { role: one(role), records }
        }
        Misfortune::Drop | Misfortune::Delay | Misfortune::Duplicate => misfortune,
    }
}
