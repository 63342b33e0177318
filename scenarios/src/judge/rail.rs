//! What providers and banks did by themselves, and when the ledger had it: L06.

use std::time::Duration;

use model::{
    AccountName, BankMovement, ChargeEvent, Movement, OperationId, Outcome, Record,
    RemittanceEvent, Status, Token, Transfer, UndoOutcome,
};
use sim::{Misfortune, Role, Sighting, VirtualTime};

use super::called;
use super::dossier::Dossier;
use super::findings::{Findings, Relation};
use crate::bounds::BOOK;
use crate::invariant::Invariant;
use crate::party::{INGRESS, STORE};
use crate::plan::Plan;

/// Something that a provider or a bank did by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RailEvent {
    pub(super) what: Rail,
    /// When it happened.
    pub(super) at: VirtualTime,
    /// From when on the house could book it.
    pub(super) from: VirtualTime,
    /// When the ledger had it.
    pub(super) booked_at: Option<VirtualTime>,
    /// The operation that booked it, however many rows that has.
    pub(super) by: Option<OperationId>,
}

impl RailEvent {
    /// This happened, and nobody has booked it.
    pub(super) const fn new(what: Rail, at: VirtualTime) -> Self {
        Self { what, at, from: at, booked_at: None, by: None }
    }
}

/// What they do by themselves: what becomes of a dispute, and of what was sent;
/// and what somebody has them do by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rail {
    /// A provider gave the money to the customer's bank.
    Opened,
    /// It got it back.
    Won,
    /// It did not.
    Lost,
    /// A payout came back to its bank.
    PayoutReturned,
    /// A refund came back to its provider.
    RefundReturned,
    /// A provider gave money back by hand.
    ByHand,
    /// A provider took what it had refused or voided.
    TakenAfterAll,
}

impl Rail {
    /// What a change in a provider's books is of these.
    pub(super) fn of(movement: &Movement) -> Option<Self> {
        match movement.event {
            ChargeEvent::Disputed(_) | ChargeEvent::DisputedAgain(_) => Some(Self::Opened),
            ChargeEvent::DisputeWon(_) | ChargeEvent::WonAgain(_) => Some(Self::Won),
            ChargeEvent::DisputeLost | ChargeEvent::LostAgain => Some(Self::Lost),
            ChargeEvent::RefundReturned(_) => Some(Self::RefundReturned),
            ChargeEvent::TakenAfterAll(_) => Some(Self::TakenAfterAll),
            _ if is_by_hand(movement) => Some(Self::ByHand),
            _ => None,
        }
    }

    /// What a change in a bank's books is of these.
    pub(super) fn of_bank(movement: &BankMovement) -> Option<Self> {
        let returned = matches!(movement.event, RemittanceEvent::Returned(_));
        returned.then_some(Self::PayoutReturned)
    }

    /// What a stored row books of these.
    pub(super) fn booked_by(row: &Transfer) -> Option<Self> {
        match (row.debit.name, row.credit.name) {
            (AccountName::Dispute(_), AccountName::ProviderReceivable(_)) => Some(Self::Opened),
            (AccountName::ProviderReceivable(_), AccountName::Dispute(_)) => Some(Self::Won),
            (_, AccountName::Dispute(_)) => Some(Self::Lost),
            // What was given back of it and came back, too.
            (AccountName::ProviderReceivable(_), AccountName::Suspense) => {
                Some(Self::TakenAfterAll)
            }
            (AccountName::Bank(_), AccountName::TransitOut(_)) => Some(Self::PayoutReturned),
            (AccountName::ProviderReceivable(_), AccountName::TransitOutProviders) => {
                Some(Self::RefundReturned)
            }
            // What the house gives back of it itself, too.
            (
                AccountName::TransitOutProviders | AccountName::Suspense,
                AccountName::ProviderReceivable(_),
            ) => Some(Self::ByHand),
            _ => None,
        }
    }

    /// Whether it is about a dispute.
    pub(super) const fn is_of_dispute(self) -> bool {
        matches!(self, Self::Opened | Self::Won | Self::Lost)
    }

    /// Whether something that was sent came back.
    pub(super) const fn is_return(self) -> bool {
        matches!(self, Self::PayoutReturned | Self::RefundReturned)
    }

    /// The step that it is judged at, in the words of a violation.
    const fn step(self) -> &'static str {
        match self {
            Self::Opened | Self::Won | Self::Lost => "dispute",
            Self::PayoutReturned | Self::RefundReturned => "return",
            Self::ByHand => "by-hand",
            Self::TakenAfterAll => "late-success",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Won => "won",
            Self::Lost => "lost",
            Self::PayoutReturned | Self::RefundReturned => "returned",
            Self::ByHand => "given back by hand",
            Self::TakenAfterAll => "taken after it had come to nothing",
        }
    }
}

impl Dossier {
    /// If `record` tells that a try came to nothing: what is in doubt is asked after, so that
    /// before this nobody could book what was taken for it too late, or what became of that.
    pub(super) fn give_up(&mut self, at: VirtualTime, record: &Record) {
        let gives_up = match record {
            Record::StepOutcome { outcome, .. } => matches!(outcome, Outcome::Refused(_)),
            Record::CompOutcome { outcome, .. } => *outcome != UndoOutcome::TooLate,
            _ => false,
        };
        if gives_up && !self.late.is_empty() {
            let open = self.rail.iter_mut().filter(|event| event.booked_at.is_none());
            open.for_each(|event| event.from = at);
        }
    }

    /// The ledger has stored `row`.
    pub(super) fn take_rail(&mut self, at: VirtualTime, row: &Transfer) {
        let Some(what) = Rail::booked_by(row) else { return };
        if what.is_return() {
            self.returned += row.amount;
        }
        // A dispute over what several merchants had has rows for each of them.
        if self.rail.iter().any(|event| event.what == what && event.by == Some(row.operation)) {
            return;
        }
        let waits = |what| self.rail.iter().any(|e| e.what == what && e.booked_at.is_none());
        let what = match what {
            Rail::TakenAfterAll if !waits(what) => Rail::RefundReturned,
            what => what,
        };
        let open = |event: &&mut RailEvent| event.what == what && event.booked_at.is_none();
        if let Some(event) = self.rail.iter_mut().find(open) {
            (event.booked_at, event.by) = (Some(at), Some(row.operation));
        }
    }
}

/// How long the house may take to book what befell a payment outside: `T_book`, and as
/// long as whoever hears of it, or writes it down, is down or paused in `plan`.
pub(super) fn books_within(plan: &Plan) -> Duration {
    let hears = |role: Role| role == INGRESS || role == STORE;
    let deaf = plan.faults.iter().map(|fault| match fault.misfortune {
        Misfortune::Crash { role, .. } if hears(role) => fault.dwell,
        Misfortune::CrashLoop { role, times, .. } if hears(role) => fault.dwell * u32::from(times),
        Misfortune::CrashAll { roles } | Misfortune::Pause { roles } if roles.iter().any(hears) => {
            fault.dwell
        }
        _ => Duration::ZERO,
    });
    deaf.fold(BOOK, Duration::saturating_add)
}

/// What befell the payment outside is in the ledger, and was there in time. What
/// came of a refund before the house had booked that it succeeded, it takes for a
/// refund that failed: there is nothing to be reversed.
pub(super) fn at_rest(
    found: &mut Findings,
    seen: Sighting,
    token: Token,
    (dossier, within): (&Dossier, Duration),
) {
    let succeeded = |status| matches!(status, Status::Succeeded | Status::Returned);
    let booked = dossier.payments.iter().any(|view| succeeded(view.status));
    for event in &dossier.rail {
        if event.what == Rail::RefundReturned && !booked {
            continue;
        }
        let in_time = event.booked_at.is_some_and(|at| at <= event.from.after(within));
        let about = (token, event.what.step(), Relation::NeverFinished);
        found.check(Invariant::L06, seen, about, in_time, || {
            let (what, at) = (event.what.name(), event.at);
            let booked = match event.booked_at {
                Some(at) => format!("was booked at {at}"),
                None => "was never booked".to_owned(),
            };
            let subject = if event.what.is_of_dispute() { "the dispute over " } else { "" };
            format!("{subject}{} was {what} at {at}, which {booked}", called(token))
        });
    }
}

/// Whether it is money that went back, and no request asked for it.
pub(super) fn is_by_hand(movement: &Movement) -> bool {
    matches!(movement.event, ChargeEvent::Refunded(_)) && movement.reference.is_none()
}

#[cfg(test)]
mod tests {
    use sim::{CrashPoint, Fault, Roles, Seed, Trigger};

    use super::*;
    use crate::catalog;
    use crate::party::LEDGER;

    /// An ingress was down for two days, twice, and what had come back meanwhile was booked
    /// as soon as somebody heard of it, after four days and a half.
    #[test]
    fn as_long_as_whoever_hears_is_down_nobody_books() {
        let scenario = catalog::named("calm-day").expect("it is in the catalog");
        let calm = Plan::draw(scenario, Seed(1));
        let a_day = Duration::from_secs(86_400);
        let crash = |role| Misfortune::Crash { role, point: CrashPoint::AtOnce };
        let both = Roles::from(LEDGER).union(INGRESS.into());
        for (misfortune, deaf) in [
            (crash(INGRESS), a_day),
            (crash(STORE), a_day),
            (crash(LEDGER), Duration::ZERO),
            (
                Misfortune::CrashLoop { role: INGRESS, point: CrashPoint::AtOnce, times: 2 },
                2 * a_day,
            ),
            (Misfortune::CrashAll { roles: both }, a_day),
            (Misfortune::Pause { roles: LEDGER.into() }, Duration::ZERO),
            (Misfortune::SlowSync { role: INGRESS, takes: a_day }, Duration::ZERO),
        ] {
            let fault =
                Fault { id: 1, trigger: Trigger::At(VirtualTime::ZERO), misfortune, dwell: a_day };
            let plan = Plan { faults: vec![fault], ..calm.clone() };
            assert_eq!(books_within(&plan), BOOK + deaf, "{misfortune:?}");
        }
    }
}
