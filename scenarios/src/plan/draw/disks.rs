//! Whose disk is slow, full, lying, torn, corrupt or out of date.

use std::time::Duration;

use sim::{Fault, Misfortune, Trigger};

use super::Drawer;
use super::crashes::fault;
use crate::settings::DiskSettings;

impl Drawer<'_> {
    pub(super) fn disks(&mut self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for settings in &self.scenario.disks {
            for (most, what) in kinds(settings) {
                for _ in 0..self.times(most) {
                    let misfortune = self.disk_fault(settings, what);
                    let dwell = self.stream.span(LASTS_MIN, settings.lasts_max.0);
                    let trigger = match what {
                        What::Torn | What::Corrupt | What::Old => Trigger::At(self.moment()),
                        What::Slow | What::Full | What::Lying => self.trigger(),
                    };
                    faults.push(fault(trigger, misfortune, dwell));
                }
            }
        }
        faults
    }

    fn disk_fault(&mut self, settings: &DiskSettings, what: What) -> Misfortune {
        let role = self.role(settings.who);
        let draw = self.stream.draw();
        match what {
            What::Slow => Misfortune::SlowSync { role, takes: draw.span(SYNC_MIN, SYNC_MAX) },
            What::Full => Misfortune::FullDisk { role, restart: draw.span(BOOT_MIN, BOOT_MAX) },
            What::Lying => Misfortune::LyingSync { role },
            What::Torn => Misfortune::TornTail { role, keep: draw.below(4) as u16 },
            What::Corrupt => Misfortune::Corruption { role, record: draw.below(1 << 16) as u32 },
            What::Old => Misfortune::OldGeneration { role, records: draw.between(1, 8) as u16 },
        }
    }
}

#[derive(Clone, Copy)]
enum What {
    Slow,
    Full,
    Lying,
    Torn,
    Corrupt,
    Old,
}

fn kinds(settings: &DiskSettings) -> [(u32, What); 6] {
    [
        (settings.slow, What::Slow),
        (settings.full, What::Full),
        (settings.lying, What::Lying),
        (settings.torn, What::Torn),
        (settings.corrupt, What::Corrupt),
        (settings.old, What::Old),
    ]
}

const LASTS_MIN: Duration = Duration::from_secs(1);
const SYNC_MIN: Duration = Duration::from_millis(5);
const SYNC_MAX: Duration = Duration::from_secs(3);
const BOOT_MIN: Duration = Duration::from_millis(100);
const BOOT_MAX: Duration = Duration::from_secs(10);
