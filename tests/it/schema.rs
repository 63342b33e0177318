//! The schema of scenario files: it is fresh, accepts what people can copy, and
//! refuses what the loader would refuse.

use std::fs;

use jsonschema::Validator;
use scenarios::{Span, catalog, load};
use serde_json::Value;
use sim::Rate;

use crate::command::pennywise;
use crate::tidy::root;

fn schema() -> Value {
    serde_json::to_value(scenarios::schema::scenario()).unwrap()
}

fn validator() -> Validator {
    jsonschema::draft202012::new(&schema()).expect("the schema is one")
}

/// A scenario as JSON.
fn read(text: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Value>(text).unwrap()).unwrap()
}

/// What is wrong with `text` by the schema.
fn wrong(validator: &Validator, text: &str) -> Vec<String> {
    validator
        .iter_errors(&read(text))
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
fn the_schema_in_the_repository_is_the_one_that_the_command_prints() {
    let printed = pennywise(&["schema"]);
    assert_eq!(printed.code, 0, "{}", printed.stderr);
    assert_eq!(pennywise(&["schema", "scenario"]).stdout, printed.stdout);
    let kept = fs::read_to_string(root().join("docs/scenario.schema.json")).unwrap_or_default();
    let how = "`pennywise schema > docs/scenario.schema.json` writes it anew";
    assert!(kept == printed.stdout, "docs/scenario.schema.json is not fresh: {how}");
    assert_eq!(serde_json::from_str::<Value>(&kept).unwrap(), schema());
}

#[test]
fn every_scenario_of_the_catalog_is_accepted() {
    let validator = validator();
    for (name, text) in catalog::FILES {
        assert_eq!(wrong(&validator, text), [""; 0], "{name}");
    }
}

/// A preset is a scenario but for its name, and says of rails what holds for each.
#[test]
fn what_a_preset_says_is_accepted_and_completes_a_short_file() {
    let validator = validator();
    for preset in ["calm", "stormy"] {
        let path = root().join(format!("scenarios/presets/{preset}.toml"));
        let mut said: toml::Table = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        said.insert("name".to_owned(), "mine".into());
        let rail = said.remove("rail").expect("what it says of rails");
        let mut rail = rail.as_table().cloned().expect("a table");
        rail.insert("rail".to_owned(), "instant".into());
        said.insert("rails".to_owned(), vec![toml::Value::Table(rail)].into());
        assert_eq!(wrong(&validator, &toml::to_string(&said).unwrap()), [""; 0], "{preset}");
        let short = format!("name = \"mine\"\npreset = \"{preset}\"\n[workload]\noperations = 5\n");
        assert_eq!(wrong(&validator, &short), [""; 0], "{preset}");
        assert!(load::parse("mine.toml", &short).is_ok());
    }
}

#[test]
fn what_the_loader_refuses_for_its_words_and_numbers_the_schema_refuses_too() {
    let validator = validator();
    let (_, whole) = catalog::FILES.iter().find(|(name, _)| *name == "sparse-calendar").unwrap();
    for (what, from, to) in [
        ("an unknown key", "lake = true", "lakes = true"),
        ("an unknown key in a table", "click_again", "click_agian"),
        ("an unknown key in a list of tables", "times = 2", "tims = 2"),
        ("a word for a number", "operations = 24", "operations = \"24\""),
        ("a number for a span", "chaos = \"4320h\"", "chaos = 4320"),
        ("a span without a unit", "spread = \"4200h\"", "spread = \"1440\""),
        ("a span in an unknown unit", "spread = \"4200h\"", "spread = \"9 weekz\""),
        ("a percentage over 100", "payouts = \"30%\"", "payouts = \"101%\""),
        ("a percentage over 100 by a bit", "payouts = \"30%\"", "payouts = \"100.1%\""),
        ("a percentage without its sign", "payouts = \"30%\"", "payouts = \"30\""),
        ("a dialect that is not built in", "\"adyen-like\"", "\"adyen\""),
        ("a currency that nobody has", "\"EUR\"", "\"EUX\""),
        ("no name", "name = \"sparse-calendar\"", ""),
        ("a name in capitals", "name = \"sparse-calendar\"", "name = \"Sparse\""),
        ("no operations", "operations = 24", ""),
        ("none of them", "operations = 24", "operations = 0"),
        ("a negative count", "times = 2", "times = -2"),
        ("more workers than there are", "workers = 2", "workers = 5"),
        ("more clients than there are", "clients = 4", "clients = 65"),
        ("an invariant that is none", "\"I01\"", "\"I99\""),
        ("a party that is none", "who = \"bank\"", "who = \"banque\""),
        ("a rail that is none", "rail = \"batch\"", "rail = \"slow\""),
        ("a day that is none", "\"2024-05-27\"", "\"2024-13-27\""),
        ("a protocol that is none", "workers = 2", "protocol = \"3pc\""),
        ("a preset that is none", "workers = 2", "preset = \"clam\""),
    ] {
        let broken = whole.replacen(from, to, 1);
        assert_ne!(broken, *whole, "{what}");
        assert!(load::parse("mine.toml", &broken).is_err(), "the loader takes {what}");
        assert!(!wrong(&validator, &broken).is_empty(), "the schema takes {what}");
    }
}

/// Of spans, rates and days, it is the pattern that says what fits.
#[test]
fn a_pattern_fits_what_is_printed_and_nothing_that_is_not_read() {
    let validator = validator();
    let takes = |span: &str, rate: &str| {
        let text = format!(
            "name = \"mine\"\npreset = \"calm\"\nchaos = \"{span}\"\n[swarm]\noff = \"{rate}\"\n"
        );
        wrong(&validator, &text).is_empty()
    };
    for nanos in [0, 1, 999, 1_000, 90_000_000_000, 3_661_001_002_003, 43_200_000_000_000_000] {
        let span = Span(std::time::Duration::from_nanos(nanos)).to_string();
        assert!(takes(&span, "0%"), "{span}");
    }
    for ppm in [0, 1, 200, 123_456, 999_999, 1_000_000] {
        let rate = Rate::per_million(ppm).to_string();
        assert!(takes("1h", &rate), "{rate}");
    }
    for span in ["1h30m", "24h 30m", "5", "", "m", "5 parsecs", "-5s", "1h 2h", "5m 1h", "1s 1ms"] {
        assert_eq!(takes(span, "0%"), span.parse::<Span>().is_ok(), "{span}");
    }
    for rate in ["never", "always", "007%", "100%", "100.0001%", "5 %", "1.23456%", ".5%", "%"] {
        assert_eq!(takes("1h", rate), rate.parse::<Rate>().is_ok(), "{rate}");
    }
}

#[test]
fn an_unknown_kind_of_file_is_refused_by_name() {
    let ran = pennywise(&["schema", "scenarioo"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("scenarioo") && ran.stderr.contains("scenario"), "{}", ran.stderr);
    assert!(pennywise(&["--help"]).stdout.contains("schema"));
}
