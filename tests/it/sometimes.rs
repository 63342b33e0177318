//! What a campaign has to have seen: it is told, it is held to it only where it is large and
//! over the whole catalog, and what is said to be impossible never happens.

use model::Defects;
use rayon::ThreadPoolBuilder;
use reports::Repeat;
use reports::campaign_table::{self, CampaignRow};
use scenarios::campaign::{self, Campaign};
use scenarios::invariant::Invariant;
use scenarios::sometimes::{self, FaultKind, Mark, Missing, Step};
use scenarios::trial::{self, Verdict};
use scenarios::{Scenario, catalog};
use sim::Seed;

fn campaigns(master: u64, count: u64) -> Vec<Campaign> {
    let pool = ThreadPoolBuilder::new().build().unwrap();
    let run =
        |scenario| campaign::run(scenario, Seed(master), count, Defects::NONE, &pool, |_| true);
    catalog::all().iter().map(run).collect()
}

#[test]
fn what_is_excused_never_happens_and_most_of_what_is_required_does_soon() {
    let tally = sometimes::seen(&campaigns(5, 60));
    let named = |(kind, step): (FaultKind, Step)| format!("{} in {}", kind.name(), step.name());
    let refuted: Vec<_> = tally.refuted().into_iter().map(named).collect();
    assert_eq!(refuted, Vec::<String>::new(), "these are said to be impossible");
    let missing = tally.missing();
    let share = 100 - missing.count() * 100 / missing.required;
    assert!(share >= 75, "{share} % of what is required is seen in 60 trials of each scenario");
    assert_eq!(missing.touched, None);
}

/// Deploys restarted workers in thousands of trials, and the kernel told only that it counted
/// them: no campaign ever saw one strike a step, and none that was held to it could pass.
#[test]
fn a_deploy_is_seen_to_strike_the_steps_that_are_under_way() {
    let campaigns = campaigns(6, 60);
    let strikes = campaigns.iter().filter_map(|campaign| campaign.strikes.get("deploy"));
    assert!(strikes.sum::<u64>() >= 100, "deploys strike often");
    let tally = sometimes::seen(&campaigns);
    let deploy = FaultKind::all().find(|kind| kind.name() == "deploy").expect("a kind of fault");
    let steps = Step::all().filter(|step| tally.cell(deploy, *step) > 0).count();
    assert!(steps > 3, "deploys are seen to strike in {steps} steps");
}

#[test]
fn a_campaign_is_held_to_it_if_it_is_large_and_over_the_whole_catalog() {
    let of = |scenario: &Scenario, trials| {
        let mut campaign = Campaign::new(scenario);
        campaign.trials = trials;
        campaign
    };
    let all = |trials| -> Vec<_> { catalog::all().iter().map(|s| of(s, trials)).collect() };
    let large = all(sometimes::TRIALS_MIN);
    let missing = sometimes::missing(large.iter()).unwrap();
    assert_eq!(missing.count(), missing.required, "nothing was seen");
    assert!(missing.is_any() && missing.touched == Some(0) && missing.succeeded == Some(0));
    assert_eq!(sometimes::missing(large[1..].iter()), None, "one scenario is left out");
    assert_eq!(sometimes::missing(all(sometimes::TRIALS_MIN - 1).iter()), None);
}

#[test]
fn what_was_seen_does_not_depend_on_the_number_of_threads() {
    let scenario = catalog::named("rough-day").unwrap();
    let seen = |threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        campaign::run(scenario, Seed(1), 60, Defects::NONE, &pool, |_| true).seen
    };
    assert_eq!(seen(1), seen(3));
}

#[test]
fn what_is_missing_is_named_fault_by_fault() {
    let kind = FaultKind::named("crash").unwrap();
    let steps = ["hold", "post"].map(|name| Step::named(name).unwrap());
    let missing = Missing {
        required: 3,
        cells: vec![(kind, steps.to_vec())],
        marks: vec![Mark::Takeover],
        succeeded: Some(12),
        ..Missing::default()
    };
    let text = campaign_table::unseen_text(&missing);
    assert_eq!(
        text,
        "never seen, and has to be: crash during hold post; takeover\nonly 12 % of payments succeeded\n"
    );
}

/// A negative control: the judge sees nothing of what happens, and does not say that all is
/// well.
#[test]
fn a_scenario_whose_oracle_is_blinded_is_reported_as_not_tested() {
    let scenario = catalog::named("calm-day").unwrap();
    let Verdict::Inconclusive(why) = trial::run_blinded(scenario, Seed(1)).verdict else {
        panic!("nobody watched, and yet there is a verdict");
    };
    assert!(why.contains("nobody saw it"), "{why}");
    let pool = ThreadPoolBuilder::new().build().unwrap();
    let campaign = campaign::run_blinded(scenario, Seed(1), scenario.trials_min, &pool);
    assert_eq!(campaign.inconclusive, campaign.trials);
    for code in [Invariant::I01, Invariant::I05, Invariant::I17, Invariant::I19] {
        assert!(campaign.missed.contains(&code), "{code} was judged: {:?}", campaign.missed);
    }
    let repeat = Repeat::new("calm-day", Defects::NONE);
    let rows = [CampaignRow { scenario, campaign: &campaign, repeat }];
    assert!(campaign_table::missed(&rows).starts_with("not tested: calm-day"));
    assert!(campaign_table::verdict(&rows).starts_with("verdict: inconclusive"));
}

#[test]
fn a_trial_in_which_nothing_happened_is_inconclusive() {
    let mut plan = scenarios::Plan::draw(catalog::named("calm-day").unwrap(), Seed(1));
    plan.operations.clear();
    let verdict = trial::run_plan(plan, Defects::NONE).verdict;
    assert!(matches!(verdict, Verdict::Inconclusive(_)), "{verdict:?}");
}
