//! What ends a campaign early, and what runs twice: the same for any number of threads.

use crate::command::{Ran, pennywise};

/// Runs a campaign with one thread and with two, which have to say the same.
fn fuzz(line: &str) -> Ran {
    let run = |jobs: &str| {
        let words = ["fuzz"].into_iter().chain(line.split_whitespace());
        pennywise(&words.chain(["--master-seed", "1", "--jobs", jobs]).collect::<Vec<_>>())
    };
    let (one, two) = (run("1"), run("2"));
    assert_eq!((one.code, &one.stdout), (two.code, &two.stdout), "{line}");
    two
}

/// In how many trials something did not hold.
fn violated(ran: &Ran) -> u64 {
    let told = ran.stdout.split("verdict: violated, ").nth(1).unwrap();
    told.split(' ').next().unwrap().parse().unwrap()
}

const BROKEN: &str =
    "stormy-network calm-day --seeds 300 --plant timeout-is-failure --strategy swarm";

#[test]
fn a_campaign_that_fails_fast_stops_after_the_batch_in_which_something_failed() {
    let ran = fuzz(&format!("{BROKEN} --fail-fast --out failing-fast"));
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stdout.contains(" of 256 trials\n"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("\ncalm-day\n"), "it never began: {}", ran.stdout);
    assert!(ran.stdout.contains("scenario, up to 1 failure:"), "{}", ran.stdout);
}

#[test]
fn failures_are_counted_over_the_whole_campaign() {
    let all = violated(&fuzz(&format!("{BROKEN} --out all-failures")));
    let ran = fuzz(&format!("{BROKEN} --max-failures {all} --out all-failures"));
    assert_eq!(violated(&ran), all);
    let ran = fuzz(&format!("{BROKEN} --max-failures {} --out all-failures", all + 1));
    assert!(ran.stdout.contains("\ncalm-day\n"), "{}", ran.stdout);
}

#[test]
fn trials_that_run_twice_and_come_to_the_same_are_counted() {
    let ran = fuzz("calm-day --seeds 20 --recheck 100% --out rechecked").stdout;
    assert!(ran.contains("20 trials ran twice, and came to the same"), "{ran}");
}

#[test]
fn a_time_that_is_over_ends_a_campaign_with_its_report() {
    let ran = pennywise(&["fuzz", "calm-day", "--for", "300ms", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["verdict"], "held");
    assert_eq!(report["trials"].as_u64().unwrap() % 256, 0, "it ends between two batches");
}
