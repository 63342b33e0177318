//! One line of a story: who did what, when, and what it meant for the money.

use std::time::Duration;

use model::{
    BankMovement, Booking, Event, InboxState, Movement, PaymentId, Record, Status, Webhook,
};
use sim::{Point, Role, SendIdentity, VirtualTime};

use super::beliefs::Tally;
use crate::fact::{BankStrike, ProviderStrike};
use crate::message::{ClientReply, Message};
use crate::system::Timer;

/// Something that happened and that mattered.
#[derive(Clone, Debug)]
pub struct Beat {
    /// When.
    pub at: VirtualTime,
    /// The number of its event.
    pub event: u64,
    /// Who did it, or to whom it happened.
    pub role: Role,
    /// What.
    pub deed: Deed,
    /// The planned fault that made it so, if one did.
    pub fault: Option<u32>,
    /// The money of the payment from here on, if this changed it.
    pub money: Option<Tally>,
}

/// What parties do, and what happens to them.
#[derive(Clone, Debug)]
pub enum Deed {
    /// Says something to somebody.
    Sends {
        /// The identity of the sending.
        identity: SendIdentity,
        /// What.
        message: Message,
        /// What became of it.
        passage: Passage,
    },
    /// Hears something.
    Hears {
        /// From whom.
        from: Role,
        /// What.
        message: Message,
    },
    /// Is down or cut off, and never hears this.
    Misses {
        /// From whom.
        from: Role,
        /// What.
        message: Message,
    },
    /// Is refused: nobody listened to what it had said.
    IsRefused {
        /// By whom.
        by: Role,
        /// What it had said.
        message: Message,
    },
    /// Is reminded of something by its clock.
    IsReminded(Timer),
    /// Has written into the journal of a payment, durably.
    Writes(PaymentId, Vec<Record>),
    /// Has booked, durably.
    Books(Booking),
    /// Has changed its books, durably.
    Moves(Movement),
    /// Has changed its books of what it sends, durably.
    Remits(BankMovement),
    /// Has put a webhook into its inbox, durably, where it stands so.
    Files(Webhook, InboxState),
    /// Has counted an event, durably.
    Counts(Event),
    /// Sees the reply to something that it asked.
    Sees(ClientReply),
    /// Is told unasked.
    IsTold(Status),
    /// Sees how a payment stands, once the world is at rest.
    Finds(ClientReply),
    /// A provider meets a misfortune.
    Suffers(ProviderStrike),
    /// A bank does something out of the ordinary.
    Surprises(BankStrike),
    /// Crashes, and loses so many records that it had not synced.
    Crashes(usize),
    /// Boots from its journal.
    Boots,
    /// Goes on after a pause.
    GoesOn,
    /// Is forced into a rare branch.
    IsForced(Point),
    /// A planned fault strikes: its id.
    Strikes(u32),
    /// Every fault ends.
    Heals,
}

/// What became of a sending, as far as the story goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// It arrived in good time, or was about to.
    Prompt,
    /// It arrived after this long.
    Late(Duration),
    /// It arrived so many times.
    Repeated(usize),
    /// It was lost.
    Lost,
    /// It was still on its way when the story ends, and takes this long.
    InTheAir(Duration),
}
