//! The invariant of those whom payments are moved away from: L07. By itself the judge
//! works out whom a payment would be sent to first, and counts what each worker sends
//! elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use model::decision::Action as Chosen;
use model::{Commit, PaymentId, ProviderId, Record};
use sim::{Role, Sighting};

use super::called;
use super::envelope::{Envelope, First};
use super::findings::{Findings, Relation};
use crate::invariant::Invariant;
use crate::plan::Plan;

/// How many payments in a row each worker has moved away from each provider since it
/// booted.
#[derive(Clone, Debug, Default)]
pub(super) struct Probes {
    away: BTreeMap<Role, BTreeMap<ProviderId, u32>>,
    /// What was counted: a commit that is not answered is sent again.
    counted: BTreeSet<(Role, PaymentId, u32)>,
}

impl Probes {
    /// A worker wants this written down. The premise is that a payment goes somewhere for
    /// the first time by a decision.
    pub(super) fn sent(
        &mut self,
        (plan, envelope): (&Plan, &Envelope),
        found: &mut Findings,
        seen: Sighting,
        commit: &Commit,
    ) {
        let limits = plan.decisions.and_then(|decisions| decisions.limits.0);
        let Some(every) = limits.and_then(|limits| limits.probe_every) else { return };
        let tried = commit.records.iter().find_map(|record| match record {
            Record::Decision(decision) => match decision.action {
                Chosen::Try(provider) => Some(provider),
                _ => None,
            },
            _ => None,
        });
        let Some(tried) = tried else { return };
        let first = match envelope.first(plan, (commit.token, commit.payment), commit.expected) {
            First::At(provider) => provider,
            First::Over => return,
            // What it was, nobody can tell any more.
            First::Unknown => return self.forget(seen.role),
        };
        let away = self.away.entry(seen.role).or_default().entry(first).or_default();
        if tried == first {
            *away = 0;
        } else if self.counted.insert((seen.role, commit.payment, commit.expected)) {
            *away += 1;
        }
        let (row, about) = (*away, (commit.token, "authorize", Relation::LimitExceeded));
        found.check(Invariant::L07, seen, about, row < every, || {
            format!(
                "{} is the last of {row} payments in a row that were moved away from {first}, \
                 which was to be tried for one of {every}",
                called(commit.token)
            )
        });
    }

    /// Whoever boots begins to count anew.
    pub(super) fn forget(&mut self, worker: Role) {
        self.away.remove(&worker);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use model::decision::{Doubt, Features, HOUSE_MODEL, Open, Policy, Restraint, Snapshot, State};
    use model::saga::Try;
    use model::workflow::Action;
    use model::{
        Amount, Aside, Currency, IdempotencyKey, Intent, Merchant, Money, Order, Outcome, PayIn,
        Tenant, Token,
    };
    use sim::{Seed, VirtualTime};

    use super::*;
    use crate::catalog;

    const WORKERS: [Role; 2] = [Role(100), Role(101)];
    const EVERY: u32 = 3;

    /// What befalls a worker.
    enum Step {
        /// It sends a payment of this instrument to this provider.
        Sends(u64, u8),
        /// The same, once more.
        Repeats(u64, u8),
        /// It crashes.
        Crashes,
    }

    /// Of each worker's payments whose first provider is the same, in a row, and whether
    /// one was tried there often enough. Three providers: that of instrument 3 is `a`.
    #[test]
    fn of_so_many_payments_in_a_row_one_is_tried_at_home() {
        use Step::{Crashes, Repeats, Sends};
        for (name, steps, holds) in [
            (
                "moved twice, then tried",
                vec![
                    (0, Sends(3, 1)),
                    (0, Sends(6, 2)),
                    (0, Sends(9, 0)),
                    (0, Sends(12, 1)),
                    (0, Sends(15, 1)),
                ],
                true,
            ),
            (
                "moved three times",
                vec![(0, Sends(3, 1)), (0, Sends(6, 2)), (0, Sends(9, 1))],
                false,
            ),
            (
                "moved from several",
                vec![(0, Sends(3, 1)), (0, Sends(4, 2)), (0, Sends(5, 0)), (0, Sends(6, 1))],
                true,
            ),
            (
                "moved by several",
                vec![(0, Sends(3, 1)), (1, Sends(6, 1)), (0, Sends(9, 1)), (1, Sends(12, 1))],
                true,
            ),
            (
                "sent again",
                vec![(0, Sends(3, 1)), (0, Repeats(3, 1)), (0, Repeats(3, 1)), (0, Sends(6, 1))],
                true,
            ),
            (
                "forgotten in a crash",
                vec![
                    (0, Sends(3, 1)),
                    (0, Sends(6, 1)),
                    (0, Crashes),
                    (0, Sends(9, 1)),
                    (0, Sends(12, 1)),
                ],
                true,
            ),
            (
                "another's crash",
                vec![(0, Sends(3, 1)), (0, Sends(6, 1)), (1, Crashes), (0, Sends(9, 1))],
                false,
            ),
        ] {
            let plan = plan();
            let (mut probes, mut envelope) = (Probes::default(), Envelope::default());
            let mut found = Findings::new(&plan);
            for (worker, step) in steps {
                let seen = Sighting { at: VirtualTime::ZERO, event: 1, role: WORKERS[worker] };
                let commit = match step {
                    Sends(token, to) => {
                        accept(&plan, &mut envelope, seen, Token(token));
                        commit(token, to)
                    }
                    Repeats(token, to) => commit(token, to),
                    Crashes => {
                        probes.forget(seen.role);
                        continue;
                    }
                };
                probes.sent((&plan, &envelope), &mut found, seen, &commit);
            }
            assert_eq!(found.violations.is_empty(), holds, "{name}: {:?}", found.violations);
            assert!(found.met(Invariant::L07) > 2, "{name}");
        }
    }

    /// A plan of three providers that everybody can be served by.
    fn plan() -> Arc<Plan> {
        let scenario = catalog::named("adversarial-policy").expect("it is built in");
        let mut plan = Plan::draw(scenario, Seed(1));
        let limits = Restraint { probe_every: Some(EVERY), ..Restraint::default() };
        let decisions = plan.decisions.as_mut().expect("somebody decides");
        decisions.limits = Aside(Some(limits));
        assert_eq!(plan.providers.len(), 3);
        Arc::new(plan)
    }

    fn accept(plan: &Plan, envelope: &mut Envelope, seen: Sighting, token: Token) {
        let (payment, tenant) = (PaymentId(token.0), Tenant(1));
        let intent = Intent {
            payment,
            tenant,
            merchant: Merchant(1),
            key: IdempotencyKey(token.0),
            token,
            money: Money { amount: Amount(100), currency: Currency::Eur },
            order: Order::PayIn(PayIn::default()),
        };
        let step = intent.order.workflow().step(Action::Hold).expect("it holds");
        let held = Record::StepOutcome { which: Try { step, attempt: 1 }, outcome: Outcome::Held };
        let mut found = Findings::new(&Arc::new(plan.clone()));
        for record in [Record::Accepted(intent), held] {
            envelope.committed(plan, &mut found, seen, (token, payment), &record);
        }
    }

    fn commit(token: u64, to: u8) -> Commit {
        let snapshot = Snapshot {
            version: 2,
            number: 1,
            state: State::Unsent,
            open: Open { providers: 0b111, wait_max: Duration::from_secs(1), ..Open::default() },
            features: Features {
                step: Action::Authorize,
                money: Money { amount: Amount(100), currency: Currency::Eur },
                preferred: None,
                attempts: 0,
                asked: 0,
                doubt: Doubt::default(),
            },
        };
        let decision = snapshot.decided(Policy::Random, HOUSE_MODEL, Chosen::Try(ProviderId(to)));
        Commit::of(PaymentId(token), Token(token), 2, vec![Record::Decision(decision)])
    }
}
