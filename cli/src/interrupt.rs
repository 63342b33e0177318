//! Ctrl-C: the first asks for an end with what there is by then, the second
//! ends the process at once.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit_code::Exit;
use crate::failure::Failure;

/// Knows whether somebody pressed Ctrl-C since it was made.
#[derive(Clone, Copy)]
pub(crate) struct Interrupt(&'static AtomicBool);

/// The system tells a process, and no part of it: whoever watches shares this.
static CAME: AtomicBool = AtomicBool::new(false);
/// Whether the handler is in its place, or why it can't be.
static WATCHING: OnceLock<Result<(), String>> = OnceLock::new();

impl Interrupt {
    /// Watches from here on.
    ///
    /// # Errors
    /// If the system has no way to tell.
    pub(crate) fn watch() -> Result<Self, Failure> {
        let handler = || {
            if CAME.swap(true, Ordering::Relaxed) {
                std::process::exit(i32::from(Exit::Interrupted.code()));
            }
        };
        let watching =
            WATCHING.get_or_init(|| ctrlc::set_handler(handler).map_err(|error| error.to_string()));
        if let Err(error) = watching {
            return Err(Failure::Harness(format!("Ctrl-C can't be watched: {error}")));
        }
        CAME.store(false, Ordering::Relaxed);
        Ok(Self(&CAME))
    }

    /// Whether it came.
    pub(crate) fn came(self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
