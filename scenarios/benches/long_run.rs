//! One world with very many payments: what each costs, and what it leaves
//! behind once it is finished.
//!
//! `cargo bench --package pennywise-scenarios --bench long_run` runs 1,000 and
//! 100,000 payments; give other numbers behind `--`, 1000000 for the whole. The
//! peak of memory is that of the process so far, so the largest comes last.

#[expect(dead_code, reason = "the other benchmarks, which it is shared with, use all of it")]
#[path = "../../sim/benches/stopwatch.rs"]
mod stopwatch;

use std::fs;
use std::time::Duration;

use model::Defects;
use scenarios::judge::{Docket, Judge};
use scenarios::party::{CLIENTS_MAX, LEDGER, RISK, STORE, client_role, provider_role};
use scenarios::{Party, PaymentSystem, Plan, Scenario, Span, catalog, trial};
use sim::{Role, Seed, World};

use stopwatch::{hundredths, picos_each};

/// As the command has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let asked: Vec<u64> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    // A test run is to show that it works, not how fast.
    let counts = match (asked.as_slice(), std::env::args().any(|argument| argument == "--bench")) {
        ([], true) => &[1_000, 100_000],
        ([], false) => &[500][..],
        (asked, _) => asked,
    };
    for payments in counts {
        measure(*payments);
    }
}

fn measure(payments: u64) {
    let plan = Plan::draw(&long(payments), Seed(1));
    let system = PaymentSystem::new(plan, Defects::NONE);
    let mut docket = Docket::of(Judge::new(&system.plan));
    let mut world = trial::world(&system);
    let mut come_to = None;
    let picos = picos_each(payments, || {
        let ending = trial::settle(&mut world, &mut docket);
        let mut judge = docket.close();
        let verdict = trial::conclude(&world, &mut judge, ending);
        come_to = Some((judge, verdict));
    });
    let (judge, verdict) = come_to.expect("the run is over");
    let events = world.events();
    println!(
        "\n{payments} payments: {} ns each, {} events each, {} ns an event; {verdict:?}",
        picos / 1_000,
        events / payments,
        hundredths(picos * payments / events, 1_000),
    );
    if let Some(peak) = peak_kib() {
        println!(
            "peak memory of the process: {} MiB, {} bytes a payment",
            peak >> 10,
            (peak << 10) / payments
        );
    }
    println!(
        "{:<24}{:>14}{:>16}{:>16}",
        "left of the payments", "not put away", "bytes put away", "a payment"
    );
    let mut all = 0;
    for (name, roles) in authorities(&system) {
        let (open, bytes) = left(&world, &roles);
        all += bytes;
        println!("{name:<24}{open:>14}{bytes:>16}{:>16}", bytes as u64 / payments);
    }
    let (open, bytes) = judge.authorities().footprint();
    println!("{:<24}{open:>14}{bytes:>16}{:>16}", "judge", bytes as u64 / payments);
    println!("{:<24}{:>14}{all:>16}{:>16}", "authorities together", "", all as u64 / payments);
}

/// A calm year with so many payments: many clients, a minute and more between
/// two payments, so that about as many are open at once as in any other year.
fn long(payments: u64) -> Scenario {
    let calm = catalog::named("calm-day").expect("the catalog has a calm day");
    let mut scenario = calm.clone();
    let spread = Duration::from_secs(payments * SECONDS_A_PAYMENT);
    scenario.chaos = Span(spread + Duration::from_secs(120));
    scenario.workload.operations = payments as u32;
    scenario.workload.spread = Span(spread);
    scenario.workload.clients = CLIENTS_MAX;
    scenario.workload.limit = u64::MAX >> 8;
    scenario
}

/// A million payments in most of a year.
const SECONDS_A_PAYMENT: u64 = 30;

fn authorities(system: &PaymentSystem) -> Vec<(&'static str, Vec<Role>)> {
    let providers = 0..system.plan.providers.len() as u8;
    vec![
        ("store", vec![STORE]),
        ("ledger", vec![LEDGER]),
        ("risk service", vec![RISK]),
        ("providers", providers.map(|n| provider_role(model::ProviderId(n))).collect()),
        ("clients", (0..system.plan.clients).map(client_role).collect()),
    ]
}

/// What is not put away, and the bytes of what is; journals share them.
fn left(world: &World<'_, PaymentSystem>, roles: &[Role]) -> (usize, usize) {
    let each = roles.iter().filter_map(|role| world.actor(*role)).map(Party::footprint);
    each.fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1))
}

/// The most memory that this process held, in KiB, where the platform tells.
fn peak_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
