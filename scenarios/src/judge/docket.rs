//! What was seen of a world, and its judge has yet to hear.

use sim::{Observer, Role, Sighting, Strike, Subject};

use super::Judge;
use crate::fact::Fact;
use crate::message::Message;
use crate::system::{Entry, PaymentSystem};

/// Watches a world for a judge, who hears of much of it in one go.
///
/// What the judge finds is the same, since a judge goes by nothing but what it hears. It
/// takes less time: a processor's nearest cache has no room for the code of all parties
/// and that of all invariants, and if each event needed both, they would drive each
/// other out of it.
#[derive(Debug)]
pub struct Docket {
    judge: Judge,
    /// In the order in which it was seen.
    unheard: Vec<(Sighting, Matter)>,
}

/// What a tap has seen.
#[derive(Debug)]
enum Matter {
    Sent(Role, Message),
    Durable(Entry),
    Struck(Strike, Option<Subject>),
    Noted(Fact),
}

impl Docket {
    /// Nothing yet for `judge` to hear.
    pub fn of(judge: Judge) -> Self {
        Self { judge, unheard: Vec::with_capacity(UNHEARD_MAX) }
    }

    /// The judge, who has heard all.
    pub fn close(mut self) -> Judge {
        self.hear();
        self.judge
    }

    #[inline(never)]
    fn hear(&mut self) {
        for (seen, matter) in self.unheard.drain(..) {
            match matter {
                Matter::Sent(to, message) => self.judge.sent(seen, to, &message),
                Matter::Durable(record) => self.judge.durable(seen, &record),
                Matter::Struck(strike, subject) => self.judge.struck(seen, strike, subject),
                Matter::Noted(fact) => self.judge.noted(seen, &fact),
            }
        }
    }

    #[inline]
    fn put(&mut self, seen: Sighting, matter: Matter) {
        if self.unheard.len() == UNHEARD_MAX {
            self.hear();
        }
        self.unheard.push((seen, matter));
    }

    /// Whether anything is judged by `message`, whoever sends it. A judge who hears at once
    /// is spared nothing, so that what is kept back here by mistake is told by comparing.
    fn concerns_judge(&self, message: &Message) -> bool {
        match message {
            Message::Create(..)
            | Message::Created(..)
            | Message::Get(..)
            | Message::Got(..)
            | Message::Cancel(..)
            | Message::Cancelled(..)
            | Message::Refund(..)
            | Message::Refunded(..)
            | Message::Notice(..)
            | Message::MerchantEvent(..)
            | Message::Assess(..)
            | Message::Assessed(..)
            | Message::Book(..)
            | Message::Booked(..)
            | Message::Provide(..)
            | Message::Provided(..)
            | Message::Remit(..)
            | Message::Remitted(..)
            | Message::WebhookReply(..)
            | Message::ReturnReply(..)
            | Message::ReviewAck(..)
            | Message::Event(..)
            | Message::EventAck(..)
            | Message::Rows(..)
            | Message::Leased(..)
            | Message::TwoPhase(..) => true,
            Message::Commit(..) => self.judge.said.plan().decisions.is_some(),
            Message::Committed(..)
            | Message::Read(..)
            | Message::Lease(..)
            | Message::Held(..)
            | Message::Closed(..)
            | Message::Run(..)
            | Message::Nudge(..)
            | Message::Told(..)
            | Message::Heartbeat(..)
            | Message::NoticeAck(..)
            | Message::MerchantEventAck(..)
            | Message::EventAgain(..)
            | Message::Webhook(..)
            | Message::Receive(..)
            | Message::Received(..)
            | Message::Return(..)
            | Message::ReviewDecided(..)
            | Message::AskRecall(..)
            | Message::RecallAsked(..)
            | Message::SettlementFile(..)
            | Message::FileReceipt(..)
            | Message::FileAgain(..)
            | Message::File(..)
            | Message::Filed(..)
            | Message::Reconcile(..)
            | Message::Reconciled(..)
            | Message::AskReport(..)
            | Message::Report(..)
            | Message::Decide(..)
            | Message::Decided(..) => false,
        }
    }
}

// Out of the way of the kernel, which has room for a call where it taps, and not for copies.
impl Observer<PaymentSystem> for Docket {
    #[inline(never)]
    fn sent(&mut self, seen: Sighting, to: Role, message: &Message) {
        if self.concerns_judge(message) {
            self.put(seen, Matter::Sent(to, message.clone()));
        }
    }

    #[inline(never)]
    fn durable(&mut self, seen: Sighting, record: &Entry) {
        if is_testimony(record) {
            self.put(seen, Matter::Durable(record.clone()));
        }
    }

    fn lost(&mut self, seen: Sighting, record: &Entry) {
        // Seldom, and may be a snapshot, of which nobody wants a copy.
        self.hear();
        self.judge.lost(seen, record);
    }

    #[inline(never)]
    fn struck(&mut self, seen: Sighting, strike: Strike, subject: Option<Subject>) {
        self.put(seen, Matter::Struck(strike, subject));
    }

    #[inline(never)]
    fn noted(&mut self, seen: Sighting, fact: &Fact) {
        self.put(seen, Matter::Noted(fact.clone()));
    }
}

/// Whether anything is judged by `record` when it becomes durable.
fn is_testimony(record: &Entry) -> bool {
    match record {
        Entry::Bank(_)
        | Entry::Ledger(_)
        | Entry::Provider(_)
        | Entry::Risk(_)
        | Entry::Store(_)
        | Entry::Counted(_)
        | Entry::Branch(_)
        | Entry::Coordinator(_) => true,
        Entry::Client(_) | Entry::Fence(..) | Entry::Snapshot(_) | Entry::Own(_) => false,
    }
}

/// So many matters fill 64 KiB, which leaves a worker's memory as it was. With twice as
/// many, trials are not quicker.
const UNHEARD_MAX: usize = 512;
