//! `pennywise completions` and `pennywise man`: what shells and `man` know of the command,
//! made from the words that it is parsed by.

use clap::CommandFactory;
use clap_mangen::Man;

use crate::arguments::{CommandLine, CompletionsArguments, ManArguments};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::screen::Screen;

/// Prints the completions for a shell.
pub(crate) fn completions(
    arguments: CompletionsArguments,
    screen: &mut Screen<'_>,
) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    let mut command = CommandLine::command();
    clap_complete::generate(arguments.shell, &mut command, NAME, &mut script);
    print(&script, screen)
}

/// Prints the manual page of the command, or of one of its subcommands.
pub(crate) fn man(arguments: ManArguments, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let mut command = CommandLine::command();
    command.build();
    let command = match arguments.command {
        None => command,
        Some(name) => {
            let known = command.find_subcommand(&name).filter(|known| !known.is_hide_set());
            let missing = || {
                let sentence =
                    format!("there is no command `{name}`: `pennywise --help` lists them");
                Failure::BadInput(sentence)
            };
            known.cloned().ok_or_else(missing)?
        }
    };
    let mut page = Vec::new();
    let rendered = Man::new(command).render(&mut page);
    rendered.map_err(Failure::Output)?;
    print(&page, screen)
}

fn print(bytes: &[u8], screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let text = str::from_utf8(bytes).map_err(|error| Failure::Harness(error.to_string()))?;
    screen.print(text)?;
    Ok(Exit::Held)
}

const NAME: &str = "pennywise";
