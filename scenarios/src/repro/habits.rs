//! The habits of a provider in a repro. All of them are written that are not
//! plain, so that a repro means the same when a built-in dialect has changed.

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

/// What a provider does, as a file says it; [`Dialect`] says what it means. What
/// is left out is as [`Dialect::plain`] has it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct HabitsTable {
    /// Left out where it is that of the built-in dialect of the same name.
    title: Option<String>,
    /// Left out where it is that of the built-in dialect of the same name.
    source: Option<String>,
    undo: Option<Undoing>,
    residual: Option<Residual>,
    authorization_lifetime: Option<Span>,
    auto_reverse_after: Option<Span>,
    keys: Option<KeySettings>,
    /// No table of how, but the word that it does not tell.
    queries: Option<Queries>,
    settlement: Option<SettlementSettings>,
    refunds: Option<RefundSettings>,
    webhooks: Option<WebhookSettings>,
}

/// How a provider tells what became of a reference, or that it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Queries {
    Answered(QuerySettings),
    Unanswered(No),
}

/// The word for what is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum No {
    None,
}

/// The lines of the table of the habits of `dialect`.
pub(super) fn lines(dialect: &Dialect) -> Vec<String> {
    let (said, plain) = (DialectSettings::from(dialect), DialectSettings::from(&Dialect::plain()));
    let known = named(&dialect.name);
    let title = known.as_ref().is_none_or(|known| known.title != dialect.title);
    let source = known.as_ref().is_none_or(|known| known.source != dialect.source);
    let (queries, usual) = (queries(said.queries), queries(plain.queries));
    [
        title.then(|| format!("title = {}", quoted(&dialect.title))),
        source.then(|| format!("source = {}", quoted(&dialect.source))),
        line("undo", &said.undo, &plain.undo),
        line("residual", &said.residual, &plain.residual),
        line("authorization_lifetime", &said.authorization_lifetime, &plain.authorization_lifetime),
        said.auto_reverse_after
            .and_then(|after| line("auto_reverse_after", &after, &Span::default())),
        line("keys", &said.keys, &plain.keys),
        line("queries", &queries, &usual),
        line("settlement", &said.settlement, &plain.settlement),
        line("refunds", &said.refunds, &plain.refunds),
        line("webhooks", &said.webhooks, &plain.webhooks),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn queries(said: Option<QuerySettings>) -> Queries {
    said.map_or(Queries::Unanswered(No::None), Queries::Answered)
}

fn line<T: Serialize + PartialEq>(name: &str, value: &T, plain: &T) -> Option<String> {
    (value != plain).then(|| {
        let value =
            toml::Value::try_from(value).expect("habits are words, numbers and tables of them");
        format!("{name} = {value}")
    })
}

/// The dialect of this name: the plain one, but for these habits; or the
/// built-in one where none are said.
///
/// # Errors
/// If there is no built-in one, or nobody can work with it.
pub(super) fn dialect(
    name: Option<Spanned<String>>,
    habits: Option<Spanned<HabitsTable>>,
) -> Result<Dialect, Wrong> {
    let plain = Dialect::plain();
    let Some(name) = name else { return Ok(plain) };
    let (place, name) = (name.span(), name.into_inner());
    let known = named(&name);
    let Some(habits) = habits else {
        return known.ok_or_else(|| unknown(&name, place));
    };
    let (place, said) = (habits.span(), habits.into_inner());
    let plain = DialectSettings::from(&plain);
    let (title, source) = known.map(|known| (known.title, known.source)).unwrap_or_default();
    let dialect = Dialect::from(DialectSettings {
        title: said.title.unwrap_or(title),
        source: said.source.unwrap_or(source),
        name,
        undo: said.undo.unwrap_or(plain.undo),
        residual: said.residual.unwrap_or(plain.residual),
        authorization_lifetime: said.authorization_lifetime.unwrap_or(plain.authorization_lifetime),
        auto_reverse_after: said.auto_reverse_after,
        keys: said.keys.unwrap_or(plain.keys),
        queries: match said.queries {
            None => plain.queries,
            Some(Queries::Answered(queries)) => Some(queries),
            Some(Queries::Unanswered(No::None)) => None,
        },
        settlement: said.settlement.unwrap_or(plain.settlement),
        refunds: said.refunds.unwrap_or(plain.refunds),
        webhooks: said.webhooks.unwrap_or(plain.webhooks),
    });
    match admit(&dialect) {
        Ok(()) => Ok(dialect),
        Err(flaw) => Err(Wrong { span: place, problem: flaw.problem, help: flaw.help }),
    }
}

/// The dialect that this name alone stands for.
fn named(name: &str) -> Option<Dialect> {
    let plain = Dialect::plain();
    if plain.name == name { Some(plain) } else { cast::named(name).cloned() }
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
        dialect(Some(Spanned::new(0..0, name.to_owned())), Some(habits))
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
        let alone = |name: &str| dialect(Some(Spanned::new(0..0, name.to_owned())), None);
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
