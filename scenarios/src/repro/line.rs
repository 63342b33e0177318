//! A line of a repro: an inline table, and how its fields are taken out again.

use std::fmt::{Display, Write};
use std::ops::Range;
use std::time::Duration;

use toml::Spanned;

use crate::invalid::Wrong;
use crate::span::Span;

/// An inline table that is being written: `{ id = 3, what = "drop" }`.
#[derive(Default)]
pub(super) struct Line(String);

impl Line {
    /// The same, with a number or another value that needs no quotes.
    pub(super) fn bare(mut self, name: &str, value: impl Display) -> Self {
        let comma = if self.0.is_empty() { "" } else { ", " };
        // Writing into a string never fails.
        let _ = write!(self.0, "{comma}{name} = {value}");
        self
    }

    /// The same, with words.
    pub(super) fn words(self, name: &str, value: impl Display) -> Self {
        self.bare(name, quoted(&value.to_string()))
    }

    /// The same, with a span of time, unless it is no time at all.
    pub(super) fn span(self, name: &str, span: Duration) -> Self {
        if span.is_zero() { self } else { self.words(name, Span(span)) }
    }

    /// The whole line.
    pub(super) fn end(self) -> String {
        format!("{{ {} }}", self.0)
    }
}

/// `text` as TOML quotes it.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// The field that `needed` says a line has to have.
///
/// # Errors
/// If it is not there: `of` is the line's place.
pub(super) fn need<T>(
    field: &mut Option<Spanned<T>>,
    of: &Range<usize>,
    needed: &str,
) -> Result<T, Wrong> {
    let taken = field.take().map(Spanned::into_inner);
    taken.ok_or_else(|| Wrong::new(of.clone(), format!("this line lacks {needed}")))
}

/// A field that may be left out.
pub(super) fn or<T>(field: &mut Option<Spanned<T>>, default: T) -> T {
    field.take().map_or(default, Spanned::into_inner)
}

/// A span of time that may be left out, and is at most `most`.
///
/// # Errors
/// If it is longer.
pub(super) fn span(
    field: &mut Option<Spanned<Span>>,
    name: &str,
    most: Duration,
) -> Result<Duration, Wrong> {
    match field.take() {
        Some(span) if span.get_ref().0 > most => {
            let most = Span(most);
            Err(Wrong::new(span.span(), format!("`{name}` is at most {most}")))
        }
        Some(span) => Ok(span.into_inner().0),
        None => Ok(Duration::ZERO),
    }
}
