//! What a campaign came to: a row per scenario, and what struck in each.

use std::collections::BTreeMap;

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle, presets};
use model::decision::Fallback;
use scenarios::Scenario;
use scenarios::campaign::{Campaign, Undecided};
use scenarios::invariant::Invariant;
use scenarios::sometimes::{self, Missing};

use crate::exclusions;
use crate::fault_story::{FaultKind, of_kind};
use crate::layout;
use crate::number::{Count, counted};
use crate::repeat::Repeat;
use crate::{rechecked, sometimes_text, trapped_text, unreconciled};

/// One scenario's campaign, and how to ask for its trials again.
#[derive(Clone, Debug)]
pub struct CampaignRow<'c> {
    /// What ran.
    pub scenario: &'c Scenario,
    /// What it came to.
    pub campaign: &'c Campaign,
    /// How a trial of it is repeated.
    pub repeat: Repeat,
}

/// The table; beneath it how payments ended, what struck and the digest of
/// each scenario, which invariants are not applicable where, how often each was judged,
/// how much was seen of what has to be, the largest share of each limit that any trial
/// used, and what is never struck.
pub fn render(rows: &[CampaignRow<'_>]) -> String {
    let mut text = layout::lines(0, &table(rows));
    for row in rows {
        text.push('\n');
        text.push_str(&row.campaign.scenario);
        text.push('\n');
        text.push_str(&layout::facts(facts(row)));
    }
    let most =
        |of: fn(&Campaign) -> u64| rows.iter().map(|row| of(row.campaign)).max().unwrap_or(0);
    let (events, horizon) = (most(|c| c.event_limit_used), most(|c| c.horizon_used));
    let mut seen = vec![("judged", judged(rows))];
    seen.extend(sometimes_text::facts(rows.iter().map(|row| row.campaign)));
    text + &not_applicable(rows)
        + "\n"
        + &layout::facts(seen)
        + &format!(
            "\nlargest share of the event limit used: {events} %, of the horizon: {horizon} %\n\n{}",
            exclusions::render()
        )
}

/// The verdict over all rows, in one line.
pub fn verdict(rows: &[CampaignRow<'_>]) -> String {
    let sum = |of: fn(&Campaign) -> u64| rows.iter().map(|row| of(row.campaign)).sum::<u64>();
    let trials = counted(sum(|campaign| campaign.trials), "trial");
    let differed = sum(|campaign| campaign.rechecked.differed);
    if differed > 0 {
        let twice = counted(sum(|campaign| campaign.rechecked.trials), "trial");
        return format!(
            "verdict: not deterministic, {} of {twice} that ran twice came to something else\n",
            Count(differed)
        );
    }
    match (sum(|campaign| campaign.violated), sum(|campaign| campaign.inconclusive)) {
        (0, 0) => format!("verdict: held, no invariant was violated in {trials}\n"),
        (0, undecided) => format!("verdict: inconclusive, {} of {trials}\n", Count(undecided)),
        (violated, 0) => format!("verdict: violated, {} of {trials}\n", Count(violated)),
        (violated, undecided) => {
            format!(
                "verdict: violated, {} of {trials}, and {} inconclusive\n",
                Count(violated),
                Count(undecided)
            )
        }
    }
}

/// What a campaign that is held to it has to have seen and has not; `None` if it is not
/// held to it.
pub fn unseen(rows: &[CampaignRow<'_>]) -> Option<Missing> {
    sometimes::missing(rows.iter().map(|row| row.campaign))
}

/// The same in words; empty if nothing is missing.
pub fn unseen_text(missing: &Missing) -> String {
    sometimes_text::failed(missing)
}

/// The first trials of which nothing can be concluded: why, and the command
/// that repeats each.
pub fn undecided(rows: &[CampaignRow<'_>]) -> Vec<String> {
    let mut told = Vec::new();
    for row in rows {
        for Undecided { seed, why, .. } in &row.campaign.undecided {
            let (scenario, command) = (&row.campaign.scenario, row.repeat.command(*seed));
            told.push(format!("inconclusive: {scenario}, seed {seed}: {why}\n{command}\n"));
        }
    }
    told
}

/// What scenarios promise to exercise and did not, in a line each; empty if
/// there is nothing.
pub fn missed(rows: &[CampaignRow<'_>]) -> String {
    let missing = rows.iter().filter(|row| !row.campaign.missed.is_empty());
    let line = |row: &CampaignRow<'_>| {
        let (name, codes) = (&row.campaign.scenario, codes(&row.campaign.missed));
        match row.scenario.trials_min {
            least if row.campaign.trials >= least => format!(
                "not tested: {name} promises to exercise {codes} within {}, and did not\n",
                counted(least, "trial")
            ),
            least => format!(
                "not tested yet: {codes} in {name}, which takes up to {} to meet them\n",
                counted(least, "trial")
            ),
        }
    };
    missing.map(line).collect()
}

fn table(rows: &[CampaignRow<'_>]) -> Table {
    let mut table = Table::new();
    table.load_style(RULED).set_header(HEADER).add_rows(rows.iter().map(|row| cells(row.campaign)));
    layout::space_out(&mut table);
    for column in table.column_iter_mut().skip(1).take(HEADER.len() - 2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn cells(campaign: &Campaign) -> Vec<String> {
    let numbers = [
        campaign.trials,
        campaign.violated,
        campaign.inconclusive,
        campaign.events,
        campaign.messages,
        disturbances(campaign).iter().map(|(_, count)| count).sum(),
    ];
    let mut cells = vec![campaign.scenario.clone()];
    cells.extend(numbers.map(|number| Count(number).to_string()));
    cells.push(not_exercised(campaign));
    cells
}

/// The codes of all invariants that had nothing to judge and could have had, two
/// a line.
fn not_exercised(campaign: &Campaign) -> String {
    let met = |code| campaign.exercised.get(&code).copied().unwrap_or(0);
    let all = Invariant::ALL.iter().map(|story| story.code);
    let applies = |code: &Invariant| !campaign.not_applicable.contains(code);
    let never: Vec<_> = all.filter(|code| met(*code) == 0 && applies(code)).collect();
    match never.is_empty() {
        true => "none".to_owned(),
        false => never.chunks(2).map(codes).collect::<Vec<_>>().join("\n"),
    }
}

/// How often each invariant had anything to judge, over all scenarios.
fn judged(rows: &[CampaignRow<'_>]) -> String {
    let met = |code| {
        let counts = rows.iter().filter_map(|row| row.campaign.exercised.get(&code));
        counts.sum::<u64>()
    };
    let counts = Invariant::ALL.iter().map(|story| (story.code.to_string(), met(story.code)));
    let counts: Vec<_> = counts.filter(|(_, count)| *count > 0).collect();
    let named: Vec<_> = counts.iter().map(|(code, count)| (code.as_str(), *count)).collect();
    listed(&named)
}

/// Which invariants are not applicable where; empty if all are everywhere.
fn not_applicable(rows: &[CampaignRow<'_>]) -> String {
    let mut where_not: BTreeMap<Invariant, Vec<&str>> = BTreeMap::new();
    for row in rows {
        for invariant in &row.campaign.not_applicable {
            where_not.entry(*invariant).or_default().push(&row.campaign.scenario);
        }
    }
    let mut alike: BTreeMap<Vec<&str>, Vec<Invariant>> = BTreeMap::new();
    for (code, names) in where_not {
        alike.entry(names).or_default().push(code);
    }
    let told = alike.iter().map(|(names, all)| format!("{} in {}", codes(all), names.join(", ")));
    let told: Vec<_> = told.collect();
    match told.is_empty() {
        true => String::new(),
        false => format!("\n{}", layout::facts(vec![("not applicable", told.join("; "))])),
    }
}

fn facts(row: &CampaignRow<'_>) -> Vec<(&'static str, String)> {
    let outcomes: Vec<_> = row.campaign.outcomes.iter().map(|(n, c)| (*n, *c)).collect();
    let mut facts =
        vec![("payments", listed(&outcomes)), ("faults", listed(&disturbances(row.campaign)))];
    let business = of_kind(FaultKind::Business, strikes(row.campaign));
    if !business.is_empty() {
        facts.push(("business", listed(&business)));
    }
    facts.extend(decided(row.campaign));
    facts.extend(trapped_text::brief(&row.campaign.trapped));
    if let Some(report) = &row.campaign.unreconciled {
        facts.push(("unreconciled", unreconciled::brief(report)));
    }
    if row.campaign.planned > 0 {
        facts.push(("planned", planned(row.campaign)));
    }
    if !row.campaign.caught.is_empty() {
        facts.push(("violated", caught(row.campaign)));
    }
    if row.campaign.rechecked.trials > 0 {
        facts.push(("rechecked", rechecked::fact(row.campaign)));
    }
    facts.push(("digest", row.campaign.digest.to_string()));
    facts
}

/// How often each policy decided, and how often what it said was nothing to go by,
/// or not allowed, and the rules decided in its place; nothing where nobody is asked.
fn decided(campaign: &Campaign) -> Vec<(&'static str, String)> {
    if campaign.decisions.is_empty() {
        return Vec::new();
    }
    let fallbacks = Fallback::ALL.map(Fallback::name);
    let all = || campaign.decisions.iter().map(|(name, count)| (*name, *count));
    let of =
        |instead: bool| all().filter(|(name, _)| fallbacks.contains(name) == instead).collect();
    let (policies, contained): (Vec<_>, Vec<_>) = (of(false), of(true));
    vec![("decided", listed(&policies)), ("contained", listed(&contained))]
}

/// How many single faults were planned, and how many never struck.
fn planned(campaign: &Campaign) -> String {
    let planned = counted(campaign.planned, "single fault");
    let never = Count(campaign.never_struck);
    format!("{planned}; {never} never struck, for what they waited for did not happen")
}

/// Every invariant that was violated, first or later in a trial, and in how
/// many.
fn caught(campaign: &Campaign) -> String {
    let named: Vec<_> = campaign.caught.iter().map(|(i, c)| (i.to_string(), c.trials)).collect();
    let counts: Vec<_> = named.iter().map(|(code, trials)| (code.as_str(), *trials)).collect();
    listed(&counts)
}

fn disturbances(campaign: &Campaign) -> Vec<(&str, u64)> {
    of_kind(FaultKind::Disturbance, strikes(campaign))
}

fn strikes(campaign: &Campaign) -> impl Iterator<Item = (&str, u64)> {
    campaign.strikes.iter().map(|(name, count)| (*name, *count))
}

/// Names with their counts, or `none`.
pub(crate) fn listed(counts: &[(&str, u64)]) -> String {
    if counts.is_empty() {
        return "none".to_owned();
    }
    let each =
        counts.iter().map(|(name, count)| format!("{name}{}{}", layout::UNBROKEN, Count(*count)));
    each.collect::<Vec<_>>().join(", ")
}

fn codes(invariants: &[Invariant]) -> String {
    invariants.iter().map(Invariant::to_string).collect::<Vec<_>>().join(" ")
}

const RULED: TableStyle = presets::NOTHING.header_separator(LineStyle::none().fill('─'));

const HEADER: [&str; 8] = [
    "scenario",
    "trials",
    "violations",
    "incon-\nclusive",
    "events",
    "messages",
    "faults",
    "not\nexercised",
];

#[cfg(test)]
pub(crate) mod tests {
    use model::Defects;
    use scenarios::campaign::Caught;
    use scenarios::catalog;
    use sim::Seed;

    use super::*;

    /// A campaign of 1,000 trials of the calm day in which all went well.
    pub(crate) fn campaign() -> Campaign {
        let mut campaign = Campaign::new(calm_day());
        campaign.trials = 1_000;
        campaign.events = 1_234_567;
        campaign.messages = 765_432;
        campaign.event_limit_used = 2;
        campaign.exercised = Invariant::ALL.iter().map(|story| (story.code, 1)).collect();
        campaign
    }

    /// Its row.
    pub(crate) fn row(campaign: &Campaign, defects: Defects) -> CampaignRow<'_> {
        let repeat = Repeat::new("calm-day", defects);
        CampaignRow { scenario: calm_day(), campaign, repeat }
    }

    fn calm_day() -> &'static Scenario {
        catalog::named("calm-day").unwrap()
    }

    #[test]
    fn a_scenario_in_which_only_business_happened_shows_no_fault() {
        let mut campaign = campaign();
        campaign.strikes.insert("declined", 12);
        let text = render(&[row(&campaign, Defects::NONE)]);
        assert!(text.contains("\n  faults    none\n  business  declined 12\n"), "{text}");
        let cells = text.lines().find(|line| line.starts_with("calm-day  ")).unwrap_or_default();
        let cells: Vec<_> = cells.split_whitespace().collect();
        assert_eq!(cells, ["calm-day", "1,000", "0", "0", "1,234,567", "765,432", "0", "none"]);
    }

    #[test]
    fn what_a_policy_said_that_was_not_followed_is_counted_beside_what_was() {
        let mut campaign = campaign();
        assert!(!render(&[row(&campaign, Defects::NONE)]).contains("contained"));
        campaign.decisions = [("random", 1_200), ("late", 3), ("outside-the-mask", 4)].into();
        let text = render(&[row(&campaign, Defects::NONE)]);
        let told = ["  decided    random 1,200\n", "  contained  late 3, outside-the-mask 4\n"];
        assert!(told.iter().all(|line| text.contains(line)), "{text}");
    }

    #[test]
    fn ten_thousand_trials_fit_a_hundred_columns() {
        let mut campaign = campaign();
        campaign.scenario = "orchestrator-crash-loop".to_owned();
        campaign.trials = 10_000;
        campaign.events = 12_345_678;
        campaign.messages = 12_345_678;
        campaign.strikes.insert("crash", 1_234_567);
        campaign.exercised.clear();
        let text = render(&[row(&campaign, Defects::NONE)]);
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    }

    #[test]
    fn an_invariant_that_had_nothing_to_judge_is_named() {
        let mut campaign = campaign();
        campaign.exercised.insert(Invariant::I14, 0);
        campaign.missed = vec![Invariant::I14];
        let rows = [row(&campaign, Defects::NONE)];
        assert!(render(&rows).contains("  I14\n"));
        assert!(missed(&rows).starts_with("not tested: calm-day promises to exercise I14"));
        campaign.trials = 10;
        let rows = [row(&campaign, Defects::NONE)];
        assert!(missed(&rows).starts_with("not tested yet: I14 in calm-day"));
    }

    #[test]
    fn an_invariant_that_nothing_can_meet_is_not_applicable_and_does_not_count_as_missed() {
        let mut campaign = campaign();
        campaign.exercised.insert(Invariant::I20, 0);
        let text = render(&[row(&campaign, Defects::NONE)]);
        let unmet = &campaign.not_applicable;
        assert!(unmet.contains(&Invariant::I20), "a calm day uses no key twice: {unmet:?}");
        assert!(!unmet.contains(&Invariant::I05), "it charges: {unmet:?}");
        assert!(text.contains(" L06 L07 L08 in calm-day"), "{text}");
        assert!(text.contains("  none\n"), "{text}");
    }

    #[test]
    fn every_violated_invariant_is_counted_whether_it_came_first_or_not() {
        let mut campaign = campaign();
        for (invariant, trials) in [(Invariant::I05, 1_200), (Invariant::I18, 3)] {
            campaign.caught.insert(invariant, Caught { index: 0, seed: Seed(1), trials });
        }
        let text = render(&[row(&campaign, Defects::NONE)]);
        assert!(text.contains("\n  violated  I05 1,200, I18 3\n"), "{text}");
    }

    #[test]
    fn an_undecided_seed_says_why_and_how_to_repeat_it() {
        let mut campaign = campaign();
        campaign.inconclusive = 1;
        campaign.undecided =
            vec![Undecided { index: 3, seed: Seed(1), why: "the limit of events was hit" }];
        let rows = [row(&campaign, Defects::NONE)];
        assert_eq!(verdict(&rows), "verdict: inconclusive, 1 of 1,000 trials\n");
        let text = undecided(&rows).concat();
        assert!(text.contains("the limit of events was hit"), "{text}");
        assert!(text.ends_with("pennywise run calm-day --seed 0x0000000000000001\n"), "{text}");
    }
}
