//! Ping-saga on turmoil: a host for each service, a client for each customer,
//! UDP between them.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use turmoil::net::UdpSocket;

use crate::ping_saga::{LATENCY, LOSS_PPM, PingSaga};
use crate::saga::{PORT, Peer, Sent, orchestrate, pay, serve};

/// The messages sent in one run of `saga`.
pub(crate) fn run(saga: PingSaga, seed: u64) -> u64 {
    let mut sim = turmoil::Builder::new()
        .rng_seed(seed)
        .simulation_duration(Duration::from_secs(1_000_000))
        .tick_duration(Duration::from_millis(1))
        .min_message_latency(LATENCY[0])
        .max_message_latency(LATENCY[1])
        .fail_rate(f64::from(LOSS_PPM) / 1e6)
        .build();
    sim.set_message_latency_curve(SAME_MEAN_AS_UNIFORM);
    let sent = Sent::default();
    for name in SERVICES {
        let sent = Arc::clone(&sent);
        sim.host(name, move || {
            let sent = Arc::clone(&sent);
            async move {
                serve::<Udp>(sent).await;
                Ok(())
            }
        });
    }
    let orchestrator_sent = Arc::clone(&sent);
    sim.host(ORCHESTRATOR, move || {
        let sent = Arc::clone(&orchestrator_sent);
        async move {
            let [ledger, provider, rail] = SERVICES.map(address);
            orchestrate::<Udp>(saga, [ledger, provider, rail, ledger], sent).await;
            Ok(())
        }
    });
    for customer in 0..saga.customers {
        let sent = Arc::clone(&sent);
        sim.client(format!("customer-{customer}"), async move {
            pay::<Udp>(saga, customer, address(ORCHESTRATOR), sent).await;
            Ok(())
        });
    }
    sim.run().expect("every customer pays until all is paid");
    sent.load(Ordering::Relaxed)
}

fn address(name: &str) -> SocketAddr {
    (turmoil::lookup(name), PORT).into()
}

struct Udp(UdpSocket);

impl Peer for Udp {
    async fn bind() -> Self {
        let any = (IpAddr::from(Ipv4Addr::UNSPECIFIED), PORT);
        Self(UdpSocket::bind(any).await.expect("a host binds once"))
    }

    async fn send(&self, to: SocketAddr, datagram: &[u8]) {
        self.0.send_to(datagram, to).await.expect("the network takes whatever is sent");
    }

    async fn receive(&self, buffer: &mut [u8]) -> (usize, SocketAddr) {
        self.0.recv_from(buffer).await.expect("a socket stays open")
    }

    async fn timeout<F: Future + Send>(span: Duration, future: F) -> Option<F::Output> {
        tokio::time::timeout(span, future).await.ok()
    }

    fn spawn(task: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(task);
    }
}

const SERVICES: [&str; 3] = ["ledger", "provider", "rail"];
const ORCHESTRATOR: &str = "orchestrator";

/// Turmoil draws latencies from an exponential distribution, cut off at the
/// longest. With this rate their mean lies in the middle, as that of ours does.
const SAME_MEAN_AS_UNIFORM: f64 = 1.594;
