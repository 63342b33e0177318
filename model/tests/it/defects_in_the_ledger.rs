//! The planted defects of the ledger and of what is booked in it.

use std::time::Duration;

use model::workflow::Action;
use model::{
    AccountId, AccountName, Amount, Currency, Defect, Defects, Ledger, Merchant, OperationId,
    Payment, Record, Tenant, Token, Transfer, TransferId, TransferKind, TransferResult,
};

use crate::defects::differs;
use crate::history;

#[test]
fn a_second_hold_overdraws_the_limit_under_toctou_balance() {
    differs(Defect::ToctouBalance, |defects| {
        let account = |name| AccountId { tenant: Tenant(1), currency: Currency::Eur, name };
        let (limit, used) = (AccountName::Limit(Merchant(1)), AccountName::LimitUsed(Merchant(1)));
        let transfer = |id, debit, credit, kind| Transfer {
            id: TransferId(id),
            debit: account(debit),
            credit: account(credit),
            amount: Amount(100),
            kind,
            linked: false,
            token: Token(0),
            operation: OperationId(0),
        };
        let mut ledger = Ledger::new(defects);
        let (results, _) = ledger.create(
            &[
                Transfer {
                    amount: Amount(101),
                    ..transfer(1, AccountName::LimitGranted, limit, TransferKind::Posted)
                },
                Transfer { amount: Amount(1), ..transfer(4, limit, used, TransferKind::Posted) },
                transfer(2, limit, used, TransferKind::Pending),
                transfer(3, limit, used, TransferKind::Pending),
            ],
            Duration::ZERO,
        );
        results[3] == TransferResult::Created
    });
}

#[test]
fn the_first_debits_of_an_account_do_not_see_each_other_under_lock_on_missing_row() {
    let overdraws = |defects| {
        let mut ledger = Ledger::new(defects);
        let used = AccountName::LimitUsed(Merchant(1));
        let granted = funding();
        let hold = |id| Transfer {
            id: TransferId(id),
            debit: granted.credit,
            credit: AccountId { name: used, ..granted.credit },
            kind: TransferKind::Pending,
            ..granted
        };
        let (results, _) = ledger.create(&[granted, hold(2), hold(3)], Duration::ZERO);
        results[2] == TransferResult::Created
    };
    assert!(overdraws(Defects::NONE.with(Defect::LockOnMissingRow)));
    assert!(!overdraws(Defects::NONE));
}

#[test]
fn a_transfer_that_comes_again_is_booked_again_under_transfer_id_not_unique() {
    differs(Defect::TransferIdNotUnique, |defects| {
        let mut ledger = Ledger::new(defects);
        let funding = funding();
        let [first, again] = [(); 2].map(|()| ledger.create(&[funding], Duration::ZERO).0);
        assert_eq!(first, [TransferResult::Created]);
        again == first
    });
}

#[test]
fn what_a_hold_gave_back_is_taken_under_late_fulfil_honoured() {
    differs(Defect::LateFulfilHonoured, |defects| {
        let mut ledger = Ledger::new(defects);
        let hold = Transfer { kind: TransferKind::PendingFor(1), ..funding() };
        let kind = TransferKind::PostPending(hold.id);
        let post = Transfer { id: TransferId(2), kind, ..hold };
        ledger.create(&[hold], Duration::ZERO);
        let (results, _) = ledger.create(&[post], Duration::from_secs(9));
        results == [TransferResult::Created]
    });
}

#[test]
fn euros_are_yen_under_fee_in_payers_currency() {
    differs(Defect::FeeInPayersCurrency, |defects| {
        let mut mixed = funding();
        mixed.credit.currency = Currency::Jpy;
        let (results, _) = Ledger::new(defects).create(&[mixed], Duration::ZERO);
        results == [TransferResult::Created]
    });
}

#[test]
fn the_undo_of_a_hold_leaves_the_limit_reserved_under_undo_half_the_hold() {
    differs(Defect::UndoHalfTheHold, |defects| {
        let accepted = Record::Accepted(history::intent(1));
        let payment = Payment::fold(&[accepted], defects).expect("it folds");
        let limits = |row: &Transfer| matches!(row.debit.name, AccountName::Limit(_));
        !payment.unbooking(Action::Hold).iter().any(limits)
    });
}

/// What the first merchant may sell for.
fn funding() -> Transfer {
    let account = |name| AccountId { tenant: Tenant(1), currency: Currency::Eur, name };
    Transfer {
        id: TransferId(1),
        debit: account(AccountName::LimitGranted),
        credit: account(AccountName::Limit(Merchant(1))),
        amount: Amount(100),
        kind: TransferKind::Posted,
        linked: false,
        token: Token(0),
        operation: OperationId(0),
    }
}
