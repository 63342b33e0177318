//! The payment system as actors: who boots as what, and who gets which message.

use std::sync::Arc;

use model::two_phase::Branch;
use model::{
    Booking, ChargeId, Event, EventId, FileId, ItemId, Ledger, OperationId, PaymentId,
    Reconciliation, RiskEntry, Rules, StoreEntry, Token,
};
use sim::{Bounce, Delivery, Draws, Kind, Out, Recovered, Role, Subject, System};

use crate::fact::Fact;
use crate::message::Message;
use crate::own::{Kept, Office, Own};
use crate::party::bank::{BankDesk, BankEntry};
use crate::party::client::{Client, ClientEntry};
use crate::party::decider::Decider;
use crate::party::edge::Edge;
use crate::party::ingress::Ingress;
use crate::party::lake::LakeDesk;
use crate::party::ledger::LedgerDesk;
use crate::party::notifier::Notifier;
use crate::party::orchestrator::Orchestrator;
use crate::party::probe::Probe;
use crate::party::provider::{ProviderDesk, ProviderEntry};
use crate::party::reconciler::Reconciler;
use crate::party::risk::RiskService;
use crate::party::store::StoreDesk;
use crate::party::two_phase::adapter::AdapterDesk;
use crate::party::two_phase::coordinator::CoordinatorDesk;
use crate::party::two_phase::entry::{BranchEntry, CoordinatorEntry};
use crate::party::two_phase::front::Front;
use crate::party::two_phase::shard::ShardDesk;
use crate::party::{
    self, ADAPTER, Compaction, DECIDER, EDGE, INGRESS, LAKE, LEDGER, NOTIFIER, RECONCILER, RISK,
    STORE,
};
use crate::plan::{Plan, Protocol};
use crate::snapshot::Snapshot;

/// Everything that the parties go by.
#[derive(Clone, Debug)]
pub struct PaymentSystem {
    /// What was decided before the run.
    pub plan: Arc<Plan>,
    /// What the workers go by.
    pub rules: Arc<Rules>,
    /// The key of what issuers and the risk service will say.
    pub draws: Draws,
    /// When parties compact their journals.
    pub compaction: Compaction,
    /// Who stands where edge, store and workers would, if not they.
    pub own: Option<Own>,
}

/// What handlers push their effects into.
pub(crate) type Effects = Out<PaymentSystem>;

/// Any party.
#[derive(Clone, Debug)]
pub enum Party {
    /// The adapter in front of the providers.
    Adapter(AdapterDesk),
    /// A bank.
    Bank(Box<BankDesk>),
    /// A customer with its shop.
    Client(Client),
    /// A coordinator of two-phase commit.
    Coordinator(CoordinatorDesk),
    /// The decider.
    Decider(Decider),
    /// The edge.
    Edge(Edge),
    /// The edge, under two-phase commit.
    Front(Front),
    /// The ingress of webhooks.
    Ingress(Ingress),
    /// The data lake.
    Lake(LakeDesk),
    /// The ledger.
    Ledger(LedgerDesk),
    /// The notifier.
    Notifier(Notifier),
    /// The orchestrator.
    Orchestrator(Box<Orchestrator>),
    /// An orchestrator of the user's own.
    Own(Box<dyn Office>),
    /// The harness's reader.
    Probe(Probe),
    /// A provider.
    Provider(Box<ProviderDesk>),
    /// The reconciler.
    Reconciler(Reconciler),
    /// The risk service.
    Risk(RiskService),
    /// A shard of the ledger, under two-phase commit.
    Shard(Box<ShardDesk>),
    /// The store.
    Store(Box<StoreDesk>),
    /// Anybody who found a hole in a journal that others rely on: it serves
    /// nothing, rather than act on what is left.
    Halted,
}

impl Party {
    /// The books, if it is the ledger.
    pub(crate) fn ledger(&self) -> Option<&Ledger> {
        match self {
            Self::Ledger(ledger) => Some(ledger.books()),
            _ => None,
        }
    }

    /// The books of reconciliation, if it is the store and has any.
    pub(crate) fn reconciliation(&self) -> Option<&Reconciliation> {
        match self {
            Self::Store(store) => store.reconciliation(),
            _ => None,
        }
    }

    /// How many payments, transfers or the like it has not put away, and the
    /// bytes that the others take, in its journal too.
    pub fn footprint(&self) -> (usize, usize) {
        match self {
            Self::Bank(bank) => bank.footprint(),
            Self::Client(client) => client.footprint(),
            Self::Lake(lake) => lake.footprint(),
            Self::Ledger(ledger) => ledger.footprint(),
            Self::Provider(provider) => provider.footprint(),
            Self::Risk(risk) => risk.footprint(),
            Self::Store(store) => store.footprint(),
            Self::Adapter(_)
            | Self::Coordinator(_)
            | Self::Decider(_)
            | Self::Edge(_)
            | Self::Front(_)
            | Self::Shard(_)
            | Self::Ingress(_)
            | Self::Notifier(_)
            | Self::Orchestrator(_)
            | Self::Own(_)
            | Self::Probe(_)
            | Self::Reconciler(_)
            | Self::Halted => (0, 0),
        }
    }
}

/// What timers remind parties of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// A client: it is time for this operation, or to ask again.
    Operation(Token, Nudge),
    /// The edge: no answer to this request yet.
    Request(u64),
    /// The orchestrator: look at this payment again, unless it was looked at
    /// since.
    Payment(PaymentId, u32),
    /// The store: is anybody working on this payment? Unless a later reminder
    /// was set.
    Relay(PaymentId, u32),
    /// A provider: execute the deferred request with this number.
    Execute(u32),
    /// A provider: send this event, for the how-manieth time.
    Deliver(EventId, u32),
    /// A provider: send the event with this number once more.
    Repeat(u32),
    /// A provider: give the answer with this number.
    Answer(u32),
    /// A provider: the issuer decides on this charge.
    Mature(ChargeId),
    /// A provider: the dispute over this charge goes on.
    Dispute(ChargeId),
    /// The store: does anybody know by now what this webhook is about?
    Orphan(EventId),
    /// A bank: tell what the investigation with this number found.
    Finding(u32),
    /// A bank: something in its agenda is due.
    Agenda,
    /// A bank: tell of the return of what has this reference, for the how-manieth
    /// time.
    Return(OperationId, u32),
    /// The probe: look at every payment.
    Look,
    /// The ledger: the time of a hold is over.
    Expire,
    /// The store: keys may have come to the end of their lifetimes.
    Reap,
    /// The store: has everybody heard of the events of this payment?
    Offer(PaymentId),
    /// The notifier: does the shop know of the event of this payment?
    Retell(PaymentId),
    /// A provider: what was given back under this reference comes back.
    RefundBack(OperationId),
    /// A provider: somebody may give this charge back by hand.
    ByHand(ChargeId),
    /// A provider: somebody has it tell once more, as the trouble of the plan with
    /// this id says.
    Replay(u32),
    /// A provider or a bank: the banking day is over.
    CutOff,
    /// The same: send this settlement file, for the how-manieth time.
    File(FileId, u32),
    /// The same: send this settlement file once more, acknowledged or not.
    FileRepeat(FileId),
    /// The store: is the reconciler still busy?
    Reconcile,
    /// The store: did a settlement file tell of this?
    Overdue(ItemId),
    /// The decider: give the answer with this number.
    Advise(u32),
    /// An orchestrator of the user's own: what it has under this number.
    Own(u64),
    /// A provider: it may break its word about this charge.
    Breach(ChargeId),
    /// The store: money that was taken too late may wait for somebody to begin with it.
    LateSuccess,
    /// The risk service: a person decides, or the verdict has to be told, for the
    /// how-manieth time.
    Review(OperationId, u32),
}

/// What a client is reminded of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nudge {
    /// The operation is due.
    Start,
    /// Time to look whether the payment has succeeded that is to be given back:
    /// the how-manieth time.
    Look(u32),
    /// The customer clicks once more.
    ClickAgain,
    /// The customer wants it no more.
    Cancel,
    /// No answer yet, or time to look again: the how-manieth time.
    Ask(u32),
    /// No answer to the cancellation yet.
    AskCancel(u32),
    /// It wants back what was paid out, for the how-manieth time.
    Recall(u32),
}

/// An entry of a party's journal.
#[derive(Clone, Debug, Hash)]
pub enum Entry {
    /// Of a bank.
    Bank(Box<BankEntry>),
    /// Of a client's local storage.
    Client(ClientEntry),
    /// Of the ledger.
    Ledger(Booking),
    /// Of the ledger: it heard of this lease of a payment, by its epoch.
    Fence(PaymentId, u32),
    /// Of a provider.
    Provider(Box<ProviderEntry>),
    /// Of the risk service.
    Risk(RiskEntry),
    /// Of the store.
    Store(StoreEntry),
    /// Everything before, in short.
    Snapshot(Snapshot),
    /// Of the lake: it has counted this event.
    Counted(Event),
    /// Of a participant in two-phase commit.
    Branch(Box<BranchEntry>),
    /// Of a coordinator of two-phase commit.
    Coordinator(Box<CoordinatorEntry>),
    /// Of an orchestrator of the user's own.
    Own(Kept),
}

impl System for PaymentSystem {
    type Actor = Party;
    type Message = Message;
    type Timer = Timer;
    type Record = Entry;
    type Fact = Fact;

    fn boot(&self, role: Role, journal: &[Entry], out: &mut Effects) -> Party {
        if let (EDGE, Some(own)) = (role, self.own) {
            return Party::Own(own.boot(self, journal, out));
        }
        if self.plan.protocol == Protocol::TwoPhase
            && let Some(party) = self.boot_two_phase(role, journal, out)
        {
            return party;
        }
        match role {
            DECIDER => Party::Decider(Decider::default()),
            EDGE => Party::Edge(Edge::default()),
            INGRESS => Party::Ingress(Ingress::default()),
            STORE => Party::Store(Box::new(StoreDesk::boot(self, journal, out))),
            LEDGER => Party::Ledger(LedgerDesk::boot(self, journal, out)),
            LAKE => Party::Lake(LakeDesk::boot(self, journal, out)),
            NOTIFIER => Party::Notifier(Notifier::default()),
            RECONCILER => Party::Reconciler(Reconciler::default()),
            RISK => Party::Risk(RiskService::boot(journal, out)),
            _ if party::worker_of(role).is_some() => {
                Party::Orchestrator(Box::new(Orchestrator::of_release(out.release())))
            }
            _ => match (party::provider_of(role), party::client_of(role)) {
                (Some(id), _) => {
                    Party::Provider(Box::new(ProviderDesk::boot(self, id, journal, out)))
                }
                (_, Some(number)) => Party::Client(Client::boot(self, number, journal, out)),
                _ => match party::bank_of(role) {
                    Some(id) => Party::Bank(Box::new(BankDesk::boot(self, id, journal, out))),
                    None => Party::Probe(Probe::default()),
                },
            },
        }
    }

    fn on_message(&self, actor: &mut Party, delivery: Delivery<Message>, out: &mut Effects) {
        match actor {
            Party::Adapter(adapter) => adapter.on_message(self, delivery, out),
            Party::Coordinator(coordinator) => coordinator.on_message(self, delivery, out),
            Party::Front(front) => front.on_message(self, delivery, out),
            Party::Shard(shard) => shard.on_message(self, delivery, out),
            Party::Bank(bank) => bank.on_message(self, delivery, out),
            Party::Client(client) => client.on_message(self, delivery, out),
            Party::Decider(decider) => decider.on_message(self, delivery, out),
            Party::Edge(edge) => edge.on_message(self, delivery, out),
            Party::Ingress(ingress) => ingress.on_message(self, delivery, out),
            Party::Lake(lake) => lake.on_message(self, delivery, out),
            Party::Ledger(ledger) => ledger.on_message(self, delivery, out),
            Party::Notifier(notifier) => notifier.on_message(self, delivery, out),
            Party::Orchestrator(orchestrator) => orchestrator.on_message(self, delivery, out),
            Party::Own(own) => own.on_message(self, delivery, out),
            Party::Probe(probe) => probe.on_message(self, delivery, out),
            Party::Provider(provider) => provider.on_message(self, delivery, out),
            Party::Reconciler(reconciler) => reconciler.on_message(self, delivery, out),
            Party::Risk(risk) => risk.on_message(self, delivery, out),
            Party::Store(store) => store.on_message(self, delivery, out),
            Party::Halted => {}
        }
    }

    fn on_timer(&self, actor: &mut Party, timer: Timer, out: &mut Effects) {
        match (actor, timer) {
            (Party::Client(client), Timer::Operation(token, nudge)) => {
                client.on_nudge(self, token, nudge, out);
            }
            (Party::Edge(edge), Timer::Request(serial)) => edge.on_timer(self, serial, out),
            (Party::Ledger(ledger), Timer::Expire) => ledger.on_expiry(out),
            (Party::Orchestrator(orchestrator), Timer::Payment(payment, round)) => {
                orchestrator.on_timer(self, payment, round, out);
            }
            (Party::Coordinator(coordinator), Timer::Payment(payment, round)) => {
                coordinator.on_timer(self, payment, round, out);
            }
            (Party::Shard(shard), Timer::Payment(payment, number)) => {
                shard.on_timer(self, payment, number, out);
            }
            (Party::Adapter(adapter), Timer::Payment(payment, number)) => {
                adapter.on_timer(self, payment, number, out);
            }
            (Party::Store(store), Timer::Relay(payment, round)) => {
                store.on_timer(payment, round, out);
            }
            (Party::Decider(decider), Timer::Advise(slot)) => decider.on_timer(slot, out),
            (Party::Store(store), Timer::Reap) => store.reap(self, out),
            (Party::Store(store), Timer::Offer(payment)) => store.on_offer(self, payment, out),
            (Party::Notifier(notifier), Timer::Retell(payment)) => {
                notifier.on_timer(self, payment, out);
            }
            (Party::Provider(provider), Timer::Execute(slot)) => {
                provider.on_timer(self, slot, out);
            }
            (Party::Provider(provider), Timer::Deliver(event, tries)) => {
                provider.deliver(self, event, tries, out);
            }
            (Party::Provider(provider), Timer::Repeat(slot)) => provider.repeat(self, slot, out),
            (Party::Provider(provider), Timer::Answer(slot)) => provider.on_answer(slot, out),
            (Party::Provider(provider), Timer::Mature(charge)) => {
                provider.on_decision(self, charge, out);
            }
            (Party::Provider(provider), Timer::Dispute(charge)) => {
                provider.on_dispute(self, charge, out);
            }
            (Party::Provider(provider), Timer::ByHand(charge)) => {
                provider.on_by_hand(self, charge, out);
            }
            (Party::Provider(provider), Timer::Breach(charge)) => {
                provider.on_breach(self, charge, out);
            }
            (Party::Provider(provider), Timer::Replay(trouble)) => {
                provider.replay(self, trouble, out);
            }
            (Party::Store(store), Timer::Orphan(event)) => store.on_orphan(event, out),
            (Party::Store(store), Timer::LateSuccess) => store.on_late_success(out),
            (Party::Bank(bank), Timer::Finding(slot)) => bank.on_finding(self, slot, out),
            (Party::Bank(bank), Timer::Agenda) => bank.on_alarm(self, out),
            (Party::Provider(provider), Timer::RefundBack(reference)) => {
                provider.on_refund_back(self, reference, out);
            }
            (Party::Own(own), Timer::Own(number)) => own.on_timer(self, number, out),
            (Party::Bank(bank), Timer::Return(reference, tries)) => {
                bank.on_return(self, reference, tries, out);
            }
            (Party::Provider(provider), Timer::CutOff) => provider.on_cut_off(self, out),
            (Party::Provider(provider), Timer::File(file, tries)) => {
                provider.send_file(file, tries, out);
            }
            (Party::Provider(provider), Timer::FileRepeat(file)) => provider.repeat_file(file, out),
            (Party::Bank(bank), Timer::CutOff) => bank.on_cut_off(self, out),
            (Party::Bank(bank), Timer::File(file, tries)) => bank.send_file(file, tries, out),
            (Party::Bank(bank), Timer::FileRepeat(file)) => bank.repeat_file(file, out),
            (Party::Store(store), Timer::Reconcile) => store.on_reconcile(out),
            (Party::Store(store), Timer::Overdue(item)) => store.on_overdue(item, out),
            (Party::Risk(risk), Timer::Review(operation, tries)) => {
                risk.on_review(self, operation, tries, out);
            }
            (Party::Probe(probe), Timer::Look) => probe.look(self, out),
            _ => {}
        }
    }

    fn recover(&self, role: Role, disk: Recovered<'_, Entry>, out: &mut Effects) -> Party {
        // What a hole took was durable, and others have acted on it. Only a
        // client asks again for whatever it has forgotten, under the same key,
        // and nobody acts on what the lake knows.
        let may_forget = party::client_of(role).is_some() || role == LAKE;
        if !may_forget && !disk.is_whole() {
            return Party::Halted;
        }
        self.boot(role, disk.records(), out)
    }

    fn on_bounce(&self, actor: &mut Party, bounce: Bounce<Message>, out: &mut Effects) {
        match actor {
            Party::Orchestrator(orchestrator) => {
                orchestrator.on_bounce(self, &bounce.message, out);
            }
            Party::Own(own) => own.on_bounce(self, &bounce, out),
            _ => {}
        }
    }

    fn fact_key(&self, fact: &Fact) -> Option<(Kind, Subject)> {
        fact.key()
    }

    fn name(&self, role: Role) -> String {
        party::name(role)
    }
}

impl PaymentSystem {
    /// Everybody who takes part.
    pub(crate) fn roles(&self) -> impl Iterator<Item = Role> {
        let replaced = |role: &Role| {
            let inner = [STORE, INGRESS, NOTIFIER, LAKE, RECONCILER, DECIDER];
            inner.contains(role) || party::worker_of(*role).is_some()
        };
        party::all(&self.plan).filter(move |role| self.own.is_none() || !replaced(role))
    }

    /// Who takes in what providers tell by themselves.
    pub(crate) fn ingress(&self) -> Role {
        if self.own.is_some() { EDGE } else { INGRESS }
    }

    /// Whether the risk service tells what a person has decided: an orchestrator of the
    /// user's own asks.
    pub(crate) fn tells_reviews(&self) -> bool {
        self.own.is_none() && self.plan.tells_reviews()
    }

    /// Boots whoever is somebody else under two-phase commit than under the saga.
    fn boot_two_phase(&self, role: Role, journal: &[Entry], out: &mut Effects) -> Option<Party> {
        let shard = |branch, out| Box::new(ShardDesk::boot(self, branch, journal, out));
        Some(match role {
            EDGE => Party::Front(Front),
            STORE => Party::Shard(shard(Branch::Merchants, out)),
            LEDGER => Party::Shard(shard(Branch::Customers, out)),
            ADAPTER => Party::Adapter(AdapterDesk::boot(self, journal, out)),
            _ if party::worker_of(role).is_some() => {
                Party::Coordinator(CoordinatorDesk::boot(self, journal, out))
            }
            _ => return None,
        })
    }
}
