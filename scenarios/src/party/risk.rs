//! The risk service as an actor.

use std::sync::Arc;
use std::time::Duration;

use model::{Answer, OperationId, RiskDesk, RiskEntry, RiskRequest, Token, Verdict};
use sim::{Delivery, Domain, Draws};

use crate::fact::Fact;
use crate::message::{Message, kinds};
use crate::party::RISK;
use crate::party::idle::Idle;
use crate::plan::{Blow, Encounter, Plan};
use crate::snapshot::Snapshot;
use crate::system::{Effects, Entry, PaymentSystem};

/// The risk service; its verdicts are durable before it tells them.
#[derive(Clone, Debug)]
pub struct RiskService {
    desk: RiskDesk,
    /// Operations that were assessed, and not filed.
    assessed: Idle<OperationId>,
}

impl RiskService {
    /// What is not put away, and the bytes of what is.
    pub(crate) fn footprint(&self) -> (usize, usize) {
        self.desk.footprint()
    }

    pub(crate) fn boot(journal: &[Entry], out: &mut Effects) -> Self {
        let mut desk = RiskDesk::default();
        for entry in journal {
            match entry {
                Entry::Risk(entry) => desk.restore(*entry),
                Entry::Snapshot(Snapshot::Risk(snapshot)) => desk = RiskDesk::clone(snapshot),
                _ => {}
            }
        }
        let mut assessed = Idle::new();
        for operation in desk.unfiled() {
            assessed.add(out.monotonic(), operation);
        }
        Self { desk, assessed }
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
        let said = said(&system.plan, &system.draws, envelope.token);
        let verdict = match said {
            _ if !matches!(request, RiskRequest::Assess { .. }) => Verdict::Now(false),
            Some((Blow::Reviewed(after, approves), _)) => Verdict::At(now + after, approves),
            Some(_) => Verdict::Now(false),
            None => Verdict::Now(true),
        };
        let (reply, entry) = self.desk.answer(request, now, verdict);
        if let Some(entry) = entry {
            out.append(Entry::Risk(entry));
            out.sync();
            if let RiskEntry::Assessed(operation, _) = entry {
                self.assessed.add(out.monotonic(), operation);
                if let Some((_, Some(stroke))) = said {
                    out.note(Fact::Befell(stroke));
                }
            }
        }
        out.send(delivery.from, Message::Assessed(envelope, Answer::Risk(reply)));
        self.compact(system, now, out);
    }

    /// Files verdicts that were given long ago, and writes what is left.
    fn compact(&mut self, system: &PaymentSystem, now: Duration, out: &mut Effects) {
        let live = self.desk.footprint().0;
        let ripe = self.assessed.ripe(out.monotonic(), &system.compaction, live);
        if let Some(operations) = ripe {
            for operation in self.desk.file(operations, now) {
                self.assessed.add(out.monotonic(), operation);
            }
            out.compact(Entry::Snapshot(Snapshot::Risk(Arc::new(self.desk.clone()))));
        }
    }
}

/// What the service says to every new assessment of this instrument, unless it
/// approves at once: drawn, or by the stroke of this id.
fn said(plan: &Plan, draws: &Draws, token: Token) -> Option<(Blow, Option<u32>)> {
    let strokes = plan.strokes.on(&assessment(token));
    let planned = strokes.iter().find(|s| matches!(s.blow, Blow::Rejected | Blow::Reviewed(..)));
    if let Some(stroke) = planned {
        return Some((stroke.blow, Some(stroke.id)));
    }
    Some((drawn_verdict(plan, draws, token)?, None))
}

/// What the rates of the plan draw for this instrument, unless it is approved.
pub(crate) fn drawn_verdict(plan: &Plan, draws: &Draws, token: Token) -> Option<Blow> {
    let settings = &plan.risk;
    let draw = draws.draw(VERDICT, &[token.0]);
    let rejects = settings.reject.hits(draw.split(REJECTED));
    if settings.review.hits(draw.split(REVIEWED)) {
        let after = draw.split(REVIEW_TIME).span(REVIEW_MIN, settings.review_max.max(REVIEW_MIN));
        return Some(Blow::Reviewed(after, !rejects));
    }
    rejects.then_some(Blow::Rejected)
}

/// The assessment of this instrument, by what it is about.
pub(crate) fn assessment(token: Token) -> Encounter {
    Encounter { party: RISK, request: kinds::ASSESS, token, ordinal: 1 }
}

const VERDICT: Domain = Domain(u64::from_le_bytes(*b"risk-say"));
const REJECTED: u64 = 1;
const REVIEWED: u64 = 2;
const REVIEW_TIME: u64 = 3;
const REVIEW_MIN: Duration = Duration::from_secs(30);
