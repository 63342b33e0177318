//! The rules that are built in: who is tried next, and how a doubt is resolved
//! (payments.md 1.6). Where nobody else decides, these do.

use super::{Action, Snapshot, State};
use crate::workflow;

/// What the rules choose of what `snapshot` permits.
pub(crate) fn choose(snapshot: &Snapshot) -> Action {
    match snapshot.state {
        State::Unsent | State::Refused => match snapshot.features.preferred {
            Some(provider) => Action::Try(provider),
            None if snapshot.open.sends => Action::Send,
            None => Action::Stop,
        },
        State::InDoubt => resolve(snapshot),
        State::Authorized => Action::Capture,
        State::Booking => Action::Resend,
        State::Succeeded => Action::Notify,
        State::LateSuccess => Action::Escalate,
        State::Undoing if snapshot.open.resend => Action::Resend,
        State::Undoing => Action::Query,
    }
}

/// Resend where a repetition is harmless, query otherwise, and give an
/// authorization up after a while.
fn resolve(snapshot: &Snapshot) -> Action {
    let (open, doubt) = (&snapshot.open, &snapshot.features.doubt);
    let authorizes = snapshot.features.step == workflow::Action::Authorize;
    if snapshot.features.step == workflow::Action::Send {
        // Turn and turn about by what was asked, whatever was heard meanwhile:
        // a bank may take longer to look than anybody waits.
        return if doubt.calls.is_multiple_of(2) { Action::Query } else { Action::Resend };
    }
    if !open.query {
        return resolve_unseen(snapshot);
    }
    if doubt.settled || doubt.undecided {
        return Action::Query;
    }
    // Giving up what nobody can undo would gain nothing, and lose a success.
    if authorizes && doubt.is_old && open.void {
        return Action::Void;
    }
    if open.resend && doubt.doubts % 2 == 1 { Action::Resend } else { Action::Query }
}

/// The same where nothing can be queried: the undo of the authorization is
/// the query. It tells what became of a capture, too: what can be undone was
/// not captured, and what can't be was.
fn resolve_unseen(snapshot: &Snapshot) -> Action {
    let (open, doubt) = (&snapshot.open, &snapshot.features.doubt);
    let authorizes = snapshot.features.step == workflow::Action::Authorize;
    let patient = !doubt.is_old || !authorizes;
    if open.resend && patient && !doubt.undecided {
        return Action::Resend;
    }
    // Whoever did not send it will not hear an answer that is late.
    if !doubt.is_old && !doubt.inherited {
        return Action::Wait(doubt.old_in);
    }
    if snapshot.features.step == workflow::Action::Refund || doubt.in_part {
        // Nobody can be asked what became of it: that takes a person.
        return Action::Wait(doubt.pause_max);
    }
    Action::Void
}
