//! The risk service as an actor.

use std::time::Duration;

use model::{Answer, RiskDesk, RiskRequest, Verdict};
use sim::{Delivery, Domain};

use crate::message::{Envelope, Message};
use crate::system::{Effects, Entry, PaymentSystem};

/// The risk service; its verdicts are durable before it tells them.
#[derive(Clone, Debug)]
pub struct RiskService {
    desk: RiskDesk,
}

impl RiskService {
    pub(crate) fn boot(journal: &[Entry]) -> Self {
        let mut desk = RiskDesk::default();
        for entry in journal {
            if let Entry::Risk(entry) = entry {
                desk.restore(*entry);
            }
        }
        Self { desk }
    }

    pub(crate) fn on_message(
        &mut self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    ) {
        let Message::Assess(envelope, request) = delivery.message else { return };
        if out.disk_is_full() {
            out.send(delivery.from, Message::Assessed(envelope, Answer::Unavailable));
            return;
        }
        let now = Duration::from_nanos(out.wall().as_nanos());
        let verdict = verdict(system, &envelope, request, now);
        let (reply, entry) = self.desk.answer(request, now, verdict);
        if let Some(entry) = entry {
            out.append(Entry::Risk(entry));
            out.sync();
        }
        out.send(delivery.from, Message::Assessed(envelope, Answer::Risk(reply)));
    }
}

/// What a new assessment of this instrument will come to.
fn verdict(
    system: &PaymentSystem,
    envelope: &Envelope,
    request: RiskRequest,
    now: Duration,
) -> Verdict {
    let RiskRequest::Assess { .. } = request else { return Verdict::Now(false) };
    let settings = &system.plan.risk;
    let draw = system.draws.draw(VERDICT, &[envelope.token.0]);
    let approves = !settings.reject.hits(draw.split(REJECTED));
    if settings.review.hits(draw.split(REVIEWED)) {
        let after = draw.split(REVIEW_TIME).span(REVIEW_MIN, settings.review_max.max(REVIEW_MIN));
        return Verdict::At(now + after, approves);
    }
    Verdict::Now(approves)
}

const VERDICT: Domain = Domain(u64::from_le_bytes(*b"risk-say"));
const REJECTED: u64 = 1;
const REVIEWED: u64 = 2;
const REVIEW_TIME: u64 = 3;
const REVIEW_MIN: Duration = Duration::from_secs(30);
