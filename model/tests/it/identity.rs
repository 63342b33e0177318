//! Identities: derived, never minted, and the same on every platform.

use std::collections::BTreeSet;

use model::saga::Try;
use model::workflow::Action;
use model::workflow::payin_card::{self, steps};
use model::{IdempotencyKey, OperationId, PaymentId, Tenant};

use crate::script::{Door, rules};

#[test]
fn identities_are_golden() {
    let payment = PaymentId::of(Tenant(1), IdempotencyKey(7), 0);
    let operation = payment.operation(steps::AUTHORIZE, 1);
    let transfer = payment.transfer("hold", 0);
    let names = [
        payment.to_string(),
        operation.to_string(),
        operation.undo().to_string(),
        transfer.to_string(),
    ];
    assert_eq!(
        names,
        [
            "pay-de25b08775a27072",
            "op-ceb3fa463bcb4eba",
            "op-3e71c9ebaa360f9e",
            "ltx-6f8feb230a3869a0"
        ]
    );
}

#[test]
fn no_two_operations_of_a_payment_share_a_name() {
    let names = operations(PaymentId(1)).chain(operations(PaymentId(2)));
    let all: BTreeSet<_> = names.clone().collect();
    assert_eq!(all.len(), names.count());
}

#[test]
fn no_two_transfers_of_a_payment_share_a_name() {
    let mut door = Door::new(&rules(), 0);
    door.follow("... post");
    let payment = door.payment();
    let [hold, post] = [Action::Hold, Action::Post].map(|action| payment.booking(action));
    let chains = [hold, payment.unbooking(Action::Hold), post];
    let ids: Vec<_> = chains.iter().flatten().map(|leg| leg.id).collect();
    assert_eq!(ids.len(), 9);
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    assert_eq!(ids[..2], payin_card::hold_ids(&payment));
}

/// Every operation that a payment may come to, and what undoes it.
fn operations(payment: PaymentId) -> impl Iterator<Item = OperationId> + Clone {
    let tries = (0..7).flat_map(|step| (1..4).map(move |attempt| Try { step, attempt }));
    let forward = tries.map(move |which| payment.operation(which.step, which.attempt));
    forward.flat_map(|operation| [operation, operation.undo()])
}
