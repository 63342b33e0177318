//! What an answer proves: the classifier of payments.md 1.6, row by row.

use model::evidence::{Evidence, weigh};
use model::saga::Try;
use model::workflow::Action;
use model::workflow::payin_card::{PAYIN_CARD, steps};
use model::{
    Aim, Amount, Answer, ChargeId, ChargeState, Decline, Defects, Outcome, ProviderReply, Refusal,
    RiskReply, TransferResult, UndoOutcome,
};

#[test]
fn an_authorization_is_definite_only_by_what_the_issuer_said() {
    let authorized = Evidence::Done(Outcome::Authorized { charge: CHARGE, amount: AMOUNT });
    for (reply, evidence) in [
        (ProviderReply::Authorized { charge: CHARGE, amount: AMOUNT }, authorized),
        (status(ChargeState::Authorized), authorized),
        (ProviderReply::Declined(Decline::Soft), refused(Refusal::DeclinedSoft)),
        (ProviderReply::Declined(Decline::Hard), refused(Refusal::DeclinedHard)),
        (status(ChargeState::Declined), refused(Refusal::DeclinedSoft)),
        (status(ChargeState::Voided), refused(Refusal::AuthorizationGone)),
        (status(ChargeState::AuthorizationExpired), refused(Refusal::AuthorizationGone)),
        (status(ChargeState::AutoReversed), refused(Refusal::AuthorizationGone)),
        (status(ChargeState::Tombstoned), refused(Refusal::AuthorizationGone)),
        (ProviderReply::Invalid, refused(Refusal::Invalid)),
        (ProviderReply::Pending, Evidence::Later),
        (status(ChargeState::Pending), Evidence::Later),
        (ProviderReply::NotFound, Evidence::NotExecuted),
        (ProviderReply::Throttled, Evidence::Throttled),
        (ProviderReply::ServerError, Evidence::Unknown),
        (ProviderReply::InProgress, Evidence::Unknown),
        (ProviderReply::KeyMismatch, Evidence::Unknown),
        (ProviderReply::AlreadyCaptured { charge: CHARGE, amount: AMOUNT }, Evidence::Unknown),
        (status(ChargeState::Captured), TAKEN),
        (status(ChargeState::Settled), TAKEN),
        (ProviderReply::Expired, Evidence::Unknown),
    ] {
        check(step(steps::AUTHORIZE), Answer::Provider(reply), evidence);
    }
}

#[test]
fn a_capture_is_definite_only_by_what_became_of_the_charge() {
    let captured = Evidence::Done(Outcome::Captured { amount: AMOUNT });
    let taken = |is_open| Evidence::Taken { amount: AMOUNT, is_open };
    for (reply, evidence) in [
        (ProviderReply::Captured { charge: CHARGE, amount: AMOUNT }, captured),
        (ProviderReply::AlreadyCaptured { charge: CHARGE, amount: AMOUNT }, taken(false)),
        (status(ChargeState::Captured), taken(false)),
        (status(ChargeState::Settled), taken(false)),
        (status(ChargeState::Disputed), taken(false)),
        (status(ChargeState::ChargedBack), taken(false)),
        (status(ChargeState::PartiallyCaptured), taken(true)),
        (status(ChargeState::AutoReversed), refused(Refusal::AuthorizationGone)),
        (ProviderReply::KeyMismatch, Evidence::Unknown),
        (ProviderReply::Declined(Decline::Soft), refused(Refusal::DeclinedSoft)),
        (ProviderReply::Declined(Decline::Hard), refused(Refusal::DeclinedSoft)),
        (ProviderReply::Expired, refused(Refusal::AuthorizationGone)),
        (status(ChargeState::Voided), refused(Refusal::AuthorizationGone)),
        (status(ChargeState::AuthorizationExpired), refused(Refusal::AuthorizationGone)),
        (ProviderReply::Invalid, refused(Refusal::Invalid)),
        (status(ChargeState::Authorized), Evidence::NotExecuted),
        (ProviderReply::Throttled, Evidence::Throttled),
        (ProviderReply::ServerError, Evidence::Unknown),
        (ProviderReply::InProgress, Evidence::Unknown),
        (ProviderReply::NotFound, Evidence::Unknown),
        (ProviderReply::Pending, Evidence::Unknown),
    ] {
        check(step(steps::CAPTURE), Answer::Provider(reply), evidence);
    }
}

#[test]
fn what_is_left_of_a_capture_is_given_back_only_when_the_provider_says_so() {
    for (reply, evidence) in [
        (ProviderReply::Released, Evidence::Released),
        (ProviderReply::TooLate, Evidence::Released),
        (status(ChargeState::Captured), Evidence::Released),
        (status(ChargeState::Settled), Evidence::Released),
        (status(ChargeState::PartiallyCaptured), Evidence::Later),
        (ProviderReply::NotFound, Evidence::Unknown),
        (ProviderReply::ServerError, Evidence::Unknown),
        (ProviderReply::Throttled, Evidence::Throttled),
    ] {
        let release = Aim::Step(Try { step: 5, attempt: 1 }, Action::Release);
        check(release, Answer::Provider(reply), evidence);
    }
}

#[test]
fn an_undo_is_definite_only_when_the_provider_says_what_is_left() {
    for (reply, evidence) in [
        (ProviderReply::Voided, Evidence::Undone(UndoOutcome::Voided)),
        (ProviderReply::Tombstoned, Evidence::Undone(UndoOutcome::Tombstoned)),
        (ProviderReply::TooLate, Evidence::Undone(UndoOutcome::TooLate)),
        (ProviderReply::UnknownReference, Evidence::NotExecuted),
        (ProviderReply::Throttled, Evidence::Unknown),
        (ProviderReply::ServerError, Evidence::Unknown),
        (ProviderReply::InProgress, Evidence::Unknown),
        (ProviderReply::Released, Evidence::Undone(UndoOutcome::TooLate)),
        (ProviderReply::Authorized { charge: CHARGE, amount: AMOUNT }, Evidence::Unknown),
    ] {
        check(undo(steps::AUTHORIZE), Answer::Provider(reply), evidence);
    }
}

#[test]
fn where_there_is_no_undo_a_query_tells_what_is_left() {
    use ChargeState::*;
    for (state, evidence) in [
        (Pending, Evidence::Later),
        (Authorized, Evidence::Later),
        (PartiallyCaptured, Evidence::Undone(UndoOutcome::TooLate)),
        (Captured, TAKEN),
        (Settled, TAKEN),
        (Disputed, TAKEN),
        (ChargedBack, TAKEN),
        (Declined, Evidence::Undone(UndoOutcome::Voided)),
        (Voided, Evidence::Undone(UndoOutcome::Voided)),
        (AuthorizationExpired, Evidence::Undone(UndoOutcome::Expired)),
        (AutoReversed, Evidence::Undone(UndoOutcome::Voided)),
        (Tombstoned, Evidence::Undone(UndoOutcome::Tombstoned)),
    ] {
        check(undo(steps::AUTHORIZE), Answer::Provider(status(state)), evidence);
    }
    let nothing = Answer::Provider(ProviderReply::NotFound);
    check(undo(steps::AUTHORIZE), nothing, Evidence::NotExecuted);
}

#[test]
fn a_hold_is_there_when_all_of_it_was_created_or_is_found() {
    use TransferResult::*;
    for (results, evidence) in [
        (vec![Created, Created], Evidence::Done(Outcome::Held)),
        (vec![Exists, LinkedEventFailed], Evidence::Booked),
        (vec![LinkedEventFailed, ExceedsCredits], refused(Refusal::OverLimit)),
        (vec![LinkedEventFailed, IdAlreadyFailed], refused(Refusal::OverLimit)),
        (vec![ExistsWithDifferentAmount, LinkedEventFailed], Evidence::Illegal),
        (vec![LinkedEventFailed, AccountsMustBeDifferent], Evidence::Illegal),
    ] {
        check(step(steps::HOLD), Answer::Booked(results), evidence);
    }
    let held = Evidence::Done(Outcome::Held);
    for (found, evidence) in [(2, held), (1, Evidence::Illegal), (0, Evidence::Illegal)] {
        check(step(steps::HOLD), Answer::Found { asked: 2, found }, evidence);
    }
}

#[test]
fn a_posting_may_not_be_refused() {
    use TransferResult::*;
    for (results, evidence) in [
        (vec![Created; 5], Evidence::Done(Outcome::Posted)),
        (vec![Exists, LinkedEventFailed], Evidence::Booked),
        // Whether anything may be short is for the payment to tell.
        (vec![LinkedEventFailed, ExceedsCredits], Evidence::Short),
        (vec![PendingTransferAlreadyPosted, LinkedEventFailed], Evidence::Illegal),
        (vec![PendingTransferAlreadyVoided, LinkedEventFailed], Evidence::Illegal),
        (vec![IdAlreadyFailed, LinkedEventFailed], Evidence::Short),
    ] {
        check(step(steps::POST), Answer::Booked(results), evidence);
    }
    let posted = Evidence::Done(Outcome::Posted);
    check(step(steps::POST), Answer::Found { asked: 5, found: 5 }, posted);
    check(step(steps::POST), Answer::Found { asked: 5, found: 4 }, Evidence::Illegal);
}

#[test]
fn a_release_is_repeated_without_harm() {
    use TransferResult::*;
    let voided = Evidence::Undone(UndoOutcome::Voided);
    for (results, evidence) in [
        (vec![Created, Created], voided),
        (vec![Exists, LinkedEventFailed], voided),
        (vec![PendingTransferAlreadyVoided, LinkedEventFailed], voided),
        (vec![PendingTransferAlreadyPosted, LinkedEventFailed], Evidence::Illegal),
        (vec![PendingTransferNotFound, LinkedEventFailed], Evidence::Illegal),
    ] {
        check(undo(steps::HOLD), Answer::Booked(results), evidence);
    }
}

#[test]
fn the_risk_service_is_believed_about_what_it_was_asked() {
    for (reply, evidence) in [
        (RiskReply::Approve, Evidence::Done(Outcome::Approved)),
        (RiskReply::Reject, refused(Refusal::Rejected)),
        (RiskReply::Review, Evidence::Later),
        (RiskReply::Released, Evidence::Unknown),
    ] {
        check(step(steps::RISK), Answer::Risk(reply), evidence);
    }
    let released = Evidence::Undone(UndoOutcome::Voided);
    check(undo(steps::RISK), Answer::Risk(RiskReply::Released), released);
    check(undo(steps::RISK), Answer::Risk(RiskReply::Approve), Evidence::Unknown);
}

/// Whatever was awaited was taken for notified.
#[test]
fn an_acknowledgement_is_believed_only_where_one_is_awaited() {
    let noticed = Evidence::Done(Outcome::Notified);
    check(Aim::Notice, Answer::Noticed, noticed);
    check(step(steps::NOTIFY), Answer::Noticed, noticed);
    for which in steps::RISK..steps::NOTIFY {
        check(step(which), Answer::Noticed, Evidence::Unknown);
        check(undo(which), Answer::Noticed, Evidence::Unknown);
    }
}

fn check(aim: Aim, answer: Answer, evidence: Evidence) {
    assert_eq!(weigh(aim, &answer, Defects::NONE), evidence, "{aim:?} hears {answer:?}");
}

fn step(step: u8) -> Aim {
    let which = Try { step, attempt: 1 };
    Aim::Step(which, PAYIN_CARD.action(which))
}

fn undo(step: u8) -> Aim {
    let which = Try { step, attempt: 1 };
    Aim::Undo(which, PAYIN_CARD.action(which))
}

fn refused(refusal: Refusal) -> Evidence {
    Evidence::Refused(refusal)
}

fn status(state: ChargeState) -> ProviderReply {
    ProviderReply::Status(state, CHARGE, AMOUNT)
}

const CHARGE: ChargeId = ChargeId(9);
const TAKEN: Evidence = Evidence::TakenAfterAll { charge: CHARGE, amount: AMOUNT };
const AMOUNT: Amount = Amount(100);
