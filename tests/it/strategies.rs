//! However it is looked for what is rare, the reference holds, and a trial is repeated by
//! what its campaign says of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use model::{Defect, Defects};
use rayon::ThreadPoolBuilder;
use scenarios::ablation;
use scenarios::campaign;
use scenarios::strategy::{self, Strategy};
use scenarios::{Scenario, catalog, trial};
use sim::{Order, Seed};

use crate::command::{Ran, pennywise_in};

/// The scenario of this name, searched in this way.
fn searched(name: &str, strategy: Strategy) -> Scenario {
    Scenario { strategy: Some(strategy), ..catalog::named(name).unwrap().clone() }
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("strategies").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn run(work: &Path, line: &str) -> Ran {
    pennywise_in(work, &line.split_whitespace().collect::<Vec<_>>())
}

#[test]
fn every_scenario_holds_however_it_is_searched() {
    for scenario in catalog::all() {
        for story in Strategy::ALL {
            let searched = searched(&scenario.name, story.strategy);
            let trial = trial::run(&searched, Seed(1), Defects::NONE);
            let name = format!("{} by {}", scenario.name, story.name);
            assert_eq!(trial.verdict, trial::Verdict::Held, "{name}");
        }
    }
}

#[test]
fn a_seed_is_the_same_plan_each_time_and_another_by_each_strategy() {
    for name in ["stormy-network", "instant-payouts", "refunds"] {
        let mut plans = BTreeSet::new();
        for story in Strategy::ALL {
            let searched = searched(name, story.strategy);
            let draw = || strategy::plan(&searched, Seed(7), Defects::NONE);
            assert_eq!(draw(), draw(), "{name} by {}", story.name);
            plans.insert(format!("{:?}", draw()));
        }
        // A portfolio is one of the others, and feedback that has learned nothing is one.
        assert_eq!(plans.len(), Strategy::ALL.len() - 2, "{name}");
    }
}

#[test]
fn a_portfolio_has_every_strategy_that_does_not_learn() {
    let scenario = searched("calm-day", Strategy::Portfolio);
    let plans: Vec<_> =
        (0..60).map(|seed| strategy::plan(&scenario, Seed(seed), Defects::NONE)).collect();
    let walks = plans.iter().filter(|plan| matches!(plan.weather.order, Order::Walk(_)));
    let priorities =
        plans.iter().filter(|plan| matches!(plan.weather.order, Order::Priorities { .. }));
    let ids = |from: u32| {
        let ids = move |plan: &&scenarios::Plan| {
            let faults = plan.faults.iter().map(|fault| fault.id);
            let mut ids = faults.chain(plan.strokes.iter().map(|stroke| stroke.id));
            ids.any(|id| (from..from + 1_000).contains(&id))
        };
        plans.iter().filter(ids).count()
    };
    let seen = [walks.count(), priorities.count(), ids(5_001), ids(6_001)];
    assert!(seen.iter().all(|count| *count >= 3), "{seen:?} of 60");
}

/// What lineage puts into a calm day is on the way by which payments came to succeed: most
/// of it strikes.
#[test]
fn faults_of_lineage_strike_what_payments_came_by() {
    let scenario = searched("calm-day", Strategy::Lineage);
    let (mut planned, mut never) = (0, 0);
    for seed in 0..10 {
        let trial = trial::run(&scenario, Seed(seed), Defects::NONE);
        planned += trial.plan.faults.len() + trial.plan.strokes.len();
        never += trial.never_struck.len();
    }
    assert!(planned > 100 && never * 5 < planned, "{never} of {planned} never struck");
}

/// Generations have a fixed size: what is learned depends on no number of threads.
#[test]
fn a_campaign_that_learns_comes_to_the_same_on_any_number_of_threads() {
    let scenario = searched("orchestrator-crash-loop", Strategy::Feedback);
    let planted = Defects::NONE.with(Defect::SendBeforeLog);
    let campaign = |threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        campaign::run(&scenario, Seed(3), 300, planted, &pool, |_| true)
    };
    let (one, two) = (campaign(1), campaign(2));
    assert_eq!(one, two);
    let portfolio = searched("orchestrator-crash-loop", Strategy::Portfolio);
    let pool = ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let other = campaign::run(&portfolio, Seed(3), 300, planted, &pool, |_| true);
    assert_ne!(one.digest, other.digest, "nothing was learned");
    // What the seed alone does not tell, the finding does.
    let finding = &one.findings[0];
    let plan = finding.plan.as_deref().unwrap().clone();
    let again = trial::run_plan(plan, planted);
    assert_eq!(again.violations()[0], finding.violation);
}

/// Feedback belongs to one shard: each learns from its own trials.
#[test]
fn a_shard_of_a_campaign_that_learns_is_the_same_again_and_the_merge_has_all_of_them() {
    let work = folder("learning-shards");
    let line = "fuzz calm-day stormy-network --seeds 300 --master-seed 5 --strategy feedback";
    for (shard, out) in [("1/2", "one"), ("2/2", "two"), ("2/2", "again")] {
        let ran = run(&work, &format!("{line} --shard {shard} --out {out}"));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    let text = |path: &str| fs::read_to_string(work.join(path)).unwrap();
    assert_eq!(text("two/shard-2-of-2.json"), text("again/shard-2-of-2.json"));
    let merged = run(&work, "merge one two --out merged");
    assert_eq!(merged.code, 0, "{}", merged.stderr);
    assert!(merged.stdout.contains("600 trials"), "{}", merged.stdout);
}

/// A portfolio makes its plans of seeds alone.
#[test]
fn what_a_portfolio_finds_its_seed_repeats() {
    let work = folder("repeats");
    let found = run(
        &work,
        "fuzz orchestrator-crash-loop --seeds 60 --master-seed 1 --plant send-before-log",
    );
    assert_eq!(found.code, 1, "{}", found.stderr);
    let command = found.stdout.lines().find(|line| line.starts_with("pennywise run ")).unwrap();
    assert!(command.ends_with(" --strategy portfolio"), "{command}");
    let again = run(&work, command.strip_prefix("pennywise ").unwrap());
    assert_eq!(again.code, 1, "{}{}", again.stdout, again.stderr);
}

#[test]
fn by_feedback_a_seed_repeats_nothing_and_the_command_says_so() {
    let work = folder("feedback-run");
    let refused = run(&work, "run calm-day --seed 1 --strategy feedback");
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{}", refused.stderr);
    assert!(refused.stderr.contains("`pennywise replay`"), "{}", refused.stderr);
    let line = "fuzz orchestrator-crash-loop --seeds 300 --master-seed 1 --plant send-before-log \
                --strategy feedback --out found";
    let found = run(&work, line);
    assert_eq!(found.code, 1, "{}", found.stderr);
    assert!(found.stdout.contains("pennywise replay found/"), "{}", found.stdout);
    assert!(!found.stdout.contains("pennywise run "), "{}", found.stdout);
    let replayed = run(&work, "replay found");
    assert_eq!(replayed.code, 0, "{}", replayed.stderr);
    assert!(replayed.stdout.contains("same violation"), "{}", replayed.stdout);
}

#[test]
fn a_word_that_is_no_strategy_is_refused_with_the_nearest_that_is_one() {
    let refused = run(&folder("word"), "fuzz calm-day --strategy lineag");
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{}", refused.stderr);
    assert!(refused.stderr.contains("did you mean `lineage`?"), "{}", refused.stderr);
}

#[test]
fn an_ablation_is_the_same_on_any_number_of_threads_and_hunts_each_pair() {
    let asked = ablation::Asked {
        defects: [Defect::FreshKeyPerTry, Defect::NoFsync].into_iter().collect(),
        strategies: vec![Strategy::Uniform, Strategy::Portfolio, Strategy::Feedback],
        master_seed: Seed(1),
        budget: 60,
    };
    let run = |threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        ablation::run(&asked, &pool, |_| true)
    };
    let ablation = run(1);
    assert_eq!(ablation, run(2));
    assert_eq!(ablation.rows.len(), 2);
    for row in &ablation.rows {
        assert_eq!(row.trials.len(), 3);
        assert!(row.trials.iter().flatten().any(Option::is_some), "{row:?}");
    }
}
