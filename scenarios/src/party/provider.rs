//! A provider as an actor: its own books, its dialect, and the misfortunes
//! that strike at its door.

mod breaching;
mod by_hand;
mod disputing;
mod entry;
mod misfortune;
mod outbox;
mod post;
mod settling;
mod state;
mod telling;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::{
    Answer, ChargeEvent, ChargeId, IssuerAnswer, Keeps, Known, Movement, OperationId, ProviderId,
    ProviderReply, ProviderRequest, Webhook,
};
use sim::{Delivery, Kind, Role};

use crate::bounds::LATE_EFFECT_MAX;
use crate::fact::{About, Fact, ProviderStrike};
use crate::message::{Envelope, Message, kinds};
use crate::party::idle::{Compaction, Idle};
use crate::party::provider_role;
use crate::party::statement::FilePost;
use crate::plan::{Encounter, Trouble};
use crate::snapshot::Snapshot;
use crate::system::{Effects, Entry, PaymentSystem, Timer};

use entry::Doing;
pub(crate) use entry::ProviderEntry;
use misfortune::{By, Fortune};
pub(crate) use misfortune::{Door, drawn_for_execution};
pub(crate) use outbox::is_told;
pub(crate) use post::{Post, parcel_of};
pub use state::ProviderState;

/// A provider with its books.
#[derive(Clone, Debug)]
pub struct ProviderDesk {
    id: ProviderId,
    state: ProviderState,
    /// Authorizations whose charges are not closed.
    executed: Idle<OperationId>,
    /// Requests that wait, and when they came.
    deferred: BTreeMap<u32, (Duration, Deferred)>,
    deferrals: u32,
    /// Requests that are answered as one that is being worked on.
    waiting: Vec<Deferred>,
    /// Answers that wait until a webhook has overtaken them.
    overtaken: BTreeMap<u32, (Deferred, ProviderReply)>,
    /// Webhooks that are sent once more.
    repeats: BTreeMap<u32, Webhook>,
    /// How its settlement files leave.
    files: FilePost,
}

/// A request that is executed later.
#[derive(Clone, Debug)]
struct Deferred {
    from: Role,
    ordinal: u32,
    envelope: Envelope,
    request: ProviderRequest,
}

impl ProviderDesk {
    /// What is not put away, and the bytes of what is.
    pub(crate) fn footprint(&self) -> (usize, usize) {
        self.state.footprint()
    }

    pub(crate) fn boot(
        system: &PaymentSystem,
        id: ProviderId,
        journal: &[Entry],
        out: &mut Effects,
    ) -> Self {
        let mut state = ProviderState::of(system, id);
        for entry in journal {
            match entry {
                Entry::Provider(entry) => state.restore(&system.plan, entry),
                Entry::Snapshot(Snapshot::Provider(snapshot)) => {
                    state = ProviderState::clone(snapshot);
                }
                _ => {}
            }
        }
        state.books.interrupt();
        let mut executed = Idle::new();
        for charge in state.books.charges() {
            executed.add(out.monotonic(), charge.reference);
        }
        let (deferred, deferrals) = (BTreeMap::new(), 0);
        let (overtaken, repeats) = (BTreeMap::new(), BTreeMap::new());
        let (waiting, files) = (Vec::new(), FilePost::default());
        let mut desk =
            Self { id, state, executed, deferred, deferrals, waiting, overtaken, repeats, files };
        desk.resume_telling(system, out);
        desk.resume_settling(system, out);
        desk
    }

    pub(crate) fn on_message(
        &mut self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    ) {
        let (envelope, request) = match delivery.message {
            Message::Provide(envelope, request) => (envelope, request),
            Message::WebhookReply(receipt) => return self.on_receipt(&receipt, out),
            Message::FileReceipt(receipt) => return self.on_file_receipt(&receipt, out),
            Message::FileAgain(_) => return self.on_file_again(out),
            _ => return,
        };
        // Whoever can't write into the books does nothing at all.
        if out.disk_is_full() {
            return;
        }
        let job = Deferred { from: delivery.from, ordinal: delivery.ordinal, envelope, request };
        let chaos = out.wall() < system.plan.heal_at;
        let door = Door::of(&system.plan, &system.draws, &self.encounter(&job, job.ordinal));
        if chaos && self.turned_away(system, &job, &door, out) {
            return;
        }
        if chaos
            && job.request.takes_effect()
            && let Some((strike, by, wait)) = self.deferral(system, &door, out)
        {
            self.defer(job, (strike, by), wait, out);
            return;
        }
        self.serve(system, &job, chaos.then_some(&door), out);
    }

    /// Executes a deferred request, and answers whoever may still listen.
    pub(crate) fn on_timer(&mut self, system: &PaymentSystem, slot: u32, out: &mut Effects) {
        let Some((came_at, job)) = self.deferred.remove(&slot) else { return };
        // However long it stalled: what waited for too long is never executed.
        if now(out) <= came_at + LATE_EFFECT_MAX && !out.disk_is_full() {
            let hung_up = now(out) > came_at + system.rules.provider_timeout;
            self.run(system, &job, Course { hung_up, ..Course::SMOOTH }, out);
            self.answer_waiting(out);
        }
    }

    /// Whether the request gets no further than the door.
    fn turned_away(
        &mut self,
        system: &PaymentSystem,
        job: &Deferred,
        door: &Door<'_>,
        out: &mut Effects,
    ) -> bool {
        let trouble = system.plan.trouble(self.id, out.wall());
        let (strike, by, reply) = match trouble {
            Some(Trouble::Outage) => (ProviderStrike::Outage, By::Rate, None),
            _ if self.state.books.answered(&job.request, job.ordinal).is_some() => return false,
            Some(Trouble::BrownOut { errors, .. }) if door.browned_out(errors) => {
                (ProviderStrike::BrownOut, By::Rate, Some(ProviderReply::ServerError))
            }
            _ => {
                if let Some(by) = door.request_dropped() {
                    (ProviderStrike::RequestDropped, by, None)
                } else if let Some(by) = door.throttled().filter(|_| self.limits(system, job, out))
                {
                    (ProviderStrike::Throttled, by, Some(ProviderReply::Throttled))
                } else if let Some(by) = door.error_before() {
                    (ProviderStrike::ErrorBefore, by, Some(ProviderReply::ServerError))
                } else {
                    return false;
                }
            }
        };
        self.tell(strike, by, job.envelope.token, out);
        if let Some(reply) = reply {
            self.turn_away(job, reply, out);
        }
        true
    }

    /// Whether the limiter looks at this request before the keys do, or no key
    /// knows it.
    fn limits(&self, system: &PaymentSystem, job: &Deferred, out: &Effects) -> bool {
        system.rules.dialect(self.id).keys.limiter_first || self.known(job, now(out)).is_none()
    }

    /// Answers at the door; copies of the request get the same answer.
    fn turn_away(&mut self, job: &Deferred, reply: ProviderReply, out: &mut Effects) {
        if job.request.takes_effect() {
            self.state.books.turn_away(&job.request, job.ordinal, reply);
            let entry = ProviderEntry::TurnedAway(job.request, job.ordinal, reply);
            self.note_down(entry, out);
        }
        self.answer(job, reply, out);
    }

    /// By what the request is put off, and how long.
    fn deferral(
        &self,
        system: &PaymentSystem,
        door: &Door<'_>,
        out: &Effects,
    ) -> Option<(ProviderStrike, By, Duration)> {
        if let Some((by, wait)) = door.late_effect() {
            return Some((ProviderStrike::LateEffect, by, wait));
        }
        match system.plan.trouble(self.id, out.wall()) {
            Some(Trouble::BrownOut { slow_max, .. }) => {
                Some((ProviderStrike::BrownOut, By::Rate, door.slowness(slow_max)))
            }
            _ => None,
        }
    }

    fn defer(
        &mut self,
        job: Deferred,
        (strike, by): (ProviderStrike, By),
        wait: Duration,
        out: &mut Effects,
    ) {
        let now = now(out);
        if self.knows(&job, now, out) {
            return;
        }
        self.tell(strike, by, job.envelope.token, out);
        let doing = coming(&job, now);
        self.state.books.begin(&job.request, &doing.execution());
        self.note_down(ProviderEntry::Begun(job.request, doing), out);
        self.deferrals += 1;
        self.deferred.insert(self.deferrals, (now, job));
        out.set_timer(wait, Timer::Execute(self.deferrals));
    }

    /// Answers from memory, or executes the request.
    fn serve(
        &mut self,
        system: &PaymentSystem,
        job: &Deferred,
        trouble: Option<&Door<'_>>,
        out: &mut Effects,
    ) {
        if self.knows(job, now(out), out) {
            return;
        }
        let effect = job.request.takes_effect();
        let fails_after = trouble.filter(|_| effect).and_then(Door::error_after);
        let silent = trouble.and_then(Door::reply_dropped);
        if let Some(by) = fails_after {
            self.tell(ProviderStrike::ErrorAfter, by, job.envelope.token, out);
        }
        if let Some(by) = silent {
            self.tell(ProviderStrike::ReplyDropped, by, job.envelope.token, out);
        }
        let (answers, hung_up) = (silent.is_none(), silent.is_some());
        let course = Course { fails_after: fails_after.is_some(), answers, hung_up };
        self.run(system, job, course, out);
    }

    fn run(&mut self, system: &PaymentSystem, job: &Deferred, course: Course, out: &mut Effects) {
        self.mature(system, &job.request, out);
        let count = self.state.count(&job.request, job.envelope.token);
        let on = self.encounter(job, count);
        let chaos = out.wall() < system.plan.heal_at;
        let fortune = Fortune::of(&system.plan, &system.draws, &on, chaos);
        let doing = Doing {
            issuer: fortune.issuer,
            lag: fortune.lag,
            fails_after: course.fails_after,
            hung_up: course.hung_up,
            ..coming(job, now(out))
        };
        let (reply, movement) = self.state.books.execute(&job.request, &doing.execution());
        if job.request.takes_effect() || movement.is_some() {
            self.note_down(ProviderEntry::Executed(job.request, doing, movement), out);
        }
        if let Some(movement) = &movement {
            self.enter(system, movement, None, out);
        }
        if let Some(Movement { charge, event, .. }) = &movement
            && matches!(
                event,
                ChargeEvent::Authorized(_)
                    | ChargeEvent::Declined
                    | ChargeEvent::Deferred
                    | ChargeEvent::Tombstoned
            )
        {
            self.executed.add(out.monotonic(), charge.reference);
        }
        if let Some(strike) = issuer_strike(&job.request, &doing, reply) {
            let by = fortune.by.map_or(By::Rate, By::Stroke);
            self.tell(strike, by, job.envelope.token, out);
        }
        if let Some((stroke, after)) = fortune.returned_by(movement.as_ref())
            && let Some((_, reference)) = job.request.keyed()
        {
            out.set_timer(after, Timer::RefundBack(reference));
            stroke.into_iter().for_each(|stroke| out.note(Fact::Befell(stroke)));
        }
        if let Some(stroke) = fortune.lag_by {
            out.note(Fact::Befell(stroke));
        }
        if reply == ProviderReply::NotFound && self.state.books.about(&job.request).is_some() {
            self.tell(ProviderStrike::IndexLag, By::Rate, job.envelope.token, out);
        }
        if chaos && self.has_forgotten(system, &job.request, doing.now) {
            self.tell(ProviderStrike::KeyExpired, By::Rate, job.envelope.token, out);
        }
        movement.iter().for_each(|movement| self.expect_what_follows(system, movement, out));
        let overtaken = movement.and_then(|movement| self.tell_of(system, &movement, out));
        match overtaken.filter(|_| course.answers) {
            Some(wait) => self.answer_after(wait, job, reply, out),
            None if course.answers => self.answer(job, reply, out),
            None => {}
        }
        self.compact(system, out);
    }

    /// Whether the key is expired that made the charge which this is about.
    fn has_forgotten(
        &self,
        system: &PaymentSystem,
        request: &ProviderRequest,
        now: Duration,
    ) -> bool {
        let keys = &system.rules.dialect(self.id).keys;
        let charge = self.state.books.about(request);
        keys.keeps != Keeps::Nothing && charge.is_some_and(|c| c.made_at + keys.lifetime <= now)
    }

    /// Closes charges that were over long ago, whose keys have expired too, and
    /// writes what is left.
    fn compact(&mut self, system: &PaymentSystem, out: &mut Effects) {
        let idle = system.compaction.idle + system.rules.dialect(self.id).keys.lifetime;
        let compaction = Compaction { idle, ..system.compaction };
        let live = self.state.footprint().0;
        if let Some(references) = self.executed.ripe(out.monotonic(), &compaction, live) {
            let awaits = |reference: &OperationId| {
                self.awaits_dispute(system, *reference)
                    || self.awaits_by_hand(system, *reference, out)
                    || self.awaits_breach(system, *reference, out)
            };
            let (open, references) = references.into_iter().partition(awaits);
            for reference in Vec::into_iter(open) {
                self.executed.add(out.monotonic(), reference);
            }
            for reference in self.state.close(references, now(out)) {
                self.executed.add(out.monotonic(), reference);
            }
            out.compact(Entry::Snapshot(Snapshot::Provider(Arc::new(self.state.clone()))));
        }
    }

    /// Lets time pass over all that a request is about.
    fn mature(&mut self, system: &PaymentSystem, request: &ProviderRequest, out: &mut Effects) {
        if let Some(charge) = self.state.books.about(request).map(|charge| charge.id) {
            self.mature_charge(system, charge, out);
        }
        if let ProviderRequest::Query { target } = *request {
            self.mature_refunds(system, target, out);
        }
    }

    fn mature_charge(&mut self, system: &PaymentSystem, charge: ChargeId, out: &mut Effects) {
        let now = now(out);
        while let Some(movement) = self.state.books.mature(charge, now) {
            let entry = ProviderEntry::Matured(charge, now, movement);
            self.record_unasked(system, entry, &movement, out);
            self.expect_breach(system, charge, out);
        }
    }

    /// Whether the request need not be executed: then it is answered, now or as
    /// soon as the one is done that is being worked on.
    fn knows(&mut self, job: &Deferred, now: Duration, out: &mut Effects) -> bool {
        match self.known(job, now) {
            Some(Known::Reply(reply)) => self.answer(job, reply, out),
            Some(Known::Waits) => self.waiting.push(job.clone()),
            None => return false,
        }
        true
    }

    /// Answers those who wait for what is done by now.
    fn answer_waiting(&mut self, out: &mut Effects) {
        let now = now(out);
        for job in std::mem::take(&mut self.waiting) {
            self.knows(&job, now, out);
        }
    }

    fn known(&self, job: &Deferred, now: Duration) -> Option<Known> {
        self.state.books.known(&job.request, &coming(job, now).execution())
    }

    fn note_down(&self, entry: ProviderEntry, out: &mut Effects) {
        let moved = entry.movement().map(|moved| Fact::Moved(moved.token, moved.event));
        out.append(Entry::Provider(Box::new(entry)));
        out.sync();
        if let Some(moved) = moved {
            out.note(moved);
        }
    }

    fn answer(&self, job: &Deferred, reply: ProviderReply, out: &mut Effects) {
        out.send(job.from, Message::Provided(job.envelope, Answer::Provider(reply)));
    }

    /// The request, by what it is about.
    fn encounter(&self, job: &Deferred, ordinal: u32) -> Encounter {
        let (party, request) = (provider_role(self.id), message_kind(&job.request));
        Encounter { party, request, token: job.envelope.token, ordinal }
    }

    /// Tells what struck, what is done for whom, and which stroke of the plan it was.
    fn tell(&self, strike: ProviderStrike, by: By, about: impl Into<About>, out: &mut Effects) {
        out.note(Fact::Struck(self.id, strike, about.into()));
        if let By::Stroke(stroke) = by {
            out.note(Fact::Befell(stroke));
        }
    }
}

/// How an execution goes.
#[derive(Clone, Copy, Debug)]
struct Course {
    /// It ends in a server error, although it was executed.
    fails_after: bool,
    /// The answer is sent.
    answers: bool,
    /// The provider notices that nobody listens any more.
    hung_up: bool,
}

impl Course {
    const SMOOTH: Self = Self { fails_after: false, answers: true, hung_up: false };
}

/// A request that has come, before anything about it is drawn.
fn coming(job: &Deferred, now: Duration) -> Doing {
    Doing::coming(job.envelope.token, job.ordinal, now)
}

/// What the issuer's answer counts as, where it is a misfortune.
fn issuer_strike(
    request: &ProviderRequest,
    doing: &Doing,
    reply: ProviderReply,
) -> Option<ProviderStrike> {
    match (request, doing.issuer, reply) {
        (ProviderRequest::Capture { .. }, IssuerAnswer::Decline(_), ProviderReply::Declined(_)) => {
            Some(ProviderStrike::CaptureDeclined)
        }
        (ProviderRequest::Authorize { .. }, IssuerAnswer::Decline(_), _) => {
            Some(ProviderStrike::Declined)
        }
        (ProviderRequest::Authorize { .. }, IssuerAnswer::ApprovePart(_), _) => {
            Some(ProviderStrike::PartialApproval)
        }
        (ProviderRequest::Authorize { .. }, IssuerAnswer::Later(..), _) => {
            Some(ProviderStrike::Deferred)
        }
        (ProviderRequest::Refund { .. }, _, ProviderReply::RefundFailed) => {
            Some(ProviderStrike::RefundFailed)
        }
        (ProviderRequest::Refund { .. }, IssuerAnswer::Later(..), ProviderReply::Pending) => {
            Some(ProviderStrike::RefundPending)
        }
        _ => None,
    }
}

fn message_kind(request: &ProviderRequest) -> Kind {
    match request {
        ProviderRequest::Authorize { .. } => kinds::AUTHORIZE,
        ProviderRequest::Capture { .. } => kinds::CAPTURE,
        ProviderRequest::VoidByReference { .. } => kinds::VOID,
        ProviderRequest::Query { .. } => kinds::QUERY,
        ProviderRequest::Refund { .. } => kinds::REFUND,
        ProviderRequest::Contest { .. } => kinds::CONTEST,
    }
}

fn now(out: &Effects) -> Duration {
    Duration::from_nanos(out.wall().as_nanos())
}
