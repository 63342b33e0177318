//! Ping-saga on pennywise's kernel and on its peers, in one run.
//!
//! `cargo run --release` in this directory prints messages per second of one
//! long run, trials per second of short ones, and the ratios.

mod on_madsim;
mod on_madsim_rpc;
mod on_pennywise;
mod on_turmoil;
#[path = "../../../sim/benches/ping_saga.rs"]
mod ping_saga;
mod saga;
#[path = "../../../sim/benches/stopwatch.rs"]
mod stopwatch;

use ping_saga::PingSaga;
use stopwatch::{hundredths, median, picos_each};

/// One simulator, and how much of the workload it is given: enough to measure,
/// not so much that the slow ones take all day.
struct Contender {
    name: &'static str,
    run: fn(PingSaga, u64) -> u64,
    trials: u64,
}

const CONTENDERS: [Contender; 4] = [
    Contender { name: "pennywise", run: on_pennywise::run, trials: 20_000 },
    Contender { name: "madsim, calls", run: on_madsim_rpc::run, trials: 500 },
    Contender { name: "madsim, bare", run: on_madsim::run, trials: 500 },
    Contender { name: "turmoil", run: on_turmoil::run, trials: 20 },
];

const ROUNDS: u64 = 3;

/// Picoseconds per message of a long run, and per short run.
struct Figures {
    message: Vec<u64>,
    trial: Vec<u64>,
}

fn main() {
    let mut all = CONTENDERS.map(|_| Figures { message: Vec::new(), trial: Vec::new() });
    // By turns, so that whatever else the machine does hits all of them.
    for round in 0..ROUNDS {
        for (contender, figures) in CONTENDERS.iter().zip(&mut all) {
            eprintln!("round {} of {ROUNDS}: {}", round + 1, contender.name);
            figures.message.push(contender.picos_a_message(round));
            figures.trial.push(contender.picos_a_trial(round));
        }
    }
    print_table(all.map(|figures| [median(figures.message), median(figures.trial)]));
}

impl Contender {
    fn picos_a_message(&self, seed: u64) -> u64 {
        let mut messages = 0;
        picos_each(1, || messages = (self.run)(PingSaga::BIG, seed)) / messages
    }

    fn picos_a_trial(&self, round: u64) -> u64 {
        let seeds = round * self.trials..(round + 1) * self.trials;
        picos_each(self.trials, || {
            for seed in seeds {
                (self.run)(PingSaga::SMALL, seed);
            }
        })
    }
}

fn print_table(medians: [[u64; 2]; 4]) {
    let ours = medians[0];
    println!("Ping-saga on one core, medians of {ROUNDS} rounds by turns.\n");
    println!(
        "{:<14}{:>15}{:>8}{:>18}{:>8}",
        "", "big: messages/s", "ratio", "small: trials/s", "ratio"
    );
    for (contender, median) in CONTENDERS.iter().zip(medians) {
        let [messages, trials] = median.map(|picos| hundredths(PICOS_A_SECOND, picos));
        let [big, small] = [0, 1].map(|column| hundredths(median[column], ours[column]));
        println!("{:<14}{messages:>15}{big:>8}{trials:>18}{small:>8}", contender.name);
    }
    println!("\n{NOTES}");
}

const PICOS_A_SECOND: u64 = 1_000_000_000_000;

const NOTES: &str = "\
Ratio: how many times as long as pennywise it takes.
What differs, in fairness: madsim and turmoil run real async code, tasks and
sockets and a task per payment, where pennywise runs sans-IO state machines that
keep a digest of every event; that is what the difference buys and costs.
madsim also delays each socket operation at random, and schedules at random. Its
calls are how its documentation has hosts talk; bare datagrams are what they
are made of, and the least that a program on it can use.
turmoil goes in ticks of 1 ms, whoever has something to do; its latencies are
exponential with the mean of our uniform ones; and a link that fails also loses
what is under way on it, so that it sends a few messages more.";
