//! Lines of settlement files as evidence (payments.md 1.6): whoever writes that money has
//! moved has moved it, whatever became of the answer and of the webhook.

use super::inbox::InboxRow;
use super::late::tried;
use super::{Store, Then};
use crate::identity::{ChargeId, PaymentId};
use crate::inbox::InboxState;
use crate::record::{Outcome, Record};
use crate::settlement::{SettlementFile, SettlementLine};
use crate::webhook::{Teller, Webhook};

impl Store {
    /// The payment that `line` tells something of that somebody has to look at, if it is
    /// not known by now.
    pub fn told_by_line(&self, line: &SettlementLine) -> Option<PaymentId> {
        let payment = self.inbox.as_ref()?.payment_of(line.reference)?;
        self.has_news(payment).then_some(payment)
    }

    /// Takes what lines of `file` tell of payments that are not over, and nobody has booked,
    /// for news of these payments.
    pub(super) fn hear_lines(&mut self, file: &SettlementFile) {
        for line in &file.lines {
            let Some((payment, webhook)) = self.news_by(line, file.teller) else { continue };
            let row = InboxRow { webhook, state: InboxState::Received, payment: Some(payment) };
            if let Some(inbox) = &mut self.inbox {
                inbox.receive(row);
            }
        }
    }

    fn news_by(&self, line: &SettlementLine, teller: Teller) -> Option<(PaymentId, Webhook)> {
        let inbox = self.inbox.as_ref()?;
        self.reconciliation().filter(|books| books.is_unforeseen(line.id))?;
        let payment = inbox.payment_of(line.reference)?;
        let row = self.payments.get(&payment).filter(|row| row.then != Then::Close)?;
        let charge = line.charge.0.or_else(|| charge_of(&row.journal, line))?;
        let webhook = Webhook::of_line(line, teller, charge)?;
        inbox.known(&webhook).is_none().then_some((payment, webhook))
    }
}

/// The charge that what `line` refers to was asked for, or has come to.
fn charge_of(journal: &[Record], line: &SettlementLine) -> Option<ChargeId> {
    if let Some(Record::Accepted(intent)) = journal.first()
        && let Some(charge) = intent.order.charge()
    {
        return Some(charge);
    }
    let asked = tried(journal, line.reference)?;
    journal.iter().find_map(|record| match record {
        Record::StepOutcome { which, outcome: Outcome::Authorized { charge, .. } }
            if *which == asked =>
        {
            Some(*charge)
        }
        _ => None,
    })
}
