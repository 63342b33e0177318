//! Which operations of a plan have to do with each other.

use std::collections::BTreeMap;

use model::{OrderRef, Tenant, Token};

use super::authorities::Authorities;
use crate::message::ClientReply;
use crate::plan::{Operation, Plan};

/// The operations that share something with others.
#[derive(Clone, Debug)]
pub(super) struct Relatives {
    /// Those whose keys others use too.
    keys: Kin,
    /// Those whose orders others are for too, where an order is paid once.
    orders: Kin,
}

/// The operations that share one thing with others.
#[derive(Clone, Debug, Default)]
struct Kin {
    /// Their places, those that share it side by side.
    places: Vec<u32>,
    /// Of each operation of the plan, where in `places` those begin that it shares it with,
    /// or [`ALONE`]: one look for each of a million. Empty if all are alone.
    begins: Vec<u32>,
}

impl Relatives {
    pub(super) fn new(plan: &Plan) -> Self {
        let operations = &plan.operations;
        let orders = || Kin::of(operations.len(), |place| order(&operations[place]));
        let orders = plan.order_ref_unique.then(orders).unwrap_or_default();
        Self { keys: Kin::of(operations.len(), |place| operations[place].key), orders }
    }
}

impl Kin {
    /// Of `count` operations, those that have `what` in common with others.
    fn of<K: Ord>(count: usize, what: impl Fn(usize) -> K) -> Self {
        let of = |place: &u32| what(*place as usize);
        let mut sorted: Vec<_> = (0..count as u32).collect();
        sorted.sort_by_key(of);
        let mut kin = Self::default();
        for group in sorted.chunk_by(|one, other| of(one) == of(other)) {
            if group.len() > 1 {
                kin.begins.resize(count, ALONE);
                let begin = kin.places.len() as u32;
                group.iter().for_each(|place| kin.begins[*place as usize] = begin);
                kin.places.extend(group);
            }
        }
        kin
    }

    /// The places of all that share it with the operation at `place`, itself among them.
    fn with(&self, place: usize) -> impl Iterator<Item = usize> {
        let begin = self.begins.get(place).filter(|begin| **begin != ALONE);
        let from = begin.map_or(&[][..], |begin| &self.places[*begin as usize..]);
        let places = from.iter().map(|place| *place as usize);
        places.take_while(move |place| self.begins.get(*place) == begin)
    }
}

impl Authorities {
    /// Other operations with the key of this one, of its tenant or another.
    pub(super) fn rivals(&self, token: Token) -> impl Iterator<Item = &Operation> {
        let endpoint = |operation: &Operation| operation.purpose.endpoint();
        let own = move || self.plan.operation(token).map(endpoint);
        let others = self.sharing(&self.relatives.keys, token);
        others.filter(move |rival| Some(endpoint(rival)) == own())
    }

    /// Other operations for the order of this one, where an order is paid once.
    fn order_mates(&self, token: Token) -> impl Iterator<Item = &Operation> {
        self.sharing(&self.relatives.orders, token)
    }

    /// Whether this reply to a request for `token` names the payment of another operation
    /// with its key, or for its order: it tells nothing of its own.
    pub(super) fn names_anothers(&self, token: Token, reply: &ClientReply) -> bool {
        let Some(payment) = reply.payment() else { return false };
        let mut others = self.rivals(token).chain(self.order_mates(token));
        others.any(|other| self.is_payment_of(other.token, payment))
    }

    /// Whether this reply to a request for `token` names the payment of another operation
    /// for its order.
    pub(super) fn names_an_order_mates(&self, token: Token, reply: &ClientReply) -> bool {
        let Some(payment) = reply.payment() else { return false };
        self.order_mates(token).any(|mate| self.is_payment_of(mate.token, payment))
    }

    /// Whether two operations are for one order, which is paid once.
    pub(super) fn is_order_mate(&self, one: &Operation, other: &Operation) -> bool {
        self.plan.order_ref_unique && order(one) == order(other)
    }

    /// Those that share it with the operation of `token`.
    fn sharing<'a>(&'a self, kin: &'a Kin, token: Token) -> impl Iterator<Item = &'a Operation> {
        let places = self.plan.place(token).into_iter().flat_map(|place| kin.with(place));
        let all = places.map(|place| &self.plan.operations[place]);
        all.filter(move |other| other.token != token)
    }
}

/// Whether it is for several merchants.
pub(super) fn is_split(operation: &Operation) -> bool {
    !operation.purpose.pay_in().split.is_whole()
}

/// The refunds of each payment.
pub(super) fn refunds(plan: &Plan) -> BTreeMap<Token, Vec<Token>> {
    let mut refunds = BTreeMap::<_, Vec<_>>::new();
    for (payment, refund) in plan.refunds() {
        refunds.entry(payment).or_default().push(refund.token);
    }
    refunds
}

/// The order that it is for.
fn order(operation: &Operation) -> (Tenant, OrderRef) {
    (operation.tenant, operation.order_ref)
}

/// Shares it with nobody.
const ALONE: u32 = u32::MAX;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn kin_are_all_who_have_it_in_common_and_nobody_else(
            what in prop::collection::vec(0_u8..12, 0..24),
        ) {
            let kin = Kin::of(what.len(), |place| what[place]);
            for place in 0..what.len() {
                let all: Vec<_> =
                    (0..what.len()).filter(|other| what[*other] == what[place]).collect();
                let expected = if all.len() > 1 { all } else { Vec::new() };
                prop_assert_eq!(kin.with(place).collect::<Vec<_>>(), expected);
            }
            prop_assert_eq!(kin.with(what.len()).count(), 0);
        }
    }
}
