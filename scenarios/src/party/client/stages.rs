//! How far a client is with each of its operations: what its local storage
//! comes to.

use std::collections::BTreeMap;

use model::{Archive, Token};

use super::ClientEntry;

/// What a client has of its operations durably.
#[derive(Clone, Debug, Default, Hash)]
pub struct Stages {
    begun: BTreeMap<Token, Stage>,
    /// Those that are finished for long.
    over: Archive<()>,
}

/// How far a client is with one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Stage {
    pub(super) known: bool,
    pub(super) cancel: Option<CancelStage>,
    pub(super) finished: bool,
    /// The round of asking that counts; earlier reminders are stale.
    pub(super) round: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum CancelStage {
    Asking,
    Answered,
}

impl Stages {
    /// How far it is with this operation; `None` if it has not begun with it,
    /// or is done with it for long.
    pub(super) fn get(&self, token: Token) -> Option<&Stage> {
        self.begun.get(&token)
    }

    pub(super) fn get_mut(&mut self, token: Token) -> Option<&mut Stage> {
        self.begun.get_mut(&token)
    }

    /// Whether it has begun with this operation, and be it over.
    pub(super) fn has_begun(&self, token: Token) -> bool {
        self.begun.contains_key(&token) || self.over.get(token.0).is_some()
    }

    /// Every operation that is finished and not put away.
    pub(super) fn finished(&self) -> impl Iterator<Item = Token> {
        self.begun.iter().filter(|(_, stage)| stage.finished).map(|(token, _)| *token)
    }

    /// Puts finished operations away: nothing more is done about them.
    pub(super) fn put_away(&mut self, finished: Vec<Token>) {
        self.begun.retain(|token, _| finished.binary_search(token).is_err());
        self.over.keep(finished.into_iter().map(|token| (token.0, ())).collect());
    }

    /// Changes it by an entry of the local storage.
    pub(super) fn restore(&mut self, entry: ClientEntry) {
        let fresh = Stage { known: false, cancel: None, finished: false, round: 1 };
        let (ClientEntry::Intended(token)
        | ClientEntry::Known(token)
        | ClientEntry::CancelIntended(token)
        | ClientEntry::Finished(token)) = entry;
        let stage = self.begun.entry(token).or_insert(fresh);
        match entry {
            ClientEntry::Intended(_) => {}
            ClientEntry::Known(_) => stage.known = true,
            ClientEntry::CancelIntended(_) => stage.cancel = Some(CancelStage::Asking),
            ClientEntry::Finished(_) => stage.finished = true,
        }
    }

    /// How many operations are not put away, and the bytes that the others take.
    pub(crate) fn footprint(&self) -> (usize, usize) {
        (self.begun.len(), self.over.bytes())
    }
}
