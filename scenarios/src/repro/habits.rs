//! The habits of a provider in a repro. All of them are written, so that a repro
//! means the same when a built-in dialect has changed.

use std::ops::Range;

use model::{Dialect, Residual, Undoing};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::line::quoted;
use crate::cast;
use crate::invalid::{Wrong, nearest};
use crate::load::dialects::admit;
use crate::settings::{
    DialectSettings, KeySettings, QuerySettings, RefundSettings, SettlementSettings,
    WebhookSettings,
};
use crate::span::Span;

/// What a provider does, as a file says it; [`Dialect`] says what it means.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HabitsTable {
    /// Left out where it is that of the built-in dialect of the same name.
    title: Option<String>,
    /// Left out where it is that of the built-in dialect of the same name.
    source: Option<String>,
    undo: Undoing,
    residual: Residual,
    authorization_lifetime: Span,
    auto_reverse_after: Option<Span>,
    keys: KeySettings,
    queries: Option<QuerySettings>,
    settlement: SettlementSettings,
    refunds: RefundSettings,
    webhooks: WebhookSettings,
}

/// The lines of the table of the habits of `dialect`.
pub(super) fn lines(dialect: &Dialect) -> Vec<String> {
    let said = DialectSettings::from(dialect);
    let known = cast::named(&dialect.name);
    let mut lines = Vec::new();
    if known.is_none_or(|known| known.title != dialect.title) {
        lines.push(format!("title = {}", quoted(&dialect.title)));
    }
    if known.is_none_or(|known| known.source != dialect.source) {
        lines.push(format!("source = {}", quoted(&dialect.source)));
    }
    lines.extend([
        line("undo", &said.undo),
        line("residual", &said.residual),
        line("authorization_lifetime", &said.authorization_lifetime),
    ]);
    lines.extend(said.auto_reverse_after.map(|after| line("auto_reverse_after", &after)));
    lines.push(line("keys", &said.keys));
    lines.extend(said.queries.map(|queries| line("queries", &queries)));
    lines.extend([
        line("settlement", &said.settlement),
        line("refunds", &said.refunds),
        line("webhooks", &said.webhooks),
    ]);
    lines
}

fn line(name: &str, value: &impl Serialize) -> String {
    let value = toml::Value::try_from(value).expect("habits are words, numbers and tables of them");
    format!("{name} = {value}")
}

/// The dialect of this name: one with these habits, or the built-in one where
/// none are said.
///
/// # Errors
/// If there is no built-in one, or nobody can work with it.
pub(super) fn dialect(
    name: Spanned<String>,
    habits: Option<Spanned<HabitsTable>>,
) -> Result<Dialect, Wrong> {
    let (place, name) = (name.span(), name.into_inner());
    let known = cast::named(&name);
    let Some(habits) = habits else {
        return known.cloned().ok_or_else(|| unknown(&name, place));
    };
    let (place, said) = (habits.span(), habits.into_inner());
    let words = |said: Option<String>, known: Option<&String>| {
        said.or_else(|| known.cloned()).unwrap_or_default()
    };
    let dialect = Dialect::from(DialectSettings {
        title: words(said.title, known.map(|known| &known.title)),
        source: words(said.source, known.map(|known| &known.source)),
        name,
        undo: said.undo,
        residual: said.residual,
        authorization_lifetime: said.authorization_lifetime,
        auto_reverse_after: said.auto_reverse_after,
        keys: said.keys,
        queries: said.queries,
        settlement: said.settlement,
        refunds: said.refunds,
        webhooks: said.webhooks,
    });
    match admit(&dialect) {
        Ok(()) => Ok(dialect),
        Err(flaw) => Err(Wrong { span: place, problem: flaw.problem, help: flaw.help }),
    }
}

fn unknown(name: &str, place: Range<usize>) -> Wrong {
    let names = cast::FILES.iter().map(|(name, _)| *name);
    let help = match nearest(name, names.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "the dialects are {}; one of your own says its habits in `[world.providers.habits]`",
            names.collect::<Vec<_>>().join(", ")
        ),
    };
    Wrong::new(place, format!("there is no dialect `{name}`")).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, lines: &[String]) -> Result<Dialect, Wrong> {
        let habits: Spanned<HabitsTable> = toml::from_str(&lines.join("\n")).unwrap();
        dialect(Spanned::new(0..0, name.to_owned()), Some(habits))
    }

    #[test]
    fn habits_are_written_and_read_back_whatever_a_built_in_dialect_of_that_name_does() {
        for dialect in cast::all() {
            let other = Dialect { name: "of-my-own".to_owned(), ..dialect.clone() };
            for mut dialect in [dialect.clone(), other] {
                assert_eq!(read(&dialect.name, &lines(&dialect)).unwrap(), dialect);
                dialect.authorization_lifetime -= std::time::Duration::from_secs(3_600);
                dialect.keys.limiter_first = !dialect.keys.limiter_first;
                dialect.refunds.fails_late_within = None;
                assert_eq!(read(&dialect.name, &lines(&dialect)).unwrap(), dialect);
            }
        }
    }

    #[test]
    fn a_name_alone_is_a_built_in_dialect_and_a_misspelt_one_is_told() {
        let alone = |name: &str| dialect(Spanned::new(0..0, name.to_owned()), None);
        assert_eq!(alone("legacy").as_ref(), Ok(cast::named("legacy").unwrap()));
        let wrong = alone("legasy").unwrap_err();
        assert_eq!(wrong.help.as_deref(), Some("did you mean `legacy`?"));
    }

    #[test]
    fn habits_that_nobody_can_work_with_are_refused_in_a_repro_as_well() {
        let mut dialect = cast::named("hostile").unwrap().clone();
        dialect.authorization_lifetime *= 3;
        let wrong = read(&dialect.name, &lines(&dialect)).unwrap_err();
        assert!(wrong.problem.contains("nobody can work with the dialect `hostile`"), "{wrong:?}");
    }
}
