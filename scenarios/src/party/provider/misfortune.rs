//! What one request meets at a provider: drawn at the provider's rates from
//! the identity of the request, or said of it alone by the plan.

use std::time::Duration;

use model::{ChargeEvent, Decline, IssuerAnswer, Movement, ProviderId};
use sim::{Domain, Draw, Draws, Rate};

use crate::bounds::REFUND_RETURNED_MAX;
use crate::message::kinds;
use crate::party::{provider_of, provider_role};
use crate::plan::{Blow, Encounter, Plan, ProviderFaults, ProviderPlan, Stroke};

/// Which misfortune it is that struck: the plan's own, with its id, or a drawn
/// one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Rate,
    Stroke(u32),
}

/// What one sending may meet until the world heals; its copies share it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Door<'p> {
    faults: &'p ProviderFaults,
    strokes: &'p [Stroke],
    draw: Draw,
}

impl<'p> Door<'p> {
    /// The door at which the sending `on` arrives.
    pub(crate) fn of(plan: &'p Plan, draws: &Draws, on: &Encounter) -> Self {
        let provider = provider_of(on.party).unwrap_or(ProviderId(0));
        Self {
            faults: &plan.provider(provider).faults,
            strokes: plan.strokes.on(on),
            draw: draws.draw(REQUEST, &identity(on)),
        }
    }

    pub(super) fn request_dropped(&self) -> Option<By> {
        self.strikes(self.faults.request_dropped, DROP_REQUEST, Blow::RequestDropped)
    }

    pub(super) fn throttled(&self) -> Option<By> {
        self.strikes(self.faults.throttled, THROTTLE, Blow::Throttled)
    }

    pub(super) fn error_before(&self) -> Option<By> {
        self.strikes(self.faults.error_before, ERROR_BEFORE, Blow::ErrorBefore)
    }

    pub(super) fn error_after(&self) -> Option<By> {
        self.strikes(self.faults.error_after, ERROR_AFTER, Blow::ErrorAfter)
    }

    pub(super) fn reply_dropped(&self) -> Option<By> {
        self.strikes(self.faults.reply_dropped, DROP_REPLY, Blow::ReplyDropped)
    }

    /// How late it is executed, if it is.
    pub(super) fn late_effect(&self) -> Option<(By, Duration)> {
        let planned = self.strokes.iter().find_map(|stroke| match stroke.blow {
            Blow::LateEffect(wait) => Some((By::Stroke(stroke.id), wait)),
            _ => None,
        });
        planned.or_else(|| {
            let longest = self.faults.late_effect_max.max(LATE_MIN);
            let wait = || self.draw.split(HOW_LATE).span(LATE_MIN, longest);
            self.faults.late_effect.hits(self.draw.split(LATE)).then(|| (By::Rate, wait()))
        })
    }

    /// Whether a brown-out at this rate of `errors` makes it fail.
    pub(super) fn browned_out(&self, errors: Rate) -> bool {
        errors.hits(self.draw.split(BROWN_OUT))
    }

    /// How slow it is in a brown-out that is at most so slow.
    pub(super) fn slowness(&self, slow_max: Duration) -> Duration {
        self.draw.split(HOW_SLOW).span(SLOW_MIN, slow_max)
    }

    /// Everything that the rates draw for it.
    pub(crate) fn drawn(&self) -> impl Iterator<Item = Blow> {
        let plain = [
            (self.request_dropped(), Blow::RequestDropped),
            (self.throttled(), Blow::Throttled),
            (self.error_before(), Blow::ErrorBefore),
            (self.error_after(), Blow::ErrorAfter),
            (self.reply_dropped(), Blow::ReplyDropped),
        ];
        let plain = plain.into_iter().filter(|(by, _)| *by == Some(By::Rate)).map(|(_, blow)| blow);
        let late = self.late_effect().filter(|(by, _)| *by == By::Rate);
        plain.chain(late.map(|(_, wait)| Blow::LateEffect(wait)))
    }

    #[inline]
    fn strikes(&self, rate: Rate, purpose: u64, blow: Blow) -> Option<By> {
        let planned = self.strokes.iter().find(|stroke| stroke.blow == blow);
        match planned {
            Some(stroke) => Some(By::Stroke(stroke.id)),
            None => rate.hits(self.draw.split(purpose)).then_some(By::Rate),
        }
    }
}

/// What one execution will meet: a function of the provider, the kind of
/// request, the instrument and the ordinal of the execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fortune {
    pub(super) issuer: IssuerAnswer,
    /// The stroke that the issuer's answer is, if it is one.
    pub(super) by: Option<u32>,
    /// How long queries do not see what it does.
    pub(super) lag: Duration,
    /// The stroke that the lag is, if it is one.
    pub(super) lag_by: Option<u32>,
}

impl Fortune {
    /// What the execution `on` meets, during chaos or after.
    pub(super) fn of(plan: &Plan, draws: &Draws, on: &Encounter, chaos: bool) -> Self {
        let settings = plan.provider(provider_of(on.party).unwrap_or(ProviderId(0)));
        let draw = draws.draw(EXECUTION, &identity(on));
        let drawn = || match on.request {
            kinds::CAPTURE if settings.issuer.capture_declined.hits(draw.split(CAPTURE)) => {
                IssuerAnswer::Decline(Decline::Hard)
            }
            // No issuer is asked about a dispute that is answered.
            kinds::CAPTURE | kinds::CONTEST => IssuerAnswer::Approve,
            kinds::REFUND => {
                let fails = settings.issuer.refund_failed.hits(draw.split(REFUND_FAILED));
                let back = returned_after(settings, draw).filter(|_| tells(plan, settings));
                refund_answer(settings, draw, fails, back)
            }
            _ => settings.issuer.answer(draw),
        };
        let strokes = plan.strokes.on(on);
        let answer = match on.request {
            kinds::REFUND => {
                let failed = strokes.iter().find(|stroke| stroke.blow == Blow::RefundFailed);
                let failed =
                    failed.map(|stroke| (refund_answer(settings, draw, true, None), stroke.id));
                let returned = strokes.iter().filter(|_| tells(plan, settings));
                let returned = returned.filter_map(|stroke| match stroke.blow {
                    Blow::RefundReturned(after) => {
                        let answer = refund_answer(settings, draw, false, Some(after));
                        Some((answer, stroke.id))
                    }
                    _ => None,
                });
                failed.or_else(|| returned.into_iter().next())
            }
            _ => strokes.iter().find_map(|s| Some((s.blow.answer()?, s.id))),
        };
        let lag_max = if chaos { settings.faults.index_lag_max } else { Duration::ZERO };
        let lagging = strokes.iter().filter(|_| chaos).find_map(|stroke| match stroke.blow {
            Blow::IndexLag(lag) => Some((lag, stroke.id)),
            _ => None,
        });
        let drawn_lag = || draw.split(LAG).span(Duration::ZERO, lag_max);
        Self {
            issuer: answer.map_or_else(drawn, |(answer, _)| answer),
            by: answer.map(|(_, id)| id),
            lag: lagging.map_or_else(drawn_lag, |(lag, _)| lag),
            lag_by: lagging.map(|(_, id)| id),
        }
    }

    /// How long after it a refund comes back that this execution made, and by
    /// which stroke; `None` if it does not.
    pub(super) fn returned_by(
        &self,
        movement: Option<&Movement>,
    ) -> Option<(Option<u32>, Duration)> {
        let IssuerAnswer::ReturnLate(after) = self.issuer else { return None };
        let refunded = |moved: &&Movement| matches!(moved.event, ChargeEvent::Refunded(_));
        movement.filter(refunded).map(|_| (self.by, after))
    }

    /// The blows that it would take to say it of the execution alone.
    fn blows(&self, on: &Encounter) -> impl Iterator<Item = Blow> {
        let answer = match (on.request, self.issuer) {
            (kinds::CAPTURE, IssuerAnswer::Decline(_)) => Some(Blow::CaptureDeclined),
            (kinds::REFUND, IssuerAnswer::Decline(_) | IssuerAnswer::Later(_, false)) => {
                Some(Blow::RefundFailed)
            }
            (kinds::REFUND, IssuerAnswer::ReturnLate(after)) => Some(Blow::RefundReturned(after)),
            (kinds::AUTHORIZE, IssuerAnswer::Decline(Decline::Hard)) => Some(Blow::DeclinedHard),
            (kinds::AUTHORIZE, IssuerAnswer::Decline(Decline::Soft)) => Some(Blow::DeclinedSoft),
            (kinds::AUTHORIZE, IssuerAnswer::ApprovePart(share)) => {
                Some(Blow::ApprovedInPart(share))
            }
            (kinds::AUTHORIZE, IssuerAnswer::Later(after, approves)) => {
                Some(Blow::Deferred(after, approves))
            }
            _ => None,
        };
        let lag = (!self.lag.is_zero()).then_some(Blow::IndexLag(self.lag));
        answer
            .filter(|_| self.by.is_none())
            .into_iter()
            .chain(lag.filter(|_| self.lag_by.is_none()))
    }
}

/// What becomes of a refund: told at once, or when the provider knows. Only what
/// was told to have succeeded at once comes back later.
fn refund_answer(
    settings: &ProviderPlan,
    draw: Draw,
    fails: bool,
    back: Option<Duration>,
) -> IssuerAnswer {
    let habits = &settings.dialect.refunds;
    if !habits.synchronous {
        let longest = habits.pending_max.max(LATE_MIN);
        return IssuerAnswer::Later(draw.split(REFUND).span(LATE_MIN, longest), !fails);
    }
    match back {
        _ if fails => IssuerAnswer::Decline(Decline::Hard),
        Some(after) => IssuerAnswer::ReturnLate(after),
        None => IssuerAnswer::Approve,
    }
}

/// How long after it a refund comes back that has succeeded, if it does.
fn returned_after(settings: &ProviderPlan, draw: Draw) -> Option<Duration> {
    let after = || draw.split(RETURNED_AFTER).span(REFUND_RETURNED_MIN, REFUND_RETURNED_MAX);
    settings.issuer.refund_returned.hits(draw.split(REFUND_RETURNED)).then(after)
}

/// Whether anybody would be told of a refund that came back: where nobody is,
/// none does.
fn tells(plan: &Plan, settings: &ProviderPlan) -> bool {
    let habits = &settings.dialect.webhooks;
    plan.webhooks && habits.signed && !habits.retries_for.is_zero()
}

/// Everything that the rates of a provider draw for the execution `on`.
pub(crate) fn drawn_for_execution(
    plan: &Plan,
    draws: &Draws,
    on: &Encounter,
) -> impl Iterator<Item = Blow> + use<> {
    Fortune::of(plan, draws, on, true).blows(on).collect::<Vec<_>>().into_iter()
}

/// The words that stand for a request in draws.
fn identity(on: &Encounter) -> [u64; 4] {
    let provider = on.party.0 - provider_role(ProviderId(0)).0;
    let request = match on.request {
        kinds::AUTHORIZE => 1,
        kinds::CAPTURE => 2,
        kinds::VOID => 3,
        kinds::REFUND => 5,
        kinds::CONTEST => 6,
        _ => 4,
    };
    [u64::from(provider), request, on.token.0, u64::from(on.ordinal)]
}

const REQUEST: Domain = Domain(u64::from_le_bytes(*b"psp-door"));
const EXECUTION: Domain = Domain(u64::from_le_bytes(*b"psp-exec"));
const BROWN_OUT: u64 = 1;
const DROP_REQUEST: u64 = 2;
const THROTTLE: u64 = 3;
const ERROR_BEFORE: u64 = 4;
const ERROR_AFTER: u64 = 5;
const DROP_REPLY: u64 = 6;
const LATE: u64 = 7;
const HOW_LATE: u64 = 8;
const HOW_SLOW: u64 = 9;
const CAPTURE: u64 = 10;
const LAG: u64 = 11;
const REFUND: u64 = 12;
const REFUND_FAILED: u64 = 13;
const REFUND_RETURNED: u64 = 14;
const RETURNED_AFTER: u64 = 15;
const LATE_MIN: Duration = Duration::from_secs(1);
/// No customer's bank sends back what it was sent today.
const REFUND_RETURNED_MIN: Duration = Duration::from_secs(86_400);
const SLOW_MIN: Duration = Duration::from_millis(500);
