//! The data lake: every event counts once, each payment's in their order,
//! whatever arrives again, early or late.

use model::{Event, EventNumber, Intake, Lake, PaymentId, Status, Token};
use proptest::prelude::*;

const MINE: PaymentId = PaymentId(1);
const YOURS: PaymentId = PaymentId(2);

#[test]
fn an_event_counts_once_and_after_the_one_before() {
    let mut lake = Lake::default();
    for (seq, intake) in [
        (2, Intake::Early(id(1))),
        (1, Intake::Counts),
        (1, Intake::Known),
        (4, Intake::Early(id(2))),
        (2, Intake::Counts),
        (1, Intake::Known),
        (3, Intake::Counts),
    ] {
        assert_eq!(lake.intake(id(seq)), intake, "event {seq}");
        if intake == Intake::Counts {
            lake.restore(&event(seq, Status::Processing));
        }
    }
    assert_eq!(lake.intake(EventNumber { stream: YOURS, seq: 1 }), Intake::Counts);
}

#[test]
fn a_payment_that_was_put_away_is_known_for_ever_and_may_be_heard_of_again() {
    let mut lake = Lake::default();
    lake.restore(&event(1, Status::Captured));
    assert_eq!(lake.finished().count(), 0);
    lake.restore(&event(2, Status::Succeeded));
    let finished: Vec<_> = lake.finished().collect();
    assert_eq!(finished, [MINE]);
    lake.put_away(finished.clone());
    assert_eq!(lake.footprint().0, 0);
    assert_eq!([1, 2].map(|seq| lake.intake(id(seq))), [Intake::Known; 2]);
    assert_eq!(lake.intake(id(3)), Intake::Counts, "a bank may send money back later");
    lake.restore(&event(3, Status::Returned));
    lake.put_away(finished);
    assert_eq!(lake.intake(id(3)), Intake::Known);
}

#[test]
fn a_hole_in_the_journal_is_given_up_for_others_had_heard_that_it_was_counted() {
    let mut lake = Lake::default();
    lake.restore(&event(3, Status::Captured));
    assert_eq!([1, 2, 3].map(|seq| lake.intake(id(seq))), [Intake::Known; 3]);
    assert_eq!(lake.intake(id(4)), Intake::Counts);
}

proptest! {
    #[test]
    fn whatever_arrives_every_event_is_counted_in_order_once(
        arrivals in prop::collection::vec((1..4_u64, 1..6_u32), 0..60)
    ) {
        let (mut lake, mut counted) = (Lake::default(), Vec::new());
        for (stream, seq) in arrivals {
            let id = EventNumber { stream: PaymentId(stream), seq };
            if lake.intake(id) == Intake::Counts {
                lake.restore(&Event { id, ..event(seq, Status::Processing) });
                counted.push(id);
            }
        }
        for stream in (1..4).map(PaymentId) {
            let mine: Vec<_> = counted.iter().filter(|id| id.stream == stream).collect();
            prop_assert!(mine.iter().zip(1..).all(|(id, seq)| id.seq == seq), "{:?}", mine);
        }
    }
}

fn id(seq: u32) -> EventNumber {
    EventNumber { stream: MINE, seq }
}

fn event(seq: u32, status: Status) -> Event {
    Event { id: id(seq), token: Token(1), status, version: seq }
}
