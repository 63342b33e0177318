//! What one trial came to, for people.

use model::{AccountId, Money};
use scenarios::judge::Violation;
use scenarios::trial::{Trial, Verdict};

use crate::accounts;
use crate::brief::Brief;
use crate::campaign_table::listed;
use crate::exclusions;
use crate::fault_story::{FaultKind, of_kind};
use crate::layout;
use crate::number::{Count, counted};
use crate::{trapped_text, unreconciled};

/// The verdict in one line.
pub fn verdict(trial: &Trial) -> String {
    match &trial.verdict {
        Verdict::Held => "verdict: held, no invariant was violated\n".to_owned(),
        Verdict::Violated(violations) => format!("verdict: violated {}\n", codes(violations)),
        Verdict::Inconclusive(why) => format!("verdict: inconclusive, {why}\n"),
    }
}

/// The ledger's accounts, those that count money and no permissions; what
/// waited, and for what; how payments ended; what was captured, said, suffered
/// and undone.
pub fn facts(trial: &Trial) -> String {
    let compensations: Vec<_> = trial.compensations.iter().map(|(n, c)| (*n, *c)).collect();
    let decisions: Vec<_> = trial.decisions.iter().map(|(n, c)| (*n, *c)).collect();
    let outcomes: Vec<_> = trial.outcomes.iter().map(|(name, count)| (*name, *count)).collect();
    let strikes = || trial.strikes.iter().copied();
    let mut facts = vec![
        ("payments", listed(&outcomes)),
        ("captured", captured(&trial.captured)),
        (
            "messages",
            format!("{} in all: {}", Count(trial.messages_sent()), listed(&trial.messages)),
        ),
        ("faults", listed(&of_kind(FaultKind::Disturbance, strikes()))),
        ("business", listed(&of_kind(FaultKind::Business, strikes()))),
        ("unstruck", unstruck(&trial.never_struck)),
        ("retries", Count(trial.retries).to_string()),
        ("decided", listed(&decisions)),
        ("undone", listed(&compensations)),
        ("differs", trial.unreconciled.as_ref().map_or(String::new(), unreconciled::brief)),
        ("took", took(trial)),
        ("digest", trial.digest.to_string()),
    ];
    facts.retain(|(name, what)| {
        !matches!(*name, "business" | "decided" | "unstruck") || what != "none"
    });
    facts.retain(|(_, what)| !what.is_empty());
    let (ledger, trapped) = (ledger(trial), trapped_text::table(&trial.trapped));
    let (facts, exclusions) = (layout::facts(facts), exclusions::render());
    format!(
        "accounts of the ledger\n{ledger}\ntrapped money\n{trapped}\nin all\n{facts}\n{exclusions}"
    )
}

/// The planned faults that never struck.
fn unstruck(ids: &[u32]) -> String {
    let told: Vec<_> = ids.iter().map(|id| format!("fault{}{id}", layout::UNBROKEN)).collect();
    match told.as_slice() {
        [] => "none".to_owned(),
        told => format!("{}: what they waited for never happened", told.join(", ")),
    }
}

fn took(trial: &Trial) -> String {
    let span = Brief::nanos(u128::from(trial.ended_at.as_nanos()));
    let share = trial.events * 100 / trial.events_max.max(1);
    format!("{span} of virtual time, {}, {share} % of their limit", counted(trial.events, "event"))
}

fn ledger(trial: &Trial) -> String {
    let row = |(account, sums): (AccountId, String)| {
        let AccountId { tenant, currency, name } = account;
        vec![tenant.to_string(), currency.code().to_owned(), name.to_string(), sums]
    };
    let sums = accounts::sums(&trial.accounts).into_iter();
    layout::columns(2, sums.filter(|(account, _)| !account.name.is_memo()).map(row).collect())
}

fn captured(money: &[Money]) -> String {
    money.iter().map(Money::to_string).collect::<Vec<_>>().join(", ")
}

/// The codes of `violations`, each once, the first in time first.
pub(crate) fn codes(violations: &[Violation]) -> String {
    let mut codes: Vec<_> = Vec::new();
    for violation in violations {
        let code = violation.invariant.to_string();
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes.join(" ")
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Arc;

    use model::{Amount, Balances, Currency};
    use scenarios::{Plan, catalog};
    use sim::{DigestValue, Seed, VirtualTime};

    use super::*;
    use crate::trapped_text::tests::trapped;
    use crate::violation::tests::charged_twice;

    /// A small trial of the calm day, made by hand.
    pub(crate) fn trial(verdict: Verdict) -> Trial {
        let scenario = catalog::named("calm-day").unwrap();
        Trial {
            scenario: "calm-day".to_owned(),
            seed: Seed(42),
            plan: Arc::new(Plan::draw(scenario, Seed(42))),
            verdict,
            digest: DigestValue([1, 2]),
            events: 1_234,
            events_max: 100_000,
            horizon: VirtualTime::from_nanos(u64::MAX),
            ended_at: VirtualTime::from_nanos(90_000_000_000),
            messages: vec![("create", 20), ("authorize", 25)],
            strikes: vec![("message-loss", 3), ("declined", 2)],
            never_struck: vec![7],
            outcomes: [("failed", 2), ("succeeded", 18)].into(),
            captured: vec![Money { amount: Amount(1_230), currency: Currency::Eur }],
            retries: 4,
            decisions: [].into(),
            compensations: [("hold", 2)].into(),
            accounts: Balances::default(),
            exercised: Vec::new(),
            seen: scenarios::sometimes::Seen::NOTHING,
            trapped: trapped(),
            unreconciled: None,
        }
    }

    #[test]
    fn the_verdict_names_every_broken_invariant_once() {
        let trial = trial(Verdict::Violated(vec![charged_twice(), charged_twice()]));
        assert_eq!(verdict(&trial), "verdict: violated I05\n");
    }

    #[test]
    fn faults_and_business_are_told_apart() {
        let text = facts(&trial(Verdict::Held));
        assert!(text.contains("faults    message-loss 3\n"), "{text}");
        assert!(text.contains("business  declined 2\n"), "{text}");
        assert!(text.contains("unstruck  fault 7: what they"), "{text}");
        assert!(text.contains("messages  45 in all: create 20, authorize 25\n"), "{text}");
    }
}
