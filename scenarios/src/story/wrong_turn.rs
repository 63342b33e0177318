//! The first wrong turn: where a run with a planted defect departs from the run
//! of the same plan without it.

use std::time::Duration;

use model::{Defect, Defects, StoreEntry};
use sim::{Happening, Past, Role, Trace, TraceEvent, VirtualTime};

use super::beat::Deed;
use super::matter::Matter;
use super::narrator::passage;
use super::witness::{Scene, record};
use crate::judge::Relation;
use crate::system::{Entry, PaymentSystem};

/// The first event of the matter that would not have been without the defect.
#[derive(Clone, Debug)]
pub struct WrongTurn {
    /// The defects that are planted.
    pub defects: Vec<Defect>,
    /// When.
    pub at: VirtualTime,
    /// The number of its event.
    pub event: u64,
    /// Who took it.
    pub role: Role,
    /// What it had heard or been reminded of; `None` if there is nothing to
    /// tell, as at a boot, or if the other run had no such moment.
    pub on: Option<Deed>,
    /// What it did then, and would not have done.
    pub did: Vec<Deed>,
    /// What it would have done, and did not; where that is nothing, what it would
    /// have done next.
    pub would: Vec<Deed>,
    /// When it would have.
    pub would_at: VirtualTime,
}

/// Compares the run of `scene` with that of the same plan without `defects`, as
/// far as the matter is concerned; `None` if they don't part before the violation,
/// or if where they part had no hand in it.
pub(super) fn find(
    system: &PaymentSystem,
    defects: Defects,
    scene: &Scene,
    matter: &Matter,
    past: &Past,
) -> Option<WrongTurn> {
    if defects == Defects::NONE {
        return None;
    }
    let sound = PaymentSystem::new((*system.plan).clone(), Defects::NONE);
    let sound = record(&sound, scene.ended_at.after(AFTERWARDS));
    let (ours, theirs) = (handlers(&scene.trace, matter), handlers(&sound, matter));
    let same = |(one, other): &(&Handler<'_>, &Handler<'_>)| one.is_like(other);
    let at = ours.iter().zip(&theirs).take_while(same).count();
    let Some(one) = ours.get(at) else {
        return omission(defects, ours.last().map_or(0, |last| last.event), &theirs[at..], scene);
    };
    if !past.contains(one.event) {
        // What did not happen has no past: only what was left undone can be told.
        let absent = scene.violation.relation == Relation::NeverFinished;
        return absent.then(|| omission(defects, one.event, &theirs[at..], scene)).flatten();
    }
    let other = theirs.get(at).filter(|other| one.meets_the_same(other));
    let common = other.map_or(0, |other| one.in_common_with(other));
    let deeds = |handler: &Handler<'_>| handler.deeds(common, scene.ended_at);
    let mut would = (one.at, other.map(deeds).unwrap_or_default());
    if would.1.is_empty() {
        let later = theirs[at..].iter().filter(|later| later.role == one.role);
        let mut next = later.map(|later| (later.at, later.deeds(0, scene.ended_at)));
        would = next.find(|(_, deeds)| !deeds.is_empty()).unwrap_or(would);
    }
    let planted = Defect::ALL.iter().map(|story| story.defect);
    Some(WrongTurn {
        defects: planted.filter(|defect| defects.has(*defect)).collect(),
        at: one.at,
        event: one.event,
        role: one.role,
        on: one.happenings.first().and_then(|happened| stimulus(&happened.what)),
        did: deeds(one),
        would: would.1,
        would_at: would.0,
    })
}

/// The first thing that was not done, where nothing else was done in its place.
fn omission(
    defects: Defects,
    event: u64,
    theirs: &[Handler<'_>],
    scene: &Scene,
) -> Option<WrongTurn> {
    let mut next = theirs.iter().map(|handler| (handler, handler.deeds(0, scene.ended_at)));
    let (missing, would) = next.find(|(_, deeds)| !deeds.is_empty())?;
    let planted = Defect::ALL.iter().map(|story| story.defect);
    Some(WrongTurn {
        defects: planted.filter(|defect| defects.has(*defect)).collect(),
        at: missing.at.min(scene.ended_at),
        event,
        role: missing.role,
        on: None,
        did: Vec::new(),
        would,
        would_at: missing.at,
    })
}

/// How long the sound run goes on after the violation, to tell what it would have
/// done next.
const AFTERWARDS: Duration = Duration::from_secs(60);

/// What one handler did.
struct Handler<'t> {
    at: VirtualTime,
    event: u64,
    role: Role,
    happenings: Vec<&'t TraceEvent<PaymentSystem>>,
    /// The same in words, to compare.
    words: Vec<String>,
}

impl Handler<'_> {
    fn is_like(&self, other: &Self) -> bool {
        (self.at, self.role, &self.words) == (other.at, other.role, &other.words)
    }

    /// Whether both were set off by the same, at the same moment.
    fn meets_the_same(&self, other: &Self) -> bool {
        let first = |handler: &Self| handler.words.first().cloned();
        (self.at, self.role, first(self)) == (other.at, other.role, first(other))
    }

    fn in_common_with(&self, other: &Self) -> usize {
        self.words.iter().zip(&other.words).take_while(|(one, other)| one == other).count()
    }

    /// What it did from its `from`-th effect on.
    fn deeds(&self, from: usize, end: VirtualTime) -> Vec<Deed> {
        self.happenings.iter().skip(from).filter_map(|happened| effect(happened, end)).collect()
    }
}

/// The handlers of `trace` that concern the matter, in order.
fn handlers<'t>(trace: &'t Trace<PaymentSystem>, matter: &Matter) -> Vec<Handler<'t>> {
    let mut handlers: Vec<Handler<'t>> = Vec::new();
    let mut about = Vec::new();
    for happened in &trace.events {
        let TraceEvent { at, event, role, .. } = *happened;
        // What a fault does besides has a number of its own, between those of a
        // handler.
        let open = handlers.iter().rposition(|handler| handler.event == event);
        let place = open.unwrap_or_else(|| {
            let (happenings, words) = (Vec::new(), Vec::new());
            handlers.push(Handler { at, event, role, happenings, words });
            about.push(false);
            handlers.len() - 1
        });
        handlers[place].happenings.push(happened);
        handlers[place].words.push(happened.what.to_string());
        about[place] |= matter.concerns(happened);
    }
    let mut about = about.into_iter();
    handlers.retain(|_| about.next().unwrap_or_default());
    handlers
}

fn stimulus(what: &Happening<PaymentSystem>) -> Option<Deed> {
    match what {
        Happening::Delivered(identity, _, message) => {
            Some(Deed::Hears { from: identity.from, message: message.clone() })
        }
        Happening::TimerFired(timer) => Some(Deed::IsReminded(*timer)),
        Happening::Bounced(identity, message) => {
            Some(Deed::IsRefused { by: identity.to, message: message.clone() })
        }
        _ => None,
    }
}

fn effect(happened: &TraceEvent<PaymentSystem>, end: VirtualTime) -> Option<Deed> {
    match &happened.what {
        Happening::Sent(identity, message, fate) => {
            let passage = passage(happened.at, fate, end);
            Some(Deed::Sends { identity: *identity, message: message.clone(), passage })
        }
        Happening::Appended(Entry::Store(StoreEntry::Committed(commit))) => {
            Some(Deed::Writes(commit.payment, commit.records.clone()))
        }
        Happening::Appended(Entry::Store(StoreEntry::Received(webhook, state))) => {
            Some(Deed::Files(*webhook, *state))
        }
        Happening::Appended(Entry::Ledger(booking)) => Some(Deed::Books(booking.clone())),
        Happening::Appended(Entry::Counted(event)) => Some(Deed::Counts(*event)),
        Happening::Appended(Entry::Bank(entry)) => entry.movement().copied().map(Deed::Remits),
        Happening::Appended(Entry::Provider(entry)) => entry.movement().copied().map(Deed::Moves),
        _ => None,
    }
}
