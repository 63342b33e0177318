//! A line of a settlement file is evidence (payments.md 1.6): whoever writes that money has
//! moved has moved it.

use std::sync::Arc;
use std::time::Duration;

use model::{
    Amount, Aside, ChargeId, Commit, Contract, Defects, FileId, InboxChange, InboxEvent,
    InboxState, Intent, LineId, LineKind, News, ProviderId, Record, SettlementFile, SettlementLine,
    Store, StoreEntry, Teller, Then, Token, Webhook,
};

use crate::captures::play_at;
use crate::dialects::{HOSTILE, LEGACY};
use crate::history::{MONEY, intent};
use crate::script::{play, play_refund, rules, rules_at};
use crate::store_desk::{
    AUTHORIZATION, CHARGE, PAID, append, authorized, booked, captured, commit,
};

const TELLER: Teller = Teller::Provider(ProviderId(0));

/// The webhook of the last capture was dropped, and a provider's answers were cut for more
/// than four days: nothing told of the capture but the dispute over it, which has to wait
/// for its payment, and the line of the settlement file, which was put in suspense.
#[test]
fn a_capture_whose_answer_never_came_is_told_of_by_its_line() {
    play(
        &rules(),
        "a",
        "
        ... capture at a
        capture at a => lost
        line 10000 of authorize => applied
        wrote outcome capture captured
        post => created
        line 10000 of authorize => stale
        ",
    );
    play_at(
        &rules(),
        &[5_000, 3_000],
        "
        ... capture-2 at b
        capture-2 at b => lost
        line 8000 of authorize => applied
        wrote outcome capture-2 captured
        ",
    );
}

#[test]
fn a_line_of_a_part_tells_that_the_charge_was_closed_before_the_rest_was_taken() {
    play_at(
        &rules(),
        &[5_000, 3_000],
        "
        ... capture-2 at b
        capture-2 at b => lost
        line 5000 of authorize => applied
        wrote outcome capture-2 authorization_gone
        ",
    );
}

/// What has gone out may have come back, which is another line: a query tells of both.
#[test]
fn a_line_decides_about_a_refund_only_where_nobody_can_be_asked() {
    let script = |found| {
        format!(
            "
            ... refund at a
            refund at a => lost
            line 10000 of refund => {found}
            "
        )
    };
    play_refund(&rules(), "a", &format!("{}not wrote outcome refund", script("parked")));
    let booked = "wrote outcome refund refunded\npost => created";
    play_refund(&rules_at([LEGACY, HOSTILE]), "a", &format!("{}{booked}", script("applied")));
}

#[test]
fn what_nobody_has_booked_is_news_of_its_payment_while_that_goes_on() {
    let capture = LineKind::Capture;
    let over = [authorized(), captured(), booked()].concat();
    for (what, records, then, kind, is_news) in [
        ("a capture is in doubt", authorized(), Then::Run, capture, true),
        ("nobody told of the charge", authorized()[..1].to_vec(), Then::Run, capture, false),
        ("the payment is over", authorized(), Then::Close, capture, false),
        ("it is booked", over, Then::Run, capture, false),
        ("a dispute is no evidence", authorized(), Then::Run, LineKind::Dispute, false),
    ] {
        let mut store = accepted();
        let next = Commit { then, ..commit(PAID, 1, records) }.sealed();
        store.restore(&StoreEntry::Committed(next.into()));
        file(&mut store, kind);
        assert_eq!(store.has_news(PAID), is_news, "{what}");
        assert_eq!(store.told_by_line(&line(kind)).is_some(), is_news, "{what}");
    }
}

#[test]
fn it_is_told_once_however_often_the_file_comes_and_found_once() {
    let mut store = accepted();
    append(&mut store, PAID, authorized());
    file(&mut store, LineKind::Capture);
    let [told] = store.told(PAID).try_into().expect("one line tells of it");
    let Webhook { news, charge, version, signed, .. } = told.webhook;
    assert_eq!((news, charge), (News::Settled(MONEY.amount), CHARGE));
    assert_eq!((version, signed, told.state), (0, true, InboxState::Received));
    file(&mut store, LineKind::Capture);
    assert_eq!(store.told(PAID).len(), 1);
    let found = InboxChange::Found(told.webhook.event, InboxEvent::Fits);
    let next = Commit { inbox: vec![found], ..commit(PAID, 3, captured()) }.sealed();
    store.restore(&StoreEntry::Committed(next.into()));
    assert!(!store.has_news(PAID) && store.told(PAID).is_empty());
}

/// A store that settles, with a payment that was accepted.
fn accepted() -> Store {
    let store = Store::new(Defects::NONE).with_inbox();
    let mut store = store.with_reconciliation(Contract { fee_bps: 0 });
    append(&mut store, PAID, vec![Record::Accepted(Intent { payment: PAID, ..intent(1) })]);
    store
}

/// A file with a line of this kind comes, once more if there was one.
fn file(store: &mut Store, kind: LineKind) {
    let file = SettlementFile::written(TELLER, 1, vec![line(kind)]);
    let entry = store.filing(&Arc::new(file), Duration::ZERO);
    entry.iter().for_each(|entry| store.restore(entry));
}

fn line(kind: LineKind) -> SettlementLine {
    SettlementLine {
        id: LineId::of(FileId::of(TELLER, 1), 0),
        kind,
        reference: AUTHORIZATION,
        token: Token(1),
        tenant: intent(1).tenant,
        currency: MONEY.currency,
        gross: MONEY.amount,
        fee: Amount::ZERO,
        net: MONEY.amount,
        charge: Aside::<ChargeId>::NONE,
    }
}
