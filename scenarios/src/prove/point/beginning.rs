//! What can be wrong from the beginning on: clocks, disks, shops, and how much there is.

use std::collections::BTreeMap;

use model::{Amount, Currency, Money};
use sim::{Misfortune, Role, Trigger, VirtualTime};

use super::super::mischief::{Deed, Mischief, Purse};
use super::super::{Dwells, Place};
use super::numbered;
use crate::party::{LEDGER, RECONCILER, RISK, STORE, workers};
use crate::plan::Plan;

/// Everything that can be wrong before anything happens.
pub(super) fn befalls(plan: &Plan, dwells: &Dwells) -> Vec<(Place, Mischief)> {
    let clocks = clocks(plan).into_iter().flat_map(|role| {
        let shift = |ahead| Misfortune::WallShift { role, ahead, by: dwells.offset };
        [shift(true), shift(false)]
    });
    let disks = [STORE, LEDGER, RISK].into_iter().flat_map(|role| {
        [
            Misfortune::LyingSync { role },
            Misfortune::TornTail { role, keep: 1 },
            Misfortune::Corruption { role, record: 0 },
            Misfortune::OldGeneration { role, records: 1 },
        ]
    });
    let lasts = plan.heal_at.since(VirtualTime::ZERO);
    let begins = Trigger::At(VirtualTime::ZERO);
    let faults = clocks.chain(disks).map(|what| Mischief::Fault(begins, what, lasts));
    let paid = plan.operations.iter().filter(|operation| operation.purpose.refunds().is_none());
    let insists = paid.map(|operation| Mischief::Deed(operation.token, Deed::Insists));
    let all = faults.chain(insists).chain(shortages(plan));
    let placed = numbered(0, all.map(Some)).into_iter();
    placed.map(|(kind, mischief)| ((0, 0, kind), mischief)).collect()
}

/// Whose clocks may be wrong: everybody's in the house who goes by one.
fn clocks(plan: &Plan) -> Vec<Role> {
    let reconciler = plan.settlement.is_some().then_some(RECONCILER);
    workers(plan).chain([STORE, LEDGER, RISK]).chain(reconciler).collect()
}

/// Limits and balances that have room for all but the last minor unit of what is drawn on
/// them by more than one operation.
fn shortages(plan: &Plan) -> Vec<Mischief> {
    let mut drawn: BTreeMap<(Purse, Currency), (Amount, u32)> = BTreeMap::new();
    for operation in &plan.operations {
        let Some(purse) = Purse::of(operation) else { continue };
        let (sum, count) = drawn.entry((purse, operation.money.currency)).or_default();
        *sum += operation.money.amount;
        *count += 1;
    }
    let shared = drawn.into_iter().filter(|(_, (_, count))| *count > 1);
    let short = shared.map(|((purse, currency), (sum, _))| {
        let left = Money { amount: Amount(sum.0 - 1), currency };
        Mischief::Shortage(purse, left)
    });
    short.collect()
}
