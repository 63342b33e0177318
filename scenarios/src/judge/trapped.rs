//! Watches how much money is trapped, as [`crate::trapped`] defines it: the
//! same work for each fact, however long the run.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use model::{
    AccountId, AccountName, Amount, ChargeEvent, Currency, Intent, Money, Movement, PaymentId,
    Record, Token, Transfer, TransferId, TransferKind,
};
use sim::VirtualTime;

use super::deadlines::{Deadline, Ended};
use super::waits::{Attempt, Change, Held, Waits};
use crate::bounds::PROVIDER_TIMEOUT;
use crate::plan::Plan;
use crate::trapped::{Ages, Funds, Pool, Trapped};

/// What waits, and what waited.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    plan: Arc<Plan>,
    funds: Funds,
    /// Of all holds that were resolved.
    ages: Ages,
    /// Of all payments that have ended.
    ends: Ages,
    doubts: u64,
    doubt_longest: Duration,
    /// What is under way, in the order in which room was found for it.
    waits: Vec<Waits>,
    /// Room that nobody needs at the moment.
    spare: Vec<u32>,
    /// Where each operation of the plan has its room, in their order.
    planned: Vec<u32>,
    /// The same of instruments that no plan knows of.
    strangers: BTreeMap<Token, u32>,
    /// Since when attempts wait, those that may yet become unknown: the
    /// wait is the same for all, so that they come in order.
    overdue: VecDeque<(VirtualTime, Token)>,
    /// What has just ended that had to end in time.
    pub(super) ended: Vec<Ended>,
}

impl Watch {
    /// Nothing waits yet in the world of `plan`.
    pub(super) fn new(plan: &Arc<Plan>) -> Self {
        Self {
            plan: plan.clone(),
            funds: Funds::default(),
            ages: Ages::default(),
            ends: Ages::default(),
            doubts: 0,
            doubt_longest: Duration::ZERO,
            waits: Vec::new(),
            spare: Vec::new(),
            planned: vec![NOWHERE; plan.operations.len()],
            strangers: BTreeMap::new(),
            overdue: VecDeque::new(),
            ended: Vec::new(),
        }
    }

    /// Keeps every change from here on.
    pub(super) fn record(&mut self) {
        self.funds.record();
    }

    /// What is in `pool`, at the moment of the last fact.
    pub(super) fn amount(&self, currency: Currency, pool: Pool) -> Amount {
        self.funds.amount(currency, pool)
    }

    /// Nothing is said any more: time passes until `now`.
    pub(super) fn end(&mut self, now: VirtualTime) {
        self.pass(now);
    }

    /// What it all came to by `now`.
    pub(super) fn tell(&self, now: VirtualTime) -> Trapped {
        let (mut holds, mut doubt_longest) = (self.ages.clone(), self.doubt_longest);
        for waits in &self.waits {
            for hold in &waits.holds {
                holds.take(nanos(now.since(hold.placed_at)));
            }
            let unknown = waits.attempts.iter().filter_map(|attempt| attempt.unknown_since);
            doubt_longest = unknown.map(|since| now.since(since)).fold(doubt_longest, Ord::max);
        }
        let (currencies, series) = (self.funds.levels(now), self.funds.series().to_vec());
        let (ends, doubts) = (self.ends.clone(), self.doubts);
        Trapped { currencies, holds, ends, doubts, doubt_longest, series }
    }

    /// What has to end in time, and has not ended.
    pub(super) fn unended(&self) -> impl Iterator<Item = Ended> {
        let planned = self.plan.operations.iter().map(|operation| operation.token);
        let planned = planned.zip(self.planned.iter().copied());
        let strangers = self.strangers.iter().map(|(token, place)| (*token, *place));
        let rooms = planned.chain(strangers).filter(|(_, place)| *place != NOWHERE);
        rooms.flat_map(|(token, place)| {
            let waits = &self.waits[place as usize];
            let ended = move |deadline, since| Ended { deadline, token, since };
            let undos = waits.undos().iter().map(move |undo| ended(Deadline::Undo, undo.since));
            let doubts = waits.attempts.iter().filter_map(|attempt| attempt.unknown_since);
            let doubts = doubts.map(move |since| ended(Deadline::Doubt, since));
            let holds = waits.holds.iter().filter_map(|held| waits.idle_since(held.placed_at));
            undos.chain(doubts).chain(holds.map(move |since| ended(Deadline::Hold, since)))
        })
    }

    /// Takes a durable record of a payment's journal; `late` is the payment that gives back
    /// money that was taken too late, with its intent, if it is of that.
    pub(super) fn take_record(
        &mut self,
        at: VirtualTime,
        token: Token,
        record: &Record,
        late: Option<(PaymentId, &Intent)>,
    ) {
        self.pass(at);
        let place = self.place_of(token);
        if late.is_none()
            && let Record::CompOutcome { which, .. } = record
            && let Some(since) = self.waits[place].end_undo(at, *which)
        {
            self.ended.push(Ended { deadline: Deadline::Undo, token, since });
        }
        if late.is_none()
            && let Some(took) = self.waits[place].end_all(at, record)
        {
            self.ends.take(nanos(took));
        }
        let change = match late {
            Some(late) => self.waits[place].take_late(at, late, record),
            None => self.waits[place].take_record(at, record),
        };
        match change {
            Change::Begun => self.overdue.push_back((at, token)),
            Change::Ended(attempt) => self.end_doubt(at, token, &attempt),
            Change::Other => {}
        }
        self.weigh(at, token, place);
    }

    /// Takes a stored row of the ledger.
    pub(super) fn take_row(&mut self, at: VirtualTime, row: &Transfer) {
        self.pass(at);
        let is_memo = row.debit.name.is_memo();
        match row.kind {
            _ if is_memo => return,
            TransferKind::Pending | TransferKind::PendingFor(_) => self.place_hold(at, row),
            TransferKind::PostPending(hold) | TransferKind::VoidPending(hold) => {
                if let Some(since) = self.release(at, row.token, hold) {
                    self.ended.push(Ended { deadline: Deadline::Hold, token: row.token, since });
                }
            }
            TransferKind::Posted => {}
        }
        if matches!(row.kind, TransferKind::Posted | TransferKind::PostPending(_)) {
            let moved = outstanding(row.debit) - outstanding(row.credit);
            self.funds.add(at, row.debit.currency, Pool::Unsettled, moved * row.amount.0);
        }
    }

    /// Takes a hold whose time is over.
    pub(super) fn take_expiry(&mut self, at: VirtualTime, hold: &Transfer) {
        self.pass(at);
        // It reserves nothing since its time is over, whenever that is looked at.
        let _ = self.release(at, hold.token, hold.id);
    }

    /// Takes what happened to a charge in a provider's books.
    pub(super) fn take_movement(&mut self, at: VirtualTime, movement: &Movement) {
        self.pass(at);
        let Movement { charge, event, .. } = movement;
        let (untaken, after) = (charge.authorized - charge.captured, charge.reserved());
        let before = match event {
            ChargeEvent::Authorized(_) => Amount::ZERO,
            ChargeEvent::PartlyCaptured(amount) | ChargeEvent::Captured(amount) => {
                untaken + *amount
            }
            ChargeEvent::Voided
            | ChargeEvent::Expired
            | ChargeEvent::AutoReversed
            | ChargeEvent::RemainderReleased => untaken,
            _ => after,
        };
        let reserved = i128::from(after - before);
        self.funds.add(at, charge.money.currency, Pool::Reserved, reserved);
        let is_deferred = *event == ChargeEvent::Deferred;
        let Some(place) = self.find(charge.token) else { return };
        if let Some(before) = self.waits[place].defer(at, is_deferred) {
            self.end_doubt(at, charge.token, &before);
            if !is_deferred {
                self.overdue.push_back((at, charge.token));
            }
            self.weigh(at, charge.token, place);
        }
    }

    /// The attempt is no longer unknown, if it was.
    fn end_doubt(&mut self, at: VirtualTime, token: Token, attempt: &Attempt) {
        let Attempt { money, unknown_since: Some(since), .. } = attempt else { return };
        self.ended.push(Ended { deadline: Deadline::Doubt, token, since: *since });
        self.doubt_longest = self.doubt_longest.max(at.since(*since));
        self.funds.add(at, money.currency, Pool::AtRisk, -money.amount.0);
    }

    /// What becomes unknown before `now`.
    fn pass(&mut self, now: VirtualTime) {
        while let Some((since, token)) = self.overdue.front().copied() {
            let at = since.after(self.plan.provider_timeout.0.unwrap_or(PROVIDER_TIMEOUT));
            if at >= now {
                return;
            }
            self.overdue.pop_front();
            let Some(place) = self.find(token) else { continue };
            if let Some(Attempt { money, .. }) = self.waits[place].lose_sight(since, at) {
                self.doubts += 1;
                self.funds.add(at, money.currency, Pool::AtRisk, money.amount.0);
                self.weigh(at, token, place);
            }
        }
    }

    fn place_hold(&mut self, at: VirtualTime, row: &Transfer) {
        let (amount, currency) = (row.amount, row.debit.currency);
        let place = self.place_of(row.token);
        let waits = &mut self.waits[place];
        let money = Money { amount, currency };
        waits.holds.push(Held { id: row.id, money, placed_at: at });
        self.funds.add(at, currency, waits.pool, amount.0);
        self.funds.add(at, currency, Pool::Held, amount.0);
        self.weigh(at, row.token, place);
    }

    /// A hold is over; since when it could have been, unless somebody outside is waited
    /// for.
    fn release(&mut self, at: VirtualTime, token: Token, hold: TransferId) -> Option<VirtualTime> {
        let place = self.find(token)?;
        let waits = &mut self.waits[place];
        let known = waits.holds.iter().position(|held| held.id == hold)?;
        let Held { money, placed_at, .. } = waits.holds.swap_remove(known);
        let since = waits.idle_since(placed_at);
        self.ages.take(nanos(at.since(placed_at)));
        self.funds.add(at, money.currency, waits.pool, -money.amount.0);
        self.funds.add(at, money.currency, Pool::Held, -money.amount.0);
        self.weigh(at, token, place);
        since
    }

    /// Moves what is held to what it waits for by now, and gives the room of an
    /// instrument away of which nothing waits any more.
    fn weigh(&mut self, at: VirtualTime, token: Token, place: usize) {
        let waits = &mut self.waits[place];
        let (before, cause) = (waits.pool, waits.cause());
        if before != cause {
            waits.pool = cause;
            for Held { money, .. } in &waits.holds {
                self.funds.add(at, money.currency, before, -money.amount.0);
                self.funds.add(at, money.currency, cause, money.amount.0);
            }
        }
        let to_review = waits.to_review();
        self.funds.add(at, waits.money.currency, Pool::Risk, to_review - waits.reviewed);
        waits.reviewed = to_review;
        if waits.is_over() {
            self.spare.push(place as u32);
            self.assign(token, NOWHERE);
        }
    }

    fn find(&self, token: Token) -> Option<usize> {
        let known = match self.plan.place(token) {
            Some(operation) => self.planned[operation],
            None => self.strangers.get(&token).copied().unwrap_or(NOWHERE),
        };
        (known != NOWHERE).then_some(known as usize)
    }

    /// The room of this instrument, found if it has none.
    fn place_of(&mut self, token: Token) -> usize {
        if let Some(place) = self.find(token) {
            return place;
        }
        let place = match self.spare.pop() {
            Some(spare) => {
                self.waits[spare as usize].begin_anew();
                spare
            }
            None => {
                self.waits.push(Waits::default());
                self.waits.len() as u32 - 1
            }
        };
        self.assign(token, place);
        place as usize
    }

    fn assign(&mut self, token: Token, place: u32) {
        if let Some(operation) = self.plan.place(token) {
            self.planned[operation] = place;
        } else if place == NOWHERE {
            self.strangers.remove(&token);
        } else {
            self.strangers.insert(token, place);
        }
    }
}

/// 1 if a debit of this account is money that is still to come from outside,
/// -1 if it is money that is no longer on its way out, else 0.
fn outstanding(account: AccountId) -> i128 {
    match account.name {
        AccountName::ProviderReceivable(_) => 1,
        AccountName::TransitOut(_) => -1,
        _ => 0,
    }
}

fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

/// The room of an instrument that has none.
const NOWHERE: u32 = u32::MAX;
