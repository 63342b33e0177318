//! What goes wrong with settlement files.

use std::time::Duration;

use model::{BankId, Contract, ProviderId, Teller, Tenant};
use sim::Rate;

use super::Drawer;
use crate::plan::settlement::{
    AdjustmentPlan, ConversionPlan, FileMishap, Mishap, SettlementPlan, Slip,
};
use crate::settings::{FileFaultSettings, calendar};

impl Drawer<'_> {
    /// How the world settles, if it does. The numbers of what goes wrong follow
    /// those of `faults` other faults.
    pub(super) fn settlement(&mut self, faults: u32) -> Option<SettlementPlan> {
        let settings = self.scenario.settlement.as_ref()?;
        let mut rates = FileFaultSettings {
            late: self.rate(settings.faults.late),
            missing_line: self.rate(settings.faults.missing_line),
            duplicate_line: self.rate(settings.faults.duplicate_line),
            duplicate_file: self.rate(settings.faults.duplicate_file),
            fee_off: self.rate(settings.faults.fee_off),
            adjustment: self.rate(settings.faults.adjustment),
            cut_off_shift: self.rate(settings.faults.cut_off_shift),
            truncated: self.rate(settings.faults.truncated),
            ..settings.faults.clone()
        };
        // Where nobody converts, worlds are drawn as if nobody could.
        if rates.conversion != Rate::NEVER {
            rates.conversion = self.rate(rates.conversion);
        }
        let providers = (0..self.providers as u8).map(|n| Teller::Provider(ProviderId(n)));
        let banks = (0..self.scenario.rails.len() as u8).map(|n| Teller::Bank(BankId(n)));
        let days = self.scenario.chaos.0.as_secs().div_ceil(DAY.as_secs()) as u32;
        let mut mishaps = Vec::new();
        for teller in providers.chain(banks) {
            for file in 1..=days.min(FILES_MAX) {
                for what in self.mishaps(&rates, teller) {
                    let id = faults + 1 + mishaps.len() as u32;
                    mishaps.push(FileMishap { id, teller, file, what });
                }
            }
        }
        Some(SettlementPlan {
            contract: Contract { fee_bps: settings.fee_bps },
            calendar: calendar(),
            overdue_after: settings.overdue_after,
            refund_shortfall: settings.refund_shortfall,
            mishaps,
        })
    }

    fn mishaps(&mut self, rates: &FileFaultSettings, teller: Teller) -> Vec<Mishap> {
        let late_max = rates.late_max.0.max(HOUR).as_secs();
        let mut mishaps = Vec::new();
        if self.stream.chance(rates.late) {
            let late = self.stream.between(HOUR.as_secs(), late_max);
            mishaps.push(Mishap::Late(Duration::from_secs(late)));
        }
        if self.stream.chance(rates.truncated) {
            mishaps.push(Mishap::Truncated);
        }
        if self.stream.chance(rates.cut_off_shift) {
            let shift = self.stream.between(1, 8);
            mishaps.push(Mishap::CutOffShift(HOUR * shift as u32));
        }
        if self.stream.chance(rates.missing_line) {
            mishaps.push(Mishap::MissingLine(self.slip(rates.never_mended)));
        }
        if self.stream.chance(rates.duplicate_line) {
            mishaps.push(Mishap::DuplicateLine(self.slip(rates.never_mended)));
        }
        if self.stream.chance(rates.duplicate_file) {
            let later = self.stream.between(60, 2 * DAY.as_secs());
            mishaps.push(Mishap::DuplicateFile(Duration::from_secs(later)));
        }
        let provider = matches!(teller, Teller::Provider(_));
        if provider && self.stream.chance(rates.fee_off) {
            let slip = self.slip(rates.never_mended);
            mishaps.push(Mishap::FeeOff(slip, self.off()));
        }
        if provider && self.stream.chance(rates.adjustment) {
            let workload = &self.scenario.workload;
            let tenant = self.stream.draw().below(workload.tenants.into()) as u16;
            let currencies = &workload.currencies;
            let at = self.stream.draw().below(currencies.len() as u64) as usize;
            let days = self.slip(rates.never_mended).days;
            mishaps.push(Mishap::Adjustment(AdjustmentPlan {
                tenant: Tenant(tenant),
                currency: currencies[at],
                amount: self.off(),
                days,
            }));
        }
        if provider && rates.conversion != Rate::NEVER && self.stream.chance(rates.conversion) {
            mishaps.push(Mishap::Conversion(self.conversion(rates.never_mended)));
        }
        mishaps
    }

    fn conversion(&mut self, never_mended: Rate) -> ConversionPlan {
        let currencies = &self.scenario.workload.currencies;
        let at = self.stream.draw().below(currencies.len() as u64) as usize;
        let thousandths = self.stream.between(500, 1_500) as u16;
        ConversionPlan { slip: self.slip(never_mended), currency: currencies[at], thousandths }
    }

    fn slip(&mut self, never_mended: Rate) -> Slip {
        let line = self.stream.draw().below(8) as u8;
        let days = self.stream.between(1, 5) as u8;
        let never = self.stream.chance(never_mended);
        Slip { line, days: if never { 0 } else { days } }
    }

    /// Some minor units too many, or too few.
    fn off(&mut self) -> i32 {
        let off = self.stream.between(1, 50) as i32;
        if self.stream.chance(Rate::per_million(500_000)) { off } else { -off }
    }
}

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);
/// Of how many files of each writer it is drawn what goes wrong.
const FILES_MAX: u32 = 64;
