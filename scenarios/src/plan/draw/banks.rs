//! What banks are like, and on which date a world begins.

use model::Minute;
use sim::Stream;

use super::Drawer;
use crate::plan::BankPlan;
use crate::settings::{RailSettings, Scenario};

impl Drawer<'_> {
    pub(super) fn banks(&mut self) -> Vec<BankPlan> {
        let rails = &self.scenario.rails;
        rails.iter().map(|rail| self.bank(rail)).collect()
    }

    fn bank(&mut self, settings: &RailSettings) -> BankPlan {
        BankPlan {
            rail: settings.rail.rail(&settings.holidays),
            rejected: settings.rejected,
            offline: settings.offline,
            unanswered: self.rate(settings.unanswered),
            late: self.rate(settings.late),
            late_max: settings.late_max.0,
            investigation_max: settings.investigation_max.0,
            recall_accepted: settings.recall_accepted,
            deemed: self.rate(settings.deemed),
            returned: settings.returned,
            unauthorized: settings.unauthorized,
        }
    }
}

/// Any minute of the days on which the scenario may begin.
pub(super) fn begins(scenario: &Scenario, stream: &mut Stream) -> Minute {
    let Some(dates) = scenario.dates else { return Minute::default() };
    let first = u64::from(dates.first.0) * DAY_MINUTES;
    let last = u64::from(dates.last.0) * DAY_MINUTES + DAY_MINUTES - 1;
    Minute(stream.between(first, last) as u32)
}

const DAY_MINUTES: u64 = 24 * 60;
