//! The narration of a replay: every event on stderr, for whoever asked.

use std::io::{self, Write};
use std::sync::mpsc::{self, Sender};

use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;

use crate::screen::Screen;

/// What `replay` comes to; what it tells of itself meanwhile goes to stderr.
/// Nobody listens outside of this call.
pub(crate) fn narrated<T>(screen: &mut Screen<'_>, replay: impl FnOnce() -> T) -> T {
    let (sender, told) = mpsc::channel();
    let layer = fmt::layer()
        .with_writer(move || Scribe(sender.clone()))
        .without_time()
        .with_level(false)
        .with_target(false)
        .with_ansi(false);
    let subscriber = tracing_subscriber::registry().with(layer);
    let outcome = tracing::subscriber::with_default(subscriber, replay);
    for line in told.try_iter() {
        screen.remark(&String::from_utf8_lossy(&line));
    }
    outcome
}

/// Hands on what is written: a subscriber may outlive the streams of a screen.
struct Scribe(Sender<Vec<u8>>);

impl Write for Scribe {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.send(line.to_vec()).map_err(io::Error::other)?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::Shows;

    #[test]
    fn only_what_is_told_during_the_call_is_narrated() {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let mut screen = Screen::new(&mut stdout, &mut stderr, Shows::Words);
        tracing::info!("before");
        narrated(&mut screen, || tracing::info!("meanwhile"));
        tracing::info!("after");
        assert_eq!(stderr, b"meanwhile\n");
    }
}
