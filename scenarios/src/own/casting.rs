//! Who suffers what in a world with an orchestrator of one's own: whatever befalls
//! one of the reference's parties that it stands for befalls it.

use sim::{Cue, Fault, Misfortune, Occasion, Role, Roles, Sight, Stretch, Trigger};

use crate::party::{self, EDGE, INGRESS};
use crate::plan::Plan;

impl Plan {
    /// This plan for an orchestrator of the user's own, which is edge, ingress and
    /// worker in one. What befalls the store or those who listen to it finds
    /// nobody, and is counted as never struck.
    #[must_use]
    pub(crate) fn recast(mut self) -> Self {
        for fault in &mut self.faults {
            *fault = recast(fault);
        }
        self
    }
}

fn recast(fault: &Fault) -> Fault {
    let misfortune = match fault.misfortune {
        Misfortune::Crash { role: r, point } => Misfortune::Crash { role: role(r), point },
        Misfortune::CrashLoop { role: r, point, times } => {
            Misfortune::CrashLoop { role: role(r), point, times }
        }
        Misfortune::CrashAll { roles: r } => Misfortune::CrashAll { roles: roles(r) },
        Misfortune::Deploy { role: r, release } => Misfortune::Deploy { role: role(r), release },
        Misfortune::Pause { roles: r } => Misfortune::Pause { roles: roles(r) },
        Misfortune::WallShift { role: r, ahead, by } => {
            Misfortune::WallShift { role: role(r), ahead, by }
        }
        Misfortune::Drift { role: r, ppm } => Misfortune::Drift { role: role(r), ppm },
        Misfortune::Partition { from, to, both_ways } => {
            Misfortune::Partition { from: roles(from), to: roles(to), both_ways }
        }
        Misfortune::Flap { links: l, period } => Misfortune::Flap { links: links(l), period },
        Misfortune::Brownout { links: l, load_percent, loss, good, bad } => {
            Misfortune::Brownout { links: links(l), load_percent, loss, good, bad }
        }
        Misfortune::Clog { links: l } => Misfortune::Clog { links: links(l) },
        other => other,
    };
    let trigger = match fault.trigger {
        Trigger::At(at) => Trigger::At(at),
        Trigger::OnSend(what) => Trigger::OnSend(occasion(what)),
        Trigger::OnDelivery(what) => Trigger::OnDelivery(occasion(what)),
        Trigger::OnFact(what) => Trigger::OnFact(sight(what)),
        Trigger::Later(Cue::Send(what), after) => Trigger::Later(Cue::Send(occasion(what)), after),
        Trigger::Later(Cue::Delivery(what), after) => {
            Trigger::Later(Cue::Delivery(occasion(what)), after)
        }
        Trigger::Later(Cue::Fact(what), after) => Trigger::Later(Cue::Fact(sight(what)), after),
    };
    Fault { trigger, misfortune, ..fault.clone() }
}

fn role(role: Role) -> Role {
    if role == INGRESS || party::worker_of(role).is_some() { EDGE } else { role }
}

fn roles(roles: Roles) -> Roles {
    roles.iter().map(role).collect()
}

fn links(links: Stretch) -> Stretch {
    Stretch { from: roles(links.from), to: roles(links.to), ..links }
}

fn occasion(occasion: Occasion) -> Occasion {
    Occasion { from: role(occasion.from), to: role(occasion.to), ..occasion }
}

fn sight(sight: Sight) -> Sight {
    Sight { role: role(sight.role), ..sight }
}
