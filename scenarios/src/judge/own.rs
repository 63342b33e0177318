//! What there is to say of payments where a user's orchestrator runs, whose journal
//! nobody reads: an order is accepted once a reply names its payment, and it stands as
//! clients are told. That is taken for what the journal of a saga would have said.

use model::{
    Aside, ChargeId, Intent, Order, PaymentId, ProviderId, Record, RefundOrder, Shares, Token,
};
use sim::{Role, Sighting};

use super::authorities::Authorities;
use super::findings::Findings;
use super::keys;
use crate::fact::Endpoint;
use crate::message::ClientReply;
use crate::party::PROBE;
use crate::plan::Operation;

/// Takes what leaves for a client, or for the probe: the reply to a request of
/// `endpoint`, or a notice.
pub(super) fn told(
    said: &mut Authorities,
    found: &mut Findings,
    (seen, to): (Sighting, Role),
    (token, endpoint): (Token, Option<Endpoint>),
    reply: &ClientReply,
) {
    let Some(payment) = reply.payment() else { return };
    if said.names_anothers(token, reply) {
        return;
    }
    if !said.has_payment(token) {
        // Under a key of several, only who asked for a payment has one.
        let shared = said.rivals(token).next().is_some();
        if shared && endpoint != Some(Endpoint::Create) {
            return;
        }
        accepted(said, found, seen, token, payment);
    }
    let Some(status) = reply.status() else { return };
    let view = said.of(token).and_then(|dossier| dossier.payments.first().cloned());
    let Some(view) = view.filter(|view| !view.status.is_final() && view.status != status) else {
        return;
    };
    let (payment, before) = (view.intent.payment, view.changed_at);
    said.take_record(seen.at, payment, token, &Record::StatusChanged(status));
    // That nobody had asked before the probe did is nobody's delay.
    if to == PROBE
        && let Some(view) = said.dossiers.open(token).payment_mut(payment)
    {
        view.changed_at = before;
    }
    if status.is_final() {
        said.take_record(seen.at, payment, token, &Record::Terminal);
    }
}

fn accepted(
    said: &mut Authorities,
    found: &mut Findings,
    seen: Sighting,
    token: Token,
    payment: PaymentId,
) {
    let Some(operation) = said.plan().operation(token).cloned() else { return };
    let order = operation.purpose.order().unwrap_or_else(|| given_back(said, &operation));
    let intent = Intent {
        payment,
        tenant: operation.tenant,
        merchant: operation.merchant,
        key: operation.key,
        token,
        money: operation.money,
        order,
    };
    keys::claimed(said, found, seen, token);
    said.take_record(seen.at, payment, token, &Record::Accepted(intent));
}

/// The order of a refund, as far as anybody but the orchestrator knows it.
fn given_back(said: &Authorities, refund: &Operation) -> Order {
    let of = refund.purpose.refunds().and_then(|of| said.payment_of(of));
    Order::Refund(RefundOrder {
        of: of.unwrap_or(PaymentId(0)),
        provider: ProviderId(0),
        charge: ChargeId(0),
        settled: Aside::default(),
        shares: Shares::NONE,
        exchanged: Aside::default(),
    })
}
