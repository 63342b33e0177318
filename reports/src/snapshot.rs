//! A trial as regression snapshots keep it: one fact a line, so that a reviewer
//! sees in a few changed lines what a change does.

use scenarios::trial::{Trial, Verdict};

use crate::accounts;
use crate::brief::Brief;
use crate::fault_story::{FaultKind, of_kind};
use crate::trapped_text;
use crate::trial_text::codes;

/// The canonical text of a trial. Equal behavior gives equal bytes.
pub fn render(trial: &Trial) -> String {
    facts(trial).into_iter().map(|(name, what)| format!("{name:<NAME$} {what}\n")).collect()
}

fn facts(trial: &Trial) -> Vec<(String, String)> {
    let mut facts = Facts::default();
    facts.add("scenario", &trial.scenario);
    facts.add("seed", trial.seed);
    facts.add("verdict", verdict(&trial.verdict));
    facts.counts("payments", trial.outcomes.iter().map(|(name, count)| (*name, *count)));
    for money in &trial.captured {
        facts.add("captured", money);
    }
    facts.counts("messages", trial.messages.iter().copied());
    let strikes = || trial.strikes.iter().copied();
    facts.counts("fault", of_kind(FaultKind::Disturbance, strikes()));
    facts.counts("business", of_kind(FaultKind::Business, strikes()));
    facts.add("retries", trial.retries);
    facts.counts("undone", trial.compensations.iter().map(|(name, count)| (*name, *count)));
    for (account, sums) in accounts::sums(&trial.accounts) {
        facts.add(&format!("account {account}"), sums);
    }
    for (name, what) in trapped_text::lines(&trial.trapped) {
        facts.add(&name, what);
    }
    let nanos = trial.ended_at.as_nanos();
    facts.add("ended at", format!("{} ({})", trial.ended_at, Brief::nanos(u128::from(nanos))));
    facts.add("events", trial.events);
    facts.add("digest", trial.digest);
    facts.0
}

#[derive(Default)]
struct Facts(Vec<(String, String)>);

impl Facts {
    fn add(&mut self, name: &str, what: impl ToString) {
        self.0.push((name.to_owned(), what.to_string()));
    }

    /// A line for each count, or one that says that there are none.
    fn counts<'n>(&mut self, group: &str, counts: impl IntoIterator<Item = (&'n str, u64)>) {
        let before = self.0.len();
        for (name, count) in counts {
            self.add(&format!("{group} {name}"), count);
        }
        if self.0.len() == before {
            self.add(group, "none");
        }
    }
}

fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Held => "held".to_owned(),
        Verdict::Violated(violations) => format!("violated {}", codes(violations)),
        Verdict::Inconclusive(why) => format!("inconclusive: {why}"),
    }
}

/// The width of the names: fixed, so that a longer one changes its own line
/// and no other.
pub(crate) const NAME: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial_text::tests::trial;

    #[test]
    fn every_fact_has_a_line_of_its_own() {
        let text = render(&trial(Verdict::Held));
        let expected = "\
scenario                                 calm-day
seed                                     0x000000000000002a
verdict                                  held
payments failed                          2
payments succeeded                       18
captured                                 12.30 EUR
messages create                          20
messages authorize                       25
fault message-loss                       3
business declined                        2
retries                                  4
undone hold                              2
trapped EUR in doubt                     at most 12.30 EUR, 738.00 EUR s, at the end 0.00 EUR
trapped EUR held                         at most 12.30 EUR, 799.50 EUR s, at the end 12.30 EUR
trapped EUR at risk                      at most 12.30 EUR, 738.00 EUR s, at the end 0.00 EUR
holds                                    none
doubts                                   1 time, the longest for 1m
time to end                              none
ended at                                 00:01:30.000000 (1m 30s)
events                                   1234
digest                                   00000000000000010000000000000002
";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_calm_trial_says_that_no_fault_struck() {
        let calm = Trial { strikes: Vec::new(), ..trial(Verdict::Held) };
        let text = render(&calm);
        assert!(text.lines().any(|l| l.split_whitespace().eq(["fault", "none"])), "{text}");
    }
}
