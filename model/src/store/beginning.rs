//! What somebody outside begins by a webhook: the row in the inbox and the
//! acceptance of a saga of its own are one commit.

use super::inbox::InboxChange;
use super::taken::Taken;
use super::{Commit, Store};
use crate::aside::Aside;
use crate::identity::PaymentId;
use crate::money::{Amount, Money};
use crate::order::{ChargebackOrder, Order, RefundOrder};
use crate::record::{Intent, Record};
use crate::shares::Shares;
use crate::webhook::{Beginning, News, Webhook};

impl Store {
    /// Whether `webhook` tells of something that is known here so far. If not,
    /// it has to come again: who tells that a dispute was won, before anybody
    /// heard that it was opened, is early.
    pub fn can_place(&self, webhook: &Webhook) -> bool {
        if webhook.tells_of_return() {
            return self.can_place_return(webhook);
        }
        match (webhook.news, webhook.saga()) {
            // A person's verdict names its payment, which there was before anybody looked.
            (News::Stands(..) | News::Reviewed(_) | News::Settled(_), _)
            | (News::Begins(..), None) => true,
            (News::Begins(..), Some(saga)) => {
                self.standing(saga).is_some() || self.begun_by(webhook).is_some()
            }
        }
    }

    /// The acceptance of the chargeback, its pre-arbitration or the refund by hand
    /// that `webhook` tells of: the customer has the money already, so nothing can
    /// refuse it. `None` as long as nothing here knows all that was taken, and has
    /// booked it: whose share of it is how much, nobody can tell before that.
    pub(super) fn begun_by(&self, webhook: &Webhook) -> Option<Commit> {
        let News::Begins(beginning, amount) = webhook.news else { return None };
        let payment = self.inbox.as_ref()?.payment_of(webhook.reference)?;
        if beginning == Beginning::TakenAfterAll {
            return self.begun_late(payment, webhook, amount);
        }
        if let Some(late) = self.late_success_of(webhook.charge) {
            return match beginning {
                Beginning::RefundedByHand => self.given_back_late(late, webhook, amount),
                _ => self.disputed_late(late, webhook, (beginning, amount)),
            };
        }
        let standing = self.standing(payment)?;
        let told = |taken: &Taken| standing.status.is_final() && taken.charge == webhook.charge;
        let taken = self.taken(payment).filter(told)?;
        let of = self.accepted(payment)?;
        let (provider, charge) = (taken.provider, webhook.charge);
        let (saga, order) = match beginning {
            Beginning::DisputeOpened | Beginning::DisputedAgain => {
                let authorization = webhook.reference;
                let shares = taken.disputed_of(amount);
                let dispute =
                    ChargebackOrder { of: payment, provider, charge, authorization, shares };
                disputed(beginning, dispute)
            }
            Beginning::RefundedByHand => {
                let (settled, shares) = (taken.settled, taken.borne(amount));
                let exchanged = taken.borne_exchanged(amount);
                let refund =
                    RefundOrder { of: payment, provider, charge, settled, shares, exchanged };
                (PaymentId::of_refund_by_hand(charge), Order::RefundByHand(refund))
            }
            _ => return None,
        };
        let money = Money { amount, currency: of.money.currency };
        let intent = Intent { payment: saga, money, order, ..*of };
        let mut records = vec![Record::Accepted(intent)];
        let other = match beginning {
            Beginning::RefundedByHand => taken.refunds + taken.disputed,
            _ => taken.refunds,
        };
        if other > Amount::ZERO && amount > taken.refundable() {
            records.push(Record::Flagged);
        }
        let commit = Commit {
            exclusive: false,
            inbox: vec![InboxChange::Received(*webhook)],
            ..Commit::of(intent.payment, intent.token, 0, records)
        };
        Some(commit.sealed())
    }

    /// The acceptance of a dispute, or of a second one, over what `late` gives back. No
    /// merchant had anything of it, and none bears what is lost. As it may have gone
    /// back already, a person is told.
    fn disputed_late(
        &self,
        late: PaymentId,
        webhook: &Webhook,
        (beginning, amount): (Beginning, Amount),
    ) -> Option<Commit> {
        if !matches!(beginning, Beginning::DisputeOpened | Beginning::DisputedAgain) {
            return None;
        }
        let of = *self.accepted(late)?;
        let dispute = ChargebackOrder {
            of: late,
            provider: of.order.provider()?,
            charge: webhook.charge,
            authorization: webhook.reference,
            shares: Shares::NONE,
        };
        let (saga, order) = disputed(beginning, dispute);
        let money = Money { amount, currency: of.money.currency };
        let records =
            vec![Record::Accepted(Intent { payment: saga, money, order, ..of }), Record::Flagged];
        let inbox = vec![InboxChange::Received(*webhook)];
        let commit = Commit::of(saga, of.token, 0, records);
        Some(Commit { exclusive: false, inbox, ..commit }.sealed())
    }

    /// The acceptance of what somebody gave back by hand of what `late` gives back, or gave
    /// back in vain: no merchant had anything of it.
    fn given_back_late(
        &self,
        late: PaymentId,
        webhook: &Webhook,
        amount: Amount,
    ) -> Option<Commit> {
        let of = *self.accepted(late)?;
        let (provider, charge) = (of.order.provider()?, webhook.charge);
        let (shares, exchanged) = (Shares::NONE, Aside::NONE);
        let refund =
            RefundOrder { of: late, provider, charge, settled: Aside::NONE, shares, exchanged };
        let (saga, order) = (PaymentId::of_refund_by_hand(charge), Order::RefundByHand(refund));
        let money = Money { amount, currency: of.money.currency };
        let records = vec![Record::Accepted(Intent { payment: saga, money, order, ..of })];
        let inbox = vec![InboxChange::Received(*webhook)];
        Some(Commit { exclusive: false, inbox, ..Commit::of(saga, of.token, 0, records) }.sealed())
    }
}

/// What a dispute begins, by whether it is the first over its charge.
fn disputed(beginning: Beginning, dispute: ChargebackOrder) -> (PaymentId, Order) {
    let charge = dispute.charge;
    match beginning {
        Beginning::DisputedAgain => {
            (PaymentId::of_pre_arbitration(charge), Order::PreArbitration(dispute))
        }
        _ => (PaymentId::of_dispute(charge), Order::Chargeback(dispute)),
    }
}
