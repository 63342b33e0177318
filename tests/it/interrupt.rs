//! Ctrl-C: the command ends with 130, and with what there was by then; so it does with 143 where
//! the system asks for it.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use model::{Defect, Defects};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use scenarios::repro::Repro;
use scenarios::{Plan, catalog, trial};
use sim::Seed;

/// What an interrupted command printed after it was interrupted.
struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn begin(folder: &Path, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_pennywise-under-test"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Presses Ctrl-C once the command has said a line on the stream that `says`:
/// it watches by then.
fn interrupt(child: Child, first_on_stdout: bool) -> Ended {
    tell(child, first_on_stdout, Signal::SIGINT)
}

/// The same with any signal.
fn tell(mut child: Child, first_on_stdout: bool, signal: Signal) -> Ended {
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    let read = match first_on_stdout {
        true => stdout.read_line(&mut line),
        false => stderr.read_line(&mut line),
    };
    assert!(read.unwrap() > 0, "the command says nothing");
    kill(Pid::from_raw(child.id() as i32), signal).unwrap();
    let (mut out, mut err) = (String::new(), String::new());
    stdout.read_to_string(&mut out).unwrap();
    stderr.read_to_string(&mut err).unwrap();
    Ended { code: child.wait().unwrap().code(), stdout: out, stderr: err }
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn a_campaign_that_is_interrupted_reports_what_there_was_by_then() {
    // An hour's work: it can't be over before it is interrupted.
    let arguments = ["fuzz", "calm-day", "sick-network", "--for", "1h", "--jobs", "1"];
    let ended = interrupt(begin(&folder("interrupted-fuzz"), &arguments), true);
    assert_eq!(ended.code, Some(130), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("\ncalm-day\n  payments"), "{}", ended.stdout);
    assert!(ended.stdout.contains("verdict: held"), "{}", ended.stdout);
    assert!(!ended.stdout.contains("sick-network"), "it never began: {}", ended.stdout);
}

/// With three faults there are more worlds behind one place than anybody waits for, and it
/// was asked only between places.
#[test]
fn a_proof_that_is_interrupted_ends_and_proves_nothing() {
    let arguments = ["prove", "calm-day", "--ops", "3", "--faults", "4", "--jobs", "1"];
    let ended = interrupt(begin(&folder("interrupted-proof"), &arguments), true);
    assert_eq!(ended.code, Some(130), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("verdict: inconclusive, stopped after"), "{}", ended.stdout);
}

#[test]
fn a_campaign_that_the_system_ends_reports_what_there_was_by_then() {
    let arguments = ["fuzz", "calm-day", "--for", "1h", "--jobs", "1"];
    let ended = tell(begin(&folder("ended"), &arguments), true, Signal::SIGTERM);
    assert_eq!(ended.code, Some(143), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("verdict: held"), "{}", ended.stdout);
}

#[test]
fn a_second_interruption_ends_a_campaign_at_once() {
    ends_at_once(Signal::SIGINT, 130);
    ends_at_once(Signal::SIGTERM, 143);
}

#[expect(clippy::disallowed_methods, reason = "two signals at once are one to the system")]
fn ends_at_once(signal: Signal, code: i32) {
    let folder = folder(&format!("interrupted-twice-{code}"));
    let calm = catalog::FILES.iter().find(|(name, _)| *name == "calm-day").unwrap().1;
    // The trials in flight last for minutes.
    let long = calm.replacen("operations = ", "operations = 99", 1);
    std::fs::write(folder.join("long.toml"), long).unwrap();
    let arguments = ["fuzz", "./long.toml", "--for", "1h", "--jobs", "1"];
    let mut child = begin(&folder, &arguments);
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    assert!(stdout.read_line(&mut line).unwrap() > 0, "the command says nothing");
    let id = Pid::from_raw(child.id() as i32);
    // One that is told before the first is heard is the same to the system.
    while child.try_wait().unwrap().is_none() {
        let _ = kill(id, signal);
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let mut out = String::new();
    stdout.read_to_string(&mut out).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(code));
    assert!(!out.contains("verdict"), "nobody waited for the trials in flight: {out}");
}

#[test]
fn a_shard_that_is_interrupted_is_reported_and_can_not_be_merged() {
    let folder = folder("interrupted-shard");
    let campaign = ["fuzz", "calm-day", "--seeds", "100000000", "--master-seed", "1"];
    let arguments = [&campaign[..], &["--jobs", "1", "--shard", "1/2", "--out", "out"]].concat();
    let ended = interrupt(begin(&folder, &arguments), true);
    assert_eq!(ended.code, Some(130), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("verdict: held"), "{}", ended.stdout);
    assert!(ended.stderr.contains("shard 1/2 was interrupted"), "{}", ended.stderr);
    assert_eq!(folder.join("out").read_dir().unwrap().count(), 0);
}

#[test]
fn a_repro_that_is_interrupted_while_it_shrinks_is_the_best_so_far() {
    let defects: Defects = [Defect::TimeoutIsFailure].into_iter().collect();
    let mut scenario = catalog::named("stormy-network").unwrap().clone();
    // Enough for a minute, where a moment is needed.
    scenario.workload.operations = 400;
    let plan = Plan::draw(&scenario, Seed(1));
    let seen = trial::run_plan(plan.clone(), defects);
    let kind = seen.violations().first().expect("the defect shows").fingerprint();
    let before = Repro::new(plan, defects, kind, "0.1.0").unwrap();
    let folder = folder("interrupted-shrink");
    let file = folder.join("big.toml");
    std::fs::write(&file, before.text()).unwrap();

    let arguments = ["shrink", "big.toml", "--jobs", "1"];
    let ended = interrupt(begin(&folder, &arguments), false);
    assert_eq!(ended.code, Some(130), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("stopped before nothing smaller was left"), "{}", ended.stdout);
    let after = Repro::file(&file).unwrap();
    assert_eq!(after.violation, before.violation);
    assert!(after.replay(defects).answer == scenarios::repro::Answer::SameViolation);
}
