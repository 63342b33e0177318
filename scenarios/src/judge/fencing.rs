//! The invariant of leases: I26. A stale owner changes nothing that knows of
//! leases, and tells those that don't nothing new.

use model::{
    BankRequest, Commit, Lease, LedgerRequest, OperationId, PaymentId, ProviderRequest, Token,
};
use sim::{Digest, Sighting};

use super::authorities::Authorities;
use super::called;
use super::findings::{Findings, Relation};
use crate::invariant::Invariant;
use crate::message::{Envelope, Message};

/// Who accepts what workers ask for under their leases.
#[derive(Clone, Copy)]
enum Acceptor {
    Store,
    Ledger,
}

/// The store granted a lease.
pub(super) fn leased(said: &mut Authorities, payment: PaymentId, token: Token, lease: &Lease) {
    said.sights.leased(said.plan.place(token), lease.owner);
    let dossier = said.dossiers.open(token);
    dossier.hand_over(payment, lease.epoch);
    let Some(view) = dossier.payment_mut(payment) else { return };
    view.epochs[Acceptor::Store as usize] = lease.epoch;
}

/// The store accepted a commit.
pub(super) fn committed(said: &Authorities, found: &mut Findings, seen: Sighting, commit: &Commit) {
    let Some(epoch) = commit.epoch else { return };
    let newest = newest(said, commit.token, commit.payment, Acceptor::Store);
    accepted(found, seen, (commit.token, "commit"), epoch, newest);
}

/// The ledger answered that it took a booking in.
pub(super) fn booked(
    said: &mut Authorities,
    found: &mut Findings,
    seen: Sighting,
    envelope: &Envelope,
) {
    let Envelope { token, payment, epoch, .. } = *envelope;
    let newest = newest(said, token, payment, Acceptor::Ledger);
    accepted(found, seen, (token, "book"), epoch, newest);
    if epoch > newest
        && let Some(view) = said.dossiers.open(token).payment_mut(payment)
    {
        view.epochs[Acceptor::Ledger as usize] = epoch;
    }
}

/// A worker sent something: if it was sent before under the same operation, it
/// has to be the same.
pub(super) fn sent(
    said: &mut Authorities,
    found: &mut Findings,
    seen: Sighting,
    message: &Message,
) {
    let Some((step, operation, digest)) = effect(message) else { return };
    let token = message.token();
    let dossier = said.dossiers.open(token);
    let known = dossier.sent.iter().find(|(known, _)| *known == operation);
    let Some((_, first)) = known else {
        dossier.sent.push((operation, digest));
        return;
    };
    let about = (token, step, Relation::SameOperationTwice);
    found.check(Invariant::I26, seen, about, *first == digest, || {
        format!("{operation} of {} was sent again, and asks for something else", called(token))
    });
}

/// The premise is a payment that was leased more than once.
fn accepted(
    found: &mut Findings,
    seen: Sighting,
    (token, step): (Token, &'static str),
    epoch: u32,
    newest: u32,
) {
    if newest > 1 {
        let about = (token, step, Relation::RecordOutOfOrder);
        found.check(Invariant::I26, seen, about, epoch >= newest, || {
            format!("epoch {epoch} of {} was accepted after epoch {newest}", called(token))
        });
    }
}

fn newest(said: &Authorities, token: Token, payment: PaymentId, whose: Acceptor) -> u32 {
    let dossier = said.of(token);
    let view = dossier.as_ref().and_then(|dossier| dossier.payment(payment));
    view.map_or(0, |view| view.epochs[whose as usize])
}

/// What a call is to do, and under which operation; `None` if it only asks.
pub(super) fn effect(message: &Message) -> Option<(&'static str, OperationId, u64)> {
    match message {
        Message::Assess(envelope, request) => {
            Some(("risk", envelope.operation, Digest::of(request)))
        }
        Message::Book(envelope, request @ LedgerRequest::Create(_)) => {
            Some(("book", envelope.operation, Digest::of(request)))
        }
        Message::Provide(_, request) => match request {
            ProviderRequest::Authorize { reference, .. } => {
                Some(("authorize", *reference, Digest::of(request)))
            }
            ProviderRequest::Capture { reference, .. } => {
                Some(("capture", *reference, Digest::of(request)))
            }
            ProviderRequest::VoidByReference { reference, .. } => {
                Some(("void", *reference, Digest::of(request)))
            }
            ProviderRequest::Refund { reference, .. } => {
                Some(("refund", *reference, Digest::of(request)))
            }
            ProviderRequest::Contest { reference, .. } => {
                Some(("contest", *reference, Digest::of(request)))
            }
            ProviderRequest::Query { .. } => None,
        },
        // That a repetition is flagged as one makes no other message of it.
        Message::Remit(_, request) => match *request {
            BankRequest::Send { reference, money, destination, repeated: _ } => {
                Some(("send", reference, Digest::of(&(money, destination))))
            }
            BankRequest::Recall { reference, .. } => {
                Some(("recall", reference, Digest::of(request)))
            }
            BankRequest::Investigate { .. } => None,
        },
        _ => None,
    }
}
