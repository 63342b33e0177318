//! A lock service with leases, and the stale-holder bug, found by a campaign.
//!
//! ```text
//! cargo run --release --example lock_service -p pennywise-sim
//! ```
//!
//! Clients take a lock for a while, write to a store, and give the lock back.
//! A client that pauses while it holds the lock does not notice that its lease
//! ran out: it goes on, and overwrites what the next holder wrote. No timeout
//! mends that; a fencing token that the store checks does. The story is told
//! in Martin Kleppmann, "How to do distributed locking" (2016).
//!
//! The kernel knows nothing of locks: this is all that a user writes.

use std::collections::BTreeSet;
use std::time::Duration;

use sim::{
    Delivery, Domain, Ending, Fault, Kind, Limits, Message, Misfortune, Network, Observer, Out,
    Quantiles, Role, Run, Seed, Sighting, Subject, System, Trigger, VirtualTime, World,
};

const LOCK: Role = Role(0);
const STORE: Role = Role(1);
const CLIENTS: u8 = 3;
const FIRST_CLIENT: u8 = 2;
const ROUNDS: u32 = 4;
const LEASE: Duration = Duration::from_millis(500);

fn main() {
    let plain = campaign(&Locks { fenced: false }, 500);
    let Some(seed) = plain else {
        println!("without fencing: 500 seeds held, which is a surprise");
        return;
    };
    println!("without fencing, seed {seed} overwrites what a later holder wrote:\n");
    println!("{}", trail(&Locks { fenced: false }, seed));
    match campaign(&Locks { fenced: true }, 500) {
        None => println!("with fencing, 500 seeds hold"),
        Some(seed) => println!("with fencing, seed {seed} does it too"),
    }
}

/// The first of so many seeds in which a stale holder wrote.
fn campaign(locks: &Locks, seeds: u64) -> Option<Seed> {
    (0..seeds).map(|index| Seed(1).derive("locks", index)).find(|seed| {
        let faults = faults(*seed);
        let mut judge = Judge::default();
        let ending = world(locks, *seed, &faults).run(&mut judge);
        assert_eq!(ending, Ending::Rest, "{seed}");
        assert!(judge.written > 0, "{seed}: nobody ever wrote: nothing is shown");
        judge.stale.is_some()
    })
}

/// What led to the stale write: the replay of a seed, up to there.
fn trail(locks: &Locks, seed: Seed) -> String {
    let faults = faults(seed);
    let mut judge = Judge::default();
    let mut world = world(locks, seed, &faults).recorded();
    world.run(&mut judge);
    let last = judge.stale.map_or(0, |seen| seen.event);
    let events = world.trace().map_or(&[][..], |trace| &trace.events);
    let past = past_of(last, events);
    let told = events.iter().filter(|event| past.contains(&event.event));
    told.map(|e| format!("  {} {:>8} {}\n", e.at, locks.name(e.role), e.what)).collect()
}

/// The recent events that led to this one: what its actors did, what that was
/// caused by, and the faults that had a hand in it.
fn past_of(last: u64, events: &[sim::TraceEvent<Locks>]) -> BTreeSet<u64> {
    let end = events.iter().find(|event| event.event == last);
    let since = end.map_or(0, |end| end.at.as_nanos().saturating_sub(RECENT.as_nanos() as u64));
    let recent = |event: &&sim::TraceEvent<Locks>| event.at.as_nanos() >= since;
    let mut past = BTreeSet::from([last]);
    for event in events.iter().rev().filter(recent) {
        let store = event.role == STORE && event.event < last;
        if past.contains(&event.event) || store || event.fault.is_some() && event.event < last {
            past.extend([event.cause, event.event]);
        }
    }
    past
}

/// A pause and a lease.
const RECENT: Duration = Duration::from_millis(1_500);

/// Pauses, drawn from the seed before the run: each client may stall for up to
/// two leases.
fn faults(seed: Seed) -> Vec<Fault> {
    let mut stream = seed.stream(Domain(2));
    let pauses = (1..=4).map(|id| {
        let client = Role(FIRST_CLIENT + stream.between(0, u64::from(CLIENTS) - 1) as u8);
        let at = stream.span(Duration::ZERO, Duration::from_secs(4));
        Fault {
            id,
            trigger: Trigger::At(VirtualTime::ZERO.after(at)),
            misfortune: Misfortune::Pause { roles: client.into() },
            dwell: stream.span(Duration::from_millis(10), LEASE * 2),
        }
    });
    pauses.collect()
}

fn world<'p>(locks: &'p Locks, seed: Seed, faults: &'p [Fault]) -> World<'p, Locks> {
    let latency = Quantiles::uniform(Duration::from_millis(1), Duration::from_millis(20));
    let run = Run {
        draws: seed.draws(Domain(1)),
        roles: (0..FIRST_CLIENT + CLIENTS).map(Role).collect(),
        network: Network::new(vec![latency], Vec::new(), Duration::from_secs(10)),
        faults,
        heal_at: VirtualTime::ZERO.after(Duration::from_secs(5)),
        limits: Limits {
            events_max: 100_000,
            horizon: VirtualTime::ZERO.after(Duration::from_secs(600)),
        },
    };
    World::new(locks, run)
}

/// The system: with fencing, the store refuses a token older than the newest
/// that it has seen.
#[derive(Clone, Debug)]
struct Locks {
    fenced: bool,
}

#[derive(Clone, Debug)]
enum Actor {
    Lock { token: u64, held_until: Option<Duration> },
    Store { newest: u64 },
    Client { me: Role, rounds: u32, token: u64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Said {
    Acquire,
    Granted(u64),
    Write(u64),
    Written,
    Release(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Reminder {
    /// Ask for the lock.
    Ask,
    /// What was to be done under the lock is done: write it.
    Worked,
}

/// What the store accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Accepted {
    token: u64,
}

impl System for Locks {
    type Actor = Actor;
    type Message = Said;
    type Timer = Reminder;
    type Record = u64;
    type Fact = Accepted;

    fn boot(&self, role: Role, journal: &[u64], out: &mut Out<Self>) -> Actor {
        match role {
            LOCK => {
                let token = journal.last().copied().unwrap_or(0);
                Actor::Lock { token, held_until: None }
            }
            STORE => Actor::Store { newest: 0 },
            me => {
                out.set_timer(Duration::from_millis(u64::from(me.0) * 7), Reminder::Ask);
                Actor::Client { me, rounds: 0, token: 0 }
            }
        }
    }

    fn on_message(&self, actor: &mut Actor, delivery: Delivery<Said>, out: &mut Out<Self>) {
        match (actor, delivery.message) {
            (Actor::Lock { token, held_until }, Said::Acquire)
                if held_until.is_none_or(|until| out.monotonic() >= until) =>
            {
                *token += 1;
                *held_until = Some(out.monotonic() + LEASE);
                out.append(*token);
                out.sync();
                out.send(delivery.from, Said::Granted(*token));
            }
            (Actor::Lock { token, held_until }, Said::Release(released)) if *token == released => {
                *held_until = None;
            }
            (Actor::Store { newest }, Said::Write(token)) => {
                if self.fenced && token < *newest {
                    return;
                }
                *newest = token.max(*newest);
                out.note(Accepted { token });
                out.send(delivery.from, Said::Written);
            }
            (Actor::Client { token, .. }, Said::Granted(granted)) if granted > *token => {
                *token = granted;
                out.set_timer(Duration::from_millis(100), Reminder::Worked);
            }
            (Actor::Client { token, .. }, Said::Written) => out.send(LOCK, Said::Release(*token)),
            _ => {}
        }
    }

    fn on_timer(&self, actor: &mut Actor, reminder: Reminder, out: &mut Out<Self>) {
        let Actor::Client { me, rounds, token } = actor else { return };
        match reminder {
            Reminder::Ask if *rounds < ROUNDS => {
                *rounds += 1;
                out.send(LOCK, Said::Acquire);
                let pause = Duration::from_millis(600 + u64::from(me.0) * 90);
                out.set_timer(pause, Reminder::Ask);
            }
            Reminder::Ask => {}
            Reminder::Worked => out.send(STORE, Said::Write(*token)),
        }
    }

    fn name(&self, role: Role) -> String {
        match role {
            LOCK => "lock".to_owned(),
            STORE => "store".to_owned(),
            Role(n) if n < FIRST_CLIENT + CLIENTS => format!("client {}", n - FIRST_CLIENT),
            _ => "world".to_owned(),
        }
    }
}

impl Message for Said {
    fn kind(&self) -> Kind {
        Kind(match self {
            Self::Acquire => 1,
            Self::Granted(_) => 2,
            Self::Write(_) => 3,
            Self::Written => 4,
            Self::Release(_) => 5,
        })
    }

    fn subject(&self) -> Subject {
        Subject(0)
    }
}

/// Watches the store: its tokens may never fall.
#[derive(Debug, Default)]
struct Judge {
    newest: u64,
    written: u64,
    stale: Option<Sighting>,
}

impl Observer<Locks> for Judge {
    fn noted(&mut self, seen: Sighting, accepted: &Accepted) {
        if accepted.token < self.newest && self.stale.is_none() {
            self.stale = Some(seen);
        }
        self.newest = self.newest.max(accepted.token);
        self.written += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNFENCED: Locks = Locks { fenced: false };
    const FENCED: Locks = Locks { fenced: true };

    #[test]
    fn a_campaign_finds_the_stale_holder_and_the_seed_repeats_it() {
        let seed = campaign(&UNFENCED, 500).expect("a stale holder writes in some seed");
        for _ in 0..2 {
            let (faults, mut judge) = (faults(seed), Judge::default());
            world(&UNFENCED, seed, &faults).run(&mut judge);
            assert!(judge.stale.is_some(), "{seed}");
        }
    }

    #[test]
    fn the_trail_tells_of_the_pause_and_ends_with_the_stale_write() {
        let seed = campaign(&UNFENCED, 500).expect("a stale holder writes in some seed");
        let trail = trail(&UNFENCED, seed);
        let last = trail.lines().rfind(|line| line.contains("notes")).unwrap_or_default();
        assert!(trail.contains("strikes") && last.contains("store notes Accepted"), "{trail}");
    }

    #[test]
    fn a_store_that_checks_the_fencing_token_holds_in_every_seed() {
        assert_eq!(campaign(&FENCED, 500), None);
    }

    #[test]
    fn without_a_pause_nobody_is_stale() {
        for seed in (0..50).map(|index| Seed(1).derive("locks", index)) {
            let mut judge = Judge::default();
            world(&UNFENCED, seed, &[]).run(&mut judge);
            assert!(judge.stale.is_none() && judge.written > 0, "{seed}");
        }
    }
}
