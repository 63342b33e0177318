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
