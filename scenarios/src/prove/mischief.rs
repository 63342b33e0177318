//! One fault of a proof, and the world with it.

use std::time::Duration;

use model::{Customer, Merchant, Money, ProviderId, Teller, Tenant, Token};
use sim::{Fault, Misfortune, Trigger, VirtualTime};

use crate::plan::{
    Blow, Encounter, FileMishap, Mishap, Operation, Plan, ProviderTrouble, Purpose, Stroke, Trouble,
};

/// One fault, in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mischief {
    /// By the kernel.
    Fault(Trigger, Misfortune, Duration),
    /// By who is asked, or tells.
    Stroke(Encounter, Blow),
    /// By whose operation it is.
    Deed(Token, Deed),
    /// A whole provider is out from a moment on, for so long.
    Outage(ProviderId, VirtualTime, Duration),
    /// In the how-manieth settlement file of its writer.
    File(Teller, u32, Mishap),
    /// Somebody has less than is asked for.
    Shortage(Purse, Money),
}

/// What a customer or a shop does besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Clicks again, so long after.
    ClicksAgain(Duration),
    /// Cancels, so long after.
    Cancels(Duration),
    /// Makes the request again and again until the reply is final.
    Insists,
}

/// What operations draw on together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purse {
    /// What a merchant may process.
    Limit(Tenant, Merchant),
    /// What a customer has.
    Balance(Tenant, Customer),
}

impl Purse {
    /// What `operation` draws on, if others can draw on it, too.
    pub(super) fn of(operation: &Operation) -> Option<Self> {
        match &operation.purpose {
            Purpose::PayIn(_) => Some(Self::Limit(operation.tenant, operation.merchant)),
            Purpose::Payout(order) => Some(Self::Balance(operation.tenant, order.customer)),
            Purpose::Refund { .. } => None,
        }
    }
}

impl Mischief {
    /// The kind of fault, as reports name it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Fault(_, misfortune, _) => misfortune_name(misfortune),
            Self::Stroke(_, blow) => blow.name(),
            Self::Deed(_, Deed::ClicksAgain(_)) => "second-click",
            Self::Deed(_, Deed::Cancels(_)) => "cancellation",
            Self::Deed(_, Deed::Insists) => "insistence",
            Self::Outage(..) => "outage",
            Self::File(_, _, mishap) => mishap.name(),
            Self::Shortage(Purse::Limit(..), _) => "short-limit",
            Self::Shortage(Purse::Balance(..), _) => "short-balance",
        }
    }

    /// Whether the world of `plan` does not have it already, nor another where there is
    /// room for one.
    pub(super) fn is_new(&self, plan: &Plan) -> bool {
        let operation = |token: Token| plan.operation(token);
        match self {
            Self::Fault(..) | Self::Shortage(..) => true,
            Self::Stroke(on, _) => plan.strokes.on(on).is_empty(),
            Self::Deed(token, Deed::ClicksAgain(_)) => {
                operation(*token).is_some_and(|operation| operation.click_again_after.is_none())
            }
            Self::Deed(token, Deed::Cancels(_)) => {
                operation(*token).is_some_and(|operation| operation.cancel_after.is_none())
            }
            Self::Deed(token, Deed::Insists) => {
                operation(*token).is_some_and(|operation| !operation.insists)
            }
            Self::Outage(provider, at, _) => plan.trouble(*provider, *at).is_none(),
            Self::File(teller, file, _) => {
                let settlement = plan.settlement.as_ref();
                settlement.is_some_and(|plan| plan.mishaps(*teller, *file).next().is_none())
            }
        }
    }

    /// Whether it takes away what one message would have brought about, and nothing else that
    /// goes by the same way or that a journal has.
    pub(crate) fn cuts(&self) -> bool {
        match self {
            Self::Stroke(..) => true,
            Self::Fault(_, misfortune, _) => matches!(
                misfortune,
                Misfortune::Drop
                    | Misfortune::Delay
                    | Misfortune::Duplicate
                    | Misfortune::Crash { .. }
            ),
            Self::Deed(..) | Self::Outage(..) | Self::File(..) | Self::Shortage(..) => false,
        }
    }

    /// The world of `plan` with it, under the number `id`.
    pub(crate) fn put_into(&self, plan: &Plan, id: u32) -> Plan {
        let mut plan = plan.clone();
        match *self {
            Self::Fault(trigger, misfortune, dwell) => {
                plan.faults.push(Fault { id, trigger, misfortune, dwell });
            }
            Self::Stroke(on, blow) => plan.strokes.extend([Stroke { id, on, blow }]),
            Self::Deed(token, deed) => do_besides(&mut plan, token, deed),
            Self::Outage(provider, from, lasts) => {
                let (until, trouble) = (from.after(lasts), Trouble::Outage);
                plan.troubles.push(ProviderTrouble { id, provider, from, until, trouble });
            }
            Self::File(teller, file, what) => {
                if let Some(settlement) = plan.settlement.as_mut() {
                    settlement.mishaps.push(FileMishap { id, teller, file, what });
                }
            }
            Self::Shortage(purse, left) => run_short(&mut plan, purse, left),
        }
        plan
    }
}

fn do_besides(plan: &mut Plan, token: Token, deed: Deed) {
    let of_it = plan.operations.iter_mut().find(|operation| operation.token == token);
    let Some(operation) = of_it else { return };
    match deed {
        Deed::ClicksAgain(after) => operation.click_again_after = Some(after),
        Deed::Cancels(after) => operation.cancel_after = Some(after),
        Deed::Insists => operation.insists = true,
    }
}

fn run_short(plan: &mut Plan, purse: Purse, left: Money) {
    let limits = plan.limits.iter_mut();
    let limits = limits.map(|limit| (Purse::Limit(limit.tenant, limit.merchant), &mut limit.money));
    let balances = plan.balances.iter_mut();
    let balances = balances.map(|has| (Purse::Balance(has.tenant, has.customer), &mut has.money));
    for (of, money) in limits.chain(balances) {
        if of == purse && money.currency == left.currency {
            *money = left;
        }
    }
}

fn misfortune_name(misfortune: &Misfortune) -> &'static str {
    match misfortune {
        Misfortune::Drop => "drop",
        Misfortune::Delay => "delay",
        Misfortune::Duplicate => "duplicate",
        Misfortune::Pause { .. } => "pause",
        Misfortune::Partition { .. } => "partition",
        Misfortune::CrashAll { .. } => "crash-all",
        Misfortune::WallShift { .. } => "clock-jump",
        Misfortune::LyingSync { .. } => "lying-sync",
        Misfortune::FullDisk { .. } => "full-disk",
        Misfortune::TornTail { .. } => "torn-tail",
        Misfortune::Corruption { .. } => "corruption",
        Misfortune::OldGeneration { .. } => "old-generation",
        _ => "crash",
    }
}
