//! What is left of a plan whose operations are not all there any more.

use std::collections::BTreeSet;

use model::Token;
use sim::{Cue, Fault, Subject};

use super::Plan;

impl Plan {
    /// Without the faults that wait for an operation that is gone: they would never strike,
    /// and no file could name what they wait for.
    pub(crate) fn forget_what_is_gone(&mut self) {
        let left: BTreeSet<_> = self.operations.iter().map(|operation| operation.token).collect();
        self.faults.retain(|fault| waits_for(fault).is_none_or(|token| left.contains(&token)));
    }
}

/// Whose operation has to come to something before the fault strikes.
fn waits_for(fault: &Fault) -> Option<Token> {
    let Subject(token) = match fault.trigger.cue()?.0 {
        Cue::Send(occasion) | Cue::Delivery(occasion) => occasion.subject,
        Cue::Fact(sight) => sight.subject,
    };
    Some(Token(token))
}
