//! Ping-saga as async code: one program for every peer that runs such code.
//!
//! The messages, timeouts and numbers are those of the sans-IO ping-saga. What
//! an actor keeps between two events there is a task that waits here.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::ping_saga::{PATIENCE, PingSaga, RETRY};

/// A simulator of real async code.
pub(crate) trait Peer: Send + Sync + Sized + 'static {
    /// A datagram socket of the host that asks.
    fn bind() -> impl Future<Output = Self> + Send;
    fn send(&self, to: SocketAddr, datagram: &[u8]) -> impl Future<Output = ()> + Send;
    /// How many bytes came, and from whom.
    fn receive(&self, buffer: &mut [u8]) -> impl Future<Output = (usize, SocketAddr)> + Send;
    /// `None` if `span` was over first.
    fn timeout<F: Future + Send>(
        span: Duration,
        future: F,
    ) -> impl Future<Output = Option<F::Output>> + Send;
    fn spawn(task: impl Future<Output = ()> + Send + 'static);
}

/// How many messages were sent by anybody.
pub(crate) type Sent = Arc<AtomicU64>;

/// Answers each request.
pub(crate) async fn serve<P: Peer>(sent: Sent) {
    let socket = P::bind().await;
    loop {
        if let (Say::Ask(step, payment), from) = hear(&socket).await {
            tell(&socket, &sent, from, Say::Answer(step, payment)).await;
        }
    }
}

/// Takes each payment through its steps, a task each.
pub(crate) async fn orchestrate<P: Peer>(saga: PingSaga, services: [SocketAddr; 4], sent: Sent) {
    let socket = Arc::new(P::bind().await);
    let mut open: Vec<Option<(u64, mpsc::UnboundedSender<u8>)>> =
        vec![None; saga.customers as usize];
    loop {
        let (say, from) = hear(&*socket).await;
        match say {
            Say::Pay(payment) => match &mut open[(payment % saga.customers) as usize] {
                Some((newest, _)) if *newest > payment => {}
                Some((newest, answers)) if *newest == payment => {
                    if answers.is_closed() {
                        tell(&*socket, &sent, from, Say::Done(payment)).await;
                    }
                }
                newest => {
                    let (answers, inbox) = mpsc::unbounded_channel();
                    *newest = Some((payment, answers));
                    let (socket, sent) = (Arc::clone(&socket), Arc::clone(&sent));
                    P::spawn(async move {
                        take_through(&*socket, &sent, services, inbox, payment).await;
                        tell(&*socket, &sent, from, Say::Done(payment)).await;
                    });
                }
            },
            Say::Answer(step, payment) => match &open[(payment % saga.customers) as usize] {
                // Whoever has finished takes no more answers.
                Some((newest, answers)) if *newest == payment => drop(answers.send(step)),
                _ => {}
            },
            Say::Ask(..) | Say::Done(_) => {}
        }
    }
}

async fn take_through<P: Peer>(
    socket: &P,
    sent: &Sent,
    services: [SocketAddr; 4],
    mut inbox: mpsc::UnboundedReceiver<u8>,
    payment: u64,
) {
    for (step, service) in services.into_iter().enumerate() {
        let step = step as u8;
        loop {
            tell(socket, sent, service, Say::Ask(step, payment)).await;
            let answer = async { while inbox.recv().await.is_some_and(|of| of != step) {} };
            if P::timeout(RETRY, answer).await.is_some() {
                break;
            }
        }
    }
}

/// Pays one payment after another.
pub(crate) async fn pay<P: Peer>(
    saga: PingSaga,
    customer: u64,
    orchestrator: SocketAddr,
    sent: Sent,
) {
    let socket = P::bind().await;
    for payment in (0..saga.payments).map(|nth| customer + nth * saga.customers) {
        loop {
            tell(&socket, &sent, orchestrator, Say::Pay(payment)).await;
            let done = async { while hear(&socket).await.0 != Say::Done(payment) {} };
            if P::timeout(PATIENCE, done).await.is_some() {
                break;
            }
        }
    }
}

/// A step is the number of its service: reserve, authorize, settle, post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Say {
    Pay(u64),
    Ask(u8, u64),
    Answer(u8, u64),
    Done(u64),
}

async fn tell<P: Peer>(socket: &P, sent: &Sent, to: SocketAddr, say: Say) {
    let (kind, step, payment) = match say {
        Say::Pay(payment) => (0, 0, payment),
        Say::Ask(step, payment) => (1, step, payment),
        Say::Answer(step, payment) => (2, step, payment),
        Say::Done(payment) => (3, 0, payment),
    };
    let mut datagram = [kind, step, 0, 0, 0, 0, 0, 0, 0, 0];
    datagram[2..].copy_from_slice(&payment.to_le_bytes());
    sent.fetch_add(1, Ordering::Relaxed);
    socket.send(to, &datagram).await;
}

async fn hear<P: Peer>(socket: &P) -> (Say, SocketAddr) {
    let mut datagram = [0; 10];
    let (len, from) = socket.receive(&mut datagram).await;
    assert_eq!(len, datagram.len());
    let [kind, step, payment @ ..] = datagram;
    let payment = u64::from_le_bytes(payment);
    let say = match kind {
        0 => Say::Pay(payment),
        1 => Say::Ask(step, payment),
        2 => Say::Answer(step, payment),
        _ => Say::Done(payment),
    };
    (say, from)
}

/// The port that every host listens on.
pub(crate) const PORT: u16 = 4_000;
