//! Ping-saga on madsim at its barest: a node for each host, UDP between them.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use madsim::net::UdpSocket;
use madsim::runtime::{NodeHandle, Runtime};

use crate::ping_saga::{LATENCY, LOSS_PPM, PingSaga};
use crate::saga::{PORT, Peer, Sent, orchestrate, pay, serve};

/// The messages sent in one run of `saga`.
pub(crate) fn run(saga: PingSaga, seed: u64) -> u64 {
    let mut config = madsim::Config::default();
    config.net.packet_loss_rate = f64::from(LOSS_PPM) / 1e6;
    config.net.send_latency = LATENCY[0]..LATENCY[1];
    let runtime = Runtime::with_seed_and_config(seed, config);
    let sent = Sent::default();
    for service in 1..=3 {
        host(&runtime, service).spawn(serve::<Udp>(Arc::clone(&sent)));
    }
    let services = [1, 2, 3, 1].map(address);
    host(&runtime, 0).spawn(orchestrate::<Udp>(saga, services, Arc::clone(&sent)));
    let customers = (0..saga.customers).map(|customer| {
        let task = pay::<Udp>(saga, customer, address(0), Arc::clone(&sent));
        host(&runtime, 4 + customer as u8).spawn(task)
    });
    let customers: Vec<_> = customers.collect();
    runtime.block_on(async {
        for customer in customers {
            customer.await.expect("a customer pays until all is paid");
        }
    });
    sent.load(Ordering::Relaxed)
}

fn host(runtime: &Runtime, number: u8) -> NodeHandle {
    runtime.create_node().ip(address(number).ip()).build()
}

fn address(number: u8) -> SocketAddr {
    (IpAddr::from([10, 0, 0, number + 1]), PORT).into()
}

struct Udp(UdpSocket);

impl Peer for Udp {
    async fn bind() -> Self {
        Self(UdpSocket::bind(("0.0.0.0", PORT)).await.expect("a host binds once"))
    }

    async fn send(&self, to: SocketAddr, datagram: &[u8]) {
        self.0.send_to(to, datagram).await.expect("the network takes whatever is sent");
    }

    async fn receive(&self, buffer: &mut [u8]) -> (usize, SocketAddr) {
        self.0.recv_from(buffer).await.expect("a socket stays open")
    }

    async fn timeout<F: Future + Send>(span: Duration, future: F) -> Option<F::Output> {
        madsim::time::timeout(span, future).await.ok()
    }

    fn spawn(task: impl Future<Output = ()> + Send + 'static) {
        madsim::task::spawn(task);
    }
}
