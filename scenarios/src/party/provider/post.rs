//! What befalls one event on its way out of a provider (payments.md F15):
//! drawn at the provider's rates from the identity of the event, or said of it
//! alone by the plan.

use std::time::Duration;

use model::{ProviderId, Token};
use sim::{Domain, Draw, Draws};

use super::misfortune::By;
use crate::message::kinds;
use crate::party::{provider_of, provider_role};
use crate::plan::{Blow, Encounter, Plan, Stroke, WebhookFaults};

/// What one event may meet until the world heals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Post<'p> {
    faults: &'p WebhookFaults,
    strokes: &'p [Stroke],
    draw: Draw,
}

/// The `number`-th event of an instrument at `provider`, by what it is about.
pub(crate) fn parcel_of(provider: ProviderId, token: Token, number: u32) -> Encounter {
    let party = provider_role(provider);
    Encounter { party, request: kinds::WEBHOOK, token, ordinal: number }
}

impl<'p> Post<'p> {
    /// The post that the event `on` is given to.
    pub(crate) fn of(plan: &'p Plan, draws: &Draws, on: &Encounter) -> Self {
        let provider = provider_of(on.party).unwrap_or(ProviderId(0));
        let identity = [u64::from(provider.0), on.token.0, u64::from(on.ordinal)];
        Self {
            faults: &plan.provider(provider).faults.webhooks,
            strokes: plan.strokes.on(on),
            draw: draws.draw(EVENT, &identity),
        }
    }

    /// It is never sent.
    pub(super) fn dropped(&self) -> Option<By> {
        let planned = self.strokes.iter().find(|stroke| stroke.blow == Blow::WebhookDropped);
        let drawn = || self.faults.dropped.hits(self.draw.split(DROP)).then_some(By::Rate);
        planned.map(|stroke| By::Stroke(stroke.id)).or_else(drawn)
    }

    /// It is sent once more, so long after, whatever was answered.
    pub(super) fn repeated(&self) -> Option<(By, Duration)> {
        let wait = || self.draw.split(HOW_MUCH_LATER).span(REPEAT_MIN, REPEAT_MAX);
        let drawn = || self.faults.repeated.hits(self.draw.split(REPEAT)).then(wait);
        self.planned(|blow| matches!(blow, Blow::WebhookRepeated(_)), drawn)
    }

    /// It leaves so late.
    pub(super) fn delayed(&self) -> Option<(By, Duration)> {
        let most = self.faults.delay_max;
        let drawn = || (!most.is_zero()).then(|| skewed(most, self.draw.split(DELAY)));
        self.planned(|blow| matches!(blow, Blow::WebhookDelayed(_)), drawn)
    }

    /// It is held back for so long, behind those that come after it.
    pub(super) fn reordered(&self) -> Option<(By, Duration)> {
        let most = self.faults.reorder_max.max(REORDER_MIN);
        let wait = || self.draw.split(HOW_FAR).span(REORDER_MIN, most);
        let drawn = || self.faults.reordered.hits(self.draw.split(REORDER)).then(wait);
        self.planned(|blow| matches!(blow, Blow::WebhookReordered(_)), drawn)
    }

    /// It leaves at once, and the answer to the request only so long after.
    pub(super) fn early(&self) -> Option<(By, Duration)> {
        let wait = || self.draw.split(HOW_EARLY).span(EARLY_MIN, EARLY_MAX);
        let drawn = || self.faults.early.hits(self.draw.split(EARLY)).then(wait);
        self.planned(|blow| matches!(blow, Blow::WebhookEarly(_)), drawn)
    }

    /// Everything that the rates draw for it.
    pub(crate) fn drawn(&self) -> impl Iterator<Item = Blow> + use<> {
        let timed = [
            (self.repeated(), Blow::WebhookRepeated as fn(Duration) -> Blow),
            (self.delayed(), Blow::WebhookDelayed),
            (self.reordered(), Blow::WebhookReordered),
            (self.early(), Blow::WebhookEarly),
        ];
        let timed = timed.into_iter().filter_map(|(met, blow)| match met? {
            (By::Rate, wait) => Some(blow(wait)),
            (By::Stroke(_), _) => None,
        });
        let dropped = (self.dropped() == Some(By::Rate)).then_some(Blow::WebhookDropped);
        dropped.into_iter().chain(timed)
    }

    fn planned(
        &self,
        is: impl Fn(&Blow) -> bool,
        drawn: impl FnOnce() -> Option<Duration>,
    ) -> Option<(By, Duration)> {
        let planned = self.strokes.iter().find(|stroke| is(&stroke.blow));
        let planned =
            planned.and_then(|stroke| Some((By::Stroke(stroke.id), stroke.blow.lasts()?)));
        planned.or_else(|| drawn().map(|wait| (By::Rate, wait)))
    }
}

/// A delay of which half are below a sixteenth of `most`, and of a hundred one
/// is within a twentieth of it.
fn skewed(most: Duration, draw: Draw) -> Duration {
    let share = u128::from(draw.below(SHARES));
    let whole = u128::from(SHARES).pow(4);
    Duration::from_nanos((most.as_nanos() * share.pow(4) / whole) as u64)
}

const EVENT: Domain = Domain(u64::from_le_bytes(*b"psp-post"));
const DROP: u64 = 1;
const REPEAT: u64 = 2;
const HOW_MUCH_LATER: u64 = 3;
const DELAY: u64 = 4;
const REORDER: u64 = 5;
const HOW_FAR: u64 = 6;
const EARLY: u64 = 7;
const HOW_EARLY: u64 = 8;
const SHARES: u64 = 1_000;
const REPEAT_MIN: Duration = Duration::from_millis(50);
const REPEAT_MAX: Duration = Duration::from_secs(60);
const REORDER_MIN: Duration = Duration::from_secs(1);
const EARLY_MIN: Duration = Duration::from_secs(1);
const EARLY_MAX: Duration = Duration::from_secs(4);
