//! Which operations of a plan have to do with each other.

use std::collections::BTreeMap;

use model::Token;

use crate::plan::{Operation, Plan};

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

/// The places of those of `operations` whose keys others use too, by key.
pub(super) fn shared_keys(operations: &[Operation]) -> Vec<u32> {
    let mut places: Vec<_> = (0..operations.len() as u32).collect();
    let key = |place: &u32| operations[*place as usize].key;
    places.sort_by_key(key);
    let groups = places.chunk_by(|one, other| key(one) == key(other));
    groups.filter(|group| group.len() > 1).flatten().copied().collect()
}
