//! How often each kind of misfortune fell.

/// The kinds of strike that the kernel counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strike {
    /// A sending was lost at the rate of the weather.
    Loss,
    /// A sending arrived more than once.
    Duplication,
    /// A copy arrived late.
    Lateness,
    /// A message was lost to a partition.
    Partition,
    /// An actor crashed.
    Crash,
    /// Records were lost with a crash.
    LostTail,
    /// A sending met a fate planned for it alone.
    PlannedFate,
    /// An actor paused.
    Pause,
    /// A message was lost because it waited too long at an actor that paused.
    Overlong,
    /// A sending went over a link that was slow just then.
    SlowLink,
    /// A sending was lost to a brown-out.
    Brownout,
    /// A sending waited for a clog to end.
    Clog,
    /// A message bounced off an actor that was down.
    Bounce,
    /// A wall clock jumped.
    ClockJump,
    /// A clock began to drift.
    ClockDrift,
    /// A sync took long.
    SlowSync,
    /// A sync was reported done and was not.
    LyingSync,
    /// An append failed on a full disk.
    FullDisk,
    /// A crash tore the tail of a journal.
    TornTail,
    /// A record was found corrupt.
    Corruption,
    /// A journal came back from an older generation.
    OldGeneration,
    /// A named point was forced.
    Point,
    /// Several actors crashed at once.
    CrashAll,
    /// An actor was restarted with another release.
    Deploy,
}

impl Strike {
    /// Every kind, in the order in which reports list them.
    pub const ALL: [Self; 24] = [
        Self::Loss,
        Self::Duplication,
        Self::Lateness,
        Self::Partition,
        Self::Crash,
        Self::LostTail,
        Self::PlannedFate,
        Self::Pause,
        Self::Overlong,
        Self::SlowLink,
        Self::Brownout,
        Self::Clog,
        Self::Bounce,
        Self::ClockJump,
        Self::ClockDrift,
        Self::SlowSync,
        Self::LyingSync,
        Self::FullDisk,
        Self::TornTail,
        Self::Corruption,
        Self::OldGeneration,
        Self::Point,
        Self::CrashAll,
        Self::Deploy,
    ];

    /// What reports call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Loss => "message-loss",
            Self::Duplication => "message-duplication",
            Self::Lateness => "late-delivery",
            Self::Partition => "partition",
            Self::Crash => "crash",
            Self::LostTail => "lost-unsynced-tail",
            Self::PlannedFate => "planned-fate",
            Self::Pause => "pause",
            Self::Overlong => "lost-in-pause",
            Self::SlowLink => "slow-link",
            Self::Brownout => "link-brown-out",
            Self::Clog => "clogged-link",
            Self::Bounce => "connection-refused",
            Self::ClockJump => "clock-jump",
            Self::ClockDrift => "clock-drift",
            Self::SlowSync => "slow-sync",
            Self::LyingSync => "lying-sync",
            Self::FullDisk => "full-disk",
            Self::TornTail => "torn-tail",
            Self::Corruption => "corrupt-record",
            Self::OldGeneration => "old-generation",
            Self::Point => "forced-point",
            Self::CrashAll => "crash-all",
            Self::Deploy => "deploy",
        }
    }
}

/// How often each kind of strike fell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strikes([u64; Strike::ALL.len()]);

impl Strikes {
    /// How often `strike` fell.
    pub fn of(&self, strike: Strike) -> u64 {
        self.0[strike as usize]
    }

    pub(crate) fn count(&mut self, strike: Strike, times: u64) {
        self.0[strike as usize] += times;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_strike_is_listed_once_at_its_own_place() {
        for (place, strike) in Strike::ALL.into_iter().enumerate() {
            assert_eq!(strike as usize, place, "{}", strike.name());
        }
    }
}
