//! Ctrl-C, and the end that a system asks for: the first asks for an end with what there is by
//! then, the second ends the process at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use crate::exit_code::Exit;
use crate::failure::Failure;

/// Knows whether somebody asked for an end since it was made.
#[derive(Clone, Copy)]
pub(crate) struct Interrupt(&'static Asked);

/// Who asked for an end.
struct Asked {
    /// Somebody, with Ctrl-C.
    user: AtomicBool,
    /// The system, as batch engines do before they kill.
    system: Arc<AtomicBool>,
    /// Whether the handlers are in their places, or why they can't be.
    watching: Result<(), String>,
}

/// The system tells a process, and no part of it: whoever watches shares this.
static ASKED: LazyLock<Asked> = LazyLock::new(|| {
    let system = Arc::default();
    let watching = watch_user().and_then(|()| watch_system(&system));
    Asked { user: AtomicBool::new(false), system, watching }
});

impl Interrupt {
    /// Watches from here on.
    ///
    /// # Errors
    /// If the system has no way to tell.
    pub(crate) fn watch() -> Result<Self, Failure> {
        let asked = &*ASKED;
        if let Err(error) = &asked.watching {
            return Err(Failure::Harness(format!("Ctrl-C can't be watched: {error}")));
        }
        asked.user.store(false, Ordering::Relaxed);
        asked.system.store(false, Ordering::Relaxed);
        Ok(Self(asked))
    }

    /// Whether it came.
    pub(crate) fn came(self) -> bool {
        self.exit() != Exit::Held
    }

    /// How a command ends for it that held otherwise.
    pub(crate) fn exit(self) -> Exit {
        if self.0.user.load(Ordering::Relaxed) {
            Exit::Interrupted
        } else if self.0.system.load(Ordering::Relaxed) {
            Exit::Terminated
        } else {
            Exit::Held
        }
    }
}

fn watch_user() -> Result<(), String> {
    let handler = || {
        if ASKED.user.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
    };
    ctrlc::set_handler(handler).map_err(|error| error.to_string())
}

#[cfg(unix)]
fn watch_system(system: &Arc<AtomicBool>) -> Result<(), String> {
    use signal_hook::consts::SIGTERM;
    use signal_hook::flag;

    let status = i32::from(Exit::Terminated.code());
    // In the order in which they are asked: the second signal finds the flag of the first.
    flag::register_conditional_shutdown(SIGTERM, status, Arc::clone(system))
        .and_then(|_| flag::register(SIGTERM, Arc::clone(system)))
        .map(drop)
        .map_err(|error| error.to_string())
}

#[cfg(not(unix))]
fn watch_system(_: &Arc<AtomicBool>) -> Result<(), String> {
    Ok(())
}
