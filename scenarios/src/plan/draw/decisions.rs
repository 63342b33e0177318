//! Who decides, and what goes wrong with whoever is asked.

use model::Aside;
use sim::VirtualTime;

use super::Drawer;
use crate::plan::{DeciderPlan, DecisionPlan};
use crate::settings::{DeciderSettings, LimitSettings};

impl Drawer<'_> {
    /// Who decides, where the scenario says who.
    pub(super) fn decisions(&mut self) -> Option<DecisionPlan> {
        let settings = self.scenario.decisions.as_ref()?;
        let decider = settings.decider.as_ref().map(|decider| self.decider(decider));
        Some(DecisionPlan {
            decider,
            up_to: Aside(settings.up_to),
            limits: Aside(settings.limits.as_ref().map(LimitSettings::restraint)),
            explained: settings.explained,
            ..DecisionPlan::by(settings.policy)
        })
    }

    fn decider(&mut self, settings: &DeciderSettings) -> DeciderPlan {
        DeciderPlan {
            late: self.rate(settings.late),
            late_max: settings.late_max.0,
            mute: self.rate(settings.mute),
            stale: self.rate(settings.stale),
            garbled: self.rate(settings.garbled),
            outside: self.rate(settings.outside),
            adverse: self.rate(settings.adverse),
            swap: self.swap(settings),
        }
    }

    /// When the model is swapped, if it is: at any time until heal.
    fn swap(&mut self, settings: &DeciderSettings) -> Option<VirtualTime> {
        let at = self.stream.between(0, self.scenario.chaos.0.as_nanos() as u64);
        let swaps = self.stream.chance(settings.swapped);
        swaps.then(|| VirtualTime::from_nanos(at))
    }
}
