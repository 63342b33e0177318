//! What is said under two-phase commit, in words.

use model::two_phase::Decision;
use scenarios::message::{Asked, Settled, TwoPhase, Vote};

use super::speech::{Manner, reply};

/// What `message` says, and how.
pub(super) fn content(message: &TwoPhase) -> (Manner, String) {
    use Manner::{Answer, Ask, Tell};
    match message {
        TwoPhase::Submit(submission) => match &submission.asked {
            Asked::Create(request) => {
                let (money, merchant, key) = (request.money, request.merchant, request.key.key);
                (Ask, format!("pay {money} to {merchant} under {key}"))
            }
            Asked::Get(_) => (Ask, "tell how the payment stands".to_owned()),
            Asked::Cancel(_) => (Ask, "cancel the payment".to_owned()),
        },
        TwoPhase::Submitted { reply: said, .. } => (Answer, reply(said)),
        TwoPhase::Prepare(work) => {
            let (money, merchant) = (work.money, work.merchant);
            let transaction = work.about.transaction;
            (Ask, format!("prepare {transaction}: {money} to {merchant} by {}", work.provider))
        }
        TwoPhase::Vote(about, vote) => {
            let vote = match vote {
                Vote::Yes => "YES",
                Vote::No => "NO",
                Vote::NotHere => "NO, but another provider may",
            };
            (Answer, format!("{vote} to {}", about.transaction))
        }
        TwoPhase::Decide(about, Decision::Commit) => {
            (Tell, format!("COMMIT {}", about.transaction))
        }
        TwoPhase::Decide(about, Decision::Abort) => (Tell, format!("ABORT {}", about.transaction)),
        TwoPhase::Acknowledge(about, Settled::AsDecided) => {
            (Answer, format!("{} is done as decided", about.transaction))
        }
        TwoPhase::Acknowledge(about, Settled::Revoked) => {
            (Answer, format!("the provider has taken back its part of {}", about.transaction))
        }
        TwoPhase::Inquire(about) => {
            (Ask, format!("tell what was decided on {}", about.transaction))
        }
    }
}
