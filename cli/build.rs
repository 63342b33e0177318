//! Hands the target triple to the command, whose `doctor` names it.

#[expect(clippy::disallowed_methods, reason = "how cargo talks to a build script")]
fn main() {
    let target = std::env::var("TARGET").unwrap_or_else(|_| "an unknown target".to_owned());
    println!("cargo::rustc-env=PENNYWISE_TARGET={target}");
    println!("cargo::rerun-if-changed=build.rs");
}
