//! The `pennywise` command.

use std::process::ExitCode;

/// Threads that run trials side by side do not wait for each other's memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    pennywise::command_line::main()
}
