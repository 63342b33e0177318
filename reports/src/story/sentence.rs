//! What parties do, and what happens to them, in plain words.

use model::{Charge, ChargeEvent, Currency, InboxState, Money, Movement, Token};
use scenarios::party;
use scenarios::points::PointName;
use scenarios::story::{Deed, Passage, Tally};
use scenarios::trial::{bank_strike_name, provider_strike_name};
use scenarios::{Nudge, Plan, Timer};
use sim::{Point, Role};

use super::speech::{self, Manner};
use super::{bank, journal, ledger};
use crate::brief::Brief;
use crate::fault_story;
use crate::number::counted;
use crate::plan_text::fault::{kind_name, what};

/// What there is to know besides what happened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words<'p> {
    pub(super) plan: &'p Plan,
    /// The payment that is told of; 0 for all of them.
    pub(super) token: Token,
    /// Whether the ledger itself broke a rule: then the ids of transfers matter.
    pub(super) ledger: bool,
}

impl Words<'_> {
    /// Whose line it is.
    pub(super) fn who(&self, role: Role, deed: &Deed) -> String {
        match deed {
            Deed::Strikes(_) | Deed::Heals => "world".to_owned(),
            _ => party::name(role),
        }
    }

    /// What `deed` is, behind the name of whose it is.
    pub(super) fn sentence(&self, deed: &Deed, fault: Option<u32>) -> String {
        let by = fault.map(|id| format!(" (fault {id})")).unwrap_or_default();
        match deed {
            Deed::Sends { identity, message, passage } => {
                let said = self.said(identity.to, message);
                format!("{said}{}", passed(*passage, &by))
            }
            Deed::Hears { from, message } => self.heard(*from, message),
            Deed::Misses { from, message } => {
                let (from, kind) = (party::name(*from), kind_name(sim::Message::kind(message)));
                format!("is down or cut off, and never gets `{kind}` from {from}{by}")
            }
            Deed::IsRefused { by, message } => {
                let (by, kind) = (party::name(*by), kind_name(sim::Message::kind(message)));
                format!("is refused by {by}, where nobody listens: `{kind}` is back")
            }
            Deed::IsReminded(timer) => format!("is reminded: {}", reminder(*timer)),
            Deed::Writes(payment, records) => {
                let whose = (self.token, *payment);
                let told = records.iter().map(|r| journal::sentence(r, self.plan, whose));
                format!("writes: {}", told.collect::<Vec<_>>().join("; "))
            }
            Deed::Files(webhook, state) => {
                let told = speech::webhook(webhook, self.currency());
                let known = if *state == InboxState::Received { "" } else { &format!(", {state}") };
                self.attributed(webhook.token, format!("files {told}{known}"))
            }
            Deed::Books(booking) => {
                let ids = self.ledger;
                let expired = booking.expired.iter().map(|row| (row, ledger::expiry(row, ids)));
                let booked = booking.rows.iter().map(|row| (row, ledger::sentence(row, ids)));
                let told =
                    expired.chain(booked).filter(|(row, _)| ids || !row.debit.name.is_memo());
                let told = told.map(|(row, sentence)| self.attributed(row.token, sentence));
                told.collect::<Vec<_>>().join("; ")
            }
            Deed::Moves(movement) => self.attributed(movement.token, moved(movement)),
            Deed::Counts(event) => {
                let (seq, status) = (event.id.seq, speech::status(event.status));
                self.attributed(event.token, format!("counts event {seq}: {status}"))
            }
            Deed::Remits(movement) => {
                self.attributed(movement.remittance.destination, bank::moved(movement))
            }
            Deed::Sees(reply) => format!("sees {}", speech::reply(reply)),
            Deed::IsTold(status) => format!("is told: {}", speech::status(*status)),
            Deed::Finds(reply) => format!("sees {} at rest", speech::reply(reply)),
            Deed::Suffers(strike) => fault_named(provider_strike_name(*strike)),
            Deed::Surprises(strike) => fault_named(bank_strike_name(*strike)),
            Deed::Crashes(0) => format!("crashes{by}"),
            Deed::Crashes(lost) => {
                let records = counted(*lost as u64, "record");
                format!("crashes, and loses {records} that it had not synced{by}")
            }
            Deed::Boots => "boots again from its journal".to_owned(),
            Deed::GoesOn => format!("goes on after a pause{by}"),
            Deed::IsForced(point) => format!("takes a rare branch: {}", forced(*point)),
            Deed::Strikes(id) => self.strikes(*id),
            Deed::Heals => "heals: every fault ends".to_owned(),
        }
    }

    /// The money, where it changed.
    pub(super) fn money(&self, tally: &Tally) -> String {
        let Tally { reserved, taken, held, booked, limit_left } = *tally;
        let money = |amount| Money { amount, currency: self.currency() }.to_string();
        let parts = |parts: [(&str, model::Amount); 2], none: &str| {
            let some = parts.into_iter().filter(|(_, amount)| *amount != model::Amount::ZERO);
            let some: Vec<_> =
                some.map(|(what, amount)| format!("{} {what}", money(amount))).collect();
            if some.is_empty() { none.to_owned() } else { some.join(" and ") }
        };
        let card = parts([("reserved", reserved), ("taken", taken)], "untouched");
        let ledger = parts([("held", held), ("booked", booked)], "nothing");
        let limit = limit_left.map(|left| format!("; limit: {} left", money(left)));
        format!("= card: {card}; ledger: {ledger}{}", limit.unwrap_or_default())
    }

    pub(super) fn currency(&self) -> Currency {
        let known = self.plan.operation(self.token).or(self.plan.operations.first());
        known.map_or(Currency::Usd, |operation| operation.money.currency)
    }

    pub(super) fn said(&self, to: Role, message: &scenarios::message::Message) -> String {
        let to = party::name(to);
        let (manner, content) = speech::content(message, self.plan);
        match manner {
            Manner::Ask => format!("asks {to} to {content}"),
            Manner::Answer => format!("answers {to}: {content}"),
            Manner::Tell => format!("tells {to}: {content}"),
        }
    }

    fn heard(&self, from: Role, message: &scenarios::message::Message) -> String {
        let from = party::name(from);
        let (manner, content) = speech::content(message, self.plan);
        match manner {
            Manner::Ask => format!("is asked by {from} to {content}"),
            Manner::Answer | Manner::Tell => format!("hears from {from}: {content}"),
        }
    }

    fn strikes(&self, id: u32) -> String {
        let fault = self.plan.faults.iter().find(|fault| fault.id == id);
        fault.map_or_else(String::new, |fault| {
            let (what, lasts) = (what(&fault.misfortune, self.plan), Brief::from(fault.dwell));
            format!("fault {id} strikes: {what}, for {lasts}")
        })
    }

    fn attributed(&self, token: Token, sentence: String) -> String {
        match token {
            token if token == self.token => sentence,
            Token(0) => format!("{sentence}, at the beginning"),
            Token(other) => format!("for payment {other}, {sentence}"),
        }
    }
}

fn fault_named(name: &str) -> String {
    let what = fault_story::named(name).map_or("", |story| story.what);
    format!("{name}: {what}")
}

/// What became of a sending, where that is worth telling.
fn passed(passage: Passage, by: &str) -> String {
    match passage {
        Passage::Prompt => String::new(),
        Passage::Late(after) => format!(", which arrives {} later{by}", Brief::from(after)),
        Passage::Repeated(copies) => format!(", which arrives {copies} times{by}"),
        Passage::Lost => format!(", in vain: it is lost{by}"),
        Passage::InTheAir(after) => {
            format!(", which is still on its way and takes {}{by}", Brief::from(after))
        }
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
        ChargeEvent::Captured(amount) => {
            format!("takes {} from the card ({id}, for {key})", money(amount))
        }
        ChargeEvent::PartlyCaptured(amount) => {
            format!("takes a part, {}, from the card ({id}, for {key})", money(amount))
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
        ChargeEvent::DisputedAgain(amount) => {
            format!(
                "has to give {} to the customer's bank again, which objects ({id})",
                money(amount)
            )
        }
        ChargeEvent::WonAgain(amount) => {
            format!("gets {} back from the customer's bank for good ({id})", money(amount))
        }
        ChargeEvent::LostAgain => format!("loses the dispute in pre-arbitration ({id})"),
        ChargeEvent::TakenAfterAll(amount) => {
            format!("breaks its word, and takes {} from the card ({id})", money(amount))
        }
        ChargeEvent::Tombstoned => format!("blocks {reference} before it ever came (for {key})"),
    }
}

fn reminder(timer: Timer) -> &'static str {
    match timer {
        Timer::Operation(_, Nudge::Start) => "it is time to begin",
        Timer::Operation(_, Nudge::Look(_)) => "it is time to look at the payment to give back",
        Timer::Operation(_, Nudge::ClickAgain) => "the customer clicks once more",
        Timer::Operation(_, Nudge::Recall(_)) => "the customer wants back what was paid out",
        Timer::Operation(_, Nudge::Cancel) => "the customer wants it no more",
        Timer::Operation(_, Nudge::Ask(_) | Nudge::AskCancel(_)) => "it is time to ask again",
        Timer::Request(_) => "the store has not answered",
        Timer::Payment(..) => "it has waited long enough",
        Timer::Own(_) => "a timer of its own has run out",
        Timer::Relay(..) => "somebody should work on the payment",
        Timer::Offer(_) => "somebody may not have heard of an event",
        Timer::Retell(_) => "the shop may not have heard of an event",
        Timer::Execute(_) => "a request that it had put off is due",
        Timer::Finding(_) => "an investigation is over",
        Timer::Agenda => "something is due in its books",
        Timer::Review(..) => "a person decides, or what was decided has to be told",
        Timer::Return(..) => "money that came back has to be told of",
        Timer::Expire => "the time of a hold should be over",
        Timer::Deliver(..) => "it is time to tell of a change",
        Timer::Repeat(_) => "it tells of a change once more",
        Timer::Answer(_) => "an answer that it had put off is due",
        Timer::Mature(_) => "the issuer makes up its mind",
        Timer::Dispute(_) => "a customer's bank makes up its mind",
        Timer::RefundBack(_) => "a refund comes back from the customer's bank",
        Timer::ByHand(_) => "somebody has the dashboard open",
        Timer::Breach(_) => "it is time for it to break its word",
        Timer::Replay(_) => "somebody has it tell of everything once more",
        Timer::Advise(_) => "an answer that it had held back is due",
        Timer::LateSuccess => "money that was taken too late has to go back",
        Timer::Orphan(_) => "nobody has come to know what a webhook is about",
        Timer::Look => "it is time to look at every payment",
        Timer::Reap => "it is time to look at the ages of keys",
        Timer::CutOff => "the banking day is over",
        Timer::File(..) => "it is time to send a settlement file",
        Timer::FileRepeat(_) => "it sends a settlement file once more",
        Timer::Reconcile => "the reconciler may have forgotten something",
        Timer::Overdue(_) => "a settlement file should have told of it",
    }
}

fn forced(point: Point) -> &'static str {
    let known = PointName::ALL.into_iter().find(|name| name.point() == point);
    known.map_or("a point", PointName::name)
}
