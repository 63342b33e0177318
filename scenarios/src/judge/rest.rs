//! What is judged once the world is at rest: I10, I33, I34, I35, L01.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    AccountId, AccountName, Amount, Currency, HoldState, Money, PaymentId, ProviderId, Status,
    Tenant, Token,
};
use sim::Sighting;

use super::authorities::Authorities;
use super::called;
use super::dossier::{Dossier, PaymentRecordView};
use super::findings::{Findings, Relation};
use crate::bounds::TERM;
use crate::invariant::Invariant;
use crate::message::ClientReply;
use crate::plan::Operation;

pub(super) fn judge(said: &Authorities, found: &mut Findings, seen: Sighting) {
    let providers = providers(said);
    for (side, captured) in captured(said, &providers) {
        conserved(said, found, seen, side, &captured);
    }
    let mut spare = Dossier::default();
    for (payment, token) in said.dossiers.payments() {
        let Some(dossier) = said.dossiers.outline(token, &mut spare) else { continue };
        let Some(view) = dossier.payment(payment) else { continue };
        terminates(said, found, seen, view);
        if matches!(view.status, Status::Failed | Status::Canceled) {
            undone_once(found, seen, dossier, view);
        }
        if view.status.is_final() {
            nothing_reserved(found, seen, dossier, view);
        }
    }
    for operation in &said.plan.operations {
        all_agree(said, found, seen, operation, &mut spare);
    }
}

pub(super) fn lost_wake_up(found: &mut Findings, seen: Sighting, token: Token, payment: PaymentId) {
    let about = (token, "status", Relation::NeverFinished);
    found.check(Invariant::L01, seen, about, false, || {
        format!(
            "{} ({payment}) is not finished, and nothing is left that would go on with it",
            called(token)
        )
    });
}

pub(super) fn overdue(found: &mut Findings, seen: Sighting, token: Token, payment: PaymentId) {
    let about = (token, "status", Relation::NeverFinished);
    found.check(Invariant::L01, seen, about, false, || {
        format!(
            "{} ({payment}) is not finished, and the time that it may take after the end of all \
             faults is over",
            called(token)
        )
    });
}

fn terminates(said: &Authorities, found: &mut Findings, seen: Sighting, view: &PaymentRecordView) {
    let token = view.intent.token;
    let in_time = view.changed_at <= said.heal_at().after(TERM);
    let about = (token, "status", Relation::NeverFinished);
    let excused = view.case && said.has_permanent_faults();
    let holds = excused || (view.status.is_final() && in_time);
    found.check(Invariant::L01, seen, about, holds, || {
        format!("{} is {} since {}", called(token), view.status, view.changed_at)
    });
}

/// Every authorization and hold of a payment that came to nothing is undone,
/// by at most one undo with effect.
fn undone_once(found: &mut Findings, seen: Sighting, dossier: &Dossier, view: &PaymentRecordView) {
    let token = view.intent.token;
    for charge in dossier.charges.iter().filter(|charge| charge.was_authorized) {
        let gone = !charge.is_alive() && !charge.is_captured();
        let about = (token, "authorize", Relation::UndoMissing);
        found.check(Invariant::I10, seen, about, gone, || {
            let (id, state) = (charge.id, charge.state);
            format!("{} is {}, but {id} is still {state}", called(token), view.status)
        });
        let about = (token, "authorize", Relation::UndoTwice);
        found.check(Invariant::I10, seen, about, charge.voids <= 1, || {
            format!("{} of {} was undone {} times", charge.id, called(token), charge.voids)
        });
    }
    for hold in &dossier.holds {
        let released = matches!(hold.state, HoldState::Voided | HoldState::Expired);
        let about = (token, "hold", Relation::UndoMissing);
        found.check(Invariant::I10, seen, about, released, || {
            format!(
                "{} is {}, but its hold {} was not released",
                called(token),
                view.status,
                hold.id
            )
        });
    }
}

fn nothing_reserved(
    found: &mut Findings,
    seen: Sighting,
    dossier: &Dossier,
    view: &PaymentRecordView,
) {
    let (token, payment) = (view.intent.token, view.intent.payment);
    let alive = dossier.charges.iter().find(|charge| charge.is_alive());
    let about = (token, "authorize", Relation::UndoMissing);
    found.check(Invariant::I35, seen, about, alive.is_none(), || {
        let left = alive.map(|c| format!("{} at {}", c.id, c.provider));
        format!(
            "{} is {}, but {} reserves money",
            called(token),
            view.status,
            left.unwrap_or_default()
        )
    });
    let open = dossier.holds.iter().filter(|hold| hold.state == HoldState::Pending).count();
    let about = (token, "hold", Relation::UndoMissing);
    found.check(Invariant::I35, seen, about, open == 0, || {
        format!(
            "{} ({payment}) is {}, but {open} of its holds are open",
            called(token),
            view.status
        )
    });
}

/// Providers, ledger, journal and the probe's look tell the same.
fn all_agree(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    operation: &Operation,
    spare: &mut Dossier,
) {
    let token = operation.token;
    if said.is_open_case(token) {
        return;
    }
    let captured = said.captured(token);
    let booked = said.booked(token);
    let dossier = said.dossiers.outline(token, spare);
    let views = dossier.iter().flat_map(|dossier| &dossier.payments);
    let journal = views.map(PaymentRecordView::captured).sum::<Amount>();
    let probed = dossier.and_then(|dossier| dossier.screen.probed);
    let shown = match probed {
        Some(ClientReply::Stands(_, Status::Succeeded)) => {
            dossier.map_or(operation.money.amount, |dossier| dossier.due(operation))
        }
        _ => Amount::ZERO,
    };
    let money = |amount| Money { amount, currency: operation.money.currency };
    let about = (token, "capture", Relation::BooksDiffer);
    let agree = captured == booked && booked == journal && journal == shown && probed.is_some();
    found.check(Invariant::I34, seen, about, agree, || {
        format!(
            "of {}, providers captured {}, the ledger booked {}, the journal says {}, the client sees {}",
            called(token),
            money(captured),
            money(booked),
            money(journal),
            money(shown)
        )
    });
}

/// What the ledger holds outside is what the providers hold for us, and what
/// it owes inside is exactly that.
fn conserved(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    (tenant, currency): (Tenant, Currency),
    captured: &Captured,
) {
    let money = |amount| Money { amount, currency };
    let culprit = captured.culprit.unwrap_or(Token(0));
    let total = captured.by.values().copied().sum::<Amount>();
    for (provider, captured) in captured.by.iter().map(|(provider, amount)| (*provider, *amount)) {
        let owed = said.sums.owed(tenant, currency, provider);
        let about = (culprit, "post", Relation::BooksDiffer);
        found.check(Invariant::I33, seen, about, owed == captured, || {
            format!(
                "{provider} took {} for {tenant}, but the ledger says that it owes {}",
                money(captured),
                money(owed)
            )
        });
    }
    let (mut transit, mut shared) = (Amount::ZERO, Amount::ZERO);
    for (account, balance) in said.balances().iter() {
        let net = balance.credits_posted - balance.debits_posted;
        match account {
            AccountId { tenant: t, currency: c, .. } if (*t, *c) != (tenant, currency) => {}
            AccountId { name: AccountName::TransitIn, .. } => transit += net,
            AccountId { name: AccountName::ProviderReceivable(_), .. } => {}
            AccountId { name, .. } if name.is_memo() => {}
            _ => shared += net,
        }
    }
    let about = (Token(0), "post", Relation::BooksDiffer);
    let whole = transit == Amount::ZERO && shared == total;
    found.check(Invariant::I33, seen, about, whole, || {
        format!(
            "of {} captured for {tenant}, {} is shared out and {} is left in transit",
            money(total),
            money(shared),
            money(transit)
        )
    });
}

fn providers(said: &Authorities) -> BTreeSet<ProviderId> {
    let receivables = said.balances().iter().filter_map(|(account, _)| match account.name {
        AccountName::ProviderReceivable(provider) => Some(provider),
        _ => None,
    });
    receivables.chain(said.dossiers.providers()).collect()
}

/// What is captured of one tenant's payments in one currency.
#[derive(Debug, Default)]
struct Captured {
    by: BTreeMap<ProviderId, Amount>,
    /// The first instrument for which the ledger has booked something else.
    culprit: Option<Token>,
}

/// What the providers captured on each side, told by one walk over all
/// payments, of which there are many more than there are sides.
fn captured(
    said: &Authorities,
    providers: &BTreeSet<ProviderId>,
) -> BTreeMap<(Tenant, Currency), Captured> {
    let mut sides = BTreeMap::<_, Captured>::new();
    for operation in &said.plan.operations {
        let side = sides.entry((operation.tenant, operation.money.currency)).or_default();
        let (token, is_open) = (operation.token, said.is_open_case(operation.token));
        let booked = said.booked(token);
        for provider in providers {
            let captured = said.dossiers.captured(token, Some(*provider));
            // Up to the amounts of open cases: nobody knows of the rest yet.
            let known = if is_open { captured.min(booked) } else { captured };
            *side.by.entry(*provider).or_default() += known;
        }
        if !is_open && booked != said.captured(token) {
            side.culprit.get_or_insert(token);
        }
    }
    sides
}
