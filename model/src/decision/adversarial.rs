//! The policy that means harm: what holds under it holds under any.

use super::{Action, Snapshot, State};

/// Of what the mask allows, what a payment suffers most from: either of the two
/// worst, so that it gets further now and then, and does more harm there.
pub(super) fn choose(snapshot: &Snapshot, draw: u64) -> Action {
    let mut worst = by_harm(snapshot).filter(|action| snapshot.allows(*action));
    let first = worst.next();
    let second = worst.next().filter(|_| draw.is_multiple_of(3));
    second.or(first).unwrap_or_else(|| super::rules::choose(snapshot))
}

/// What could be done, the worst first.
fn by_harm(snapshot: &Snapshot) -> impl Iterator<Item = Action> {
    let wait = Action::Wait(snapshot.open.wait_max);
    let order = match snapshot.state {
        // Nobody is served while it waits; what was begun can be harmed more.
        State::Unsent => [wait, LAST, Action::Stop, Action::Send],
        // A success is thrown away, or looked for in the loudest way.
        State::InDoubt => [Action::Void, Action::Resend, wait, Action::Escalate],
        State::Refused => [LAST, Action::Send, Action::Stop, wait],
        State::Authorized => [Action::Void, Action::Escalate, Action::Capture, wait],
        _ => [Action::Escalate, Action::Resend, Action::Notify, Action::Query],
    };
    let last = snapshot.mask().actions().filter(|action| matches!(action, Action::Try(_))).last();
    order.into_iter().filter_map(move |action| if action == LAST { last } else { Some(action) })
}

/// Stands for the provider that nobody would try first.
const LAST: Action = Action::Refund;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{Doubt, Features, Open};
    use super::*;
    use crate::currency::Currency;
    use crate::identity::ProviderId;
    use crate::money::{Amount, Money};
    use crate::workflow;

    #[test]
    fn it_does_the_worst_that_is_allowed_or_the_next_to_worst() {
        let open = Open {
            providers: 0b110,
            query: true,
            resend: true,
            void: true,
            wait_max: Duration::from_secs(60),
            ..Open::default()
        };
        let features = Features {
            step: workflow::Action::Authorize,
            money: Money { amount: Amount(100), currency: Currency::Eur },
            preferred: Some(ProviderId(1)),
            attempts: 0,
            asked: 0,
            doubt: Doubt::default(),
        };
        let at = |state, open| Snapshot { version: 1, number: 1, state, open, features };
        let wait = Action::Wait(open.wait_max);
        let keyless = Open { void: false, resend: false, ..open };
        for (snapshot, worst, next) in [
            (at(State::Unsent, open), wait, Action::Try(ProviderId(2))),
            (at(State::InDoubt, open), Action::Void, Action::Resend),
            (at(State::InDoubt, keyless), wait, Action::Escalate),
            (at(State::Refused, open), Action::Try(ProviderId(2)), Action::Stop),
            (at(State::Authorized, open), Action::Void, Action::Escalate),
            (at(State::Undoing, open), Action::Escalate, Action::Resend),
        ] {
            assert_eq!(choose(&snapshot, 1), worst, "{:?}", snapshot.state);
            assert_eq!(choose(&snapshot, 3), next, "{:?}", snapshot.state);
        }
    }
}
