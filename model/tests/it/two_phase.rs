//! Two-phase commit: every state meets every event as the tables say.

use model::two_phase::{
    Branch, Branches, Coordinator, CoordinatorAct, CoordinatorEvent, Decision, Locked, Locks,
    Participant, ParticipantAct, ParticipantEvent, Transaction,
};
use model::{AccountId, AccountName, Currency, Defect, Defects, Merchant, PaymentId, Tenant};

/// What a coordinator in each state does about each event, and what it is then;
/// whatever is not in the table is refused.
fn coordinators() -> Vec<(Coordinator, CoordinatorEvent, Coordinator, Vec<CoordinatorAct>)> {
    use Branch::{Customers, Merchants, Providers};
    use Coordinator::{Aborting, Committing, Done, Init, Preparing};
    use CoordinatorAct::{Close, ForceCommit, Prepare, Tell, TellAll};
    use CoordinatorEvent::{Acknowledged, Begin, GiveUp, Inquired, No, Reminded, Yes};
    use Decision::{Abort, Commit};
    let none = Branches::NONE;
    let mut table = vec![
        (Init, Begin, Preparing { yes: 0 }, vec![Prepare]),
        (Preparing { yes: 0 }, Yes(Merchants), Preparing { yes: 1 }, vec![Prepare]),
        (Preparing { yes: 1 }, Yes(Customers), Preparing { yes: 2 }, vec![Prepare]),
        (Preparing { yes: 2 }, Yes(Providers), Committing(none), vec![ForceCommit, TellAll]),
        (Preparing { yes: 1 }, Yes(Merchants), Preparing { yes: 1 }, vec![]),
        (Preparing { yes: 2 }, Yes(Merchants), Preparing { yes: 2 }, vec![]),
        (Preparing { yes: 2 }, Yes(Customers), Preparing { yes: 2 }, vec![]),
        (Preparing { yes: 0 }, Inquired(Merchants), Preparing { yes: 0 }, vec![]),
        (Preparing { yes: 1 }, Inquired(Merchants), Preparing { yes: 1 }, vec![]),
        (Preparing { yes: 1 }, Inquired(Customers), Preparing { yes: 1 }, vec![]),
    ];
    for branch in Branch::ALL {
        let yes = branch as u8;
        let unasked = Branches::first(usize::from(yes) + 1).others();
        let preparing = Preparing { yes };
        table.push((preparing, No(branch), Aborting(unasked), vec![TellAll]));
        table.push((preparing, GiveUp, Aborting(unasked), vec![TellAll]));
        table.push((preparing, Reminded, preparing, vec![Prepare]));
        table.push((Preparing { yes: 2 }, Inquired(branch), Preparing { yes: 2 }, vec![]));
        table.push((Init, Inquired(branch), Init, vec![Tell(Abort)]));
        for (deciding, decision) in [(Committing as fn(_) -> _, Commit), (Aborting, Abort)] {
            let last = none.with(branch).others();
            table.push((deciding(none), Acknowledged(branch), deciding(none.with(branch)), vec![]));
            for known in last.iter() {
                table.push((deciding(last), Acknowledged(known), deciding(last), vec![]));
            }
            table.push((deciding(last), Acknowledged(branch), Done(decision), vec![Close]));
            for state in [deciding(none), deciding(last), Done(decision)] {
                table.push((state, Inquired(branch), state, vec![Tell(decision)]));
                table.push((state, Yes(branch), state, vec![]));
            }
            for state in [deciding(none), deciding(last)] {
                table.push((state, Reminded, state, vec![TellAll]));
            }
            table.push((Done(decision), Acknowledged(branch), Done(decision), vec![]));
        }
        for state in [Aborting(none), Aborting(none.with(branch).others()), Done(Abort)] {
            table.push((state, No(branch), state, vec![]));
        }
    }
    // Every branch is told to abort in the states above; these are their mates.
    for last in Branch::ALL {
        let state = none.with(last).others();
        for branch in Branch::ALL {
            for (deciding, decision) in [(Committing as fn(_) -> _, Commit), (Aborting, Abort)] {
                table.push((
                    deciding(state),
                    Inquired(branch),
                    deciding(state),
                    vec![Tell(decision)],
                ));
                table.push((deciding(state), Yes(branch), deciding(state), vec![]));
            }
            table.push((Aborting(state), No(branch), Aborting(state), vec![]));
        }
    }
    table
}

fn coordinator_states() -> Vec<Coordinator> {
    use Coordinator::{Aborting, Committing, Done, Init, Preparing};
    let mut states = vec![Init, Done(Decision::Commit), Done(Decision::Abort)];
    states.extend((0..3).map(|yes| Preparing { yes }));
    states.extend([Committing(Branches::NONE), Aborting(Branches::NONE)]);
    for branch in Branch::ALL {
        let last = Branches::NONE.with(branch).others();
        states.extend([Committing(last), Aborting(last)]);
    }
    states
}

fn coordinator_events() -> Vec<CoordinatorEvent> {
    use CoordinatorEvent::{Acknowledged, Begin, GiveUp, Inquired, No, Reminded, Yes};
    let of = |branch| [Yes(branch), No(branch), Acknowledged(branch), Inquired(branch)];
    let each = Branch::ALL.into_iter().flat_map(of);
    [Begin, GiveUp, Reminded].into_iter().chain(each).collect()
}

#[test]
fn a_coordinator_meets_every_event_as_the_table_says_and_refuses_every_other() {
    let table = coordinators();
    for state in coordinator_states() {
        for event in coordinator_events() {
            let mut coordinator = state;
            let met = coordinator.meet(event, Defects::NONE);
            match table.iter().find(|(from, by, ..)| (*from, *by) == (state, event)) {
                Some((.., next, acts)) => {
                    assert_eq!(met, Ok(acts.as_slice()), "{state:?} {event:?}");
                    assert_eq!(coordinator, *next, "{state:?} {event:?}");
                }
                None => {
                    let error = met.expect_err(&format!("{state:?} {event:?}"));
                    assert_eq!((error.state, error.event), (state, event));
                    assert_eq!(coordinator, state, "what is refused changes nothing");
                }
            }
        }
    }
}

#[test]
fn a_participant_meets_every_event_as_the_table_says_and_refuses_every_other() {
    use Participant::{Aborted, Committed, Prepared, Working};
    use ParticipantAct::{Acknowledge, Force, Inquire, VoteNo, VoteYes};
    use ParticipantEvent::{Abort, Commit, Prepare, PrepareInVain, TimedOut};
    let table: [(_, _, _, &[ParticipantAct]); 15] = [
        (Working, Prepare, Prepared, &[Force, VoteYes]),
        (Working, PrepareInVain, Aborted, &[Force, VoteNo]),
        (Working, Abort, Aborted, &[Force, Acknowledge]),
        (Working, TimedOut, Aborted, &[Force, VoteNo]),
        (Prepared, Prepare, Prepared, &[VoteYes]),
        (Prepared, PrepareInVain, Prepared, &[VoteYes]),
        (Prepared, Commit, Committed, &[Force, Acknowledge]),
        (Prepared, Abort, Aborted, &[Force, Acknowledge]),
        (Prepared, TimedOut, Prepared, &[Inquire]),
        (Committed, Prepare, Committed, &[VoteYes]),
        (Committed, PrepareInVain, Committed, &[VoteYes]),
        (Committed, Commit, Committed, &[Acknowledge]),
        (Aborted, Prepare, Aborted, &[VoteNo]),
        (Aborted, PrepareInVain, Aborted, &[VoteNo]),
        (Aborted, Abort, Aborted, &[Acknowledge]),
    ];
    for state in [Working, Prepared, Committed, Aborted] {
        for event in [Prepare, PrepareInVain, Commit, Abort, TimedOut] {
            let mut participant = state;
            let met = participant.meet(event, Defects::NONE);
            match table.iter().find(|(from, by, ..)| (*from, *by) == (state, event)) {
                Some((.., next, acts)) => {
                    assert_eq!((met, participant), (Ok(*acts), *next), "{state:?} {event:?}");
                }
                None => {
                    assert_eq!((met.is_err(), participant), (true, state), "{state:?} {event:?}")
                }
            }
        }
    }
}

#[test]
fn what_has_no_commit_record_is_aborted_by_presumption() {
    assert_eq!(Coordinator::recovered(false).decision(), Some(Decision::Abort));
    assert_eq!(Coordinator::recovered(true).decision(), Some(Decision::Commit));
    for has_record in [false, true] {
        assert_eq!(Coordinator::recovered(has_record).untold(), Branches::ALL);
    }
}

#[test]
fn a_lock_goes_to_who_came_first_and_then_down_the_line() {
    let account = AccountId {
        tenant: Tenant(1),
        currency: Currency::Eur,
        name: AccountName::MerchantPending(Merchant(1)),
    };
    let [first, second, third] =
        [1, 2, 3].map(|n| Transaction { payment: PaymentId(n), attempt: 1 });
    let mut locks = Locks::default();
    assert_eq!(locks.lock(account, first), Locked::Granted);
    assert_eq!(locks.lock(account, first), Locked::Granted, "to ask again changes nothing");
    assert_eq!(locks.lock(account, second), Locked::Waits);
    assert_eq!(locks.lock(account, third), Locked::Waits);
    assert_eq!(locks.release(account, second), None, "whoever leaves the line frees nothing");
    assert_eq!(locks.release(account, first), Some(third));
    assert_eq!(locks.release(account, third), None);
    assert_eq!(locks, Locks::default());
}

#[test]
fn the_defects_of_two_phase_commit_force_too_late_or_not_at_all_or_decide_alone() {
    let planted = Defects::NONE.with(Defect::CommitBeforeLogOrPreparedInMemory);
    let mut coordinator = Coordinator::Preparing { yes: 2 };
    let acts = coordinator.meet(CoordinatorEvent::Yes(Branch::Providers), planted);
    assert_eq!(acts.unwrap(), [CoordinatorAct::TellAll, CoordinatorAct::ForceCommit]);
    let mut participant = Participant::Working;
    let acts = participant.meet(ParticipantEvent::Prepare, planted);
    assert_eq!(acts.unwrap(), [ParticipantAct::VoteYes]);
    let mut participant = Participant::Prepared;
    let planted = Defects::NONE.with(Defect::HeuristicAbort);
    participant.meet(ParticipantEvent::TimedOut, planted).unwrap();
    assert_eq!(participant, Participant::Aborted);
}
