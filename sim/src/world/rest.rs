//! When a world is at rest, and when it only looks so.

use super::{Ending, Limit, Phase, System, World};

impl<S: System> World<'_, S> {
    /// How the run ends here, if it does.
    ///
    /// At rest means: healed, no message in the air, no work timer set, nobody
    /// down. Then every housekeeping timer that is set fires once; when what
    /// they sent has arrived, and nobody has set a work timer, the world is at
    /// rest twice in a row and the run is over. An obligation that is open at
    /// rest is a lost wake-up, unless it is excused.
    pub(super) fn rest(&mut self) -> Option<Ending> {
        let pending = &mut self.pending;
        if self.phase == Phase::Chaos || pending.work_timers + pending.down + pending.paused > 0 {
            pending.round = None;
            return None;
        }
        if pending.messages > 0 {
            return None;
        }
        if let Some(open) = self.vows.first_open() {
            return Some(Ending::LostWakeUp(open));
        }
        let round = *pending.round.get_or_insert_with(|| {
            pending.rounds += 1;
            pending.housekeeping_timers
        });
        (round == 0).then_some(Ending::Rest)
    }

    /// How the run ends where the next event lies past the horizon, or past the
    /// bound of an obligation: what was promised comes first.
    #[cold]
    pub(super) fn too_late(&self) -> Ending {
        match self.vows.first_due() {
            Some(overdue) if self.vows.next_due <= self.limits.horizon => Ending::Overdue(overdue),
            _ => Ending::Limit(Limit::Horizon),
        }
    }
}
