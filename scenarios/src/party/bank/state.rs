//! What a bank has durably: its books, and how often it handled what.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{Aside, BankBooks, BankId, BankMovement, BankRequest, OperationId, Teller, Token};

use super::{BankEntry, settling};
use crate::party::statement::Statement;
use crate::plan::Plan;

/// Everything that a bank's journal comes to.
#[derive(Clone, Debug, Hash)]
pub struct BankState {
    pub(super) books: BankBooks,
    /// What it settles by files, if it does.
    pub(super) statement: Aside<Statement>,
    /// How often something new was sent, and recalled, for each instrument.
    handled: BTreeMap<Token, [u32; 2]>,
}

impl BankState {
    pub(super) fn new(id: BankId, plan: &Plan) -> Self {
        let books = BankBooks::new(id, plan.bank(id).rail.clone());
        let statement = plan.settlement.is_some().then(|| Statement::new(Teller::Bank(id)));
        Self { books, statement: Aside(statement), handled: BTreeMap::new() }
    }

    /// Changes it by an entry of the journal.
    pub(super) fn restore(&mut self, plan: &Plan, entry: &BankEntry) {
        match entry {
            BankEntry::Handled(request, token, how, movement) => {
                if let Some(movement) = movement {
                    self.enter(plan, movement, how.now);
                }
                self.count(request, *token);
                self.books.handle(request, how);
            }
            BankEntry::Matured(reference, now, movement) => {
                self.enter(plan, movement, *now);
                self.books.mature(*reference, *now);
            }
            BankEntry::Acknowledged(reference) => {
                self.books.acknowledge(*reference);
            }
            BankEntry::Wrote(writing) => {
                if let Some(statement) = self.statement.as_mut() {
                    statement.take(writing);
                }
            }
            BankEntry::Delivered(file) => {
                if let Some(statement) = self.statement.as_mut() {
                    statement.acknowledge(*file);
                }
            }
        }
    }

    /// A file has to tell of `movement`, which happened `at` that date, if it moves
    /// money out of our account.
    pub(super) fn enter(&mut self, plan: &Plan, movement: &BankMovement, at: Duration) {
        if let Some(statement) = self.statement.as_mut()
            && let Some(entry) = settling::entry_of(plan, movement, at)
        {
            statement.enter(entry);
        }
    }

    /// Whether it is the first message of its kind under its reference: only
    /// then anything is decided, and to be written down.
    pub(super) fn is_news(&self, request: &BankRequest) -> bool {
        match request {
            BankRequest::Send { reference, .. } => self.books.is_new(*reference),
            BankRequest::Investigate { .. } => false,
            BankRequest::Recall { target, .. } => {
                let known = self.books.remittance(*target);
                known.is_some_and(|known| known.recalled.is_none())
            }
        }
    }

    /// Counts one more for this instrument: the how-manieth it is.
    pub(super) fn count(&mut self, request: &BankRequest, token: Token) -> u32 {
        let counts = self.handled.entry(token).or_default();
        let count = &mut counts[usize::from(matches!(request, BankRequest::Recall { .. }))];
        *count += 1;
        *count
    }

    /// Puts away what was sent under those of `references` that are over;
    /// tells which are not.
    pub(super) fn close(
        &mut self,
        references: Vec<OperationId>,
        now: Duration,
    ) -> Vec<OperationId> {
        self.books.close(references, now)
    }

    /// How many are open, and the bytes that the others take.
    pub(crate) fn footprint(&self) -> (usize, usize) {
        let (open, closed) = self.books.footprint();
        (open, closed + self.handled.len() * size_of::<(Token, [u32; 2])>())
    }
}
