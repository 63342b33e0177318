//! The invariants of idempotency keys: I20 and I21. Of requests that share a
//! key, one is the one that it stands for; what is another's is nobody's else.

use model::{PaymentId, Token, Transfer};
use sim::Sighting;

use super::authorities::Authorities;
use super::called;
use super::findings::{Findings, Relation};
use crate::fact::Endpoint;
use crate::invariant::Invariant;
use crate::message::ClientReply;

/// Judges what the edge answers to whom.
pub(super) fn answered(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    (token, endpoint): (Token, Endpoint),
    reply: &ClientReply,
) {
    let Some(operation) = said.plan.operation(token) else { return };
    let (mut foreign, mut refused) = (false, false);
    for rival in said.rivals(token) {
        if rival.tenant == operation.tenant {
            let stands_for = said.has_payment(rival.token) && !said.has_payment(token);
            if stands_for && endpoint == Endpoint::Create {
                refused = true;
                refused_as_such(found, seen, token, rival.token, reply);
            }
        } else {
            foreign = true;
            names_nobody_elses(said, found, seen, (token, rival.token), reply);
        }
    }
    if foreign && !refused && endpoint == Endpoint::Create {
        let about = (token, "create", Relation::RepliesDiffer);
        let free = !matches!(reply, ClientReply::Mismatch);
        found.check(Invariant::I21, seen, about, free, || {
            format!("{} was refused for a key that only another tenant has used", called(token))
        });
    }
}

/// Judges whether a stored transfer stays within one tenant.
pub(super) fn stored(found: &mut Findings, seen: Sighting, row: &Transfer) {
    let about = (row.token, "book", Relation::BooksDiffer);
    let apart = row.debit.tenant == row.credit.tenant;
    found.check(Invariant::I21, seen, about, apart, || {
        format!("{} moves money from {} to {}", row.id, row.debit, row.credit)
    });
}

fn refused_as_such(
    found: &mut Findings,
    seen: Sighting,
    token: Token,
    owner: Token,
    reply: &ClientReply,
) {
    let about = (token, "create", Relation::RepliesDiffer);
    // Nothing was looked up for 400 and 503.
    let fits = matches!(reply.code(), 400 | 422 | 503);
    found.check(Invariant::I20, seen, about, fits, || {
        format!(
            "{} was answered with {} under a key that stands for {}",
            called(token),
            reply.code(),
            called(owner)
        )
    });
}

fn names_nobody_elses(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    (token, stranger): (Token, Token),
    reply: &ClientReply,
) {
    let named = reply.payment();
    let about = (token, "create", Relation::RepliesDiffer);
    let theirs = |payment: PaymentId| said.is_payment_of(stranger, payment);
    found.check(Invariant::I21, seen, about, !named.is_some_and(theirs), || {
        format!(
            "{} was told of the payment of another tenant's {}",
            called(token),
            called(stranger)
        )
    });
}
