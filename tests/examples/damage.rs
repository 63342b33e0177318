//! Reads 100,000 damaged files, and runs each that is still read:
//! `cargo run --release -p pennywise-tests --example damage [FILES]`.

#[path = "../it/damage.rs"]
mod damage;

fn main() {
    let files = std::env::args().nth(1).and_then(|files| files.parse().ok()).unwrap_or(100_000);
    let [refused, read, run] = damage::fates(files, 1);
    println!("{files} damaged files: {refused} refused, {read} read, {run} read and run");
}
