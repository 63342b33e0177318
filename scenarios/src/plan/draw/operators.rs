//! What people do who operate the system: by hand in the dashboards of
//! providers, and to whole parts of it.

use std::time::Duration;

use model::ProviderId;
use sim::{Fault, Misfortune, Rate, Stream, Trigger, VirtualTime};

use super::Drawer;
use super::crashes::fault;
use super::providers::TROUBLE_IDS;
use crate::plan::{ByHandPlan, Operation, ProviderTrouble, Purpose, Trouble};
use crate::settings::Scenario;

/// Somebody will give some payments back, half of the time all of what is left.
pub(super) fn give_back(scenario: &Scenario, operations: &mut [Operation], stream: &mut Stream) {
    let operators = &scenario.operators;
    if operators.refund_by_hand == Rate::NEVER {
        return;
    }
    for operation in operations {
        let refunds = stream.chance(operators.refund_by_hand);
        let after = stream.span(Duration::ZERO, operators.refund_by_hand_after_max.0);
        let part = stream.between(1, WHOLE);
        let share = if stream.chance(HALF) { WHOLE } else { part } as u16;
        let paid = matches!(operation.purpose, Purpose::PayIn(_));
        operation.by_hand = (refunds && paid).then_some(ByHandPlan { after, share });
    }
}

impl Drawer<'_> {
    /// Everything that a provider told in some days, told once more at their end.
    pub(super) fn replays(&mut self, troubles: &mut Vec<ProviderTrouble>) {
        let operators = &self.scenario.operators;
        for _ in 0..self.times(operators.webhook_replays) {
            let until = self.stream.span(Duration::ZERO, self.scenario.chaos.0);
            let window = self.stream.span(REPLAYED_MIN, operators.replay_window_max.0);
            troubles.push(ProviderTrouble {
                id: TROUBLE_IDS + troubles.len() as u32,
                provider: ProviderId(self.stream.draw().below(self.providers) as u8),
                from: VirtualTime::ZERO.after(until.saturating_sub(window)),
                until: VirtualTime::ZERO.after(until),
                trouble: Trouble::Replay { newest_first: self.stream.draw().below(2) == 0 },
            });
        }
    }

    /// All workers, restarted at once.
    pub(super) fn restarts(&mut self) -> Vec<Fault> {
        let operators = &self.scenario.operators;
        let mut faults = Vec::new();
        for _ in 0..self.times(operators.restarts) {
            let roles = self.workers().collect();
            let dwell = self.stream.span(DOWN_MIN, operators.restart_max.0);
            faults.push(fault(self.trigger(), Misfortune::CrashAll { roles }, dwell));
        }
        faults
    }

    /// Workers, restarted one after the other with the next release, and often with
    /// the one before again.
    pub(super) fn deploys(&mut self) -> Vec<Fault> {
        let operators = &self.scenario.operators;
        let mut faults = Vec::new();
        for _ in 0..self.times(operators.deploys) {
            let mut at = self.moment();
            let taken_back = self.stream.chance(HALF);
            for release in [1].into_iter().chain(taken_back.then_some(0)) {
                for role in self.workers() {
                    at = at.after(self.stream.span(Duration::ZERO, operators.deploy_gap_max.0));
                    let dwell = self.stream.span(DOWN_MIN, operators.restart_max.0);
                    let deploy = Misfortune::Deploy { role, release };
                    faults.push(fault(Trigger::At(at), deploy, dwell));
                }
            }
        }
        faults
    }
}

const REPLAYED_MIN: Duration = Duration::from_secs(60);
const DOWN_MIN: Duration = Duration::from_millis(100);
/// The whole, in basis points.
const WHOLE: u64 = 10_000;
const HALF: Rate = Rate::per_million(500_000);
