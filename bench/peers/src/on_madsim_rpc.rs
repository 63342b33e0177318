//! Ping-saga on madsim as its documentation has it: a node for each host, and
//! calls with a timeout between their endpoints.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use madsim::net::Endpoint;
use madsim::net::rpc::Request;
use madsim::runtime::{NodeHandle, Runtime};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::ping_saga::{LATENCY, LOSS_PPM, PATIENCE, PingSaga, RETRY};
use crate::saga::{PORT, Sent};

/// The messages sent in one run of `saga`.
pub(crate) fn run(saga: PingSaga, seed: u64) -> u64 {
    let mut config = madsim::Config::default();
    config.net.packet_loss_rate = f64::from(LOSS_PPM) / 1e6;
    config.net.send_latency = LATENCY[0]..LATENCY[1];
    let runtime = Runtime::with_seed_and_config(seed, config);
    let sent = Sent::default();
    for service in 1..=3 {
        host(&runtime, service).spawn(serve(address(service), Arc::clone(&sent)));
    }
    host(&runtime, 0).spawn(orchestrate(saga, Arc::clone(&sent)));
    let customers = (0..saga.customers).map(|customer| {
        let number = 4 + customer as u8;
        host(&runtime, number).spawn(pay(saga, customer, address(number), Arc::clone(&sent)))
    });
    let customers: Vec<_> = customers.collect();
    runtime.block_on(async {
        for customer in customers {
            customer.await.expect("a customer pays until all is paid");
        }
    });
    sent.load(Ordering::Relaxed)
}

/// Reserve, authorize, settle or post, for the payment with this number.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Ask(u8, u64);

impl Request for Ask {
    type Response = u64;
    const ID: u64 = 1;
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Pay(u64);

impl Request for Pay {
    type Response = u64;
    const ID: u64 = 2;
}

async fn serve(at: SocketAddr, sent: Sent) {
    let endpoint = bind(at).await;
    endpoint.add_rpc_handler(move |Ask(_, payment)| {
        sent.fetch_add(1, Ordering::Relaxed);
        async move { payment }
    });
    std::future::pending().await
}

async fn orchestrate(saga: PingSaga, sent: Sent) {
    let endpoint = bind(address(0)).await;
    // The newest payment of each customer, and whether it is done.
    let mut open: Vec<Option<(u64, watch::Receiver<bool>)>> = vec![None; saga.customers as usize];
    let calls = endpoint.clone();
    endpoint.add_rpc_handler(move |Pay(payment)| {
        let newest = &mut open[(payment % saga.customers) as usize];
        let (done, mut is_done) = match newest {
            Some((number, known)) if *number >= payment => (None, known.clone()),
            _ => {
                let (done, is_done) = watch::channel(false);
                *newest = Some((payment, is_done.clone()));
                (Some(done), is_done)
            }
        };
        let (calls, sent) = (calls.clone(), Arc::clone(&sent));
        async move {
            match done {
                Some(done) => {
                    take_through(&calls, &sent, payment).await;
                    done.send_replace(true);
                }
                // It came again: whoever takes it through tells before it goes.
                None => drop(is_done.wait_for(|done| *done).await),
            }
            sent.fetch_add(1, Ordering::Relaxed);
            payment
        }
    });
    std::future::pending().await
}

async fn take_through(calls: &Endpoint, sent: &Sent, payment: u64) {
    for (step, service) in [1, 2, 3, 1].map(address).into_iter().enumerate() {
        repeat(calls, sent, service, Ask(step as u8, payment), RETRY).await;
    }
}

/// Pays one payment after another.
async fn pay(saga: PingSaga, customer: u64, at: SocketAddr, sent: Sent) {
    let endpoint = bind(at).await;
    for payment in (0..saga.payments).map(|nth| customer + nth * saga.customers) {
        repeat(&endpoint, &sent, address(0), Pay(payment), PATIENCE).await;
    }
}

/// Calls until an answer comes in time.
async fn repeat<R: Request + Copy>(
    endpoint: &Endpoint,
    sent: &Sent,
    to: SocketAddr,
    request: R,
    patience: Duration,
) {
    loop {
        sent.fetch_add(1, Ordering::Relaxed);
        if endpoint.call_timeout(to, request, patience).await.is_ok() {
            return;
        }
    }
}

async fn bind(at: SocketAddr) -> Endpoint {
    Endpoint::bind(at).await.expect("a host binds once")
}

fn host(runtime: &Runtime, number: u8) -> NodeHandle {
    runtime.create_node().ip(address(number).ip()).build()
}

fn address(number: u8) -> SocketAddr {
    (IpAddr::from([10, 0, 0, number + 1]), PORT).into()
}
