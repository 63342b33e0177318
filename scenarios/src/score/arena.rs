//! The worlds that a defect has to show in, and the order in which they are dealt.

use model::{Defect, Defects};
use sim::Seed;

use crate::catalog;
use crate::plan::{Plan, Protocol};
use crate::settings::Scenario;
use crate::strategy::{self, Strategy};

/// The scenarios over which trials are dealt.
pub struct Arena {
    master: Seed,
    scenarios: Vec<Scenario>,
}

impl Arena {
    /// The whole catalog, as it is.
    pub fn of_sagas(master: Seed) -> Self {
        Self { master, scenarios: catalog::all().to_vec() }
    }

    /// What of the catalog two-phase commit can do, by that.
    pub fn of_two_phase_commit(master: Seed) -> Self {
        let fits = catalog::all().iter().filter(|scenario| scenario.not_comparable().is_none());
        let by = |scenario: &Scenario| Scenario {
            protocol: Some(Protocol::TwoPhase),
            ..scenario.clone()
        };
        Self { master, scenarios: fits.map(by).collect() }
    }

    /// The same, searched in this way.
    #[must_use]
    pub fn searched(mut self, strategy: Option<Strategy>) -> Self {
        if strategy.is_some_and(Strategy::deals_richest_first) {
            self.scenarios = strategy::richest_first(self.scenarios);
        }
        for scenario in &mut self.scenarios {
            scenario.strategy = strategy;
        }
        self
    }

    /// How many scenarios it has.
    pub fn scenarios(&self) -> u64 {
        self.scenarios.len() as u64
    }

    /// Trial `index` of a range: the scenarios take turns.
    pub fn plan(&self, range: usize, index: u64, defects: Defects) -> Plan {
        let (scenario, seed) = self.deal(range, index);
        strategy::plan(scenario, seed, defects)
    }

    /// The same before it is drawn. No index of a range is one of another.
    pub fn deal(&self, range: usize, index: u64) -> (&Scenario, Seed) {
        let count = self.scenarios();
        let scenario = &self.scenarios[(index % count) as usize];
        let place = ((range as u64) << RANGE_BITS) | (index / count);
        (scenario, self.master.derive(&scenario.name, place))
    }
}

/// The arenas of a score.
pub struct Arenas {
    sagas: Arena,
    two_phase: Arena,
}

impl Arenas {
    /// Both under one master seed, searched in this way.
    pub fn new(master: Seed, strategy: Option<Strategy>) -> Self {
        Self {
            sagas: Arena::of_sagas(master).searched(strategy),
            two_phase: Arena::of_two_phase_commit(master).searched(strategy),
        }
    }

    /// The one that `defect` can show in.
    pub fn of(&self, defect: Defect) -> &Arena {
        match defect.story().is_of_two_phase_commit() {
            true => &self.two_phase,
            false => &self.sagas,
        }
    }

    /// That of the reference.
    pub fn sagas(&self) -> &Arena {
        &self.sagas
    }

    /// That of two-phase commit.
    pub fn two_phase(&self) -> &Arena {
        &self.two_phase
    }
}

/// More trials than any range has of one scenario.
const RANGE_BITS: u32 = 48;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn scenarios_take_turns_and_no_two_ranges_share_a_seed() {
        let arena = Arena::of_sagas(Seed(1));
        let count = arena.scenarios();
        let dealt = |range| (0..3 * count).map(move |index| (range, index));
        let trials = dealt(0).chain(dealt(1)).map(|(range, index)| arena.deal(range, index));
        let trials: Vec<_> = trials.map(|(scenario, seed)| (&scenario.name, seed)).collect();
        assert_eq!(trials.iter().collect::<BTreeSet<_>>().len(), trials.len());
        for (at, scenario) in catalog::all().iter().enumerate() {
            assert_eq!(trials[at].0, &scenario.name);
            assert_eq!(trials[at + count as usize].0, &scenario.name);
        }
    }

    #[test]
    fn a_defect_of_two_phase_commit_is_looked_for_where_it_can_show() {
        let arenas = Arenas::new(Seed(1), None);
        let (scenario, _) = arenas.of(Defect::HeuristicAbort).deal(0, 0);
        assert_eq!(scenario.protocol, Some(Protocol::TwoPhase));
        let (scenario, _) = arenas.of(Defect::DoublePost).deal(0, 0);
        assert_eq!(scenario.protocol, None);
    }
}
