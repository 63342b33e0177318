//! Delta debugging: takes as many lines out of a plan as it can do without,
//! halves of them first, then smaller and smaller parts (after Zeller and
//! Hildebrandt, 2002, with the parts tried side by side).

use super::line::Line;
use super::search::{BATCH, Search};
use crate::plan::Plan;

/// Takes out of the plan what it can do without of the lines that `of` tells.
pub(super) fn reduce(search: &mut Search<'_>, of: impl Fn(&Plan) -> Vec<Line>) {
    let mut lines = of(&search.plan);
    if lines.is_empty() || search.take(search.plan.without(&lines)) {
        return;
    }
    let mut size = lines.len();
    while size > 1 && !search.stopped {
        size = size.div_ceil(2);
        without_parts(search, &mut lines, size);
    }
    if lines.len() == 1 {
        return;
    }
    // A line may have been needed only by one that went later.
    while !search.stopped && without_parts(search, &mut lines, 1) {}
}

/// Takes out parts of so many lines; tells whether any went.
fn without_parts(search: &mut Search<'_>, lines: &mut Vec<Line>, size: usize) -> bool {
    let mut any = false;
    let mut at = 0;
    while at < lines.len() && !search.stopped {
        let parts: Vec<Vec<Line>> =
            lines[at..].chunks(size).take(BATCH).map(<[_]>::to_vec).collect();
        let end = at + parts.iter().map(Vec::len).sum::<usize>();
        let candidates: Vec<_> = parts.iter().map(|part| search.plan.without(part)).collect();
        let fits = search.same(&candidates);
        let fitting: Vec<_> = parts.iter().zip(&fits).filter(|(_, fits)| **fits).collect();
        let all: Vec<Line> = fitting.iter().flat_map(|(part, _)| part.iter().copied()).collect();
        let Some((first, _)) = fitting.first() else {
            at = end;
            continue;
        };
        any = true;
        if fitting.len() == 1 || search.take(search.plan.without(&all)) {
            if fitting.len() == 1 {
                search.take(search.plan.without(first));
            }
            lines.retain(|line| !all.contains(line));
            at = end - all.len();
        } else {
            let first = first.to_vec();
            search.take(search.plan.without(&first));
            at = lines.iter().position(|line| *line == first[0]).unwrap_or(at);
            lines.retain(|line| !first.contains(line));
        }
    }
    any
}
