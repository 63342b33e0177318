//! An orchestrator of the user's own as a party: it stands where edge, store and
//! workers stand otherwise, with a journal of its own, and meets the same customers,
//! providers, ledger, network, faults and judge.
//!
//! Implement [`Orchestrator`], and say what should happen at its [`Desk`]. It sees
//! nothing of the plan and nothing of the seed: only messages, its own timers, its
//! own clocks and its own journal.

mod books;
mod casting;
mod desk;
mod incoming;
mod office;

use std::fmt::Debug;
use std::hash::Hash;

use crate::invariant::Invariant;
use crate::settings::Scenario;

pub use books::Books;
pub use desk::Desk;
pub use incoming::{Caller, Incoming, Ticket, Webhooked};
pub(crate) use office::Office;
pub use office::{Kept, Own};

/// An orchestrator as a sans-IO state machine: a boot, a message or a timer comes
/// in, what is to happen is said at the desk, and nothing else happens.
///
/// What it keeps in its fields is gone after a crash; what it has appended to its
/// journal *and synced* is handed to the next [`boot`](Self::boot). A handler that
/// crashes has done the first few of the things that it said at the desk, in
/// order.
pub trait Orchestrator: Clone + Debug + Send + Sync + 'static {
    /// An entry of its journal: anything, down to `Vec<u8>`.
    type Record: Clone + Debug + Hash + Send + Sync + 'static;
    /// What its timers remind it of.
    type Timer: Clone + Debug + Send + Sync + 'static;

    /// Starts from `journal`, at the beginning and after each crash: what was
    /// begun has to be taken up here. Timers of before are gone.
    fn boot(journal: &[Self::Record], desk: &mut Desk<'_, Self>) -> Self;

    /// Somebody says something. It may come late, twice, or after what was sent
    /// later.
    fn on_message(&mut self, message: Incoming, desk: &mut Desk<'_, Self>);

    /// A timer that was set since the boot has run out.
    fn on_timer(&mut self, timer: Self::Timer, desk: &mut Desk<'_, Self>);
}

/// Invariants about authorities that a user's orchestrator does not offer: its
/// journal and its key store are its own, in a form that nobody else reads. They
/// are not applicable to it, which is less than that they hold.
///
/// All others are judged by what is left: the books of the providers (PB), the rows
/// of the ledger (LG), what leaves for clients (EX) and what they see (CL). An order
/// counts as accepted once a reply names its payment, and stands as clients are told.
pub const NOT_APPLICABLE: [(Invariant, &str); 23] = [
    (Invariant::I09, "what is to be undone, and what was intended, are records of its journal"),
    (Invariant::I11, "that something was undone is a record of its journal"),
    (Invariant::I12, "the pivot and the intent to undo are records of its journal"),
    (Invariant::I13, "intents are records of its journal"),
    (Invariant::I14, "tries and their outcomes are records of its journal"),
    (Invariant::I22, "what it has applied of a webhook is in its journal"),
    (Invariant::I23, "its inbox is in its journal"),
    (Invariant::I24, "its status is what it says, and its journal is its own"),
    (Invariant::I25, "what it has heard of before is in its journal"),
    (Invariant::I26, "it is one party and takes no leases"),
    (Invariant::I27, "its quotes are records of its journal"),
    (Invariant::I28, "what fee was quoted is a record of its journal"),
    (Invariant::I29, "what it intends after it has asked about risk is a record of its journal"),
    (Invariant::I30, "it is one party and commits in its own way"),
    (Invariant::I31, "what it decides is a record of its journal"),
    (Invariant::I32, "it has no outbox that anybody reads"),
    (Invariant::I38, "it takes in no settlement files"),
    (Invariant::L02, "what it intends to undo is a record of its journal"),
    (Invariant::L03, "what is in doubt is known to it alone"),
    (Invariant::L04, "what it waits for is known to it alone"),
    (Invariant::L05, "who works on a payment is known to it alone"),
    (Invariant::L07, "what it decides is a record of its journal"),
    (Invariant::L08, "it is one party and locks in its own way"),
];

/// Whether `invariant` can be judged of a user's orchestrator.
pub fn is_applicable(invariant: Invariant) -> bool {
    NOT_APPLICABLE.iter().all(|(code, _)| *code != invariant)
}

/// Why an orchestrator of one's own can't meet `scenario`, if it can't: what the
/// scenario has that no message tells it of.
pub fn refuses(scenario: &Scenario) -> Option<&'static str> {
    let workload = &scenario.workload;
    let never = sim::Rate::NEVER;
    let asked = [
        (workload.payouts > never, "it has payouts, and banks speak to the reference alone"),
        (
            workload.exchange > never,
            "it has exchanges, and the market is open to the reference alone",
        ),
        (scenario.merchant_events, "it has a notifier, which reads the reference's outbox"),
        (scenario.lake, "it has a data lake, which reads the reference's outbox"),
        (
            scenario.settlement.is_some(),
            "it has settlement files, which come to the reference alone",
        ),
        (scenario.decisions.is_some(), "it is about the policies of the reference"),
        (scenario.protocol.is_some(), "it compares the protocols of the reference"),
        (!scenario.never_heals.is_empty(), "somebody in it never heals, which takes a person"),
    ];
    asked.into_iter().find(|(asks, _)| *asks).map(|(_, why)| why)
}
