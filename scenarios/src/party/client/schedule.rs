//! What a client will begin with, and when: so that a reminder is set only for
//! what comes next, however many operations are ahead.

use model::Token;
use sim::VirtualTime;

use crate::plan::Operation;

/// The operations that are ahead of a client.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    /// Those without a reminder, the last first.
    later: Vec<(VirtualTime, Token)>,
}

impl Schedule {
    /// The schedule of these operations, in any order.
    pub(super) fn new<'o>(ahead: impl Iterator<Item = &'o Operation>) -> Self {
        let mut later: Vec<_> = ahead.map(|operation| (operation.at, operation.token)).collect();
        later.sort_by(|one, other| other.cmp(one));
        later.truncate(later.len().saturating_sub(NEAR));
        Self { later }
    }

    /// Whether `operation`, which is ahead, is among the next.
    pub(super) fn is_near(&self, operation: &Operation) -> bool {
        self.later.last().is_none_or(|nearest| (operation.at, operation.token) < *nearest)
    }

    /// The next operation without a reminder, which gets one now.
    pub(super) fn next(&mut self) -> Option<Token> {
        self.later.pop().map(|(_, token)| token)
    }
}

/// How many operations have a reminder at once.
const NEAR: usize = 64;
