//! The risk desk: a verdict per operation, counted once and released for good.

use std::time::Duration;

use model::{OperationId, RiskDesk, RiskEntry, RiskReply, RiskRequest, Verdict};
use proptest::prelude::*;

use crate::cases::cases;

const YES: Verdict = Verdict::Now(true);
const NO: Verdict = Verdict::Now(false);

#[test]
fn an_assessment_is_made_once_and_told_as_often_as_it_is_asked_for() {
    for (drawn, told) in [(YES, RiskReply::Approve), (NO, RiskReply::Reject)] {
        let mut desk = RiskDesk::default();
        let entry = Some(RiskEntry::Assessed(OperationId(1), drawn));
        assert_eq!(desk.answer(assess(1), at(0), drawn), (told, entry));
        assert_eq!(desk.answer(assess(1), at(9), YES), (told, None));
        assert_eq!(desk.answer(assess(1), at(9), NO), (told, None));
    }
}

#[test]
fn a_review_is_told_until_it_is_decided() {
    for (approves, told) in [(true, RiskReply::Approve), (false, RiskReply::Reject)] {
        let mut desk = RiskDesk::default();
        let verdict = Verdict::At(at(60), approves);
        for (moment, reply) in
            [(0, RiskReply::Review), (59, RiskReply::Review), (60, told), (61, told)]
        {
            assert_eq!(desk.answer(assess(1), at(moment), verdict).0, reply, "at {moment}");
        }
    }
}

#[test]
fn a_release_is_final_and_may_be_repeated() {
    let mut desk = RiskDesk::default();
    desk.answer(assess(1), at(0), YES);
    let released = Some(RiskEntry::Released(OperationId(1)));
    assert_eq!(desk.answer(release(1), at(1), YES), (RiskReply::Released, released));
    assert_eq!(desk.answer(release(1), at(2), YES), (RiskReply::Released, None));
    assert_eq!(desk.answer(assess(1), at(3), YES), (RiskReply::Reject, None));
    assert_eq!(desk.answer(assess(2), at(3), YES).0, RiskReply::Approve);
}

#[test]
fn a_release_blocks_an_assessment_that_comes_later() {
    let mut desk = RiskDesk::default();
    let released = Some(RiskEntry::Released(OperationId(1)));
    assert_eq!(desk.answer(release(1), at(0), YES), (RiskReply::Released, released));
    assert_eq!(desk.answer(assess(1), at(1), YES), (RiskReply::Reject, None));
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_desk_rebuilt_from_its_entries_answers_the_same(
        requests in prop::collection::vec((any_request(), any_verdict(), 0..100_u64), 1..20),
    ) {
        let mut desk = RiskDesk::default();
        let mut rebuilt = RiskDesk::default();
        for (request, verdict, moment) in requests {
            let answer = desk.answer(request, at(moment), verdict);
            prop_assert_eq!(rebuilt.clone().answer(request, at(moment), verdict), answer);
            answer.1.into_iter().for_each(|entry| rebuilt.restore(entry));
        }
    }
}

fn any_request() -> impl Strategy<Value = RiskRequest> {
    prop_oneof![2 => (0..3_u64).prop_map(assess), 1 => (0..3_u64).prop_map(release)]
}

fn any_verdict() -> impl Strategy<Value = Verdict> {
    let later = (0..100_u64, any::<bool>()).prop_map(|(moment, yes)| Verdict::At(at(moment), yes));
    prop_oneof![any::<bool>().prop_map(Verdict::Now), later]
}

fn assess(operation: u64) -> RiskRequest {
    RiskRequest::Assess { operation: OperationId(operation) }
}

fn release(operation: u64) -> RiskRequest {
    RiskRequest::Release { operation: OperationId(operation) }
}

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
