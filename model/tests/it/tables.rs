//! The state machines that read like the tables of payments.md: an attempt
//! (M2), a webhook in the inbox (M8), the phase of a saga (M10). Every pair that
//! a table lists, and the refusal of every other.

use std::fmt::{Debug, Display};

use model::saga::{Before, Phase, PhaseEvent};
use model::{AttemptEvent, AttemptState, InboxEvent, InboxState};

#[test]
fn an_attempt_changes_as_m2_says_and_never_otherwise() {
    use AttemptEvent as Event;
    use AttemptState::*;
    let in_doubt = &[Sent, Unknown, Pending];
    check(
        &AttemptState::ALL,
        &AttemptEvent::ALL,
        AttemptState::next,
        &[
            (&[Absent], &[Event::AuthorizeIntended], To(Sent)),
            (in_doubt, &[Event::Unknown], To(Unknown)),
            (&[Sent, Unknown], &[Event::Pending], To(Pending)),
            (&[Authorized, Capturing, Voiding], &[Event::Unknown, Event::Pending], Same),
            (in_doubt, &[Event::Authorized], To(Authorized)),
            (in_doubt, &[Event::Declined], To(Declined)),
            (in_doubt, &[Event::FailedDefinite], To(FailedDefinite)),
            (in_doubt, &[Event::VoidIntended], To(Voiding)),
            (in_doubt, &[Event::Voided, Event::AutoReversed], To(Voided)),
            (in_doubt, &[Event::Tombstoned], To(Tombstoned)),
            (&[Authorized], &[Event::AuthorizationExpired, Event::AutoReversed], To(Voided)),
            (&[Authorized], &[Event::CaptureIntended], To(Capturing)),
            (&[Capturing], &[Event::CapturedInPart], To(Authorized)),
            (&[Capturing], &[Event::Captured], To(Captured)),
            (
                &[Capturing],
                &[Event::AuthorizationExpired, Event::CaptureDeclined],
                To(CaptureFailed),
            ),
            (&[Authorized, CaptureFailed], &[Event::VoidIntended], To(Voiding)),
            (&[Capturing], &[Event::VoidIntendedToAsk], To(Voiding)),
            (
                &[Voiding],
                &[Event::Voided, Event::AuthorizationExpired, Event::AutoReversed, Event::Declined],
                To(Voided),
            ),
            (&[Voiding], &[Event::Tombstoned], To(Tombstoned)),
            (&[Voiding], &[Event::FailedDefinite], To(FailedDefinite)),
            (&[Voiding], &[Event::Authorized], To(Voiding)),
            (&[Voiding], &[Event::TooLate, Event::Captured], To(Captured)),
        ],
    );
}

#[test]
fn another_attempt_is_permitted_only_after_one_that_is_definitely_without_effect() {
    use AttemptState::*;
    let permitting = [Declined, FailedDefinite, Voided, Tombstoned];
    for state in AttemptState::ALL {
        assert_eq!(state.permits_another(), permitting.contains(&state), "{state}");
        let over = AttemptEvent::ALL.iter().all(|event| state.next(*event).is_err());
        assert_eq!(over, permitting.contains(&state) || state == Captured, "{state}");
    }
}

#[test]
fn a_webhook_changes_as_m8_says_and_never_otherwise() {
    use InboxEvent as Event;
    use InboxState::*;
    check(
        &InboxState::ALL,
        &InboxEvent::ALL,
        InboxState::next,
        &[
            (&[Received, Parked], &[Event::Fits], To(Applied)),
            (&[Received], &[Event::TooEarly], To(Parked)),
            (&[Received, Parked], &[Event::Outdated], To(Stale)),
            (&[Parked], &[Event::GivenUp], To(Dead)),
        ],
    );
    for state in InboxState::ALL {
        let over = InboxEvent::ALL.iter().all(|event| state.next(*event).is_err());
        assert_eq!(state.is_settled(), over, "{state}");
    }
}

#[test]
fn a_webhook_is_applied_only_if_it_is_newer_and_a_legal_step() {
    for (known, version, follows, found) in [
        (None, 1, true, InboxEvent::TooEarly),
        (None, 9, false, InboxEvent::TooEarly),
        (Some(2), 1, true, InboxEvent::Outdated),
        (Some(2), 2, true, InboxEvent::Outdated),
        (Some(2), 3, false, InboxEvent::Outdated),
        (Some(2), 3, true, InboxEvent::Fits),
        (Some(2), 7, true, InboxEvent::Fits),
    ] {
        assert_eq!(InboxEvent::found(known, version, follows), found, "{version} on {known:?}");
    }
}

#[test]
fn the_phase_of_a_saga_changes_as_m10_says_and_never_otherwise() {
    use Phase::*;
    use PhaseEvent as Event;
    check(
        &Phase::ALL,
        &PhaseEvent::ALL,
        Phase::next,
        &[
            (&[Forward], &[Event::Pivot], To(ForwardOnly)),
            (&[ForwardOnly], &[Event::AllDone], To(Done)),
            (&[Forward], &[Event::Unwind], To(Compensating)),
            (&[Compensating], &[Event::AllUndone], To(Compensated)),
            (&[Compensating], &[Event::UndoStuck], To(CompStuck)),
            (&[CompStuck], &[Event::UndoResumed], To(Compensating)),
            (&[Forward], &[Event::Doubt], To(InDoubtWait(Before::Forward))),
            (&[ForwardOnly], &[Event::Doubt], To(InDoubtWait(Before::ForwardOnly))),
            (&[Compensating], &[Event::Doubt], To(InDoubtWait(Before::Compensating))),
            (&[CompStuck], &[Event::Doubt], To(InDoubtWait(Before::CompStuck))),
            (&[InDoubtWait(Before::Forward)], &[Event::Certainty], To(Forward)),
            (&[InDoubtWait(Before::ForwardOnly)], &[Event::Certainty], To(ForwardOnly)),
            (&[InDoubtWait(Before::Compensating)], &[Event::Certainty], To(Compensating)),
            (&[InDoubtWait(Before::CompStuck)], &[Event::Certainty], To(CompStuck)),
        ],
    );
    for phase in Phase::ALL {
        if let Ok(waits) = phase.next(Event::Doubt) {
            assert_eq!((waits.direction(), waits.next(Event::Certainty)), (phase, Ok(phase)));
        }
    }
}

#[test]
fn a_pair_that_no_table_lists_is_named_in_the_error() {
    let attempt = AttemptState::Captured.next(AttemptEvent::VoidIntended);
    assert_eq!(told(attempt), "an attempt that is captured can't meet VoidIntended");
    let webhook = InboxState::Applied.next(InboxEvent::Fits);
    assert_eq!(told(webhook), "a webhook that is applied can't meet Fits");
    let phase = Phase::ForwardOnly.next(PhaseEvent::Unwind);
    assert_eq!(told(phase), "a saga that is forward_only can't meet Unwind");
}

/// What a row of a table leads to.
#[derive(Clone, Copy)]
enum Leads<S> {
    To(S),
    Same,
}
use Leads::{Same, To};

/// Some states, some events, and what each of the former becomes by each of the
/// latter.
type Row<'t, S, E> = (&'t [S], &'t [E], Leads<S>);

/// Holds `next` to `table` for every pair of state and event.
fn check<S, E, Illegal>(
    states: &[S],
    events: &[E],
    next: impl Fn(S, E) -> Result<S, Illegal>,
    table: &[Row<'_, S, E>],
) where
    S: Copy + PartialEq + Debug,
    E: Copy + PartialEq + Debug,
{
    for state in states.iter().copied() {
        for event in events.iter().copied() {
            let lists = |row: &&Row<'_, S, E>| row.0.contains(&state) && row.1.contains(&event);
            let mut rows = table.iter().filter(lists);
            let expected = rows.next().map(|(_, _, leads)| match leads {
                To(state) => *state,
                Same => state,
            });
            assert!(rows.next().is_none(), "{state:?} and {event:?} stand in two rows");
            assert_eq!(next(state, event).ok(), expected, "{state:?} meets {event:?}");
        }
    }
}

fn told<S: Debug>(refused: Result<S, impl Display>) -> String {
    refused.expect_err("no table lists it").to_string()
}
