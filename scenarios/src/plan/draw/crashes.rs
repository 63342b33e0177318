//! Who crashes, where, and who only stalls.

use std::time::Duration;

use sim::{CrashPoint, Fault, Misfortune, Role, Roles, Trigger};

use super::Drawer;
use crate::settings::Who;

impl Drawer<'_> {
    pub(super) fn crashes(&mut self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for settings in &self.scenario.crashes {
            for _ in 0..self.part(u64::from(settings.times)) {
                let role = self.role(settings.who);
                let (trigger, point) = self.crash(settings.who, role);
                let dwell = self.stream.span(DOWN_MIN, settings.down_max.0);
                faults.push(fault(trigger, Misfortune::Crash { role, point }, dwell));
            }
        }
        faults
    }

    pub(super) fn crash_loops(&mut self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for settings in &self.scenario.crash_loops {
            for _ in 0..self.times(settings.times) {
                let role = self.role(settings.who);
                let (trigger, point) = self.crash(settings.who, role);
                let times = self.stream.between(2, u64::from(settings.rounds_max.max(2))) as u16;
                let dwell = self.stream.span(DOWN_MIN, settings.down_max.0);
                faults.push(fault(trigger, Misfortune::CrashLoop { role, point, times }, dwell));
            }
        }
        faults
    }

    pub(super) fn shared_crashes(&mut self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for settings in &self.scenario.shared_crashes {
            for _ in 0..self.times(settings.times) {
                let roles: Roles = settings.who.iter().map(|who| self.role(*who)).collect();
                let dwell = self.stream.span(DOWN_MIN, settings.down_max.0);
                faults.push(fault(self.trigger(), Misfortune::CrashAll { roles }, dwell));
            }
        }
        faults
    }

    pub(super) fn pauses(&mut self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for settings in &self.scenario.pauses {
            for _ in 0..self.times(settings.times) {
                let roles = self.role(settings.who).into();
                let dwell = self.stream.span(PAUSE_MIN, settings.lasts_max.0);
                faults.push(fault(self.trigger(), Misfortune::Pause { roles }, dwell));
            }
        }
        faults
    }

    /// When and between which two effects `role` crashes: half of the time at
    /// any moment, and otherwise where something is half done.
    fn crash(&mut self, who: Who, role: Role) -> (Trigger, CrashPoint) {
        let anywhere = CrashPoint::After(self.stream.draw().below(1 << 12) as u16);
        let place = self.stream.draw().below(10);
        match place {
            0..3 if who.has_disk() => (Trigger::At(self.moment()), CrashPoint::Unsynced),
            0..5 => (Trigger::At(self.moment()), anywhere),
            5 if who.has_disk() => {
                let around = [
                    CrashPoint::AfterAppend(1),
                    CrashPoint::BeforeSync(1),
                    CrashPoint::AfterSync(1),
                ];
                let point = around[self.stream.draw().below(3) as usize];
                (Trigger::OnDelivery(self.arrival(role)), point)
            }
            5 | 6 => (Trigger::OnDelivery(self.arrival(role)), anywhere),
            7 => {
                let kind = self.departure(role).kind;
                let before = self.stream.draw().below(2) == 0;
                let (kind, nth) = (kind, 1);
                let point = match before {
                    true => CrashPoint::BeforeSend { kind, nth },
                    false => CrashPoint::AfterSend { kind, nth },
                };
                (Trigger::At(self.moment()), point)
            }
            8 => {
                let sending = Trigger::OnSend(self.departure(role));
                let before = self.stream.draw().below(2) == 0;
                (sending, if before { CrashPoint::Instead } else { CrashPoint::AtOnce })
            }
            _ => (Trigger::OnFact(self.sight()), CrashPoint::AtOnce),
        }
    }
}

/// A fault without a name yet.
pub(super) fn fault(trigger: Trigger, misfortune: Misfortune, dwell: Duration) -> Fault {
    Fault { id: 0, trigger, misfortune, dwell }
}

const DOWN_MIN: Duration = Duration::from_millis(100);
const PAUSE_MIN: Duration = Duration::from_millis(50);
