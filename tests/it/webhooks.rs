//! Webhooks, in worlds where everything that happens is kept: what was told is
//! durable before it is acknowledged, and settles what waits for it.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    ChargeState, Defects, EventId, InboxChange, InboxEvent, InboxState, News, ProviderRequest,
    StoreEntry, Token, Webhook,
};
use scenarios::message::Message;
use scenarios::party::INGRESS;
use scenarios::{Entry, catalog, trial};
use sim::{Happening, Seed};

/// What was seen in some worlds.
#[derive(Default)]
struct Seen {
    acknowledged: u32,
    /// Events that were acknowledged before the store had them.
    too_early: u32,
    /// Events that came to the ingress before any answer about their payment
    /// had left the provider.
    overtaking: u32,
    states: BTreeMap<InboxState, u32>,
    /// Decisions that took an issuer its time, and that followed from a webhook
    /// without another query.
    unasked: u32,
}

#[test]
fn what_is_acknowledged_is_durable_and_what_an_issuer_decides_late_needs_no_query() {
    let seen = watch();
    assert!(seen.acknowledged > 300, "{} acknowledged", seen.acknowledged);
    assert_eq!(seen.too_early, 0);
    assert!(seen.overtaking > 10, "{} overtook the answer", seen.overtaking);
    assert!(seen.unasked > 10, "{} were settled without a query", seen.unasked);
    for state in [InboxState::Applied, InboxState::Stale] {
        assert!(seen.states.get(&state).is_some_and(|n| *n > 30), "{state}: {:?}", seen.states);
    }
    assert_eq!(seen.states.get(&InboxState::Dead), None, "nobody is asked to look");
}

#[test]
fn a_world_without_webhooks_has_no_ingress() {
    let (_, trace) = trial::replay(catalog::named("calm-day").unwrap(), Seed(1), Defects::NONE);
    assert!(trace.events.iter().all(|event| event.role != INGRESS));
}

fn watch() -> Seen {
    let scenario = catalog::named("webhook-weather").unwrap();
    let mut seen = Seen::default();
    for seed in 0..30 {
        let (_, trace) = trial::replay(scenario, Seed(seed), Defects::NONE);
        let mut rows = BTreeMap::<EventId, InboxState>::new();
        let (mut answered, mut queried) = (BTreeSet::<Token>::new(), BTreeSet::<Token>::new());
        let mut decided_late = BTreeMap::<EventId, Token>::new();
        for event in &trace.events {
            match &event.what {
                Happening::Appended(Entry::Store(StoreEntry::Received(webhook, state))) => {
                    rows.insert(webhook.event, *state);
                    if is_late_decision(webhook) {
                        decided_late.insert(webhook.event, webhook.token);
                        queried.remove(&webhook.token);
                    }
                }
                Happening::Appended(Entry::Store(StoreEntry::Committed(commit))) => {
                    for change in &commit.inbox {
                        let InboxChange::Found(event, found) = change else { continue };
                        let state = rows.get_mut(event).unwrap();
                        *state = state.next(*found).unwrap();
                        let late = decided_late.get(event);
                        let unasked = late.is_some_and(|token| !queried.contains(token));
                        seen.unasked += u32::from(*found == InboxEvent::Fits && unasked);
                    }
                }
                Happening::Sent(_, message, _) => match message {
                    Message::WebhookReply(receipt) if receipt.taken => {
                        seen.acknowledged += 1;
                        seen.too_early += u32::from(!rows.contains_key(&receipt.event));
                    }
                    Message::Provided(envelope, _) => {
                        answered.insert(envelope.token);
                    }
                    Message::Provide(envelope, ProviderRequest::Query { .. }) => {
                        queried.insert(envelope.token);
                    }
                    _ => {}
                },
                Happening::Delivered(_, _, Message::Webhook(webhook)) => {
                    seen.overtaking += u32::from(!answered.contains(&webhook.token));
                }
                _ => {}
            }
        }
        for state in rows.into_values() {
            *seen.states.entry(state).or_default() += 1;
        }
    }
    seen
}

/// Whether it tells of a second version: of what an issuer said about an
/// authorization that it had deferred.
fn is_late_decision(webhook: &Webhook) -> bool {
    let decided =
        matches!(webhook.news, News::Stands(ChargeState::Authorized | ChargeState::Declined, _));
    decided && webhook.version == 2
}
