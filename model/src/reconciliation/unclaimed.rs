//! What books and files differ in, where lines that belong together add up: a refund
//! that was refused, and yet had gone out and come back, is two lines of a file, and
//! nothing that anybody has booked or misses.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{Cause, ItemId, Reconciliation, Report};
use crate::currency::Currency;
use crate::identity::{LineId, OperationId};
use crate::money::Amount;
use crate::settlement::{LineKind, SettlementLine};

/// What lines tell of one refund, of which nobody has booked anything.
struct Unclaimed {
    currency: Currency,
    left: Amount,
    since: Duration,
}

impl Reconciliation {
    /// What books and files don't agree about at `now`. The lines of a refund that
    /// nobody has booked, and of its return, are one item, and none if nothing is left
    /// of them. They stay open each for itself: the refund may still be found to have
    /// succeeded, and expects its line then.
    pub fn report(&self, now: Duration) -> Report {
        let mut report = Report::default();
        let (refunds, added_up) = self.unclaimed();
        for (_, item) in self.items.iter().filter(|(id, _)| !added_up.contains(id)) {
            if let Some(cause) = Cause::of(item.state) {
                let age = now.saturating_sub(item.since);
                report.count((item.currency, cause), item.value(), age);
            }
        }
        for refund in refunds.values().filter(|refund| refund.left != Amount::ZERO) {
            let value = Amount(refund.left.0.abs());
            let age = now.saturating_sub(refund.since);
            report.count((refund.currency, Cause::Unclaimed), value, age);
        }
        report
    }

    /// The refunds that only lines tell of, and the items of those lines.
    fn unclaimed(&self) -> (BTreeMap<OperationId, Unclaimed>, BTreeSet<ItemId>) {
        let (mut refunds, mut added_up) = (BTreeMap::new(), BTreeSet::new());
        for (line, work) in &self.suspended {
            let Some(refund) = self.refund_of(&work.line) else { continue };
            let id = ItemId::of_line(*line);
            let Some(item) = self.items.get(&id).filter(|item| item.state.is_case()) else {
                continue;
            };
            added_up.insert(id);
            let none = Unclaimed { currency: item.currency, left: Amount::ZERO, since: item.since };
            let refund = refunds.entry(refund).or_insert(none);
            refund.left += item.suspended;
            refund.since = refund.since.min(item.since);
        }
        (refunds, added_up)
    }

    /// The refund that `line` tells of, mends a line of, or tells to be back, if nobody
    /// has booked it.
    fn refund_of(&self, line: &SettlementLine) -> Option<OperationId> {
        let reference = match line.kind {
            LineKind::Refund | LineKind::RefundReturned => line.reference,
            LineKind::Correction => {
                let mended = &self.suspended.get(&LineId(line.reference.0))?.line;
                let of_refund = matches!(mended.kind, LineKind::Refund | LineKind::RefundReturned);
                of_refund.then_some(mended.reference)?
            }
            _ => return None,
        };
        let booked = ItemId::expected(LineKind::Refund, reference);
        let is_known = self.items.contains_key(&booked) || self.closed.get(booked.0).is_some();
        (!is_known).then_some(reference)
    }
}
