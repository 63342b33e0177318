//! Ping-saga: a payment as ten bare messages, the workload that kernels are
//! compared on.
//!
//! Customers pay one payment after another. The orchestrator takes each through
//! four requests and replies (reserve, authorize, settle, post) and tells the
//! customer that it is done. Links take 1–50 ms and lose 1 %; the orchestrator
//! repeats a request after 200 ms and the customer a payment after 1,000 ms.
//! Nothing else is at work, so what a run costs is what the kernel costs.

use std::time::Duration;

use sim::{
    Delivery, Domain, Kind, Limits, Message, Network, Out, Quantiles, Rate, Role, Run, Seed,
    Subject, System, VirtualTime,
};

/// How long the orchestrator waits for a reply before it asks again.
pub(crate) const RETRY: Duration = Duration::from_millis(200);
/// How long a customer waits for a payment before it asks again.
pub(crate) const PATIENCE: Duration = Duration::from_millis(1_000);
/// The shortest and the longest that a link takes, every span equally likely.
pub(crate) const LATENCY: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(50)];
/// How many in a million messages are lost.
pub(crate) const LOSS_PPM: u32 = 10_000;

/// So many customers with so many payments each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PingSaga {
    pub(crate) customers: u64,
    pub(crate) payments: u64,
}

impl PingSaga {
    /// What throughput is measured on: about 100,000 messages, 150,000 events
    /// and 150 entries in the queue.
    pub(crate) const BIG: Self = Self { customers: 20, payments: 500 };
    /// One of many short trials, as a campaign runs them: about 200 messages.
    pub(crate) const SMALL: Self = Self { customers: 4, payments: 5 };

    /// A run of it under `seed`, in a world that is disturbed until all
    /// payments are done.
    pub(crate) fn run(self, seed: u64) -> Run<'static> {
        let latency = Quantiles::uniform(LATENCY[0], LATENCY[1]);
        let mut network = Network::new(vec![latency], Vec::new(), Duration::from_secs(60));
        network.weather.loss = Rate::per_million(LOSS_PPM);
        let doors = u8::try_from(self.customers.min(DOORS)).expect("doors fit a role");
        Run {
            draws: Seed(seed).draws(Domain(1)),
            roles: (0..FIRST_DOOR + doors).map(Role).collect(),
            network,
            faults: &[],
            heal_at: VirtualTime::ZERO.after(Duration::from_secs(1_000_000)),
            limits: Limits { events_max: u64::MAX, horizon: VirtualTime::from_nanos(u64::MAX) },
        }
    }

    /// Whose payment this is: payments are numbered through all customers.
    fn customer(self, payment: u64) -> u64 {
        payment % self.customers
    }

    fn door(self, payment: u64) -> Role {
        Role(FIRST_DOOR + (self.customer(payment) % DOORS) as u8)
    }
}

/// What is asked of the services, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    Reserve,
    Authorize,
    Settle,
    Post,
}

impl Step {
    fn next(self) -> Option<Self> {
        match self {
            Self::Reserve => Some(Self::Authorize),
            Self::Authorize => Some(Self::Settle),
            Self::Settle => Some(Self::Post),
            Self::Post => None,
        }
    }

    fn service(self) -> Role {
        match self {
            Self::Reserve | Self::Post => LEDGER,
            Self::Authorize => PROVIDER,
            Self::Settle => RAIL,
        }
    }
}

/// Each is about the payment with this number.
#[derive(Clone, Debug, Hash)]
pub(crate) enum Say {
    Pay(u64),
    Ask(Step, u64),
    Answer(Step, u64),
    Done(u64),
}

impl Message for Say {
    fn kind(&self) -> Kind {
        match self {
            Self::Pay(_) => Kind(0),
            Self::Ask(step, _) => Kind(1 + *step as u16),
            Self::Answer(step, _) => Kind(5 + *step as u16),
            Self::Done(_) => Kind(9),
        }
    }

    fn subject(&self) -> Subject {
        let (Self::Pay(payment)
        | Self::Ask(_, payment)
        | Self::Answer(_, payment)
        | Self::Done(payment)) = self;
        Subject(*payment)
    }
}

#[derive(Clone, Copy, Debug, Hash)]
pub(crate) enum Reminder {
    /// The customer should have heard that this payment is done.
    Pay(u64),
    /// The reply to this request should have come.
    Ask(Step, u64),
}

#[derive(Clone, Debug)]
pub(crate) enum Party {
    /// The payment that each customer has open, and how far it is: `None` once
    /// it is done. Before the first there is none.
    Orchestrator(Vec<Option<(u64, Option<Step>)>>),
    Service,
    /// Where customers come in: the payment that each waits for. A world has
    /// fewer roles than ping-saga may have customers, so many share a door.
    Door(Vec<u64>),
}

impl System for PingSaga {
    type Actor = Party;
    type Message = Say;
    type Timer = Reminder;
    type Record = ();
    type Fact = ();

    fn boot(&self, role: Role, _: &[()], out: &mut Out<Self>) -> Party {
        match role {
            ORCHESTRATOR => Party::Orchestrator(vec![None; self.customers as usize]),
            LEDGER | PROVIDER | RAIL => Party::Service,
            door => {
                let first = u64::from(door.0 - FIRST_DOOR);
                let waiting: Vec<u64> = (first..self.customers).step_by(DOORS as usize).collect();
                waiting.iter().for_each(|payment| pay(*payment, out));
                Party::Door(waiting)
            }
        }
    }

    fn on_message(&self, party: &mut Party, delivery: Delivery<Say>, out: &mut Out<Self>) {
        match (party, delivery.message) {
            (Party::Orchestrator(open), Say::Pay(payment)) => {
                let at = &mut open[self.customer(payment) as usize];
                match at {
                    Some((newest, _)) if *newest > payment => {}
                    Some((newest, None)) if *newest == payment => {
                        out.send(self.door(payment), Say::Done(payment));
                    }
                    Some((newest, Some(_))) if *newest == payment => {}
                    _ => {
                        *at = Some((payment, Some(Step::Reserve)));
                        ask(Step::Reserve, payment, out);
                    }
                }
            }
            (Party::Orchestrator(open), Say::Answer(step, payment)) => {
                let at = &mut open[self.customer(payment) as usize];
                if *at != Some((payment, Some(step))) {
                    return;
                }
                *at = Some((payment, step.next()));
                match step.next() {
                    Some(next) => ask(next, payment, out),
                    None => out.send(self.door(payment), Say::Done(payment)),
                }
            }
            (Party::Service, Say::Ask(step, payment)) => {
                out.send(ORCHESTRATOR, Say::Answer(step, payment));
            }
            (Party::Door(waiting), Say::Done(payment)) => {
                let next = payment + self.customers;
                let awaited = &mut waiting[(self.customer(payment) / DOORS) as usize];
                if *awaited == payment {
                    *awaited = next;
                    if next < self.customers * self.payments {
                        pay(next, out);
                    }
                }
            }
            _ => {}
        }
    }

    fn on_timer(&self, party: &mut Party, reminder: Reminder, out: &mut Out<Self>) {
        match (party, reminder) {
            (Party::Door(waiting), Reminder::Pay(payment))
                if waiting[(self.customer(payment) / DOORS) as usize] == payment =>
            {
                pay(payment, out);
            }
            (Party::Orchestrator(open), Reminder::Ask(step, payment))
                if open[self.customer(payment) as usize] == Some((payment, Some(step))) =>
            {
                ask(step, payment, out);
            }
            _ => {}
        }
    }
}

fn pay(payment: u64, out: &mut Out<PingSaga>) {
    out.send(ORCHESTRATOR, Say::Pay(payment));
    out.set_timer(PATIENCE, Reminder::Pay(payment));
}

fn ask(step: Step, payment: u64, out: &mut Out<PingSaga>) {
    out.send(step.service(), Say::Ask(step, payment));
    out.set_timer(RETRY, Reminder::Ask(step, payment));
}

const ORCHESTRATOR: Role = Role(0);
const LEDGER: Role = Role(1);
const PROVIDER: Role = Role(2);
const RAIL: Role = Role(3);
const FIRST_DOOR: u8 = 4;
const DOORS: u64 = 100;
