//! What is judged once the world is at rest: I10, I32, I33, I34, I35, L01; more in
//! `chargebacks.rs`, `by_hand.rs`, `fees.rs` and `nets.rs`.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    AccountName, Amount, BankId, Currency, HoldState, LineKind, Money, Order, PaymentId,
    ProviderId, RailId, RemittanceState, Status, Tenant, Token,
};
use sim::{Sighting, VirtualTime};

use super::authorities::Authorities;
use super::dossier::{Dossier, PaymentRecordView};
use super::events;
use super::findings::{Findings, Relation};
use super::rail::Rail;
use super::unclaimed::Unclaimed;
use super::{
    by_hand, called, called_refund, chargebacks, fees, late, losses, nets, rail, refunds, reversals,
};
use crate::bounds::term;
use crate::invariant::Invariant;
use crate::message::ClientReply;
use crate::plan::{Operation, Protocol};

pub(super) fn judge(said: &Authorities, found: &mut Findings, seen: Sighting) {
    let providers = providers(said);
    let mut houses = houses(said);
    for (side, captured) in captured(said, &providers) {
        conserved(said, found, seen, side, (&captured, houses.remove(&side).unwrap_or_default()));
    }
    let mut spare = Dossier::default();
    for (payment, token) in said.dossiers.payments() {
        let Some(dossier) = said.dossiers.outline(token, &mut spare) else { continue };
        let Some(view) = dossier.payment(payment) else { continue };
        terminates(said, found, seen, dossier, view);
        events::delivered(said, found, seen, view);
        if matches!(view.status, Status::Failed | Status::Canceled) {
            undone_once(found, seen, dossier, view);
        }
        let is_reversal = view.intent.order.returns().is_some();
        if said.refunded_by(token).is_some() && !is_reversal && !said.is_open_case(token) {
            refunds::at_rest(found, seen, dossier, view);
        }
        if view.status.is_final() {
            nothing_reserved(found, seen, dossier, view);
        }
    }
    let within = rail::books_within(&said.plan);
    for operation in &said.plan.operations {
        all_agree(said, found, seen, operation, &mut spare);
        if let Some(dossier) = said.dossiers.outline(operation.token, &mut spare) {
            rail::at_rest(found, seen, operation.token, (dossier, within));
            chargebacks::at_rest(found, seen, operation.token, (dossier, within));
            losses::at_rest(said, found, seen, operation.token, dossier);
            if !said.is_open_case(operation.token) {
                reversals::at_rest(found, seen, operation, dossier);
            }
            late::at_rest(found, seen, (operation.token, operation.money), dossier);
            if operation.purpose.refunds().is_none() {
                by_hand::at_rest(found, seen, operation.token, dossier);
            }
        }
    }
    // Last, as what nothing else tells of.
    for (payment, token) in said.dossiers.payments() {
        let Some(dossier) = said.dossiers.outline(token, &mut spare) else { continue };
        let Some(view) = dossier.payment(payment) else { continue };
        // Two-phase commit writes no quote down.
        if said.plan.protocol == Protocol::Saga {
            fees::at_rest(&said.nets, found, seen, view);
        }
        if matches!(view.status, Status::Failed | Status::Canceled) {
            nets::at_rest(&said.nets, found, seen, dossier, view);
        }
    }
}

/// Every payment that is not finished although all time is over.
pub(super) fn unfinished(said: &Authorities, found: &mut Findings, seen: Sighting) {
    let mut spare = Dossier::default();
    for (payment, token) in said.dossiers.payments() {
        let Some(dossier) = said.dossiers.outline(token, &mut spare) else { continue };
        let Some(view) = dossier.payment(payment) else { continue };
        if !view.status.is_final() {
            overdue(found, seen, token, payment);
        }
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

fn terminates(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    dossier: &Dossier,
    view: &PaymentRecordView,
) {
    let token = view.intent.token;
    let befell_at = match view.intent.order {
        Order::Chargeback(_) => begun(dossier, |what| what == Rail::Opened),
        Order::PreArbitration(_) => {
            let mut opened = dossier.rail.iter().filter(|event| event.what == Rail::Opened);
            opened.next_back().map(|event| event.at)
        }
        Order::RefundByHand(_) => begun(dossier, |what| what == Rail::ByHand),
        Order::LateSuccess(_) => {
            let mut taken = dossier.rail.iter().filter(|event| event.what == Rail::TakenAfterAll);
            taken.next_back().map(|event| event.at)
        }
        Order::Reversal(_) => begun(dossier, Rail::is_return),
        _ => None,
    };
    // What begins after all faults has its time from then on, and nobody wants back what
    // is not paid yet.
    let asked_at = said.plan.operation(token).map(|operation| operation.at);
    let begun_at = asked_at.max(paid_at(said, token));
    let from = said.heal_at().max(befell_at.or(begun_at).unwrap_or(VirtualTime::ZERO));
    let in_time = view.changed_at <= from.after(term(&view.intent.order));
    let about = (token, "status", Relation::NeverFinished);
    let a_persons = view.case && said.has_permanent_faults() || late::was_kept_from(dossier, view);
    let excused = a_persons || said.revoked_by(token).is_some();
    let settled = settled(said, dossier, view);
    let holds = excused || (view.status.is_final() && settled && in_time);
    found.check(Invariant::L01, seen, about, holds, || {
        format!("{} is {} since {}", called(token), view.status, view.changed_at)
    });
}

/// When what this refund gives back was paid, if it is one.
fn paid_at(said: &Authorities, token: Token) -> Option<VirtualTime> {
    let paid = said.of(said.refunded_by(token)?)?;
    paid.payments.first().map(|view| view.changed_at)
}

/// Whether it is over where it is to be settled: no line may tell of it, which is
/// a case.
fn settled(said: &Authorities, dossier: &Dossier, view: &PaymentRecordView) -> bool {
    let kind = match view.intent.order {
        Order::PayIn(_) => LineKind::Capture,
        Order::Payout(_) => LineKind::Payout,
        _ => return true,
    };
    let waits = said.settlements.is_on() && view.status == Status::Succeeded;
    let token = view.intent.token;
    let told = match kind {
        LineKind::Capture => said.settlements.tells_charge(token, dossier.captured_as()),
        kind => said.settlements.tells(kind, token),
    };
    !waits || !told
}

/// When this began to befall it.
fn begun(dossier: &Dossier, is: impl Fn(Rail) -> bool) -> Option<VirtualTime> {
    dossier.rail.iter().find(|event| is(event.what)).map(|event| event.at)
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
    let undecided = dossier
        .remittances
        .iter()
        .find(|view| matches!(view.state, RemittanceState::Pending | RemittanceState::Deemed));
    let about = (token, "send", Relation::UndoMissing);
    if !dossier.remittances.is_empty() {
        found.check(Invariant::I35, seen, about, undecided.is_none(), || {
            let left = undecided.map(|view| format!("{} at {}", view.reference, view.bank));
            format!(
                "{} is {}, but {} may still leave",
                called(token),
                view.status,
                left.unwrap_or_default()
            )
        });
    }
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
    let (is_payout, is_refund) =
        (operation.purpose.is_payout(), operation.purpose.refunds().is_some());
    let (moved, booked) = match (is_payout, is_refund) {
        (true, _) => (said.sent(token), said.booked(token)),
        (_, true) => (given_back(said, token), -said.booked(token)),
        _ => (said.captured(token), said.booked(token)),
    };
    let dossier = said.dossiers.outline(token, spare);
    let views = dossier.iter().flat_map(|dossier| &dossier.payments);
    let journal =
        views.filter(|view| view.is_asked_for()).map(PaymentRecordView::captured).sum::<Amount>();
    // Under two-phase commit the books of the shards are all that the house has, and
    // those of the ledger where an orchestrator is the user's own.
    let no_journal = said.has_no_journal || said.plan.protocol == Protocol::TwoPhase;
    let journal = if no_journal { booked } else { journal };
    let probed = dossier.and_then(|dossier| dossier.screen.probed);
    let shown = match probed {
        Some(ClientReply::Stands(_, Status::Succeeded | Status::Settled)) => {
            dossier.map_or(operation.money.amount, |dossier| dossier.due(operation))
        }
        _ => Amount::ZERO,
    };
    let money = |amount| Money { amount, currency: operation.money.currency };
    let about = (token, operation.purpose.workflow().pivot().name(), Relation::BooksDiffer);
    let agree = moved == booked && booked == journal && journal == shown && probed.is_some();
    found.check(Invariant::I34, seen, about, agree, || {
        let did = match (is_payout, is_refund) {
            (true, _) => "banks sent",
            (_, true) => "providers gave back",
            _ => "providers captured",
        };
        format!(
            "of {}, {did} {}, the ledger booked {}, the journal says {}, the client sees {}",
            if is_refund { called_refund(token) } else { called(token) },
            money(moved),
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
    (captured, house): (&Captured, House),
) {
    let money = |amount| Money { amount, currency };
    let culprit = captured.culprit.unwrap_or(Token(0));
    let total = captured.by.values().copied().sum::<Amount>();
    for (provider, captured) in captured.by.iter().map(|(provider, amount)| (*provider, *amount)) {
        let owed = said.sums.owed(tenant, currency, provider);
        let captured = captured - said.settlements.settled(tenant, currency, provider);
        let about = (culprit, "post", Relation::BooksDiffer);
        found.check(Invariant::I33, seen, about, owed == captured, || {
            let has = match captured < Amount::ZERO {
                true => format!("gave {} more for {tenant} than it took", money(-captured)),
                false => format!("took {} for {tenant} and has it still", money(captured)),
            };
            format!("{provider} {has}, but the ledger says that it owes {}", money(owed))
        });
    }
    let House { transit, shared, mut out } = house;
    let deposits = said.plan.balances.iter();
    let deposits = deposits.filter(|b| (b.tenant, b.money.currency) == (tenant, currency));
    let deposited = deposits.map(|balance| balance.money.amount).sum::<Amount>();
    // What customers have brought lies at the first bank.
    *out.entry(BankId(0)).or_default() += deposited;
    for (bank, left) in &out {
        let paid = said.settlements.paid(tenant, currency, *bank);
        let sent = captured.sent.get(bank).copied().unwrap_or_default() - paid;
        let about = (culprit, "post", Relation::BooksDiffer);
        found.check(Invariant::I33, seen, about, *left == sent, || {
            let (sent, left) = (money(sent), money(*left));
            format!("{bank} sent {sent} for {tenant}, but the ledger says that {left} left by it")
        });
    }
    let sent = captured.sent.values().copied().sum::<Amount>();
    let paid = said.settlements.paid_to_all(tenant, currency);
    let total = total - said.settlements.settled_by_all(tenant, currency) + paid;
    let total = total + deposited - sent;
    let about = (Token(0), "post", Relation::BooksDiffer);
    let whole = transit == Amount::ZERO && shared == total;
    found.check(Invariant::I33, seen, about, whole, || {
        format!(
            "of {} in the house for {tenant}, {} is shared out and {} is left in transit",
            money(total),
            money(shared),
            money(transit)
        )
    });
}

/// What the ledger has inside of one tenant's money in one currency, and what left.
#[derive(Debug, Default)]
struct House {
    transit: Amount,
    shared: Amount,
    out: BTreeMap<BankId, Amount>,
}

/// What the ledger has on each side, told by one walk over all accounts.
fn houses(said: &Authorities) -> BTreeMap<(Tenant, Currency), House> {
    let mut sides = BTreeMap::<_, House>::new();
    for (account, balance) in said.balances().unordered() {
        let side = sides.entry((account.tenant, account.currency)).or_default();
        let net = balance.credits_posted - balance.debits_posted;
        match account.name {
            AccountName::TransitIn | AccountName::TransitOutProviders => side.transit += net,
            AccountName::ProviderReceivable(_) => {}
            AccountName::TransitOut(RailId(n)) | AccountName::Bank(BankId(n)) => {
                *side.out.entry(BankId(n)).or_default() += net;
            }
            name if name.is_memo() => {}
            _ => side.shared += net,
        }
    }
    sides
}

fn providers(said: &Authorities) -> BTreeSet<ProviderId> {
    let receivables = said.balances().unordered().filter_map(|(account, _)| match account.name {
        AccountName::ProviderReceivable(provider) => Some(provider),
        _ => None,
    });
    receivables.chain(said.dossiers.providers()).collect()
}

/// What was given back to this instrument.
fn given_back(said: &Authorities, token: Token) -> Amount {
    said.of(token).map_or(Amount::ZERO, |dossier| dossier.given.amount)
}

/// What `provider` took of it after all, and has.
fn kept_late(said: &Authorities, token: Token, provider: ProviderId) -> Amount {
    said.of(token).map_or(Amount::ZERO, |dossier| dossier.kept_late(provider))
}

/// What somebody gave back of it by hand at `provider`.
fn by_hand(said: &Authorities, token: Token, provider: ProviderId) -> Amount {
    let given = said.of(token).map(|dossier| dossier.given).unwrap_or_default();
    if given.by == Some(provider) { given.amount } else { Amount::ZERO }
}

/// What is captured and not given back, and sent, of one tenant's payments in
/// one currency.
#[derive(Debug, Default)]
struct Captured {
    by: BTreeMap<ProviderId, Amount>,
    /// What banks sent, and did not get back.
    sent: BTreeMap<BankId, Amount>,
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
        // What is exchanged moves nothing outside on the other side.
        sides.entry((operation.tenant, operation.settlement_currency())).or_default();
        let side = sides.entry((operation.tenant, operation.money.currency)).or_default();
        let (token, is_open) = (operation.token, said.is_open_case(operation.token));
        let booked = said.booked(token);
        if operation.purpose.refunds().is_some() {
            let given = said.of(token).map(|dossier| dossier.given).unwrap_or_default();
            let known = if is_open { given.amount.min(-booked) } else { given.amount };
            if let Some(provider) = given.by {
                *side.by.entry(provider).or_default() -= known;
            }
            if !is_open && given.amount != -booked {
                side.culprit.get_or_insert(token);
            }
            continue;
        }
        for provider in providers {
            let captured = said.dossiers.captured(token, Some(*provider));
            let withdrawn = said.dossiers.withdrawn(token, Some(*provider));
            // Up to the amounts of open cases: nobody knows of the rest yet.
            let known = match said.revoked_by(token) {
                Some(revoker) if revoker == *provider => booked,
                _ if is_open => captured.min(booked),
                _ => captured,
            };
            *side.by.entry(*provider).or_default() +=
                known - withdrawn - by_hand(said, token, *provider)
                    + kept_late(said, token, *provider);
        }
        let remittances = match operation.purpose.is_payout() {
            true => said.remittances_of(token),
            false => Vec::new(),
        };
        for view in remittances.iter().filter(|view| view.is_gone()) {
            // Up to the amounts of open cases, here too.
            let known = if is_open { view.money.amount.min(booked) } else { view.money.amount };
            *side.sent.entry(view.bank).or_default() += known;
        }
        let moved = said.captured(token) + said.sent(token);
        let withdrawn = said.dossiers.withdrawn(token, None);
        let withdrawn_booked = said.of(token).map_or(Amount::ZERO, |d| d.withdrawn);
        let by_hand = said.of(token).is_some_and(|d| d.given.amount != d.by_hand);
        if !is_open && (booked != moved || withdrawn != withdrawn_booked || by_hand) {
            side.culprit.get_or_insert(token);
        }
    }
    for (tenant, currency, provider, gross) in Unclaimed::of(said).settled() {
        *sides.entry((tenant, currency)).or_default().by.entry(provider).or_default() += gross;
    }
    sides
}
