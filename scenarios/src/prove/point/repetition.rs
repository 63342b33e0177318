//! What repeats itself. Whoever gets no answer asks again for as long as a fault lasts, and
//! the thousandth time is like the hundredth but for the time that has gone by: a fault there
//! makes a world that is the same but for that.

use std::collections::{BTreeMap, BTreeSet};

use sim::{Happening, Kind, Role, SendIdentity, Subject, TraceEvent};

use crate::system::PaymentSystem;

/// The events of a world in which anything is sent or delivered that is not the same again,
/// and in how many nothing is.
pub(super) struct Repetition {
    fresh: BTreeSet<u64>,
    /// How many there are besides.
    pub(super) stale: u64,
}

impl Repetition {
    /// Goes through what happened in a world.
    pub(super) fn of(chaos: &[&TraceEvent<PaymentSystem>]) -> Self {
        let mut stretch = Stretch::default();
        let (mut fresh, mut all) = (BTreeSet::new(), BTreeSet::new());
        for event in chaos {
            let again = match &event.what {
                Happening::Sent(identity, ..) => stretch.tell((false, way(identity))),
                Happening::Delivered(identity, 0, _) => stretch.tell((true, way(identity))),
                Happening::Struck(_)
                | Happening::Lifted(_)
                | Happening::Crashed(_)
                | Happening::Booted => {
                    stretch = Stretch::default();
                    continue;
                }
                _ => continue,
            };
            all.insert(event.event);
            if again <= OFTEN || again.is_power_of_two() {
                fresh.insert(event.event);
            }
        }
        let stale = (all.len() - fresh.len()) as u64;
        Self { fresh, stale }
    }

    /// Whether a fault there can make what none before it does.
    pub(super) fn is_fresh(&self, event: u64) -> bool {
        self.fresh.contains(&event)
    }
}

/// Who tells whom what of which operation.
type Way = (Role, Role, Kind, Subject);

fn way(identity: &SendIdentity) -> Way {
    (identity.from, identity.to, identity.kind, identity.subject)
}

/// A time in which nothing new happens: how often each thing has happened in it.
#[derive(Default)]
struct Stretch {
    times: BTreeMap<(bool, Way), u32>,
    settled: bool,
}

impl Stretch {
    /// The how-manieth of its kind this is. What had no part in what repeated itself till now
    /// is news, and with it another stretch begins.
    fn tell(&mut self, what: (bool, Way)) -> u32 {
        if self.settled && !self.times.contains_key(&what) {
            *self = Self::default();
        }
        let times = self.times.entry(what).or_default();
        *times += 1;
        self.settled |= *times > OFTEN;
        *times
    }
}

/// So often is everything struck, and then each time that it has happened twice as often.
pub const OFTEN: u32 = 64;
