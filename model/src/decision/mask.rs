//! What may be chosen in which state: the table of payments.md 5.4.

use serde::{Deserialize, Serialize};
use std::time::Duration;

use super::{Action, Open, State};
use crate::identity::ProviderId;

/// A set of actions: a bit for each, and one for each provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mask(u32);

/// The table. A row says what a state allows; what of that is possible just now,
/// `open` tells.
pub(super) fn of(state: State, open: &Open) -> Mask {
    let elsewhere = Mask(open.providers.into()).with_if(open.sends, Action::Send);
    let wait = Action::Wait(open.wait_max);
    let may_wait = !open.wait_max.is_zero();
    match state {
        State::Unsent => elsewhere.with_if(may_wait, wait).with(Action::Stop),
        State::InDoubt => Mask::NONE
            .with_if(may_wait, wait)
            .with_if(open.query, Action::Query)
            .with_if(open.resend, Action::Resend)
            .with_if(open.void, Action::Void)
            .with(Action::Notify)
            .with_if(!open.escalated, Action::Escalate),
        State::Refused => elsewhere.with(Action::Stop),
        State::Authorized => Mask::NONE
            .with(Action::Capture)
            .with_if(open.void, Action::Void)
            .with_if(!open.escalated, Action::Escalate),
        State::Booking => Mask::NONE.with(Action::Resend),
        State::Succeeded => Mask::NONE.with(Action::Notify),
        State::LateSuccess => Mask::NONE.with_if(!open.escalated, Action::Escalate),
        State::Undoing => Mask::NONE
            .with_if(open.query, Action::Query)
            .with_if(open.resend, Action::Resend)
            .with_if(!open.escalated, Action::Escalate),
    }
}

impl Mask {
    /// No action at all.
    pub const NONE: Self = Self(0);

    /// This one too, for however long.
    #[must_use]
    pub const fn with(self, action: Action) -> Self {
        Self(self.0 | 1 << bit(action))
    }

    /// Without this one, for however long.
    #[must_use]
    pub const fn without(self, action: Action) -> Self {
        Self(self.0 & !(1 << bit(action)))
    }

    const fn with_if(self, is: bool, action: Action) -> Self {
        if is { self.with(action) } else { self }
    }

    /// Whether it has this one, for however long.
    pub const fn allows(self, action: Action) -> bool {
        self.0 >> bit(action) & 1 == 1
    }

    /// Whether all that it has is in `other` too.
    pub const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// How many there are.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them; to wait is to wait for no time at all.
    pub fn actions(self) -> impl Iterator<Item = Action> {
        let providers = (0..PROVIDERS).map(|n| Action::Try(ProviderId(n)));
        providers.chain(OTHERS).filter(move |action| self.allows(*action))
    }

    /// The how-manieth of them that a `draw` falls on; nothing, if there is none.
    pub(super) fn pick(self, draw: u64) -> Option<Action> {
        let at = (u128::from(draw) * u128::from(self.len())) >> 64;
        self.actions().nth(at as usize)
    }
}

const fn bit(action: Action) -> u8 {
    match action {
        Action::Try(provider) => provider.0 % PROVIDERS,
        Action::Send => PROVIDERS,
        Action::Wait(_) => PROVIDERS + 1,
        Action::Query => PROVIDERS + 2,
        Action::Resend => PROVIDERS + 3,
        Action::Void => PROVIDERS + 4,
        Action::Capture => PROVIDERS + 5,
        Action::Notify => PROVIDERS + 6,
        Action::Escalate => PROVIDERS + 7,
        Action::Stop => PROVIDERS + 8,
        Action::Refund => PROVIDERS + 9,
    }
}

/// The most providers of a world.
const PROVIDERS: u8 = 16;

const OTHERS: [Action; 10] = [
    Action::Send,
    Action::Wait(Duration::ZERO),
    Action::Query,
    Action::Resend,
    Action::Void,
    Action::Capture,
    Action::Notify,
    Action::Escalate,
    Action::Stop,
    Action::Refund,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything is possible that any state allows.
    const ALL_OPEN: Open = Open {
        providers: 0b101,
        sends: false,
        query: true,
        resend: true,
        void: true,
        escalated: false,
        wait_max: Duration::from_secs(60),
    };

    fn told(mask: Mask) -> String {
        let words = mask.actions().map(|action| match action {
            Action::Try(provider) => format!("try {}", char::from(b'a' + provider.0)),
            Action::Wait(_) => "wait".to_owned(),
            other => other.to_string(),
        });
        words.collect::<Vec<_>>().join(", ")
    }

    /// To be laid beside the table of payments.md 5.4.
    #[test]
    fn a_state_allows_what_its_row_says() {
        for (state, allowed) in [
            (State::Unsent, "try a, try c, wait, stop"),
            (State::InDoubt, "wait, query, resend, void, notify, escalate"),
            (State::Refused, "try a, try c, stop"),
            (State::Authorized, "void, capture, escalate"),
            (State::Booking, "resend"),
            (State::Succeeded, "notify"),
            (State::LateSuccess, "escalate"),
            (State::Undoing, "query, resend, escalate"),
        ] {
            assert_eq!(told(of(state, &ALL_OPEN)), allowed, "{state:?}");
        }
    }

    #[test]
    fn what_is_not_possible_just_now_is_not_allowed() {
        let rail = Open { providers: 0, sends: true, ..ALL_OPEN };
        let nobody = Open { providers: 0, wait_max: Duration::ZERO, ..ALL_OPEN };
        let mute = Open { query: false, resend: false, ..ALL_OPEN };
        for (state, open, allowed) in [
            (State::Unsent, rail, "send, wait, stop"),
            (State::Refused, rail, "send, stop"),
            (State::Unsent, nobody, "stop"),
            (State::InDoubt, nobody, "query, resend, void, notify, escalate"),
            (State::InDoubt, mute, "wait, void, notify, escalate"),
            (State::InDoubt, Open { void: false, ..mute }, "wait, notify, escalate"),
            (State::Authorized, Open { void: false, ..ALL_OPEN }, "capture, escalate"),
            (State::Undoing, Open { escalated: true, ..ALL_OPEN }, "query, resend"),
            (State::LateSuccess, Open { escalated: true, ..ALL_OPEN }, ""),
        ] {
            assert_eq!(told(of(state, &open)), allowed, "{state:?}");
        }
    }

    #[test]
    fn in_doubt_nobody_else_is_tried_and_nothing_is_given_up_released_or_given_back() {
        let mask = of(State::InDoubt, &Open { sends: true, ..ALL_OPEN });
        for action in [
            Action::Try(ProviderId(0)),
            Action::Send,
            Action::Stop,
            Action::Capture,
            Action::Refund,
        ] {
            assert!(!mask.allows(action), "{action}");
        }
    }

    #[test]
    fn a_draw_falls_on_each_action_alike() {
        let mask = of(State::InDoubt, &ALL_OPEN);
        let sixth = u64::MAX / 6;
        let picked: Vec<_> = (0..6).filter_map(|n| mask.pick(n * sixth + sixth / 2)).collect();
        assert_eq!(picked, mask.actions().collect::<Vec<_>>());
        assert_eq!(Mask::NONE.pick(7), None);
    }
}
