//! JUnit XML, by a schema of what CI systems know, and by a reader that shares nothing with
//! what wrote it.

use std::fs;
use std::path::Path;

use uppsala::{XsdValidator, parse};

use crate::command::{pennywise, pennywise_in};
use crate::tidy::root;

/// What is wrong with `text` by the schema.
fn wrong(text: &str) -> Vec<String> {
    let schema = fs::read_to_string(root().join("tests/it/golden/junit.xsd")).unwrap();
    let schema = parse(&schema).unwrap();
    let validator = XsdValidator::from_schema(&schema).unwrap();
    let errors = validator.validate(&parse(text).unwrap());
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn a_campaign_that_holds_and_one_that_does_not_are_what_every_ci_system_reads() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("junit");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    for (planted, code) in [(None, 0), (Some("timeout-is-failure"), 1)] {
        let mut arguments = vec![
            "fuzz",
            "calm-day",
            "silent-after-capture",
            "--seeds",
            "40",
            "--master-seed",
            "1",
            "--format",
            "junit",
        ];
        arguments.extend(planted.iter().flat_map(|defect| ["--plant", defect]));
        let ran = pennywise_in(&folder, &arguments);
        assert_eq!(ran.code, code, "{}", ran.stderr);
        assert_eq!(wrong(&ran.stdout), [""; 0], "{}", ran.stdout);

        let read = junit_parser::from_reader(ran.stdout.as_bytes()).unwrap();
        let suites: Vec<_> = read.suites.iter().map(|suite| suite.name.as_str()).collect();
        assert_eq!(suites, ["calm-day", "silent-after-capture"]);
        let cases = scenarios::invariant::Invariant::ALL.len() + 1;
        assert!(read.suites.iter().all(|suite| suite.cases.len() == cases));
        let failures = read.suites.iter().flat_map(|suite| &suite.cases);
        let failures = failures.filter(|case| case.status.is_failure()).count();
        assert_eq!(failures > 0, planted.is_some(), "{}", ran.stdout);
    }
}

#[test]
fn the_schema_refuses_what_no_ci_system_knows() {
    let held = pennywise(&["fuzz", "calm-day", "--seeds", "1", "--format", "junit"]).stdout;
    for (right, broken) in [
        ("<testcase name=", "<testcase title="),
        ("<testcase name=", "<testcase seed=\"1\" name="),
        ("<testsuite name=", "<suite name="),
        ("tests=\"", "tests=\"many"),
        ("<properties>", "<remark/><properties>"),
    ] {
        assert!(held.contains(right), "{held}");
        let text = held.replace(right, broken).replace(
            "</testsuite>",
            match broken {
                "<suite name=" => "</suite>",
                _ => "</testsuite>",
            },
        );
        assert_ne!(wrong(&text), [""; 0], "{broken}");
    }
}
