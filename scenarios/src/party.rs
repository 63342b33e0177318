//! The parties: actors that play the payment roles.

pub(crate) mod bank;
pub(crate) mod client;
pub(crate) mod decider;
pub(crate) mod edge;
mod idle;
pub(crate) mod ingress;
pub(crate) mod lake;
pub(crate) mod ledger;
pub(crate) mod notifier;
pub(crate) mod orchestrator;
pub(crate) mod probe;
pub(crate) mod provider;
pub(crate) mod reconciler;
pub(crate) mod risk;
pub(crate) mod statement;
pub(crate) mod store;
pub(crate) mod two_phase;

use model::{BankId, Consumer, ProviderId, Teller, WorkerId};
use sim::{Role, Roles};

use crate::plan::{Plan, Protocol};

pub use bank::BankState;
pub use client::Stages;
pub use idle::Compaction;
pub use provider::ProviderState;
pub use two_phase::ADAPTER;

/// The edge with the idempotency gatekeeper.
pub const EDGE: Role = Role(0);
/// The durable store.
pub const STORE: Role = Role(1);
/// The orchestrator; the first of its workers where there are several.
pub const ORCHESTRATOR: Role = Role(2);
/// The ledger.
pub const LEDGER: Role = Role(3);
/// The risk service.
pub const RISK: Role = Role(4);
/// The harness's own reader, who looks at every payment at rest.
pub const PROBE: Role = Role(5);
/// The notifier, who tells shops of every event, where there is one.
pub const NOTIFIER: Role = Role(12);
/// The decider that workers ask, where there is one.
pub const DECIDER: Role = Role(11);
/// The data lake, where there is one.
pub const LAKE: Role = Role(13);
/// The reconciler, where providers and banks settle.
pub const RECONCILER: Role = Role(14);

/// Those who write every record to two copies, under the saga.
pub const MIRRORED: [Role; 3] = [STORE, LEDGER, RISK];

/// The most workers of the orchestrator in one world.
pub const WORKERS_MAX: u8 = 4;
/// The most providers in one world.
pub const PROVIDERS_MAX: u8 = 16;
/// The most banks in one world.
pub const BANKS_MAX: u8 = 8;
/// The most clients in one world.
pub const CLIENTS_MAX: u8 = 64;

/// The ingress of webhooks.
pub const INGRESS: Role = Role(15);
const SECOND_WORKER: u8 = 6;
const FIRST_PROVIDER: u8 = 16;
const FIRST_CLIENT: u8 = 32;
const FIRST_BANK: u8 = FIRST_CLIENT + CLIENTS_MAX;

/// The role of a worker of the orchestrator.
pub const fn worker_role(worker: WorkerId) -> Role {
    match worker.0 % WORKERS_MAX {
        0 => ORCHESTRATOR,
        n => Role(SECOND_WORKER + n - 1),
    }
}

/// The worker that plays `role`, if one does.
pub fn worker_of(role: Role) -> Option<WorkerId> {
    (0..WORKERS_MAX).map(WorkerId).find(|worker| worker_role(*worker) == role)
}

/// Every worker of the orchestrator in the world of `plan`.
pub fn workers(plan: &Plan) -> impl Iterator<Item = Role> {
    (0..plan.workers).map(|n| worker_role(WorkerId(n)))
}

/// Those who write every record to two copies under `protocol`, where there are so
/// many workers: under two-phase commit coordinators and adapter have journals, too.
pub(crate) fn mirrored(protocol: Protocol, workers: u8) -> Roles {
    let logs = (0..workers).map(|n| worker_role(WorkerId(n))).chain([ADAPTER]);
    let logs = logs.filter(|_| protocol == Protocol::TwoPhase);
    MIRRORED.into_iter().chain(logs).collect()
}

/// Who hears of every event in the world of `plan`, and by whom.
pub fn consumers(plan: &Plan) -> impl Iterator<Item = (Consumer, Role)> + use<> {
    let merchant = plan.merchant_events.then_some((Consumer::Merchant, NOTIFIER));
    merchant.into_iter().chain(plan.lake.then_some((Consumer::Lake, LAKE)))
}

/// The role of a provider.
pub const fn provider_role(provider: ProviderId) -> Role {
    Role(FIRST_PROVIDER + provider.0 % PROVIDERS_MAX)
}

/// The role of a bank.
pub const fn bank_role(bank: BankId) -> Role {
    Role(FIRST_BANK + bank.0 % BANKS_MAX)
}

/// The role of whoever writes files.
pub const fn teller_role(teller: Teller) -> Role {
    match teller {
        Teller::Provider(provider) => provider_role(provider),
        Teller::Bank(bank) => bank_role(bank),
        Teller::Risk => RISK,
    }
}

/// The role of the `n`-th client.
pub const fn client_role(n: u8) -> Role {
    Role(FIRST_CLIENT + n % CLIENTS_MAX)
}

/// The provider that plays `role`, if one does.
pub fn provider_of(role: Role) -> Option<ProviderId> {
    (FIRST_PROVIDER..FIRST_CLIENT).contains(&role.0).then(|| ProviderId(role.0 - FIRST_PROVIDER))
}

/// The bank that plays `role`, if one does.
pub fn bank_of(role: Role) -> Option<BankId> {
    (FIRST_BANK..FIRST_BANK + BANKS_MAX).contains(&role.0).then(|| BankId(role.0 - FIRST_BANK))
}

/// The number of the client that plays `role`, if one does.
pub fn client_of(role: Role) -> Option<u8> {
    (FIRST_CLIENT..FIRST_CLIENT + CLIENTS_MAX).contains(&role.0).then(|| role.0 - FIRST_CLIENT)
}

/// Everybody who takes part in the world of `plan`.
pub fn all(plan: &Plan) -> impl Iterator<Item = Role> {
    let house = [STORE, LEDGER, RISK, EDGE].into_iter().chain(workers(plan)).chain([PROBE]);
    let house = house.chain((plan.protocol == Protocol::TwoPhase).then_some(ADAPTER));
    let house = house.chain(plan.webhooks.then_some(INGRESS));
    let house = house.chain(consumers(plan).map(|(_, role)| role));
    let house = house.chain(plan.settlement.is_some().then_some(RECONCILER));
    let decider = plan.decisions.and_then(|decisions| decisions.decider);
    let house = house.chain(decider.map(|_| DECIDER));
    let providers = (0..plan.providers.len() as u8).map(|n| provider_role(ProviderId(n)));
    let clients = (0..plan.clients).map(client_role);
    let banks = (0..plan.banks.len() as u8).map(|n| bank_role(BankId(n)));
    house.chain(providers).chain(clients).chain(banks)
}

/// The role that people call `name`, whether or not anybody plays it.
pub fn named(name: &str) -> Option<Role> {
    (0..Role::MAX as u8).map(Role).find(|role| is_known(*role) && self::name(*role) == name)
}

fn is_known(role: Role) -> bool {
    let outside = [provider_of(role).is_some(), client_of(role).is_some(), bank_of(role).is_some()];
    let listener = [ADAPTER, DECIDER, NOTIFIER, LAKE, INGRESS, RECONCILER].contains(&role);
    role.0 <= PROBE.0 || listener || worker_of(role).is_some() || outside.contains(&true)
}

/// What people call a role.
pub fn name(role: Role) -> String {
    match (role, provider_of(role), client_of(role)) {
        (EDGE, ..) => "edge".to_owned(),
        (STORE, ..) => "store".to_owned(),
        (ORCHESTRATOR, ..) => "orchestrator".to_owned(),
        (LEDGER, ..) => "ledger".to_owned(),
        (RISK, ..) => "risk".to_owned(),
        (PROBE, ..) => "probe".to_owned(),
        (INGRESS, ..) => "ingress".to_owned(),
        (NOTIFIER, ..) => "notifier".to_owned(),
        (LAKE, ..) => "lake".to_owned(),
        (RECONCILER, ..) => "reconciler".to_owned(),
        (DECIDER, ..) => "decider".to_owned(),
        (ADAPTER, ..) => "adapter".to_owned(),
        (_, Some(provider), _) => {
            format!("provider {}", char::from(b'a' + provider.0 % PROVIDERS_MAX))
        }
        (_, _, Some(client)) => format!("client {client}"),
        _ if bank_of(role).is_some() => {
            format!("bank {}", char::from(b'a' + (role.0 - FIRST_BANK) % BANKS_MAX))
        }
        _ => worker_of(role).map_or("world".to_owned(), |worker| worker.to_string()),
    }
}
