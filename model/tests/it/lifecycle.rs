//! The lifecycles of a payment's status (payments.md M1), of a provider's
//! charge (M3), of a refund (M5) and of a chargeback (M6): every pair of state
//! and event, legal or not.

use model::{
    Amount, ChargeEvent, ChargeState, DisputeEvent, DisputeState, IllegalChargeEvent,
    IllegalDisputeEvent, IllegalRefundEvent, IllegalStatusEvent, RefundEvent, RefundState, Status,
    StatusEvent,
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
        Event::PartlyCaptured(all),
        Event::Captured(all),
        Event::Voided,
        Event::Expired,
        Event::AutoReversed,
        Event::Tombstoned,
        Event::RemainderReleased,
        Event::Settled,
        Event::Refunded(all),
        Event::RefundPending(all),
        Event::RefundSucceeded(all),
        Event::RefundFailed(all),
        Event::RefundReturned(all),
        Event::Disputed(all),
        Event::DisputeWon(all),
        Event::DisputeLost,
        Event::DisputedAgain(all),
        Event::WonAgain(all),
        Event::LostAgain,
        Event::TakenAfterAll(all),
    ];
    let mut table = vec![
        (Absent, Event::Authorized(all), Authorized),
        (Absent, Event::Declined, Declined),
        (Absent, Event::Deferred, Pending),
        (Absent, Event::Tombstoned, Tombstoned),
        (Pending, Event::Authorized(all), Authorized),
        (Pending, Event::Declined, Declined),
        (Pending, Event::Voided, Voided),
        (Authorized, Event::Captured(all), Captured),
        (Authorized, Event::PartlyCaptured(all), PartiallyCaptured),
        (Authorized, Event::Voided, Voided),
        (Authorized, Event::Expired, AuthorizationExpired),
        (Authorized, Event::AutoReversed, AutoReversed),
        (PartiallyCaptured, Event::PartlyCaptured(all), PartiallyCaptured),
        (PartiallyCaptured, Event::Captured(all), Captured),
        (PartiallyCaptured, Event::Voided, Captured),
        (PartiallyCaptured, Event::Expired, Captured),
        (Captured, Event::Settled, Settled),
        (Captured, Event::Refunded(all), Captured),
        (Captured, Event::RefundPending(all), Captured),
        (Captured, Event::Disputed(all), Disputed),
        (Settled, Event::Refunded(all), Settled),
        (Settled, Event::RefundPending(all), Settled),
        (Settled, Event::Disputed(all), Disputed),
        (Disputed, Event::DisputeWon(all), Settled),
        (Disputed, Event::DisputeLost, ChargedBack),
        (Settled, Event::DisputedAgain(all), Disputed),
        (Disputed, Event::WonAgain(all), Settled),
        (Disputed, Event::LostAgain, ChargedBack),
        // No provider may, and some do.
        (Declined, Event::TakenAfterAll(all), Captured),
        (Voided, Event::TakenAfterAll(all), Captured),
        (Tombstoned, Event::TakenAfterAll(all), Captured),
    ];
    // What was promised before a dispute comes to its end all the same.
    for state in [Captured, Settled, Disputed, ChargedBack] {
        for event in [
            Event::RemainderReleased,
            Event::RefundSucceeded(all),
            Event::RefundFailed(all),
            Event::RefundReturned(all),
        ] {
            table.push((state, event, state));
        }
    }
    for state in CHARGE_STATES {
        for event in events {
            let listed = table.iter().find(|(from, by, _)| (*from, *by) == (state, event));
            let illegal = IllegalChargeEvent::Pair { state, event };
            let expected = listed.map(|(_, _, to)| *to).ok_or(illegal);
            assert_eq!(state.next(event), expected, "{state:?} meets {event:?}");
        }
        let alive = matches!(state, Pending | Authorized | PartiallyCaptured);
        assert_eq!(state.is_alive(), alive, "{state:?}");
        let taken = matches!(state, Captured | Settled | Disputed | ChargedBack);
        assert_eq!(state.is_past_void(), taken, "{state:?}");
    }
}

#[test]
fn a_refund_changes_as_the_table_says_and_never_otherwise() {
    use RefundEvent as Event;
    use RefundState::*;
    let table = [
        (Absent, Event::Reserved, Reserved),
        (Reserved, Event::Sent, Sent),
        (Sent, Event::Unknown, Sent),
        (Sent, Event::Pending, Pending),
        (Sent, Event::Succeeded, Succeeded),
        (Sent, Event::Failed, Failed),
        (Pending, Event::Succeeded, Succeeded),
        (Pending, Event::Failed, Failed),
        (Succeeded, Event::Returned, FailedLate),
    ];
    for state in [Absent, Reserved, Sent, Pending, Succeeded, Failed, FailedLate] {
        for event in [
            Event::Reserved,
            Event::Sent,
            Event::Unknown,
            Event::Pending,
            Event::Succeeded,
            Event::Failed,
            Event::Returned,
        ] {
            let listed = table.iter().find(|(from, by, _)| (*from, *by) == (state, event));
            let expected = listed.map(|(_, _, to)| *to).ok_or(IllegalRefundEvent { state, event });
            assert_eq!(state.next(event), expected, "{state:?} meets {event:?}");
        }
        assert_eq!(state.is_final(), matches!(state, Failed | FailedLate), "{state:?}");
    }
}

#[test]
fn a_dispute_changes_as_the_table_says_and_never_otherwise() {
    use DisputeEvent as Event;
    use DisputeState::*;
    let table = [
        (Absent, Event::Opened, Opened),
        (Opened, Event::Accepted, Lost),
        (Opened, Event::EvidenceSubmitted, EvidenceSubmitted),
        (EvidenceSubmitted, Event::Won, Won),
        (EvidenceSubmitted, Event::Lost, Lost),
        (Won, Event::PreArbitrationOpened, PreArbitration),
        (PreArbitration, Event::Won, WonFinally),
        (PreArbitration, Event::Lost, Lost),
    ];
    for state in [Absent, Opened, EvidenceSubmitted, Won, PreArbitration, WonFinally, Lost] {
        for event in [
            Event::Opened,
            Event::Accepted,
            Event::EvidenceSubmitted,
            Event::Won,
            Event::Lost,
            Event::PreArbitrationOpened,
        ] {
            let listed = table.iter().find(|(from, by, _)| (*from, *by) == (state, event));
            let expected = listed.map(|(_, _, to)| *to).ok_or(IllegalDisputeEvent { state, event });
            assert_eq!(state.next(event), expected, "{state:?} meets {event:?}");
        }
        let withdrawn = matches!(state, Opened | EvidenceSubmitted | PreArbitration | Lost);
        assert_eq!(state.is_withdrawn(), withdrawn, "{state:?}");
    }
}

#[test]
fn an_illegal_pair_is_named_in_the_error() {
    let status = Status::Failed.next(StatusEvent::Booked).map_err(|error| error.to_string());
    assert_eq!(status, Err("a payment that is Failed can't meet Booked".to_owned()));
    let charge = ChargeState::Voided.next(ChargeEvent::Captured(Amount(1)));
    let error = charge.map_err(|error| error.to_string());
    assert_eq!(error, Err("a charge that is Voided can't meet Captured(Amount(1))".to_owned()));
    let refund = RefundState::Failed.next(RefundEvent::Returned).map_err(|error| error.to_string());
    assert_eq!(refund, Err("a refund that is Failed can't meet Returned".to_owned()));
    let dispute = DisputeState::Lost.next(DisputeEvent::Won).map_err(|error| error.to_string());
    assert_eq!(dispute, Err("a dispute that is Lost can't meet Won".to_owned()));
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

const CHARGE_STATES: [ChargeState; 13] = [
    ChargeState::Absent,
    ChargeState::Pending,
    ChargeState::Authorized,
    ChargeState::PartiallyCaptured,
    ChargeState::Captured,
    ChargeState::Settled,
    ChargeState::Disputed,
    ChargeState::ChargedBack,
    ChargeState::Declined,
    ChargeState::Voided,
    ChargeState::AuthorizationExpired,
    ChargeState::AutoReversed,
    ChargeState::Tombstoned,
];
