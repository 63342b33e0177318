//! What people do who operate the system, as scenario files say it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sim::Rate;

use crate::span::Span;

/// What people do besides the software: payments.md F28.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OperatorSettings {
    /// Payments that somebody gives back in the dashboard of the provider,
    /// wholly or in part.
    pub refund_by_hand: Rate,
    /// How long after the payment at most; thirty days are the most.
    pub refund_by_hand_after_max: Span,
    /// How often at most somebody has a provider send its webhooks of some days
    /// once more.
    pub webhook_replays: u32,
    /// Of how long before at most; a month is the most.
    pub replay_window_max: Span,
    /// How often at most all workers are restarted at once.
    pub restarts: u32,
    /// How long they are down at most.
    pub restart_max: Span,
    /// How often at most the next release is rolled out, one worker after the other:
    /// it works fees and taxes out otherwise. Half of the time it is taken back.
    pub deploys: u32,
    /// How long at most until the next worker has it.
    pub deploy_gap_max: Span,
}
