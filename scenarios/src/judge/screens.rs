//! The invariants of what clients see: I16 to I19.

use model::{PaymentId, Status, Token};
use sim::Sighting;

use super::authorities::Authorities;
use super::called;
use super::findings::{Findings, Relation};
use crate::fact::Endpoint;
use crate::invariant::Invariant;
use crate::message::ClientReply;

/// One thing that a client saw.
#[derive(Clone, Copy, Debug)]
pub(super) struct Screen {
    pub(super) token: Token,
    /// Whether it was asked after a final status had been seen.
    pub(super) asked_later: bool,
    /// What was asked; `None` if it was told unasked.
    pub(super) endpoint: Option<Endpoint>,
    pub(super) reply: ClientReply,
}

/// Judges what a client saw.
pub(super) fn judge(said: &mut Authorities, found: &mut Findings, seen: Sighting, what: Screen) {
    if said.names_a_rivals(what.token, &what.reply) {
        return;
    }
    if let Some(status) = status_of(&what.reply) {
        if status == Status::Succeeded {
            success_has_money(said, found, seen, what.token);
        }
        terminal_is_final(said, found, seen, &what, status);
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
    if said.names_a_rivals(token, reply) {
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
    let charges = said.charges_of(token);
    let holding = charges.iter().find(|view| view.is_captured() || view.is_alive());
    let step = match holding {
        Some(view) if view.is_captured() => "capture",
        _ => "authorize",
    };
    let about = (token, step, Relation::ShownTooEarly);
    found.check(Invariant::I18, seen, about, holding.is_none(), || {
        let state = holding.map(|v| format!("{} at {} is {}", v.id, v.provider, v.state));
        format!("{} was told to be {status}, but {}", called(token), state.unwrap_or_default())
    });
}

fn success_has_money(said: &Authorities, found: &mut Findings, seen: Sighting, token: Token) {
    let Some(operation) = said.plan.operation(token) else { return };
    let due = said.of(token).map_or(operation.money.amount, |dossier| dossier.due(operation));
    let charges = said.charges_of(token);
    let captured: Vec<_> = charges.iter().filter(|view| view.is_captured()).collect();
    let paid = matches!(
        captured.as_slice(),
        [view] if view.captured == due
            && view.money.currency == operation.money.currency
    );
    let about = (token, "capture", Relation::ShownTooEarly);
    found.check(Invariant::I17, seen, about, paid, || {
        format!(
            "{} was seen succeeded with {} captured charges, for an intent of {}",
            called(token),
            captured.len(),
            operation.money
        )
    });
    let booked = said.booked(token);
    let about = (token, "post", Relation::ShownTooEarly);
    found.check(Invariant::I17, seen, about, booked >= due, || {
        format!("{} was seen succeeded before the ledger had booked it", called(token))
    });
}

fn terminal_is_final(
    said: &mut Authorities,
    found: &mut Findings,
    seen: Sighting,
    what: &Screen,
    status: Status,
) {
    match said.dossiers.final_seen(what.token) {
        // Only a request made after the screen showed it has to show it too.
        Some(first) if what.asked_later => {
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

fn replies_agree(said: &mut Authorities, found: &mut Findings, seen: Sighting, what: &Screen) {
    // Nothing was executed for these, so they say nothing of the payment.
    if matches!(what.reply, ClientReply::Unavailable) {
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
