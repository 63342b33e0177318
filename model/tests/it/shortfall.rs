//! Refunds of more than the merchant has available (payments.md 1.8,
//! `refund_shortfall`): refused, or owed.

use std::time::Duration;

use model::posting::refund::RefundShortfall;
use model::{
    AccountName, Act, Amount, Answer, Aside, Call, Conductor, IllegalRecord, Intent, LedgerRequest,
    Order, ProviderReply, Record, Rules, Status, TransferResult,
};

use crate::history::{MONEY, intent, refund_order};
use crate::script::rules;
use crate::store_desk::PAID;

/// What a merchant has that is to give 10,000 back after settlement, what is reserved of
/// that and what of debts, and how the refund ends.
#[test]
fn what_a_merchant_lacks_is_owed_where_it_may_be_and_refused_elsewhere() {
    use RefundShortfall::{Owed, Refuse};
    for (shortfall, available, reserves, ends) in [
        (Owed, 20_000, [10_000, 0], Status::Succeeded),
        (Owed, 10_000, [10_000, 0], Status::Succeeded),
        (Owed, 9_999, [9_999, 1], Status::Succeeded),
        (Owed, 0, [0, 10_000], Status::Succeeded),
        (Owed, -5, [0, 10_000], Status::Succeeded),
        (Refuse, 10_000, [10_000, 0], Status::Succeeded),
        (Refuse, 9_999, [10_000, 0], Status::Failed),
    ] {
        let told = Refund::by(shortfall, true, &[available]);
        let how = format!("{shortfall:?}, {available} available");
        assert_eq!(told.reserved, [reserves], "{how}");
        assert_eq!((told.asked, told.status), (usize::from(shortfall == Owed), ends), "{how}");
    }
}

/// Another refund was first: what had been planned the ledger refuses for ever.
#[test]
fn who_has_less_by_the_time_of_the_hold_is_asked_once_more() {
    let told = Refund::by(RefundShortfall::Owed, true, &[4_000, 2_500]);
    assert_eq!(told.reserved, [[4_000, 6_000], [2_500, 7_500]]);
    assert_eq!((told.asked, told.status), (2, Status::Succeeded));
}

/// A merchant that loses what it has as often as it is asked can't be refunded for.
#[test]
fn it_is_not_asked_for_ever() {
    let has: Vec<_> = (0..9).map(|n| 9_000 - n).collect();
    let told = Refund::by(RefundShortfall::Owed, true, &has);
    assert_eq!(told.status, Status::Failed);
    assert!(told.asked < has.len(), "{}", told.asked);
}

#[test]
fn what_is_pending_is_reserved_without_a_question() {
    let told = Refund::by(RefundShortfall::Owed, false, &[0]);
    assert_eq!((told.asked, told.reserved), (0, vec![[10_000, 0]]));
}

#[test]
fn what_is_at_hand_is_told_once_and_only_of_a_hold_that_is_awaited() {
    let told = Refund::by(RefundShortfall::Owed, true, &[4_000]);
    let is_at_hand = |record: &&Record| matches!(record, Record::AtHand(_));
    let at_hand = told.records.iter().find(is_at_hand).expect("it was asked");
    let from = [*at_hand];
    let before = told.records.iter().take_while(|record| *record != at_hand);
    let asked: Vec<_> = told.first.iter().chain(before).chain(&from).copied().collect();
    let mut payment =
        model::Payment::fold(&asked, model::Defects::NONE).expect("it is what was written");
    assert_eq!(payment.apply(at_hand), Err(IllegalRecord::AtHand));
    assert_eq!(payment.apply(&Record::Short), Ok(()));
    assert_eq!(payment.apply(&Record::Short), Err(IllegalRecord::AtHand), "once");
    let mut over = model::Payment::fold(&told.journal(), model::Defects::NONE).expect("as it was");
    assert_eq!(over.apply(at_hand), Err(IllegalRecord::AtHand));
}

/// A refund that was carried out, by a ledger whose merchant has less each time it is
/// asked.
struct Refund {
    first: [Record; 1],
    records: Vec<Record>,
    /// How often the ledger was asked.
    asked: usize,
    /// What each hold took of what the merchant has, and of debts.
    reserved: Vec<[i128; 2]>,
    status: Status,
}

impl Refund {
    fn by(shortfall: RefundShortfall, settled: bool, available: &[i128]) -> Self {
        let rules = Rules { refund_shortfall: shortfall, ..rules() };
        let mut order = refund_order(PAID, 0, 9);
        order.settled = Aside(settled.then_some(true));
        let first = [Record::Accepted(Intent { order: Order::Refund(order), ..intent(1) })];
        let mut now = Duration::ZERO;
        let mut worker = Conductor::take_over(&first, now, &rules).expect("it folds");
        let status = Status::Processing;
        let mut told = Self { first, records: Vec::new(), asked: 0, reserved: Vec::new(), status };
        for _ in 0..256 {
            if worker.payment().is_terminal() {
                break;
            }
            match worker.act(now, &rules) {
                Act::Commit(records) => {
                    worker.committed(&records).expect("what it wanted fits");
                    told.records.extend(records);
                }
                Act::Call(call, number) => {
                    let answer = told.answer(&call, settled, available);
                    worker.hear(number, &answer, now, &rules);
                }
                Act::Wait(wait) => now += wait,
                other => panic!("nothing else comes up: {other:?}"),
            }
        }
        told.status = worker.payment().status();
        told
    }

    fn answer(&mut self, call: &Call, settled: bool, available: &[i128]) -> Answer {
        match call {
            Call::Ledger(LedgerRequest::Available(accounts)) => {
                let merchant = AccountName::MerchantAvailable(intent(1).merchant);
                assert_eq!(accounts.iter().map(|of| of.name).collect::<Vec<_>>(), [merchant]);
                let has = available[self.asked];
                self.asked += 1;
                Answer::Available(vec![Amount(has)])
            }
            Call::Ledger(LedgerRequest::Create(rows)) if rows[0].kind.is_hold() => {
                let sum = |name: fn(&AccountName) -> bool| -> i128 {
                    let of = rows.iter().filter(|row| name(&row.debit.name));
                    of.map(|row| i128::from(row.amount)).sum()
                };
                let debts = sum(|name| matches!(name, AccountName::MerchantOwed(_)));
                let has = sum(|name| !matches!(name, AccountName::MerchantOwed(_)));
                self.reserved.push([has, debts]);
                // As much as it has the next time that somebody asks.
                let left = available.get(self.asked).or(available.last()).copied();
                let covered = !settled || has <= left.unwrap_or_default().max(0);
                let result =
                    if covered { TransferResult::Created } else { TransferResult::ExceedsCredits };
                Answer::Booked(vec![result; rows.len()])
            }
            Call::Ledger(LedgerRequest::Create(rows)) => {
                Answer::Booked(vec![TransferResult::Created; rows.len()])
            }
            Call::Provider(..) => {
                Answer::Provider(ProviderReply::Refunded { amount: MONEY.amount })
            }
            _ => Answer::Noticed,
        }
    }

    fn journal(&self) -> Vec<Record> {
        self.first.iter().chain(&self.records).copied().collect()
    }
}
