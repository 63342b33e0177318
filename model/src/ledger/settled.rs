//! What is left of a transfer that nobody asks for any more.

use super::{HoldState, Ledger};
use crate::identity::{TransferId, hash};
use crate::transfer::{Transfer, TransferKind, TransferResult};

/// A digest of all fields, and in its lowest bits what became of a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Settled(u64);

impl Ledger {
    /// Settles those of `transfers` that are no open holds; tells which are.
    ///
    /// A settled transfer answers as before, but for what only its fields
    /// could tell: a repetition that differs is told no more in which of them,
    /// and whoever resolves a settled hold hears that it is resolved, whatever
    /// else is wrong with the request.
    pub fn settle(&mut self, transfers: Vec<TransferId>) -> Vec<TransferId> {
        let mut batch = Vec::with_capacity(transfers.len());
        let mut open = Vec::new();
        for id in transfers {
            match self.rows.get(&id) {
                Some(row) if row.hold == Some(HoldState::Pending) => open.push(id),
                Some(row) => {
                    batch.push((id.0, Settled::new(&row.transfer, row.hold)));
                    self.rows.remove(&id);
                }
                None => {}
            }
        }
        self.settled.keep(batch);
        open
    }

    /// Every transfer that is not settled, by its id.
    pub fn unsettled(&self) -> impl Iterator<Item = TransferId> {
        self.rows.keys().copied()
    }

    /// How many transfers are not settled, and the bytes that the others take.
    pub fn footprint(&self) -> (usize, usize) {
        (self.rows.len(), self.settled.bytes() + self.burned.len() * size_of::<TransferId>())
    }
}

impl Settled {
    fn new(transfer: &Transfer, hold: Option<HoldState>) -> Self {
        let hold = match hold {
            None | Some(HoldState::Pending) => 0,
            Some(HoldState::Posted) => 1,
            Some(HoldState::Voided) => 2,
            Some(HoldState::Expired) => 3,
        };
        Self(digest(transfer) & !HOLD | hold)
    }

    pub(super) fn hold(&self) -> Option<HoldState> {
        match self.0 & HOLD {
            1 => Some(HoldState::Posted),
            2 => Some(HoldState::Voided),
            3 => Some(HoldState::Expired),
            _ => None,
        }
    }

    /// What a transfer with the same id gets.
    pub(super) fn same(&self, repeated: &Transfer) -> TransferResult {
        if digest(repeated) & !HOLD == self.0 & !HOLD {
            TransferResult::Exists
        } else {
            TransferResult::ExistsWithDifferentFlags
        }
    }

    /// What gets whoever captures or releases it.
    pub(super) fn resolved(&self) -> TransferResult {
        match self.hold() {
            None | Some(HoldState::Pending) => TransferResult::PendingTransferNotPending,
            Some(HoldState::Posted) => TransferResult::PendingTransferAlreadyPosted,
            Some(HoldState::Voided) => TransferResult::PendingTransferAlreadyVoided,
            Some(HoldState::Expired) => TransferResult::PendingTransferExpired,
        }
    }
}

fn digest(transfer: &Transfer) -> u64 {
    let (kind, hold) = match transfer.kind {
        TransferKind::Posted => (0, 0),
        TransferKind::Pending => (1, 0),
        TransferKind::PostPending(hold) => (2, hold.0),
        TransferKind::VoidPending(hold) => (3, hold.0),
        TransferKind::PendingFor(seconds) => (1, u64::from(seconds)),
    };
    let words = [
        transfer.debit.word(),
        transfer.credit.word(),
        transfer.amount.0 as u64,
        (transfer.amount.0 >> 64) as u64,
        kind << 1 | u64::from(transfer.linked),
        hold,
        transfer.token.0,
        transfer.operation.0,
    ];
    hash("settled", words)
}

const HOLD: u64 = 0b11;
