//! Why a command can't do what it was asked for.

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, ThemeCharacters, ThemeStyles};
use scenarios::load::LoadError;
use scenarios::repro::ReproError;

use crate::exit_code::Exit;
use crate::screen::Screen;

/// What went wrong, and with whom.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line makes no sense; or it asks for help, which is no
    /// failure at all.
    Usage(clap::Error),
    /// What was asked for can't be, in a sentence that says what could.
    BadInput(String),
    /// A scenario can't be had.
    Scenario(LoadError),
    /// A repro can't be had.
    Repro(ReproError),
    /// The results can't be written.
    Output(std::io::Error),
    /// What should be put together is not all there, in a sentence that says what is missing.
    Incomplete(String),
    /// The same came to something else.
    NotDeterministic(String),
    /// Something else that is no fault of the user's.
    Harness(String),
}

impl Failure {
    /// Tells it, and how the command ends for it.
    pub(crate) fn tell(self, screen: &mut Screen<'_>) -> Exit {
        match self {
            Self::Usage(error) if error.use_stderr() => {
                screen.remark(&error.render().ansi().to_string());
                Exit::BadInput
            }
            Self::Usage(help) => match screen.print(&help.render().ansi().to_string()) {
                Ok(()) => Exit::Held,
                Err(failure) => failure.tell(screen),
            },
            Self::BadInput(sentence) => {
                screen.remark(&format!("{ERROR} {sentence}\n"));
                Exit::BadInput
            }
            Self::Scenario(error) => {
                screen.remark(&told(&error, "the scenario file is not valid"));
                Exit::BadInput
            }
            Self::Repro(error) => {
                screen.remark(&told(&error, "the repro file is not valid"));
                Exit::BadInput
            }
            Self::Output(error) => {
                screen.remark(&format!("{ERROR} the results can't be written: {error}\n"));
                Exit::Failed
            }
            Self::Incomplete(sentence) => {
                screen.remark(&format!("{ERROR} {sentence}\n"));
                Exit::Inconclusive
            }
            Self::NotDeterministic(sentence) => {
                screen.remark(&format!("{ERROR} {sentence}\n"));
                Exit::NotDeterministic
            }
            Self::Harness(what) => {
                screen.remark(&format!("{ERROR} {what}\n"));
                Exit::Failed
            }
        }
    }
}

impl Failure {
    /// The same within another sentence.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::Usage(error) => error.to_string(),
            Self::Scenario(error) => error.to_string(),
            Self::Repro(error) => error.to_string(),
            Self::Output(error) => error.to_string(),
            Self::BadInput(sentence)
            | Self::Incomplete(sentence)
            | Self::NotDeterministic(sentence)
            | Self::Harness(sentence) => sentence.clone(),
        }
    }
}

/// One sentence; and for what a file says, the place where it says so.
fn told(error: &dyn Diagnostic, invalid: &str) -> String {
    if error.source_code().is_none() {
        let help = error.help().map(|help| format!(": {help}")).unwrap_or_default();
        return format!("{ERROR} {error}{help}\n");
    }
    let theme =
        GraphicalTheme { characters: ThemeCharacters::unicode(), styles: ThemeStyles::ansi() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(100).with_links(false);
    let mut shown = format!("{ERROR} {invalid}\n");
    match handler.render_report(&mut shown, error) {
        Ok(()) => shown,
        Err(_) => format!("{ERROR} {error}\n"),
    }
}

const ERROR: &str = "\u{1b}[1m\u{1b}[31merror:\u{1b}[0m";
