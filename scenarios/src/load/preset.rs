//! Presets: what a scenario says by one word, where it says nothing itself.

use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use crate::invalid::{Wrong, nearest};
use crate::invariant::Invariant;
use crate::settings::Scenario;

/// Every preset's name and text: the columns of the catalog of faults (payments.md
/// 4.2), on the two kinds of day.
pub(crate) const PRESETS: [(&str, &str); 2] = [
    ("calm", include_str!("../../presets/calm.toml")),
    ("stormy", include_str!("../../presets/stormy.toml")),
];

/// What a preset says of every rail, and not of the world.
const RAIL: &str = "rail";

/// The part of a scenario that names its preset.
#[derive(Deserialize)]
struct Head {
    preset: Option<Spanned<String>>,
    exercises: Option<IgnoredAny>,
}

/// The scenario in `text` together with the preset that it names; `None` if it
/// names none. What nothing in it could meet, it need not exercise.
///
/// # Errors
/// If there is no such preset, or `text` says what can't be said.
pub(super) fn read(text: &str) -> Result<Option<Scenario>, Wrong> {
    let head: Head = toml::from_str(text)?;
    let Some(name) = head.preset else { return Ok(None) };
    let mut table = DeTable::parse(text)?;
    let mut preset = DeTable::parse(named(&name)?)?;
    if let Some(rail) = preset.get_mut().remove(RAIL) {
        say_of_each_rail(table.get_mut(), rail.into_inner());
    }
    complete(table.get_mut(), preset.into_inner());
    let mut scenario = Scenario::deserialize(Deserializer::from(table))?;
    if head.exercises.is_none() {
        let met = |code: &String| {
            Invariant::with_code(code).is_some_and(|known| scenario.can_meet(known))
        };
        scenario.exercises = scenario.exercises.iter().filter(|code| met(code)).cloned().collect();
    }
    Ok(Some(scenario))
}

/// The text of the preset with this name.
fn named(name: &Spanned<String>) -> Result<&'static str, Wrong> {
    let wanted = name.get_ref().as_str();
    let known = PRESETS.iter().find(|(known, _)| *known == wanted);
    known.map(|(_, text)| *text).ok_or_else(|| {
        let names = PRESETS.map(|(known, _)| format!("`{known}`")).join(" or ");
        let wrong = Wrong::new(name.span(), format!("`{wanted}` is no preset: expected {names}"));
        match nearest(wanted, PRESETS.iter().map(|(known, _)| *known)) {
            Some(near) => wrong.help(format!("did you mean `{near}`?")),
            None => wrong,
        }
    })
}

/// Adds to `table` what `preset` says and it does not. A list is said as a whole.
fn complete<'t>(table: &mut DeTable<'t>, preset: DeTable<'t>) {
    for (key, value) in preset {
        match table.get_mut(key.get_ref().as_ref()).map(Spanned::get_mut) {
            None => {
                table.insert(key, value);
            }
            Some(DeValue::Table(known)) => {
                if let DeValue::Table(more) = value.into_inner() {
                    complete(known, more);
                }
            }
            Some(_) => {}
        }
    }
}

fn say_of_each_rail<'t>(table: &mut DeTable<'t>, rail: DeValue<'t>) {
    let (Some(DeValue::Array(rails)), DeValue::Table(said)) =
        (table.get_mut("rails").map(Spanned::get_mut), rail)
    else {
        return;
    };
    for rail in rails.iter_mut() {
        if let DeValue::Table(rail) = rail.get_mut() {
            complete(rail, said.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use sim::Rate;

    use super::PRESETS;
    use crate::load::parse;
    use crate::settings::{FileFaultSettings, Scenario};

    const SHORT: &str = "name = \"mine\"\npreset = \"calm\"\n[[rails]]\nrail = \"instant\"\n";

    /// A number of the catalog of faults, as a scenario has it.
    type Number = fn(&Scenario) -> String;

    /// The columns of payments.md 4.2, where they give numbers.
    #[test]
    fn a_preset_says_what_its_column_in_the_catalog_of_faults_says() {
        let table: [(&str, Number, &str, &str); 49] = [
            ("F01", |s| s.network.load_percent.to_string(), "0", "300"),
            ("F02", |s| s.providers.timeout_max.to_string(), "0s", "1m"),
            ("F03", |s| s.providers.brown_outs.to_string(), "1", "3"),
            ("F04", |s| s.providers.outages.to_string(), "1", "2"),
            ("F04", |s| s.providers.trouble_max.to_string(), "2h", "2h"),
            ("F05", |s| s.providers.faults.reply_dropped.to_string(), "0.1 %", "5 %"),
            ("F06", |s| s.providers.faults.request_dropped.to_string(), "0.1 %", "5 %"),
            ("F07", |s| s.providers.faults.late_effect.to_string(), "0.02 %", "2 %"),
            ("F07", |s| s.providers.faults.late_effect_max.to_string(), "10m", "10m"),
            ("F08", |s| sum(&s.providers.faults), "0.1 %", "5 %"),
            ("F09", |s| s.network.duplication.to_string(), "0.01 %", "2 %"),
            ("F10", |s| s.providers.faults.throttled.to_string(), "0.1 %", "5 %"),
            ("F11", |s| s.providers.issuer.decline_soft.to_string(), "8 %", "15 %"),
            ("F11", |s| s.providers.issuer.decline_hard.to_string(), "3 %", "3 %"),
            ("F12", |s| s.providers.issuer.partial.to_string(), "0.1 %", "2 %"),
            ("F13", |s| s.providers.issuer.deferred.to_string(), "2 %", "20 %"),
            ("F14", |s| s.providers.issuer.capture_declined.to_string(), "0.2 %", "3 %"),
            ("F15", |s| s.providers.faults.webhooks.dropped.to_string(), "0.1 %", "10 %"),
            ("F15", |s| s.providers.faults.webhooks.repeated.to_string(), "0.5 %", "15 %"),
            ("F15", |s| s.providers.faults.webhooks.reorder_max.to_string(), "10m", "24h"),
            ("F15", |s| s.providers.faults.webhooks.delay_max.to_string(), "30s", "6h"),
            ("F15", |s| s.providers.faults.webhooks.early.to_string(), "5 %", "40 %"),
            ("F16", |s| s.providers.faults.index_lag_max.to_string(), "2s", "1m"),
            ("F17", |s| s.providers.outlasting.to_string(), "0", "1"),
            ("F18", |s| files(s).late.to_string(), "1 %", "10 %"),
            ("F18", |s| files(s).late_max.to_string(), "48h", "48h"),
            ("F18", |s| files(s).missing_line.to_string(), "0.1 %", "1 %"),
            ("F18", |s| files(s).duplicate_line.to_string(), "0.05 %", "0.5 %"),
            ("F18", |s| files(s).duplicate_file.to_string(), "0.1 %", "1 %"),
            ("F18", |s| files(s).truncated.to_string(), "0.1 %", "1 %"),
            ("F19", |s| s.rails[0].returned.to_string(), "3 %", "10 %"),
            ("F20", |s| s.rails[0].unanswered.to_string(), "0.2 %", "5 %"),
            ("F20", |s| s.rails[0].late.to_string(), "0.1 %", "3 %"),
            ("F20", |s| s.rails[0].recall_accepted.to_string(), "30 %", "30 %"),
            ("F21", |s| s.rails[0].deemed.to_string(), "0 %", "1 %"),
            ("F22", |s| s.providers.issuer.disputed.to_string(), "0.1 %", "5 %"),
            ("F23", |s| s.providers.issuer.refund_returned.to_string(), "0.2 %", "5 %"),
            ("F24", |s| s.partitions.times.to_string(), "0", "3"),
            ("F24", |s| s.links.clogs.to_string(), "0", "1"),
            ("F25", |s| s.shared_crashes.len().to_string(), "0", "1"),
            ("F26", |s| s.disks.len().to_string(), "0", "2"),
            ("F27", |s| s.clocks[0].offset_max.to_string(), "5s", "10m"),
            ("F27", |s| s.clocks[0].drift_ppm_max.to_string(), "200", "200"),
            ("F28", |s| s.operators.deploys.to_string(), "0", "1"),
            ("F29", |s| s.workload.insist.to_string(), "10 %", "10 %"),
            ("F29", |s| s.workload.new_key.to_string(), "1 %", "1 %"),
            ("F29", |s| s.workload.click_again.to_string(), "2 %", "2 %"),
            ("F29", |s| s.workload.cancel.to_string(), "3 %", "3 %"),
            ("F29", |s| s.workload.reuse_key.to_string(), "0.1 %", "0.1 %"),
        ];
        let [calm, stormy] =
            PRESETS.map(|(name, _)| parse("mine.toml", &SHORT.replace("calm", name)).unwrap());
        for (code, number, in_calm, in_stormy) in table {
            let plain = |text: String| text.replace(' ', "");
            let shown = [plain(number(&calm)), plain(number(&stormy))];
            let expected = [in_calm, in_stormy].map(|text| plain(text.to_owned()));
            assert_eq!(shown, expected, "{code}");
        }
    }

    fn files(scenario: &Scenario) -> &FileFaultSettings {
        &scenario.settlement.as_ref().expect("a preset settles").faults
    }

    fn sum(faults: &crate::settings::ProviderFaultSettings) -> String {
        let ppm = faults.error_after.ppm() + faults.error_before.ppm();
        Rate::per_million(ppm).to_string()
    }

    #[test]
    fn what_a_scenario_says_itself_no_preset_changes() {
        let text = "name = \"mine\"\npreset = \"stormy\"\nworkers = 3\ncrashes = []\n\
                    [providers.issuer]\npartial = \"7%\"\n[workload]\noperations = 5\n";
        let scenario = parse("mine.toml", text).unwrap();
        assert_eq!((scenario.workers, scenario.workload.operations), (3, 5));
        assert_eq!(scenario.providers.issuer.partial, Rate::per_million(70_000));
        assert_eq!(scenario.providers.issuer.disputed, Rate::per_million(50_000));
        assert!(scenario.crashes.is_empty() && !scenario.disks.is_empty());
    }

    #[test]
    fn what_nothing_could_meet_is_not_asked_for() {
        let text = "name = \"mine\"\npreset = \"calm\"\n[providers]\nwebhooks = false\n\
                    issuer.disputed = \"0%\"\nissuer.refund_returned = \"0%\"\n\
                    [workload]\nrefund = \"0%\"\n";
        let scenario = parse("mine.toml", text).unwrap();
        let asked = |code: &str| scenario.exercises.iter().any(|known| known == code);
        assert!(asked("I05") && !asked("I22") && !asked("L06") && !asked("I08"));
    }

    #[test]
    fn a_wrong_word_is_told_with_its_line_what_was_expected_and_the_nearest() {
        let error = parse("mine.toml", &SHORT.replace("calm", "clam")).unwrap_err();
        let told = format!("{:?}", miette::Report::new(error));
        let told: String = told.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in
            ["mine.toml, line 2", "`clam` is no preset", "`calm` or `stormy`", "did you mean"]
        {
            assert!(told.contains(part), "{told}");
        }
        let text = "name = \"mine\"\npreset = \"calm\"\n[workload]\noperatoins = 5\n";
        let error = parse("mine.toml", text).unwrap_err().to_string();
        assert!(error.contains("mine.toml, line 4"), "{error}");
    }
}
