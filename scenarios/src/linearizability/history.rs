//! What clients asked and were answered, read off a recorded run: what left them and what
//! came to them, and nothing of what is between.

use std::collections::BTreeMap;

use model::{Answer, LedgerRequest, TransferId, TransferKind};
use sim::{Happening, TraceEvent};

use super::keys::{KeyRequest, KeyStands, KeyTable};
use super::ledger::{LedgerState, LedgerStep, LedgerTable, is_bounded};
use super::{History, Operation};
use crate::message::{Asking, ClientReply, Envelope, Message};
use crate::party::ledger::grants;
use crate::party::{LEDGER, client_of};
use crate::plan::Plan;
use crate::system::PaymentSystem;

/// The histories of the ledger, as its callers have them: one for each group of accounts and
/// transfers whose answers depend on each other.
#[derive(Debug)]
pub struct Ledgers;

/// The histories of the idempotency store, as clients have them: one for each key.
#[derive(Debug)]
pub struct Keys;

type Events<'e> = &'e [TraceEvent<PaymentSystem>];

impl Ledgers {
    /// What workers asked of the ledger in a run of `plan`.
    pub fn histories(plan: &Plan, events: Events<'_>) -> Vec<History<LedgerTable>> {
        let mut calls = Calls::default();
        for (at, event) in events.iter().enumerate() {
            match &event.what {
                Happening::Sent(sending, Message::Book(envelope, request), fate)
                    if sending.to == LEDGER =>
                {
                    let key = (sending.from, envelope_words(envelope));
                    let copies = fate.delays().len();
                    calls.ask(at, key, copies, LedgerStep::Asked(request.clone()));
                    for hold in ending(request) {
                        calls.open(at, LedgerStep::Ends(hold));
                    }
                }
                Happening::Delivered(_, _, Message::Booked(envelope, answer)) => {
                    calls.answer(at, (event.role, envelope_words(envelope)), answer.clone());
                }
                Happening::Bounced(_, Message::Book(envelope, _)) => {
                    let key = (event.role, envelope_words(envelope));
                    calls.answer(at, key, Answer::Unavailable);
                }
                _ => {}
            }
        }
        let initial = LedgerState::funded(&grants(plan));
        let groups = grouped(calls.operations);
        groups.map(|operations| History { initial: initial.clone(), operations }).collect()
    }
}

impl Keys {
    /// What clients asked under each key in a run of `plan`; none where keys expire or orders
    /// are paid once, as a key then depends on others and on the time.
    pub fn histories(plan: &Plan, events: Events<'_>) -> Vec<History<KeyTable>> {
        if plan.key_lifetime.is_some() || plan.order_ref_unique {
            return Vec::new();
        }
        let mut by_key: BTreeMap<_, Calls<_, _, _>> = BTreeMap::new();
        let mut key_of = BTreeMap::new();
        for (at, event) in events.iter().enumerate() {
            match &event.what {
                Happening::Sent(sending, message, fate) if client_of(sending.from).is_some() => {
                    let (key, request) = match message {
                        Message::Create(it) => (it.key, KeyRequest::Create(it.fingerprint())),
                        Message::Refund(it) => (it.key, KeyRequest::Create(it.fingerprint())),
                        Message::Get(_, key) | Message::Cancel(_, key) => (*key, KeyRequest::Look),
                        _ => continue,
                    };
                    let asking = Asking { token: message.token(), number: sending.ordinal };
                    let whose = (asking.token.0, asking.number, kind(message));
                    key_of.insert((sending.from, whose), key);
                    let calls = by_key.entry(key).or_default();
                    calls.ask(at, (sending.from, whose), fate.delays().len(), request);
                }
                Happening::Delivered(_, _, message) if client_of(event.role).is_some() => {
                    let (Message::Created(asking, reply)
                    | Message::Refunded(asking, reply)
                    | Message::Got(asking, reply)
                    | Message::Cancelled(asking, reply)) = message
                    else {
                        continue;
                    };
                    let whose = (event.role, (asking.token.0, asking.number, kind(message)));
                    // It says that it knows of nothing, and not that nothing was done.
                    if *reply == ClientReply::Unavailable {
                        continue;
                    }
                    if let Some(calls) = key_of.get(&whose).and_then(|key| by_key.get_mut(key)) {
                        calls.answer(at, whose, *reply);
                    }
                }
                _ => {}
            }
        }
        let initial = KeyStands::Absent;
        by_key
            .into_values()
            .map(|calls| History { initial, operations: calls.operations })
            .collect()
    }
}

/// Requests, joined with their answers by a key.
struct Calls<K, Q, R> {
    operations: Vec<Operation<Q, R>>,
    asked: BTreeMap<K, Call>,
}

/// What was asked by one key.
#[derive(Clone, Copy)]
struct Call {
    /// When it was asked first.
    since: usize,
    /// Whether it was asked more than once: whoever repeats a call under the number that it
    /// had, the reconciler, can't tell which of them an answer is to.
    again: bool,
    /// The request that no answer has come to.
    waits: Option<usize>,
}

impl<K, Q, R> Default for Calls<K, Q, R> {
    fn default() -> Self {
        Self { operations: Vec::new(), asked: BTreeMap::new() }
    }
}

impl<K: Ord, Q: Clone, R> Calls<K, Q, R> {
    /// A request left, and the network makes so many copies of it: each may be done, and
    /// nobody tells which of them was answered.
    fn ask(&mut self, at: usize, key: K, copies: usize, request: Q) {
        let waits = Some(self.operations.len());
        self.asked
            .entry(key)
            .and_modify(|asked| (asked.again, asked.waits) = (true, waits))
            .or_insert(Call { since: at, again: false, waits });
        for _ in 0..copies.max(1) {
            self.open(at, request.clone());
        }
    }

    fn open(&mut self, at: usize, request: Q) {
        self.operations.push(Operation { request, invoked: at, returned: None });
    }

    /// An answer came; any more than the first are of copies. That to a repeated call is to
    /// something that was done since the first of them.
    fn answer(&mut self, at: usize, key: K, response: R) {
        let Some(asked) = self.asked.get_mut(&key) else { return };
        let Some(place) = asked.waits.take() else { return };
        let returned = Some((at, response));
        if asked.again {
            let request = self.operations[place].request.clone();
            self.operations.push(Operation { request, invoked: asked.since, returned });
        } else {
            self.operations[place].returned = returned;
        }
    }
}

const fn kind(message: &Message) -> u8 {
    match message {
        Message::Create(_) | Message::Created(..) => 0,
        Message::Refund(_) | Message::Refunded(..) => 1,
        Message::Get(..) | Message::Got(..) => 2,
        _ => 3,
    }
}

const fn envelope_words(envelope: &Envelope) -> [u64; 4] {
    let Envelope { token, operation, number, epoch, payment } = *envelope;
    [token.0 ^ payment.0.rotate_left(32), operation.0, number as u64, epoch as u64]
}

/// The holds of a request that end by themselves.
fn ending(request: &LedgerRequest) -> impl Iterator<Item = TransferId> + '_ {
    let transfers = match request {
        LedgerRequest::Create(transfers) => transfers.as_slice(),
        LedgerRequest::Lookup(_) | LedgerRequest::Available(_) => &[],
    };
    let timed = |kind| matches!(kind, TransferKind::PendingFor(1..));
    transfers.iter().filter(move |transfer| timed(transfer.kind)).map(|transfer| transfer.id)
}

type Asked = Operation<LedgerStep, Answer>;

/// Those together whose answers depend on one another: they name one transfer, or move money
/// of one account that has a limit. No other account refuses anything.
fn grouped(operations: Vec<Asked>) -> impl Iterator<Item = Vec<Asked>> {
    let mut group_of: BTreeMap<Named, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<Asked>> = Vec::new();
    for operation in operations {
        let named = named(&operation.request);
        let mut met: Vec<_> = named.iter().filter_map(|name| group_of.get(name).copied()).collect();
        met.sort_unstable();
        met.dedup();
        let home = met.first().copied().unwrap_or_else(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        for other in met.iter().skip(1) {
            let moved = std::mem::take(&mut groups[*other]);
            groups[home].extend(moved);
            group_of.values_mut().filter(|group| *group == other).for_each(|group| *group = home);
        }
        groups[home].push(operation);
        group_of.extend(named.into_iter().map(|name| (name, home)));
    }
    groups.into_iter().filter(|group| !group.is_empty())
}

/// What an answer of the ledger can depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    Transfer(TransferId),
    Account(model::AccountId),
}

fn named(request: &LedgerStep) -> Vec<Named> {
    match request {
        LedgerStep::Ends(hold) => vec![Named::Transfer(*hold)],
        LedgerStep::Asked(LedgerRequest::Lookup(ids)) => {
            ids.iter().copied().map(Named::Transfer).collect()
        }
        LedgerStep::Asked(LedgerRequest::Available(accounts)) => {
            accounts.iter().copied().map(Named::Account).collect()
        }
        LedgerStep::Asked(LedgerRequest::Create(transfers)) => transfers
            .iter()
            .flat_map(|transfer| {
                let accounts = [transfer.debit, transfer.credit].into_iter();
                let accounts = accounts.filter(|account| is_bounded(*account));
                let ids = [Some(transfer.id), transfer.kind.pending()].into_iter().flatten();
                ids.map(Named::Transfer).chain(accounts.map(Named::Account))
            })
            .collect(),
    }
}
