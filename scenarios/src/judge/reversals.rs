//! The invariants of what was sent and came back: the gate of I15 and I16, and
//! their part of I34.

use model::workflow::Action;
use model::{Amount, Money, Status, Token};
use sim::Sighting;

use super::authorities::Authorities;
use super::called;
use super::dossier::Dossier;
use super::findings::{Findings, Relation};
use crate::invariant::Invariant;
use crate::message::ClientReply;
use crate::plan::Operation;

/// Whether what was sent for this instrument has come back, as the books of its
/// bank or provider have it: only then it may be told to be `returned`.
pub(super) fn is_back(said: &Authorities, token: Token) -> bool {
    said.of(token).is_some_and(|dossier| dossier.came_back() > Amount::ZERO)
}

/// Banks or providers, ledger, journal and client tell the same of what came back
/// of `operation`.
pub(super) fn at_rest(
    found: &mut Findings,
    seen: Sighting,
    operation: &Operation,
    dossier: &Dossier,
) {
    let (token, money) = (operation.token, |amount| Money { amount, ..operation.money });
    let whole = |is: bool| if is { operation.money.amount } else { Amount::ZERO };
    let view = dossier.payments.first();
    let status = view.map(|view| view.status);
    // What the house never took for a success, it took for a failure at once.
    let failed = matches!(status, Some(Status::Failed | Status::Canceled));
    let is_refund = operation.purpose.workflow().pivot() == Action::Refund;
    // Of what was taken too late, its own saga tells.
    let late = dossier.late.iter().map(|view| view.came_back).sum::<Amount>();
    let asked = dossier.came_back() - late;
    let back = if failed && is_refund { Amount::ZERO } else { asked };
    let shown = matches!(dossier.screen.probed, Some(ClientReply::Stands(_, Status::Returned)));
    let (journal, shown) = (whole(status == Some(Status::Returned)), whole(shown));
    let ledger = dossier.returned;
    if [back, ledger, journal, shown].iter().all(|amount| *amount == Amount::ZERO) {
        return;
    }
    let about = (token, "return", Relation::BooksDiffer);
    let agree = back == ledger && ledger == journal && journal == shown;
    found.check(Invariant::I34, seen, about, agree, || {
        format!(
            "of {}, {} came back, the ledger booked {} as back, the journal says {}, the client \
             sees {}",
            called(token),
            money(back),
            money(ledger),
            money(journal),
            money(shown)
        )
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use model::{
        BankId, BankMovement, Day, OperationId, PaymentId, Remittance, RemittanceEvent,
        RemittanceState, ReturnReason, Timetable,
    };
    use sim::{Seed, VirtualTime};

    use super::super::rail::{Rail, RailEvent};
    use super::super::screen_view::Asked;
    use super::super::screens::{Screen, judge};
    use super::*;
    use crate::bounds::BOOK;
    use crate::catalog;
    use crate::fact::Endpoint;
    use crate::party::PROBE;
    use crate::plan::Plan;

    const SEEN: Sighting = Sighting { at: VirtualTime::ZERO, event: 0, role: PROBE };
    const BACK: RemittanceState = RemittanceState::Returned(ReturnReason::NoAccount);

    #[test]
    fn a_success_may_be_followed_by_a_return_that_happened_and_by_nothing_else() {
        use Status::{Failed, Returned, Succeeded};
        let read = Some(Endpoint::Get);
        for (state, shown, holds) in [
            (BACK, vec![(Succeeded, read), (Returned, read)], true),
            (BACK, vec![(Succeeded, read), (Returned, None), (Returned, read)], true),
            (RemittanceState::Settled, vec![(Succeeded, read), (Returned, read)], false),
            (BACK, vec![(Succeeded, read), (Returned, read), (Succeeded, read)], false),
            (BACK, vec![(Succeeded, read), (Returned, read), (Succeeded, None)], true),
            (BACK, vec![(Succeeded, read), (Failed, read)], false),
            (BACK, vec![(Failed, read), (Returned, read)], false),
            (BACK, vec![(Succeeded, read), (Returned, read), (Failed, None)], false),
        ] {
            let (mut said, mut found, token) = payout(state);
            for (status, endpoint) in &shown {
                let reply = ClientReply::Stands(PaymentId(1), *status);
                let (asked, endpoint) = (Asked::LATER, *endpoint);
                judge(&mut said, &mut found, SEEN, Screen { token, asked, endpoint, reply });
            }
            let broken = found.violations.iter().any(|v| v.invariant == Invariant::I16);
            assert_eq!(!broken, holds, "{state} and {shown:?}");
        }
    }

    #[test]
    fn a_return_is_booked_in_time_or_it_is_told() {
        let a_second = Duration::from_secs(1);
        for (booked_after, holds) in
            [(Some(BOOK), true), (Some(BOOK + a_second), false), (None, false)]
        {
            let (_, mut found, token) = payout(BACK);
            let at = VirtualTime::ZERO.after(a_second);
            let booked_at = booked_after.map(|after| at.after(after));
            let mut dossier = Dossier::default();
            dossier.rail.push(RailEvent { booked_at, ..RailEvent::new(Rail::PayoutReturned, at) });
            super::super::rail::at_rest(&mut found, SEEN, token, (&dossier, BOOK));
            assert_eq!((found.met(Invariant::L06), found.violations.is_empty()), (1, holds));
        }
    }

    /// What is said of a payout that stands so at its bank.
    fn payout(state: RemittanceState) -> (Authorities, Findings, Token) {
        let scenario = catalog::named("batch-returns").expect("it is built in");
        let plan = Arc::new(Plan::draw(scenario, Seed(1)));
        let payout = plan.operations.iter().find(|operation| operation.purpose.is_payout());
        let Operation { token, money, .. } = *payout.expect("most of them are");
        let timetable =
            Timetable { leaves_at: Duration::ZERO, settles_at: None, value_day: Day(0) };
        let remittance = Remittance {
            bank: BankId(0),
            reference: OperationId(1),
            destination: token,
            money,
            state,
            timetable,
            decision: None,
            homecoming: None,
            recalled: None,
            acknowledged: false,
        };
        let event = RemittanceEvent::Settled;
        let mut said = Authorities::new(&plan);
        let movement = BankMovement { remittance, reference: None, event };
        said.take_remittance(VirtualTime::ZERO, &movement);
        (said, Findings::new(&plan), token)
    }
}
