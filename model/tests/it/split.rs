//! A payment that is split over several merchants: the parts sum exactly, from
//! the hold to what is booked (payments.md 1.8, I01).

use std::collections::BTreeMap;

use model::posting::Voucher;
use model::posting::refund::{self, Refund, Stage};
use model::workflow::Action;
use model::{
    AccountName, Amount, Captures, Intent, Merchant, Money, OperationId, Order, PayIn, Payment,
    ProviderId, Shares, Split, Transfer, TransferKind,
};
use proptest::prelude::*;

use crate::cases::cases;
use crate::history::intent;
use crate::script::{Door, rules};

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn what_is_captured_is_shared_out_to_the_last_minor_unit(
        amount in 4..200_000_i128,
        others in prop::collection::vec(1..3_000_u16, 0..=3),
        shares in prop::collection::vec(1..3_300_u16, 0..=3),
    ) {
        let payment = posted(amount, &others, &shares);
        let hold = sums(&payment.booking(Action::Hold));
        prop_assert_eq!(hold.values().copied().sum::<Amount>(), Amount(amount));

        let post = payment.booking(Action::Post);
        let got = sums(&post);
        prop_assert_eq!(got.values().copied().sum::<Amount>(), payment.captured());
        let within = |(merchant, part): (&Merchant, &Amount)| *part <= hold[merchant];
        prop_assert!(got.iter().all(within), "{got:?} of {hold:?}");

        let (mut fees, mut paid) = (Amount::ZERO, BTreeMap::<Merchant, Amount>::new());
        for leg in &post {
            if let (AccountName::MerchantPending(merchant), TransferKind::Posted) =
                (leg.debit.name, leg.kind)
            {
                fees += leg.amount;
                *paid.entry(merchant).or_default() += leg.amount;
            }
        }
        let quote = payment.quote().expect("it is quoted");
        prop_assert!(fees <= quote.fee + quote.tax);
        prop_assert!(payment.captured() < Amount(amount) || fees == quote.fee + quote.tax);
        prop_assert!(paid.iter().all(|(merchant, costs)| *costs <= got[merchant]), "{paid:?}");
    }
}

proptest! {
    #![proptest_config(cases(500))]

    /// However often, in whatever parts, and whichever of them come to nothing.
    #[test]
    fn what_goes_back_is_borne_by_all_to_the_last_minor_unit_and_by_none_beyond_its_part(
        amount in 4..200_000_i128,
        others in prop::collection::vec(1..3_000_u16, 0..=3),
        shares in prop::collection::vec(1..3_300_u16, 0..=3),
        parts in prop::collection::vec((1..10_000_i128, any::<bool>()), 1..12),
    ) {
        let payment = posted(amount, &others, &shares);
        let (captured, paid) = (payment.captured(), payment.intent().merchant);
        let split = payment.intent().order.split();
        let got = Shares::got(&split, paid, (captured, Amount(amount)));
        let booked = sums(&payment.booking(Action::Post));
        for (merchant, amount) in got.others() {
            prop_assert_eq!(booked[&merchant], amount);
        }
        let (mut given, mut gone) = (Shares::NONE, Amount::ZERO);
        for (part, fails) in parts {
            let wanted = Amount(captured.0 * part / 10_000).max(Amount(1));
            if wanted > captured - gone {
                continue;
            }
            let left = got.less(&given);
            let borne = left.of(wanted, captured - gone);
            let paid_left = captured - gone - left.sum();
            prop_assert!(borne.fit(&left), "{borne:?} of {left:?}");
            prop_assert!((Amount::ZERO..=paid_left).contains(&(wanted - borne.sum())));

            let refund = Refund {
                merchant: paid,
                provider: ProviderId(0),
                amount: wanted,
                at_hand: None,
                stage: Stage::BeforeSettlement,
                shares: borne,
                exchanged: None,
            };
            let voucher = Voucher {
                tenant: payment.intent().tenant,
                currency: payment.intent().money.currency,
                subject: 7,
                number: 0,
                token: payment.intent().token,
                operation: OperationId(7),
            };
            let reserved = refund::reserve(&voucher, &refund);
            prop_assert_eq!(reserved.iter().map(|leg| leg.amount).sum::<Amount>(), wanted);
            let freed = refund::fail(&voucher, &refund);
            prop_assert_eq!(freed.iter().map(|leg| leg.amount).sum::<Amount>(), wanted);
            if !fails {
                (given, gone) = (given.and(&borne), gone + wanted);
            }
        }
        let rest = got.less(&given).of(captured - gone, captured - gone);
        prop_assert_eq!(given.and(&rest), got, "who gives the rest back has given everything");
    }
}

/// A payment to merchant 1 and these others, in these captures, about to be
/// booked.
fn posted(amount: i128, others: &[u16], shares: &[u16]) -> Payment {
    let others: Vec<_> = (2..).map(Merchant).zip(others.iter().copied()).collect();
    let split = Split::over(&others).expect("a split");
    let captures = Captures::of(shares).expect("shares of a whole");
    let plain = intent(1);
    let money = Money { amount: Amount(amount), ..plain.money };
    let order = Order::PayIn(PayIn { captures, split, ..PayIn::default() });
    let mut door = Door::of(&rules(), Intent { money, order, ..plain });
    door.follow("... post");
    door.payment()
}

/// What each merchant gets, or is held for it.
fn sums(chain: &[Transfer]) -> BTreeMap<Merchant, Amount> {
    let mut sums = BTreeMap::<_, Amount>::new();
    for leg in chain {
        if let AccountName::MerchantPending(merchant) = leg.credit.name {
            *sums.entry(merchant).or_default() += leg.amount;
        }
    }
    sums
}
