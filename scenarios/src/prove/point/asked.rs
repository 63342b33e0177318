//! What whoever is asked from outside, or decides, makes of a request.

use model::ReturnReason;
use sim::{Kind, Role};

use super::super::Dwells;
use super::super::mischief::Mischief;
use super::numbered;
use crate::message::kinds;
use crate::party::{DECIDER, RISK, bank_of, provider_of};
use crate::plan::{Blow, Encounter, Plan};

/// What a sending meets, and its execution.
pub(super) fn befalls(
    plan: &Plan,
    on: Encounter,
    executed: Encounter,
    dwells: &Dwells,
) -> Vec<(u16, Mischief)> {
    let sent = befalls_sending(on.party, on.request, dwells).into_iter();
    let sent = sent.map(|blow| Mischief::Stroke(on, blow));
    let done = befalls_execution(plan, on.party, on.request, dwells).into_iter();
    // The risk service says the same as often as it is asked.
    let once = if on.party == RISK { 1 } else { executed.ordinal };
    let executed = Encounter { ordinal: once, ..executed };
    let all = sent.chain(done.map(|blow| Mischief::Stroke(executed, blow)));
    numbered(BEHIND_CRASHES, all.map(Some))
}

/// What is made of one sending. That it is dropped, or its reply, the network does already.
fn befalls_sending(role: Role, request: Kind, dwells: &Dwells) -> Vec<Blow> {
    let asked = [kinds::AUTHORIZE, kinds::CAPTURE, kinds::VOID, kinds::REFUND];
    if provider_of(role).is_some() && asked.contains(&request) {
        let late = Blow::LateEffect(dwells.late_effect);
        return vec![Blow::Throttled, Blow::ErrorBefore, Blow::ErrorAfter, late];
    }
    match request {
        kinds::SEND if bank_of(role).is_some() => vec![Blow::NoAnswer],
        kinds::INVESTIGATE if bank_of(role).is_some() => {
            vec![Blow::NoAnswer, Blow::SlowInvestigation(dwells.late_effect)]
        }
        kinds::DECIDE if role == DECIDER => vec![
            Blow::DecisionLate(dwells.delay),
            Blow::DecisionMute,
            Blow::DecisionStale,
            Blow::DecisionGarbled,
            Blow::DecisionOutside,
            Blow::DecisionAdverse,
        ],
        _ => Vec::new(),
    }
}

/// What whoever decides about money makes of one execution.
fn befalls_execution(plan: &Plan, role: Role, request: Kind, dwells: &Dwells) -> Vec<Blow> {
    let (provider, bank) = (provider_of(role).is_some(), bank_of(role).is_some());
    match request {
        kinds::AUTHORIZE if provider => vec![
            Blow::DeclinedSoft,
            Blow::DeclinedHard,
            Blow::ApprovedInPart(HALF),
            Blow::Deferred(dwells.deferred, true),
            Blow::Deferred(dwells.deferred, false),
        ],
        kinds::CAPTURE if provider => vec![Blow::CaptureDeclined],
        kinds::REFUND if provider => {
            vec![Blow::RefundFailed, Blow::RefundReturned(dwells.returned)]
        }
        kinds::ASSESS if role == RISK => {
            let undecided = plan.tells_reviews().then_some(Blow::Undecided);
            let reviewed = |approves| Blow::Reviewed(dwells.late_effect, approves);
            let said = [Blow::Rejected, reviewed(true), reviewed(false)];
            said.into_iter().chain(undecided).collect()
        }
        kinds::SEND if bank => vec![
            Blow::AccountRejected,
            Blow::OtherBankOffline,
            Blow::AnsweredLate(dwells.late_effect, true),
            Blow::AnsweredLate(dwells.late_effect, false),
            Blow::Deemed(true),
            Blow::Deemed(false),
            Blow::SentBack(ReturnReason::NoAccount, dwells.returned),
        ],
        kinds::RECALL if bank => vec![Blow::Recallable(dwells.returned)],
        _ => Vec::new(),
    }
}

/// Half of an amount, in parts of ten thousand.
const HALF: u32 = 5_000;
/// What comes behind what befalls whoever gets a message.
const BEHIND_CRASHES: u16 = 3;
