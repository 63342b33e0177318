//! What there is to fuzz, to judge by, to suffer, to plant and to pay through, as pages of
//! the docs.

use model::decision::Policy;
use model::{Defect, DefectStory};
use scenarios::invariant::{Invariant, InvariantStory};
use scenarios::{Scenario, Strategy};

use crate::fault_story::{self, FaultKind, FaultStory};
use crate::markdown::cell;

/// What a page shows, and the command that writes it.
#[derive(Clone, Copy, Debug)]
struct Page {
    title: &'static str,
    listed: &'static str,
    about: &'static str,
}

/// A section for each of `scenarios`: what happened that it models.
pub fn scenarios(scenarios: &[Scenario]) -> String {
    let page = Page {
        title: "Scenarios",
        listed: "scenarios",
        about: "Worlds that a seed is drawn in. Each is a TOML file that begins with the incident \
                it models; your own file loads by its path, in the same format \
                ([scenario.schema.json](scenario.schema.json)).",
    };
    page.of(scenarios.iter().map(|scenario| {
        let exercised = scenario.exercises.iter().map(ToString::to_string);
        format!(
            "## {}\n\n*{}*\n\n{}\n\nJudged in every campaign of some size: {}.\n",
            scenario.name,
            cell(&scenario.title),
            cell(&scenario.story),
            exercised.collect::<Vec<_>>().join(", ")
        )
    }))
}

/// A section for each invariant: its claim, when it is judged, and by whose word.
pub fn invariants() -> String {
    let page = Page {
        title: "Invariants",
        listed: "invariants",
        about: "What a payment system must never do, or must have done in the end. *Always* is \
                judged after every event, *at rest* once nothing is left to happen, *eventually* \
                within a bound. PB are the books of providers and banks, LG the ledger, JR the \
                durable journal, CL what clients were told, EX what left the house.",
    };
    page.of(Invariant::ALL.iter().map(invariant))
}

fn invariant(story: &InvariantStory) -> String {
    let bound = story.bound.map(|bound| format!(" Within {bound}.")).unwrap_or_default();
    format!(
        "## {} {}\n\n{}, by {}.{bound}\n\n{}.\n",
        story.code,
        story.name,
        capital(&story.kind.to_string()),
        story.authorities.replace(' ', ", "),
        cell(&capital(story.statement))
    )
}

/// A row for each fault: its code, whether it ends, and what it does.
pub fn faults() -> String {
    let page = Page {
        title: "Faults",
        listed: "faults",
        about: "What can strike. A *disturbance* is over when the world heals; *business* is what \
                issuers, banks and customers do in any weather.",
    };
    let head = "| fault | code | kind | what happens |\n| --- | --- | --- | --- |\n".to_owned();
    let rows = fault_story::ALL.iter().map(fault);
    page.of([std::iter::once(head).chain(rows).collect()])
}

fn fault(story: &FaultStory) -> String {
    let kind = match story.kind {
        FaultKind::Disturbance => "disturbance",
        FaultKind::Business => "business",
    };
    format!("| `{}` | {} | {kind} | {} |\n", story.name, story.code, cell(story.what))
}

/// A section for each defect: what the wrong code does, where the like was seen, and what
/// is expected to catch it.
pub fn defects() -> String {
    let page = Page {
        title: "Defects",
        listed: "defects",
        about: "Known bugs of payment systems, each a switch in the reference system that \
                `--plant` turns. How well they are caught, [the score](score.md) tells; ★ marks \
                what every score has to find.",
    };
    page.of(Defect::ALL.iter().map(defect))
}

fn defect(story: &DefectStory) -> String {
    let star = if story.first_wave { " ★" } else { "" };
    format!(
        "## {}{star}\n\n{}.\n\n{} to expose. Expected to be caught by {}. Seen in: {}.\n",
        story.name,
        cell(&capital(story.story)),
        capital(story.ease.name()),
        story.caught_by.join(", "),
        cell(story.source)
    )
}

/// A section for each policy: how it chooses.
pub fn policies() -> String {
    let page = Page {
        title: "Policies",
        listed: "policies",
        about: "Who decides where there is a choice: which provider is next, and whether to wait, \
                ask, retry, undo or call a person. All choose among what the mask allows.",
    };
    page.of(Policy::ALL
        .iter()
        .map(|story| format!("## {}\n\n{}.\n", story.name, cell(&capital(story.story)))))
}

/// A section for each strategy: how it looks for what is rare.
pub fn strategies() -> String {
    let page = Page {
        title: "Strategies",
        listed: "strategies",
        about: "How a campaign looks for what is rare: how a seed becomes a plan. What each is \
                worth is in [search.md](search.md).",
    };
    page.of(Strategy::ALL
        .iter()
        .map(|story| format!("## {}\n\n{}.\n", story.name, cell(&capital(story.story)))))
}

/// A section for each dialect, of which `files` has the name and the whole file.
pub fn dialects(files: &[(&str, &str)]) -> String {
    let page = Page {
        title: "Dialects",
        listed: "dialects",
        about: "What providers can be like. Each is a TOML file that says where its habits were \
                seen; a scenario names its providers' dialects, or the paths of files of yours in \
                this format.",
    };
    page.of(files.iter().map(|(name, file)| format!("## {name}\n\n```toml\n{file}```\n")))
}

impl Page {
    fn of(self, sections: impl IntoIterator<Item = String>) -> String {
        let Self { title, listed, about } = self;
        let sections = sections.into_iter().map(|section| format!("\n{section}"));
        format!(
            "# {title}\n\n{about}\n\nWritten by `pennywise list {listed} --markdown`.\n{}",
            sections.collect::<String>()
        )
    }
}

fn capital(words: &str) -> String {
    let mut marks = words.chars();
    marks.next().map_or_else(String::new, |first| first.to_uppercase().chain(marks).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_section_for_each_entry_and_says_what_writes_it() {
        let sections = |page: &str| page.lines().filter(|line| line.starts_with("## ")).count();
        let catalog = scenarios::catalog::all();
        for (page, listed, entries) in [
            (scenarios(catalog), "scenarios", catalog.len()),
            (invariants(), "invariants", Invariant::ALL.len()),
            (defects(), "defects", Defect::ALL.len()),
            (policies(), "policies", Policy::ALL.len()),
            (strategies(), "strategies", Strategy::ALL.len()),
            (dialects(scenarios::cast::FILES), "dialects", scenarios::cast::FILES.len()),
        ] {
            assert_eq!(sections(&page), entries, "{listed}");
            assert!(page.contains(&format!("`pennywise list {listed} --markdown`")), "{listed}");
        }
        let rows = faults().lines().filter(|line| line.starts_with("| `")).count();
        assert_eq!(rows, fault_story::ALL.len());
    }

    #[test]
    fn an_invariant_is_told_as_a_sentence() {
        let expected = "\
## I03 a-transfer-id-works-once

Always, by LG.

No transfer id is stored twice.
";
        assert!(invariants().contains(expected));
    }
}
