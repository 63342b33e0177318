//! A campaign that is cut into shards comes to what it comes to as a whole, byte for byte, and
//! what is not all of it, or not of it, is refused by name.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{Ran, pennywise_in};

/// A folder of the test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shards").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// What is in the folder, by name.
fn contents(folder: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = folder.read_dir() else { return BTreeMap::new() };
    let entries = entries.map(|entry| entry.unwrap());
    let text = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        (name, fs::read_to_string(entry.path()).unwrap())
    };
    entries.map(text).collect()
}

fn run(work: &Path, line: &str) -> Ran {
    pennywise_in(work, &line.split_whitespace().collect::<Vec<_>>())
}

/// Runs shard `shard`, such as `2/3`, into the folder `out` of `work`.
fn shard(work: &Path, campaign: &str, shard: &str, out: &str) -> Ran {
    let ran = run(work, &format!("fuzz {campaign} --shard {shard} --out {out}"));
    assert!(work.join(out).join(name(shard)).is_file(), "{shard}: {}", ran.stderr);
    ran
}

fn name(shard: &str) -> String {
    format!("shard-{}.json", shard.replace('/', "-of-"))
}

/// Runs all of `count` shards of `campaign` into `out`.
fn shards(work: &Path, campaign: &str, count: u64, out: &str) {
    for number in 1..=count {
        shard(work, campaign, &format!("{number}/{count}"), out);
    }
}

/// Changes the file at `path`.
fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// A merge that is refused with `code`: what it says.
fn refused(work: &Path, folders: &str, code: i32) -> String {
    let ran = run(work, &format!("merge {folders} --out merged"));
    assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
    ran.stderr
}

const CALM: &str = "calm-day sick-network --seeds 20 --master-seed 7 --recheck 25%";
const BROKEN: &str =
    "stormy-network orchestrator-crash-loop --seeds 60 --master-seed 1 --plant send-before-log";

#[test]
fn merged_shards_say_the_bytes_of_the_whole_campaign() {
    for (at, campaign) in [CALM, BROKEN].into_iter().enumerate() {
        let work = folder(&format!("whole-{at}"));
        let report = "--report report.json --report report.md";
        let whole = run(&work, &format!("fuzz {campaign} {report} --out found"));
        let findings = contents(&work.join("found"));
        assert_eq!(findings.len() > 1, whole.code == 1, "{}", whole.stdout);
        for count in 1..=3 {
            let work = folder(&format!("parts-{at}-{count}"));
            // Each on a machine of its own.
            for number in 1..=count {
                let (shard_of, out) = (format!("{number}/{count}"), format!("of-{number}"));
                shard(&work, campaign, &shard_of, &out);
            }
            let folders: String = (1..=count).rev().map(|number| format!("of-{number} ")).collect();
            let merged = run(&work, &format!("merge {folders} {report} --out found"));
            assert_eq!((merged.code, merged.stdout), (whole.code, whole.stdout.clone()));
            assert_eq!(contents(&work.join("found")), findings, "{count} shards");
            for name in ["report.json", "report.md"] {
                let [one, other] = [&work, &folder_of(at)]
                    .map(|work| fs::read_to_string(work.join(name)).unwrap());
                assert_eq!(one, other, "{name} of {count} shards");
            }
        }
    }
}

fn folder_of(at: usize) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("shards").join(format!("whole-{at}"))
}

#[test]
fn shards_that_share_a_folder_are_merged_from_there() {
    let work = folder("one-folder");
    shards(&work, BROKEN, 2, "shared");
    let whole = run(&work, &format!("fuzz {BROKEN} --out found"));
    let findings = contents(&work.join("found"));
    fs::remove_dir_all(work.join("found")).unwrap();
    let merged = run(&work, "merge shared --out found");
    assert_eq!(merged.stdout, whole.stdout);
    assert_eq!(contents(&work.join("found")), findings);
}

#[test]
fn what_no_shard_knows_of_a_finding_is_found_out_anew() {
    let work = folder("anew");
    shards(&work, BROKEN, 2, "all");
    run(&work, &format!("fuzz {BROKEN} --out found"));
    for of in ["1/2", "2/2"] {
        let file = work.join("all").join(name(of));
        let text = fs::read_to_string(&file).unwrap();
        let (before, rest) = text.split_once("\"findings\": [").unwrap();
        let (_, after) = rest.split_once("\n  \"parts\"").unwrap();
        fs::write(file, format!("{before}\"findings\": [],\n  \"parts\"{after}")).unwrap();
    }
    run(&work, "merge all --out merged");
    assert_eq!(contents(&work.join("merged")), contents(&work.join("found")));
}

#[test]
fn a_shard_that_is_run_again_writes_the_same_bytes() {
    let work = folder("again");
    for campaign in [CALM, BROKEN] {
        shard(&work, campaign, "1/2", "first");
        let first = contents(&work.join("first"));
        let again = run(&work, &format!("fuzz {campaign} --shard 1/2 --out first --jobs 1"));
        assert!(again.stderr.contains("shard 1/2 is in first/shard-1-of-2.json"));
        assert_eq!(contents(&work.join("first")), first);
    }
}

#[test]
fn a_shard_that_is_there_twice_in_the_same_words_counts_once() {
    let work = folder("twice");
    shards(&work, CALM, 2, "all");
    fs::create_dir(work.join("copy")).unwrap();
    fs::copy(work.join("all").join(name("2/2")), work.join("copy").join(name("2/2"))).unwrap();
    let [once, twice] = ["all", "all copy"].map(|from| run(&work, &format!("merge {from}")));
    assert_eq!((once.code, once.stdout), (0, twice.stdout));
}

#[test]
fn a_shard_that_is_there_twice_in_other_words_is_refused_by_name() {
    let work = folder("doubled");
    shards(&work, CALM, 2, "all");
    shard(&work, CALM, "2/2", "copy");
    edit(&work.join("copy").join(name("2/2")), "\"messages\": ", "\"messages\": 1");
    let told = refused(&work, "all copy", 5);
    assert!(told.contains("shard 2/2 is there twice"), "{told}");
    assert!(told.contains("`all/shard-2-of-2.json` and `copy/shard-2-of-2.json`"), "{told}");
}

#[test]
fn a_missing_shard_is_told_by_its_number_and_by_what_runs_it() {
    let work = folder("missing");
    shard(&work, BROKEN, "1/3", "some");
    shard(&work, BROKEN, "3/3", "some");
    let told = refused(&work, "some", 6);
    assert!(told.contains("1 of 3 shards is missing, 2/3"), "{told}");
    assert!(told.contains("`shard-2-of-3.json`"), "{told}");
    let command = told.split("`pennywise ").nth(1).unwrap().split('`').next().unwrap();
    run(&work, &format!("{command} --out some"));
    assert_eq!(run(&work, "merge some --out merged").code, 1);
}

#[test]
fn a_shard_of_another_campaign_is_refused_by_name() {
    const CALM: &str = "calm-day sick-network --seeds 20 --master-seed 7";
    let work = folder("foreign");
    shard(&work, CALM, "1/2", "a");
    let others = [
        (
            "calm-day sick-network --seeds 20 --master-seed 8",
            "2/2",
            "master seed 0x0000000000000008",
        ),
        ("calm-day sick-network --seeds 21 --master-seed 7", "2/2", "21 seeds of each scenario"),
        ("calm-day --seeds 20 --master-seed 7", "2/2", "scenarios calm-day, expected"),
        (CALM, "2/3", "3 shards, expected 2 shards"),
    ];
    let flags = [
        ("--plant double-post", "planted double-post, expected nothing planted"),
        ("--policy random", "policy random, expected policy of the scenario"),
        ("--recheck 5%", "5% run twice, expected nothing run twice"),
        ("--protocol 2pc", "protocol 2pc, expected protocol of the scenario"),
        ("--strategy walk", "strategy walk, expected strategy portfolio"),
    ];
    let flagged = flags.map(|(flag, words)| (format!("{CALM} {flag}"), "2/2", words));
    let others = others.map(|(line, shard, words)| (line.to_owned(), shard, words));
    for (at, (campaign, of, words)) in others.into_iter().chain(flagged).enumerate() {
        let out = format!("b-{at}");
        shard(&work, &campaign, of, &out);
        let told = refused(&work, &format!("a {out}"), 2);
        let file = format!("`{out}/{}` is a shard of another campaign than `a/", name(of));
        assert!(told.contains(&file) && told.contains(words), "{told}");
    }
}

#[test]
fn a_shard_of_another_version_is_refused_by_name() {
    let work = folder("version");
    shards(&work, CALM, 2, "all");
    let version = format!("\"pennywise\": \"{}\"", env!("CARGO_PKG_VERSION"));
    let other = "\"pennywise\": \"9.9.9\"";
    edit(&work.join("all").join(name("2/2")), &version, other);
    let told = refused(&work, "all", 2);
    assert!(told.contains("`all/shard-2-of-2.json` is a shard of another campaign"), "{told}");
    assert!(told.contains("version 9.9.9 of pennywise"), "{told}");
    edit(&work.join("all").join(name("1/2")), &version, other);
    let told = refused(&work, "all", 2);
    assert!(told.contains("`all/shard-1-of-2.json` is of version 9.9.9"), "{told}");
}

#[test]
fn a_shard_of_a_scenario_that_changed_is_refused_by_name() {
    let work = folder("changed");
    let text = scenarios::catalog::FILES.iter().find(|(name, _)| *name == "calm-day").unwrap().1;
    fs::write(work.join("mine.toml"), text.replacen("calm-day", "my-day", 1)).unwrap();
    let campaign = "./mine.toml --seeds 8 --master-seed 1";
    shard(&work, campaign, "1/2", "all");
    let before = fs::read_to_string(work.join("mine.toml")).unwrap();
    edit(&work.join("mine.toml"), "operations = ", "operations = 1");
    shard(&work, campaign, "2/2", "all");
    let told = refused(&work, "all", 2);
    assert!(told.contains("scenario ./mine.toml with the digest"), "{told}");
    fs::write(work.join("mine.toml"), before).unwrap();
    shard(&work, campaign, "2/2", "all");
    assert_eq!(run(&work, "merge all").code, 0);
    edit(&work.join("mine.toml"), "operations = ", "operations = 1");
    let told = refused(&work, "all", 2);
    assert!(told.contains("merge where the scenario is as it was"), "{told}");
}

#[test]
fn a_shard_that_is_not_whole_is_refused_by_name() {
    let work = folder("not-whole");
    shards(&work, CALM, 2, "all");
    let file = work.join("all").join(name("2/2"));
    let whole = fs::read_to_string(&file).unwrap();
    edit(&file, "\"trials\": 10,", "\"trials\": 9,");
    let told = refused(&work, "all", 6);
    assert!(told.contains("`all/shard-2-of-2.json` is not all of shard 2/2"), "{told}");
    assert!(told.contains("9 trials, expected 10 of each; run it again: pennywise fuzz"), "{told}");
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let told = refused(&work, "all", 2);
    assert!(told.contains("`all/shard-2-of-2.json` is no result of a shard"), "{told}");
    fs::write(&file, whole.replacen("\"version\": 2", "\"version\": 3", 1)).unwrap();
    let told = refused(&work, "all", 2);
    assert!(told.contains("`pennywise-shard` 3; expected `pennywise-shard` 2"), "{told}");
}

#[test]
fn a_shard_under_the_name_of_another_is_refused_by_name() {
    let work = folder("renamed");
    shards(&work, CALM, 2, "all");
    fs::copy(work.join("all").join(name("1/2")), work.join("all").join(name("2/2"))).unwrap();
    let told = refused(&work, "all", 2);
    assert!(told.contains("`all/shard-2-of-2.json` is the result of shard 1/2"), "{told}");
}

#[test]
fn folders_without_shards_are_told_by_name() {
    let work = folder("nothing");
    fs::create_dir(work.join("empty")).unwrap();
    let told = refused(&work, "empty", 2);
    assert!(told.contains("no shard has written a result to `empty`"), "{told}");
    let told = refused(&work, "empty gone", 2);
    assert!(told.contains("the folder `gone` can't be read"), "{told}");
}

#[test]
fn what_no_shard_could_be_merged_from_is_refused_before_it_runs() {
    let work = folder("unmergeable");
    for (line, words) in [
        ("fuzz calm-day --seeds 4 --shard 1/2", "`--shard` needs `--master-seed`"),
        ("fuzz calm-day --for 1s --master-seed 1 --shard 1/2", "exclude each other"),
        ("fuzz calm-day --fail-fast --master-seed 1 --shard 1/2", "`--fail-fast` exclude"),
        ("fuzz calm-day --max-failures 3 --master-seed 1 --shard 1/2", "`--max-failures` exclude"),
        ("fuzz calm-day --until-saturated --master-seed 1 --shard 1/2", "`--until-saturated` exc"),
        ("fuzz calm-day --seeds 4 --master-seed 1 --shard 3/2", "such as `2/8`"),
        ("fuzz calm-day --seeds 4 --master-seed 1 --shard auto", "Slurm (SLURM_ARRAY_TASK_ID)"),
    ] {
        let ran = run(&work, line);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{line}: {}", ran.stderr);
        assert!(ran.stderr.contains(words), "{line}: {}", ran.stderr);
    }
}

#[test]
fn a_shard_without_a_trial_says_so_and_is_merged() {
    let work = folder("none");
    let campaign = "calm-day --seeds 2 --master-seed 1";
    let codes = ["1/3", "2/3", "3/3"].map(|of| shard(&work, campaign, of, "all").code);
    assert_eq!(codes, [0, 0, 4]);
    let whole = run(&work, &format!("fuzz {campaign}"));
    assert_eq!(run(&work, "merge all").stdout, whole.stdout);
}

#[test]
fn a_shard_that_the_system_says_is_told_and_run() {
    let work = folder("auto");
    let line = "fuzz calm-day --seeds 4 --master-seed 1 --shard auto --out found";
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_pennywise-under-test"))
        .args(line.split_whitespace())
        .current_dir(&work)
        .env_clear()
        .envs([("CIRCLE_NODE_INDEX", "1"), ("CIRCLE_NODE_TOTAL", "2")])
        .output()
        .unwrap();
    let stderr = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(0), "{stderr}");
    assert!(stderr.starts_with("shard 2/2, as CircleCI says: CIRCLE_NODE_INDEX=1"), "{stderr}");
    assert!(work.join("found").join(name("2/2")).is_file());
}
