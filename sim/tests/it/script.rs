//! A system that does exactly what a test writes down: for each cue of each
//! role, a list of acts, each one effect.

use std::collections::BTreeMap;
use std::time::Duration;

use sim::{
    Bounce, Delivery, Gap, Happening, Kind, Message, Out, Point, Recovered, Role, Subject, System,
    VirtualTime,
};

use crate::plan::{Outcome, Plan, ms};

/// Who does what on which cue.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    acts: BTreeMap<(Role, Cue), Vec<Act>>,
}

/// What sets off a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cue {
    /// The actor starts.
    Boot,
    /// A line of this kind arrives.
    Hear(u16),
    /// An alarm with this number rings.
    Ring(u16),
    /// A line of this kind comes back.
    Bounced(u16),
}

/// One effect. Spans are in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Append(u16),
    Sync,
    /// To whom, which kind.
    Send(u8, u16),
    /// To whom, which kind, about what.
    SendAbout(u8, u16, u64),
    /// After how long, which number.
    Work(u64, u16),
    /// After how long, which number.
    Housekeeping(u64, u16),
    Note(u16),
    Oblige(u64),
    Discharge(u64),
    /// What, within how long.
    ObligeWithin(u64, u64),
    /// Note every record that the journal held at boot.
    Recall,
    /// Note both clocks.
    TellTime,
    /// Note whose message came last, and which.
    TellSender,
    HandOver(u64),
    /// Note the gaps that the journal had at boot.
    RecallGaps,
    /// Note [`FULL`] if the disk is full.
    TellDisk,
    /// Note this if the point of the same number is forced, for subject 0.
    Maybe(u16),
}

/// What [`Act::TellDisk`] notes.
pub(crate) const FULL: u16 = 800;

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Line {
    pub(crate) kind: u16,
    pub(crate) about: u64,
}

/// A fact.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Said {
    Noted(u16),
    Recalled(Vec<u16>),
    Gaps(Vec<Gap>),
    Time { monotonic: Duration, wall: VirtualTime },
    Sender { from: u8, ordinal: u32, copy: u8 },
}

/// An actor: who it is, what it booted from, and what it heard last.
#[derive(Clone, Debug)]
pub(crate) struct Player {
    role: Role,
    memory: Vec<u16>,
    gaps: Vec<Gap>,
    sender: Option<Said>,
}

impl Script {
    /// The same script, in which `role` does `acts` on `cue`.
    pub(crate) fn on(mut self, role: u8, cue: Cue, acts: impl IntoIterator<Item = Act>) -> Self {
        self.acts.insert((Role(role), cue), acts.into_iter().collect());
        self
    }

    fn play(&self, player: &Player, cue: Cue, out: &mut Out<Self>) {
        for act in self.acts.get(&(player.role, cue)).into_iter().flatten() {
            match *act {
                Act::Append(record) => out.append(record),
                Act::Sync => out.sync(),
                Act::Send(to, kind) => out.send(Role(to), Line { kind, about: 0 }),
                Act::SendAbout(to, kind, about) => out.send(Role(to), Line { kind, about }),
                Act::Work(after, number) => out.set_timer(ms(after), number),
                Act::Housekeeping(after, number) => out.set_housekeeping(ms(after), number),
                Act::Note(number) => out.note(Said::Noted(number)),
                Act::Oblige(obligation) => out.oblige(obligation),
                Act::ObligeWithin(obligation, within) => {
                    out.oblige_within(obligation, ms(within));
                }
                Act::Discharge(obligation) => out.discharge(obligation),
                Act::Recall => out.note(Said::Recalled(player.memory.clone())),
                Act::HandOver(obligation) => out.hand_over(obligation),
                Act::RecallGaps => out.note(Said::Gaps(player.gaps.clone())),
                Act::TellDisk if out.disk_is_full() => out.note(Said::Noted(FULL)),
                Act::TellDisk => {}
                Act::Maybe(point) => {
                    if out.maybe(Point(point), Subject(0)) {
                        out.note(Said::Noted(point));
                    }
                }
                Act::TellTime => {
                    out.note(Said::Time { monotonic: out.monotonic(), wall: out.wall() });
                }
                Act::TellSender => player.sender.iter().for_each(|said| out.note(said.clone())),
            }
        }
    }
}

impl System for Script {
    type Actor = Player;
    type Message = Line;
    type Timer = u16;
    type Record = u16;
    type Fact = Said;

    fn boot(&self, role: Role, journal: &[u16], out: &mut Out<Self>) -> Player {
        let player = Player { role, memory: journal.to_vec(), gaps: Vec::new(), sender: None };
        self.play(&player, Cue::Boot, out);
        player
    }

    fn recover(&self, role: Role, disk: Recovered<'_, u16>, out: &mut Out<Self>) -> Player {
        let (memory, gaps) = (disk.records().to_vec(), disk.gaps().to_vec());
        let player = Player { role, memory, gaps, sender: None };
        self.play(&player, Cue::Boot, out);
        player
    }

    fn on_bounce(&self, player: &mut Player, bounce: Bounce<Line>, out: &mut Out<Self>) {
        self.play(player, Cue::Bounced(bounce.message.kind), out);
    }

    fn fact_key(&self, said: &Said) -> Option<(Kind, Subject)> {
        if let Said::Noted(number) = said { Some((Kind(*number), Subject(0))) } else { None }
    }

    fn on_message(&self, player: &mut Player, delivery: Delivery<Line>, out: &mut Out<Self>) {
        let Delivery { from, ordinal, copy, message } = delivery;
        player.sender = Some(Said::Sender { from: from.0, ordinal, copy });
        self.play(player, Cue::Hear(message.kind), out);
    }

    fn on_timer(&self, player: &mut Player, number: u16, out: &mut Out<Self>) {
        self.play(player, Cue::Ring(number), out);
    }
}

impl Message for Line {
    fn kind(&self) -> Kind {
        Kind(self.kind)
    }

    fn subject(&self) -> Subject {
        Subject(self.about)
    }
}

impl Plan<Script> {
    /// The same plan, in which `role` does `acts` on `cue`.
    pub(crate) fn on(mut self, role: u8, cue: Cue, acts: impl IntoIterator<Item = Act>) -> Self {
        self.system = self.system.on(role, cue, acts);
        self
    }
}

impl Outcome<Script> {
    /// When `role` handled a line of `kind`, in milliseconds.
    pub(crate) fn heard(&self, role: u8, kind: u16) -> Vec<u64> {
        self.when(
            role,
            |what| matches!(what, Happening::Delivered(_, _, line) if line.kind == kind),
        )
    }

    /// When a line of `kind` could not reach `role`, in milliseconds.
    pub(crate) fn missed(&self, role: u8, kind: u16) -> Vec<u64> {
        self.when(
            role,
            |what| matches!(what, Happening::Undeliverable(_, line) if line.kind == kind),
        )
    }

    /// When alarm `number` rang at `role`, in milliseconds.
    pub(crate) fn rang(&self, role: u8, number: u16) -> Vec<u64> {
        self.when(role, |what| matches!(what, Happening::TimerFired(n) if *n == number))
    }

    /// When `role` booted, in milliseconds.
    pub(crate) fn booted(&self, role: u8) -> Vec<u64> {
        self.when(role, |what| matches!(what, Happening::Booted))
    }

    /// When `role` crashed, in milliseconds.
    pub(crate) fn crashed(&self, role: u8) -> Vec<u64> {
        self.when(role, |what| matches!(what, Happening::Crashed(_)))
    }

    /// The numbers that `role` noted.
    pub(crate) fn noted(&self, role: u8) -> Vec<u16> {
        let number = |said: &Said| if let Said::Noted(n) = said { Some(*n) } else { None };
        self.said(role).iter().filter_map(number).collect()
    }

    /// What `role` recalled, a list for each boot.
    pub(crate) fn recalled(&self, role: u8) -> Vec<Vec<u16>> {
        let list = |said: &Said| if let Said::Recalled(l) = said { Some(l.clone()) } else { None };
        self.said(role).iter().filter_map(list).collect()
    }

    /// The gaps that `role` recalled, a list for each boot.
    pub(crate) fn gaps(&self, role: u8) -> Vec<Vec<Gap>> {
        let list = |said: &Said| if let Said::Gaps(l) = said { Some(l.clone()) } else { None };
        self.said(role).iter().filter_map(list).collect()
    }

    /// When a line of `kind` came back to `role`, in milliseconds.
    pub(crate) fn bounced(&self, role: u8, kind: u16) -> Vec<u64> {
        self.when(role, |what| matches!(what, Happening::Bounced(_, line) if line.kind == kind))
    }

    /// When `role` went on after a pause, in milliseconds.
    pub(crate) fn resumed(&self, role: u8) -> Vec<u64> {
        self.when(role, |what| matches!(what, Happening::Resumed))
    }

    /// When `role` noted `number`, in milliseconds.
    pub(crate) fn noted_at(&self, role: u8, number: u16) -> Vec<u64> {
        self.when(role, |what| matches!(what, Happening::Noted(Said::Noted(n)) if *n == number))
    }

    /// Every fact that `role` stated.
    pub(crate) fn said(&self, role: u8) -> Vec<Said> {
        let by_role = self.taps.noted.iter().filter(|(by, _)| *by == Role(role));
        by_role.map(|(_, said)| said.clone()).collect()
    }

    fn when(&self, role: u8, is: impl Fn(&Happening<Script>) -> bool) -> Vec<u64> {
        let those = self.trace.iter().filter(|e| e.role == Role(role) && is(&e.what));
        those.map(|event| event.at.as_nanos() / 1_000_000).collect()
    }
}
