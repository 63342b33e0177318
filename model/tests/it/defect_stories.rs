//! What people are told of each defect.

use std::collections::BTreeSet;

use model::Defect;

#[test]
fn every_defect_has_a_story() {
    let place = |defect| match defect {
        Defect::CheckThenInsert => 0,
        Defect::CompRegisteredAfter => 1,
        Defect::DoublePost => 2,
        Defect::FiveHundredIsNotExecuted => 3,
        Defect::FreshKeyPerTry => 4,
        Defect::RecoveryMeansNewAttempt => 5,
        Defect::SendBeforeLog => 6,
        Defect::TimeoutIsFailure => 7,
        Defect::ToctouBalance => 8,
        Defect::UndoPastPivot => 9,
        Defect::LeaseNoFencing => 10,
        Defect::KeyGlobalScope => 11,
        Defect::NoFingerprint => 12,
        Defect::AmbiguousErrorStoredFinal => 13,
        Defect::ClaimDeletedAfterEffect => 14,
        Defect::LockIsRecordTtl => 15,
        Defect::ReaperKillsLiveKeys => 16,
        Defect::AckAndDrop => 17,
        Defect::DedupeBeforeWork => 18,
        Defect::DupCredit => 19,
        Defect::StaleOverwrites => 20,
        Defect::WebhookAlsoActs => 21,
        Defect::CommitThenPublish => 22,
        Defect::ConsumerNoDedupe => 23,
        Defect::NotifiedOnInsert => 24,
        Defect::PublishThenCommit => 25,
        Defect::HoldExpiresInDoubt => 26,
        Defect::DeleteAttemptOnError => 27,
        Defect::KeyIgnoredEndpoint => 28,
        Defect::MinorUnitsX100 => 29,
        Defect::ResidualAuth => 30,
        Defect::RoundEachLeg => 31,
        Defect::DisputeWonIgnored => 32,
        Defect::RefundPlusDispute => 33,
        Defect::ReplayNondeterminism => 34,
        Defect::RefundLateFailIgnored => 35,
        Defect::RefundByHandIgnored => 36,
        Defect::FeeOnRefund => 37,
        Defect::LimitCountsAttempts => 38,
        Defect::AuthExpiryConstant => 39,
        Defect::BlindRecon => 40,
        Defect::FileReingest => 41,
        Defect::FuzzyMatch => 42,
        Defect::NetVsGross => 43,
        Defect::AutoFailStuck => 44,
        Defect::ActsOnStaleSnapshot => 45,
        Defect::AgentReplans => 46,
        Defect::RefundsInDoubt => 47,
        Defect::CommitBeforeLogOrPreparedInMemory => 48,
        Defect::HeuristicAbort => 49,
        Defect::RefundAtSpot => 50,
    };
    let listed: BTreeSet<usize> = Defect::ALL.iter().map(|story| place(story.defect)).collect();
    assert_eq!(listed, (0..51).collect());
    assert_eq!(Defect::ALL.len(), 51);
    for story in Defect::ALL {
        assert_eq!(story.defect.story(), story);
        let told = [story.story, story.source].iter().all(|text| text.len() > 20);
        assert!(told && !story.caught_by.is_empty(), "{story:?}");
    }
}

#[test]
fn defects_go_by_kebab_case_names_in_order() {
    let names: Vec<&str> = Defect::ALL.iter().map(|story| story.name).collect();
    assert!(names.is_sorted_by(|one, next| one < next), "{names:?}");
    for story in Defect::ALL {
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(story.name.chars().all(kebab), "{}", story.name);
        assert_eq!(Defect::named(story.name), Some(story.defect));
    }
    assert_eq!(Defect::named("no-such-defect"), None);
}
