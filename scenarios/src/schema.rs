//! The JSON Schema of scenario files, for editors that complete and check them. It is
//! made from the types that load them, and says of them what types and shapes can
//! say; what hangs together across a file the loader alone knows.

use std::borrow::Cow;

use model::posting::refund::RefundShortfall;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use crate::cast;
use crate::load::PRESETS;
use crate::settings::Scenario;

/// The schema of a scenario file, in the draft 2020-12.
pub fn scenario() -> Schema {
    let settings = SchemaSettings::draft2020_12()
        .with_transform(RecursiveTransform(leave_out))
        .with_transform(RecursiveTransform(one_line));
    let mut schema = settings.into_generator().into_root_schema_for::<Scenario>();
    schema.insert("title".to_owned(), json!("A scenario of pennywise"));
    require_unless_preset(&mut schema);
    schema
}

/// The name of a preset.
pub(crate) struct PresetName;

/// What becomes of a refund of more than its merchants have.
pub(crate) struct ShortfallName;

/// The name of a dialect that is built in, or the path of a file with another.
pub(crate) struct DialectName;

impl JsonSchema for PresetName {
    fn schema_name() -> Cow<'static, str> {
        "Preset".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": PRESETS.map(|(name, _)| name) })
    }
}

impl JsonSchema for ShortfallName {
    fn schema_name() -> Cow<'static, str> {
        "RefundShortfall".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names = [RefundShortfall::Refuse, RefundShortfall::Owed];
        json_schema!({ "type": "string", "enum": names })
    }
}

impl JsonSchema for DialectName {
    fn schema_name() -> Cow<'static, str> {
        "DialectName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<_> = cast::FILES.iter().map(|(name, _)| *name).collect();
        json_schema!({
            "description": "The name of a built-in dialect, or the path of a file with one of \
                            your own, counted from the folder of the scenario.",
            "anyOf": [
                { "type": "string", "enum": names },
                { "type": "string", "pattern": r"\.toml$" },
            ],
        })
    }
}

/// TOML has no null, so that what may be left out is not null either; and what a
/// whole table is by default is said at its fields.
fn leave_out(schema: &mut Schema) {
    let plain = |default: &Value| default.is_null() || default.is_object() || default.is_array();
    if schema.get("default").is_some_and(plain) {
        schema.remove("default");
    }
    let Some(Value::Array(choices)) = schema.get("anyOf") else { return };
    let null = json!({ "type": "null" });
    let [one] = choices.iter().filter(|choice| **choice != null).collect::<Vec<_>>()[..] else {
        return;
    };
    let Some(one) = one.as_object().cloned() else { return };
    schema.remove("anyOf");
    for (key, value) in one {
        schema.insert(key, value);
    }
}

/// Where a source file breaks a sentence means nothing to its reader.
fn one_line(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace("\n\n", "\u{0}").replace('\n', " ").replace('\u{0}', "\n\n");
    }
}

/// A file that names a preset need not say what that says.
fn require_unless_preset(schema: &mut Schema) {
    let required = schema.remove("required").unwrap_or_default();
    let of_workload = schema
        .pointer_mut("/$defs/Workload")
        .and_then(Value::as_object_mut)
        .and_then(|workload| workload.remove("required"))
        .unwrap_or_default();
    let unless: Vec<_> =
        required.as_array().into_iter().flatten().filter(|field| *field != "name").collect();
    let then = json!({
        "required": unless,
        "properties": { "workload": { "required": of_workload } },
    });
    schema.insert("required".to_owned(), json!(["name"]));
    schema.insert("if".to_owned(), json!({ "not": { "required": ["preset"] } }));
    schema.insert("then".to_owned(), then);
}

#[cfg(test)]
mod tests {
    use sim::Rate;

    use super::*;

    #[test]
    fn every_table_refuses_what_it_does_not_know_and_says_what_its_fields_mean() {
        let schema = scenario();
        let tables = schema.pointer("/$defs").and_then(Value::as_object).expect("tables");
        let mut objects = 0;
        for (name, table) in tables.iter().chain([(&"root".to_owned(), schema.as_value())]) {
            let Some(fields) = table.get("properties").and_then(Value::as_object) else { continue };
            objects += 1;
            assert_eq!(table.get("additionalProperties"), Some(&json!(false)), "{name}");
            for (field, of_field) in fields {
                let told = of_field.get("description").and_then(Value::as_str);
                assert!(told.is_some_and(|told| told.ends_with(['.', ';'])), "{name}.{field}");
            }
        }
        assert!(objects > 20, "{objects}");
    }

    #[test]
    fn nothing_is_null_and_no_table_is_a_default() {
        let text = serde_json::to_string(&scenario()).expect("it is JSON");
        assert!(!text.contains("null") && !text.contains("\"default\":{"), "{text}");
        assert!(text.contains("\"default\":\"0%\""), "what a field is by default is told");
        assert_eq!(json!(Rate::NEVER), json!("0%"));
    }
}
