//! What parties of a recorded trial wrote, saw and suffered.

use model::{Booking, StoreEntry, Token};
use scenarios::fact::Fact;
use scenarios::story::Deed as Told;
use scenarios::{Entry, PaymentSystem, Plan};
use serde::Serialize;
use sim::{Happening, Trace, TraceEvent, VirtualTime};

use super::Lanes;
use super::durable::Unsynced;
use crate::story;

/// Something that a party did, or that happened to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deed {
    /// The lane of whose it is; none if it is the world's.
    pub lane: Option<usize>,
    /// When.
    pub at: u64,
    /// In which event.
    pub event: u64,
    /// The instrument of the payment that it is about; 0 for none.
    pub token: u64,
    /// Of what kind.
    pub kind: DeedKind,
    /// In words.
    pub says: String,
}

/// Kinds of deeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeedKind {
    /// Something became durable in a journal.
    Writes,
    /// Something became durable in books of money.
    Books,
    /// A customer, a shop or the probe saw something.
    Sees,
    /// Somebody met a misfortune.
    Suffers,
    /// Somebody crashed.
    Crashes,
    /// Somebody booted, or went on after a pause.
    Returns,
    /// A planned fault struck, or every fault ended.
    Strikes,
}

impl DeedKind {
    /// Whether it befell somebody, whatever that was about.
    pub const fn is_harm(self) -> bool {
        matches!(self, Self::Crashes | Self::Returns | Self::Strikes)
    }
}

/// What is told of an entry is told when it is durable.
pub(super) fn all(trace: &Trace<PaymentSystem>, plan: &Plan, lanes: &Lanes<'_>) -> Vec<Deed> {
    let (mut deeds, mut unsynced) = (Vec::new(), Unsynced::default());
    for happened in &trace.events {
        let durable = unsynced.take(happened).into_iter().filter_map(written);
        for (token, told) in durable.chain(happens(&happened.what, happened.at)) {
            let says = story::told(plan, token, &told, happened.fault);
            if !says.is_empty() {
                deeds.push(deed(happened, lanes, token, &told, says));
            }
        }
    }
    deeds
}

fn deed(
    happened: &TraceEvent<PaymentSystem>,
    lanes: &Lanes<'_>,
    token: Token,
    told: &Told,
    says: String,
) -> Deed {
    let kind = match told {
        Told::Books(_) | Told::Moves(_) | Told::Remits(_) => DeedKind::Books,
        Told::Sees(_) | Told::IsTold(_) | Told::Finds(_) => DeedKind::Sees,
        Told::Suffers(_) | Told::Surprises(_) | Told::IsForced(_) => DeedKind::Suffers,
        Told::Crashes(_) => DeedKind::Crashes,
        Told::Boots | Told::GoesOn => DeedKind::Returns,
        Told::Strikes(_) | Told::Heals => DeedKind::Strikes,
        _ => DeedKind::Writes,
    };
    let lane = lanes.of(happened.role).filter(|_| kind != DeedKind::Strikes);
    let (at, event) = (happened.at.as_nanos(), happened.event);
    Deed { lane, at, event, token: token.0, kind, says }
}

/// What an entry says, and about which instrument.
fn written(entry: &Entry) -> Option<(Token, Told)> {
    match entry {
        Entry::Provider(entry) => entry.movement().map(|moved| (moved.token, Told::Moves(*moved))),
        Entry::Bank(entry) => {
            let moved = entry.movement()?;
            Some((moved.remittance.destination, Told::Remits(*moved)))
        }
        Entry::Ledger(booking) => Some((about(booking), Told::Books(booking.clone()))),
        Entry::Counted(event) => Some((event.token, Told::Counts(*event))),
        Entry::Store(StoreEntry::Committed(commit)) if !commit.records.is_empty() => {
            Some((commit.token, Told::Writes(commit.payment, commit.records.clone())))
        }
        Entry::Store(StoreEntry::Received(webhook, state)) => {
            Some((webhook.token, Told::Files(*webhook, *state)))
        }
        _ => None,
    }
}

fn about(booking: &Booking) -> Token {
    let row = booking.rows.first().or(booking.expired.first());
    row.map_or(Token(0), |row| row.token)
}

fn happens(what: &Happening<PaymentSystem>, at: VirtualTime) -> Option<(Token, Told)> {
    let (token, told) = match what {
        Happening::Crashed(lost) => (Token(0), Told::Crashes(*lost)),
        Happening::Booted if at > VirtualTime::ZERO => (Token(0), Told::Boots),
        Happening::Resumed => (Token(0), Told::GoesOn),
        Happening::Struck(id) => (Token(0), Told::Strikes(*id)),
        Happening::Healed => (Token(0), Told::Heals),
        Happening::Forced(forced) => (Token(forced.subject.0), Told::IsForced(forced.point)),
        Happening::Noted(fact) => match fact {
            Fact::Shown { asking, reply, .. } => (asking.token, Told::Sees(*reply)),
            Fact::Told { token, status } => (*token, Told::IsTold(*status)),
            Fact::Heard(event) => (event.token, Told::IsTold(event.status)),
            Fact::Probed { token, reply } => (*token, Told::Finds(*reply)),
            Fact::Struck(_, strike, about) => (about.0.unwrap_or(Token(0)), Told::Suffers(*strike)),
            Fact::BankStruck(_, strike, about) => {
                (about.0.unwrap_or(Token(0)), Told::Surprises(*strike))
            }
            _ => return None,
        },
        _ => return None,
    };
    Some((token, told))
}
