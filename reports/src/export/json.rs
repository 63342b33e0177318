//! A recorded trial as JSON, of a format of its own version.

use serde::Serialize;

use crate::json;
use crate::recording::Recording;

/// The version of the format: it grows by one when a field changes its meaning or
/// goes; new fields don't change it.
pub const VERSION: u16 = 1;

/// The recording. Ends with a line break.
///
/// # Errors
/// None that a recording can cause.
pub fn render(recording: &Recording) -> Result<String, serde_json::Error> {
    json::pretty(&Document { format: "pennywise-trial", version: VERSION, recording })
}

#[derive(Serialize)]
struct Document<'r> {
    format: &'static str,
    version: u16,
    #[serde(flatten)]
    recording: &'r Recording,
}
