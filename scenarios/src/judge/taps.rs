//! What the judge taps: everything that leaves, gets durable, is lost, or is stated.

use model::{Answer, PaymentId, Token};
use sim::{Observer, Role, Sighting, Strike, Subject};

use super::screen_view::Asked;
use super::{Judge, events, fencing, keys, late, replay, screens, wedge};
use crate::fact::{Endpoint, Fact};
use crate::message::{ClientReply, Message, Receipt, ReturnReceipt};
use crate::party::{self, EDGE, LAKE, PROBE, STORE};
use crate::plan::Protocol;
use crate::snapshot::Snapshot;
use crate::system::{Entry, PaymentSystem};

impl Observer<PaymentSystem> for Judge {
    fn sent(&mut self, seen: Sighting, to: Role, message: &Message) {
        if let Message::Provided(_, answer)
        | Message::Remitted(_, answer)
        | Message::Booked(_, answer)
        | Message::Assessed(_, answer) = message
        {
            self.said.sights.answered(answer);
        }
        if let Message::Assessed(envelope, Answer::Risk(reply)) = message {
            self.said.gate.tell(envelope.operation, *reply);
        }
        match message {
            Message::Provide(envelope, _)
            | Message::Remit(envelope, _)
            | Message::Book(envelope, _)
            | Message::Assess(envelope, _) => {
                self.said.count_call(envelope.number);
                if self.said.plan().protocol == Protocol::TwoPhase {
                    return;
                }
                replay::sent(&self.said, &mut self.found, seen, envelope, message);
                fencing::sent(&mut self.said, &mut self.found, seen, message);
            }
            Message::Commit(commit) if self.said.plan().decisions.is_some() => {
                let by = (self.said.plan(), &self.envelope);
                self.probes.sent(by, &mut self.found, seen, commit);
            }
            Message::TwoPhase(message) => {
                self.commitments.said(&mut self.found, seen, message);
            }
            Message::Booked(envelope, Answer::Booked(_)) => {
                fencing::booked(&mut self.said, &mut self.found, seen, envelope);
            }
            Message::Create(_) | Message::Refund(_) => {
                self.said.asked(message.token(), Endpoint::Create);
            }
            Message::Get(token, _) if seen.role != PROBE => {
                self.said.asked(*token, Endpoint::Get);
            }
            Message::Cancel(token, _) => self.said.asked(*token, Endpoint::Cancel),
            Message::Created(asking, reply)
            | Message::Refunded(asking, reply)
            | Message::Got(asking, reply)
            | Message::Cancelled(asking, reply)
                if seen.role == EDGE =>
            {
                let endpoint = match message {
                    Message::Created(..) | Message::Refunded(..) => Endpoint::Create,
                    Message::Got(..) => Endpoint::Get,
                    _ => Endpoint::Cancel,
                };
                let whom = (asking.token, endpoint);
                self.told((seen, to), (asking.token, Some(endpoint)), reply);
                keys::answered(&self.said, &mut self.found, seen, whom, reply);
                wedge::answered(&self.said, &mut self.found, seen, asking.token, reply);
                screens::emitted(&mut self.said, &mut self.found, seen, asking.token, reply);
            }
            Message::WebhookReply(receipt) | Message::ReviewAck(receipt) if receipt.taken => {
                self.inbox.acknowledged(&mut self.found, seen, receipt);
            }
            Message::ReturnReply(receipt) if receipt.taken => {
                let ReturnReceipt { event, token, taken, .. } = *receipt;
                let receipt = Receipt { event, token, taken };
                self.inbox.acknowledged(&mut self.found, seen, &receipt);
            }
            Message::Notice(notice) if party::client_of(to).is_some() => {
                let reply = ClientReply::Stands(notice.payment, notice.status);
                self.told((seen, to), (notice.token, None), &reply);
                screens::emitted(&mut self.said, &mut self.found, seen, notice.token, &reply);
            }
            Message::Event(event) if seen.role == STORE => {
                events::emitted(&self.said, &mut self.found, seen, (to, event));
            }
            Message::MerchantEvent(event) => {
                events::emitted(&self.said, &mut self.found, seen, (to, event));
                let reply = ClientReply::Stands(event.id.stream, event.status);
                screens::emitted(&mut self.said, &mut self.found, seen, event.token, &reply);
            }
            Message::EventAck(token, id) if seen.role == LAKE => {
                events::acknowledged(&mut self.said, *token, *id);
            }
            Message::Rows(read, rows) if seen.role == STORE => {
                events::read(&self.said, &mut self.found, seen, (read, rows));
            }
            Message::Leased(request, _, journal, _) if seen.role == STORE => {
                let whose = (request.token, request.payment);
                events::leased(&self.said, &mut self.found, seen, whose, journal);
            }
            _ => {}
        }
    }

    fn durable(&mut self, seen: Sighting, record: &Entry) {
        match record {
            Entry::Ledger(booking) => self.booked(seen, booking),
            Entry::Store(entry) => self.committed(seen, entry),
            Entry::Branch(entry) => self.commitments.kept(&mut self.found, seen, entry),
            Entry::Coordinator(entry) => self.logged(seen, entry),
            Entry::Provider(entry) => {
                if let Some(movement) = entry.movement() {
                    self.moved(seen, movement);
                }
                if let Some(file) = entry.file() {
                    self.said.settlements.written(file);
                }
            }
            Entry::Counted(event) => {
                events::counted(&mut self.said, &mut self.found, seen, event);
            }
            Entry::Bank(entry) => {
                if let Some(movement) = entry.movement() {
                    self.remitted(seen, movement);
                }
                if let Some(file) = entry.file() {
                    self.said.settlements.written(file);
                }
            }
            Entry::Risk(entry) => self.said.gate.take(entry),
            // A snapshot says nothing that its journal had not said.
            Entry::Client(_) | Entry::Fence(..) | Entry::Snapshot(_) => {}
            // Only whose it is reads that.
            Entry::Own(_) => {}
        }
    }

    fn lost(&mut self, _seen: Sighting, record: &Entry) {
        match record {
            Entry::Counted(event) => events::forgotten(&mut self.said, event),
            Entry::Snapshot(Snapshot::Lake(lake)) => events::all_forgotten(&mut self.said, lake),
            _ => {}
        }
    }

    fn struck(&mut self, seen: Sighting, strike: Strike, subject: Option<Subject>) {
        if strike == Strike::Crash {
            self.probes.forget(seen.role);
        }
        let sights = &mut self.said.sights;
        match subject {
            Some(Subject(token)) => {
                let place = self.said.plan.place(Token(token));
                sights.strike_payment(strike.into(), place, seen.role);
            }
            None => sights.strike_party(strike.into(), seen.role),
        }
    }

    fn noted(&mut self, seen: Sighting, fact: &Fact) {
        match fact {
            Fact::Struck(_, strike, about) => self.said.take_strike(*strike, *about, seen.role),
            Fact::BankStruck(_, strike, about) => {
                self.said.take_strike(*strike, *about, seen.role);
            }
            Fact::DeciderStruck(strike, about) => {
                self.said.take_strike(*strike, *about, seen.role);
            }
            Fact::Moved(..) | Fact::Remitted(..) | Fact::Blocked(_) => {}
            Fact::FileStruck(name) => self.said.settlements.count_strike(name),
            Fact::Reported(report) => self.said.settlements.take_report(report),
            Fact::Befell(stroke) => self.said.take_stroke(*stroke),
            Fact::Shown { asking, endpoint, reply } => {
                self.said.sights.shown(reply);
                let asked = self.said.asked_when(asking, *endpoint);
                let (token, endpoint) = (asking.token, Some(*endpoint));
                self.shown(seen, screens::Screen { token, asked, endpoint, reply: *reply });
            }
            Fact::Heard(event) => {
                let is_newest = events::told(&mut self.said, &mut self.found, seen, event);
                if late::goes_back(&self.said, event.token, event.id.stream) {
                    return;
                }
                // An older one that was late tells nothing new.
                let after_final = event.status.is_final() && is_newest;
                let asked = Asked { after_final, after_last: false };
                let reply = ClientReply::Stands(event.id.stream, event.status);
                let (token, endpoint) = (event.token, None);
                self.shown(seen, screens::Screen { token, asked, endpoint, reply });
            }
            Fact::Told { token, status } => {
                let payment = self.said.payment_of(*token).unwrap_or(PaymentId(0));
                let reply = ClientReply::Stands(payment, *status);
                // That it is under way may be told late.
                let early = Asked { after_final: false, after_last: false };
                let (token, asked) = (*token, if status.is_final() { Asked::LATER } else { early });
                self.shown(seen, screens::Screen { token, asked, endpoint: None, reply });
            }
            Fact::Probed { token, reply } => {
                // Under its key there is nothing but what came of another's use of it.
                let foreign = self.said.names_anothers(*token, reply);
                let reply = if foreign { ClientReply::NotFound } else { *reply };
                self.said.take_probe(*token, reply);
                let (token, asked) = (*token, Asked::LATER);
                let endpoint = Some(Endpoint::Get);
                self.shown(seen, screens::Screen { token, asked, endpoint, reply });
            }
        }
    }
}
