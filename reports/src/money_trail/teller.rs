//! Walks through a trace and keeps what matters for the money of one payment.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    AccountId, Booking, Charge, ChargeEvent, Money, Movement, StoreEntry, Token, Transfer,
};
use scenarios::fact::{Fact, ProviderStrike};
use scenarios::invariant::Invariant;
use scenarios::judge::Violation;
use scenarios::message::Message;
use scenarios::party::{self, ORCHESTRATOR, client_of, provider_role};
use scenarios::trial::provider_strike_name;
use scenarios::{Entry, PaymentSystem, Plan};
use sim::{Fate, Happening, Misfortune, Role, SendIdentity, Trace, TraceEvent, VirtualTime};

use super::{Line, Scene, Wrong, journal, ledger, speech};
use crate::brief::Brief;
use crate::fault_story;
use crate::plan_text::fault::{kind_name, what};

/// Tells the trail of one payment; of all of them where the payment is 0.
pub(super) struct Teller<'t> {
    plan: &'t Plan,
    token: Token,
    /// Whether the ledger itself broke a rule: then permissions and the ids of
    /// transfers matter too.
    ledger: bool,
    /// Accounts whose every booking matters, whoever's it is.
    accounts: BTreeSet<AccountId>,
    /// Which payment each event was about, for strikes, which don't say it.
    payment_of: BTreeMap<u64, Token>,
    /// What was appended and may still be lost.
    unsynced: BTreeMap<Role, Vec<Entry>>,
    pub(super) lines: Vec<Line>,
}

impl<'t> Teller<'t> {
    pub(super) fn new(plan: &'t Plan, violation: &Violation, trace: &Trace<PaymentSystem>) -> Self {
        Self {
            plan,
            token: violation.token,
            ledger: matches!(
                violation.invariant,
                Invariant::I01 | Invariant::I02 | Invariant::I03 | Invariant::I04
            ),
            accounts: shared_accounts(violation, trace),
            payment_of: payments_by_event(trace),
            unsynced: BTreeMap::new(),
            lines: Vec::new(),
        }
    }

    pub(super) fn tell(&mut self, happened: &TraceEvent<PaymentSystem>) {
        let (at, role) = (happened.at, happened.role);
        match &happened.what {
            Happening::Appended(entry) => {
                self.unsynced.entry(role).or_default().push(entry.clone());
            }
            // What was not synced before becomes durable in the snapshot.
            Happening::Synced | Happening::Compacted(_) => {
                for entry in self.unsynced.remove(&role).unwrap_or_default() {
                    self.durable(at, role, &entry);
                }
            }
            Happening::Noted(fact) => self.noted(at, role, happened.event, fact),
            Happening::Sent(identity, message, fate) => self.sent(at, identity, message, fate),
            Happening::Delivered(identity, _, message) => self.heard(at, identity, message),
            Happening::Undeliverable(identity, message) => self.missed(at, identity, message),
            Happening::Crashed(lost) => self.crashed(at, role, *lost),
            Happening::Booted if at > VirtualTime::ZERO => {
                self.wrong(
                    at,
                    role,
                    "boots again from its journal",
                    Scene::Ends(Wrong::Down(role)),
                );
            }
            Happening::Struck(id) => self.struck(at, *id),
            Happening::Lifted(id) => {
                let scene = Scene::Ends(Wrong::Fault(*id));
                self.push(Line::new(at, "world", format!("fault {id} ends"), scene));
            }
            Happening::Healed => self.healed(at),
            // The crash that follows tells of a failed append.
            Happening::AppendFailed
            | Happening::Booted
            | Happening::TimerFired(_)
            | Happening::Bounced(..)
            | Happening::Resumed
            | Happening::Forced(..)
            | Happening::Obliged(_)
            | Happening::Discharged(_)
            | Happening::HandedOver(_) => {}
        }
    }

    /// Something became durable.
    fn durable(&mut self, at: VirtualTime, role: Role, entry: &Entry) {
        match entry {
            Entry::Store(StoreEntry::Committed(commit)) if self.follows(commit.token) => {
                for record in &commit.records {
                    let sentence = journal::sentence(record, self.plan, commit.token);
                    self.payment(at, role, sentence);
                }
            }
            Entry::Ledger(booking) => self.booked(at, role, booking),
            Entry::Provider(entry) => {
                if let Some(movement) = entry.movement() {
                    self.moved(at, role, movement);
                }
            }
            Entry::Store(_) | Entry::Client(_) | Entry::Risk(_) | Entry::Snapshot(_) => {}
        }
    }

    fn booked(&mut self, at: VirtualTime, role: Role, booking: &Booking) {
        for row in &booking.rows {
            let ours = row.token == self.token || (self.is_about_all() && row.token != Token(0));
            let matters = ours && (self.ledger || !row.debit.name.is_memo());
            let shared = self.accounts.contains(&row.debit) || self.accounts.contains(&row.credit);
            if matters || shared {
                let sentence = ledger::sentence(row, self.ledger);
                self.payment(at, role, self.attributed(row.token, sentence));
            }
        }
    }

    fn moved(&mut self, at: VirtualTime, role: Role, movement: &Movement) {
        let token = movement.charge.token;
        if token == self.token || self.is_about_all() {
            self.payment(at, role, self.attributed(token, moved(movement)));
        }
    }

    fn noted(&mut self, at: VirtualTime, role: Role, event: u64, fact: &Fact) {
        match fact {
            Fact::Shown { asking, reply, .. } if self.follows(asking.token) => {
                self.speech(at, role, format!("sees {}", speech::reply(reply)));
            }
            Fact::Told { token, status } if self.follows(*token) => {
                self.speech(at, role, format!("is told: {}", speech::status(*status)));
            }
            Fact::Probed { token, reply } if self.follows(*token) => {
                self.speech(at, role, format!("sees {} at rest", speech::reply(reply)));
            }
            Fact::Struck(provider, strike) if self.payment_of.get(&event) == Some(&self.token) => {
                let name = provider_strike_name(*strike);
                let what = fault_story::named(name).map_or("", |story| story.what);
                // What became of the charge tells of these.
                if !matches!(strike, ProviderStrike::Declined | ProviderStrike::Deferred) {
                    self.payment(at, provider_role(*provider), format!("{name}: {what}"));
                }
            }
            _ => {}
        }
    }

    fn sent(&mut self, at: VirtualTime, identity: &SendIdentity, message: &Message, fate: &Fate) {
        if !self.follows(message.token()) {
            return;
        }
        let spoken = speech::sentence(message, identity, self.plan);
        let what = match spoken {
            Some(sentence) => sentence,
            None if fate.lost => self.unheard(identity, message),
            None => return,
        };
        self.speech(at, identity.from, what + &fated(fate));
    }

    /// What nobody will hear.
    fn unheard(&self, identity: &SendIdentity, message: &Message) -> String {
        let to = party::name(identity.to);
        match message {
            Message::Provided(_, answer) => {
                format!("answers {to}: {}", speech::answer(answer, self.currency()))
            }
            _ => format!("sends `{}` to {to}", kind_name(identity.kind)),
        }
    }

    /// The orchestrator hears from a provider: from here on it knows.
    fn heard(&mut self, at: VirtualTime, identity: &SendIdentity, message: &Message) {
        let Message::Provided(envelope, answer) = message else { return };
        if identity.to == ORCHESTRATOR && self.follows(envelope.token) {
            let (from, said) =
                (party::name(identity.from), speech::answer(answer, self.currency()));
            self.speech(at, identity.to, format!("hears from {from}: {said}"));
        }
    }

    fn missed(&mut self, at: VirtualTime, identity: &SendIdentity, message: &Message) {
        if self.follows(message.token()) {
            let (kind, from) = (kind_name(identity.kind), party::name(identity.from));
            let what = format!("is down or cut off and never gets `{kind}` from {from}");
            self.speech(at, identity.to, what);
        }
    }

    fn crashed(&mut self, at: VirtualTime, role: Role, lost: usize) {
        self.unsynced.remove(&role);
        let what = match lost {
            0 => "crashes".to_owned(),
            lost => format!("crashes and loses what it had not synced ({lost} records)"),
        };
        self.wrong(at, role, &what, Scene::Begins(Wrong::Down(role)));
    }

    /// A fault strikes; a crash is told when it falls, not when it is armed.
    fn struck(&mut self, at: VirtualTime, id: u32) {
        let Some(fault) = self.plan.faults.iter().find(|fault| fault.id == id) else { return };
        if matches!(fault.misfortune, Misfortune::Crash { .. }) {
            return;
        }
        let (what, lasts) = (what(&fault.misfortune, self.plan), Brief::from(fault.dwell));
        let sentence = format!("fault {id} strikes: {what}, for {lasts}");
        self.push(Line::new(at, "world", sentence, Scene::Begins(Wrong::Fault(id))));
    }

    fn healed(&mut self, at: VirtualTime) {
        if self.plan.faults.is_empty() && self.plan.troubles.is_empty() {
            return;
        }
        let scene = Scene::Ends(Wrong::Fault(0));
        self.push(Line::new(at, "world", "heals: every fault ends".to_owned(), scene));
    }

    /// Something went wrong with a party that the payment may depend on.
    fn wrong(&mut self, at: VirtualTime, role: Role, what: &str, scene: Scene) {
        let client = client_of(role);
        let stranger = client.is_some_and(|number| {
            self.plan.operation(self.token).is_none_or(|operation| operation.client != number)
        });
        if !stranger {
            self.push(Line::new(at, &party::name(role), what.to_owned(), scene));
        }
    }

    fn payment(&mut self, at: VirtualTime, role: Role, what: String) {
        self.push(Line::new(at, &party::name(role), what, Scene::Payment));
    }

    /// Words: what was said before in the same words is counted there.
    fn speech(&mut self, at: VirtualTime, role: Role, what: String) {
        let who = party::name(role);
        let said =
            |line: &&mut Line| line.scene == Scene::Speech && line.who == who && line.what == what;
        match self.lines.iter_mut().rev().find(said) {
            Some(line) => {
                line.times += 1;
                line.last = at;
            }
            None => self.push(Line::new(at, &who, what, Scene::Speech)),
        }
    }

    fn push(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// Whether everything about this payment is told.
    fn follows(&self, token: Token) -> bool {
        token == self.token && !self.is_about_all()
    }

    fn is_about_all(&self) -> bool {
        self.token == Token(0)
    }

    fn attributed(&self, token: Token, sentence: String) -> String {
        match token {
            token if token == self.token => sentence,
            Token(0) => format!("{sentence}, at the beginning"),
            Token(other) => format!("for payment {other}, {sentence}"),
        }
    }

    fn currency(&self) -> model::Currency {
        let operation = self.plan.operation(self.token);
        operation.map_or(model::Currency::Usd, |operation| operation.money.currency)
    }
}

/// What becomes of a sending, where that is worth telling.
fn fated(fate: &Fate) -> String {
    let latest = fate.delays().iter().max().copied().unwrap_or_default();
    match fate.delays().len() {
        _ if fate.lost => ", and it is lost".to_owned(),
        0 | 1 if latest < LATE => String::new(),
        0 | 1 => format!(", and it arrives {} later", Brief::nanos(u128::from(latest))),
        copies => format!(", and it arrives {copies} times"),
    }
}

fn moved(movement: &Movement) -> String {
    let Charge { id, money, reference, .. } = movement.charge;
    let money = |amount| Money { amount, ..money };
    let key = movement.reference.unwrap_or(reference);
    match movement.event {
        ChargeEvent::Authorized(amount) => {
            format!("reserves {} on the card ({id}, for {key})", money(amount))
        }
        ChargeEvent::Captured(amount) => format!("captures {} ({id}, for {key})", money(amount)),
        ChargeEvent::PartlyCaptured(amount) => {
            format!("captures a part, {} ({id}, for {key})", money(amount))
        }
        ChargeEvent::Declined => format!("declines ({id}, for {key})"),
        ChargeEvent::Deferred => format!("will decide later ({id}, for {key})"),
        ChargeEvent::Voided => format!("undoes the authorization ({id}, for {key})"),
        ChargeEvent::Expired => format!("lets the authorization expire ({id})"),
        ChargeEvent::AutoReversed => format!("takes the authorization back by itself ({id})"),
        ChargeEvent::RemainderReleased => {
            format!("releases what was not captured ({id}, for {key})")
        }
        ChargeEvent::Settled => format!("settles the capture ({id})"),
        ChargeEvent::Refunded(amount) => format!("gives {} back ({id}, for {key})", money(amount)),
        ChargeEvent::RefundPending(amount) => {
            format!("will give {} back ({id}, for {key})", money(amount))
        }
        ChargeEvent::RefundSucceeded(amount) => {
            format!("has given {} back as promised ({id})", money(amount))
        }
        ChargeEvent::RefundFailed(amount) => {
            format!("does not give {} back after all ({id})", money(amount))
        }
        ChargeEvent::RefundReturned(amount) => {
            format!("gets {} back that the customer's bank returned ({id})", money(amount))
        }
        ChargeEvent::Disputed(amount) => {
            format!("has to give {} to the customer's bank ({id})", money(amount))
        }
        ChargeEvent::DisputeWon(amount) => {
            format!("gets {} back from the customer's bank ({id})", money(amount))
        }
        ChargeEvent::DisputeLost => format!("loses the dispute ({id})"),
        ChargeEvent::Tombstoned => format!("blocks {reference} before it ever came (for {key})"),
    }
}

/// Who overdrew a limit is seen from all that was booked on it.
fn shared_accounts(violation: &Violation, trace: &Trace<PaymentSystem>) -> BTreeSet<AccountId> {
    if violation.invariant != Invariant::I02 {
        return BTreeSet::new();
    }
    let rows = trace.events.iter().filter_map(|happened| match &happened.what {
        Happening::Appended(Entry::Ledger(booking)) => Some(&booking.rows),
        _ => None,
    });
    let ours = rows.flatten().filter(|row| row.token == violation.token);
    let sides = ours.flat_map(|row: &Transfer| [row.debit, row.credit]);
    sides.filter(|account| account.name.is_limited()).collect()
}

fn payments_by_event(trace: &Trace<PaymentSystem>) -> BTreeMap<u64, Token> {
    let about = trace.events.iter().filter_map(|happened| match &happened.what {
        Happening::Delivered(_, _, message) => Some((happened.event, message.token())),
        Happening::Appended(Entry::Provider(entry)) => {
            entry.movement().map(|movement| (happened.event, movement.charge.token))
        }
        _ => None,
    });
    about.collect()
}

/// From how many nanoseconds on a sending counts as late.
const LATE: u64 = 5_000_000_000;
