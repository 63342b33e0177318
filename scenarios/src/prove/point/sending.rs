//! What can befall at a sending: the message, its sender, the link, who is to get it.

use std::time::Duration;

use sim::{CrashPoint, Misfortune, Role, Roles, SendIdentity, Trigger, VirtualTime};

use super::super::Dwells;
use super::super::mischief::Mischief;
use super::numbered;
use crate::message::kinds;
use crate::party::{LEDGER, STORE, bank_of, client_of, provider_of, worker_of};

/// What can become of a sending that was not `lost`, of its sender right before and after
/// it, of its link from then on, and of the clock and the service that it goes to; at a
/// moment after which there is so much time left.
pub(super) fn befalls(
    (identity, lost): (&SendIdentity, bool),
    (at, left): (VirtualTime, Duration),
    dwells: &Dwells,
) -> Vec<(u16, Mischief)> {
    let (from, to) = (identity.from, identity.to);
    let trigger = Trigger::OnSend(identity.occasion());
    let fault = |misfortune, dwell| Some(Mischief::Fault(trigger, misfortune, dwell));
    let crash = |point| Misfortune::Crash { role: from, point };
    let cut = Misfortune::one_way_partition(from.into(), to.into());
    let is_long = left > dwells.long;
    let jump = Misfortune::WallShift { role: to, ahead: true, by: dwells.shift };
    let all = [
        fault(Misfortune::Drop, Duration::ZERO).filter(|_| !lost),
        fault(Misfortune::Delay, dwells.delay).filter(|_| !lost),
        fault(Misfortune::Duplicate, dwells.delay).filter(|_| !lost),
        fault(crash(CrashPoint::Instead), dwells.restart),
        fault(crash(CrashPoint::AtOnce), dwells.restart),
        fault(crash_both(from), dwells.restart).filter(|_| worker_of(from).is_some()),
        fault(Misfortune::Pause { roles: from.into() }, dwells.pause).filter(|_| is_in_house(from)),
        fault(cut, dwells.cut),
        fault(cut, dwells.long).filter(|_| is_long),
        fault(jump, dwells.cut).filter(|_| goes_by_a_clock(identity)),
        outage(to, at, dwells.cut),
        outage(to, at, dwells.long).filter(|_| is_long),
    ];
    numbered(0, all)
}

/// A worker and the store, as if they shared a machine.
fn crash_both(worker: Role) -> Misfortune {
    Misfortune::CrashAll { roles: [worker, STORE].into_iter().collect::<Roles>() }
}

/// Whether it is a party of the house.
fn is_in_house(role: Role) -> bool {
    provider_of(role).is_none() && bank_of(role).is_none() && client_of(role).is_none()
}

/// Whether it asks for what the wall clock of who gets it has a say in.
fn goes_by_a_clock(identity: &SendIdentity) -> bool {
    matches!((identity.to, identity.kind), (STORE, kinds::COMMIT) | (LEDGER, kinds::BOOK))
}

/// The provider that is asked is out, from now on.
fn outage(to: Role, at: VirtualTime, lasts: Duration) -> Option<Mischief> {
    Some(Mischief::Outage(provider_of(to)?, at, lasts))
}
