//! The invariants of what clients see: I15 to I19.

use model::{Amount, Money, PaymentId, Status, Token};
use sim::Sighting;

use super::authorities::Authorities;
use super::findings::{Findings, Relation};
use super::screen_view::Asked;
use super::{called, called_refund, reversals, settlements};
use crate::fact::Endpoint;
use crate::invariant::Invariant;
use crate::message::ClientReply;
use crate::plan::Operation;

/// One thing that a client saw.
#[derive(Clone, Copy, Debug)]
pub(super) struct Screen {
    pub(super) token: Token,
    /// When it was asked, by what had been seen before.
    pub(super) asked: Asked,
    /// What was asked; `None` if it was told unasked.
    pub(super) endpoint: Option<Endpoint>,
    pub(super) reply: ClientReply,
}

/// Judges what a client saw.
pub(super) fn judge(said: &mut Authorities, found: &mut Findings, seen: Sighting, what: Screen) {
    if said.names_anothers(what.token, &what.reply) {
        // Whoever has a payment of its own is answered by that.
        if what.endpoint == Some(Endpoint::Create) && said.has_payment(what.token) {
            replies_agree(said, found, seen, &what);
        }
        return;
    }
    if let Some(status) = status_of(&what.reply) {
        if matches!(status, Status::Succeeded | Status::Settled) {
            success_has_money(said, found, seen, what.token);
        }
        if status == Status::Settled {
            settlements::shown(said, found, seen, what.token);
        }
        terminal_is_final(said, found, seen, &what, status);
        if what.endpoint.is_some() {
            reads_follow(said, found, seen, &what, status);
        }
    }
    if what.endpoint == Some(Endpoint::Create) {
        replies_agree(said, found, seen, &what);
    }
}

/// Judges what leaves the system for a client, whether it arrives or not.
pub(super) fn emitted(
    said: &mut Authorities,
    found: &mut Findings,
    seen: Sighting,
    token: Token,
    reply: &ClientReply,
) {
    let Some(status @ (Status::Failed | Status::Canceled)) = status_of(reply) else { return };
    if said.names_anothers(token, reply) {
        return;
    }
    said.dossiers.open(token).screen.failure_told.get_or_insert(status);
    failure_has_no_money(said, found, seen, token, status);
}

/// Judges a change in a provider's books by what clients were told before.
pub(super) fn after_movement(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    token: Token,
) {
    if let Some(status) = said.of(token).and_then(|dossier| dossier.screen.failure_told) {
        failure_has_no_money(said, found, seen, token, status);
    }
}

fn failure_has_no_money(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    token: Token,
    status: Status,
) {
    if said.refunded_by(token).is_some() {
        return failed_refund_has_no_effect(said, found, seen, token, status);
    }
    let charges = said.charges_of(token);
    let holding = charges.iter().find(|view| view.is_captured() || view.is_alive());
    let remittances = said.remittances_of(token);
    let sent = remittances.iter().find(|view| view.state.is_alive());
    let step = match (sent, holding) {
        (Some(_), _) => "send",
        (_, Some(view)) if view.is_captured() => "capture",
        _ => "authorize",
    };
    let about = (token, step, Relation::ShownTooEarly);
    found.check(Invariant::I18, seen, about, holding.is_none() && sent.is_none(), || {
        let charge = holding.map(|v| format!("{} at {} is {}", v.id, v.provider, v.state));
        let state = sent.map(|v| format!("{} at {} is {}", v.reference, v.bank, v.state));
        let state = state.or(charge).unwrap_or_default();
        format!("{} was told to be {status}, but {state}", called(token))
    });
}

fn success_has_money(said: &Authorities, found: &mut Findings, seen: Sighting, token: Token) {
    let Some(operation) = said.plan.operation(token) else { return };
    if operation.purpose.refunds().is_some() {
        return refunded_has_money(said, found, seen, operation);
    }
    let due = said.of(token).map_or(operation.money.amount, |dossier| dossier.due(operation));
    let charges = said.charges_of(token);
    let captured: Vec<_> = charges.iter().filter(|view| view.is_captured()).collect();
    let paid = matches!(
        captured.as_slice(),
        [view] if view.captured == due
            && view.money.currency == operation.money.currency
    );
    let remittances = said.remittances_of(token);
    let sent: Vec<_> = remittances.iter().filter(|view| view.state.was_sent()).collect();
    let paid_out = matches!(sent.as_slice(), [view] if view.money == operation.money);
    let is_payout = operation.purpose.is_payout();
    let paid = if is_payout { paid_out && captured.is_empty() } else { paid && sent.is_empty() };
    let about = (token, operation.purpose.workflow().pivot().name(), Relation::ShownTooEarly);
    let what = if is_payout { "remittances" } else { "captured charges" };
    let count = if is_payout { sent.len() } else { captured.len() };
    found.check(Invariant::I17, seen, about, paid, || {
        format!(
            "{} was seen succeeded with {count} {what}, for an intent of {}",
            called(token),
            operation.money
        )
    });
    let booked = said.of(token).map_or(Amount::ZERO, |dossier| dossier.booked + dossier.returned);
    let about = (token, "post", Relation::ShownTooEarly);
    found.check(Invariant::I17, seen, about, booked >= due, || {
        format!("{} was seen succeeded before the ledger had booked it", called(token))
    });
}

fn failed_refund_has_no_effect(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    token: Token,
    status: Status,
) {
    let given = said.of(token).map(|dossier| dossier.given).unwrap_or_default();
    let about = (token, "refund", Relation::ShownTooEarly);
    found.check(Invariant::I18, seen, about, given.effective == 0, || {
        format!(
            "{} was told to be {status}, but the money goes back to the customer",
            called_refund(token)
        )
    });
}

fn refunded_has_money(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    refund: &Operation,
) {
    let (token, money) = (refund.token, refund.money);
    let given = said.of(token).map(|dossier| dossier.given).unwrap_or_default();
    // Once, and be it that it came back.
    let back = given.amount + given.came_back;
    let times = given.effective + u32::from(given.came_back > Amount::ZERO);
    let paid = times == 1 && back == money.amount;
    let about = (token, "refund", Relation::ShownTooEarly);
    found.check(Invariant::I17, seen, about, paid, || {
        let back = Money { amount: back, ..money };
        format!("{} of {money} was seen succeeded with {back} given back", called_refund(token))
    });
    let booked = said.of(token).map_or(Amount::ZERO, |dossier| dossier.returned - dossier.booked);
    let about = (token, "post", Relation::ShownTooEarly);
    found.check(Invariant::I17, seen, about, booked >= money.amount, || {
        format!("{} was seen succeeded before the ledger had booked it", called_refund(token))
    });
}

fn terminal_is_final(
    said: &mut Authorities,
    found: &mut Findings,
    seen: Sighting,
    what: &Screen,
    status: Status,
) {
    // Where it is to be settled, a success is no last word; and under the key of
    // its creation it stays what it was.
    if status == Status::Succeeded && said.settlements.is_on() {
        return;
    }
    match said.dossiers.final_seen(what.token) {
        // What was sent may come back, and then stays so.
        Some(Status::Succeeded | Status::Settled) if status == Status::Returned => {
            let is_back = reversals::is_back(said, what.token);
            let about = (what.token, "status", Relation::RepliesDiffer);
            found.check(Invariant::I16, seen, about, is_back, || {
                format!("{} was seen returned, though nothing had come back", called(what.token))
            });
            said.dossiers.open(what.token).screen.sees_return();
        }
        // The stored reply of its creation is what it was (I19), and what it is
        // told unasked has no order.
        Some(Status::Returned) if repeats_success(what, status) => {}
        // Only a request made after the screen showed it has to show it too.
        Some(first) if what.asked.after_final => {
            let about = (what.token, "status", Relation::RepliesDiffer);
            found.check(Invariant::I16, seen, about, first == status, || {
                format!("{} was seen {first}, and later {status}", called(what.token))
            });
        }
        Some(_) => {}
        None if status.is_final() => {
            said.dossiers.open(what.token).screen.final_seen = Some(status);
        }
        None => {}
    }
}

/// Whether it tells again of a success that came to nothing later, without having
/// been asked how the payment stands.
fn repeats_success(what: &Screen, status: Status) -> bool {
    let unasked = what.endpoint.is_none();
    let stored = what.endpoint == Some(Endpoint::Create) && final_reply(&what.reply).is_some();
    (unasked || stored) && matches!(status, Status::Succeeded | Status::Settled)
}

/// Of two reads, the second made after the first was answered, the later shows
/// what may become of the earlier.
fn reads_follow(
    said: &mut Authorities,
    found: &mut Findings,
    seen: Sighting,
    what: &Screen,
    status: Status,
) {
    let last = said.dossiers.last_read(what.token);
    if let Some(last) = last.filter(|_| what.asked.after_last) {
        let about = (what.token, "status", Relation::RepliesDiffer);
        let stored = matches!(what.reply, ClientReply::Final(_));
        let follows = last.may_lead_to(status) || stored && status.may_lead_to(last);
        found.check(Invariant::I15, seen, about, follows, || {
            format!("{} was read {last}, and later {status}", called(what.token))
        });
    }
    if last.is_none_or(|last| last != status && last.may_lead_to(status)) {
        said.dossiers.open(what.token).screen.reads(status);
    }
}

fn replies_agree(said: &mut Authorities, found: &mut Findings, seen: Sighting, what: &Screen) {
    // Nothing was executed for these, so they say nothing of the payment.
    if matches!(what.reply, ClientReply::Unavailable | ClientReply::NotRefundable) {
        return;
    }
    let screen = &mut said.dossiers.open(what.token).screen;
    screen.replies += 1;
    if screen.replies == 1 {
        screen.named = what.reply.payment();
        screen.final_reply = final_reply(&what.reply);
        return;
    }
    let same_payment = what.reply.payment() == screen.named;
    let fits = match (final_reply(&what.reply), screen.final_reply) {
        (Some(reply), Some(first)) => reply == first,
        (Some(_), None) => true,
        (None, _) if what.reply == ClientReply::Mismatch => screen.named.is_none(),
        (None, _) => matches!(what.reply.code(), 202 | 409),
    };
    screen.final_reply = screen.final_reply.or(final_reply(&what.reply));
    let named = screen.named;
    let about = (what.token, "create", Relation::RepliesDiffer);
    found.check(Invariant::I19, seen, about, same_payment && fits, || {
        let payment = |payment: Option<PaymentId>| {
            payment.map_or("no payment".to_owned(), |payment| payment.to_string())
        };
        format!(
            "replies to the key of {} named {} first, and then a {} named {}",
            called(what.token),
            payment(named),
            what.reply.code(),
            payment(what.reply.payment())
        )
    });
}

fn status_of(reply: &ClientReply) -> Option<Status> {
    match reply {
        ClientReply::Stands(_, status) => Some(*status),
        ClientReply::Final(stored) => Some(stored.status),
        _ => None,
    }
}

fn final_reply(reply: &ClientReply) -> Option<ClientReply> {
    matches!(reply, ClientReply::Final(_)).then_some(*reply)
}
