//! Who is broken for good.

use std::time::Duration;

use sim::{CrashPoint, Fault, Misfortune, Role, Roles};

use super::Drawer;
use super::crashes::fault;

impl Drawer<'_> {
    /// Whom the healing is for, if not for everybody, and what plagues the
    /// others from some moment on.
    pub(super) fn gone(&mut self) -> (Option<Roles>, Vec<Fault>) {
        let mut gone = Roles::default();
        let mut faults = Vec::new();
        for who in &self.scenario.never_heals {
            let role = self.role(*who);
            gone = gone.iter().chain([role]).collect();
            faults.push(self.end_of(role));
        }
        let core = (0..Role::MAX as u8).map(Role).filter(|role| !gone.contains(*role)).collect();
        ((!faults.is_empty()).then_some(core), faults)
    }

    /// `role` is down, cut off, or hears and is not heard.
    fn end_of(&mut self, role: Role) -> Fault {
        let misfortune = match self.stream.draw().below(3) {
            0 => Misfortune::Crash { role, point: CrashPoint::AtOnce },
            1 => Misfortune::isolate(role),
            _ => Misfortune::one_way_partition(role.into(), Roles::from(role).others()),
        };
        fault(self.trigger(), misfortune, PAST_HEAL)
    }
}

/// Longer than any chaos.
const PAST_HEAL: Duration = Duration::from_secs(400 * 86_400);
