//! Faults that no correct system could survive, and so never strike: the only
//! place where anything is excluded (payments.md 4.2, "which fault may strike
//! whom").

use sim::Strike;

use crate::settings::Who;

/// Faults that spare somebody, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// Which faults.
    pub strikes: &'static [Strike],
    /// Whom they spare.
    pub spared: &'static [Who],
    /// How far they spare them.
    pub extent: Extent,
    /// Why.
    pub reason: &'static str,
}

/// How far a fault spares somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// It never strikes.
    Wholly,
    /// It strikes at most one of the two copies of any record.
    OneCopy,
}

/// Everything that is excluded.
pub const ALL: [Exclusion; 4] = [
    Exclusion {
        strikes: &[Strike::ClockDrift],
        spared: &[Who::Provider, Who::Bank],
        extent: Extent::Wholly,
        reason: "how long a provider may still execute a request is what every proof of absence \
                 rests on",
    },
    Exclusion {
        strikes: &[Strike::ClockJump],
        spared: &[Who::Provider, Who::Bank],
        extent: Extent::Wholly,
        reason: "a plan dates the outages of providers, and banks their banking days, by clocks that \
                 are true",
    },
    Exclusion {
        strikes: BROKEN_DISK,
        spared: &[Who::Provider, Who::Bank],
        extent: Extent::Wholly,
        reason: "the books of providers and banks are the ground truth: what they forget, nobody can know",
    },
    Exclusion {
        strikes: BROKEN_DISK,
        spared: &[Who::Store, Who::Ledger, Who::Risk],
        extent: Extent::OneCopy,
        reason: "a synced record that no copy has any more is lost to everybody",
    },
];

const BROKEN_DISK: &[Strike] = &[Strike::LyingSync, Strike::Corruption, Strike::OldGeneration];

/// Why `strike` never strikes `who`, if it never does.
pub fn wholly(strike: Strike, who: Who) -> Option<&'static Exclusion> {
    find(strike, who, Extent::Wholly)
}

/// Why `strike` strikes at most one copy of what `who` keeps, if that is so.
pub fn one_copy(strike: Strike, who: Who) -> Option<&'static Exclusion> {
    find(strike, who, Extent::OneCopy)
}

fn find(strike: Strike, who: Who, extent: Extent) -> Option<&'static Exclusion> {
    static EXCLUSIONS: [Exclusion; 4] = ALL;
    EXCLUSIONS.iter().find(|exclusion| {
        exclusion.extent == extent
            && exclusion.strikes.contains(&strike)
            && exclusion.spared.contains(&who)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customers_are_spared_nothing_and_providers_whatever_touches_the_truth() {
        for strike in Strike::ALL {
            assert_eq!(wholly(strike, Who::Client), None, "{}", strike.name());
            assert_eq!(one_copy(strike, Who::Client), None, "{}", strike.name());
        }
        for strike in
            [Strike::Crash, Strike::Pause, Strike::SlowSync, Strike::FullDisk, Strike::TornTail]
        {
            assert_eq!(wholly(strike, Who::Provider), None, "{}", strike.name());
        }
        assert!(wholly(Strike::ClockDrift, Who::Provider).is_some());
        assert!(one_copy(Strike::LyingSync, Who::Store).is_some());
        assert!(wholly(Strike::LyingSync, Who::Store).is_none());
    }
}
