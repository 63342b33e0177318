//! Ctrl-C: the first asks for an end with what there is by then, the second
//! ends the process at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit_code::Exit;
use crate::failure::Failure;

/// Knows whether somebody pressed Ctrl-C.
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Watches from here on.
    ///
    /// # Errors
    /// If the system has no way to tell.
    pub(crate) fn watch() -> Result<Self, Failure> {
        let came = Arc::new(AtomicBool::new(false));
        let heard = came.clone();
        let handler = move || {
            if heard.swap(true, Ordering::Relaxed) {
                std::process::exit(i32::from(Exit::Interrupted.code()));
            }
        };
        let watching = ctrlc::set_handler(handler);
        watching.map_err(|error| Failure::Harness(format!("Ctrl-C can't be watched: {error}")))?;
        Ok(Self(came))
    }

    /// Whether it came.
    pub(crate) fn came(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
