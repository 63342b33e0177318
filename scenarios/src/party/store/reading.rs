//! What the store tells whoever reads it.

use model::gatekeeper::Generation;
use model::{PaymentId, Standing, Then};

use super::StoreDesk;
use crate::message::{GivenBack, PaymentView, ReadRequest, Rows};
use crate::system::Effects;

impl StoreDesk {
    /// What is asked for.
    pub(super) fn rows(&mut self, read: &ReadRequest, out: &Effects) -> Rows {
        let key = self.store.key(read.key);
        let under = self.store.under(read.key);
        let payment = under.map(|(key, standing)| self.view(key.payment, &standing, out));
        let generation = match key {
            Some(_) => Generation::default(),
            None => self.store.generation(read.key),
        };
        let mut earlier = None;
        if let Some(reaper) = &mut self.reaper {
            if key.is_some() {
                reaper.read(read.key, out);
            }
            let ever = self.store.under_ever(read.key, read.token);
            let current = key.map(|key| key.payment);
            let ever = ever.filter(|(payment, _)| Some(*payment) != current);
            earlier = ever.map(|(payment, row)| (payment, self.view(payment, &row, out)));
        }
        let known_order = self.store.of_order(read.key.tenant, read.order_ref);
        let of = read.of.filter(|of| *of != read.key);
        let of = of.and_then(|key| self.store.under(key));
        let of = of.map(|(key, row)| {
            let (payment, status, taken) = (key.payment, row.status, self.store.taken(key.payment));
            Box::new(GivenBack { payment, status, taken })
        });
        let recalled = key.filter(|_| read.of == Some(read.key)).map(|key| key.payment);
        let recall = recalled.and_then(|payout| self.store.recall_of(payout));
        let recall = recall.map(|intent| {
            let known = self.store.standing(intent.payment).is_some();
            Box::new((intent, known))
        });
        Rows { key, payment, of, recall, generation, earlier, known_order }
    }

    fn view(&self, payment: PaymentId, standing: &Standing, out: &Effects) -> PaymentView {
        PaymentView {
            token: self.store.payment(payment).map(|row| row.token),
            status: standing.status,
            version: standing.version,
            lease_live: matches!(standing.then, Then::Park(_)) || self.lease_live(payment, out),
            cancelable: standing.may_cancel,
        }
    }
}
