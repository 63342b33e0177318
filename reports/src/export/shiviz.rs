//! A recorded trial as a ShiViz log: two lines an event, the first with its host and
//! vector clock, the second with what happened. ShiViz reads it with its default
//! expression, `(?<host>\S*) (?<clock>{.*})\n(?<event>.*)`.

use std::collections::BTreeMap;

use crate::recording::{Deed, Recording, Sending};

/// The log.
pub fn render(recording: &Recording) -> String {
    let mut clocks = vec![BTreeMap::<usize, u64>::new(); recording.parties.len()];
    let mut sent = BTreeMap::<usize, BTreeMap<usize, u64>>::new();
    let mut text = String::new();
    for (_, moment) in moments(recording) {
        let (lane, says) = match moment {
            Moment::Sent(_, it) => (it.from, format!("{}: {}", it.kind, it.says)),
            Moment::Heard(_, it) => (it.to, format!("receives {}", it.kind)),
            Moment::Done(lane, deed) => (lane, deed.says.clone()),
        };
        if let Moment::Heard(id, _) = moment {
            for (host, count) in sent.get(&id).into_iter().flatten() {
                let known = clocks[lane].entry(*host).or_default();
                *known = (*known).max(*count);
            }
        }
        *clocks[lane].entry(lane).or_default() += 1;
        if let Moment::Sent(id, _) = moment {
            sent.insert(id, clocks[lane].clone());
        }
        let host = |lane: usize| recording.parties[lane].name.replace(' ', "-");
        let clock = clocks[lane].iter().map(|(lane, n)| format!("\"{}\":{n}", host(*lane)));
        let clock = clock.collect::<Vec<_>>().join(",");
        let says = says.replace('\n', " ");
        text += &format!("{} {{{clock}}}\n{says}\n", host(lane));
    }
    text
}

/// What stands in the log, in the order in which it happened: by the number of the event,
/// since what a handler does has its number, and what it heard comes first.
fn moments(recording: &Recording) -> Vec<((u64, u8, usize), Moment<'_>)> {
    let mut moments = Vec::new();
    for (id, sending) in recording.sendings.iter().enumerate() {
        moments.push(((sending.event, 2, id), Moment::Sent(id, sending)));
        let heard = sending.arrivals.iter().filter(|arrival| arrival.heard);
        moments.extend(heard.map(|it| ((it.event, 0, id), Moment::Heard(id, sending))));
    }
    for (at, deed) in recording.deeds.iter().enumerate() {
        if let Some(lane) = deed.lane {
            moments.push(((deed.event, 1, at), Moment::Done(lane, deed)));
        }
    }
    moments.sort_by_key(|(order, _)| *order);
    moments
}

#[derive(Clone, Copy)]
enum Moment<'r> {
    Sent(usize, &'r Sending),
    Heard(usize, &'r Sending),
    Done(usize, &'r Deed),
}
