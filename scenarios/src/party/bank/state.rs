//! What a bank has durably: its books, and how often it handled what.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{BankBooks, BankId, BankRequest, OperationId, Rail, Token};

use super::BankEntry;

/// Everything that a bank's journal comes to.
#[derive(Clone, Debug, Hash)]
pub struct BankState {
    pub(super) books: BankBooks,
    /// How often something new was sent, and recalled, for each instrument.
    handled: BTreeMap<Token, [u32; 2]>,
}

impl BankState {
    pub(super) fn new(id: BankId, rail: Rail) -> Self {
        Self { books: BankBooks::new(id, rail), handled: BTreeMap::new() }
    }

    /// Changes it by an entry of the journal.
    pub(super) fn restore(&mut self, entry: &BankEntry) {
        match entry {
            BankEntry::Handled(request, token, how, _) => {
                self.count(request, *token);
                self.books.handle(request, how);
            }
            BankEntry::Matured(reference, now, _) => {
                self.books.mature(*reference, *now);
            }
            BankEntry::Acknowledged(reference) => {
                self.books.acknowledge(*reference);
            }
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
