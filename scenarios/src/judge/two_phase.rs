//! I30: two-phase commit is atomic. What each participant and each coordinator
//! has durably, and what leaves them, in the order in which it happens. The locks of L08
//! are counted here, and measured by `compare/meter.rs`.
//!
//! The five conditions are those of atomic commitment: no two participants decide
//! differently (AC1), no decision is reversed (AC2), COMMIT needs every yes (AC3),
//! and who has said yes decides nothing alone (AC4); what is told, a vote or a
//! COMMIT, is durable before (AC5).

use std::collections::BTreeMap;

use model::two_phase::{Branch, Branches, Decision, Participant, Transaction};
use model::{PaymentId, ProviderId, Token};
use sim::Sighting;

use super::called;
use super::findings::{Findings, Relation};
use crate::invariant::Invariant;
use crate::message::{TwoPhase, Vote};
use crate::party::two_phase::entry::{BranchEntry, CoordinatorEntry};

/// Everything that was said of transactions that counts for I30.
#[derive(Clone, Debug, Default)]
pub(super) struct Commitments {
    transactions: BTreeMap<Transaction, Commitment>,
    /// Whose instrument each payment is from, as its coordinator has it durably.
    tokens: BTreeMap<PaymentId, Token>,
}

/// One transaction.
#[derive(Clone, Copy, Debug)]
struct Commitment {
    token: Token,
    /// By way of which provider it goes.
    provider: ProviderId,
    /// Who has PREPARED in its journal, or had it there.
    prepared: Branches,
    /// Whether COMMIT is in the coordinator's log.
    is_logged: bool,
    /// What the coordinator has told.
    told: Option<Decision>,
    /// What each participant has decided durably.
    outcomes: [Option<Decision>; Branch::ALL.len()],
}

impl Default for Commitment {
    fn default() -> Self {
        Self {
            token: Token(0),
            provider: ProviderId(0),
            prepared: Branches::NONE,
            is_logged: false,
            told: None,
            outcomes: [None; Branch::ALL.len()],
        }
    }
}

impl Commitments {
    /// The instrument that a payment is from.
    pub(super) fn token_of(&self, payment: PaymentId) -> Token {
        self.tokens.get(&payment).copied().unwrap_or(Token(0))
    }

    /// The provider of the transaction of this payment that is committed.
    pub(super) fn committed_by(&self, payment: PaymentId) -> Option<ProviderId> {
        let last = Transaction { payment, attempt: u8::MAX };
        let first = Transaction { payment, attempt: 0 };
        let tries = self.transactions.range(first..=last);
        tries.map(|(_, one)| one).find(|one| one.is_logged).map(|one| one.provider)
    }

    /// A coordinator has this in its log.
    pub(super) fn logged(
        &mut self,
        found: &mut Findings,
        seen: Sighting,
        entry: &CoordinatorEntry,
    ) {
        match entry {
            CoordinatorEntry::Accepted(intent, _) => {
                self.tokens.insert(intent.payment, intent.token);
            }
            CoordinatorEntry::Begun(transaction, provider) => {
                let token = self.token_of(transaction.payment);
                let one = self.transactions.entry(*transaction).or_default();
                (one.token, one.provider) = (token, *provider);
            }
            CoordinatorEntry::Committed(transaction) => {
                let one = self.transactions.entry(*transaction).or_default();
                let all = one.prepared == Branches::ALL;
                let about = (one.token, "commit", Relation::RecordOutOfOrder);
                found.check(Invariant::I30, seen, about, all, || {
                    let missing: Vec<_> =
                        one.prepared.others().iter().map(|b| b.to_string()).collect();
                    format!(
                        "{transaction}, {}, is committed, but {} has promised nothing",
                        called(one.token),
                        missing.join(" and ")
                    )
                });
                let about = (one.token, "commit", Relation::EffectAfterUndo);
                let stands = one.told != Some(Decision::Abort);
                found.check(Invariant::I30, seen, about, stands, || {
                    format!("{transaction}, {}, is committed after ABORT", called(one.token))
                });
                one.is_logged = true;
            }
            CoordinatorEntry::CancelRequested(_)
            | CoordinatorEntry::Ended(..)
            | CoordinatorEntry::Revoked(_)
            | CoordinatorEntry::Told(_) => {}
        }
    }

    /// A participant has this in its journal.
    pub(super) fn kept(&mut self, found: &mut Findings, seen: Sighting, entry: &BranchEntry) {
        let BranchEntry { about, state, .. } = entry;
        let (branch, transaction) = (about.branch, about.transaction);
        let one = self.transactions.entry(transaction).or_default();
        one.token = about.token;
        let decision = match state {
            Participant::Working => return,
            Participant::Prepared => {
                one.prepared = one.prepared.with(branch);
                return;
            }
            Participant::Committed => Decision::Commit,
            Participant::Aborted => Decision::Abort,
        };
        let step = step(decision);
        let before = one.outcomes[branch as usize];
        let about = (one.token, step, Relation::SameOperationTwice);
        let stands = before.is_none_or(|before| before == decision);
        found.check(Invariant::I30, seen, about, stands, || {
            format!("{branch} reversed what it had decided about {transaction}: {decision} now")
        });
        if before.is_some() {
            return;
        }
        one.outcomes[branch as usize] = Some(decision);
        if one.prepared.has(branch) {
            // It was locked until now: for how long is told, and nobody fails by it.
            if branch != Branch::Providers {
                let about = (one.token, step, Relation::NeverFinished);
                found.check(Invariant::L08, seen, about, true, String::new);
            }
            let about = (one.token, step, Relation::EffectWithoutIntent);
            found.check(Invariant::I30, seen, about, one.told == Some(decision), || {
                format!(
                    "{branch} had promised its part of {transaction}, {}, and decided {decision} \
                     although its coordinator has told nobody so",
                    called(one.token)
                )
            });
        }
        let others = Branch::ALL.into_iter().filter(|other| *other != branch);
        let differs = { others }
            .find(|other| one.outcomes[*other as usize].is_some_and(|outcome| outcome != decision));
        let about = (one.token, step, Relation::BooksDiffer);
        found.check(Invariant::I30, seen, about, differs.is_none(), || {
            let other = differs.map(|other| other.to_string()).unwrap_or_default();
            format!(
                "of {transaction}, {}, {branch} decided {decision} and {other} the contrary",
                called(one.token)
            )
        });
    }

    /// Somebody says this.
    pub(super) fn said(&mut self, found: &mut Findings, seen: Sighting, message: &TwoPhase) {
        match message {
            TwoPhase::Vote(about, Vote::Yes) => {
                let one = self.transactions.entry(about.transaction).or_default();
                one.token = about.token;
                let durable = one.prepared.has(about.branch);
                let what = (about.token, "hold", Relation::ShownTooEarly);
                found.check(Invariant::I30, seen, what, durable, || {
                    format!(
                        "{} voted yes on {}, {}, and would not know so after a crash",
                        about.branch,
                        about.transaction,
                        called(about.token)
                    )
                });
            }
            TwoPhase::Decide(about, decision) => {
                let one = self.transactions.entry(about.transaction).or_default();
                one.token = about.token;
                let what = (about.token, "commit", Relation::ShownTooEarly);
                if *decision == Decision::Commit {
                    found.check(Invariant::I30, seen, what, one.is_logged, || {
                        format!(
                            "{} of {}, {}, is told to {}, and the coordinator would not know so \
                             after a crash",
                            decision,
                            about.transaction,
                            called(about.token),
                            about.branch
                        )
                    });
                }
                let before = *one.told.get_or_insert(*decision);
                let what = (about.token, step(*decision), Relation::RepliesDiffer);
                found.check(Invariant::I30, seen, what, before == *decision, || {
                    format!(
                        "of {}, {}, the coordinator told {before} and then {decision}",
                        about.transaction,
                        called(about.token)
                    )
                });
            }
            _ => {}
        }
    }
}

fn step(decision: Decision) -> &'static str {
    match decision {
        Decision::Commit => "commit",
        Decision::Abort => "void",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use sim::{Seed, VirtualTime};

    use super::*;
    use crate::message::{About, Settled};
    use crate::party::ORCHESTRATOR;
    use crate::plan::Plan;
    use crate::{catalog, judge};

    const TRANSACTION: Transaction = Transaction { payment: PaymentId(7), attempt: 1 };
    const SEEN: Sighting = Sighting { at: VirtualTime::ZERO, event: 1, role: ORCHESTRATOR };

    /// What happens to one transaction.
    enum Step {
        Stands(Branch, Participant),
        Votes(Branch),
        Logs,
        Tells(Branch, Decision),
    }

    /// What I30 finds in this story, and how often it had something to judge.
    fn found(steps: &[Step]) -> (Vec<Relation>, u64) {
        let plan = Arc::new(Plan::draw(&catalog::all()[0], Seed(1)));
        let mut found: judge::Findings = Findings::new(&plan);
        let mut commitments = Commitments::default();
        for step in steps {
            let about = |branch| About { transaction: TRANSACTION, token: Token(1), branch };
            match *step {
                Step::Stands(branch, state) => {
                    let entry = BranchEntry {
                        about: about(branch),
                        work: None,
                        state,
                        coordinator: ORCHESTRATOR,
                        charge: None,
                        settled: None::<Settled>,
                    };
                    commitments.kept(&mut found, SEEN, &entry);
                }
                Step::Votes(branch) => {
                    let vote = TwoPhase::Vote(about(branch), Vote::Yes);
                    commitments.said(&mut found, SEEN, &vote);
                }
                Step::Logs => {
                    let entry = CoordinatorEntry::Committed(TRANSACTION);
                    commitments.logged(&mut found, SEEN, &entry);
                }
                Step::Tells(branch, decision) => {
                    let told = TwoPhase::Decide(about(branch), decision);
                    commitments.said(&mut found, SEEN, &told);
                }
            }
        }
        let relations = found.violations.iter().map(|violation| violation.relation);
        (relations.collect(), found.met(Invariant::I30))
    }

    fn prepared() -> impl Iterator<Item = Step> {
        Branch::ALL
            .into_iter()
            .flat_map(|b| [Step::Stands(b, Participant::Prepared), Step::Votes(b)])
    }

    /// What comes after all have promised.
    fn after_promises(rest: impl IntoIterator<Item = Step>) -> Vec<Relation> {
        found(&prepared().chain(rest).collect::<Vec<_>>()).0
    }

    #[test]
    fn a_transaction_that_commits_as_it_should_is_judged_and_no_violation() {
        let told = Branch::ALL.into_iter().flat_map(|branch| {
            [Step::Tells(branch, Decision::Commit), Step::Stands(branch, Participant::Committed)]
        });
        let steps: Vec<_> = prepared().chain([Step::Logs]).chain(told).collect();
        let (violations, met) = found(&steps);
        assert_eq!(violations, []);
        assert!(met >= 11, "three votes, the record, three words, three deeds: {met}");
    }

    #[test]
    fn each_condition_of_atomic_commitment_is_a_violation_when_it_is_broken() {
        use Branch::{Customers, Merchants};
        use Participant::{Aborted, Committed, Prepared};
        let promised = Step::Stands(Merchants, Prepared);
        assert_eq!(found(&[promised, Step::Logs]).0, [Relation::RecordOutOfOrder], "AC3");
        let alone = after_promises([Step::Stands(Merchants, Aborted)]);
        assert_eq!(alone, [Relation::EffectWithoutIntent], "AC4");
        let early = after_promises([Step::Tells(Merchants, Decision::Commit)]);
        assert_eq!(early, [Relation::ShownTooEarly], "AC5, COMMIT");
        assert_eq!(found(&[Step::Votes(Merchants)]).0, [Relation::ShownTooEarly], "AC5, a yes");
        let reversed = after_promises([
            Step::Logs,
            Step::Tells(Merchants, Decision::Commit),
            Step::Stands(Merchants, Committed),
            Step::Stands(Merchants, Aborted),
        ]);
        assert_eq!(reversed, [Relation::SameOperationTwice], "AC2, a participant");
        let two_words = after_promises([
            Step::Tells(Merchants, Decision::Abort),
            Step::Logs,
            Step::Tells(Customers, Decision::Commit),
        ]);
        let expected = [Relation::EffectAfterUndo, Relation::RepliesDiffer];
        assert_eq!(two_words, expected, "AC2, the coordinator");
        let differ = after_promises([
            Step::Logs,
            Step::Tells(Merchants, Decision::Commit),
            Step::Stands(Merchants, Committed),
            Step::Stands(Customers, Aborted),
        ]);
        assert!(differ.contains(&Relation::BooksDiffer), "AC1: {differ:?}");
    }
}
