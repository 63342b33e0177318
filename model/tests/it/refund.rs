//! The life of a refund (payments.md M5): reserved, asked for under one key,
//! resolved in the dialect of who has the money.

use std::time::Duration;

use model::gatekeeper::{
    Admission, Generation, KeyEndpoint, KeyId, KeyRow, PaidOnce, RefundPayment, Stored,
    StoredReply, admit_refund,
};
use model::{Amount, Defect, Defects, IdempotencyKey, PaymentId, Rules, Status, Tenant, Token};

use crate::dialects::{HOSTILE, KEEPS_ALL, KEEPS_REFUSALS, LEGACY, RESUMES};
use crate::script::{play_refund, rules, rules_at};

#[test]
fn a_refund_is_reserved_before_it_is_asked_for_and_booked_after() {
    play_refund(
        &rules(),
        "a",
        "
        hold => created
        wrote outcome hold held
        refund at a => refunded
        wrote pivot
        post => created
        notice succeeded => noticed
        ends succeeded
        ",
    );
}

#[test]
fn a_refund_that_can_not_be_reserved_is_never_asked_for() {
    play_refund(
        &rules(),
        "a",
        "
        hold => burned
        notice failed => noticed
        ends failed
        not wrote intent refund
        ",
    );
}

#[test]
fn a_refund_that_fails_releases_its_reserve() {
    for says in ["refund-failed", "invalid"] {
        let script = format!(
            "
            ... refund at a
            refund at a => {says}
            wrote undo hold
            unhold => created
            notice failed => noticed
            ends failed
            "
        );
        play_refund(&rules(), "a", &script);
    }
}

#[test]
fn a_lost_reply_leads_to_a_repetition_where_the_refund_endpoint_keeps_every_reply() {
    for dialect in [KEEPS_ALL, RESUMES] {
        play_refund(
            &rules_at([dialect, HOSTILE]),
            "a",
            "
            ... refund at a
            refund at a => lost
            refund at a => lost
            query at a => lost
            refund at a => refunded
            post => created
            ... notice succeeded
            ",
        );
    }
}

#[test]
fn a_lost_reply_leads_to_queries_only_where_a_repetition_could_give_back_twice() {
    for dialect in [HOSTILE, KEEPS_REFUSALS] {
        play_refund(
            &rules_at([dialect, KEEPS_ALL]),
            "a",
            "
            ... refund at a
            refund at a => lost
            query at a => lost until 15m
            query at a => is-refunded
            wrote outcome refund refunded
            ... notice succeeded
            ",
        );
    }
}

#[test]
fn a_refund_that_never_came_is_asked_for_anew_under_its_own_key_once_all_that_was_sent_has_died() {
    play_refund(
        &rules_at([HOSTILE, KEEPS_ALL]),
        "a",
        "
        ... refund at a
        refund at a => lost
        query at a => not-found until 20m
        not wrote outcome refund failed_definite
        from 20m query at a => not-found
        refund at a => refunded
        wrote outcome refund refunded
        ... notice succeeded
        ",
    );
}

#[test]
fn a_refund_that_is_pending_is_waited_for_and_never_sent_again() {
    for (at_last, then) in [("is-refunded", "post"), ("is-refund-failed", "unhold")] {
        let script = format!(
            "
            ... refund at a
            refund at a => pending
            query at a => is-refund-pending until 70h
            query at a => {at_last}
            {then} => created
            "
        );
        play_refund(&rules(), "a", &script);
    }
}

#[test]
fn whoever_takes_a_refund_over_asks_what_became_of_it_before_anything_else() {
    play_refund(
        &rules(),
        "a",
        "
        ... refund at a
        refund at a => lost
        crash
        query at a => is-refunded
        wrote outcome refund refunded
        crash
        post => created
        wrote outcome post posted
        crash
        notice succeeded => noticed
        ends succeeded
        ",
    );
    play_refund(
        &rules(),
        "a",
        "
        ... refund at a
        refund at a => refund-failed
        wrote undo hold
        crash
        unhold => created
        notice failed => noticed
        ends failed
        ",
    );
}

#[test]
fn a_server_error_leaves_a_refund_unknown() {
    play_refund(
        &rules_at([HOSTILE, KEEPS_ALL]),
        "a",
        "
        ... refund at a
        refund at a => server-error
        not wrote undo hold
        query at a => is-refunded
        ... notice succeeded
        ",
    );
}

#[test]
fn where_neither_a_key_nor_a_query_tells_a_person_has_to_look_and_nothing_else_is_sent() {
    let mut legacy = rules_at([LEGACY, KEEPS_ALL]);
    legacy.resolve_within = Duration::from_secs(1_800);
    play_refund(
        &legacy,
        "a",
        "
        ... refund at a
        refund at a => lost
        late refund at a => refunded
        wrote outcome refund refunded
        ",
    );
    let intent = crate::history::refund(0);
    let journal = crate::script::only_call(&legacy, intent, "refund at a");
    assert!(journal.iter().any(|written| written == "case in_doubt"), "{journal:#?}");
    assert!(!journal.iter().any(|written| written.starts_with("undo")), "{journal:#?}");
}

#[test]
fn what_forgets_the_attempt_on_an_error_gives_back_under_a_second_key() {
    let defects = Defects::NONE.with(Defect::DeleteAttemptOnError);
    play_refund(
        &Rules { defects, ..rules() },
        "a",
        "
        ... refund at a
        refund at a => lost
        refund/2 at a => refunded
        wrote intent refund/2
        ... notice succeeded
        ",
    );
}

#[test]
fn what_trusts_the_key_of_every_endpoint_repeats_a_refund_where_it_is_ignored() {
    let defects = Defects::NONE.with(Defect::KeyIgnoredEndpoint);
    play_refund(
        &Rules { defects, ..rules_at([HOSTILE, KEEPS_ALL]) },
        "a",
        "
        ... refund at a
        refund at a => lost
        refund at a => refunded
        ",
    );
}

mod gate {
    use super::*;

    #[test]
    fn a_key_of_a_refund_is_none_of_a_payment() {
        let [create, refund] = [KeyEndpoint::Create, KeyEndpoint::Refund].map(key);
        assert_ne!(create, refund);
        assert_ne!(create.payment(Generation(0)), refund.payment(Generation(0)));
        let [first, next] = [0, 1].map(|generation| refund.payment(Generation(generation)));
        assert_ne!(first, next, "the next use of a key that expired is another refund");
    }

    #[test]
    fn a_repetition_of_a_refund_is_told_what_the_first_came_to() {
        let first = request(500);
        let payment = first.payment(Generation(0));
        let row = KeyRow {
            fingerprint: first.fingerprint(),
            payment,
            reply: None,
            order_ref: PaidOnce::default(),
        };
        let reply = StoredReply { payment, status: Status::Succeeded };
        let done = KeyRow { reply: Some(reply), ..row };
        for (row, live, admission) in [
            (None, false, Admission::Accept(payment)),
            (Some(row), true, Admission::InProgress(payment)),
            (Some(row), false, Admission::Resume(payment)),
            (Some(done), false, Admission::Replay(reply)),
        ] {
            let admitted = |request: RefundPayment| {
                let generation = Generation::default();
                let stored = Stored { row, generation, known_order: None, lease_live: live };
                admit_refund(&request, &stored, Defects::NONE)
            };
            assert_eq!(admitted(first), admission);
            if row.is_some() {
                assert_eq!(admitted(request(501)), Admission::Mismatch);
                let of = key(KeyEndpoint::Create);
                let other = KeyId { key: IdempotencyKey(8), ..of };
                assert_eq!(admitted(RefundPayment { of: other, ..first }), Admission::Mismatch);
                let token = Token(9);
                assert_eq!(admitted(RefundPayment { token, ..first }), Admission::Mismatch);
            }
        }
        assert_ne!(payment, PaymentId::of(Tenant(1), IdempotencyKey(7), 0));
    }

    fn request(amount: i128) -> RefundPayment {
        let [of, key] = [KeyEndpoint::Create, KeyEndpoint::Refund].map(key);
        RefundPayment { key, of, token: Token(2), amount: Amount(amount) }
    }

    fn key(endpoint: KeyEndpoint) -> KeyId {
        KeyId { tenant: Tenant(1), endpoint, key: IdempotencyKey(7) }
    }
}
