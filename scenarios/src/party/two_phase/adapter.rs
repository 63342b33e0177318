//! The adapter in front of the providers as a participant: to prepare is to
//! authorize, to commit is to capture, to abort is to void. What a provider has
//! promised it may take back all the same, which no participant should.

use std::collections::BTreeMap;
use std::time::Duration;

use model::two_phase::{Participant, ParticipantAct, ParticipantEvent, Transaction};
use model::{Answer, PaymentId, ProviderReply};
use sim::Delivery;

use super::errand::{Doing, Errand, Finding};
use super::shard::patience;
use super::{reminded, reminder};
use crate::message::{Envelope, Message, Settled, TwoPhase, Vote};
use crate::party::provider_role;
use crate::system::{Effects, Entry, PaymentSystem};

/// The adapter with its journal.
#[derive(Clone, Debug, Default)]
pub struct AdapterDesk {
    errands: BTreeMap<Transaction, Errand>,
}

impl AdapterDesk {
    pub(crate) fn boot(system: &PaymentSystem, journal: &[Entry], out: &mut Effects) -> Self {
        let mut desk = Self::default();
        for entry in journal {
            if let Entry::Branch(entry) = entry {
                let errand = Errand::restored(entry, out.monotonic());
                desk.errands.insert(entry.about.transaction, errand);
            }
        }
        for (transaction, errand) in desk.errands.clone() {
            match errand.state {
                // Nobody was promised anything, and the answer may be lost.
                Participant::Working => {
                    desk.meet(system, transaction, ParticipantEvent::TimedOut, out);
                }
                _ if errand.doing == Doing::Nothing => {}
                _ => out.set_timer(Duration::ZERO, reminder(transaction, errand.round)),
            }
        }
        desk
    }

    pub(crate) fn on_message(
        &mut self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    ) {
        // Whoever can't write promises and does nothing.
        if out.disk_is_full() {
            return;
        }
        match delivery.message {
            Message::TwoPhase(TwoPhase::Prepare(work)) => {
                let transaction = work.about.transaction;
                if self.errands.contains_key(&transaction) {
                    return self.asked_again(system, transaction, out);
                }
                let errand = Errand::new(work.about, Some(*work), delivery.from, out.monotonic());
                // It has to be known that money may be reserved before it is.
                keep(&errand, out);
                self.errands.insert(transaction, errand);
                self.call(system, transaction, out);
            }
            Message::TwoPhase(TwoPhase::Decide(about, decision)) => {
                let fresh = Errand {
                    doing: Doing::Nothing,
                    ..Errand::new(about, None, delivery.from, out.monotonic())
                };
                self.errands.entry(about.transaction).or_insert(fresh);
                self.meet(system, about.transaction, decision.into(), out);
            }
            Message::Provided(envelope, answer) => self.hear(system, &envelope, &answer, out),
            _ => {}
        }
    }

    pub(crate) fn on_timer(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        number: u32,
        out: &mut Effects,
    ) {
        let (transaction, round) = reminded(payment, number);
        let Some(errand) = self.errands.get_mut(&transaction).filter(|e| e.round == round) else {
            return;
        };
        if out.disk_is_full() {
            return remind(system, errand, out);
        }
        errand.tries += 1;
        match errand.doing {
            Doing::Authorizing if out.monotonic() >= errand.since + AUTHORIZE_WITHIN => {
                self.meet(system, transaction, ParticipantEvent::TimedOut, out);
            }
            Doing::Waiting => {
                remind(system, errand, out);
                self.meet(system, transaction, ParticipantEvent::TimedOut, out);
            }
            Doing::Nothing => {}
            Doing::Authorizing | Doing::Capturing | Doing::Voiding => {
                self.call(system, transaction, out);
            }
        }
    }

    /// A vote is repeated; one that is not made yet is still to come.
    fn asked_again(&mut self, system: &PaymentSystem, transaction: Transaction, out: &mut Effects) {
        let state = self.errands.get(&transaction).map(|errand| errand.state);
        if state != Some(Participant::Working) {
            self.meet(system, transaction, ParticipantEvent::Prepare, out);
        }
    }

    /// Asks the provider what is to be asked now.
    fn call(&mut self, system: &PaymentSystem, transaction: Transaction, out: &mut Effects) {
        let Some(errand) = self.errands.get_mut(&transaction) else { return };
        let request = errand.request(out.monotonic(), &system.rules);
        if let (Some(request), Some(work)) = (request, errand.work) {
            errand.calls += 1;
            if request.takes_effect() {
                errand.effect_sent = out.monotonic();
            }
            let envelope = Envelope {
                token: errand.about.token,
                payment: transaction.payment,
                operation: errand.authorization(),
                number: errand.calls,
                epoch: 0,
            };
            out.send(provider_role(work.provider), Message::Provide(envelope, request));
        }
        remind(system, errand, out);
    }

    fn hear(
        &mut self,
        system: &PaymentSystem,
        envelope: &Envelope,
        answer: &Answer,
        out: &mut Effects,
    ) {
        let errands = self.errands.iter_mut();
        let named = |errand: &Errand| errand.authorization() == envelope.operation;
        let Some((transaction, errand)) = { errands }.find(|(_, errand)| named(errand)) else {
            return;
        };
        let transaction = *transaction;
        match errand.weigh(answer, out.monotonic(), &system.rules) {
            Finding::Authorized(charge) => {
                errand.charge = Some(charge);
                self.meet(system, transaction, ParticipantEvent::Prepare, out);
            }
            Finding::Refused(vote) => {
                errand.refusal = vote;
                errand.is_clean = errand.calls == 1 && !reserves(answer);
                self.meet(system, transaction, ParticipantEvent::PrepareInVain, out);
            }
            Finding::Captured => self.settle(transaction, Settled::AsDecided, out),
            // What is left of the authorization has to go before that is told.
            Finding::Revoked => {
                errand.begin(Doing::Voiding, out);
                self.call(system, transaction, out);
            }
            Finding::Gone if errand.state == Participant::Committed => {
                self.settle(transaction, Settled::Revoked, out);
            }
            Finding::Gone => self.settle(transaction, Settled::AsDecided, out),
            Finding::Open => {}
        }
    }

    /// What was decided is done at the provider, or can't be.
    fn settle(&mut self, transaction: Transaction, settled: Settled, out: &mut Effects) {
        let Some(errand) = self.errands.get_mut(&transaction) else { return };
        errand.settled = Some(settled);
        errand.begin(Doing::Nothing, out);
        keep(errand, out);
        acknowledge(errand, out);
    }

    /// Goes on with a transaction by `event`. What the protocol can't explain
    /// changes nothing.
    fn meet(
        &mut self,
        system: &PaymentSystem,
        transaction: Transaction,
        event: ParticipantEvent,
        out: &mut Effects,
    ) {
        let Some(errand) = self.errands.get_mut(&transaction) else { return };
        let before = errand.state;
        let Ok(acts) = errand.state.meet(event, system.rules.defects) else { return };
        if errand.state != before {
            let doing = match errand.state {
                Participant::Prepared => Doing::Waiting,
                Participant::Committed => Doing::Capturing,
                Participant::Working | Participant::Aborted => Doing::Voiding,
            };
            // Nothing was asked of a provider, or it did nothing.
            let idle = errand.work.is_none() || errand.is_clean;
            errand.begin(if idle { Doing::Nothing } else { doing }, out);
            errand.settled = idle.then_some(Settled::AsDecided);
        }
        for act in acts {
            match act {
                ParticipantAct::Force => keep(errand, out),
                ParticipantAct::VoteYes => {
                    say(errand, TwoPhase::Vote(errand.about, Vote::Yes), out)
                }
                ParticipantAct::VoteNo => {
                    say(errand, TwoPhase::Vote(errand.about, errand.refusal), out);
                }
                // That it is done is told when it is.
                ParticipantAct::Acknowledge => acknowledge(errand, out),
                ParticipantAct::Inquire => say(errand, TwoPhase::Inquire(errand.about), out),
            }
        }
        match errand.doing {
            _ if errand.state == before => {}
            Doing::Capturing | Doing::Voiding => self.call(system, transaction, out),
            Doing::Waiting => remind(system, errand, out),
            Doing::Authorizing | Doing::Nothing => {}
        }
    }
}

impl Errand {
    fn begin(&mut self, doing: Doing, out: &Effects) {
        (self.doing, self.since, self.tries) = (doing, out.monotonic(), 0);
        self.round += 1;
    }
}

/// Whether a part of the money is reserved by what the provider answered.
fn reserves(answer: &Answer) -> bool {
    matches!(answer, Answer::Provider(ProviderReply::Authorized { .. }))
}

fn keep(errand: &Errand, out: &mut Effects) {
    out.append(Entry::Branch(Box::new(errand.entry())));
    out.sync();
}

fn say(errand: &Errand, message: TwoPhase, out: &mut Effects) {
    out.send(errand.coordinator, Message::TwoPhase(message));
}

fn acknowledge(errand: &Errand, out: &mut Effects) {
    if let Some(settled) = errand.settled {
        say(errand, TwoPhase::Acknowledge(errand.about, settled), out);
    }
}

fn remind(system: &PaymentSystem, errand: &mut Errand, out: &mut Effects) {
    errand.round += 1;
    let patience = match errand.doing {
        Doing::Waiting => patience(system, errand.tries),
        _ => system.rules.provider_timeout.max(system.rules.backoff(errand.tries, true)),
    };
    out.set_timer(patience, reminder(errand.about.transaction, errand.round));
}

/// How long it tries to authorize before it votes no.
const AUTHORIZE_WITHIN: Duration = Duration::from_secs(40);
