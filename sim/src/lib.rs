//! A deterministic discrete-event simulator for distributed systems.
//!
//! A [`World`] runs the actors of a [`System`] in virtual time over a hostile
//! [`Network`]. Actors are sans-IO state machines: they take a message, a timer
//! or a boot, and push effects into [`Out`]. Everything that chance decides is
//! a [`Draw`] keyed by what it is for. The kernel knows no money.
//!
//! Start at [`World`] (`world.rs`), then:
//!
//! - what a user writes: [`System`], [`Message`], [`Out`]
//! - what strikes: [`Network`], [`Weather`], [`Settings`], [`Fault`]
//!   ([`Misfortune`], [`Trigger`]), [`swizzle`]
//! - where chance comes from: [`Seed`], [`Stream`], [`Draws`], [`Quantiles`]
//! - what comes out: [`DigestValue`], [`Trace`], [`Observer`], [`Ending`]
//! - what had a hand in what happened: [`Past`]
//! - whether it is deterministic: [`determinism::check`], and on any machine:
//!   [`vectors::check`]

mod atlas;
mod clock;
pub mod determinism;
mod digest;
mod draw;
mod fault;
mod journal;
mod limits;
mod links;
mod message;
mod network;
mod observer;
mod order;
mod ordinals;
mod past;
mod point;
mod quantiles;
mod queue;
mod rate;
mod recovered;
mod seed;
mod settings;
mod strikes;
mod swizzle;
mod system;
mod time;
mod trace;
mod trigger;
pub mod vectors;
mod world;

pub use digest::{Digest, DigestValue};
pub use draw::{Domain, Draw, Draws, SAMPLERS};
pub use fault::{CrashPoint, Fault, Misfortune};
pub use journal::Journal;
pub use limits::{Ending, Limit, Limits};
pub use links::{Links, Stretch};
pub use message::{Bounce, Delivery, Kind, Message, Role, Roles, SendIdentity, Subject};
pub use network::{COPIES_MAX, Fate, Network, Weather};
pub use observer::{Observer, Sighting};
pub use order::Order;
pub use past::Past;
pub use point::{Forcing, Point};
pub use quantiles::{BadQuantiles, Quantiles};
pub use queue::EventQueue;
pub use rate::{NotARate, Rate};
pub use recovered::{Flaw, Gap, Recovered};
pub use seed::{NotASeed, Seed, Stream};
pub use settings::Settings;
pub use strikes::{Strike, Strikes};
pub use swizzle::swizzle;
pub use system::{Effect, Out, System, TimerClass};
pub use time::VirtualTime;
pub use trace::{Happening, Trace, TraceEvent};
pub use trigger::{Cue, Occasion, Sight, Trigger};
pub use world::{Phase, Run, World};
