//! What settlement files tell of refunds that the house does not know to have been
//! executed: a provider may refuse, asked later, what went out and came back
//! meanwhile. Nobody books it, and all that is told of one adds up: a part of I37 and
//! I38.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Amount, Currency, LineId, LineKind, OperationId, Order, ProviderId, Status, Tenant, Token,
};

use super::authorities::Authorities;
use super::dossier::Dossier;
use super::settlement_view::LineView;

/// What nobody claims, by the refund that it is told of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Unclaimed {
    refunds: BTreeMap<(Token, OperationId), (Tenant, Currency, Amount)>,
    settled: BTreeMap<(Tenant, Currency, ProviderId), Amount>,
    lines: BTreeSet<LineId>,
}

impl Unclaimed {
    /// All of it, as files, journals and the books of providers have it.
    pub(super) fn of(said: &Authorities) -> Self {
        let mut unclaimed = Self::default();
        let lines = &said.settlements.lines;
        let mut spare = Dossier::default();
        for (id, line) in lines.iter().filter(|(_, line)| is_of_refund(line)) {
            let dossier = said.dossiers.outline(line.token, &mut spare);
            if !dossier.is_some_and(|dossier| claims(dossier, line.reference)) {
                unclaimed.take(*id, line, line);
            }
        }
        // What mends a line of it belongs to it.
        for (id, line) in lines.iter().filter(|(_, line)| line.kind == LineKind::Correction) {
            let wrong = LineId(line.reference.0);
            if let Some(mended) = lines.get(&wrong).filter(|_| unclaimed.lines.contains(&wrong)) {
                unclaimed.take(*id, line, mended);
            }
        }
        unclaimed
    }

    /// Takes in a line, which says something about what `of` tells of.
    fn take(&mut self, id: LineId, line: &LineView, of: &LineView) {
        let none = (line.tenant, line.currency, Amount::ZERO);
        self.refunds.entry((of.token, of.reference)).or_insert(none).2 += line.net;
        if let Some((provider, gross)) = line.settled {
            *self.settled.entry((line.tenant, line.currency, provider)).or_default() += gross;
        }
        self.lines.insert(id);
    }

    /// What providers have settled by it, which nobody here had them owe.
    pub(super) fn settled(&self) -> impl Iterator<Item = (Tenant, Currency, ProviderId, Amount)> {
        self.settled.iter().map(|((tenant, currency, by), gross)| (*tenant, *currency, *by, *gross))
    }

    /// Whether this line is a part of it.
    pub(super) fn has(&self, line: LineId) -> bool {
        self.lines.contains(&line)
    }

    /// What is left over of each, where something is.
    pub(super) fn rests(&self) -> impl Iterator<Item = (Tenant, Currency, Amount)> {
        self.refunds.values().copied().filter(|(_, _, left)| *left != Amount::ZERO)
    }
}

fn is_of_refund(line: &LineView) -> bool {
    matches!(line.kind, LineKind::Refund | LineKind::RefundReturned)
}

/// Whether the house took what `reference` names for executed, whatever became of it.
fn claims(dossier: &Dossier, reference: OperationId) -> bool {
    let executed =
        |status| matches!(status, Status::Succeeded | Status::Settled | Status::Returned);
    dossier.payments.iter().filter(|view| executed(view.status)).any(|view| {
        match view.intent.order {
            Order::LateSuccess(order) => dossier
                .late
                .iter()
                .any(|late| late.charge == order.charge && late.refund == Some(reference)),
            Order::Refund(_) | Order::RefundByHand(_) => {
                dossier.late.iter().all(|late| late.refund != Some(reference))
            }
            _ => false,
        }
    })
}
