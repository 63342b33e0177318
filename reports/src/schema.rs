//! The JSON Schema of what is written as JSON, for whoever reads it by program.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use serde_json::json;

use crate::campaign_json::{CampaignDocument, FORMAT, VERSION};

/// The schema of a campaign's report, in the draft 2020-12.
pub fn campaign() -> Schema {
    let settings = SchemaSettings::draft2020_12();
    let mut schema = settings.into_generator().into_root_schema_for::<CampaignDocument>();
    schema.insert("title".to_owned(), json!("The report of a campaign of pennywise"));
    if let Some(fields) = schema.get_mut("properties") {
        fields["format"]["const"] = json!(FORMAT);
        fields["version"]["const"] = json!(VERSION);
    }
    schema
}
