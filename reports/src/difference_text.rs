//! What changed from one campaign to another, in words.

use crate::brief::Brief;
use crate::campaign_json::{CampaignDocument, Verdict};
use crate::difference::{
    Difference, FigureChange, FindingChange, ScenarioDifference, ShareChange, Unit,
};
use crate::layout;
use crate::number::{Count, Ordinal, counted};

pub(crate) fn render(difference: &Difference) -> String {
    let [before, after] = &difference.ends;
    let mut text = format!("before: {before}\nafter:  {after}\n");
    for (what, names) in ["only before", "only after"].iter().zip(&difference.alone) {
        if !names.is_empty() {
            text += &format!("{what}: {}\n", names.join(", "));
        }
    }
    for scenario in &difference.scenarios {
        text.push('\n');
        text += &told(scenario);
    }
    text
}

/// A sentence about one campaign.
pub(crate) fn end(document: &CampaignDocument) -> String {
    let CampaignDocument { master_seed, pennywise, trials, verdict, .. } = document;
    let planted = match document.planted.is_empty() {
        true => String::new(),
        false => format!(", planted: {}", document.planted.join(", ")),
    };
    let (trials, verdict) = (counted(*trials, "trial"), name(*verdict));
    format!("{verdict}, master seed {master_seed}, pennywise {pennywise}, {trials}{planted}")
}

fn told(it: &ScenarioDifference) -> String {
    if it.is_same {
        return format!("{}: the same in every event\n", it.scenario);
    }
    let seeds = if it.is_paired { "the same seeds" } else { "other seeds" };
    let mut rows = Vec::new();
    let mut row = |name: &str, what: String| rows.push(vec![name.to_owned(), what]);
    if it.verdicts[0] != it.verdicts[1] {
        let [before, after] = it.verdicts.map(name);
        row("verdict", format!("{before} → {after}"));
    }
    for share in &it.shares {
        row(&share.name, shares(share));
    }
    for finding in &it.findings {
        let (what, says) = found(finding);
        row(what, says);
    }
    for figure in &it.figures {
        row(&figure.name, figures(figure));
    }
    for (what, cells) in ["seen no more", "seen now"].iter().zip(&it.coverage) {
        if !cells.is_empty() {
            row(what, cells.join(", "));
        }
    }
    let lines = match rows.is_empty() {
        true => "  nothing but single events\n".to_owned(),
        false => layout::columns(2, rows),
    };
    format!("{}, {seeds}\n{lines}", it.scenario)
}

fn shares(it: &ShareChange) -> String {
    let [(hits, of), (hits_now, of_now)] = it.shares;
    let chance = if it.may_be_chance { ", which may be chance" } else { "" };
    let (of, noun) = (Count(of), it.noun);
    format!("{} of {of} {noun}s → {} of {}{chance}", Count(hits), Count(hits_now), Count(of_now))
}

fn found(it: &FindingChange) -> (&'static str, String) {
    let kind = &it.kind;
    match it.first {
        [None, Some(now)] => ("new", format!("{kind}, first in the {} trial", Ordinal(now + 1))),
        [Some(before), None] => {
            ("gone", format!("{kind}, which the {} trial showed first", Ordinal(before + 1)))
        }
        [Some(before), Some(now)] => {
            let [before, now] = [before, now].map(|index| Ordinal(index + 1));
            ("first shown", format!("{kind}: by the {before} trial → by the {now}"))
        }
        [None, None] => ("new", kind.clone()),
    }
}

fn figures(it: &FigureChange) -> String {
    let shown = |value: i128| match it.unit {
        Unit::Nanos => Brief::nanos(value.unsigned_abs()).to_string(),
        Unit::MinorSeconds => {
            let seconds = u64::try_from(value).unwrap_or(u64::MAX);
            format!("{} minor units × s", Count(seconds))
        }
        Unit::Thousandths => format!("{}.{:03}", value / 1_000, value % 1_000),
    };
    let [before, after] = it.values;
    let change = match before {
        0 => 0,
        before => (after - before) * 100 / before,
    };
    let change = if change == 0 { String::new() } else { format!(" ({change:+} %)") };
    format!("{} → {}{change}", shown(before), shown(after))
}

const fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Held => "held",
        Verdict::Violated => "violated",
        Verdict::NotDeterministic => "not deterministic",
        Verdict::Inconclusive => "inconclusive",
    }
}
