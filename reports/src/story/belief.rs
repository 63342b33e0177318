//! What each authority believed, in a few words each.

use model::workflow::{Action, PaymentWorkflow};
use model::{AccountName, Amount, Charge, ChargeState, HoldState, Money, Outcome, UndoOutcome};
use scenarios::message::ClientReply;
use scenarios::party::{self, provider_role};
use scenarios::story::{Beliefs, JournalBelief, LedgerBelief, Shows, Story, TryBelief};

use super::sentence::Words;
use super::speech;

/// The authorities, in the order in which they stand side by side, and what
/// each believed: the first line is the gist.
pub(super) fn columns(story: &Story, words: &Words<'_>) -> [(String, Vec<String>); 4] {
    let Beliefs { charges, ledger, journals, .. } = &story.beliefs;
    let money = |amount| Money { amount, currency: words.currency() }.to_string();
    [
        ("providers' books".to_owned(), books(charges, &money)),
        ("ledger".to_owned(), rows(ledger, &money)),
        ("client's screen".to_owned(), screen(&story.beliefs)),
        ("journal".to_owned(), journal(journals)),
    ]
}

fn books(charges: &[Charge], money: &impl Fn(Amount) -> String) -> Vec<String> {
    let reserved = charges.iter().filter(|charge| charge.state.is_alive());
    let reserved: Amount = reserved.map(|charge| charge.authorized).sum();
    let taken: Amount = charges.iter().map(|charge| charge.captured).sum();
    let mut lines = Vec::new();
    if taken > Amount::ZERO {
        lines.push(format!("{} taken", money(taken)));
    }
    if reserved > Amount::ZERO {
        lines.push(format!("{} reserved", money(reserved)));
    }
    if lines.is_empty() {
        lines.push("no money moved".to_owned());
    }
    lines.extend(charges.iter().map(|charge| {
        let provider = party::name(provider_role(charge.provider));
        let amount = match charge.state {
            ChargeState::Captured => format!(" {}", money(charge.captured)),
            ChargeState::Authorized => format!(" {}", money(charge.authorized)),
            _ => String::new(),
        };
        format!("{provider}: {}{amount} ({})", charge.state, charge.id)
    }));
    lines
}

fn rows(ledger: &LedgerBelief, money: &impl Fn(Amount) -> String) -> Vec<String> {
    let booked: Amount = ledger.owed.values().copied().sum();
    let open = ledger.holds.iter().filter(|(_, state)| *state == HoldState::Pending);
    let held: Amount = open.map(|(amount, _)| *amount).sum();
    let mut lines = Vec::new();
    if booked != Amount::ZERO {
        lines.push(format!("{} booked", money(booked)));
    }
    if held > Amount::ZERO {
        lines.push(format!("{} held", money(held)));
    }
    if lines.is_empty() {
        lines.push("nothing held or booked".to_owned());
    }
    lines.extend(ledger.holds.iter().filter_map(|(amount, state)| match state {
        HoldState::Pending => None,
        HoldState::Posted => Some(format!("hold of {}: captured", money(*amount))),
        HoldState::Expired => Some(format!("hold of {}: expired", money(*amount))),
        HoldState::Voided => Some(format!("hold of {}: released", money(*amount))),
    }));
    lines.extend(ledger.owed.iter().map(|(provider, amount)| {
        format!("{} owes {}", party::name(provider_role(*provider)), money(*amount))
    }));
    lines.extend(ledger.shared.iter().map(|(name, amount)| {
        let whose = match name {
            AccountName::MerchantPending(merchant) => merchant.to_string(),
            AccountName::FeeIncome => "fee".to_owned(),
            _ => "tax".to_owned(),
        };
        format!("{whose}: {}", money(*amount))
    }));
    lines.extend(ledger.limits.iter().map(|(account, sums)| {
        let (granted, posted) = (money(sums.credits_posted), money(sums.debits_posted));
        let pending = money(sums.debits_pending);
        format!("{}: {granted} granted, {posted} used, {pending} reserved", account.name)
    }));
    lines
}

fn screen(beliefs: &Beliefs) -> Vec<String> {
    let mut lines = match beliefs.screen {
        None => vec!["nothing".to_owned()],
        Some(screen) => {
            let shown = match screen.shows {
                Shows::Reply(reply) => shown(reply),
                Shows::Notice(status) => speech::status(status).to_owned(),
            };
            vec![shown, format!("since {}", super::told::moment(screen.at))]
        }
    };
    lines.extend(beliefs.probed.map(|reply| format!("at rest: {}", shown(reply))));
    lines
}

/// A reply as one sees it at a glance.
fn shown(reply: ClientReply) -> String {
    match reply {
        ClientReply::Accepted(_) => "accepted".to_owned(),
        ClientReply::Stands(_, status) => speech::status(status).to_owned(),
        ClientReply::Final(stored) => speech::status(stored.status).to_owned(),
        ClientReply::InProgress(_) => "being worked on".to_owned(),
        ClientReply::TooLate(_) => "too late to cancel".to_owned(),
        other => speech::reply(&other),
    }
}

fn journal(journals: &[JournalBelief]) -> Vec<String> {
    if journals.is_empty() {
        return vec!["no payment".to_owned()];
    }
    let mut lines = Vec::new();
    for journal in journals {
        let status = speech::status(journal.status);
        lines.push(match journals.len() {
            1 => status.to_owned(),
            _ => format!("{}: {status}", journal.intent.payment),
        });
        let workflow = journal.intent.order.workflow();
        lines.extend(journal.tries.iter().filter_map(|known| stands(workflow, known)));
        let remarks = [
            (journal.cancel_requested, "the client canceled"),
            (journal.case, "a person has to look"),
        ];
        let told = remarks.into_iter().filter(|(is, _)| *is);
        lines.extend(told.map(|(_, remark)| remark.to_owned()));
    }
    lines
}

/// A try at a step that touches money, or at any that is in doubt.
fn stands(workflow: &PaymentWorkflow, known: &TryBelief) -> Option<String> {
    let (action, attempt) = (workflow.action(known.which), known.which.attempt);
    let routine = matches!(action, Action::Risk | Action::Quote | Action::Notify);
    if routine && known.outcome.is_some() {
        return None;
    }
    let again = if attempt > 1 { format!(" {attempt}") } else { String::new() };
    let whom = known.provider.map(|provider| party::name(provider_role(provider)));
    let whom = whom.map(|name| format!(" at {name}")).unwrap_or_default();
    let came_to = match (known.undo, known.outcome) {
        (Some(None), _) => "being undone",
        (Some(Some(UndoOutcome::TooLate)), _) => "too late to undo",
        (Some(Some(UndoOutcome::TakenAfterAll { .. })), _) => "taken after all",
        (Some(Some(UndoOutcome::NeverHappened)), _) => "never happened",
        (Some(Some(UndoOutcome::Tombstoned)), _) => "blocked",
        (Some(Some(UndoOutcome::Expired)), _) => "expired",
        (Some(Some(UndoOutcome::Voided)), _) => "undone",
        (None, None) => "in doubt",
        (None, Some(Outcome::Refused(_))) => "refused",
        (None, Some(_)) => "done",
    };
    Some(format!("{action}{again}{whom}: {came_to}"))
}
