//! Walks through the causal past of a violation and keeps what matters for the
//! money.

use std::collections::BTreeSet;
use std::time::Duration;

use model::{Booking, Movement, Token, Transfer};
use sim::{Fate, Happening, Misfortune, Past, Role, SendIdentity, TraceEvent, VirtualTime};

use super::beat::{Beat, Deed, Passage};
use super::beliefs::Believing;
use super::matter::Matter;
use super::testimony::Said;
use super::witness::Scene;
use crate::fact::{BankStrike, Fact, ProviderStrike};
use crate::invariant::Invariant;
use crate::message::{ClientReply, Message};
use crate::party::worker_of;
use crate::plan::Plan;
use crate::system::PaymentSystem;

/// Tells the causal past of one violation.
pub(super) struct Narrator<'s> {
    plan: &'s Plan,
    scene: &'s Scene,
    matter: &'s Matter,
    past: &'s Past,
    believing: Believing,
    /// Every event that concerns the matter.
    about: BTreeSet<u64>,
    /// Events whose records were told: a handler may sync more than once.
    told: BTreeSet<(Role, u64)>,
    beats: Vec<Beat>,
}

impl<'s> Narrator<'s> {
    pub(super) fn new(
        plan: &'s Plan,
        scene: &'s Scene,
        matter: &'s Matter,
        past: &'s Past,
    ) -> Self {
        let (believing, told, beats) = Default::default();
        let about = scene.trace.events.iter().filter(|happened| matter.concerns(happened));
        let about = about.map(|happened| happened.event).collect();
        Self { plan, scene, matter, past, believing, about, told, beats }
    }

    /// Everything that matters, in order.
    pub(super) fn tell(mut self) -> Vec<Beat> {
        let scene = self.scene;
        for happened in &scene.trace.events {
            self.happened(happened);
        }
        self.leave_out_what_was_over();
        self.beats
    }

    /// Who crashed and was back before anything happened to the payment had no
    /// part in its story but that it was there.
    fn leave_out_what_was_over(&mut self) {
        let first = self.beats.iter().position(|beat| !is_harm(&beat.deed)).unwrap_or_default();
        let before = &self.beats[..first];
        let back = before.iter().filter(|beat| matches!(beat.deed, Deed::Boots | Deed::GoesOn));
        let back: Vec<_> = back.map(|beat| (beat.role, beat.event)).collect();
        let is_over = |beat: &Beat| {
            matches!(beat.deed, Deed::Boots | Deed::GoesOn | Deed::Crashes(_))
                && back.iter().any(|(role, event)| *role == beat.role && *event >= beat.event)
        };
        let mut at = 0..;
        self.beats.retain(|beat| at.next().is_some_and(|at| at >= first) || !is_over(beat));
    }

    fn happened(&mut self, happened: &TraceEvent<PaymentSystem>) {
        let TraceEvent { event, cause, .. } = *happened;
        // What became durable counts for the money whether it is told or not.
        match happened.what {
            Happening::Synced | Happening::Compacted(_) => self.wrote(happened, event),
            Happening::Crashed(_) => self.wrote(happened, cause),
            _ => {}
        }
        if !self.past.contains(event) {
            return;
        }
        let about = self.matter.concerns(happened);
        let deed = match &happened.what {
            Happening::Sent(identity, message, fate) if about => {
                self.sent(happened.at, identity, message, fate)
            }
            Happening::Delivered(identity, _, message) if about => heard(identity, message),
            Happening::Undeliverable(identity, message) if about => {
                Some(Deed::Misses { from: identity.from, message: message.clone() })
            }
            Happening::Bounced(identity, message) if about => {
                Some(Deed::IsRefused { by: identity.to, message: message.clone() })
            }
            Happening::Noted(fact) => self.noted(event, about, fact),
            Happening::Crashed(lost) => Some(Deed::Crashes(*lost)),
            Happening::Booted if happened.at > VirtualTime::ZERO => Some(Deed::Boots),
            Happening::Resumed => Some(Deed::GoesOn),
            Happening::Forced(forcing) if about => Some(Deed::IsForced(forcing.point)),
            Happening::Struck(id) if self.is_no_crash(*id) => Some(Deed::Strikes(*id)),
            Happening::Healed => Some(Deed::Heals),
            _ => None,
        };
        if let Some(deed) = deed {
            self.push(happened, deed);
        }
    }

    /// Tells what `happened.role` made durable during this event.
    fn wrote(&mut self, happened: &TraceEvent<PaymentSystem>, event: u64) {
        if !self.told.insert((happened.role, event)) {
            return;
        }
        let scene = self.scene;
        for said in scene.testimony.written_in(happened.role, event) {
            let before = self.believing.tally();
            self.believing.hear(said, self.matter);
            let after = self.believing.tally();
            let deed = match said {
                Said::Moved(movement) => self.moved(movement),
                Said::Remitted(movement) => {
                    let ours = self.matter.is_about(movement.remittance.destination);
                    ours.then_some(Deed::Remits(*movement))
                }
                Said::Booked(booking) => self.booked(booking),
                Said::Written(token, payment, records) => {
                    let ours = self.matter.is_about(*token) && !self.matter.is_about_all();
                    ours.then(|| Deed::Writes(*payment, records.clone()))
                }
                Said::Filed(webhook, state) => {
                    let ours = self.matter.is_about(webhook.token);
                    ours.then_some(Deed::Files(*webhook, *state))
                }
                Said::Counted(event) => {
                    self.matter.is_about(event.token).then_some(Deed::Counts(*event))
                }
            };
            if let Some(deed) = deed.filter(|_| self.past.contains(event)) {
                self.push(happened, deed);
                if let Some(beat) = self.beats.last_mut() {
                    beat.event = event;
                    beat.money = (before != after).then_some(after);
                }
            }
        }
    }

    fn moved(&self, movement: &Movement) -> Option<Deed> {
        self.matter.is_about(movement.token).then_some(Deed::Moves(*movement))
    }

    /// Rows of money; those of permissions too where the ledger itself broke a
    /// rule.
    fn booked(&self, booking: &Booking) -> Option<Deed> {
        let ledger = matches!(
            self.scene.violation.invariant,
            Invariant::I01 | Invariant::I02 | Invariant::I03 | Invariant::I04
        );
        let limits = self.matter.accounts();
        let matters = |row: &&Transfer| {
            let shared = limits.contains(&row.debit) || limits.contains(&row.credit);
            let ours = self.matter.is_about(row.token) && row.token != Token(0);
            shared || (ours && (ledger || !row.debit.name.is_memo()))
        };
        let expired: Vec<_> = booking.expired.iter().filter(matters).copied().collect();
        let rows: Vec<_> = booking.rows.iter().filter(matters).copied().collect();
        let any = !(expired.is_empty() && rows.is_empty());
        any.then(|| Deed::Books(Booking { expired, rows, ..Booking::default() }))
    }

    fn noted(&self, event: u64, about: bool, fact: &Fact) -> Option<Deed> {
        match fact {
            Fact::Shown { reply, .. } if about => Some(Deed::Sees(*reply)),
            Fact::Told { status, .. } if about => Some(Deed::IsTold(*status)),
            Fact::Heard(event) if about => Some(Deed::IsTold(event.status)),
            Fact::Probed { reply, .. } if about => Some(Deed::Finds(*reply)),
            // What became of the charge, or of what was sent, tells of these.
            Fact::Struck(_, ProviderStrike::Declined | ProviderStrike::Deferred, _) => None,
            Fact::BankStruck(
                _,
                BankStrike::LateAnswer
                | BankStrike::Deemed
                | BankStrike::Rejected
                | BankStrike::Returned,
                _,
            ) => None,
            Fact::BankStruck(_, strike, _) if self.about.contains(&event) => {
                Some(Deed::Surprises(*strike))
            }
            Fact::Struck(_, strike, _) if self.about.contains(&event) => {
                Some(Deed::Suffers(*strike))
            }
            _ => None,
        }
    }

    /// A sending that is worth telling whether it arrives or not: a request
    /// that moves money, and what customers are told for good. What is heard or
    /// booked in consequence is told then. Any other is told if it is lost.
    fn sent(
        &self,
        at: VirtualTime,
        identity: &SendIdentity,
        message: &Message,
        fate: &Fate,
    ) -> Option<Deed> {
        let passage = passage(at, fate, self.scene.ended_at);
        let worth = match message {
            Message::Create(_)
            | Message::Refund(_)
            | Message::Cancel(..)
            | Message::AskRecall(..)
            | Message::Provide(..)
            | Message::Remit(..)
            | Message::Notice(_)
            | Message::MerchantEvent(_)
            | Message::Event(_)
            | Message::Webhook(_)
            | Message::WebhookReply(_) => true,
            Message::Created(_, reply)
            | Message::Refunded(_, reply)
            | Message::Got(_, reply)
            | Message::Cancelled(_, reply) => is_final(reply),
            _ => false,
        };
        let vain = matches!(passage, Passage::Lost | Passage::InTheAir(_));
        let message = message.clone();
        (worth || vain).then_some(Deed::Sends { identity: *identity, message, passage })
    }

    /// A crash is told when it falls, not when it is armed.
    fn is_no_crash(&self, id: u32) -> bool {
        let fault = self.plan.faults.iter().find(|fault| fault.id == id);
        fault.is_some_and(|fault| {
            !matches!(
                fault.misfortune,
                Misfortune::Crash { .. }
                    | Misfortune::CrashLoop { .. }
                    | Misfortune::Drop
                    | Misfortune::Delay
                    | Misfortune::Duplicate
            )
        })
    }

    fn push(&mut self, happened: &TraceEvent<PaymentSystem>, deed: Deed) {
        let TraceEvent { at, event, role, fault, .. } = *happened;
        self.beats.push(Beat { at, event, role, deed, fault, money: None });
    }
}

/// The orchestrator hears from a provider or a bank, or of what one told: from here on it
/// knows.
fn heard(identity: &SendIdentity, message: &Message) -> Option<Deed> {
    let outside =
        matches!(message, Message::Provided(..) | Message::Remitted(..) | Message::Told(..));
    let matters = worker_of(identity.to).is_some() && outside;
    matters.then(|| Deed::Hears { from: identity.from, message: message.clone() })
}

/// What becomes of a sending at `at`, as far as is known at `end`.
pub(super) fn passage(at: VirtualTime, fate: &Fate, end: VirtualTime) -> Passage {
    let delays = fate.delays();
    let first = delays.iter().min().map(|nanos| Duration::from_nanos(*nanos));
    match first {
        None => Passage::Lost,
        Some(first) if first >= LATE && at.after(first) > end => Passage::InTheAir(first),
        Some(_) if delays.len() > 1 => Passage::Repeated(delays.len()),
        Some(first) if first >= LATE => Passage::Late(first),
        Some(_) => Passage::Prompt,
    }
}

/// Whether it befalls a party, whatever that is about.
fn is_harm(deed: &Deed) -> bool {
    matches!(deed, Deed::Crashes(_) | Deed::Boots | Deed::GoesOn | Deed::Strikes(_) | Deed::Heals)
}

fn is_final(reply: &ClientReply) -> bool {
    match reply {
        ClientReply::Final(_) => true,
        ClientReply::Stands(_, status) => status.is_final(),
        _ => false,
    }
}

/// From when on a sending counts as late.
const LATE: Duration = Duration::from_secs(5);
