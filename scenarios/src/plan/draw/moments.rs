//! When faults strike: at a moment of virtual time, or at one that means
//! something to a payment.

use std::time::Duration;

use sim::{Cue, Kind, Occasion, Role, Sight, Subject, Trigger, VirtualTime};

use super::Drawer;
use crate::fact::sights;
use crate::message::kinds;
use crate::party::{self, DECIDER, EDGE, INGRESS, LEDGER, NOTIFIER, RECONCILER, RISK, STORE};

impl Drawer<'_> {
    /// A moment before heal; three of four while payments are being begun.
    pub(super) fn moment(&mut self) -> VirtualTime {
        let spread = self.scenario.workload.spread.0;
        let until = if self.stream.draw().below(4) > 0 {
            spread + Duration::from_secs(10)
        } else {
            self.scenario.chaos.0
        };
        VirtualTime::ZERO.after(self.stream.span(Duration::ZERO, until.min(self.scenario.chaos.0)))
    }

    /// A moment of virtual time, or every third time a while after something
    /// that happens to a payment.
    pub(super) fn trigger(&mut self) -> Trigger {
        if self.stream.draw().below(3) > 0 {
            return Trigger::At(self.moment());
        }
        let cue = match self.stream.draw().below(4) {
            0 => Cue::Fact(self.sight()),
            1 => Cue::Delivery(self.any_sending()),
            _ => Cue::Send(self.any_sending()),
        };
        let wait = self.stream.span(Duration::ZERO, Duration::from_secs(5));
        let at_once = self.stream.draw().below(2) == 0;
        Trigger::Later(cue, if at_once { Duration::ZERO } else { wait })
    }

    /// Something that anybody sends.
    pub(super) fn any_sending(&mut self) -> Occasion {
        self.occasion(None, |_, _| true)
    }

    /// Something that `role` sends.
    pub(super) fn departure(&mut self, role: Role) -> Occasion {
        self.occasion(Some(role), |from, _| from == role)
    }

    /// Something that reaches `role`.
    pub(super) fn arrival(&mut self, role: Role) -> Occasion {
        self.occasion(Some(role), |_, to| to == role)
    }

    /// A sending that `fits` its two ends, on a link of `role` if it is told.
    fn occasion(&mut self, role: Option<Role>, fits: impl Fn(Role, Role) -> bool) -> Occasion {
        let client = role.filter(|role| party::client_of(*role).is_some());
        let provider = role.filter(|role| party::provider_of(*role).is_some());
        let worker = role.filter(|role| party::worker_of(*role).is_some());
        let client = client.unwrap_or_else(|| self.client());
        let provider = provider.unwrap_or_else(|| self.provider_party());
        let worker = worker.unwrap_or_else(|| self.worker());
        let bank = role.filter(|role| party::bank_of(*role).is_some());
        let bank = bank.or_else(|| (!self.scenario.rails.is_empty()).then(|| self.bank_party()));
        let banking = bank.into_iter().flat_map(|bank| bank_traffic(worker, bank));
        let told = self.scenario.providers.webhooks.then(|| tidings(worker, provider));
        let told = told.into_iter().flatten();
        let shop = if self.scenario.merchant_events { STORE } else { client };
        let all = traffic(client, worker, provider, shop).into_iter();
        let decider = self
            .scenario
            .has_decider()
            .then_some([(worker, DECIDER, kinds::DECIDE), (DECIDER, worker, kinds::DECIDED)]);
        let all = all.chain(told).chain(banking).chain(self.events(client));
        let all = all.chain(decider.into_iter().flatten());
        let choices: Vec<_> = all.filter(|(from, to, _)| fits(*from, *to)).collect();
        let choice = self.stream.draw().pick(&choices).copied();
        let (from, to, kind) = choice.expect("every party sends something and hears something");
        let ordinal = [1, 1, 2, 3][self.stream.draw().below(4) as usize];
        Occasion { from, to, kind, subject: self.subject(), ordinal }
    }

    /// Something that a client or a provider sees.
    pub(super) fn sight(&mut self) -> Sight {
        let at_provider = self.stream.draw().below(4) > 0;
        let (role, kinds) = if at_provider {
            (self.provider_party(), sights::OF_PROVIDERS)
        } else {
            (self.client(), sights::OF_CLIENTS)
        };
        let kind = kinds[self.stream.draw().below(kinds.len() as u64) as usize];
        Sight { role, kind, subject: self.subject(), ordinal: 1 }
    }

    /// Who tells whom of events, and of what is to be settled, where anybody hears of
    /// them.
    fn events(&self, client: Role) -> impl Iterator<Item = (Role, Role, Kind)> + use<> {
        let house = self.consumers().into_iter().flat_map(|consumer| match consumer {
            RECONCILER => {
                [(STORE, RECONCILER, kinds::RECONCILE), (RECONCILER, STORE, kinds::RECONCILED)]
            }
            _ => [(STORE, consumer, kinds::EVENT), (consumer, STORE, kinds::EVENT_ACK)],
        });
        let shop = self.scenario.merchant_events.then_some([
            (NOTIFIER, client, kinds::MERCHANT_EVENT),
            (client, NOTIFIER, kinds::MERCHANT_EVENT_ACK),
        ]);
        house.chain(shop.into_iter().flatten())
    }

    fn subject(&mut self) -> Subject {
        let operation = self.stream.draw().pick(self.operations);
        Subject(operation.map_or(0, |operation| operation.token.0))
    }
}

/// What workers and a bank say to each other.
fn bank_traffic(worker: Role, bank: Role) -> [(Role, Role, Kind); 4] {
    [
        (worker, bank, kinds::SEND),
        (worker, bank, kinds::SEND),
        (worker, bank, kinds::INVESTIGATE),
        (bank, worker, kinds::REMITTED),
    ]
}

/// Who tells whom of webhooks, where there are any.
fn tidings(worker: Role, provider: Role) -> [(Role, Role, Kind); 5] {
    [
        (provider, INGRESS, kinds::WEBHOOK),
        (INGRESS, STORE, kinds::RECEIVE),
        (STORE, INGRESS, kinds::RECEIVED),
        (INGRESS, provider, kinds::WEBHOOK_REPLY),
        (STORE, worker, kinds::TOLD),
    ]
}

/// Who sends what to whom; workers tell `told` how a payment ended.
fn traffic(client: Role, worker: Role, provider: Role, told: Role) -> [(Role, Role, Kind); 20] {
    [
        (client, EDGE, kinds::CREATE),
        (EDGE, client, kinds::CREATED),
        (EDGE, STORE, kinds::READ),
        (STORE, EDGE, kinds::ROWS),
        (EDGE, STORE, kinds::COMMIT),
        (STORE, EDGE, kinds::COMMITTED),
        (STORE, worker, kinds::RUN),
        (worker, STORE, kinds::LEASE),
        (STORE, worker, kinds::LEASED),
        (worker, STORE, kinds::COMMIT),
        (STORE, worker, kinds::COMMITTED),
        (worker, RISK, kinds::ASSESS),
        (RISK, worker, kinds::ASSESSED),
        (worker, LEDGER, kinds::BOOK),
        (LEDGER, worker, kinds::BOOKED),
        (worker, provider, kinds::AUTHORIZE),
        (worker, provider, kinds::CAPTURE),
        (worker, provider, kinds::VOID),
        (provider, worker, kinds::PROVIDED),
        (worker, told, kinds::NOTICE),
    ]
}
