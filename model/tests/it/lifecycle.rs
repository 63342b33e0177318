//! The lifecycles of a payment's status (payments.md M1) and of a provider's
//! charge (M3): every pair of state and event, legal or not.

use model::{
    Amount, ChargeEvent, ChargeState, IllegalChargeEvent, IllegalStatusEvent, Status, StatusEvent,
};

#[test]
fn a_status_changes_as_the_table_says_and_never_otherwise() {
    use Status::*;
    use StatusEvent as Event;
    let table = [
        (Processing, Event::Review, InReview),
        (Processing, Event::Fail, Failing),
        (Processing, Event::Cancel, Canceling),
        (Processing, Event::PivotCommitted, Captured),
        (InReview, Event::Approve, Processing),
        (InReview, Event::Reject, Failing),
        (InReview, Event::Cancel, Canceling),
        (Failing, Event::Undone, Failed),
        (Canceling, Event::Undone, Canceled),
        (Captured, Event::Booked, Succeeded),
        (Succeeded, Event::Settled, Settled),
        (Succeeded, Event::Returned, Returned),
        (Settled, Event::Returned, Returned),
    ];
    for status in STATUSES {
        for event in StatusEvent::ALL {
            let listed = table.iter().find(|(from, by, _)| (*from, *by) == (status, event));
            let expected = listed.map(|(_, _, to)| *to).ok_or(IllegalStatusEvent { status, event });
            assert_eq!(status.next(event), expected, "{status:?} meets {event:?}");
        }
        for to in STATUSES {
            let listed = table.iter().any(|(from, _, into)| (*from, *into) == (status, to));
            assert_eq!(status.may_become(to), listed, "{status:?} becomes {to:?}");
        }
    }
}

#[test]
fn a_final_status_meets_nothing_any_more_but_what_banks_do_later() {
    let later = [StatusEvent::Settled, StatusEvent::Returned];
    for status in STATUSES {
        let others = StatusEvent::ALL.iter().filter(|event| !later.contains(event));
        let stays = others.into_iter().all(|event| status.next(*event).is_err());
        assert_eq!(status.is_final(), stays, "{status:?}");
    }
}

#[test]
fn a_client_is_shown_no_capture_before_the_ledger_has_it() {
    for status in STATUSES {
        let shown = if status == Status::Captured { Status::Processing } else { status };
        assert_eq!(status.shown(), shown);
    }
}

#[test]
fn a_later_read_shows_what_may_become_of_an_earlier_one() {
    use Status::*;
    let under_way = [Processing, InReview, Captured];
    for (from, ends) in [
        (Failing, vec![Failing, Failed]),
        (Canceling, vec![Canceling, Canceled]),
        (Succeeded, vec![Succeeded, Settled, Returned]),
        (Settled, vec![Settled, Returned]),
        (Failed, vec![Failed]),
        (Canceled, vec![Canceled]),
        (Returned, vec![Returned]),
        // The card is charged, but nobody is shown that before it is booked.
        (Captured, vec![Processing, Captured, Succeeded, Settled, Returned]),
    ] {
        for to in STATUSES {
            assert_eq!(from.may_lead_to(to), ends.contains(&to), "{from:?} leads to {to:?}");
        }
    }
    let anything = |from: Status| STATUSES.iter().all(|to| from.may_lead_to(*to));
    assert!(under_way.into_iter().filter(|from| *from != Captured).all(anything));
    assert_eq!(Status::ALL, STATUSES);
}

#[test]
fn a_charge_changes_as_the_table_says_and_never_otherwise() {
    use ChargeEvent as Event;
    use ChargeState::*;
    let all = Amount(100);
    let events = [
        Event::Authorized(all),
        Event::Declined,
        Event::Deferred,
        Event::Captured(all),
        Event::Voided,
        Event::Expired,
        Event::Tombstoned,
    ];
    let table = [
        (Absent, Event::Authorized(all), Authorized),
        (Absent, Event::Declined, Declined),
        (Absent, Event::Deferred, Pending),
        (Absent, Event::Tombstoned, Tombstoned),
        (Pending, Event::Authorized(all), Authorized),
        (Pending, Event::Declined, Declined),
        (Pending, Event::Voided, Voided),
        (Authorized, Event::Captured(all), Captured),
        (Authorized, Event::Voided, Voided),
        (Authorized, Event::Expired, AuthorizationExpired),
    ];
    for state in CHARGE_STATES {
        for event in events {
            let listed = table.iter().find(|(from, by, _)| (*from, *by) == (state, event));
            let expected = listed.map(|(_, _, to)| *to).ok_or(IllegalChargeEvent { state, event });
            assert_eq!(state.next(event), expected, "{state:?} meets {event:?}");
        }
        let alive = matches!(state, Pending | Authorized);
        assert_eq!(state.is_alive(), alive, "{state:?}");
    }
}

#[test]
fn an_illegal_pair_is_named_in_the_error() {
    let status = Status::Failed.next(StatusEvent::Booked).map_err(|error| error.to_string());
    assert_eq!(status, Err("a payment that is Failed can't meet Booked".to_owned()));
    let charge = ChargeState::Voided.next(ChargeEvent::Captured(Amount(1)));
    let error = charge.map_err(|error| error.to_string());
    assert_eq!(error, Err("a charge that is Voided can't meet Captured(Amount(1))".to_owned()));
}

const STATUSES: [Status; 10] = [
    Status::Processing,
    Status::InReview,
    Status::Failing,
    Status::Canceling,
    Status::Captured,
    Status::Succeeded,
    Status::Failed,
    Status::Canceled,
    Status::Settled,
    Status::Returned,
];

const CHARGE_STATES: [ChargeState; 8] = [
    ChargeState::Absent,
    ChargeState::Pending,
    ChargeState::Authorized,
    ChargeState::Captured,
    ChargeState::Declined,
    ChargeState::Voided,
    ChargeState::AuthorizationExpired,
    ChargeState::Tombstoned,
];
