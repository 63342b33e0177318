//! Where a user's orchestrator says what should happen.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{
    Dialect, LedgerRequest, Notice, PaymentId, ProviderId, ProviderRequest, RiskRequest, Status,
};
use sim::VirtualTime;

use super::Orchestrator;
use super::incoming::{Caller, Ticket, Webhooked};
use super::office::Kept;
use crate::bounds;
use crate::fact::Endpoint;
use crate::message::{ClientReply, Message, Receipt};
use crate::party::{LEDGER, RISK, provider_role};
use crate::system::{Effects, Entry, PaymentSystem, Timer};

/// The desk: clocks to read, and what should happen, which happens in the order in
/// which it was said. Nothing said after [`sync`](Self::sync) happens before the
/// journal is durable.
#[derive(Debug)]
pub struct Desk<'d, O: Orchestrator> {
    pub(super) system: &'d PaymentSystem,
    pub(super) out: &'d mut Effects,
    pub(super) reminders: &'d mut Reminders<O::Timer>,
}

/// What timers that were set since the boot remind of.
#[derive(Clone, Debug)]
pub(crate) struct Reminders<T> {
    set: u64,
    open: BTreeMap<u64, T>,
}

impl<T> Default for Reminders<T> {
    fn default() -> Self {
        Self { set: 0, open: BTreeMap::new() }
    }
}

impl<T> Reminders<T> {
    pub(super) fn take(&mut self, number: u64) -> Option<T> {
        self.open.remove(&number)
    }
}

impl<O: Orchestrator> Desk<'_, O> {
    /// The time since the boot, on the machine's own monotonic clock, which may
    /// drift: for timeouts.
    pub fn monotonic(&self) -> Duration {
        self.out.monotonic()
    }

    /// The date, on the machine's own wall clock, which may be wrong, or jump.
    pub fn wall(&self) -> VirtualTime {
        self.out.wall()
    }

    /// Whether the disk was full at the boot and still is: then nothing can be
    /// appended, and an append crashes.
    pub fn disk_is_full(&self) -> bool {
        self.out.disk_is_full()
    }

    /// The providers that there are, in order.
    pub fn providers(&self) -> impl Iterator<Item = ProviderId> + use<O> {
        (0..self.system.rules.providers.len() as u8).map(ProviderId)
    }

    /// What is documented of the habits of a provider.
    pub fn dialect(&self, provider: ProviderId) -> &Dialect {
        self.system.rules.dialect(provider)
    }

    /// How long after the last sending of a request no copy of it can take effect
    /// any more, and no index lags behind it: what is not found then never will
    /// be.
    pub const fn never_found_after(&self) -> Duration {
        bounds::never_found()
    }

    /// How long a provider that answers at all takes at most for it.
    pub const fn provider_timeout(&self) -> Duration {
        bounds::PROVIDER_TIMEOUT
    }

    /// Adds `record` to the journal. It is not durable before
    /// [`sync`](Self::sync).
    pub fn append(&mut self, record: O::Record) {
        self.out.append(Entry::Own(Kept::new(record)));
    }

    /// Makes the journal durable before whatever is said next.
    pub fn sync(&mut self) {
        self.out.sync();
    }

    /// Adds `record` to the journal, and makes it durable: write, then act.
    pub fn keep(&mut self, record: O::Record) {
        self.append(record);
        self.sync();
    }

    /// Writes `record` in place of the whole journal, all or nothing.
    pub fn compact(&mut self, record: O::Record) {
        self.out.compact(Entry::Own(Kept::new(record)));
    }

    /// Sets a timer: unless a crash comes before, the world does not end before
    /// it has run out.
    pub fn remind(&mut self, after: Duration, timer: O::Timer) {
        self.reminders.set += 1;
        self.reminders.open.insert(self.reminders.set, timer);
        self.out.set_timer(after, Timer::Own(self.reminders.set));
    }

    /// Answers a client.
    pub fn reply(&mut self, to: &Caller, reply: ClientReply) {
        let message = match to.endpoint {
            Endpoint::Create if to.is_refund => Message::Refunded(to.asking, reply),
            Endpoint::Create => Message::Created(to.asking, reply),
            Endpoint::Get => Message::Got(to.asking, reply),
            Endpoint::Cancel => Message::Cancelled(to.asking, reply),
        };
        self.out.send(to.client, message);
    }

    /// Tells the shop of whoever asked how the payment stands, unasked: m17. It
    /// answers [`Incoming::NoticeAck`](super::Incoming::NoticeAck).
    pub fn notify(&mut self, whom: &Caller, payment: PaymentId, status: Status) {
        let notice = Notice { payment, token: whom.token(), status };
        self.out.send(whom.client, Message::Notice(notice));
    }

    /// Asks the risk service: m3.
    pub fn ask_risk(&mut self, ticket: Ticket, request: RiskRequest) {
        self.out.send(RISK, Message::Assess(ticket.envelope(), request));
    }

    /// Asks the ledger: m5. [`Books`](super::Books) makes the usual requests.
    pub fn ask_ledger(&mut self, ticket: Ticket, request: LedgerRequest) {
        self.out.send(LEDGER, Message::Book(ticket.envelope(), request));
    }

    /// Asks a provider: m6 to m10.
    pub fn ask_provider(&mut self, ticket: Ticket, whom: ProviderId, request: ProviderRequest) {
        self.out.send(provider_role(whom), Message::Provide(ticket.envelope(), request));
    }

    /// Acknowledges a webhook with 2xx, or asks with 503 that it comes again.
    pub fn acknowledge(&mut self, what: &Webhooked, taken: bool) {
        let Webhooked { webhook, from } = *what;
        let receipt = Receipt { event: webhook.event, token: webhook.token, taken };
        self.out.send(from, Message::WebhookReply(receipt));
    }
}
