//! The scenarios that are drawn for one incident, in worlds where everything that
//! happens is kept: what each was drawn for really happens there, and often.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::workflow::payin_card::steps;
use model::{
    ChargeEvent, Commit, Defects, EventId, IdempotencyKey, InboxChange, InboxEvent, Order, Outcome,
    PaymentId, Record, Refusal, StoreEntry, Tenant, Token,
};
use scenarios::fact::Fact;
use scenarios::message::{ClientReply, Message};
use scenarios::trial::Trial;
use scenarios::{Entry, PaymentSystem, catalog, trial};
use sim::{Happening, Seed, TraceEvent, VirtualTime};

/// Runs some worlds of a scenario, and shows each of them.
fn watch(name: &str, seeds: u64, mut see: impl FnMut(&Trial, &[TraceEvent<PaymentSystem>])) {
    let scenario = catalog::named(name).unwrap();
    for seed in 0..seeds {
        let (trial, trace) = trial::replay(scenario, Seed(seed), Defects::NONE);
        assert_eq!(trial.violations(), [], "{name}, seed {seed}");
        see(&trial, &trace.events);
    }
}

/// What the journals say so far.
#[derive(Default)]
struct Journals {
    records: BTreeMap<PaymentId, Vec<Record>>,
    /// The payment, payout or refund of each instrument.
    of: BTreeMap<Token, PaymentId>,
}

impl Journals {
    fn add(&mut self, commit: &Commit) {
        self.of.insert(commit.token, commit.payment);
        self.records.entry(commit.payment).or_default().extend_from_slice(&commit.records);
    }

    fn of(&self, payment: PaymentId) -> &[Record] {
        self.records.get(&payment).map_or(&[], Vec::as_slice)
    }

    /// The step that was intended for an instrument and came to nothing yet.
    fn awaited(&self, token: Token) -> Option<u8> {
        let records = self.of(*self.of.get(&token)?);
        let mut open = BTreeSet::new();
        for record in records {
            match record {
                Record::StepIntent { which, .. } => _ = open.insert(*which),
                Record::StepOutcome { which, .. } | Record::CompOutcome { which, .. } => {
                    open.remove(which);
                }
                _ => {}
            }
        }
        open.last().map(|which| which.step)
    }
}

fn committed(happening: &Happening<PaymentSystem>) -> Option<&Commit> {
    match happening {
        Happening::Appended(Entry::Store(StoreEntry::Committed(commit))) => Some(commit),
        _ => None,
    }
}

#[test]
fn customers_cancel_at_every_moment_of_a_payment_and_what_is_canceled_is_not_taken() {
    let mut at = BTreeMap::<&str, u32>::new();
    watch("cancel-races", 40, |_, events| {
        let (mut journals, mut canceled) = (Journals::default(), BTreeSet::new());
        for event in events {
            if let Some(commit) = committed(&event.what) {
                if commit.records.contains(&Record::CancelRequested) {
                    let moment = match journals.awaited(commit.token) {
                        Some(steps::AUTHORIZE) => "while it was being authorized",
                        Some(steps::HOLD) => "while it was being held",
                        _ => "otherwise",
                    };
                    *at.entry(moment).or_default() += 1;
                    canceled.insert(commit.token);
                }
                journals.add(commit);
            }
            match &event.what {
                Happening::Sent(_, Message::Cancelled(_, ClientReply::TooLate(_)), _) => {
                    *at.entry("too late").or_default() += 1;
                }
                Happening::Noted(Fact::Moved(token, ChargeEvent::Captured(_))) => {
                    assert!(!canceled.contains(token), "{token:?} is canceled, and was taken");
                }
                _ => {}
            }
        }
    });
    for (moment, least) in
        [("while it was being authorized", 50), ("while it was being held", 2), ("too late", 15)]
    {
        assert!(at.get(moment).is_some_and(|times| *times > least), "{moment}: {at:?}");
    }
}

#[test]
fn holds_end_at_the_issuer_while_nobody_knows_what_became_of_them() {
    let mut ended = BTreeMap::<Option<u8>, u32>::new();
    let mut silent = 0;
    watch("hold-expiry-in-doubt", 240, |trial, events| {
        let mut journals = Journals::default();
        for event in events {
            if let Some(commit) = committed(&event.what) {
                journals.add(commit);
            }
            if let Happening::Noted(Fact::Moved(token, ChargeEvent::Expired)) = event.what {
                *ended.entry(journals.awaited(token)).or_default() += 1;
            }
        }
        let struck = |name| trial.strikes.iter().any(|(known, times)| *known == name && *times > 0);
        silent += u32::from(struck("no-answer") || struck("late-answer"));
    });
    let in_doubt = |step| ended.get(&Some(step)).copied().unwrap_or(0);
    let in_doubt = in_doubt(steps::AUTHORIZE) + in_doubt(steps::CAPTURE);
    assert!(in_doubt > 1, "{in_doubt} holds ended in doubt: {ended:?}");
    assert!(silent > 20, "banks are silent in {silent} worlds");
}

#[test]
fn tenants_have_payments_of_their_own_under_the_same_key() {
    let (mut shared, mut mismatches) = (0, 0);
    watch("tenant-isolation", 30, |trial, events| {
        let mut owners = BTreeMap::<IdempotencyKey, BTreeMap<Tenant, PaymentId>>::new();
        for event in events {
            for record in committed(&event.what).into_iter().flat_map(|commit| &commit.records) {
                if let Record::Accepted(intent) = record
                    && matches!(intent.order, Order::PayIn(_))
                {
                    owners.entry(intent.key).or_default().insert(intent.tenant, intent.payment);
                }
            }
            if let Happening::Sent(_, Message::Created(_, ClientReply::Mismatch), _) = event.what {
                mismatches += 1;
            }
        }
        for payments in owners.values().filter(|payments| payments.len() > 1) {
            let distinct: BTreeSet<_> = payments.values().collect();
            assert_eq!(distinct.len(), payments.len(), "each has its own: {payments:?}");
            shared += 1;
        }
        let tenants = trial.plan.operations.iter().map(|operation| operation.tenant);
        assert!(tenants.collect::<BTreeSet<_>>().len() > 2);
    });
    assert!(shared > 150, "{shared} keys are those of several tenants");
    assert!(mismatches > 20, "{mismatches} keys were taken for second amounts");
}

#[test]
fn webhooks_are_there_before_the_answer_and_are_enough_where_it_never_comes() {
    let (mut before, mut alone) = (0, 0);
    watch("webhook-before-reply", 30, |_, events| {
        let mut answered = BTreeSet::<Token>::new();
        for event in events {
            match &event.what {
                Happening::Delivered(_, _, Message::Provided(envelope, _)) => {
                    answered.insert(envelope.token);
                }
                Happening::Delivered(_, _, Message::Webhook(webhook)) => {
                    before += u32::from(!answered.contains(&webhook.token));
                }
                _ => {}
            }
            if let Some(commit) = committed(&event.what)
                && commit
                    .inbox
                    .iter()
                    .any(|it| matches!(it, InboxChange::Found(_, InboxEvent::Fits)))
                && commit.records.iter().any(|it| matches!(it, Record::StepOutcome { .. }))
            {
                alone += u32::from(!answered.contains(&commit.token));
            }
        }
    });
    assert!(before > 100, "{before} webhooks were there before any answer");
    assert!(alone > 20, "{alone} payments went on by a webhook alone");
}

#[test]
fn webhooks_are_taken_in_days_after_they_were_sent_and_change_nothing_that_is_over() {
    let (mut late, mut stale_after_the_end) = (0, 0);
    watch("webhooks-days-late", 30, |_, events| {
        let mut first_sent = BTreeMap::<EventId, VirtualTime>::new();
        let (mut over, mut about) = (BTreeSet::new(), BTreeMap::new());
        for event in events {
            match &event.what {
                Happening::Sent(_, Message::Webhook(webhook), _) => {
                    first_sent.entry(webhook.event).or_insert(event.at);
                    about.insert(webhook.event, webhook.token);
                }
                Happening::Appended(Entry::Store(StoreEntry::Received(webhook, _))) => {
                    let sent = first_sent.get(&webhook.event).copied().unwrap_or(event.at);
                    late += u32::from(event.at.since(sent) > DAY);
                    stale_after_the_end += u32::from(over.contains(&webhook.token));
                }
                _ => {}
            }
            if let Some(commit) = committed(&event.what)
                && commit.records.contains(&Record::Terminal)
            {
                over.insert(commit.token);
            }
        }
    });
    assert!(late > 15, "{late} were taken in a day or more after they were first sent");
    assert!(stale_after_the_end > 40, "{stale_after_the_end} came when all was over");
}

#[test]
fn an_event_is_told_many_times_and_changes_something_once() {
    let (mut events_told, mut deliveries, mut most) = (0, 0, 0);
    watch("duplicate-webhooks", 20, |_, events| {
        let mut told = BTreeMap::<EventId, u32>::new();
        let mut fitted = BTreeMap::<EventId, u32>::new();
        for event in events {
            if let Happening::Delivered(_, _, Message::Webhook(webhook)) = &event.what {
                *told.entry(webhook.event).or_default() += 1;
            }
            for change in committed(&event.what).into_iter().flat_map(|commit| &commit.inbox) {
                if let InboxChange::Found(event, InboxEvent::Fits) = change {
                    *fitted.entry(*event).or_default() += 1;
                }
            }
        }
        assert!(fitted.values().all(|times| *times == 1), "{fitted:?}");
        events_told += told.len() as u32;
        deliveries += told.values().sum::<u32>();
        most = most.max(told.values().copied().max().unwrap_or(0));
    });
    assert!(deliveries * 2 > 3 * events_told, "{deliveries} deliveries of {events_told} events");
    assert!(most > 4, "one event was delivered {most} times");
}

#[test]
fn another_provider_takes_what_the_first_one_certainly_does_not_have() {
    let (mut taken_over, mut outages) = (0, 0);
    watch("outage-failover", 60, |trial, events| {
        let mut journals = Journals::default();
        for event in events {
            if let Some(commit) = committed(&event.what) {
                journals.add(commit);
            }
        }
        for records in journals.records.values() {
            let tries: Vec<_> = records.iter().filter_map(first_asked).collect();
            let elsewhere = tries.windows(2).any(|pair| pair[0] != pair[1]);
            let sure = records.iter().any(|record| match record {
                Record::StepOutcome { which, outcome: Outcome::Refused(refusal) } => {
                    which.step == steps::AUTHORIZE && *refusal == Refusal::FailedDefinite
                }
                Record::CompOutcome { which, .. } => which.step == steps::AUTHORIZE,
                _ => false,
            });
            let taken = records.contains(&Record::PivotCommitted);
            taken_over += u32::from(elsewhere && sure && taken);
        }
        let out = trial.strikes.iter().find(|(name, _)| *name == "hard-outage");
        outages += u32::from(out.is_some_and(|(_, requests)| *requests > 0));
    });
    assert!(outages > 20, "a provider was out in {outages} worlds");
    assert!(taken_over > 40, "{taken_over} payments were taken by another provider");
}

/// The provider that an attempt at an authorization goes to.
fn first_asked(record: &Record) -> Option<model::ProviderId> {
    match record {
        Record::StepIntent { which, provider, .. } if which.step == steps::AUTHORIZE => *provider,
        _ => None,
    }
}

#[test]
fn disputes_are_opened_while_refunds_are_under_way_and_what_is_disputed_is_not_given_back() {
    let (mut during, mut flagged, mut refused) = (0, 0, 0);
    watch("dispute-during-refund", 30, |_, events| {
        let (mut journals, mut refunds) = (Journals::default(), BTreeMap::new());
        for event in events {
            if let Some(commit) = committed(&event.what) {
                for record in &commit.records {
                    match record {
                        Record::Accepted(intent) => {
                            if let Order::Refund(refund) = intent.order {
                                refunds.insert(intent.payment, refund.of);
                            }
                        }
                        Record::Terminal => _ = refunds.remove(&commit.payment),
                        Record::Flagged => flagged += 1,
                        _ => {}
                    }
                }
                journals.add(commit);
            }
            match &event.what {
                Happening::Noted(Fact::Moved(token, ChargeEvent::Disputed(_))) => {
                    let payment = journals.of.get(token);
                    let under_way = refunds.values().any(|of| Some(of) == payment);
                    during += u32::from(under_way);
                }
                Happening::Sent(_, Message::Refunded(_, ClientReply::NotRefundable), _) => {
                    refused += 1;
                }
                _ => {}
            }
        }
    });
    assert!(during > 20, "{during} disputes were opened while a refund was under way");
    assert!(flagged > 20, "a person was told {flagged} times");
    assert!(refused > 20, "{refused} refunds were refused");
}

#[test]
fn half_a_year_has_weeks_without_an_event_and_what_comes_months_later() {
    let (mut quiet, mut late_disputes, mut late_returns) = (0, 0, 0);
    watch("sparse-calendar", 20, |trial, events| {
        assert!(trial.ended_at.since(VirtualTime::ZERO) > 180 * DAY);
        let (mut captured, mut remitted) = (BTreeMap::new(), BTreeMap::new());
        let mut last = VirtualTime::ZERO;
        for event in events {
            match &event.what {
                Happening::Delivered(..) => {
                    quiet += u32::from(event.at.since(last) > 3 * DAY);
                    last = event.at;
                }
                Happening::Noted(Fact::Moved(token, ChargeEvent::Captured(_))) => {
                    captured.insert(*token, event.at);
                }
                Happening::Noted(Fact::Moved(token, ChargeEvent::Disputed(_))) => {
                    let after = captured.get(token).map(|at| event.at.since(*at));
                    late_disputes += u32::from(after.is_some_and(|after| after > 60 * DAY));
                }
                Happening::Sent(_, Message::Remit(envelope, _), _) => {
                    remitted.entry(envelope.token).or_insert(event.at);
                }
                Happening::Sent(_, Message::Return(notice), _) => {
                    let after = remitted.get(&notice.destination).map(|at| event.at.since(*at));
                    late_returns += u32::from(after.is_some_and(|after| after > 20 * DAY));
                }
                _ => {}
            }
        }
    });
    assert!(quiet > 40, "{quiet} times, nothing happened for three days");
    assert!(late_disputes > 10, "{late_disputes} disputes after two months");
    assert!(late_returns > 5, "{late_returns} returns after three weeks");
}

const DAY: Duration = Duration::from_secs(86_400);
