//! The `pennywise` command, built for the tests.

use std::process::ExitCode;

fn main() -> ExitCode {
    pennywise::command_line::main()
}
