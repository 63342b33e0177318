//! Stories of planted defects: what had a hand in a violation is enough for it,
//! and far less than everything; and three of them, to learn the defects from.

use std::sync::LazyLock;
use std::time::Duration;

use model::{CommitResult, Defect, Defects, ProviderId};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use reports::story::{comment, json, mermaid, text};
use scenarios::judge::{Relation, Violation};
use scenarios::message::{Message, kinds};
use scenarios::party::{DECIDER, LEDGER, ORCHESTRATOR, provider_role};
use scenarios::story::{self, Story};
use scenarios::trial::{self, Trial, Verdict};
use scenarios::{PaymentSystem, Plan, Scenario, catalog};
use sim::{
    CrashPoint, Fault, Happening, Kind, Misfortune, Occasion, Role, Seed, Subject, Trace, Trigger,
    VirtualTime,
};

/// What a planted defect came to, and its story.
struct Finding {
    defects: Defects,
    trial: Trial,
    violation: Violation,
    story: Story,
}

static FINDINGS: LazyLock<Vec<Finding>> = LazyLock::new(findings);

/// Scenarios in which each defect is looked for, beginning with another one for each.
const SCENARIOS: usize = 3;

/// The first finding of each defect in some scenarios; but for worlds of files
/// that are about many payments, or of whoever decides: their pasts are longer, and
/// what did not come is in none of them.
fn findings() -> Vec<Finding> {
    let plain =
        |scenario: &&Scenario| scenario.settlement.is_none() && scenario.decisions.is_none();
    let scenarios: Vec<_> = catalog::all().iter().filter(plain).collect();
    let found = Defect::ALL.par_iter().enumerate().flat_map_iter(|(place, known)| {
        let defects = Defects::NONE.with(known.defect);
        let turned = scenarios.iter().cycle().skip(place).take(SCENARIOS);
        turned.filter_map(move |scenario| {
            let mut trials = (0..6).map(|seed| trial::run(scenario, Seed(seed), defects));
            let violated = trials.find(|trial| !trial.violations().is_empty())?;
            Some(Finding::of(violated, defects))
        })
    });
    let findings: Vec<_> = found.collect();
    assert!(findings.len() > 60, "{} findings", findings.len());
    findings
}

impl Finding {
    fn of(trial: Trial, defects: Defects) -> Self {
        let violation = trial.violations()[0].clone();
        let story = story::tell(&trial.plan, defects, |seen| *seen == violation);
        let story = story.expect("what a trial came to has a story");
        Self { defects, trial, violation, story }
    }

    /// Whether something did not happen that should have, or not in time, such as
    /// the release of what exceeds a limit: what kept it from happening is in no
    /// event of its past.
    fn is_of_an_absence(&self) -> bool {
        matches!(
            self.violation.relation,
            Relation::EffectWithoutIntent | Relation::NeverFinished | Relation::LimitExceeded
        )
    }

    fn same(&self, violation: &Violation) -> bool {
        let kind = |v: &Violation| (v.invariant, v.token, v.relation);
        kind(violation) == kind(&self.violation)
    }
}

/// Whether it strikes whoever decides. That no advice came is an absence, too: the
/// rules decide then, and no event tells why.
fn keeps_advice_from_coming(fault: &Fault) -> bool {
    match fault.misfortune {
        Misfortune::Crash { role, .. } | Misfortune::CrashLoop { role, .. } => role == DECIDER,
        Misfortune::Pause { roles, .. } => roles.contains(DECIDER),
        _ => false,
    }
}

#[test]
fn a_fault_that_had_no_hand_in_a_violation_can_be_left_out_and_it_is_there_all_the_same() {
    let (mut judged, mut inside) = (0, 0);
    for finding in FINDINGS.iter() {
        let Finding { defects, trial, story, .. } = finding;
        inside += story.faults.len();
        if finding.is_of_an_absence() {
            continue;
        }
        let had_no_hand = |fault: &&Fault| !story.faults.contains(&fault.id);
        let faults = trial.plan.faults.iter().filter(had_no_hand);
        for fault in faults.filter(|fault| !keeps_advice_from_coming(fault)) {
            let mut less = Plan::clone(&trial.plan);
            less.faults.retain(|known| known.id != fault.id);
            let without = trial::run_plan(less.clone(), *defects);
            if without.violations().iter().any(|violation| finding.same(violation)) {
                judged += 1;
                continue;
            }
            // Another fault may strike or stall elsewhere without it: then it is
            // another world.
            let (_, ours) = trial::replay_plan(Plan::clone(&trial.plan), *defects);
            let (_, theirs) = trial::replay_plan(less, *defects);
            let until = story.ended_at;
            assert_ne!(
                harm(&ours, until, fault.id),
                harm(&theirs, until, fault.id),
                "{} {}: without fault {} there is no {}",
                trial.scenario,
                trial.seed,
                fault.id,
                story.violation.invariant
            );
        }
    }
    assert!(judged > 120 && inside > 50, "{judged} faults left out, {inside} that had a hand");
}

/// What every fault but one did to actors up to a moment.
fn harm(
    trace: &Trace<PaymentSystem>,
    until: VirtualTime,
    but: u32,
) -> Vec<(VirtualTime, Role, Option<u32>)> {
    let events = trace.events.iter().filter(|happened| happened.at <= until);
    let harm = events.filter(|happened| {
        match &happened.what {
            Happening::Struck(_) | Happening::Crashed(_) | Happening::Resumed => true,
            // This is how others feel that a disk is full.
            Happening::Sent(_, Message::Committed(.., result), _) => {
                *result == CommitResult::Unavailable
            }
            _ => false,
        }
    });
    let told = harm.map(|happened| (happened.at, happened.role, happened.fault));
    told.filter(|(_, _, fault)| *fault != Some(but)).collect()
}

#[test]
fn a_story_is_short_and_names_a_wrong_turn_that_led_to_the_violation() {
    let (mut shares, mut lengths) = (Vec::new(), Vec::new());
    for finding in FINDINGS.iter() {
        let Finding { trial, violation, story, .. } = finding;
        assert_eq!(story.violation, *violation);
        let found = || format!("{} {} {:?}", trial.scenario, trial.seed, finding.defects);
        let turn = story.wrong_turn.as_ref();
        let turn = turn.unwrap_or_else(|| panic!("{}: no wrong turn", found()));
        assert!(turn.at <= violation.at);
        assert!(
            !turn.did.is_empty() || !turn.would.is_empty(),
            "{} {}",
            trial.scenario,
            trial.seed
        );
        let shown = text::render(story, "again");
        assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
        assert!(shown.lines().count() <= 400, "{shown}");
        lengths.push(shown.lines().count());
        let lines = comment::lines(story);
        assert!(lines.len() <= 8, "{lines:?}");
        assert!(lines.iter().all(|line| line.chars().count() <= 76), "{lines:?}");
        shares.push(story.past as u64 * 1_000 / trial.events);
    }
    shares.sort_unstable();
    assert!(shares[shares.len() / 2] < 100, "the median is below a tenth: {shares:?}");
    // What comes to light nine days after a payment has more to tell.
    lengths.sort_unstable();
    assert!(lengths[lengths.len() * 19 / 20] <= 190, "19 of 20 are short: {lengths:?}");
}

#[test]
fn a_violation_that_does_not_happen_has_no_story() {
    let plan = Plan::draw(catalog::named("calm-day").unwrap(), Seed(1));
    assert_eq!(trial::run_plan(plan.clone(), Defects::NONE).verdict, Verdict::Held);
    assert!(story::tell(&plan, Defects::NONE, |_| true).is_none());
}

/// One payment and one fault each: what a shrunk plan looks like.
#[test]
fn a_small_plan_has_a_story_that_teaches_its_defect() {
    let provider = provider_role(ProviderId(0));
    let answer = (provider, ORCHESTRATOR, kinds::PROVIDED, 1);
    let booked = (LEDGER, ORCHESTRATOR, kinds::BOOKED, 2);
    let asked = (ORCHESTRATOR, provider, kinds::AUTHORIZE, 1);
    let crash = Misfortune::Crash { role: ORCHESTRATOR, point: CrashPoint::AtOnce };
    let told = [
        (Defect::TimeoutIsFailure, answer, Misfortune::Drop),
        (Defect::DoublePost, booked, Misfortune::Drop),
        (Defect::RecoveryMeansNewAttempt, asked, crash),
    ];
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (defect, occasion, misfortune) in told {
            let planted = Defects::NONE.with(defect);
            let plan = one_payment(occasion, misfortune);
            let story = story::tell(&plan, planted, |_| true).expect("it is violated");
            let again = "pennywise replay one-payment.toml";
            let shown = [
                ("text", text::render(&story, again)),
                ("comment", comment::lines(&story).join("\n")),
                ("mermaid", mermaid::render(&story)),
                ("json", json::render(&story, again).unwrap()),
            ];
            for (format, shown) in shown {
                insta::assert_snapshot!(format!("story-{}-{format}", defect.story().name), shown);
            }
        }
    });
}

/// A calm world of one payment in which one thing goes wrong, with this sending.
fn one_payment((from, to, kind, ordinal): (Role, Role, Kind, u32), misfortune: Misfortune) -> Plan {
    let mut plan = Plan::draw(catalog::named("calm-day").unwrap(), Seed(1));
    plan.operations = vec![plan.operations[1].clone()];
    let subject = Subject(plan.operations[0].token.0);
    let trigger = Trigger::OnSend(Occasion { from, to, kind, subject, ordinal });
    let dwell = Duration::from_secs(2);
    plan.faults = vec![Fault { id: 1, trigger, misfortune, dwell }];
    plan
}
