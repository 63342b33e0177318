//! What a provider has durably: its books, and how often it executed what.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use model::{
    Archive, Aside, ChargeId, Dialect, DisputeEvent, Movement, OperationId, ProviderBooks,
    ProviderId, ProviderRequest, Teller, Token,
};

use sim::VirtualTime;

use super::outbox::Outbox;
use super::{ProviderEntry, settling};
use crate::party::statement::Statement;
use crate::plan::Plan;
use crate::system::PaymentSystem;

/// Everything that a provider's journal comes to.
#[derive(Clone, Debug, Hash)]
pub struct ProviderState {
    pub(super) books: ProviderBooks,
    /// What it tells by itself, if it does.
    pub(super) outbox: Option<Outbox>,
    /// What it settles by files, if it does.
    pub(super) statement: Aside<Statement>,
    won: Won,
    /// How often each kind of request was executed for each instrument.
    executions: BTreeMap<Token, [u32; KINDS]>,
    /// The same of instruments whose charges are closed.
    closed: Archive<[u8; KINDS]>,
}

/// When disputes were won: whoever objects counts from then on.
#[derive(Clone, Debug, Default)]
struct Won(BTreeMap<ChargeId, Duration>);

/// It has the digest of the movements that tell it, which is theirs.
impl Hash for Won {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl ProviderState {
    /// Of the provider `id` in this world.
    pub(super) fn of(system: &PaymentSystem, id: ProviderId) -> Self {
        let dialect = system.rules.dialect(id).clone();
        let mut state = Self::new(id, dialect, &system.plan);
        let since = |at: VirtualTime| Duration::from_nanos(at.as_nanos());
        let times = system.plan.replays(id).map(|r| (since(r.from), since(r.until))).collect();
        state.outbox = state.outbox.map(|outbox: Outbox| outbox.keeping(times));
        state
    }

    fn new(id: ProviderId, dialect: Dialect, plan: &Plan) -> Self {
        let tells = plan.webhooks && !dialect.webhooks.retries_for.is_zero();
        Self {
            statement: Aside(settling::statement(plan, Teller::Provider(id))),
            outbox: tells.then(|| Outbox::new(id, dialect.webhooks.signed)),
            books: ProviderBooks::new(id, dialect),
            won: Won::default(),
            executions: BTreeMap::new(),
            closed: Archive::default(),
        }
    }

    /// Changes it by an entry of the journal.
    pub(super) fn restore(&mut self, plan: &Plan, entry: &ProviderEntry) {
        if let (Some(movement), Some(at)) = (entry.movement(), entry.at()) {
            self.enter(plan, &entry.referred(movement), at);
        }
        match entry {
            ProviderEntry::Executed(request, doing, movement) => {
                self.count(request, doing.token);
                self.tell(movement.as_ref(), doing.now);
                self.books.execute(request, &doing.execution());
            }
            ProviderEntry::Matured(charge, now, movement) => {
                self.tell(Some(movement), *now);
                self.books.mature(*charge, *now);
            }
            ProviderEntry::RefundMatured(reference, now, movement) => {
                self.tell_about(movement, *reference, *now);
                self.books.mature_refund(*reference, *now);
            }
            ProviderEntry::Disputed(charge, event, now, respond_by, movement) => {
                self.tell(Some(movement), *now);
                self.dispute(*charge, *event, *now, *respond_by);
            }
            ProviderEntry::RefundedByHand(charge, share, now, movement) => {
                self.tell(Some(movement), *now);
                self.books.refund_by_hand(*charge, *share, *now);
            }
            ProviderEntry::TookAfterAll(charge, now, movement) => {
                self.tell(Some(movement), *now);
                self.books.take_after_all(*charge, movement.charge.money, *now);
            }
            ProviderEntry::Begun(request, doing) => self.books.begin(request, &doing.execution()),
            ProviderEntry::TurnedAway(request, ordinal, reply) => {
                self.books.turn_away(request, *ordinal, *reply);
            }
            ProviderEntry::Told(event) => {
                if let Some(outbox) = &mut self.outbox {
                    outbox.delivered(*event);
                }
            }
            ProviderEntry::Wrote(writing) => {
                if let Some(statement) = self.statement.as_mut() {
                    statement.take(writing);
                }
            }
            ProviderEntry::Delivered(file) => {
                if let Some(statement) = self.statement.as_mut() {
                    statement.acknowledge(*file);
                }
            }
        }
    }

    /// A file has to tell of `movement`, which happened `at` that time of the
    /// world, if it moves money between the provider and us.
    pub(super) fn enter(&mut self, plan: &Plan, movement: &Movement, at: Duration) {
        if let Some(statement) = self.statement.as_mut()
            && let Some(entry) = settling::entry_of(plan, movement, plan.begins.since_1970() + at)
        {
            statement.enter(entry);
        }
    }

    /// Changes the dispute over `charge` at `now`: all of what was taken is disputed.
    pub(super) fn dispute(
        &mut self,
        charge: ChargeId,
        event: DisputeEvent,
        now: Duration,
        respond_by: Duration,
    ) -> Option<Movement> {
        if event != DisputeEvent::Opened {
            let movement = self.books.dispute(charge, event).ok().flatten();
            if movement.is_some() && event == DisputeEvent::Won {
                self.won.0.entry(charge).or_insert(now);
            }
            return movement;
        }
        let taken = self.books.charge(charge)?.captured;
        self.books.open_dispute(charge, taken, respond_by).ok()
    }

    /// When the dispute over `charge` was won first, if it was.
    pub(super) fn won_at(&self, charge: ChargeId) -> Option<Duration> {
        self.won.0.get(&charge).copied()
    }

    fn tell(&mut self, movement: Option<&Movement>, at: Duration) {
        if let Some(movement) = movement {
            self.tell_about(movement, movement.charge.reference, at);
        }
    }

    fn tell_about(&mut self, movement: &Movement, reference: OperationId, at: Duration) {
        if let Some(outbox) = &mut self.outbox {
            outbox.take(movement, reference, at);
        }
    }

    /// Counts one more execution for this instrument: the how-manieth it is.
    pub(super) fn count(&mut self, request: &ProviderRequest, token: Token) -> u32 {
        let closed = &self.closed;
        let before = || closed.get(token.0).copied().unwrap_or_default().map(u32::from);
        let counts = self.executions.entry(token).or_insert_with(before);
        let count = &mut counts[usize::from(kind(request)) - 1];
        *count += 1;
        *count
    }

    /// Closes those of the charges of `references` whose story is over; tells
    /// which are not.
    pub(super) fn close(
        &mut self,
        references: Vec<OperationId>,
        now: Duration,
    ) -> Vec<OperationId> {
        let closing = self.books.close(references.clone(), now);
        let books = &self.books;
        self.won.0.retain(|charge, _| books.charge(*charge).is_some());
        if let Some(outbox) = &mut self.outbox {
            let open = |reference: &OperationId| closing.open.contains(reference);
            let closed: Vec<_> = references.into_iter().filter(|r| !open(r)).collect();
            outbox.close(&closing.tokens, &closed);
        }
        let mut batch = Vec::with_capacity(closing.tokens.len());
        for token in closing.tokens {
            let Some(counts) = self.executions.get(&token) else { continue };
            let short = counts.map(u8::try_from);
            if self.closed.get(token.0).is_none() && short.iter().all(Result::is_ok) {
                batch.push((token.0, short.map(Result::unwrap_or_default)));
                self.executions.remove(&token);
            }
        }
        self.closed.keep(batch);
        closing.open
    }

    /// How many charges are open, and the bytes that the closed ones take.
    pub(crate) fn footprint(&self) -> (usize, usize) {
        let (open, closed) = self.books.footprint();
        (open, closed + self.closed.bytes())
    }
}

fn kind(request: &ProviderRequest) -> u8 {
    match request {
        ProviderRequest::Authorize { .. } => 1,
        ProviderRequest::Capture { .. } => 2,
        ProviderRequest::VoidByReference { .. } => 3,
        ProviderRequest::Query { .. } => 4,
        ProviderRequest::Refund { .. } => 5,
        ProviderRequest::Contest { .. } => 6,
    }
}

const KINDS: usize = 6;
