//! Every message of a recorded trial, and what became of it.

use std::collections::BTreeMap;
use std::time::Duration;

use scenarios::{PaymentSystem, Plan};
use serde::Serialize;
use sim::{Happening, Message, SendIdentity, Trace};

use super::Lanes;
use crate::plan_text::fault::kind_name;
use crate::story;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sending {
    /// The lane of who sent it.
    pub from: usize,
    /// The lane of whom it was sent to.
    pub to: usize,
    /// Which message of the protocol it is.
    pub kind: &'static str,
    /// The instrument of the payment that it is about.
    pub token: u64,
    /// When it was sent.
    pub at: u64,
    /// In which event.
    pub event: u64,
    /// What it said.
    pub says: String,
    /// What became of it.
    pub fate: Fate,
    /// Each time that it came to its receiver.
    pub arrivals: Vec<Arrival>,
    /// The planned fault that had a hand in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<u32>,
}

/// One arrival of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Arrival {
    /// When.
    pub at: u64,
    /// In which event.
    pub event: u64,
    /// Whether somebody was there to handle it.
    pub heard: bool,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It arrived once, in good time.
    Arrived,
    /// It arrived once, late.
    Late,
    /// It arrived more than once.
    Repeated,
    /// The network lost it.
    Lost,
    /// Its receiver was down, or the link was cut.
    Missed,
    /// It was still on its way when the world ended.
    Underway,
}

impl Fate {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arrived => "arrived",
            Self::Late => "late",
            Self::Repeated => "repeated",
            Self::Lost => "lost",
            Self::Missed => "missed",
            Self::Underway => "underway",
        }
    }

    /// Whether somebody heard it.
    pub const fn is_heard(self) -> bool {
        matches!(self, Self::Arrived | Self::Late | Self::Repeated)
    }
}

pub(super) fn all(trace: &Trace<PaymentSystem>, plan: &Plan, lanes: &Lanes<'_>) -> Vec<Sending> {
    let mut sendings: Vec<Sending> = Vec::new();
    let mut known = BTreeMap::<SendIdentity, usize>::new();
    for happened in &trace.events {
        let (at, event) = (happened.at.as_nanos(), happened.event);
        match &happened.what {
            Happening::Sent(identity, message, fate) => {
                let ends = lanes.of(identity.from).zip(lanes.of(identity.to));
                let Some((from, to)) = ends else { continue };
                known.insert(*identity, sendings.len());
                sendings.push(Sending {
                    from,
                    to,
                    kind: kind_name(message.kind()),
                    token: message.token().0,
                    at,
                    event,
                    says: story::said(plan, identity.to, message),
                    fate: if fate.lost { Fate::Lost } else { Fate::Underway },
                    arrivals: Vec::new(),
                    fault: happened.fault,
                });
            }
            Happening::Delivered(identity, ..) | Happening::Undeliverable(identity, _) => {
                let Some(sending) = known.get(identity).map(|at| &mut sendings[*at]) else {
                    continue;
                };
                let heard = matches!(happened.what, Happening::Delivered(..));
                sending.arrivals.push(Arrival { at, event, heard });
                sending.fault = sending.fault.or(happened.fault.filter(|_| !heard));
            }
            _ => {}
        }
    }
    for sending in &mut sendings {
        sending.fate = fate(sending);
    }
    sendings
}

fn fate(sending: &Sending) -> Fate {
    let heard: Vec<_> = sending.arrivals.iter().filter(|arrival| arrival.heard).collect();
    match heard.as_slice() {
        [] if !sending.arrivals.is_empty() => Fate::Missed,
        [] => sending.fate,
        [once] if once.at - sending.at >= LATE.as_nanos() as u64 => Fate::Late,
        [_] => Fate::Arrived,
        _ => Fate::Repeated,
    }
}

/// From when on a message counts as late, as in stories.
const LATE: Duration = Duration::from_secs(5);
