//! What each strategy is worth, as a document.

use model::Ease;
use scenarios::ablation::{Ablation, RANGES, Row};
use sim::{Domain, Seed};

use crate::number::Count;
use crate::score_markdown::table;

/// Most that a portfolio may take of what the best of its members takes: the upper end.
pub const TO_BEST_MAX: f64 = 1.5;

/// Least that uniform draws take of what the portfolio takes, on what is not easy: the lower
/// end.
pub const TO_UNIFORM_MIN: f64 = 2.0;

/// How many times as much one strategy takes as another: the geometric mean over defects, and
/// between what it lies nine times in ten.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    /// The mean.
    pub mean: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The whole document. `command` is what wrote it.
pub fn render(ablation: &Ablation, command: &str) -> String {
    let mut text = format!(
        "# What each strategy is worth\n\n\
         Each defect of the bank is planted in turn and looked for by each strategy; trials are \
         dealt over the {} scenarios of the catalog, one after the other, up to the first in which \
         an invariant does not hold. Each number is the median of what that takes in {RANGES} \
         ranges of seeds that share none; where {} trials are not enough, it counts as that \
         many.\n\n\
         Written by `{command}`; master seed {}.\n\n",
        ablation.scenarios,
        Count(ablation.budget),
        ablation.master_seed,
    );
    text.push_str(&verdict(ablation));
    text.push_str(&means(ablation));
    text.push_str(&defects(ablation));
    text
}

/// The two ratios that a portfolio is held to, in a sentence each.
pub fn verdict(ablation: &Ablation) -> String {
    let mut text = String::new();
    if let Some((best, ratio)) = to_best(ablation) {
        let name = ablation.strategies[best];
        text.push_str(&format!(
            "On the defects that were looked for the portfolio takes {} times the trials of the \
             best single strategy, {name}; at most {TO_BEST_MAX} are asked for: {}.\n\n",
            said(ratio),
            met(ratio.high <= TO_BEST_MAX),
        ));
    }
    if let Some(ratio) = to_uniform(ablation) {
        text.push_str(&format!(
            "On defects that are not easy uniform draws take {} times the trials of the \
             portfolio; at least {TO_UNIFORM_MIN} are asked for: {}.\n\n",
            said(ratio),
            met(ratio.low >= TO_UNIFORM_MIN),
        ));
    }
    text + "In brackets: between what the geometric mean lies nine times in ten, where the ranges \
            of each defect are drawn anew 1,000 times.\n\n"
}

/// How the portfolio compares with the best of the others, and which that is.
pub fn to_best(ablation: &Ablation) -> Option<(usize, Ratio)> {
    let portfolio = place(ablation, "portfolio")?;
    let rows: Vec<_> = ablation.rows.iter().collect();
    let others = (0..ablation.strategies.len()).filter(|other| *other != portfolio);
    let best = others.min_by(|a, b| {
        mean(&rows, *a, ablation.budget).total_cmp(&mean(&rows, *b, ablation.budget))
    })?;
    Some((best, ratio(&rows, portfolio, best, ablation.budget)))
}

/// How uniform draws compare with the portfolio on what is not easy.
pub fn to_uniform(ablation: &Ablation) -> Option<Ratio> {
    let (portfolio, uniform) = (place(ablation, "portfolio")?, place(ablation, "uniform")?);
    let rows: Vec<_> = ablation.rows.iter().filter(|row| !is_easy(row)).collect();
    (!rows.is_empty()).then(|| ratio(&rows, uniform, portfolio, ablation.budget))
}

fn is_easy(row: &Row) -> bool {
    row.defect.story().ease == Ease::Easy
}

fn place(ablation: &Ablation, name: &str) -> Option<usize> {
    ablation.strategies.iter().position(|strategy| *strategy == name)
}

/// The geometric mean of the medians.
#[expect(clippy::float_arithmetic, reason = "a figure of a report: no world depends on it")]
fn mean(rows: &[&Row], strategy: usize, budget: u64) -> f64 {
    let logs = rows.iter().map(|row| (row.median(strategy, budget) as f64).ln());
    (logs.sum::<f64>() / rows.len().max(1) as f64).exp()
}

#[expect(clippy::float_arithmetic, reason = "a figure of a report: no world depends on it")]
fn ratio(rows: &[&Row], over: usize, under: usize, budget: u64) -> Ratio {
    let mut stream = Seed(1).stream(BOOTSTRAP);
    let mut resampled = |row: &Row, strategy: usize| {
        let mut ranges = [0; RANGES];
        for range in &mut ranges {
            let drawn = stream.draw().below(RANGES as u64) as usize;
            *range = row.trials[strategy][drawn].unwrap_or(budget);
        }
        ranges.sort_unstable();
        (ranges[RANGES / 2] as f64).ln()
    };
    let mut means: Vec<_> = (0..RESAMPLES)
        .map(|_| {
            let logs = rows.iter().map(|row| resampled(row, over) - resampled(row, under));
            (logs.sum::<f64>() / rows.len().max(1) as f64).exp()
        })
        .collect();
    means.sort_by(f64::total_cmp);
    Ratio {
        mean: mean(rows, over, budget) / mean(rows, under, budget),
        low: means[RESAMPLES / 20],
        high: means[RESAMPLES - RESAMPLES / 20 - 1],
    }
}

fn means(ablation: &Ablation) -> String {
    let all: Vec<_> = ablation.rows.iter().collect();
    let hard: Vec<_> = ablation.rows.iter().filter(|row| !is_easy(row)).collect();
    let of = |rows: &[&Row], strategy| match rows.is_empty() {
        true => "–".to_owned(),
        false => format!("{:.1}", mean(rows, strategy, ablation.budget)),
    };
    let missed = |strategy: usize| {
        let half = |row: &&Row| row.trials[strategy].iter().flatten().count() > RANGES / 2;
        (ablation.rows.len() - ablation.rows.iter().filter(half).count()).to_string()
    };
    let rows = ablation
        .strategies
        .iter()
        .enumerate()
        .map(|(at, name)| vec![(*name).to_owned(), of(&all, at), of(&hard, at), missed(at)]);
    format!(
        "## Geometric means\n\n{}\n",
        table(&["strategy", "these defects", "medium and hard", "not found"], rows)
    )
}

fn defects(ablation: &Ablation) -> String {
    let header: Vec<_> =
        ["defect", "class"].into_iter().chain(ablation.strategies.iter().copied()).collect();
    let rows = ablation.rows.iter().map(|row| {
        let story = row.defect.story();
        let medians = (0..ablation.strategies.len()).map(|strategy| {
            let found = row.trials[strategy].iter().flatten().count() > RANGES / 2;
            match found {
                true => Count(row.median(strategy, ablation.budget)).to_string(),
                false => "–".to_owned(),
            }
        });
        let name = [format!("`{}`", story.name), story.ease.name().to_owned()];
        name.into_iter().chain(medians).collect()
    });
    format!("## Defects\n\nMedian trials to the first that shows it.\n\n{}", table(&header, rows))
}

fn said(ratio: Ratio) -> String {
    format!("**{:.2}** [{:.2}, {:.2}]", ratio.mean, ratio.low, ratio.high)
}

const fn met(is_met: bool) -> &'static str {
    if is_met { "met" } else { "missed" }
}

/// How often the ranges are drawn anew.
const RESAMPLES: usize = 1_000;
const BOOTSTRAP: Domain = Domain(u64::from_le_bytes(*b"bootstrp"));
