//! Faults that are aimed: at what each operation can't take back, at its leases, and at
//! what is appended and not synced.

use std::time::Duration;

use model::{ProviderId, Token};
use sim::{CrashPoint, Fault, Kind, Misfortune, Occasion, Role, Roles, Subject, Trigger};

use super::Drawer;
use super::crashes::fault;
use crate::bounds::{COPY_AGE_MAX, LATE_EFFECT_MAX, LEASE, PAUSE_MAX};
use crate::message::kinds;
use crate::party::{EDGE, LEDGER, STORE, provider_role};
use crate::plan::{Blow, Encounter, Operation, Plan, Stroke};

/// What an operation asks for outside of the house, and who answers.
#[derive(Clone, Copy)]
struct Target {
    token: Token,
    worker: Role,
    asked: Role,
    request: Kind,
    reply: Kind,
}

impl Drawer<'_> {
    /// Aims at two of three operations of `plan`, one fault each.
    pub(super) fn aim(&mut self, plan: &mut Plan) {
        let mut id = IDS;
        for operation in self.operations {
            if self.stream.draw().below(3) == 0 {
                continue;
            }
            let target = self.target(operation);
            match self.stream.draw().below(10) {
                0..3 => {
                    let strokes = self.strokes(target, &mut id);
                    plan.strokes.extend(strokes);
                }
                _ => {
                    let mut aimed = self.aimed(target);
                    aimed.id = id;
                    id += 1;
                    plan.faults.push(aimed);
                }
            }
        }
    }

    fn target(&mut self, operation: &Operation) -> Target {
        let (token, worker) = (operation.token, self.worker());
        if operation.purpose.is_payout() {
            let (request, reply) = (kinds::SEND, kinds::REMITTED);
            return Target { token, worker, asked: self.bank_party(), request, reply };
        }
        let request = match operation.purpose.refunds() {
            Some(_) => kinds::REFUND,
            None => {
                let requests = [kinds::AUTHORIZE, kinds::CAPTURE, kinds::CAPTURE, kinds::VOID];
                requests[self.stream.draw().below(4) as usize]
            }
        };
        let (asked, reply) = (self.provider_party(), kinds::PROVIDED);
        Target { token, worker, asked, request, reply }
    }

    /// What befalls the request, whichever provider or bank gets it.
    fn strokes(&mut self, target: Target, id: &mut u32) -> Vec<Stroke> {
        let late = self.stream.span(Duration::from_secs(1), LATE_EFFECT_MAX);
        let blow = match target.request {
            kinds::SEND => [Blow::NoAnswer, Blow::AnsweredLate(late, true), Blow::Deemed(true)]
                [self.stream.draw().below(3) as usize],
            _ => [
                Blow::ErrorAfter,
                Blow::ErrorBefore,
                Blow::ReplyDropped,
                Blow::RequestDropped,
                Blow::LateEffect(late),
                Blow::Throttled,
            ][self.stream.draw().below(6) as usize],
        };
        let Target { token, request, .. } = target;
        let ordinal = self.ordinal();
        let parties: Vec<Role> = match request {
            kinds::SEND => vec![target.asked],
            _ => (0..self.providers).map(|n| provider_role(ProviderId(n as u8))).collect(),
        };
        let on = parties.into_iter().map(|party| Encounter { party, request, token, ordinal });
        let strokes = on.map(|on| {
            *id += 1;
            Stroke { id: *id - 1, on, blow }
        });
        strokes.collect()
    }

    /// A fault of the kernel around the request.
    fn aimed(&mut self, target: Target) -> Fault {
        let Target { token, worker, asked, request, reply } = target;
        let occasion = |from, to, kind, ordinal| Occasion {
            from,
            to,
            kind,
            subject: Subject(token.0),
            ordinal,
        };
        let sent = occasion(worker, asked, request, self.ordinal());
        let down = self.stream.span(Duration::from_millis(100), LEASE * 2);
        let late = self.stream.span(Duration::from_millis(10), COPY_AGE_MAX);
        match self.stream.draw().below(8) {
            0 => {
                let instead = self.stream.draw().below(2) == 0;
                let point = if instead { CrashPoint::Instead } else { CrashPoint::AtOnce };
                fault(Trigger::OnSend(sent), Misfortune::Crash { role: worker, point }, down)
            }
            1 => {
                let answered = occasion(asked, worker, reply, self.ordinal());
                fault(Trigger::OnSend(answered), Misfortune::Drop, Duration::ZERO)
            }
            2 | 3 => {
                let role = [STORE, STORE, LEDGER, worker, asked, EDGE];
                let role = role[self.stream.draw().below(6) as usize];
                let points = [CrashPoint::AfterAppend(1), CrashPoint::BeforeSync(1)];
                let point = points[self.stream.draw().below(2) as usize];
                let arrival = Occasion { subject: Subject(token.0), ..self.arrival(role) };
                fault(Trigger::OnDelivery(arrival), Misfortune::Crash { role, point }, down)
            }
            4 => {
                let lasts = self.stream.span(LEASE / 8, PAUSE_MAX);
                fault(Trigger::OnSend(sent), Misfortune::Pause { roles: worker.into() }, lasts)
            }
            5 => {
                let both = (worker.into(), Roles::from(STORE));
                let turned = self.stream.draw().below(2) == 0;
                let (from, to) = if turned { (both.1, both.0) } else { both };
                fault(Trigger::OnSend(sent), Misfortune::one_way_partition(from, to), down)
            }
            6 => fault(Trigger::OnSend(sent), Misfortune::Delay, late),
            _ => fault(Trigger::OnSend(sent), Misfortune::Duplicate, late),
        }
    }

    /// Mostly the first of its kind.
    fn ordinal(&mut self) -> u32 {
        [1, 1, 1, 2][self.stream.draw().below(4) as usize]
    }
}

/// Faults that are aimed are numbered from here on, those that are drawn from 1.
pub(super) const IDS: u32 = 5_001;
