//! The invariants of idempotency keys: I20 and I21, and I19's half about how long
//! keys live. Of requests that share a key, one is the one that it stands for; what
//! is another's is nobody's else.

use std::time::Duration;

use model::{PaymentId, Token, Transfer};
use sim::{Misfortune, Sighting};

use super::authorities::Authorities;
use super::called;
use super::findings::{Findings, Relation};
use crate::fact::Endpoint;
use crate::invariant::Invariant;
use crate::message::ClientReply;
use crate::party::STORE;
use crate::plan::Plan;

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
    let before = said.names_an_order_mates(token, reply);
    for rival in said.rivals(token) {
        if rival.tenant == operation.tenant {
            // Who has no journal may have accepted it, and crashed before it said so.
            refused |= said.has_no_journal;
            let stands_for = said.has_payment(rival.token) && !said.has_payment(token);
            if stands_for && endpoint == Endpoint::Create {
                refused = true;
                refused_as_such(found, seen, (token, rival.token), reply, before);
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

/// Judges whether an operation that becomes a payment may have its key: not
/// before the lifetime of an earlier use is over, and that use is finished.
pub(super) fn claimed(said: &mut Authorities, found: &mut Findings, seen: Sighting, token: Token) {
    let Some(operation) = said.plan.operation(token) else { return };
    let mates = said.rivals(token).filter(|rival| rival.tenant == operation.tenant);
    let mates = mates.map(|rival| (rival.token, said.is_order_mate(operation, rival)));
    let mates: Vec<_> = mates.collect();
    let lifetime = shortest_lifetime(&said.plan);
    for (mate, is_same_order) in &mates {
        let Some(first) = said.claimed_at(*mate) else { continue };
        let outlived = lifetime.is_some_and(|lifetime| seen.at >= first.after(lifetime));
        let dossier = said.of(*mate);
        // What its payment is disputed by, or given back, goes by keys of its own.
        let views = dossier.iter().flat_map(|dossier| &dossier.payments);
        let mut views = views.filter(|view| !view.intent.order.is_about_another());
        let open = views.find(|view| !view.status.is_final());
        let about = (token, "create", Relation::RepliesDiffer);
        let free = outlived && open.is_none() && !is_same_order;
        found.check(Invariant::I19, seen, about, free, || {
            let status = open.map_or("finished".to_owned(), |view| view.status.to_string());
            format!(
                "the key of {}, which is {status} and had it at {first}, was given to {}",
                called(*mate),
                called(token)
            )
        });
    }
    if !mates.is_empty() {
        said.take_claim(seen.at, token);
    }
}

/// How long a key lives at least by true time: the declared lifetime, on a clock
/// that runs as fast as the plan lets it.
fn shortest_lifetime(plan: &Plan) -> Option<Duration> {
    let drifts = plan.faults.iter().filter_map(|fault| match fault.misfortune {
        Misfortune::Drift { role: STORE, ppm } => u64::try_from(ppm).ok(),
        _ => None,
    });
    let fastest = 1_000_000 + drifts.sum::<u64>();
    let nanos = plan.key_lifetime?.as_nanos() * 1_000_000 / u128::from(fastest);
    Some(Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)))
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
    (token, owner): (Token, Token),
    reply: &ClientReply,
    as_before: bool,
) {
    let about = (token, "create", Relation::RepliesDiffer);
    // Nothing was looked up for 400 and 503.
    let fits = matches!(reply.code(), 400 | 422 | 503) || as_before;
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
