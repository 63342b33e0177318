//! The `pennywise` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    pennywise::command_line::main()
}
