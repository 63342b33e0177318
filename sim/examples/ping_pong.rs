//! The smallest system: one actor serves, the other returns, and the network
//! between them loses every fifth message.
//!
//! Start here to see all that a user of the kernel writes: a message, a system
//! of two actors, and the run that puts them into a world.
//!
//! `cargo run --package pennywise-sim --example ping_pong`

use std::time::Duration;

use sim::{
    Delivery, Domain, Draws, Ending, Kind, Limits, Message, Network, Out, Quantiles, Rate, Role,
    Run, Seed, Subject, System, VirtualTime, World,
};

/// A part that an actor plays is a small number, the same in every plan.
const SERVER: Role = Role(0);
const RETURNER: Role = Role(1);

const RALLY: u32 = 5;

/// What crosses the net. The kernel sees the kind, the subject and the hash of
/// a message, and draws its fate from the first two: so a ping that is lost is
/// lost in every run of its seed.
#[derive(Clone, Debug, Hash)]
enum Ball {
    Ping(u32),
    Pong(u32),
}

impl Message for Ball {
    fn kind(&self) -> Kind {
        match self {
            Self::Ping(_) => Kind(1),
            Self::Pong(_) => Kind(2),
        }
    }

    fn subject(&self) -> Subject {
        let (Self::Ping(number) | Self::Pong(number)) = self;
        Subject(u64::from(*number))
    }
}

/// Volatile state: gone after a crash, except for what the journal brings back.
enum Player {
    Server { ball: u32 },
    Returner,
}

/// The rules, which never change during a run.
#[derive(Clone, Debug)]
struct PingPong;

impl System for PingPong {
    type Actor = Player;
    type Message = Ball;
    /// "Ball so-and-so should be back by now."
    type Timer = u32;
    /// The server's journal holds each ball that came back.
    type Record = u32;
    /// Nobody states facts here.
    type Fact = ();

    /// A handler gets the state and an [`Out`]; it returns nothing and does
    /// nothing by itself. What it pushes happens afterwards, in order, and a
    /// crash can fall between any two of those effects.
    fn boot(&self, role: Role, journal: &[u32], out: &mut Out<Self>) -> Player {
        if role == RETURNER {
            return Player::Returner;
        }
        let ball = journal.last().map_or(1, |last| last + 1);
        // The world may not call itself at rest before the rally is over: if
        // nothing is left that could end it, that is a lost wake-up.
        out.oblige(1);
        serve(ball, out);
        Player::Server { ball }
    }

    fn on_message(&self, player: &mut Player, delivery: Delivery<Ball>, out: &mut Out<Self>) {
        match (player, delivery.message) {
            (Player::Returner, Ball::Ping(number)) => out.send(SERVER, Ball::Pong(number)),
            // A copy of an old pong is no news.
            (Player::Server { ball }, Ball::Pong(number)) if *ball == number => {
                out.append(number);
                out.sync();
                *ball += 1;
                serve(*ball, out);
            }
            _ => {}
        }
    }

    fn on_timer(&self, player: &mut Player, number: u32, out: &mut Out<Self>) {
        if let Player::Server { ball } = player
            && *ball == number
        {
            serve(number, out);
        }
    }

    fn name(&self, role: Role) -> String {
        let name = match role {
            SERVER => "server",
            RETURNER => "returner",
            // What happens to nobody in particular, such as healing.
            _ => "world",
        };
        name.to_owned()
    }
}

fn serve(ball: u32, out: &mut Out<PingPong>) {
    if ball > RALLY {
        out.discharge(1);
        return;
    }
    out.send(RETURNER, Ball::Ping(ball));
    out.set_timer(Duration::from_millis(100), ball);
}

fn main() {
    let latency = Quantiles::uniform(Duration::from_millis(5), Duration::from_millis(30));
    let mut network = Network::new(vec![latency], Vec::new(), Duration::from_secs(1));
    network.weather.loss = Rate::per_million(200_000);
    let run = Run {
        draws: draws(),
        roles: vec![SERVER, RETURNER],
        network,
        // Planned misfortune would go here: crashes, partitions, drops.
        faults: &[],
        heal_at: VirtualTime::ZERO.after(Duration::from_secs(2)),
        limits: Limits {
            events_max: 1_000,
            horizon: VirtualTime::ZERO.after(Duration::from_secs(60)),
        },
    };
    let mut world = World::new(&PingPong, run).recorded();
    // An observer would go here; `()` watches nothing.
    let ending = world.run(&mut ());

    for event in world.trace().into_iter().flat_map(|trace| &trace.events) {
        println!("{} {} {}", event.at, PingPong.name(event.role), event.what);
    }
    println!("{ending:?} after {} events, digest {}", world.events(), world.digest());
    assert_eq!(ending, Ending::Rest);
    assert_eq!(world.journal(SERVER), Some(&[1, 2, 3, 4, 5][..]));
}

/// All chance of a run comes from one seed, in named domains.
fn draws() -> Draws {
    const NETWORK: Domain = Domain(1);
    Seed(42).draws(NETWORK)
}

#[cfg(test)]
#[test]
fn the_rally_is_played_to_its_end() {
    main();
}
