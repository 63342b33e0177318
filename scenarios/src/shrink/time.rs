//! Moments, spans and amounts, each the plainest with which it still fails.

use std::time::Duration;

use model::{Amount, Money, OBJECTS_AFTER_MIN};
use sim::{Fault, Misfortune, Trigger, VirtualTime};

use super::search::Search;
use super::span::{is_plain, plain_spans};
use crate::plan::{Plan, Stroke};

/// Makes every moment and span of the plan plain.
pub(super) fn plain_times(search: &mut Search<'_>) {
    earlier(search);
    all_at_once(search);
    for knob in knobs(&search.plan) {
        if search.stopped {
            return;
        }
        plainer(search, knob);
    }
    healed_earlier(search);
}

/// Makes every amount plain: one for all, or each for itself; and the limits.
pub(super) fn plain_amounts(search: &mut Search<'_>) {
    let plan = search.plan.clone();
    let all = |amount: i128, limit: Option<i128>| {
        let mut plan = plan.clone();
        for operation in &mut plan.operations {
            operation.money.amount = Amount(amount);
        }
        for merchant in plan.limits.iter_mut() {
            merchant.money.amount = limit.map_or(merchant.money.amount, Amount);
        }
        plan
    };
    // A limit that nobody meets is plainest, then one that the first payment
    // uses up, so that few payments are enough to be over it.
    let limits = |amount| [Some(AMPLE), Some(amount), None].map(|limit| all(amount, limit));
    if search.take_first(AMOUNTS.into_iter().flat_map(limits)).is_some() {
        return;
    }
    for at in 0..search.plan.operations.len() {
        let plan = search.plan.clone();
        let now = plan.operations[at].money.amount;
        let plainer = rounded(now.0).into_iter().map(Amount);
        search.take_first(plainer.map(|amount| {
            let mut plan = plan.clone();
            plan.operations[at].money = Money { amount, ..plan.operations[at].money };
            plan
        }));
    }
    for at in 0..search.plan.limits.len() {
        let plan = search.plan.clone();
        let now = plan.limits[at].money.amount;
        let plainer = [AMPLE].into_iter().filter(|ample| *ample != now.0).chain(rounded(now.0));
        search.take_first(plainer.map(|amount| {
            let mut plan = plan.clone();
            plan.limits[at].money.amount = Amount(amount);
            plan
        }));
    }
}

/// Something with a length, or a distance from the beginning.
#[derive(Clone, Copy, Debug)]
pub(super) enum Knob {
    /// When an operation begins.
    At(usize),
    /// How long after it its second click comes.
    Click(usize),
    /// How long after it its cancellation comes.
    Cancel(usize),
    /// How long after it the customer disputes it.
    Disputed(usize),
    /// How long after it the customer wants it back.
    Recall(usize),
    /// How long the merchant may take to answer.
    Answer(usize),
    /// How long after that the customer's bank decides.
    Decision(usize),
    /// How long after the time that it takes at least its bank objects to that.
    Objected(usize),
    /// How long after that it is decided for good.
    Redecision(usize),
    /// How long after it somebody gives it back by hand.
    ByHand(usize),
    /// How long after it a provider breaks its word.
    Breach(usize),
    /// When a fault strikes, or how long after its cue.
    Moment(usize),
    /// How long a fault lasts.
    Dwell(usize),
    /// How far or long its misfortune is.
    Size(usize),
    /// When a trouble begins.
    From(usize),
    /// How long it lasts.
    Lasts(usize),
    /// How long a stroke lasts: its id.
    Stroke(u32),
}

/// Every knob of `plan`.
fn knobs(plan: &Plan) -> Vec<Knob> {
    let mut knobs = Vec::new();
    for at in 0..plan.operations.len() {
        knobs.extend([Knob::At(at), Knob::Click(at), Knob::Cancel(at), Knob::Disputed(at)]);
        knobs.extend([Knob::Answer(at), Knob::Decision(at), Knob::Recall(at), Knob::ByHand(at)]);
        knobs.extend([Knob::Objected(at), Knob::Redecision(at), Knob::Breach(at)]);
    }
    for at in 0..plan.faults.len() {
        knobs.extend([Knob::Moment(at), Knob::Dwell(at), Knob::Size(at)]);
    }
    for at in 0..plan.troubles.len() {
        knobs.extend([Knob::From(at), Knob::Lasts(at)]);
    }
    knobs.extend(plan.strokes.iter().map(|stroke| Knob::Stroke(stroke.id)));
    knobs
}

impl Knob {
    /// Where it stands; `None` if `plan` has no such thing.
    pub(super) fn span(self, plan: &Plan) -> Option<Duration> {
        let since = |at: VirtualTime| at.since(VirtualTime::ZERO);
        match self {
            Self::At(at) => plan.operations.get(at).map(|operation| since(operation.at)),
            Self::Click(at) => plan.operations.get(at)?.click_again_after,
            Self::Cancel(at) => plan.operations.get(at)?.cancel_after,
            Self::Disputed(at) => plan.operations.get(at)?.dispute.as_ref().map(|d| d.after),
            Self::Recall(at) => plan.operations.get(at)?.recall_after,
            Self::Answer(at) => plan.operations.get(at)?.dispute.as_ref().map(|d| d.answer_within),
            Self::Decision(at) => {
                plan.operations.get(at)?.dispute.as_ref().map(|d| d.decided_after)
            }
            Self::Objected(at) => {
                let objection = plan.operations.get(at)?.dispute.as_ref()?.objection?;
                Some(objection.after.saturating_sub(OBJECTS_AFTER_MIN))
            }
            Self::Redecision(at) => {
                Some(plan.operations.get(at)?.dispute.as_ref()?.objection?.decided_after)
            }
            Self::ByHand(at) => plan.operations.get(at)?.by_hand.map(|by_hand| by_hand.after),
            Self::Breach(at) => plan.operations.get(at)?.breach.map(|breach| breach.after),
            Self::Moment(at) => match plan.faults.get(at)?.trigger {
                Trigger::At(moment) => Some(since(moment)),
                Trigger::Later(_, after) => Some(after),
                _ => None,
            },
            Self::Dwell(at) => plan.faults.get(at).filter(|fault| dwells(fault)).map(|f| f.dwell),
            Self::Size(at) => size(&plan.faults.get(at)?.misfortune),
            Self::From(at) => plan.troubles.get(at).map(|trouble| since(trouble.from)),
            Self::Lasts(at) => plan.troubles.get(at).map(|t| t.until.since(t.from)),
            Self::Stroke(id) => plan.strokes.iter().find(|s| s.id == id)?.blow.lasts(),
        }
    }

    /// The same plan, in which it stands at `span`.
    pub(super) fn set(self, plan: &Plan, span: Duration) -> Plan {
        let mut plan = plan.clone();
        let moment = VirtualTime::ZERO.after(span);
        match self {
            Self::At(at) => plan.operations[at].at = moment,
            Self::Click(at) => plan.operations[at].click_again_after = Some(span),
            Self::Cancel(at) => plan.operations[at].cancel_after = Some(span),
            Self::Recall(at) => plan.operations[at].recall_after = Some(span),
            Self::Disputed(at) | Self::Answer(at) | Self::Decision(at) => {
                if let Some(dispute) = &mut plan.operations[at].dispute {
                    match self {
                        Self::Answer(_) => dispute.answer_within = span,
                        Self::Decision(_) => dispute.decided_after = span,
                        _ => dispute.after = span,
                    }
                }
            }
            Self::Objected(at) | Self::Redecision(at) => {
                let dispute = plan.operations[at].dispute.as_mut();
                if let Some(objection) = dispute.and_then(|d| d.objection.as_mut()) {
                    match self {
                        Self::Objected(_) => objection.after = OBJECTS_AFTER_MIN + span,
                        _ => objection.decided_after = span,
                    }
                }
            }
            Self::ByHand(at) => {
                if let Some(by_hand) = &mut plan.operations[at].by_hand {
                    by_hand.after = span;
                }
            }
            Self::Breach(at) => {
                if let Some(breach) = &mut plan.operations[at].breach {
                    breach.after = span;
                }
            }
            Self::Moment(at) => {
                let fault = &mut plan.faults[at];
                fault.trigger = match fault.trigger {
                    Trigger::Later(cue, _) => Trigger::Later(cue, span),
                    Trigger::At(_) => Trigger::At(moment),
                    other => other,
                };
            }
            Self::Dwell(at) => plan.faults[at].dwell = span,
            Self::Size(at) => resize(&mut plan.faults[at].misfortune, span),
            Self::From(at) => {
                let trouble = &mut plan.troubles[at];
                let lasts = trouble.until.since(trouble.from);
                (trouble.from, trouble.until) = (moment, moment.after(lasts));
            }
            Self::Lasts(at) => plan.troubles[at].until = plan.troubles[at].from.after(span),
            Self::Stroke(id) => {
                let same = |stroke: &Stroke| match stroke.id == id {
                    true => Stroke { blow: stroke.blow.lasting(span), ..*stroke },
                    false => *stroke,
                };
                plan.strokes = plan.strokes.iter().map(same).collect();
            }
        }
        plan
    }
}

/// The knob at the plainest place at which it still fails.
fn plainer(search: &mut Search<'_>, knob: Knob) {
    let Some(span) = knob.span(&search.plan).filter(|span| !span.is_zero()) else { return };
    let plan = search.plan.clone();
    let candidates = plain_spans(span).into_iter();
    // From a plain one, only none at all is plainer.
    let candidates = candidates.filter(|plain| plain.is_zero() || !is_plain(span));
    search.take_first(candidates.map(|plain| knob.set(&plan, plain)));
}

/// Everything that has a moment, moved so that the first operation is at the
/// beginning.
fn earlier(search: &mut Search<'_>) {
    let plan = &search.plan;
    let Some(first) = plan.operations.iter().map(|operation| operation.at).min() else { return };
    let by = first.since(VirtualTime::ZERO);
    if by.is_zero() {
        return;
    }
    let mut plan = plan.clone();
    let move_up = |at: VirtualTime| VirtualTime::ZERO.after(at.since(first));
    for operation in &mut plan.operations {
        operation.at = move_up(operation.at);
    }
    for fault in &mut plan.faults {
        if let Trigger::At(at) = fault.trigger {
            fault.trigger = Trigger::At(move_up(at));
        }
    }
    for trouble in &mut plan.troubles {
        (trouble.from, trouble.until) = (move_up(trouble.from), move_up(trouble.until));
    }
    search.take(plan);
}

/// Every operation at the beginning.
fn all_at_once(search: &mut Search<'_>) {
    let mut plan = search.plan.clone();
    for operation in &mut plan.operations {
        operation.at = VirtualTime::ZERO;
    }
    search.take(plan);
}

/// The shortest plain chaos in which it still fails.
fn healed_earlier(search: &mut Search<'_>) {
    let chaos = search.plan.heal_at.since(VirtualTime::ZERO);
    let plan = search.plan.clone();
    let shorter = CHAOS.map(Duration::from_secs).into_iter().filter(|shorter| *shorter < chaos);
    search.take_first(shorter.map(|chaos| {
        let heal_at = VirtualTime::ZERO.after(chaos);
        Plan { heal_at, ..plan.clone() }
    }));
}

/// Whether the dwell of a fault means anything.
pub(super) fn dwells(fault: &Fault) -> bool {
    !matches!(
        fault.misfortune,
        Misfortune::Drop
            | Misfortune::TornTail { .. }
            | Misfortune::Corruption { .. }
            | Misfortune::OldGeneration { .. }
    )
}

fn size(misfortune: &Misfortune) -> Option<Duration> {
    match misfortune {
        Misfortune::Flap { period, .. } => Some(*period),
        Misfortune::WallShift { by, .. } => Some(*by),
        Misfortune::SlowSync { takes, .. } => Some(*takes),
        _ => None,
    }
}

fn resize(misfortune: &mut Misfortune, span: Duration) {
    match misfortune {
        Misfortune::Flap { period, .. } => *period = span,
        Misfortune::WallShift { by, .. } => *by = span,
        Misfortune::SlowSync { takes, .. } => *takes = span,
        _ => {}
    }
}

/// Plainer amounts than `amount`, the plainest first; none if it is plain.
fn rounded(amount: i128) -> Vec<i128> {
    if AMOUNTS.contains(&amount) || amount == AMPLE {
        return Vec::new();
    }
    let round = [10_000, 1_000, 100].into_iter().map(|unit| amount / unit * unit);
    AMOUNTS.into_iter().chain(round.filter(|round| *round > 0 && *round != amount)).collect()
}

/// Amounts in minor units that people would choose.
const AMOUNTS: [i128; 3] = [1_000, 10_000, 100_000];
/// A limit that no few payments reach.
const AMPLE: i128 = 1_000_000;
/// How long faults may strike, in seconds.
const CHAOS: [u64; 8] = [1, 10, 60, 120, 300, 600, 900, 1_800];
