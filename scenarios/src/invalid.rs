//! What an input file says that it can't say: where, what was expected, and
//! what would be right.

use std::ops::Range;

use miette::{Diagnostic, NamedSource, SourceSpan};

/// Something that an input file can't say, with its place.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{place}: {problem}")]
pub struct InvalidFile {
    /// File and line.
    place: String,
    /// What is wrong, and what was expected.
    problem: String,
    /// What would be right, where it can be told.
    #[help]
    help: Option<String>,
    /// The file.
    #[source_code]
    source_code: NamedSource<String>,
    /// Where in it.
    #[label("here")]
    span: SourceSpan,
}

/// What is wrong with a text, before anybody says which file it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// Where, in bytes.
    pub(crate) span: Range<usize>,
    /// What, and what was expected.
    pub(crate) problem: String,
    /// What would be right, where it can be told.
    pub(crate) help: Option<String>,
}

impl Wrong {
    /// What is wrong at `span`.
    pub(crate) fn new(span: Range<usize>, problem: impl Into<String>) -> Self {
        Self { span, problem: problem.into(), help: None }
    }

    /// The same, and what would be right.
    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

impl From<toml::de::Error> for Wrong {
    fn from(error: toml::de::Error) -> Self {
        let problem = in_plain_words(&error.message().replace('\n', "; "));
        let help = suggestion(&problem);
        Self { span: error.span().unwrap_or(0..0), problem, help }
    }
}

impl InvalidFile {
    /// What is wrong with `text`, which `origin` names.
    pub(crate) fn new(origin: &str, text: &str, wrong: Wrong) -> Self {
        let Wrong { span, problem, help } = wrong;
        let line = text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1);
        Self {
            place: format!("{origin}, line {line}"),
            problem,
            help,
            source_code: NamedSource::new(origin, text.to_owned()),
            span: span.into(),
        }
    }
}

/// What the parser says of a value, without the names that types have in a program.
fn in_plain_words(problem: &str) -> String {
    let value = problem.strip_prefix("invalid type: ").or(problem.strip_prefix("invalid value: "));
    let Some((found, expected)) = value.and_then(|value| value.rsplit_once(", expected ")) else {
        return problem.to_owned();
    };
    let expected = match expected {
        "u8" => "a number from 0 to 255",
        "u16" => "a number from 0 to 65535",
        "u32" => "a number from 0 to 4294967295",
        "u64" | "usize" => "a whole number, 0 or more",
        "i32" => "a number from -2147483648 to 2147483647",
        "i64" => "a whole number",
        "a boolean" => "true or false",
        "a sequence" => "a list in brackets",
        "a map" => "a table in braces",
        _ => expected,
    };
    format!("{found} can't stand here: expected {expected}")
}

/// The nearest of `known` to `name`, if one is near enough to be meant.
pub fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let distance = |candidate: &str| strsim::damerau_levenshtein(name, candidate);
    known
        .map(|candidate| (distance(candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().div_ceil(3))
        .min()
        .map(|(_, candidate)| candidate)
}

/// The field that a misspelt one was meant to be.
fn suggestion(problem: &str) -> Option<String> {
    let rest = problem.split_once("unknown field `").or(problem.split_once("unknown variant `"))?.1;
    let (wrong, expected) = rest.split_once('`')?;
    let known = expected.split('`').skip(1).step_by(2);
    nearest(wrong, known).map(|near| format!("did you mean `{near}`?"))
}
