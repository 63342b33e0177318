//! A small protocol: tills ask counters to add amounts, and ask again until
//! they are answered; counters add each amount once, whatever the network does.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sim::{
    Bounce, Delivery, Fault, Kind, Links, Message, Network, Out, Point, Quantiles, Rate, Role,
    Roles, Settings, Subject, System, VirtualTime, Weather,
};

use crate::plan::{Plan, at, ms};

/// The number of tills; their roles start at 0.
pub(crate) const TILLS: u8 = 5;
/// The number of counters; their roles start at [`FIRST_COUNTER`].
pub(crate) const COUNTERS: u8 = 5;
/// The role of the first counter.
pub(crate) const FIRST_COUNTER: u8 = 20;
/// Kinds of message, by number.
pub(crate) const ADD: u16 = 1;
/// The answer to [`ADD`].
pub(crate) const ADDED: u16 = 2;

/// The operations that the tills attempt.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    pub(crate) operations: Vec<Operation>,
}

/// One amount to add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    pub(crate) id: u64,
    pub(crate) till: u8,
    pub(crate) counter: u8,
    pub(crate) due_ms: u64,
    pub(crate) amount: u64,
}

/// What tills and counters say to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Said {
    Add { id: u64, amount: u64 },
    Added { id: u64, total: u64 },
}

/// What an actor is reminded of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reminder {
    Due(u64),
    Ask(u64),
    /// Housekeeping: state the total if it changed.
    Report,
}

/// What a journal holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Entry {
    Asked(u64),
    Answered(u64),
    Counted(u64, u64),
}

/// What was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Seen {
    Counted(u64),
    Answered(u64),
    Total(u64),
    Refused(u64),
}

/// A till asks twice at once.
const TWICE: Point = Point(1);
/// A counter does not answer.
const MUTE: Point = Point(2);
/// Kinds of fact, by number.
pub(crate) const COUNTED: Kind = Kind(1);
/// An operation was answered.
pub(crate) const ANSWERED: Kind = Kind(2);

/// Either kind of actor.
#[derive(Clone, Debug)]
pub(crate) enum Actor {
    Till { asked: BTreeSet<u64>, answered: BTreeSet<u64> },
    Counter { amounts: BTreeMap<u64, u64>, reported: usize },
}

const PATIENCE: Duration = Duration::from_millis(200);
const REPORT_EVERY: Duration = Duration::from_millis(700);

/// The world in which the properties hold: a network that reorders, and chaos
/// for longer than any operation waits to begin.
pub(crate) fn plan(
    seed: u64,
    operations: Vec<Operation>,
    weather: Weather,
    faults: Vec<Fault>,
) -> Plan<Tally> {
    let roles = (0..TILLS).chain(FIRST_COUNTER..FIRST_COUNTER + COUNTERS);
    let latency = Quantiles::uniform(ms(1), ms(50));
    let mut network = Network::new(vec![latency], Vec::new(), ms(2_000));
    network.weather = weather;
    let calm = Plan::calm(Tally { operations }, roles);
    let counters = Roles::from_iter((FIRST_COUNTER..FIRST_COUNTER + COUNTERS).map(Role));
    network.ordered = Links::NONE.between(Roles::from_iter([Role(0), Role(1)]), counters);
    network.connections = Links::NONE.between(Roles::from_iter([Role(1), Role(2)]), counters);
    let settings = Settings {
        mirrored: Roles::EVERYONE,
        pause_max: ms(700),
        points: vec![(TWICE, Rate::per_million(100_000)), (MUTE, Rate::per_million(100_000))],
        forced: Vec::new(),
        core: None,
    };
    Plan { seed, network, faults, settings, heal_at: at(4_000), ..calm }
}

impl Tally {
    fn operation(&self, id: u64) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    fn ask(&self, id: u64, out: &mut Out<Self>) {
        if let Some(Operation { counter, amount, .. }) = self.operation(id) {
            out.send(Role(*counter), Said::Add { id, amount: *amount });
            if out.maybe(TWICE, Subject(id)) {
                out.send(Role(*counter), Said::Add { id, amount: *amount });
            }
            out.set_timer(PATIENCE, Reminder::Ask(id));
        }
    }

    fn boot_till(&self, role: Role, journal: &[Entry], out: &mut Out<Self>) -> Actor {
        let (mut asked, mut answered) = (BTreeSet::new(), BTreeSet::new());
        for entry in journal {
            match entry {
                Entry::Asked(id) => _ = asked.insert(*id),
                Entry::Answered(id) => _ = answered.insert(*id),
                Entry::Counted(..) => {}
            }
        }
        // The crash may have come between an answer's sync and its discharge.
        answered.iter().for_each(|id| out.discharge(*id));
        for operation in self.operations.iter().filter(|operation| operation.till == role.0) {
            if !answered.contains(&operation.id) {
                let wait = at(operation.due_ms).since(out.wall());
                out.set_timer(wait, Reminder::Due(operation.id));
            }
        }
        Actor::Till { asked, answered }
    }

    fn boot_counter(journal: &[Entry], out: &mut Out<Self>) -> Actor {
        let counted = |entry: &Entry| match entry {
            Entry::Counted(id, amount) => Some((*id, *amount)),
            _ => None,
        };
        out.set_housekeeping(REPORT_EVERY, Reminder::Report);
        Actor::Counter { amounts: journal.iter().filter_map(counted).collect(), reported: 0 }
    }
}

impl System for Tally {
    type Actor = Actor;
    type Message = Said;
    type Timer = Reminder;
    type Record = Entry;
    type Fact = Seen;

    fn boot(&self, role: Role, journal: &[Entry], out: &mut Out<Self>) -> Actor {
        if role.0 < FIRST_COUNTER {
            self.boot_till(role, journal, out)
        } else {
            Self::boot_counter(journal, out)
        }
    }

    fn on_message(&self, actor: &mut Actor, delivery: Delivery<Said>, out: &mut Out<Self>) {
        match (actor, delivery.message) {
            (Actor::Counter { amounts, .. }, Said::Add { id, amount }) => {
                if amounts.insert(id, amount).is_none() {
                    out.append(Entry::Counted(id, amount));
                    out.sync();
                    out.note(Seen::Counted(id));
                }
                let total = amounts.values().sum();
                if out.maybe(MUTE, Subject(id)) {
                    return;
                }
                out.send(delivery.from, Said::Added { id, total });
            }
            (Actor::Till { answered, .. }, Said::Added { id, .. }) if !answered.contains(&id) => {
                answered.insert(id);
                out.append(Entry::Answered(id));
                out.sync();
                out.discharge(id);
                out.note(Seen::Answered(id));
            }
            _ => {}
        }
    }

    fn on_bounce(&self, _: &mut Actor, bounce: Bounce<Said>, out: &mut Out<Self>) {
        out.note(Seen::Refused(bounce.message.subject().0));
    }

    fn fact_key(&self, seen: &Seen) -> Option<(Kind, Subject)> {
        match seen {
            Seen::Counted(id) => Some((COUNTED, Subject(*id))),
            Seen::Answered(id) => Some((ANSWERED, Subject(*id))),
            Seen::Total(_) | Seen::Refused(_) => None,
        }
    }

    fn on_timer(&self, actor: &mut Actor, reminder: Reminder, out: &mut Out<Self>) {
        match (actor, reminder) {
            (Actor::Till { asked, .. }, Reminder::Due(id)) => {
                if asked.insert(id) {
                    out.append(Entry::Asked(id));
                    out.sync();
                }
                out.oblige(id);
                self.ask(id, out);
            }
            (Actor::Till { answered, .. }, Reminder::Ask(id)) if !answered.contains(&id) => {
                self.ask(id, out);
            }
            (Actor::Counter { amounts, reported }, Reminder::Report) => {
                if std::mem::replace(reported, amounts.len()) < amounts.len() {
                    out.note(Seen::Total(amounts.values().sum()));
                }
                if out.wall() < VirtualTime::ZERO.after(ms(3_000)) {
                    out.set_housekeeping(REPORT_EVERY, Reminder::Report);
                }
            }
            _ => {}
        }
    }
}

impl Message for Said {
    fn kind(&self) -> Kind {
        Kind(match self {
            Self::Add { .. } => ADD,
            Self::Added { .. } => ADDED,
        })
    }

    fn subject(&self) -> Subject {
        let (Self::Add { id, .. } | Self::Added { id, .. }) = self;
        Subject(*id)
    }
}
