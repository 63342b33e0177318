//! The decider as an actor: a service that is asked over the network what to do
//! where there is a choice (payments.md m19). It gives advice, and keeps nothing
//! durable: it can be taken away at any time.

use std::collections::BTreeMap;
use std::time::Duration;

use model::Token;
use model::decision::{Action, Advice, HOUSE_MODEL, Policy, Snapshot};
use sim::{Delivery, Domain, Draws, Role};

use crate::bounds::DECISION_LATE_MAX;
use crate::fact::{DecisionStrike, Fact};
use crate::message::{Advised, Message, Question, kinds};
use crate::party::DECIDER;
use crate::party::orchestrator::drawn;
use crate::plan::{Blow, DeciderPlan, Encounter, Plan, Stroke};
use crate::system::{Effects, PaymentSystem, Timer};

/// The decider: what it was asked before, and what it will still answer.
#[derive(Clone, Debug, Default)]
pub struct Decider {
    /// The last question about each instrument.
    asked: BTreeMap<Token, Question>,
    late: BTreeMap<u32, (Role, Advised)>,
    slots: u32,
}

/// What one question meets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lapse {
    blow: Blow,
    /// The stroke that it is, if the plan says so.
    by: Option<u32>,
}

impl Decider {
    pub(crate) fn on_message(
        &mut self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    ) {
        let Message::Decide(question) = delivery.message else { return };
        let (token, ordinal) = (question.token, delivery.ordinal);
        let on = Encounter { party: DECIDER, request: kinds::DECIDE, token, ordinal };
        let before = self.asked.insert(token, *question);
        let before = before.filter(|before| before.snapshot.version < question.snapshot.version);
        let chaos = out.wall() < system.plan.heal_at;
        let mut lapses = Lapse::all(&system.plan, &system.draws, &on);
        lapses.retain(|_| chaos);
        if strikes(&lapses, DecisionStrike::Mute, token, out) {
            return;
        }
        let advice = advise(system, &question, before.as_ref(), &lapses, out);
        let advised =
            Advised { token, payment: question.payment, of: question.snapshot.version, advice };
        let late = lapses.iter().find_map(|lapse| match lapse.blow {
            Blow::DecisionLate(late) => Some(late),
            _ => None,
        });
        let Some(late) = late.filter(|_| strikes(&lapses, DecisionStrike::Late, token, out)) else {
            out.send(delivery.from, Message::Decided(advised));
            return;
        };
        self.slots += 1;
        self.late.insert(self.slots, (delivery.from, advised));
        out.set_timer(late, Timer::Advise(self.slots));
    }

    /// An answer that was held back.
    pub(crate) fn on_timer(&mut self, slot: u32, out: &mut Effects) {
        if let Some((whom, advised)) = self.late.remove(&slot) {
            out.send(whom, Message::Decided(advised));
        }
    }
}

/// What it says to `question`, and what it says when something is wrong with it.
fn advise(
    system: &PaymentSystem,
    question: &Question,
    before: Option<&Question>,
    lapses: &[Lapse],
    out: &mut Effects,
) -> Advice {
    let swapped = swapped(&system.plan, question.token, out);
    let (policy, model) = match (system.plan.decisions, swapped) {
        (_, true) => (Policy::Adversarial, UNKNOWN_MODEL),
        (Some(plan), false) => (plan.policy, HOUSE_MODEL),
        (None, false) => (Policy::Rules, HOUSE_MODEL),
    };
    let said = |snapshot: &Snapshot, policy: Policy| {
        let draw = drawn(system, question.token, snapshot.number);
        let score = Some(1_000 / snapshot.mask().len().max(1));
        let action = Some(policy.choose(snapshot, draw));
        Advice { snapshot: snapshot.version, action, score, policy, model }
    };
    let snapshot = &question.snapshot;
    if let Some(before) =
        before.filter(|_| strikes(lapses, DecisionStrike::Stale, question.token, out))
    {
        return said(&before.snapshot, policy);
    }
    if strikes(lapses, DecisionStrike::Garbled, question.token, out) {
        return Advice { action: None, score: None, ..said(snapshot, policy) };
    }
    if strikes(lapses, DecisionStrike::Outside, question.token, out) {
        let draw = drawn(system, question.token, snapshot.number) as usize;
        let outside =
            (0..FORBIDDEN.len()).map(|n| FORBIDDEN[(draw % FORBIDDEN.len() + n) % FORBIDDEN.len()]);
        let action = outside.into_iter().find(|action| !snapshot.allows(*action));
        return Advice { action, ..said(snapshot, policy) };
    }
    if strikes(lapses, DecisionStrike::Adverse, question.token, out) {
        return said(snapshot, Policy::Adversarial);
    }
    said(snapshot, policy)
}

/// Whether another model answers than the house knows.
fn swapped(plan: &Plan, token: Token, out: &mut Effects) -> bool {
    let swap = plan.decisions.and_then(|plan| plan.decider?.swap);
    let swapped = swap.is_some_and(|at| at <= out.wall()) && out.wall() < plan.heal_at;
    if swapped {
        out.note(Fact::DeciderStruck(DecisionStrike::Swapped, token.into()));
    }
    swapped
}

/// Whether this befell the question; if so, it is told.
fn strikes(lapses: &[Lapse], strike: DecisionStrike, token: Token, out: &mut Effects) -> bool {
    let lapse = lapses.iter().find(|lapse| lapse.blow.at_decider() == Some(strike));
    if let Some(lapse) = lapse {
        out.note(Fact::DeciderStruck(strike, token.into()));
        if let Some(stroke) = lapse.by {
            out.note(Fact::Befell(stroke));
        }
    }
    lapse.is_some()
}

impl Lapse {
    /// Everything that the question `on` meets: drawn, or said by the plan.
    fn all(plan: &Plan, draws: &Draws, on: &Encounter) -> Vec<Self> {
        let said = plan.strokes.on(on).iter();
        let said = said.map(|Stroke { id, blow, .. }| Self { blow: *blow, by: Some(*id) });
        let drawn = drawn_lapses(plan, draws, on).map(|blow| Self { blow, by: None });
        said.chain(drawn).collect()
    }
}

/// What the rates of the plan draw for the question `on`.
pub(crate) fn drawn_lapses(
    plan: &Plan,
    draws: &Draws,
    on: &Encounter,
) -> impl Iterator<Item = Blow> + use<> {
    let calm = DeciderPlan::default();
    let rates = plan.decisions.and_then(|plan| plan.decider).unwrap_or(calm);
    let draw = draws.draw(LAPSE, &[on.token.0, u64::from(on.ordinal)]);
    let late =
        draw.split(HOW_LATE).span(LATE_MIN, rates.late_max.clamp(LATE_MIN, DECISION_LATE_MAX));
    let all = [
        (rates.late, LATE, Blow::DecisionLate(late)),
        (rates.mute, MUTE, Blow::DecisionMute),
        (rates.stale, STALE, Blow::DecisionStale),
        (rates.garbled, GARBLED, Blow::DecisionGarbled),
        (rates.outside, OUTSIDE, Blow::DecisionOutside),
        (rates.adverse, ADVERSE, Blow::DecisionAdverse),
    ];
    all.into_iter().filter(move |(rate, on, _)| rate.hits(draw.split(*on))).map(|(.., blow)| blow)
}

/// What is asked for by somebody who does not look at the mask.
const FORBIDDEN: [Action; 4] = [Action::Refund, Action::Stop, Action::Capture, Action::Void];

/// Nobody in the house has approved it.
const UNKNOWN_MODEL: u16 = 2;
/// A decider that is slow is so slow at least: payments.md F30.
const LATE_MIN: Duration = Duration::from_millis(100);
const LAPSE: Domain = Domain(u64::from_le_bytes(*b"x-lapses"));
const LATE: u64 = 1;
const HOW_LATE: u64 = 2;
const MUTE: u64 = 3;
const STALE: u64 = 4;
const GARBLED: u64 = 5;
const OUTSIDE: u64 = 6;
const ADVERSE: u64 = 7;
