//! The weather of a repro's network.

use serde::Deserialize;
use sim::{COPIES_MAX, Order, Rate, Weather};
use toml::Spanned;

use super::bounds::{LOAD_PERCENT_MAX, SPAN_MAX};
use super::line::span;
use super::provider::{most, rate};
use super::world::bounded;
use crate::bounds::COPY_AGE_MAX;
use crate::invalid::Wrong;
use crate::span::Span;

/// How links misbehave, as a file says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct NetworkTable {
    loss: Rate,
    duplication: Rate,
    copies_max: Option<Spanned<u8>>,
    copy_delay_max: Option<Spanned<Span>>,
    lateness: Rate,
    late_max: Option<Spanned<Span>>,
    load_percent: Option<Spanned<u32>>,
    walk: Option<Spanned<Span>>,
    priorities: Option<Priorities>,
}

/// In which order sendings arrive, by priority.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Priorities {
    levels: Spanned<u8>,
    step: Spanned<Span>,
    #[serde(default)]
    demoted: Rate,
}

/// The lines of a weather that is not calm.
pub(super) fn network_lines(weather: &Weather) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(rate("loss", weather.loss));
    lines.extend(rate("duplication", weather.duplication));
    lines.extend((weather.copies_max != 1).then(|| format!("copies_max = {}", weather.copies_max)));
    lines.extend(most("copy_delay_max", weather.copy_delay_max));
    lines.extend(rate("lateness", weather.lateness));
    lines.extend(most("late_max", weather.late_max));
    lines.extend(
        (weather.load_percent != 100).then(|| format!("load_percent = {}", weather.load_percent)),
    );
    lines.extend(order(weather.order));
    lines
}

fn order(order: Order) -> Option<String> {
    match order {
        Order::Usual => None,
        Order::Walk(within) => Some(format!("walk = \"{}\"", Span(within))),
        Order::Priorities { levels, step, demoted } => {
            let step = Span(step);
            Some(format!(
                "priorities = {{ levels = {levels}, step = \"{step}\", demoted = \"{demoted}\" }}"
            ))
        }
    }
}

impl NetworkTable {
    /// The weather that the table says.
    ///
    /// # Errors
    /// If a number is out of bounds.
    pub(super) fn weather(mut self) -> Result<Weather, Wrong> {
        let copies = |copies: &Spanned<u8>| bounded(copies, "copies_max", 1, COPIES_MAX as u8);
        let load = |load: &Spanned<u32>| bounded(load, "load_percent", 1, LOAD_PERCENT_MAX);
        Ok(Weather {
            loss: self.loss,
            duplication: self.duplication,
            copies_max: self.copies_max.as_ref().map_or(Ok(1), copies)?,
            copy_delay_max: span(&mut self.copy_delay_max, "copy_delay_max", SPAN_MAX)?,
            lateness: self.lateness,
            late_max: span(&mut self.late_max, "late_max", COPY_AGE_MAX)?,
            load_percent: self.load_percent.as_ref().map_or(Ok(100), load)?,
            order: self.order()?,
        })
    }

    fn order(&mut self) -> Result<Order, Wrong> {
        if self.walk.is_some() {
            return Ok(Order::Walk(span(&mut self.walk, "walk", COPY_AGE_MAX)?));
        }
        let Some(Priorities { levels, step, demoted }) = self.priorities.take() else {
            return Ok(Order::Usual);
        };
        let levels = bounded(&levels, "levels", 1, u8::MAX)?;
        Ok(Order::Priorities {
            levels,
            step: span(&mut Some(step), "step", COPY_AGE_MAX)?,
            demoted,
        })
    }
}
