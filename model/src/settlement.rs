//! Settlement files: what a provider or a bank says that it has paid, at the
//! cut-off of a banking day (payments.md m16).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::aside::Aside;
use crate::currency::Currency;
use crate::identity::{
    BankId, ChargeId, FileId, LineId, OperationId, ProviderId, Tenant, Token, hash,
};
use crate::money::Amount;
use crate::rounding::Rounding;
use crate::webhook::Teller;

/// One file, as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SettlementFile {
    /// Its name: the same in every sending.
    pub id: FileId,
    /// Who wrote it.
    pub teller: Teller,
    /// The how-manieth file of its writer it is, from 1.
    pub seq: u32,
    /// What was paid, one by one.
    pub lines: Vec<SettlementLine>,
    /// How many lines there are, and what their net amounts come to in whatever
    /// currency: by that a reader tells whether all of the file has arrived.
    pub control: (u32, Amount),
}

/// One line of a file: money that was paid, or taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SettlementLine {
    /// Its name.
    pub id: LineId,
    /// What it is for.
    pub kind: LineKind,
    /// The key of the operation that it is for: an authorization, a refund, a
    /// send; that of the line that it corrects or converts; nothing for an adjustment.
    pub reference: OperationId,
    /// Whose instrument; 0 for an adjustment.
    pub token: Token,
    /// Whose account.
    pub tenant: Tenant,
    /// In what currency it was paid.
    pub currency: Currency,
    /// What it is about; below zero if it is taken from us.
    pub gross: Amount,
    /// What was kept for the service.
    pub fee: Amount,
    /// What was paid; below zero if it was taken.
    pub net: Amount,
    /// Its writer's own name for what was captured, where files say it.
    #[serde(default, skip_serializing_if = "is_none")]
    pub charge: Aside<ChargeId>,
}

const fn is_none<T>(it: &Aside<T>) -> bool {
    !it.is_some()
}

/// What a line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineKind {
    /// What was captured of a customer.
    Capture,
    /// What was given back to one.
    Refund,
    /// What was given back to one, and came back.
    RefundReturned,
    /// What a customer's bank has withdrawn.
    Dispute,
    /// What it gave back.
    DisputeWon,
    /// What a bank has sent.
    Payout,
    /// Whatever else its writer charges or grants, for nothing that we asked.
    Adjustment,
    /// The end of a mistake in an earlier line.
    Correction,
    /// What a customer's bank has withdrawn once more, when it objected to what had
    /// been decided.
    DisputedAgain,
    /// What it gave back for good.
    WonAgain,
    /// One side of an exchange of what another line paid: what is taken of it, or what
    /// is paid for that, in another currency.
    Conversion,
}

/// What was agreed on with whoever writes files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Contract {
    /// What it keeps of a capture, in hundredths of a percent.
    pub fee_bps: u16,
}

impl SettlementFile {
    /// The `seq`-th file of `teller`, whole.
    pub fn written(teller: Teller, seq: u32, lines: Vec<SettlementLine>) -> Self {
        let control = control(&lines);
        Self { id: FileId::of(teller, seq), teller, seq, lines, control }
    }

    /// The same without what comes after the first half of its lines.
    #[must_use]
    pub fn truncated(&self) -> Self {
        let mut part = self.clone();
        part.lines.truncate(self.lines.len() / 2);
        part
    }

    /// Whether all of it is there.
    pub fn is_whole(&self) -> bool {
        control(&self.lines) == self.control
    }

    /// What tells it from any other content of the same name.
    pub fn digest(&self) -> u64 {
        let head = hash("file", [self.id.0, self.lines.len() as u64]);
        self.lines.iter().fold(head, |digest, line| {
            let money = [line.gross, line.fee, line.net].map(|amount| amount.0 as u64);
            let [gross, fee, net] = money;
            let words = [digest, line.id.0, line.kind as u64, line.reference.0, gross, fee, net];
            hash("file-line", words)
        })
    }

    /// Where its money moves: at the bank that wrote it; what providers pay goes to
    /// the first.
    pub const fn bank(&self) -> BankId {
        match self.teller {
            Teller::Provider(_) | Teller::Risk => BankId(0),
            Teller::Bank(bank) => bank,
        }
    }

    /// The provider that wrote it, if one did.
    pub const fn provider(&self) -> Option<ProviderId> {
        match self.teller {
            Teller::Provider(provider) => Some(provider),
            Teller::Bank(_) | Teller::Risk => None,
        }
    }
}

impl LineKind {
    /// What files call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Refund => "refund",
            Self::RefundReturned => "refund returned",
            Self::Dispute => "dispute",
            Self::DisputeWon => "dispute won",
            Self::Payout => "payout",
            Self::Adjustment => "adjustment",
            Self::Correction => "correction",
            Self::DisputedAgain => "disputed again",
            Self::WonAgain => "won again",
            Self::Conversion => "conversion",
        }
    }
}

impl fmt::Display for LineKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Contract {
    /// What is kept of a line of this kind and amount.
    pub fn fee(&self, kind: LineKind, gross: Amount) -> Amount {
        match kind {
            LineKind::Capture => Rounding::HalfEven.scale(gross, self.fee_bps.into(), 10_000),
            _ => Amount::ZERO,
        }
    }
}

fn control(lines: &[SettlementLine]) -> (u32, Amount) {
    (lines.len() as u32, lines.iter().map(|line| line.net).sum())
}
