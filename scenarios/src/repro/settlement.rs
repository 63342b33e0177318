//! How providers and banks settle, as a table, and what goes wrong with their
//! files.

use std::collections::BTreeSet;

use model::posting::refund::RefundShortfall;
use model::{BankId, Contract, Currency, ProviderId, Teller, Tenant};
use serde::Deserialize;
use toml::Spanned;

use super::bounds::{FAULTS_MAX, SPAN_MAX};
use super::line::{Line, span};
use super::notes::Notes;
use crate::invalid::Wrong;
use crate::party::{self, teller_role};
use crate::plan::{AdjustmentPlan, ConversionPlan, FileMishap, Mishap, SettlementPlan, Slip};
use crate::settings::calendar;
use crate::shrink;
use crate::span::Span;

/// Settlement, as a file says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SettlementTable {
    #[serde(default)]
    fee_bps: u16,
    #[serde(default = "two")]
    overdue_after: u8,
    #[serde(default)]
    refund_shortfall: RefundShortfall,
    #[serde(default)]
    files: Vec<Spanned<MishapLine>>,
}

/// Something that goes wrong with a file, as a file says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MishapLine {
    id: Spanned<u32>,
    what: Spanned<String>,
    from: Spanned<String>,
    file: u32,
    after: Option<Spanned<Span>>,
    #[serde(default)]
    line: u8,
    #[serde(default)]
    mended_after: u8,
    #[serde(default)]
    by: i32,
    tenant: Option<Tenant>,
    currency: Option<Currency>,
    #[serde(default = "one_for_one")]
    thousandths: u16,
}

/// The lines of the table of `plan`, a comment above each line that has a note.
pub(super) fn lines(plan: &SettlementPlan, notes: &Notes) -> Vec<String> {
    let mut lines = vec![format!("fee_bps = {}", plan.contract.fee_bps)];
    if plan.overdue_after != two() {
        lines.push(format!("overdue_after = {}", plan.overdue_after));
    }
    if plan.refund_shortfall == RefundShortfall::Owed {
        lines.push("refund_shortfall = \"owed\"".to_owned());
    }
    if !plan.mishaps.is_empty() {
        lines.push("files = [".to_owned());
        for mishap in &plan.mishaps {
            for note in notes.on(shrink::Line::File(mishap.id)) {
                lines.push(format!("    # {note}"));
            }
            lines.push(format!("    {},", line(mishap)));
        }
        lines.push("]".to_owned());
    }
    lines
}

fn line(mishap: &FileMishap) -> String {
    let FileMishap { id, teller, file, what } = mishap;
    let line = Line::default().bare("id", id).words("what", what.name());
    let line = line.words("from", party::name(teller_role(*teller))).bare("file", file);
    let slip = |line: Line, slip: &Slip| {
        let line = if slip.line == 0 { line } else { line.bare("line", slip.line) };
        if slip.days == 0 { line } else { line.bare("mended_after", slip.days) }
    };
    match what {
        Mishap::Late(after) | Mishap::DuplicateFile(after) | Mishap::CutOffShift(after) => {
            line.span("after", *after).end()
        }
        Mishap::MissingLine(at) | Mishap::DuplicateLine(at) => slip(line, at).end(),
        Mishap::FeeOff(at, by) => slip(line, at).bare("by", by).end(),
        Mishap::Adjustment(plan) => {
            let line = line.bare("tenant", plan.tenant.0).words("currency", plan.currency);
            let line = line.bare("by", plan.amount);
            if plan.days == 0 { line.end() } else { line.bare("mended_after", plan.days).end() }
        }
        Mishap::Truncated => line.end(),
        Mishap::Conversion(plan) => {
            let line = slip(line, &plan.slip).words("currency", plan.currency);
            line.bare("thousandths", plan.thousandths).end()
        }
    }
}

impl SettlementTable {
    /// What the table says, in a world with so many providers and banks.
    ///
    /// # Errors
    /// If a line names somebody else, or something that never goes wrong.
    pub(super) fn settlement(
        self,
        providers: usize,
        banks: usize,
    ) -> Result<SettlementPlan, Wrong> {
        if let Some(line) = self.files.get(FAULTS_MAX) {
            let problem = format!("expected at most {FAULTS_MAX} faults of files");
            return Err(Wrong::new(line.span(), problem));
        }
        let mut seen = BTreeSet::new();
        let mut mishaps = Vec::with_capacity(self.files.len());
        for line in self.files {
            let line = line.into_inner();
            if !seen.insert(*line.id.get_ref()) {
                let problem = format!("two faults of files have the id {}", line.id.get_ref());
                return Err(Wrong::new(line.id.span(), problem));
            }
            mishaps.push(line.mishap(providers, banks)?);
        }
        let fee_bps = self.fee_bps.min(10_000);
        Ok(SettlementPlan {
            contract: Contract { fee_bps },
            calendar: calendar(),
            overdue_after: self.overdue_after.clamp(1, 8),
            refund_shortfall: self.refund_shortfall,
            mishaps,
        })
    }
}

impl MishapLine {
    fn mishap(mut self, providers: usize, banks: usize) -> Result<FileMishap, Wrong> {
        let teller = self.teller(providers, banks)?;
        let after = span(&mut self.after, "after", SPAN_MAX)?;
        let slip = Slip { line: self.line, days: self.mended_after };
        let what = match self.what.get_ref().as_str() {
            "file-late" => Mishap::Late(after),
            "line-missing" => Mishap::MissingLine(slip),
            "line-duplicated" => Mishap::DuplicateLine(slip),
            "file-duplicated" => Mishap::DuplicateFile(after),
            "fee-off" => Mishap::FeeOff(slip, self.by),
            "adjustment-line" => Mishap::Adjustment(AdjustmentPlan {
                tenant: self.tenant.unwrap_or(Tenant(0)),
                currency: self.currency.unwrap_or(Currency::Usd),
                amount: self.by,
                days: self.mended_after,
            }),
            "cut-off-shifted" => Mishap::CutOffShift(after),
            "file-truncated" => Mishap::Truncated,
            "line-converted" => Mishap::Conversion(ConversionPlan {
                slip,
                currency: self.currency.unwrap_or(Currency::Usd),
                thousandths: self.thousandths,
            }),
            other => {
                let problem = format!(
                    "`{other}` never befalls a settlement file: expected one of {}",
                    Mishap::NAMES.join(", ")
                );
                return Err(Wrong::new(self.what.span(), problem));
            }
        };
        Ok(FileMishap { id: *self.id.get_ref(), teller, file: self.file, what })
    }

    fn teller(&self, providers: usize, banks: usize) -> Result<Teller, Wrong> {
        let name = self.from.get_ref();
        let role = party::named(name);
        let provider = role.and_then(party::provider_of).filter(|p| usize::from(p.0) < providers);
        let bank = role.and_then(party::bank_of).filter(|bank| usize::from(bank.0) < banks);
        match (provider, bank) {
            (Some(ProviderId(n)), _) => Ok(Teller::Provider(ProviderId(n))),
            (_, Some(BankId(n))) => Ok(Teller::Bank(BankId(n))),
            _ => {
                let problem = format!(
                    "`{name}` writes no settlement files here: expected a provider such as \
                     `provider a`, or a bank that there is"
                );
                Err(Wrong::new(self.from.span(), problem))
            }
        }
    }
}

const fn one_for_one() -> u16 {
    1_000
}

const fn two() -> u8 {
    2
}
