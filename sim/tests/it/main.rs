//! What the kernel promises, a module per noun.
//!
//! Two systems run in it, through one door ([`plan::Plan::run`]): [`script`]
//! does exactly what a test writes down, for claims about single effects;
//! [`tally`] is a small protocol with retries, for properties of whole runs.

mod aim;
mod bounce;
mod causality;
mod clock;
mod crash;
mod determinism;
mod digest;
mod disk;
mod draw;
mod future;
mod heal;
mod idle;
mod leaks;
mod limits;
mod links;
mod network;
mod partition;
mod past;
mod pause;
mod permanent;
mod plan;
mod point;
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
mod vectors;
mod vows;
