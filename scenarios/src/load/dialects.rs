//! Reading dialect files, and finding the dialects that a scenario names.

use std::path::Path;
use std::time::Duration;

use model::{Dialect, DoubtBounds, Keeps, ProviderEndpoint, Reads};
use sim::Rate;

use super::{LoadError, find, invalid, is_name_byte, nearest, read};
use crate::cast;
use crate::party::PROVIDERS_MAX;
use crate::settings::{DialectSettings, Scenario};
use crate::{Span, bounds};

/// The dialect in `text`, which `origin` names in errors.
///
/// # Errors
/// If it is no valid dialect, or one that can't be worked with.
pub fn dialect(origin: &str, text: &str) -> Result<Dialect, LoadError> {
    let dialect = Dialect::from(read::<DialectSettings>(origin, text)?);
    admit(&dialect).map_err(|Flaw { setting, problem, help }| {
        invalid(origin, text, find(text, setting, 0), problem, help)
    })?;
    Ok(dialect)
}

/// What is wrong with a dialect.
pub(crate) struct Flaw {
    /// The setting that is wrong.
    pub(crate) setting: &'static str,
    /// What is wrong with it, and what was expected.
    pub(crate) problem: String,
    /// What would be right, where it can be told.
    pub(crate) help: Option<String>,
}

/// Whether `dialect` is one that can be worked with.
///
/// # Errors
/// If it is not.
pub(crate) fn admit(dialect: &Dialect) -> Result<(), Flaw> {
    check(dialect).map_err(|(setting, problem)| Flaw { setting, problem, help: None })?;
    let admitted = dialect.admit(&DoubtBounds {
        resolve_within: bounds::RESOLVE,
        never_found: bounds::never_found(),
    });
    admitted.map_err(|refusal| {
        let problem = format!("nobody can work with the dialect `{}`: {refusal}", dialect.name);
        let (resolve, never_found) = (Span(bounds::RESOLVE), Span(bounds::never_found()));
        let help = Some(format!("T_resolve is {resolve}, t_nf is {never_found}"));
        Flaw { setting: refusal.setting(), problem, help }
    })
}

/// Finds the dialects that `scenario` names: the built-in ones by their names,
/// others by the paths of their files, counted from `folder`.
pub(super) fn resolve(
    origin: &str,
    text: &str,
    folder: &Path,
    scenario: &mut Scenario,
) -> Result<(), LoadError> {
    let dialects = &scenario.providers.dialects;
    let here = |problem, help| {
        let span = find(text, "dialects", 0);
        invalid(origin, text, span, problem, help)
    };
    let mut found = Vec::with_capacity(dialects.len());
    for name in dialects {
        if name.ends_with(".toml") {
            let path = folder.join(name);
            let file = std::fs::read_to_string(&path).map_err(|error| {
                here(format!("failed to read the dialect file `{name}`: {error}"), None)
            })?;
            found.push(dialect(name, &file)?);
            continue;
        }
        let built_in = cast::named(name).ok_or_else(|| {
            let known = cast::FILES.iter().map(|(name, _)| *name);
            let help = match nearest(name, known.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "the dialects are {}; a file of your own is named by its path, which ends in \
                     `.toml`",
                    known.collect::<Vec<_>>().join(", ")
                ),
            };
            here(format!("there is no dialect called `{name}`"), Some(help))
        })?;
        found.push(built_in.clone());
    }
    if found.is_empty() {
        found = cast::all().to_vec();
    }
    let count = scenario.providers.count();
    if count > PROVIDERS_MAX || usize::from(count) > found.len() {
        let most = found.len().min(usize::from(PROVIDERS_MAX));
        let problem = format!("`count` is at most {most}: every provider has a dialect of its own");
        return Err(invalid(origin, text, find(text, "count", 0), problem, None));
    }
    if scenario.workload.refund > Rate::NEVER
        && let Some(dialect) = found.iter().find(|dialect| !tells_of_refunds(dialect))
    {
        let problem = format!(
            "nothing tells what became of a refund whose reply was lost at the dialect `{}`, so \
             that a scenario with refunds can't have it",
            dialect.name
        );
        return Err(here(problem, None));
    }
    scenario.cast = found;
    Ok(())
}

/// Whether a key or a query tells what became of a refund.
fn tells_of_refunds(dialect: &Dialect) -> bool {
    let doubt = bounds::RESOLVE + bounds::never_found();
    dialect.queries.is_some() || dialect.outlives(ProviderEndpoint::Refund, doubt)
}

/// What the types can't say: the field, and what is wrong with it.
fn check(dialect: &Dialect) -> Result<(), (&'static str, String)> {
    if dialect.name.is_empty() || !dialect.name.bytes().all(is_name_byte) {
        return Err(("name", "`name` is lower-case words joined by hyphens".to_owned()));
    }
    if dialect.source.is_empty() {
        let problem = "`source` says where the habits were seen, or that you made them up";
        return Err(("source", problem.to_owned()));
    }
    let keeps = dialect.keys.keeps != Keeps::Nothing;
    if keeps == dialect.keys.lifetime.is_zero() {
        let problem = "a key that is kept has a `lifetime`, and one that is not has none: `0s`";
        return Err(("lifetime", problem.to_owned()));
    }
    for (field, span) in [
        ("authorization_lifetime", dialect.authorization_lifetime),
        ("cut_off_every", dialect.settlement.cut_off_every),
    ] {
        if span < Duration::from_secs(1) {
            return Err((field, format!("`{field}` is at least 1s")));
        }
    }
    let Some(queries) = dialect.queries else { return Ok(()) };
    if queries.lag_max > bounds::INDEX_LAG_MAX {
        let most = Span(bounds::INDEX_LAG_MAX);
        let problem = format!(
            "`lag_max` is at most {most}: `t_nf`, from which on nothing that is not found can \
             happen any more, is computed from it"
        );
        return Err(("lag_max", problem));
    }
    if queries.reads == Reads::Books && !queries.lag_max.is_zero() {
        let problem = "`lag_max` is `0s` where the books are read: an `index` lags".to_owned();
        return Err(("lag_max", problem));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use crate::load;

    fn hostile() -> &'static str {
        cast::FILES.iter().find(|(name, _)| *name == "hostile").expect("it is built in").1
    }

    #[test]
    fn what_a_dialect_can_not_say_is_told_with_its_line_and_what_can_be_said() {
        for (right, wrong, words) in [
            (
                "keeps = \"all-after-execution\"",
                "keeps = \"all-after-exection\"",
                "all-after-execution`",
            ),
            ("limiter_first", "limitter_first", "limiter_first`"),
            ("lag_max = \"0s\"", "lag_max = \"1s\"", "an `index` lags"),
            (
                "reads = \"books\"\nlag_max = \"0s\"",
                "reads = \"index\"\nlag_max = \"61s\"",
                "at most 1m",
            ),
            ("lifetime = \"30m\"", "lifetime = \"0s\"", "a key that is kept has a `lifetime`"),
            ("lifetime = \"30m\"", "lifetime = \"soon\"", "such as `350ms`"),
            ("name = \"hostile\"", "name = \"Hostile\"", "lower-case words"),
            ("cut_off_every = \"24h\"", "cut_off_every = \"0s\"", "at least 1s"),
        ] {
            assert!(hostile().contains(right), "{right}");
            let text = hostile().replacen(right, wrong, 1);
            let error = miette::Report::new(dialect("mine.toml", &text).unwrap_err());
            let said =
                format!("{error} {}", error.help().map(|h| h.to_string()).unwrap_or_default());
            assert!(said.contains("mine.toml, line ") && said.contains(words), "{said}");
        }
    }

    #[test]
    fn a_dialect_that_nobody_can_work_with_is_refused_by_name_with_the_reason() {
        for (right, wrong, reason) in [
            ("retention = \"720h\"", "retention = \"24h\"", "what became of an authorization"),
            (
                "authorization_lifetime = \"114h\"",
                "authorization_lifetime = \"240h\"",
                "expires later",
            ),
        ] {
            let text = hostile().replacen(right, wrong, 1);
            let error = dialect("mine.toml", &text).unwrap_err().to_string();
            assert!(error.contains("`hostile`") && error.contains(reason), "{error}");
        }
    }

    #[test]
    fn a_scenario_with_refunds_has_only_dialects_in_which_they_become_definite() {
        let (_, text) = catalog::FILES.iter().find(|(name, _)| *name == "refunds").unwrap();
        let from = text.find("dialects = [").expect("it names its dialects");
        let with_legacy = format!("{}\"legacy\", {}", &text[..from + 12], &text[from + 12..]);
        let error = load::parse("mine.toml", &with_legacy).unwrap_err().to_string();
        assert!(error.contains("the dialect `legacy`"), "{error}");
        assert!(error.contains("what became of a refund"), "{error}");
    }

    #[test]
    fn a_scenario_names_its_dialects_by_name_or_by_path() {
        let folder = std::env::temp_dir().join("pennywise-dialects-of-a-scenario");
        std::fs::create_dir_all(&folder).unwrap();
        let mine = hostile().replace("name = \"hostile\"", "name = \"mine\"");
        std::fs::write(folder.join("mine.toml"), mine).unwrap();
        let calm = catalog::FILES[0].1;
        let built_in = "[\"stripe-v1-like\", \"checkout-like\"]";
        assert!(calm.contains(built_in));
        let with = |names: &str| calm.replace(built_in, names);
        let path = folder.join("scenario.toml");
        std::fs::write(&path, with("[\"mine.toml\", \"legacy\"]")).unwrap();
        let scenario = load::file(&path).unwrap();
        let names: Vec<_> = scenario.cast.iter().map(|dialect| dialect.name.as_str()).collect();
        assert_eq!(names, ["mine", "legacy"]);

        for (names, words) in [
            ("[\"legasy\", \"hostile\"]", "did you mean `legacy`?"),
            ("[\"nonsense-of-mine\"]", "the dialects are stripe-v1-like, "),
            ("[\"nowhere.toml\"]", "failed to read the dialect file `nowhere.toml`"),
            ("[\"legacy\"]", "`count` is at most 1"),
        ] {
            std::fs::write(&path, with(names)).unwrap();
            let error = miette::Report::new(load::file(&path).unwrap_err());
            let said =
                format!("{error} {}", error.help().map(|h| h.to_string()).unwrap_or_default());
            assert!(said.contains(words), "{said}");
        }
    }
}
