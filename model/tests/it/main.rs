//! What the payment system promises, a module per noun.
//!
//! Tables are the rule: each claim is a conversation with one state machine
//! through one door. Properties state what holds whatever is said to it.

mod cases;
mod conductor;
mod conservation;
mod defects;
mod doubt;
mod evidence;
mod fees;
mod gatekeeper;
mod history;
mod house;
mod journey;
mod ledger;
mod ledger_line;
mod lifecycle;
mod provider;
mod provider_desk;
mod risk;
mod saga;
mod script;
mod spelling;
mod store;
mod unwinding;
