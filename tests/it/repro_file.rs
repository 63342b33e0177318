//! Repros as files: nothing is lost on the way, and mistakes are told with
//! their place and what was expected.

use miette::Diagnostic;
use model::{Defect, Defects};
use proptest::prelude::*;
use rayon::ThreadPoolBuilder;
use scenarios::plan::Protocol;
use scenarios::repro::Repro;
use scenarios::shrink::{self, Budget, Line};
use scenarios::{Plan, Scenario, Strategy, catalog, strategy, trial};
use sim::Seed;

use crate::damage::unproven;
use crate::repros;

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_that_nobody_shrank_is_the_same_after_a_file(seed: u64) {
        for scenario in catalog::all() {
            let repro = unproven(Plan::draw(scenario, Seed(seed)));
            prop_assert_eq!(read(&repro.text()), repro);
        }
    }

    #[test]
    fn a_plan_of_any_strategy_is_the_same_after_a_file(
        seed: u64,
        scenario in 0..catalog::all().len(),
    ) {
        for story in Strategy::ALL {
            let strategy = Some(story.strategy);
            let searched = Scenario { strategy, ..catalog::all()[scenario].clone() };
            let repro = unproven(strategy::plan(&searched, Seed(seed), Defects::NONE));
            prop_assert_eq!(read(&repro.text()), repro);
        }
    }

    #[test]
    fn a_plan_by_either_protocol_is_the_same_after_a_file(seed: u64) {
        for scenario in catalog::all().iter().filter(|s| s.not_comparable().is_none()) {
            for protocol in [Protocol::Saga, Protocol::TwoPhase] {
                let by = Scenario { protocol: Some(protocol), ..scenario.clone() };
                let repro = unproven(Plan::draw(&by, Seed(seed)));
                prop_assert_eq!(read(&repro.text()), repro);
            }
        }
    }
}

proptest! {
    // Each is a search.
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_on_its_way_to_the_smallest_is_the_same_after_a_file(
        seed in 0_u64..1_000,
        scenario in 0..catalog::all().len(),
        candidates in 0_u64..400,
    ) {
        let planted: Defects = Defect::ALL.iter().map(|story| story.defect).collect();
        let plan = Plan::draw(&catalog::all()[scenario], Seed(seed));
        let trial = trial::run_plan(plan.clone(), planted);
        let Some(first) = trial.violations().first() else { return Ok(()) };
        let budget = Budget { candidates, go_on: &mut |_| true };
        let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let shrunk = shrink::shrink(&plan, planted, &first.fingerprint(), budget, &pool).unwrap();
        let repro = Repro::of_shrunk(&shrunk, "0.1.0").unwrap();
        let again = read(&repro.text());
        prop_assert_eq!(&again.plan, &repro.plan);
        prop_assert_eq!(&again.recording, &repro.recording);
        prop_assert_eq!(read(&again.text()), again);
    }
}

/// A plan that was shrunk to one coordinator still kept two copies of the log of the other
/// one, which no file says: what was replayed was another plan.
#[test]
fn a_coordinator_that_is_gone_takes_its_log_along() {
    let plan = Plan::draw(catalog::named("two-phase-commit").unwrap(), Seed(1));
    let faults = Line::all(&plan).into_iter().filter(|line| line.is_fault());
    let alone = plan.without(&faults.chain([Line::OtherWorkers]).collect::<Vec<_>>());
    assert_eq!((plan.workers, alone.workers), (2, 1));
    let repro = unproven(alone);
    assert_eq!(read(&repro.text()), repro);
}

fn read(text: &str) -> Repro {
    Repro::parse("it.toml", text).unwrap_or_else(|error| panic!("{error:?}\n{text}"))
}

/// A repro of two payments with a line of every kind, to be spoilt.
const WHOLE: &str = r#"format = 1
tool = "0.1.0"
samplers = 1
scenario = "stormy-network"
seed = "0x000000000000002a"
planted = ["double-post"]
expect = "same violation"
expect_without = "passes"
violation = "I33 payin_card post books-differ"
evidence = "the books differ"

[world]
key = "c5071a2e3c098f382c9057795bebd535"
chaos = "1s"
clients = 2
operations = [
    { payment = 7, at = "0s", pays = "10.00 USD" },
    { payment = 9, at = "1s", client = 1, pays = "10.00 USD", clicks_again = "1s" },
]
faults = [
    { id = 1, what = "drop", when = "the 2nd capture for payment 7 from orchestrator to provider a is sent" },
    { id = 2, what = "reply-dropped", on = "the 1st capture for payment 9 at provider b" },
    { id = 3, what = "partition", links = "provider a -> orchestrator", at = "3s", lasts = "5s" },
    { id = 4, what = "crash", who = "store", where = "after sync 1", at = "3s", lasts = "5s" },
]
limits = [
    { merchant = 1, may_process = "10000.00 USD" },
]

[world.network]
copies_max = 3

[recorded]
events = 40
digest = "5d92abd7b047fd9be27fe70c2b581eb9"
every = 16
digests = ["7ecdbfec", "1e095013"]
"#;

#[test]
fn a_mistake_in_a_repro_is_told_with_its_line_and_what_was_expected() {
    read(WHOLE);
    let cases: [(&str, &str, usize, &[&str]); 37] = [
        ("format = 1", "format = 2", 1, &["format 2", "newer", "expected format 1"]),
        ("format = 1", "format = 0", 1, &["format 0", "expected format 1"]),
        ("format = 1\n", "", 1, &["no repro", "expected `format = 1`"]),
        ("format = 1", "format = \"one\"", 1, &["\"one\" can't stand", "a whole number"]),
        ("\"double-post\"", "\"double-pots\"", 6, &["did you mean `double-post`?"]),
        ("\"same violation\"", "\"the same\"", 7, &["`same violation` or", "`passes`"]),
        ("planted = [\"double-post\"]\n", "", 7, &["`planted` defects"]),
        ("I33 payin", "I99 payin", 9, &["`I99` is no invariant"]),
        ("key = \"c5", "key = \"", 13, &["32 hex digits"]),
        ("chaos = \"1s\"", "chaos = 1", 14, &["expected a string"]),
        ("chaos = \"1s\"", "chaos = \"9999h\"", 14, &["`chaos` is at most 8760h"]),
        ("chaos = \"1s\"", "chaos = \"18446744073709551615s\"", 14, &["no span of time"]),
        ("clients = 2", "clients = 65", 15, &["`clients` is 1 to 64"]),
        ("client = 1", "client = 2", 18, &["no client 2", "0 to 1"]),
        ("payment = 9", "payment = 7", 18, &["payment 7 stands here twice"]),
        ("payment = 9", "payment = 0", 18, &["numbered from 1"]),
        ("payment = 9", "payment = 8", 22, &["no operation is payment 9", "7, 8"]),
        ("payment 7 from", "payment 6 from", 21, &["no operation is payment 6", "7, 9"]),
        ("pays = \"10.00 USD\" },", "pays = \"10.0 USD\" },", 17, &["expected `12.30 USD`"]),
        ("pays = \"10.00 USD\" },", "pays = \"0.00 USD\" },", 17, &["0.01 USD to 42949672.95"]),
        ("pays = \"10.00 USD\" },", "costs = 3 },", 17, &["unknown field `costs`"]),
        ("clicks_again", "clicks_agian", 18, &["did you mean `clicks_again`?"]),
        ("id = 2", "id = 5000000000", 22, &["a number from 0 to 4294967295"]),
        ("id = 2", "id = 1", 22, &["two faults have the id 1"]),
        ("\"drop\"", "\"dorp\"", 21, &["did you mean `drop`?"]),
        ("2nd capture", "2nd captur", 21, &["did you mean `capture`?"]),
        ("when = \"the 2nd", "at = \"3s\", when = \"the 2nd", 21, &["either `at`"]),
        (" is sent\"", " arrives\"", 21, &["when it is sent", "expected `when = "]),
        ("at provider b", "at provider c", 22, &["no provider c", "2 providers"]),
        ("at provider b", "at ledger", 22, &["at a provider, and not at ledger"]),
        ("provider a -> orch", "provider a to orch", 23, &["an arrow", "`<->`"]),
        (
            "links = \"provider a",
            "who = \"edge\", links = \"provider a",
            23,
            &["`who` means nothing"],
        ),
        ("where = \"after sync 1\", ", "", 24, &["lacks where", "`where = \"after sync 1\"`"]),
        ("at = \"3s\", lasts = \"5s\" },\n]", "lasts = \"5s\" },\n]", 24, &["lacks when"]),
        ("copies_max = 3", "copies_max = 1000000000", 31, &["a number from 0 to 255"]),
        ("copies_max = 3", "copies_max = 200", 31, &["`copies_max` is 1 to 4"]),
        ("every = 16", "every = 0", 36, &["`every` is at least 1"]),
    ];
    for (right, wrong, line, words) in cases {
        let text = WHOLE.replacen(right, wrong, 1);
        assert_ne!(text, WHOLE, "{right}");
        refused(&text, line, words);
    }
}

#[test]
fn a_repro_without_operations_or_without_its_end_is_refused() {
    let from = WHOLE.find("    { payment = 7").unwrap();
    let until = WHOLE.find("]\nfaults").unwrap();
    let none = format!("{}{}", &WHOLE[..from], &WHOLE[until..]);
    refused(&none, 16, &["expected 1 to 1000000 operations"]);
    let head = &WHOLE[..WHOLE.find("[world]").unwrap()];
    refused(head, 1, &["missing field `world`", "cut short"]);
    refused(&WHOLE[..WHOLE.len() / 2], 21, &["unclosed"]);
}

#[test]
fn what_no_correct_system_could_survive_can_t_be_asked_for() {
    let crash = r#"what = "crash", who = "store", where = "after sync 1""#;
    for (fault, words) in [
        (r#"what = "lying-sync", who = "provider a""#, "ground truth"),
        (r#"what = "clock-drift", who = "provider a", ppm = 7"#, "proof of absence"),
    ] {
        refused(&WHOLE.replacen(crash, fault, 1), 24, &["never strikes provider a", words]);
    }
}

fn refused(text: &str, line: usize, words: &[&str]) {
    let error = Repro::parse("mine.toml", text).expect_err(text);
    let mut told = error.to_string();
    assert!(told.starts_with(&format!("mine.toml, line {line}: ")), "{told}\n{text}");
    told.extend(error.help().map(|help| format!("; {help}")));
    for word in words {
        assert!(told.contains(word), "{told} lacks `{word}`");
    }
}

#[test]
fn whoever_wrote_a_repro_reads_the_same_again() {
    for (name, text) in repros::texts() {
        let (repro, read) = (read(&text), |text: &str| read(text));
        assert_eq!(read(&repro.text()), repro, "{name}");
    }
}
