//! The faults that can strike, in words: the names are those under which a
//! trial counts them.

use serde::Serialize;

/// What people should know of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FaultStory {
    /// The name that reports count it under.
    pub name: &'static str,
    /// Its code in the fault catalogue (payments.md section 4.2), or that of the
    /// machine that it is an event of (section 1.7).
    pub code: &'static str,
    /// Whether it ever ends.
    pub kind: FaultKind,
    /// What happens when it strikes.
    pub what: &'static str,
}

/// Whether a fault ever ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// Over when the world heals.
    Disturbance,
    /// What issuers and banks do in any weather.
    Business,
}

/// Every fault, in the order in which reports list them.
pub const ALL: [FaultStory; 78] = [
    disturbance("message-loss", "F24", "a link loses a sending"),
    disturbance("message-duplication", "F09", "a link delivers a sending more than once"),
    disturbance("late-delivery", "F24", "a copy arrives after its sender has given up"),
    disturbance("partition", "F24", "a message is lost between parties that are cut off"),
    disturbance("crash", "F25", "a party crashes between two effects of one handler"),
    disturbance("lost-unsynced-tail", "F26", "a crash loses what was appended and not yet synced"),
    disturbance("planned-fate", "F24", "a sending meets a fate that the plan names for it alone"),
    disturbance("pause", "F24", "a party handles nothing for a while, and its timers fire late"),
    disturbance("lost-in-pause", "F24", "a message waited too long at a party that paused"),
    disturbance("slow-link", "F24", "a sending goes over a link that is slow just then"),
    disturbance("link-brown-out", "F24", "a link that is slow and lossy just then loses a sending"),
    disturbance("clogged-link", "F24", "a sending is held back until its link is free again"),
    disturbance("connection-refused", "F24", "a message bounces: nobody listens, nothing happens"),
    disturbance("clock-jump", "F27", "the wall clock of a party jumps by up to a day"),
    disturbance("clock-drift", "F27", "both clocks of a party run too fast or too slow"),
    disturbance("slow-sync", "F26", "a sync takes long, and its party handles nothing meanwhile"),
    disturbance("lying-sync", "F26", "a sync reports success and writes nothing"),
    disturbance("full-disk", "F26", "an append fails, and its party crashes"),
    disturbance(
        "torn-tail",
        "F26",
        "a crash leaves a part of the unsynced tail, the last one torn",
    ),
    disturbance("corrupt-record", "F26", "a boot finds a record whose checksum does not fit"),
    disturbance("old-generation", "F26", "a boot finds a journal that lacks its last records"),
    disturbance("forced-point", "F28", "a party takes a rare branch that the plan forces"),
    disturbance(
        "crash-all",
        "F28",
        "parties crash at once: their machine, or all workers of a kind",
    ),
    disturbance("deploy", "F28", "a worker is restarted with another release of the code"),
    disturbance("brown-out", "F03", "a sick provider is slow or answers with a server error"),
    disturbance("hard-outage", "F04", "a provider swallows the request"),
    disturbance("timeout-after-effect", "F05", "a provider executes and its reply is dropped"),
    disturbance("timeout-before-effect", "F06", "a provider drops the request unexecuted"),
    disturbance("late-effect", "F07", "a provider executes long after the request came"),
    disturbance("5xx-after-effect", "F08", "a provider executes and answers with a server error"),
    disturbance("5xx-before-effect", "F08", "a provider answers with a server error instead"),
    disturbance("throttled", "F10", "a provider's limiter turns the request away"),
    business("declined", "F11", "the issuer declines the authorization"),
    business("partial-approval", "F12", "the issuer approves a part of the amount"),
    business("pending-then-result", "F13", "the issuer decides later"),
    business("capture-declined", "F14", "the issuer declines the capture of an authorization"),
    business("chargeback", "F22", "the customer's bank takes the money back"),
    disturbance("index-lag", "F16", "a query does not see a charge that is in the books"),
    disturbance("key-expired", "F17", "a request is about a charge whose key is forgotten"),
    business("refund-failed", "M5", "the provider could not give the money back"),
    business("refund-pending", "M5", "the provider says later what became of a refund"),
    disturbance("webhook-dropped", "F15", "a provider never tells of a change"),
    disturbance("webhook-repeated", "F15", "a provider tells of a change once more"),
    disturbance("webhook-delayed", "F15", "a provider tells of a change late"),
    disturbance("webhook-reordered", "F15", "a provider tells of a change behind later ones"),
    disturbance("webhook-early", "F15", "a provider tells of a change before it answers"),
    business("refund-returned", "F23", "a refund that had succeeded comes back days later"),
    business("refund-by-hand", "F28", "somebody gives money back in a provider's dashboard"),
    disturbance("webhook-replay", "F28", "somebody has all webhooks of some days sent once more"),
    business("pre-arbitration", "F22", "the bank objects to a dispute that was won"),
    business("broken-word", "F31", "a provider takes what it had refused or voided"),
    business("no-answer", "F20", "a bank handles a payout and sends no answer"),
    business("late-answer", "F20", "the other bank answers after its time is over"),
    business("slow-investigation", "F20", "a bank takes its time to look for a payout"),
    business("recall-accepted", "F20", "the other bank gives a recalled payout back"),
    business("recall-refused", "F20", "the other bank keeps a recalled payout"),
    business("deemed", "F21", "the other bank says neither yes nor no until the day after"),
    business("bank-rejection", "F20", "the other bank takes no money for the account"),
    business("payout-return", "F19", "money comes back days after it was sent"),
    disturbance("decision-late", "F30", "the decider answers up to half a minute late"),
    disturbance("decision-mute", "F30", "the decider answers nothing"),
    disturbance("decision-stale", "F30", "the decider answers the question before"),
    disturbance("decision-garbled", "F30", "the decider names no action, and no score"),
    disturbance("decision-outside", "F30", "the decider wants what is not allowed"),
    disturbance("decision-adverse", "F30", "the decider wants what hurts most"),
    disturbance("model-swapped", "F30", "another model answers, which nobody has approved"),
    business("quote-renewed", "M4", "a quote expires before anything is held by it"),
    business("quote-lapsed", "M4", "the time of a quote is over while its target is held"),
    business("promise-covered", "M4", "the house buys what it promised by a quote that lapsed"),
    business("file-late", "F18", "a settlement file is sent late"),
    business("line-missing", "F18", "a settlement file leaves out a line"),
    business("line-duplicated", "F18", "a settlement file pays something twice"),
    business("file-duplicated", "F18", "a settlement file is sent once more"),
    business("fee-off", "F18", "a settlement file takes another fee than was agreed on"),
    business("adjustment-line", "F18", "a settlement file pays or takes what nobody asked for"),
    business("cut-off-shifted", "F18", "a settlement file is closed before the usual cut-off"),
    business("file-truncated", "F18", "a settlement file breaks off in the middle"),
    business("line-converted", "F18", "a settlement file exchanges what a line of it paid"),
];

/// What people should know of the fault with this name.
pub fn named(name: &str) -> Option<&'static FaultStory> {
    static STORIES: [FaultStory; 78] = ALL;
    STORIES.iter().find(|story| story.name == name)
}

/// Of `strikes`, by name and count, those of this kind.
pub(crate) fn of_kind<'s>(
    kind: FaultKind,
    strikes: impl IntoIterator<Item = (&'s str, u64)>,
) -> Vec<(&'s str, u64)> {
    let kind_of = |name| named(name).map_or(FaultKind::Disturbance, |story| story.kind);
    strikes.into_iter().filter(|(name, _)| kind_of(name) == kind).collect()
}

const fn disturbance(name: &'static str, code: &'static str, what: &'static str) -> FaultStory {
    FaultStory { name, code, kind: FaultKind::Disturbance, what }
}

const fn business(name: &'static str, code: &'static str, what: &'static str) -> FaultStory {
    FaultStory { name, code, kind: FaultKind::Business, what }
}

#[cfg(test)]
mod tests {
    use scenarios::judge::{BANK_STRIKES, DECISION_STRIKES, PROVIDER_STRIKES};
    use scenarios::plan::Mishap;
    use scenarios::trial::{
        QUOTE_STRIKES, bank_strike_name, decision_strike_name, provider_strike_name,
    };
    use sim::Strike;

    use super::*;

    #[test]
    fn faults_are_listed_in_the_order_in_which_a_trial_counts_them() {
        let kernel = Strike::ALL.iter().map(|strike| strike.name());
        let providers = PROVIDER_STRIKES.iter().map(|strike| provider_strike_name(*strike));
        let banks = BANK_STRIKES.iter().map(|strike| bank_strike_name(*strike));
        let decider = DECISION_STRIKES.iter().map(|strike| decision_strike_name(*strike));
        let files = Mishap::NAMES.iter().copied();
        let outside = providers.chain(banks).chain(decider);
        let counted: Vec<_> = kernel.chain(outside).chain(QUOTE_STRIKES).chain(files).collect();
        assert_eq!(ALL.map(|story| story.name).to_vec(), counted);
    }

    #[test]
    fn what_an_issuer_does_is_business_and_no_disturbance() {
        let strikes = [("declined", 3), ("crash", 1), ("index-lag", 2)];
        assert_eq!(of_kind(FaultKind::Business, strikes), [("declined", 3)]);
        assert_eq!(of_kind(FaultKind::Disturbance, strikes), [("crash", 1), ("index-lag", 2)]);
    }
}
