//! `pennywise score`: how many of the known bugs are caught, by what, and how soon.

use std::path::Path;
use std::time::Duration;

use indicatif::ProgressBar;
use model::Defect;
use reports::{Brief, Count, html, score_json, score_markdown, score_table};
use scenarios::Strategy;
use scenarios::score::{self, Asked, BUDGET, Hunting, Score, Turn};

use crate::arguments::{ScoreArguments, ScoreFormat};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::progress::{self, PAUSE};
use crate::screen::{Mood, Screen};
use crate::shelf;
use crate::stopwatch::Stopwatch;
use crate::threads;

/// Looks for each defect that was asked for and tells what became of it, on the screen or
/// in a file. Ctrl-C ends it after the trials in flight, with what there is by then.
pub(crate) fn score(arguments: ScoreArguments, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    if let Some(path) = &arguments.out {
        shelf::can_write(path).map_err(|error| unwritable(path, &error))?;
    }
    let (asked, time) = (asked(&arguments), arguments.time);
    let pool = threads::pool(arguments.jobs)?;
    let interrupt = Interrupt::watch()?;
    let count = asked.defects.iter().count();
    let mut teller = Teller::new(count, screen);
    let turn = |hunting: Hunting| {
        teller.tell(hunting, screen);
        let is_over = |time| hunting.trials > 0 && teller.has_had_its_share(hunting, time);
        match () {
            () if interrupt.came() => Turn::Stop,
            () if time.is_some_and(is_over) => Turn::Next,
            () => Turn::Go,
        }
    };
    let score = score::run(&asked, &pool, turn);
    teller.end(screen);
    report(&score, &arguments, screen)?;
    let exit = interrupt.exit();
    Ok(exit.or(ending(&score)))
}

fn asked(arguments: &ScoreArguments) -> Asked {
    let all = || Defect::ALL.iter().map(|story| story.defect).collect();
    let budget = arguments.seeds.map_or(BUDGET, std::num::NonZeroU64::get);
    Asked {
        strategy: arguments.strategy,
        defects: match arguments.defect.is_empty() {
            true => all(),
            false => arguments.defect.iter().copied().collect(),
        },
        master_seed: arguments.master_seed,
        budget: arguments.time.is_none().then_some(budget),
    }
}

/// The verdict last, where people look; it alone, if the rest goes to a file.
fn report(
    score: &Score,
    arguments: &ScoreArguments,
    screen: &mut Screen<'_>,
) -> Result<(), Failure> {
    let verdict = score_table::verdict(score);
    let text = match arguments.format {
        ScoreFormat::Table => {
            format!("{}\n{}", score_table::heading(score), score_table::render(score))
        }
        ScoreFormat::Markdown => score_markdown::render(score, &command(arguments)),
        ScoreFormat::Json => score_json::render(score, env!("CARGO_PKG_VERSION"))
            .map_err(|error| Failure::Harness(error.to_string()))?,
        ScoreFormat::Html => html::score(score, env!("CARGO_PKG_VERSION")),
    };
    match (&arguments.out, arguments.format) {
        (Some(path), ScoreFormat::Table) => write(path, &format!("{text}\n{verdict}"))?,
        (Some(path), _) => write(path, &text)?,
        (None, ScoreFormat::Table) => screen.print(&format!("{text}\n"))?,
        (None, _) => return screen.print(&text),
    }
    screen.headline(mood(score), &verdict)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    shelf::write(path, text).map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    let path = path.display();
    Failure::BadInput(format!(
        "the score can't be written to `{path}`: {error}; `--out` names a file in a folder that \
         is there"
    ))
}

/// What has to be said to come to the same score, wherever it is written to.
fn command(arguments: &ScoreArguments) -> String {
    let mut words = "pennywise score".to_owned();
    for defect in &arguments.defect {
        words.push_str(&format!(" --defect {}", defect.story().name));
    }
    if let Some(seeds) = arguments.seeds {
        words.push_str(&format!(" --seeds {seeds}"));
    }
    if let Some(time) = arguments.time {
        words.push_str(&format!(" --for {}", Brief::from(time)));
    }
    if arguments.strategy != Strategy::Portfolio {
        words.push_str(&format!(" --strategy {}", arguments.strategy));
    }
    words + " --format markdown"
}

fn ending(score: &Score) -> Exit {
    match () {
        () if score.basis.reference_violated > 0 => Exit::Violated,
        () if score.rows.is_empty() => Exit::NothingRan,
        () if !score.meets_its_bar() => Exit::Inconclusive,
        () => Exit::Held,
    }
}

fn mood(score: &Score) -> Mood {
    match ending(score) {
        Exit::Held => Mood::Good,
        Exit::Violated => Mood::Bad,
        _ => Mood::Unsure,
    }
}

/// Tells how far it has come, and at the end how long it took: on stderr.
struct Teller {
    count: usize,
    clock: Stopwatch,
    bar: Option<ProgressBar>,
    said_at: Duration,
    /// What is being looked for, and since when.
    current: Option<(Defect, Duration)>,
    /// What took how long.
    took: Vec<(Defect, Duration)>,
}

impl Teller {
    fn new(count: usize, screen: &Screen<'_>) -> Self {
        let bar = screen.shows_bar().then(progress::bar);
        let clock = Stopwatch::start();
        Self { count, clock, bar, said_at: Duration::ZERO, current: None, took: Vec::new() }
    }

    fn tell(&mut self, hunting: Hunting, screen: &mut Screen<'_>) {
        let elapsed = self.clock.elapsed();
        if self.current.is_none_or(|(defect, _)| defect != hunting.defect) {
            self.close(elapsed);
            self.current = Some((hunting.defect, elapsed));
        }
        let (at, count) = (hunting.at, self.count);
        let (name, trials) = (hunting.defect.story().name, Count(hunting.trials));
        let sentence = format!("{at} of {count} defects, {trials} trials of each range for {name}");
        if let Some(bar) = &self.bar {
            bar.set_position((at * 100 / count.max(1)) as u64);
            bar.set_message(sentence);
        } else if elapsed >= self.said_at + PAUSE {
            self.said_at = elapsed;
            screen.remark(&format!("{sentence}\n"));
        }
    }

    /// Whether what is hunted for has had its part of `time`; what was left over by those
    /// before it, it has besides.
    fn has_had_its_share(&self, hunting: Hunting, time: Duration) -> bool {
        let share = time.as_nanos() * (hunting.at as u128 + 1) / (self.count as u128).max(1);
        self.clock.elapsed().as_nanos() >= share
    }

    fn close(&mut self, elapsed: Duration) {
        if let Some((defect, since)) = self.current.take() {
            self.took.push((defect, elapsed.saturating_sub(since)));
        }
    }

    fn end(mut self, screen: &mut Screen<'_>) {
        let elapsed = self.clock.elapsed();
        self.close(elapsed);
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
        self.took.sort_by_key(|(_, took)| std::cmp::Reverse(*took));
        let whole = |took: Duration| Brief::from(Duration::from_secs(took.as_secs()));
        let longest = self.took.iter().take(LONGEST);
        let longest = longest.map(|(d, took)| format!("{} {}", d.story().name, whole(*took)));
        let longest = longest.collect::<Vec<_>>().join(", ");
        screen.remark(&format!("took {}, the longest: {longest}\n", whole(elapsed)));
    }
}

/// How many of those that took longest are named.
const LONGEST: usize = 8;
