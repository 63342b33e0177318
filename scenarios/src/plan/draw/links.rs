//! Which links are cut, slow, lossy, clogged, or come and go.

use std::time::Duration;

use sim::{Fault, Misfortune, Rate, Role, Roles, Stretch, Trigger, swizzle};

use super::Drawer;
use super::crashes::fault;
use crate::bounds::COPY_AGE_MAX;
use crate::party::{DECIDER, EDGE, LEDGER, NOTIFIER, RISK, STORE};

impl Drawer<'_> {
    pub(super) fn partitions(&mut self) -> Vec<Fault> {
        let settings = &self.scenario.partitions;
        let partitions = (0..self.part(u64::from(settings.times))).map(|_| {
            let dwell = self.stream.span(Duration::from_millis(500), settings.lasts_max.0);
            let misfortune = self.partition();
            fault(self.trigger(), misfortune, dwell)
        });
        partitions.collect()
    }

    pub(super) fn bad_links(&mut self) -> Vec<Fault> {
        let settings = &self.scenario.links;
        let lasts_max = settings.lasts_max.0;
        let mut faults = Vec::new();
        for _ in 0..self.times(settings.flapping) {
            let period = self.stream.span(Duration::from_millis(200), Duration::from_secs(10));
            let links = self.stretch();
            faults.push(self.bad(Misfortune::Flap { links, period }, lasts_max));
        }
        for _ in 0..self.times(settings.slow) {
            let slow = self.stream.between(300, 4_000) as u32;
            let misfortune = Misfortune::slow_links(self.stretch(), slow);
            faults.push(self.bad(misfortune, lasts_max));
        }
        for _ in 0..self.times(settings.brown_outs) {
            let misfortune = self.brown_out();
            faults.push(self.bad(misfortune, lasts_max));
        }
        for _ in 0..self.times(settings.clogs) {
            let links = self.stretch();
            faults.push(self.bad(Misfortune::Clog { links }, lasts_max));
        }
        for _ in 0..self.times(settings.swizzles) {
            faults.extend(self.swizzle());
        }
        for _ in 0..self.times(settings.fates) {
            faults.push(self.fate());
        }
        faults
    }

    /// What becomes of one sending that means something.
    fn fate(&mut self) -> Fault {
        let trigger = Trigger::OnSend(self.any_sending());
        let late = self.stream.span(Duration::from_millis(10), COPY_AGE_MAX);
        match self.stream.draw().below(3) {
            0 => fault(trigger, Misfortune::Drop, Duration::ZERO),
            1 => fault(trigger, Misfortune::Delay, late),
            _ => fault(trigger, Misfortune::Duplicate, late),
        }
    }

    fn bad(&mut self, misfortune: Misfortune, lasts_max: Duration) -> Fault {
        let dwell = self.stream.span(Duration::from_millis(500), lasts_max);
        fault(self.trigger(), misfortune, dwell)
    }

    fn brown_out(&mut self) -> Misfortune {
        Misfortune::Brownout {
            links: self.stretch(),
            load_percent: self.stream.between(500, 4_000) as u32,
            loss: Rate::per_million(self.stream.between(0, 350_000) as u32),
            good: self.stream.span(Duration::from_secs(1), Duration::from_secs(30)),
            bad: self.stream.span(Duration::from_millis(500), Duration::from_secs(20)),
        }
    }

    /// Some parties of the house and a provider are clogged one by one, and
    /// freed in another order.
    fn swizzle(&mut self) -> Vec<Fault> {
        let mut parties = self.house();
        parties.push(self.provider_party());
        self.shuffle(&mut parties);
        parties.truncate(self.stream.between(2, parties.len() as u64) as usize);
        let mut freed = parties.clone();
        self.shuffle(&mut freed);
        let step = self.stream.span(Duration::from_millis(50), Duration::from_secs(4));
        swizzle(0, self.moment(), step, &parties, &freed)
    }

    fn shuffle(&mut self, roles: &mut [Role]) {
        for end in (1..roles.len()).rev() {
            roles.swap(end, self.stream.draw().below(end as u64 + 1) as usize);
        }
    }

    /// A link on which parties talk is cut, one way or both; or one of its ends
    /// is cut off from everybody.
    fn partition(&mut self) -> Misfortune {
        let Stretch { from, to, both_ways } = self.stretch();
        let everyone_else = from.iter().next().map_or(to, |role| Roles::from(role).others());
        let isolated = self.stream.draw().below(4) == 0;
        Misfortune::Partition { from, to: if isolated { everyone_else } else { to }, both_ways }
    }

    /// A link on which parties talk, one way or both.
    fn stretch(&mut self) -> Stretch {
        let (client, provider) = (self.client(), self.provider_party());
        let worker = self.worker();
        let teller = if self.scenario.merchant_events { NOTIFIER } else { worker };
        let mut links = vec![
            (EDGE, STORE),
            (worker, STORE),
            (worker, LEDGER),
            (worker, RISK),
            (worker, provider),
            (worker, provider),
            (client, EDGE),
            (client, teller),
        ];
        links.extend(self.scenario.has_decider().then_some((worker, DECIDER)));
        links.extend(self.consumers().into_iter().map(|consumer| (STORE, consumer)));
        let (one, other) = links[self.stream.draw().below(links.len() as u64) as usize];
        let turned = self.stream.draw().below(2) == 0;
        let (from, to) = if turned { (other, one) } else { (one, other) };
        let both_ways = self.stream.draw().below(2) == 0;
        Stretch { from: from.into(), to: to.into(), both_ways }
    }
}
