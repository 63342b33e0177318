//! What can befall whoever gets a message.

use sim::{CrashPoint, Misfortune, SendIdentity, Trigger};

use super::super::Dwells;
use super::super::mischief::Mischief;
use super::numbered;

/// The crashes that can come before a delivery is handled, and between what its handler
/// appends, if it `writes`, and the sync of that; and that there is no room for it.
pub(super) fn befalls(
    identity: &SendIdentity,
    writes: bool,
    dwells: &Dwells,
) -> Vec<(u16, Mischief)> {
    let trigger = Trigger::OnDelivery(identity.occasion());
    let role = identity.to;
    let fault = |misfortune, dwell| Some(Mischief::Fault(trigger, misfortune, dwell));
    let crash = |point| fault(Misfortune::Crash { role, point }, dwells.restart);
    let full = Misfortune::FullDisk { role, restart: dwells.restart };
    let all = [
        crash(CrashPoint::AtOnce),
        crash(CrashPoint::AfterAppend(1)).filter(|_| writes),
        fault(full, dwells.full).filter(|_| writes),
    ];
    numbered(0, all)
}
