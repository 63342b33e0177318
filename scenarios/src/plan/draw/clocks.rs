//! Whose clocks are off, jump or drift.

use std::time::Duration;

use sim::{Fault, Misfortune, Role, Trigger, VirtualTime};

use super::Drawer;
use super::crashes::fault;

impl Drawer<'_> {
    pub(super) fn clocks(&mut self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for settings in &self.scenario.clocks {
            let lasts_max = settings.lasts_max.0;
            let role = self.role(settings.who);
            if !settings.offset_max.0.is_zero() && self.times(1) > 0 {
                let start = Trigger::At(VirtualTime::ZERO);
                let shift = self.shift(role, settings.offset_max.0);
                faults.push(fault(start, shift, self.scenario.chaos.0));
            }
            for _ in 0..self.times(settings.jumps) {
                let role = self.role(settings.who);
                let shift = self.shift(role, settings.jump_max.0);
                let dwell = self.stream.span(LASTS_MIN, lasts_max);
                faults.push(fault(self.trigger(), shift, dwell));
            }
            for _ in 0..self.times(settings.drifts) {
                let role = self.role(settings.who);
                let size = self.stream.between(1, u64::from(settings.drift_ppm_max.max(1))) as i32;
                let slow = self.stream.draw().below(2) == 0;
                let ppm = if slow { -size } else { size };
                let dwell = self.stream.span(LASTS_MIN, lasts_max);
                faults.push(fault(self.trigger(), Misfortune::Drift { role, ppm }, dwell));
            }
        }
        faults
    }

    fn shift(&mut self, role: Role, most: Duration) -> Misfortune {
        let ahead = self.stream.draw().below(2) == 0;
        let by = self.stream.span(Duration::from_millis(1), most);
        Misfortune::WallShift { role, ahead, by }
    }
}

const LASTS_MIN: Duration = Duration::from_secs(1);
