//! What a link does to a message: the fate of each sending.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::draw::{Domain, DomainDraws, Draw, Draws};
use crate::links::Links;
use crate::message::{Kind, SendIdentity};
use crate::order::Order;
use crate::quantiles::Quantiles;
use crate::rate::Rate;
use crate::time::nanos;

/// How the links between all actors behave.
#[derive(Clone, Debug)]
pub struct Network {
    latencies: Arc<[Quantiles]>,
    by_kind: Arc<[u8]>,
    /// What goes wrong while faults strike.
    pub weather: Weather,
    /// A copy that would take longer is lost.
    pub copy_age_max: Duration,
    /// Links that keep order and make no copies: nothing that is sent on one
    /// arrives before what was sent on it earlier. None by default.
    pub ordered: Links,
    /// Links that are connections: what finds its receiver down bounces, as a
    /// [`Bounce`](crate::Bounce), unless a copy of it was handled. None by
    /// default.
    pub connections: Links,
}

/// The rates at which links misbehave, and how badly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Weather {
    /// How often a sending is lost.
    pub loss: Rate,
    /// How often a sending arrives more than once.
    pub duplication: Rate,
    /// The most copies that one sending arrives as, at most [`COPIES_MAX`].
    pub copies_max: u8,
    /// How long after the first a copy may arrive.
    pub copy_delay_max: Duration,
    /// How often a copy arrives late, after its sender has given up.
    pub lateness: Rate,
    /// How late at most.
    pub late_max: Duration,
    /// How slow the links are, in percent of their latency tables.
    pub load_percent: u32,
    /// In which order what is under way arrives.
    #[serde(default, skip_serializing_if = "Order::is_usual")]
    pub order: Order,
}

impl Weather {
    /// Nothing goes wrong.
    pub const CALM: Self = Self {
        loss: Rate::NEVER,
        duplication: Rate::NEVER,
        copies_max: 1,
        copy_delay_max: Duration::ZERO,
        lateness: Rate::NEVER,
        late_max: Duration::ZERO,
        load_percent: 100,
        order: Order::Usual,
    };
}

/// The most copies of one sending.
pub const COPIES_MAX: usize = 4;

/// What becomes of a sending: when each of its copies arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fate {
    delays: [u64; COPIES_MAX],
    copies: u8,
    /// Copies that arrive late.
    pub late: u8,
    /// Whether the network lost it outright.
    pub lost: bool,
}

impl Fate {
    /// Lost, every copy of it.
    pub const LOST: Self = Self { delays: [0; COPIES_MAX], copies: 0, late: 0, lost: true };

    /// One copy, `delay` nanoseconds after the sending.
    pub(crate) fn once(delay: u64, late: bool) -> Self {
        Self { delays: [delay, 0, 0, 0], copies: 1, late: u8::from(late), lost: false }
    }

    /// Nanoseconds from the sending to each arrival, a copy each.
    pub fn delays(&self) -> &[u64] {
        &self.delays[..usize::from(self.copies)]
    }

    /// The same fate, `extra` later.
    pub fn delayed(mut self, extra: Duration) -> Self {
        for delay in &mut self.delays[..usize::from(self.copies)] {
            *delay = delay.saturating_add(nanos(extra));
        }
        self
    }

    /// The same fate without the copies that take longer than `age_max`.
    pub fn aged(self, age_max: Duration) -> Self {
        let mut fate = Self { delays: [0; COPIES_MAX], copies: 0, ..self };
        for delay in self.delays().iter().filter(|delay| **delay <= nanos(age_max)) {
            fate.delays[usize::from(fate.copies)] = *delay;
            fate.copies += 1;
        }
        fate.lost = fate.copies == 0;
        fate
    }

    /// The same fate, in which no copy arrives within `span`.
    pub fn held(mut self, span: Duration) -> Self {
        for delay in &mut self.delays[..usize::from(self.copies)] {
            *delay = (*delay).max(nanos(span));
        }
        self
    }

    /// The same fate without any copy but the first.
    pub(crate) fn single(mut self) -> Self {
        self.copies = self.copies.min(1);
        self.late = self.late.min(1);
        self
    }

    /// The same fate with one more copy, `after` the first.
    pub fn duplicated(mut self, after: Duration) -> Self {
        let at = usize::from(self.copies);
        if !self.lost && at < COPIES_MAX {
            self.delays[at] = self.delays[0].saturating_add(nanos(after));
            self.copies += 1;
        }
        self
    }
}

/// A fate in the few words that nearly all of them take, so that they need
/// not go through memory.
pub(crate) enum Brief {
    Lost,
    Once {
        delay: u64,
        late: bool,
    },
    /// With more copies, to be told from this draw.
    Several(Draw),
}

impl Network {
    /// Links with a table of latencies, of which `by_kind[kind]` tells the one
    /// for each kind of message; kinds past its end use the first.
    ///
    /// # Panics
    /// If `latencies` is empty.
    pub fn new(latencies: Vec<Quantiles>, by_kind: Vec<u8>, copy_age_max: Duration) -> Self {
        assert!(!latencies.is_empty(), "a network needs at least one table of latencies");
        Self {
            latencies: latencies.into(),
            by_kind: by_kind.into(),
            weather: Weather::CALM,
            copy_age_max,
            ordered: Links::NONE,
            connections: Links::NONE,
        }
    }

    /// How long the refusal of the sending that `identity` names takes on its
    /// way back, in nanoseconds.
    pub(crate) fn refusal(&self, draws: &Draws, identity: &SendIdentity) -> u64 {
        let [pair, subject] = identity.words();
        let draw = draws.draw(REFUSAL, &[pair, subject, u64::from(identity.ordinal)]);
        self.latency(identity.kind).sample(draw)
    }

    /// What becomes of the sending that `identity` names: a pure function of
    /// the key, the settings and the identity.
    pub fn fate(&self, draws: &Draws, identity: &SendIdentity, weather: &Weather) -> Fate {
        match self.brief_fate((draws, &draws.of(FATE)), identity, weather) {
            Brief::Lost => Fate::LOST,
            Brief::Once { delay, late } => Fate::once(delay, late),
            Brief::Several(draw) => self.several(draws, identity, weather, draw),
        }
    }

    /// The same, as far as it can be told in few words.
    #[inline]
    pub(crate) fn brief_fate(
        &self,
        (draws, fates): (&Draws, &DomainDraws),
        identity: &SendIdentity,
        weather: &Weather,
    ) -> Brief {
        let [pair, subject] = identity.words();
        let draw = fates.draw(&[pair, subject, u64::from(identity.ordinal)]);
        if weather.loss.hits(draw.split(LOSS)) {
            return Brief::Lost;
        }
        if weather.copies_max > 1 && weather.duplication.hits(draw.split(COPIES)) {
            return Brief::Several(draw);
        }
        let base = self.under_way(draws, identity, weather, draw.split(COPY));
        let (delay, late) = copy_delay(base, weather, draw.split(COPY));
        match delay <= nanos(self.copy_age_max) {
            true => Brief::Once { delay, late },
            false => Brief::Lost,
        }
    }

    #[cold]
    fn several(
        &self,
        draws: &Draws,
        identity: &SendIdentity,
        weather: &Weather,
        draw: Draw,
    ) -> Fate {
        let most = weather.copies_max.min(COPIES_MAX as u8);
        let copies = draw.split(HOW_MANY).between(2, u64::from(most)) as u8;
        let mut fate = Fate { delays: [0; COPIES_MAX], copies: 0, late: 0, lost: false };
        for copy in 0..copies {
            let own = draw.split(COPY + u64::from(copy));
            let base = self.under_way(draws, identity, weather, own);
            let (delay, late) = copy_delay(base, weather, own);
            let first = if fate.copies == 0 { 0 } else { copy_gap(weather, draw, copy) };
            let delay = delay.saturating_add(first);
            if delay <= nanos(self.copy_age_max) {
                fate.delays[usize::from(fate.copies)] = delay;
                fate.copies += 1;
                fate.late += u8::from(late);
            }
        }
        fate.lost = fate.copies == 0;
        fate
    }

    /// How long a copy is under way before anything makes it late, in nanoseconds.
    #[inline]
    fn under_way(
        &self,
        draws: &Draws,
        identity: &SendIdentity,
        weather: &Weather,
        draw: Draw,
    ) -> u64 {
        let usual = self.latency(identity.kind);
        match weather.order {
            Order::Usual => usual.sample(draw),
            order => order.sample(draws, identity, usual, draw),
        }
    }

    #[inline]
    fn latency(&self, kind: Kind) -> &Quantiles {
        let table = self.by_kind.get(usize::from(kind.0)).copied().unwrap_or(0);
        self.latencies.get(usize::from(table)).unwrap_or(&self.latencies[0])
    }
}

#[inline]
fn copy_delay(base: u64, weather: &Weather, draw: Draw) -> (u64, bool) {
    let loaded = match u64::from(weather.load_percent) {
        100 => base,
        load => (base / 100).saturating_mul(load).saturating_add(base % 100 * load / 100),
    };
    if weather.lateness.hits(draw.split(LATE)) {
        let late = draw.split(HOW_LATE).below(nanos(weather.late_max));
        return (loaded.saturating_add(late), true);
    }
    (loaded, false)
}

fn copy_gap(weather: &Weather, draw: Draw, copy: u8) -> u64 {
    draw.split(GAP + u64::from(copy)).below(nanos(weather.copy_delay_max))
}

const REFUSAL: Domain = Domain(u64::from_le_bytes(*b"net-refu"));
/// What becomes of sendings.
pub(crate) const FATE: Domain = Domain(u64::from_le_bytes(*b"net-fate"));
const LOSS: u64 = 1;
const COPIES: u64 = 2;
const HOW_MANY: u64 = 3;
const LATE: u64 = 4;
const HOW_LATE: u64 = 5;
const COPY: u64 = 16;
const GAP: u64 = 32;
