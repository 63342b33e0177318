//! Defects of how much somebody may decide about, and of where what comes back goes.

use std::time::Duration;

use model::workflow::Action;
use model::{
    AccountName, Act, Amount, Aside, CameBack, ChargeId, Conductor, Defect, Intent, Order, Payment,
    PaymentId, ProviderId, Record, ReversalOrder, Rules, Shares,
};

use crate::defects::differs;
use crate::history;
use crate::script::rules;

#[test]
fn what_comes_back_of_a_settled_payment_is_pending_under_refund_back_to_pending() {
    differs(Defect::RefundBackToPending, |defects| {
        let payment = |settled| {
            let from = CameBack::Refund {
                provider: ProviderId(0),
                charge: ChargeId(3),
                shares: Shares::NONE,
                exchanged: Aside::NONE,
                settled,
            };
            let order = Order::Reversal(ReversalOrder { of: PaymentId(1), from });
            let accepted = Record::Accepted(Intent { order, ..history::intent(1) });
            let payment = Payment::fold(&[accepted], defects).expect("it folds");
            let rows = payment.booking(Action::Post);
            rows.iter().any(|row| matches!(row.credit.name, AccountName::MerchantPending(_)))
        };
        assert!(payment(Aside::NONE), "before the settlement it always is");
        payment(Aside(Some(true)))
    });
}

#[test]
fn a_large_amount_is_decided_about_under_no_amount_limit() {
    differs(Defect::NoAmountLimit, |defects| {
        let rules = Rules { decides: true, decides_up_to: Some(Amount(1)), defects, ..rules() };
        let accepted = [Record::Accepted(history::intent(1))];
        let mut worker = Conductor::take_over(&accepted, Duration::ZERO, &rules).expect("a fold");
        let Act::Commit(records) = worker.act(Duration::ZERO, &rules) else { panic!("a record") };
        !records.contains(&Record::CaseOpened(model::Case::Escalated))
    });
}
