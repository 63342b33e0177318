//! Hands the target triple to the command, whose `doctor` names it.

#[expect(clippy::disallowed_methods, reason = "how cargo talks to a build script")]
fn main() {
    let target = std::env::var("TARGET").unwrap_or_else(|_| "an unknown target".to_owned());
    // Not named like our variables: cargo sets it for `cargo run` as well, and the
    // command warns of those that it does not know.
    println!("cargo::rustc-env=TARGET_TRIPLE={target}");
    println!("cargo::rerun-if-changed=build.rs");
}
