//! What is judged once the world is at rest: I10, I33, I34, I35, L01.

use std::collections::BTreeSet;

use model::{
    AccountId, AccountName, Amount, Currency, HoldState, Money, PaymentId, ProviderId, Status,
    Tenant, Token, TransferKind,
};
use sim::Sighting;

use super::authorities::{Authorities, PaymentRecordView};
use super::called;
use super::findings::{Findings, Relation};
use crate::bounds::TERM;
use crate::invariant::Invariant;
use crate::message::ClientReply;

pub(super) fn judge(said: &Authorities, found: &mut Findings, seen: Sighting) {
    for (tenant, currency) in sides(said) {
        conserved(said, found, seen, tenant, currency);
    }
    for (payment, view) in &said.payments {
        terminates(said, found, seen, view);
        if matches!(view.status, Status::Failed | Status::Canceled) {
            undone_once(said, found, seen, view);
        }
        if view.status.is_final() {
            nothing_reserved(said, found, seen, *payment, view);
        }
    }
    for token in said.operations.keys() {
        all_agree(said, found, seen, *token);
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

fn terminates(said: &Authorities, found: &mut Findings, seen: Sighting, view: &PaymentRecordView) {
    let token = view.intent.token;
    let in_time = view.changed_at <= said.heal_at.after(TERM);
    let about = (token, "status", Relation::NeverFinished);
    let holds = view.case || (view.status.is_final() && in_time);
    found.check(Invariant::L01, seen, about, holds, || {
        format!("{} is {} since {}", called(token), view.status, view.changed_at)
    });
}

/// Every authorization and hold of a payment that came to nothing is undone,
/// by at most one undo with effect.
fn undone_once(said: &Authorities, found: &mut Findings, seen: Sighting, view: &PaymentRecordView) {
    let token = view.intent.token;
    for charge in said.charges_of(token).iter().filter(|charge| charge.was_authorized) {
        let gone = !charge.is_alive() && !charge.is_captured();
        let about = (token, "authorize", Relation::UndoMissing);
        found.check(Invariant::I10, seen, about, gone, || {
            let (id, state) = (charge.charge.id, charge.charge.state);
            format!("{} is {}, but {id} is still {state}", called(token), view.status)
        });
        let about = (token, "authorize", Relation::UndoTwice);
        found.check(Invariant::I10, seen, about, charge.voids <= 1, || {
            format!("{} of {} was undone {} times", charge.charge.id, called(token), charge.voids)
        });
    }
    let ours = said.transfers.values().filter(|row| row.token == token);
    for row in ours.filter(|row| row.kind == TransferKind::Pending) {
        let released = said.holds.get(&row.id) == Some(&HoldState::Voided);
        let about = (token, "hold", Relation::UndoMissing);
        found.check(Invariant::I10, seen, about, released, || {
            format!(
                "{} is {}, but its hold {} was not released",
                called(token),
                view.status,
                row.id
            )
        });
    }
}

fn nothing_reserved(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    payment: PaymentId,
    view: &PaymentRecordView,
) {
    let token = view.intent.token;
    let charges = said.charges_of(token);
    let alive = charges.iter().find(|charge| charge.is_alive());
    let about = (token, "authorize", Relation::UndoMissing);
    found.check(Invariant::I35, seen, about, alive.is_none(), || {
        let left = alive.map(|c| format!("{} at {}", c.charge.id, c.charge.provider));
        format!(
            "{} is {}, but {} reserves money",
            called(token),
            view.status,
            left.unwrap_or_default()
        )
    });
    let ours = said.transfers.values().filter(|row| row.token == token);
    let open = ours.filter(|row| said.holds.get(&row.id) == Some(&HoldState::Pending)).count();
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
fn all_agree(said: &Authorities, found: &mut Findings, seen: Sighting, token: Token) {
    let captured = said.captured(token);
    let booked = said.booked.get(&token).copied().unwrap_or_default();
    let payments = said.payments_of.get(&token).map_or(&[][..], Vec::as_slice);
    let views = payments.iter().filter_map(|payment| said.payments.get(payment));
    let journal = views
        .filter(|view| view.status == Status::Succeeded)
        .map(|view| view.intent.money.amount)
        .sum::<Amount>();
    let probed = said.screens.get(&token).and_then(|screen| screen.probed);
    let shown = match probed {
        Some(ClientReply::Stands(_, Status::Succeeded)) => {
            said.operations.get(&token).map_or(Amount::ZERO, |operation| operation.money.amount)
        }
        _ => Amount::ZERO,
    };
    let currency = said.operations.get(&token).map_or(Currency::Usd, |o| o.money.currency);
    let money = |amount| Money { amount, currency };
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

fn sides(said: &Authorities) -> BTreeSet<(Tenant, Currency)> {
    let operations = said.operations.values();
    operations.map(|operation| (operation.tenant, operation.money.currency)).collect()
}

/// What the ledger holds outside is what the providers hold for us, and what
/// it owes inside is exactly that.
fn conserved(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    tenant: Tenant,
    currency: Currency,
) {
    let money = |amount| Money { amount, currency };
    let mut total = Amount::ZERO;
    for provider in providers(said) {
        let (captured, culprit) = captured_at(said, tenant, currency, provider);
        let owed = said.owed(tenant, currency, provider);
        total += captured;
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
    for (account, balance) in &said.balances {
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
    let receivables = said.balances.keys().filter_map(|account| match account.name {
        AccountName::ProviderReceivable(provider) => Some(provider),
        _ => None,
    });
    let charges = said.charges.values().flatten().map(|view| view.charge.provider);
    receivables.chain(charges).collect()
}

/// What `provider` captured, and the first instrument for which the ledger
/// has booked something else.
fn captured_at(
    said: &Authorities,
    tenant: Tenant,
    currency: Currency,
    provider: ProviderId,
) -> (Amount, Token) {
    let ours = said.operations.values();
    let ours = ours.filter(|o| o.tenant == tenant && o.money.currency == currency);
    let (mut total, mut culprit) = (Amount::ZERO, None);
    for operation in ours {
        let charges = said.charges_of(operation.token).iter();
        let at_provider = charges.filter(|view| view.charge.provider == provider);
        total += at_provider.map(|view| view.charge.captured).sum();
        let booked = said.booked.get(&operation.token).copied().unwrap_or_default();
        if booked != said.captured(operation.token) {
            culprit.get_or_insert(operation.token);
        }
    }
    (total, culprit.unwrap_or(Token(0)))
}
