//! Which operations of a plan have to do with each other.

use std::collections::BTreeMap;

use model::{OrderRef, Tenant, Token};

use super::authorities::Authorities;
use crate::message::ClientReply;
use crate::plan::{Operation, Plan};

/// The operations that share something with others.
#[derive(Clone, Debug)]
pub(super) struct Relatives {
    /// The places of those whose keys others use too, by key.
    keys: Vec<u32>,
    /// The places of those whose orders others are for too, by order, where an order is
    /// paid once.
    orders: Vec<u32>,
}

impl Relatives {
    pub(super) fn new(plan: &Plan) -> Self {
        let operations = &plan.operations;
        let orders = if plan.order_ref_unique { shared(operations, order) } else { Vec::new() };
        Self { keys: shared(operations, |operation| operation.key), orders }
    }
}

impl Authorities {
    /// Other operations with the key of this one, of its tenant or another.
    pub(super) fn rivals(&self, token: Token) -> impl Iterator<Item = &Operation> {
        let operation = self.plan.operation(token);
        let endpoint = operation.map(|operation| operation.purpose.endpoint());
        let others = self.sharing(&self.relatives.keys, token, |operation| operation.key);
        others.filter(move |rival| Some(rival.purpose.endpoint()) == endpoint)
    }

    /// Other operations for the order of this one, where an order is paid once.
    fn order_mates(&self, token: Token) -> impl Iterator<Item = &Operation> {
        self.sharing(&self.relatives.orders, token, order)
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

    /// Those of `places`, which are sorted by it, that have the same as the operation of
    /// `token`, but for that.
    fn sharing<'a, K: Ord + 'a>(
        &'a self,
        places: &'a [u32],
        token: Token,
        what: impl Fn(&Operation) -> K + Copy + 'a,
    ) -> impl Iterator<Item = &'a Operation> {
        let own = self.plan.operation(token).map(what);
        let at = |place: &u32| &self.plan.operations[*place as usize];
        let from = places.partition_point(|place| Some(what(at(place))) < own);
        let same = places[from..].iter().map(at);
        same.take_while(move |other| Some(what(other)) == own)
            .filter(move |other| other.token != token)
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

/// The places of those of `operations` that others share this with, in its order.
fn shared<K: Ord>(operations: &[Operation], what: impl Fn(&Operation) -> K) -> Vec<u32> {
    let mut places: Vec<_> = (0..operations.len() as u32).collect();
    let of = |place: &u32| what(&operations[*place as usize]);
    places.sort_by_key(of);
    let groups = places.chunk_by(|one, other| of(one) == of(other));
    groups.filter(|group| group.len() > 1).flatten().copied().collect()
}
