//! Where the command writes: results to stdout, all else to stderr.

use std::io::{ErrorKind, Write};

use anstream::adapter::strip_str;
use anstyle::{AnsiColor, Style};

use crate::failure::Failure;

/// The two streams, and what they can show.
pub(crate) struct Screen<'w> {
    stdout: &'w mut dyn Write,
    stderr: &'w mut dyn Write,
    shows: Shows,
    /// Whoever read stdout is gone.
    deaf: bool,
}

/// What the streams can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    /// Bare words.
    Words,
    /// Styles, which the streams themselves take away where they don't belong.
    Styles {
        /// Whether a bar on stderr would be seen moving.
        bar: bool,
    },
}

/// How a headline looks where styles show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// All is well.
    Good,
    /// Something is wrong.
    Bad,
    /// Nobody knows.
    Unsure,
    /// A heading.
    Plain,
}

impl<'w> Screen<'w> {
    pub(crate) fn new(stdout: &'w mut dyn Write, stderr: &'w mut dyn Write, shows: Shows) -> Self {
        Self { stdout, stderr, shows, deaf: false }
    }

    /// Whether a bar on stderr would be seen moving.
    pub(crate) fn shows_bar(&self) -> bool {
        self.shows == Shows::Styles { bar: true }
    }

    /// Writes a result. Nothing is written any more, and nothing fails, once
    /// the reader has gone: the exit code still tells.
    ///
    /// # Errors
    /// If stdout can't be written for any other reason.
    pub(crate) fn print(&mut self, text: &str) -> Result<(), Failure> {
        let text = self.shown(text);
        self.pass(text.as_bytes())
    }

    /// Writes a result that is no text, or as it is. Whoever reads may stop reading.
    ///
    /// # Errors
    /// If stdout can't be written for any other reason.
    pub(crate) fn pass(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if self.deaf {
            return Ok(());
        }
        let written = self.stdout.write_all(bytes).and_then(|()| self.stdout.flush());
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.deaf = true;
                Ok(())
            }
            written => written.map_err(Failure::Output),
        }
    }

    /// Writes a result whose first line is its headline.
    ///
    /// # Errors
    /// If stdout can't be written.
    pub(crate) fn headline(&mut self, mood: Mood, text: &str) -> Result<(), Failure> {
        let (head, rest) = text.split_once('\n').unwrap_or((text, ""));
        let style = mood.style();
        self.print(&format!("{style}{head}{style:#}\n{rest}"))
    }

    /// Writes what is no result. That it can't be written is no reason to stop.
    pub(crate) fn remark(&mut self, text: &str) {
        let text = self.shown(text);
        let _ = self.stderr.write_all(text.as_bytes()).and_then(|()| self.stderr.flush());
    }

    fn shown(&self, text: &str) -> String {
        match self.shows {
            Shows::Words => strip_str(text).to_string(),
            Shows::Styles { .. } => text.to_owned(),
        }
    }
}

impl Mood {
    fn style(self) -> Style {
        let color = |color: AnsiColor| color.on_default().bold();
        match self {
            Self::Good => color(AnsiColor::Green),
            Self::Bad => color(AnsiColor::Red),
            Self::Unsure => color(AnsiColor::Yellow),
            Self::Plain => Style::new().bold(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, Result};

    use super::*;

    struct Broken(ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> Result<usize> {
            Err(Error::from(self.0))
        }

        fn flush(&mut self) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_who_has_gone_is_no_failure() {
        let (mut gone, mut stderr) = (Broken(ErrorKind::BrokenPipe), Vec::new());
        let mut screen = Screen::new(&mut gone, &mut stderr, Shows::Words);
        assert!(screen.print("a").is_ok() && screen.print("b").is_ok());
    }

    #[test]
    fn a_full_disk_is_a_failure() {
        let (mut full, mut stderr) = (Broken(ErrorKind::StorageFull), Vec::new());
        let mut screen = Screen::new(&mut full, &mut stderr, Shows::Words);
        assert!(matches!(screen.print("a"), Err(Failure::Output(_))));
    }

    #[test]
    fn styles_show_only_where_they_can() {
        for (shows, colored) in [(Shows::Words, false), (Shows::Styles { bar: false }, true)] {
            let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
            Screen::new(&mut stdout, &mut stderr, shows)
                .headline(Mood::Good, "held\nrest\n")
                .unwrap();
            assert_eq!(stdout.contains(&0x1b), colored);
            assert!(stdout.ends_with(b"\nrest\n"));
        }
    }
}
