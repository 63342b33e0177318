//! Finished trials and campaigns, rendered for people and machines.
//!
//! Everything here is a pure function of plain data: no clock, no environment,
//! no file. Equal input gives equal bytes.
//!
//! Start at [`campaign_table`], what a campaign came to; then:
//!
//! - the same for machines, from one [`CampaignReport`]: [`campaign_json`] with its
//!   [`schema`], [`campaign_junit`], [`campaign_markdown`], [`github`]
//! - one trial for other viewers, from one [`recording`]: [`export`]
//! - pages to look at: [`html`]
//! - one trial: [`plan_text`], [`trial_text`], and [`snapshot`], which a
//!   reviewer compares line by line
//! - one violation: its [`story`], its few lines in a campaign ([`violation`]),
//!   and the command that [`Repeat`]s it
//! - one repro, or a folder of them, replayed: [`replay_text`]
//! - the same plans by two protocols: [`comparison_text`], [`comparison_json`]
//! - how many known bugs are caught: [`score_table`], [`score_markdown`], [`score_json`]
//! - what each strategy is worth: [`ablation`]
//! - one machine: [`doctor_text`]
//! - what there is: [`listing`], [`listing_markdown`], [`fault_story`], [`json`]
//! - numbers and spans as people write them: [`Count`], [`Ordinal`], [`Brief`]

pub mod ablation;
mod accounts;
mod brief;
pub mod campaign_json;
pub mod campaign_junit;
pub mod campaign_markdown;
pub mod campaign_report;
pub mod campaign_table;
pub mod comparison_json;
pub mod comparison_text;
pub mod difference;
mod difference_text;
pub mod doctor_text;
mod exclusions;
pub mod export;
pub mod fault_story;
pub mod github;
pub mod html;
pub mod json;
mod layout;
pub mod listing;
pub mod listing_markdown;
mod markdown;
mod number;
pub mod plan_text;
pub mod proof_text;
pub mod rechecked;
pub mod recording;
mod repeat;
pub mod replay_text;
pub mod schema;
pub mod score_json;
pub mod score_markdown;
pub mod score_table;
mod score_terms;
pub mod snapshot;
pub mod snapshot_diff;
mod sometimes_text;
pub mod story;
mod trapped_text;
pub mod trial_text;
mod unreconciled;
pub mod violation;

pub use brief::Brief;
pub use campaign_report::CampaignReport;
pub use campaign_table::CampaignRow;
pub use number::{Count, Ordinal, counted};
pub use repeat::Repeat;
