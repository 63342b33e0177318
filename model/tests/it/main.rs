//! What the payment system promises, a module per noun.
//!
//! Tables are the rule: each claim is a conversation with one state machine
//! through one door. Properties state what holds whatever is said to it.

mod banking_day;
mod booking;
mod capture;
mod captures;
mod cases;
mod chargebacks;
mod compaction;
mod conductor;
mod conservation;
mod deal;
mod defects;
mod dialects;
mod disputes;
mod doubt;
mod evidence;
mod exchange;
mod fees;
mod foreign;
mod gatekeeper;
mod history;
mod house;
mod identity;
mod inbox;
mod interleaving;
mod journey;
mod keys;
mod lake;
mod ledger;
mod ledger_desk;
mod lifecycle;
mod linked;
mod outbox;
mod payout;
mod posting;
mod provider;
mod provider_desk;
mod provider_keys;
mod provider_money;
mod rail;
mod refund;
mod risk;
mod rules;
mod saga;
mod saga_desk;
mod script;
mod spelling;
mod split;
mod store;
mod tables;
mod takeover;
mod two_phase;
mod unwinding;
mod webhooks;
