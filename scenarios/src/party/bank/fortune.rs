//! What one request meets at a bank: drawn at its rates from the identity of
//! the request, or said of it alone by the plan.

use std::time::Duration;

use model::{
    BankAnswer, BankId, BankMovement, Handling, Homecoming, Rejection, RemittanceEvent,
    ReturnReason,
};
use sim::{Domain, Draw, Draws};

use crate::fact::BankStrike;
use crate::message::kinds;
use crate::party::{bank_of, bank_role};
use crate::plan::{BankPlan, Blow, Encounter, Plan};

/// What one sending meets; its copies share it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    /// It is handled, and nobody is told: by which stroke, if by one.
    pub(super) silent: Option<Option<u32>>,
    /// How long an investigation takes, and by which stroke.
    pub(super) looks_for: Option<(Option<u32>, Duration)>,
}

impl Said {
    /// What the sending `on` meets.
    pub(super) fn of(plan: &Plan, draws: &Draws, on: &Encounter) -> Self {
        let strokes = plan.strokes.on(on);
        let silence = strokes.iter().find(|stroke| stroke.blow == Blow::NoAnswer);
        let slowness = strokes.iter().find_map(|stroke| match stroke.blow {
            Blow::SlowInvestigation(wait) => Some((Some(stroke.id), wait)),
            _ => None,
        });
        let [drawn_silent, drawn_slow] = sending(plan, draws, on);
        let drawn_silent = drawn_silent.map(|_| None);
        let drawn_slow = drawn_slow.and_then(|blow| Some((None, blow.lasts()?)));
        Self {
            silent: silence.map(|stroke| Some(stroke.id)).or(drawn_silent),
            looks_for: slowness.or(drawn_slow),
        }
    }
}

/// What the rates of the bank draw for the sending `on`.
fn sending(plan: &Plan, draws: &Draws, on: &Encounter) -> [Option<Blow>; 2] {
    let settings = settings(plan, on);
    let draw = draws.draw(SENDING, &identity(on));
    let silent = on.request == kinds::SEND && settings.unanswered.hits(draw.split(SILENT));
    let most = settings.investigation_max;
    let slow = on.request == kinds::INVESTIGATE && !most.is_zero();
    let wait = || draw.split(LOOKS).span(INVESTIGATION_MIN, most.max(INVESTIGATION_MIN));
    [silent.then_some(Blow::NoAnswer), slow.then(|| Blow::SlowInvestigation(wait()))]
}

/// Everything that the rates of a bank draw for the sending `on`.
pub(crate) fn drawn_for_sending(
    plan: &Plan,
    draws: &Draws,
    on: &Encounter,
) -> impl Iterator<Item = Blow> + use<> {
    sending(plan, draws, on).into_iter().flatten()
}

/// What comes of one request that is news: a function of the bank, the kind of
/// request, the instrument and how many like it there were before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fortune {
    answer: BankAnswer,
    homecoming: Option<Homecoming>,
    recall: Option<u8>,
    /// The strokes that these are, if they are.
    by: [Option<u32>; 3],
}

impl Fortune {
    /// What comes of the request `on`.
    pub(super) fn of(plan: &Plan, draws: &Draws, on: &Encounter) -> Self {
        let [drawn_answer, drawn_home, drawn_recall] = handling(plan, draws, on);
        // Where nobody would be told, nothing comes back.
        let told = plan.webhooks;
        let strokes = plan.strokes.on(on);
        let planned = |is: fn(&Blow) -> bool| {
            let stroke = strokes.iter().find(|stroke| is(&stroke.blow));
            (stroke.map(|stroke| stroke.blow), stroke.map(|stroke| stroke.id))
        };
        let answer = planned(|blow| blow.bank_answer().is_some());
        let home = planned(|blow| matches!(blow, Blow::SentBack(..)));
        let recall = planned(|blow| matches!(blow, Blow::Recallable(_)));
        let answer_blow = answer.0.or(drawn_answer);
        let homecoming = match home.0.or(drawn_home).filter(|_| told) {
            Some(Blow::SentBack(reason, after)) => Some(Homecoming { reason, days: days(after) }),
            _ => None,
        };
        let recalled = match recall.0.or(drawn_recall).filter(|_| told) {
            Some(Blow::Recallable(after)) => Some(days(after)),
            _ => None,
        };
        Self {
            answer: answer_blow.and_then(|b| b.bank_answer()).unwrap_or(BankAnswer::Accept),
            homecoming,
            recall: recalled,
            by: [answer.1, home.1, recall.1],
        }
    }

    /// How the bank handles it.
    pub(super) const fn handling(&self, now: Duration) -> Handling {
        let Self { answer, homecoming, recall, .. } = *self;
        Handling { now, answer, homecoming, recall }
    }

    /// What it counts as, where it is a misfortune, and by which stroke.
    pub(super) fn strikes(
        &self,
        movement: &BankMovement,
    ) -> impl Iterator<Item = (BankStrike, Option<u32>)> + use<> {
        let strike = match movement.event {
            RemittanceEvent::Deferred => Some(BankStrike::LateAnswer),
            RemittanceEvent::Deemed => Some(BankStrike::Deemed),
            RemittanceEvent::Rejected(_) => Some(BankStrike::Rejected),
            RemittanceEvent::Accepted | RemittanceEvent::Settled | RemittanceEvent::Returned(_) => {
                None
            }
        };
        let [answer, ..] = self.by;
        strike.map(|strike| (strike, answer)).into_iter()
    }

    /// The strokes that fall although nothing strikes at once: money will come
    /// back, a recall was granted.
    pub(super) fn later(&self) -> impl Iterator<Item = u32> + use<> {
        let [_, home, recall] = self.by;
        home.into_iter().chain(recall)
    }
}

/// What the rates of the bank draw for the request `on`: the answer, the
/// return, the recall.
fn handling(plan: &Plan, draws: &Draws, on: &Encounter) -> [Option<Blow>; 3] {
    let settings = settings(plan, on);
    let draw = draws.draw(HANDLING, &identity(on));
    match on.request {
        kinds::SEND => [answer(settings, draw), homecoming(settings, draw), None],
        kinds::RECALL => {
            let granted = settings.recall_accepted.hits(draw.split(RECALL));
            let after = || whole_days(draw.split(RECALL_DAYS).between(1, 10));
            [None, None, granted.then(|| Blow::Recallable(after()))]
        }
        _ => [None; 3],
    }
}

fn answer(settings: &BankPlan, draw: Draw) -> Option<Blow> {
    if settings.rejected.hits(draw.split(REJECT)) {
        return Some(Blow::AccountRejected);
    }
    if settings.offline.hits(draw.split(OFFLINE)) {
        return Some(Blow::OtherBankOffline);
    }
    if settings.deemed.hits(draw.split(DEEM)) {
        return Some(Blow::Deemed(draw.split(CREDITED).below(2) == 0));
    }
    settings.late.hits(draw.split(LATE)).then(|| {
        let wait = draw.split(HOW_LATE).span(LATE_MIN, settings.late_max.max(LATE_MIN));
        Blow::AnsweredLate(wait, draw.split(THEN).below(4) > 0)
    })
}

fn homecoming(settings: &BankPlan, draw: Draw) -> Option<Blow> {
    if settings.returned.hits(draw.split(RETURN)) {
        let closed = draw.split(WHY).below(2) == 0;
        let reason = if closed { ReturnReason::AccountClosed } else { ReturnReason::NoAccount };
        return Some(Blow::SentBack(reason, whole_days(draw.split(WHEN).between(1, 2))));
    }
    settings.unauthorized.hits(draw.split(UNAUTHORIZED)).then(|| {
        let after = whole_days(draw.split(WHEN).between(3, 60));
        Blow::SentBack(ReturnReason::Unauthorized, after)
    })
}

/// Everything that the rates of a bank draw for the request `on`, if it is news.
pub(crate) fn drawn_for_handling(
    plan: &Plan,
    draws: &Draws,
    on: &Encounter,
) -> impl Iterator<Item = Blow> + use<> {
    handling(plan, draws, on).into_iter().flatten()
}

impl Blow {
    /// What the other bank says, where that is what it is.
    const fn bank_answer(&self) -> Option<BankAnswer> {
        match self {
            Self::AccountRejected => Some(BankAnswer::Reject(Rejection::Account)),
            Self::OtherBankOffline => Some(BankAnswer::Reject(Rejection::Offline)),
            Self::AnsweredLate(after, yes) => Some(BankAnswer::Later(*after, *yes)),
            Self::Deemed(credited) => Some(BankAnswer::Deem(*credited)),
            _ => None,
        }
    }
}

fn settings<'p>(plan: &'p Plan, on: &Encounter) -> &'p BankPlan {
    plan.bank(bank_of(on.party).unwrap_or(BankId(0)))
}

fn whole_days(days: u64) -> Duration {
    Duration::from_secs(days * DAY_SECONDS)
}

/// The days that a span comes to, begun ones included.
fn days(span: Duration) -> u8 {
    span.as_secs().div_ceil(DAY_SECONDS).clamp(1, 60) as u8
}

/// The words that stand for a request in draws.
fn identity(on: &Encounter) -> [u64; 4] {
    let bank = on.party.0 - bank_role(BankId(0)).0;
    let request = match on.request {
        kinds::SEND => 1,
        kinds::INVESTIGATE => 2,
        _ => 3,
    };
    [u64::from(bank), request, on.token.0, u64::from(on.ordinal)]
}

const SENDING: Domain = Domain(u64::from_le_bytes(*b"bnk-door"));
const HANDLING: Domain = Domain(u64::from_le_bytes(*b"bnk-exec"));
const SILENT: u64 = 1;
const LOOKS: u64 = 2;
const REJECT: u64 = 3;
const OFFLINE: u64 = 4;
const DEEM: u64 = 5;
const CREDITED: u64 = 6;
const LATE: u64 = 7;
const HOW_LATE: u64 = 8;
const THEN: u64 = 9;
const RETURN: u64 = 10;
const WHY: u64 = 11;
const WHEN: u64 = 12;
const UNAUTHORIZED: u64 = 13;
const RECALL: u64 = 14;
const RECALL_DAYS: u64 = 15;
const DAY_SECONDS: u64 = 86_400;
/// No answer of an instant rail is late that comes sooner.
const LATE_MIN: Duration = Duration::from_secs(10);
const INVESTIGATION_MIN: Duration = Duration::from_secs(1);
