//! One operation while its outcome is awaited: how often it was tried, and
//! what may still be on its way. All of it is volatile: a crash forgets it,
//! and whoever takes over knows that it does not know.

use std::time::Duration;

use crate::identity::OperationId;
use crate::saga::Try;
use crate::workflow::Action;

/// What is being awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// The outcome of a step, which does this.
    Step(Try, Action),
    /// The outcome of the undo of a step, which does this.
    Undo(Try, Action),
    /// That the merchant knows of an end without success.
    Notice,
}

/// An operation whose outcome is awaited.
#[derive(Clone, Debug)]
pub(crate) struct Flight {
    pub(crate) aim: Aim,
    /// What answers to it are about.
    pub(crate) operation: OperationId,
    /// Whether somebody else may have sent it before.
    pub(crate) inherited: bool,
    pub(crate) begun: Duration,
    /// Since when the same doubt lasts: an undo goes on with that of the step
    /// which it undoes.
    pub(crate) doubtful_since: Duration,
    /// Whether this worker sent it itself.
    pub(crate) sent: bool,
    /// Calls made, of any kind.
    pub(crate) calls: u32,
    /// How often there was no answer, or one that told nothing.
    pub(crate) doubts: u32,
    /// The call that has not been answered, and when it will be given up.
    pub(crate) waiting: Option<Waiting>,
    /// Not before this moment is the next call made.
    pub(crate) rest_until: Duration,
    /// A refusal that is not definite yet.
    pub(crate) tentative: Option<crate::record::Refusal>,
    /// A person decides later.
    pub(crate) pending: bool,
    /// It was proven once that nothing had happened, and it was sent anew.
    pub(crate) asked_anew: bool,
    /// A look-up is due: the chain was booked before.
    pub(crate) look_up: bool,
}

/// A call that has not been answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    pub(crate) number: u32,
    pub(crate) sent_at: Duration,
    pub(crate) until: Duration,
    /// Whether it may take effect, and not only tell of one.
    pub(crate) effectful: bool,
}

impl Flight {
    pub(crate) fn new(aim: Aim, operation: OperationId, now: Duration, inherited: bool) -> Self {
        Self {
            aim,
            operation,
            inherited,
            begun: now,
            doubtful_since: now,
            sent: false,
            calls: 0,
            doubts: 0,
            waiting: None,
            rest_until: now,
            tentative: None,
            pending: false,
            asked_anew: false,
            look_up: false,
        }
    }

    /// It is proven that nothing happened: it may be sent once more.
    pub(crate) fn start_over(&mut self, now: Duration) {
        let Self { calls, doubts, doubtful_since, .. } = *self;
        let asked_anew = true;
        let again = Self::new(self.aim, self.operation, now, false);
        *self = Self { calls, doubts, doubtful_since, asked_anew, ..again };
    }
}

/// What is known of the sends of one attempt that could still take effect at
/// its provider.
#[derive(Clone, Debug)]
pub(crate) struct Sends {
    pub(crate) which: Try,
    /// When the latest one left, as far as is known.
    latest: Duration,
    /// How many left; `None` if somebody else may have sent some.
    made: Option<u32>,
    /// Those without an answer: number, and when they left.
    unanswered: Vec<(u32, Duration)>,
}

impl Sends {
    /// Somebody else may have sent something until `since`.
    pub(crate) fn unknown_until(which: Try, since: Duration) -> Self {
        Self { which, latest: since, made: None, unanswered: vec![(0, since)] }
    }

    /// Nothing was sent yet.
    pub(crate) fn none(which: Try, now: Duration) -> Self {
        Self { which, latest: now, made: Some(0), unanswered: Vec::new() }
    }

    pub(crate) fn sent(&mut self, number: u32, now: Duration) {
        self.latest = now;
        self.made = self.made.map(|made| made + 1);
        self.unanswered.push((number, now));
    }

    pub(crate) fn answered(&mut self, number: u32) {
        self.unanswered.retain(|(open, _)| *open != number);
    }

    /// The limiter turned this send away, so it was none.
    pub(crate) fn turned_away(&mut self, number: u32) {
        self.answered(number);
        self.made = self.made.map(|made| made.saturating_sub(1));
    }

    /// Whether it is known that nothing left that anybody has read.
    pub(crate) fn never_left(&self) -> bool {
        self.made == Some(0) && self.unanswered.is_empty()
    }

    /// Whether a send other than the one that this evidence is about could
    /// still take effect when what it answers was sent. `number` is that of
    /// the call whose answer the evidence is; a query tells of the only send,
    /// where there was one.
    pub(crate) fn others_open(
        &self,
        number: u32,
        sent_at: Duration,
        never_found: Duration,
    ) -> bool {
        let open = |(other, at): &(u32, Duration)| *other != number && sent_at < *at + never_found;
        self.made != Some(1) && self.unanswered.iter().any(open)
    }

    /// From when on nothing that was sent can take effect any more.
    pub(crate) fn settled_at(&self, never_found: Duration) -> Duration {
        self.latest + never_found
    }
}

/// The try whose sends an aim is about, where they reach a provider.
pub(crate) fn effect_of(aim: Aim) -> Option<Try> {
    match aim {
        Aim::Step(which, action) if action.is_outside() => Some(which),
        Aim::Undo(which, Action::Authorize) => Some(which),
        _ => None,
    }
}

/// What is known of those sends.
pub(crate) fn sends_of(sends: &mut [Sends], aim: Aim) -> Option<&mut Sends> {
    let Aim::Step(..) = aim else { return None };
    let which = effect_of(aim)?;
    sends.iter_mut().find(|sends| sends.which == which)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHICH: Try = Try { step: 3, attempt: 1 };
    const NEVER_FOUND: Duration = Duration::from_secs(100);

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_only_send_is_told_of_by_any_answer_and_one_of_two_by_its_own() {
        let mut sends = Sends::none(WHICH, at(0));
        sends.sent(1, at(10));
        assert!(!sends.others_open(2, at(11), NEVER_FOUND), "a query about the only send");
        sends.sent(3, at(20));
        for (number, sent_at, open) in
            [(1, 20, true), (3, 20, true), (4, 21, true), (3, 110, false), (4, 119, true)]
        {
            assert_eq!(sends.others_open(number, at(sent_at), NEVER_FOUND), open, "{number}");
        }
        sends.answered(1);
        assert!(!sends.others_open(3, at(21), NEVER_FOUND));
        assert_eq!(sends.settled_at(NEVER_FOUND), at(120));
    }

    #[test]
    fn a_send_that_was_turned_away_does_not_count() {
        let mut sends = Sends::none(WHICH, at(0));
        sends.sent(1, at(10));
        sends.sent(2, at(20));
        sends.turned_away(2);
        assert!(!sends.others_open(3, at(21), NEVER_FOUND), "there was one send");
        assert!(!sends.never_left());
        sends.turned_away(1);
        assert!(sends.never_left());
    }

    #[test]
    fn of_what_others_sent_nothing_is_known_for_a_while() {
        let sends = Sends::unknown_until(WHICH, at(10));
        assert!(sends.others_open(1, at(109), NEVER_FOUND));
        assert!(!sends.others_open(1, at(110), NEVER_FOUND));
        assert_eq!(sends.settled_at(NEVER_FOUND), at(110));
    }
}
