//! The story of a violation, as a person would tell it: one file per format, and
//! the words that they share.
//!
//! A [`Story`](scenarios::story::Story) is told by [`scenarios::story::tell`].
//! [`text`] is for people at a terminal, [`comment`] for the top of a repro file,
//! [`mermaid`] for documents, [`json`] for machines.

mod bank;
mod belief;
pub mod comment;
mod ids;
mod journal;
pub mod json;
mod ledger;
pub mod mermaid;
mod sentence;
mod settlement;
mod speech;
pub mod text;
mod told;
mod two_phase;

use model::{PaymentId, Record, Token};
use scenarios::Plan;
use scenarios::message::Message;
use scenarios::story::Deed;
use sim::Role;

use sentence::Words;

/// What `deed` is, behind the name of whose it is, where it is told of the payment of
/// `token`.
pub(crate) fn told(plan: &Plan, token: Token, deed: &Deed, fault: Option<u32>) -> String {
    Words { plan, token, ledger: false }.sentence(deed, fault)
}

/// What is said to `to` by `message`, behind the name of who says it.
pub(crate) fn said(plan: &Plan, to: Role, message: &Message) -> String {
    Words { plan, token: message.token(), ledger: false }.said(to, message)
}

/// What `record` of a journal says.
pub(crate) fn recorded(plan: &Plan, whose: (Token, PaymentId), record: &Record) -> String {
    journal::sentence(record, plan, whose)
}

/// What `message`, an answer, says.
pub(crate) fn content(plan: &Plan, message: &Message) -> String {
    speech::content(message, plan).1
}
