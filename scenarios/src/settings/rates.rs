//! What currencies are worth in a scenario.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sim::Rate;

use crate::load::RATE_MOVES_MAX;
use crate::span::Span;

/// How the rates behave at which payments are exchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RateSettings {
    /// How often each of them changes at most, until chaos ends.
    #[schemars(range(max = RATE_MOVES_MAX))]
    pub moves: u32,
    /// By how much at most.
    pub move_max: Rate,
    /// What an exchange costs at most.
    pub spread_max: Rate,
    /// How long a quote holds at most; five seconds are the least.
    pub holds_for_max: Span,
}
