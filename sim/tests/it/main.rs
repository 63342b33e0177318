//! What the kernel promises, a module per noun.
//!
//! Two systems run in it, through one door ([`plan::Plan::run`]): [`script`]
//! does exactly what a test writes down, for claims about single effects;
//! [`tally`] is a small protocol with retries, for properties of whole runs.

mod causality;
mod crash;
mod determinism;
mod digest;
mod draw;
mod future;
mod heal;
mod idle;
mod limits;
mod network;
mod partition;
mod plan;
mod quantiles;
mod queue;
mod rest;
mod roles;
mod script;
mod seed;
mod strategy;
mod tally;
mod trace;
mod trigger;
mod uniformity;
