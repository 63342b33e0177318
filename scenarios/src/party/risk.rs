//! The risk service as an actor.

use std::sync::Arc;
use std::time::Duration;

use model::{
    Answer, OperationId, ReviewDecided, ReviewEntry, Reviews, RiskDesk, RiskEntry, RiskRequest,
    Token, Verdict,
};
use sim::{Delivery, Domain, Draws};

use crate::fact::Fact;
use crate::message::{Envelope, Message, Receipt, kinds};
use crate::party::idle::Idle;
use crate::party::{INGRESS, RISK};
use crate::plan::{Blow, Encounter, Plan};
use crate::snapshot::Snapshot;
use crate::system::{Effects, Entry, PaymentSystem, Timer};

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
        for operation in desk.reviews().into_iter().flat_map(Reviews::waiting) {
            out.set_timer(Duration::ZERO, Timer::Review(operation, 0));
        }
        Self { desk, assessed }
    }

    pub(crate) fn on_message(
        &mut self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    ) {
        let (envelope, request) = match delivery.message {
            Message::Assess(envelope, request) => (envelope, request),
            Message::ReviewAck(receipt) => return self.on_receipt(&receipt, out),
            _ => return,
        };
        if out.disk_is_full() {
            out.send(delivery.from, Message::Assessed(envelope, Answer::Unavailable));
            return;
        }
        let now = Duration::from_nanos(out.wall().as_nanos());
        let said = said(&system.plan, &system.draws, envelope.token);
        let verdict = match said {
            _ if !matches!(request, RiskRequest::Assess { .. }) => Verdict::Now(false),
            Some((Blow::Reviewed(after, approves), _)) => Verdict::At(now + after, approves),
            Some((Blow::Undecided, _)) if system.tells_reviews() => Verdict::Never,
            Some(_) => Verdict::Now(false),
            None => Verdict::Now(true),
        };
        let (reply, entry) = self.desk.answer(request, now, verdict);
        if let Some(entry) = entry {
            out.append(Entry::Risk(entry));
            let review = opened(system, &envelope, entry);
            if let Some(opened) = review {
                self.enter(opened, out);
            }
            out.sync();
            if let (Some(_), Verdict::At(at, _)) = (review, verdict) {
                let pause = at.saturating_sub(now);
                out.set_timer(pause, Timer::Review(envelope.operation, 0));
            }
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

    /// A person decides on `operation`, or what was decided has to be told, for the
    /// how-manieth time.
    pub(crate) fn on_review(
        &mut self,
        system: &PaymentSystem,
        operation: OperationId,
        tries: u32,
        out: &mut Effects,
    ) {
        let Some(reviews) = self.desk.reviews() else { return };
        if out.disk_is_full() {
            out.set_timer(ROOM_MAY_COME, Timer::Review(operation, tries));
            return;
        }
        let now = Duration::from_nanos(out.wall().as_nanos());
        match (reviews.due(operation, now), reviews.decided_at(operation)) {
            (Some(entry), _) => {
                self.enter(entry, out);
                out.sync();
            }
            (None, Some(at)) => {
                out.set_timer(at.saturating_sub(now), Timer::Review(operation, tries));
                return;
            }
            (None, None) => {}
        }
        let told = self.desk.reviews().and_then(|reviews| reviews.untold(operation));
        let Some(decided) = told else { return };
        out.send(INGRESS, Message::ReviewDecided(decided));
        let pause = RETRY_FIRST.saturating_mul(4_u32.saturating_pow(tries)).min(RETRY_MAX);
        let again = Timer::Review(operation, tries + 1);
        // Where somebody is broken for good, it may tell nobody for ever.
        if system.plan.core.is_some() {
            out.set_housekeeping(pause, again);
        } else {
            out.set_timer(pause, again);
        }
    }

    fn on_receipt(&mut self, receipt: &Receipt, out: &mut Effects) {
        let reviews = self.desk.reviews().filter(|_| receipt.taken && !out.disk_is_full());
        let Some(entry) = reviews.and_then(|reviews| reviews.acknowledged(receipt.event)) else {
            return;
        };
        self.enter(entry, out);
        out.sync();
    }

    /// Takes in what happens to a review, which is durable with the next sync.
    fn enter(&mut self, entry: ReviewEntry, out: &mut Effects) {
        let entry = RiskEntry::Review(entry);
        self.desk.restore(entry);
        out.append(Entry::Risk(entry));
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

/// The review that an assessment opens, if its verdict is to be told.
fn opened(system: &PaymentSystem, envelope: &Envelope, entry: RiskEntry) -> Option<ReviewEntry> {
    let RiskEntry::Assessed(operation, verdict) = entry else { return None };
    let (at, approves) = match verdict {
        Verdict::Now(_) => return None,
        Verdict::At(at, approves) => (Some(at), approves),
        Verdict::Never => (None, false),
    };
    let Envelope { payment, token, .. } = *envelope;
    let review = ReviewDecided { payment, operation, token, approves };
    system.tells_reviews().then_some(ReviewEntry::Opened(review, at))
}

/// What the service says to every new assessment of this instrument, unless it
/// approves at once: drawn, or by the stroke of this id.
fn said(plan: &Plan, draws: &Draws, token: Token) -> Option<(Blow, Option<u32>)> {
    let strokes = plan.strokes.on(&assessment(token));
    let says = |blow| matches!(blow, Blow::Rejected | Blow::Reviewed(..) | Blow::Undecided);
    let planned = strokes.iter().find(|stroke| says(stroke.blow));
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
        if plan.tells_reviews() && settings.undecided.hits(draw.split(UNDECIDED)) {
            return Some(Blow::Undecided);
        }
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
const UNDECIDED: u64 = 4;
/// When a verdict is told again that was not acknowledged; four times as long each
/// time.
const RETRY_FIRST: Duration = Duration::from_secs(60);
/// The longest pause between two times.
const RETRY_MAX: Duration = Duration::from_secs(6 * 3_600);
/// When a full disk is looked at again.
const ROOM_MAY_COME: Duration = Duration::from_secs(1);
const REVIEW_MIN: Duration = Duration::from_secs(30);
