//! What a worker makes of webhooks: as much as of the answer to a query, and
//! never a step back (payments.md M8, 1.6).

use model::{Defect, Defects, Rules};

use crate::script::{patient, play, rules};

/// The worker learned it when it asked next, which could be hours later.
#[test]
fn an_issuer_that_decides_late_is_heard_by_a_webhook_and_not_asked() {
    for (state, wrote) in [
        ("is-authorized", "outcome authorize authorized"),
        ("is-declined", "outcome authorize declined_soft"),
    ] {
        play(
            &rules(),
            "a",
            &format!(
                "
                ... authorize at a
                authorize at a => pending
                webhook 1 of authorize is-pending => stale
                webhook 2 of authorize {state} => applied
                wrote {wrote}
                "
            ),
        );
    }
}

#[test]
fn that_an_issuer_takes_its_time_is_heard_by_a_webhook_too() {
    play(
        &rules(),
        "a",
        "
        ... authorize at a
        authorize at a => lost
        webhook 1 of authorize is-pending => applied
        webhook 2 of authorize is-authorized => applied
        wrote outcome authorize authorized
        ",
    );
}

#[test]
fn a_webhook_that_overtakes_the_answer_is_the_answer() {
    play(
        &rules(),
        "a",
        "
        ... authorize at a
        authorize at a => lost
        webhook 1 of authorize is-authorized => applied
        wrote outcome authorize authorized
        late authorize at a => authorized
        capture at a => lost
        webhook 2 of authorize is-captured => applied
        wrote outcome capture captured
        post => created
        notice succeeded => noticed
        ends succeeded
        ",
    );
}

#[test]
fn what_was_known_is_stale_whenever_it_comes() {
    play(
        &rules(),
        "a",
        "
        ... capture at a
        webhook 1 of authorize is-authorized => stale
        capture at a => captured
        webhook 2 of authorize is-captured => stale
        ",
    );
}

#[test]
fn what_comes_out_of_order_is_parked_and_fits_once_what_was_before_it_is_known() {
    play(
        &rules(),
        "a",
        "
        ... authorize at a
        webhook 2 of authorize is-captured => parked
        webhook 1 of authorize is-authorized => applied
        capture at a => lost
        webhook 2 of authorize is-captured => applied
        wrote outcome capture captured
        ",
    );
}

#[test]
fn a_webhook_about_nothing_that_this_payment_did_is_parked() {
    play(
        &rules(),
        "a",
        "
        ... authorize at a
        webhook 1 of authorize/2 is-authorized => parked
        ",
    );
}

/// It tells what was true when it happened. What was sent since may still take
/// effect.
#[test]
fn a_decline_is_not_definite_while_another_send_may_still_take_effect() {
    play(
        &patient(),
        "a",
        "
        ... authorize at a
        crash
        webhook 1 of authorize is-declined => parked
        not wrote outcome authorize declined_soft
        query at a => is-declined
        not wrote outcome authorize declined_soft
        from 20m query at a => is-declined
        wrote outcome authorize declined_soft
        webhook 1 of authorize is-declined => stale
        ",
    );
}

#[test]
fn an_undo_is_seen_to_have_happened_or_to_be_too_late() {
    for (state, wrote) in [
        ("is-voided", "undone authorize voided"),
        ("is-captured", "undone authorize taken_after_all"),
        ("is-tombstoned", "undone authorize tombstoned"),
    ] {
        play(
            &rules(),
            "a",
            &format!(
                "
                ... authorize at a
                authorize at a => authorized
                cancel
                void at a => lost
                webhook 2 of authorize {state} => applied
                wrote {wrote}
                "
            ),
        );
    }
}

/// It was declined once; it may have been asked for again since.
#[test]
fn a_decline_undoes_nothing() {
    play(
        &rules(),
        "a",
        "
        ... authorize at a
        authorize at a => lost
        cancel
        void at a => lost
        webhook 1 of authorize is-declined => parked
        not wrote undone authorize voided
        ",
    );
}

#[test]
fn what_is_not_signed_proves_nothing_and_makes_the_worker_ask() {
    play(
        &patient(),
        "a",
        "
        ... authorize at a
        authorize at a => pending
        unsigned webhook 2 of authorize is-authorized => parked
        not wrote outcome authorize authorized
        query at a => is-authorized
        wrote outcome authorize authorized
        unsigned webhook 2 of authorize is-authorized => stale
        ",
    );
}

#[test]
fn one_that_believes_whatever_came_last_takes_a_step_back() {
    let defects = Defects::NONE.with(Defect::StaleOverwrites);
    for (rules, found) in [(rules(), "stale"), (Rules { defects, ..rules() }, "applied")] {
        play(
            &rules,
            "a",
            &format!(
                "
                ... authorize at a
                webhook 1 of authorize is-authorized => applied
                capture at a => lost
                webhook 2 of authorize is-captured => applied
                webhook 1 of authorize is-authorized => {found}
                "
            ),
        );
    }
}
