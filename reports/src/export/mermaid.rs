//! What was said about one payment as a sequence diagram for Mermaid; for a whole world it
//! would be too much to see anything.

use model::Token;
use sim::VirtualTime;

use crate::recording::{DeedKind, Fate, Recording};
use crate::story::mermaid::escaped;

/// A `sequenceDiagram` of everything that was said about the payment of interest, and of what
/// its parties did: of [`Recording::about`] one if the recording is of one payment alone.
pub fn render(recording: &Recording) -> String {
    let only = recording.payment_of_interest().map(|token| recording.clone().about(Token(token)));
    let recording = only.as_ref().unwrap_or(recording);
    let mut lines = Vec::new();
    for it in &recording.sendings {
        let arrow = match it.fate {
            Fate::Arrived | Fate::Repeated => "->>",
            Fate::Late | Fate::Underway => "-)",
            Fate::Lost | Fate::Missed => "-x",
        };
        let (from, to) = (id(recording, it.from), id(recording, it.to));
        let says = escaped(&format!("{} {}", moment(it.at), it.says));
        lines.push(((it.event, 1), format!("    {from}{arrow}{to}: {says}\n")));
    }
    for deed in recording.deeds.iter().filter(|deed| deed.kind != DeedKind::Strikes) {
        if let Some(lane) = deed.lane.filter(|lane| takes_part(recording, *lane)) {
            let says = escaped(&format!("{} {}", moment(deed.at), deed.says));
            let who = id(recording, lane);
            lines.push(((deed.event, 0), format!("    Note over {who}: {says}\n")));
        }
    }
    lines.sort_by_key(|(order, _)| *order);
    let mut text = String::from("sequenceDiagram\n");
    for (lane, party) in recording.parties.iter().enumerate() {
        if takes_part(recording, lane) {
            let name = escaped(&party.name);
            text += &format!("    participant {} as {name}\n", id(recording, lane));
        }
    }
    lines.into_iter().fold(text, |text, (_, line)| text + &line)
}

fn takes_part(recording: &Recording, lane: usize) -> bool {
    recording.sendings.iter().any(|it| it.from == lane || it.to == lane)
}

fn id(recording: &Recording, lane: usize) -> String {
    recording.parties[lane].name.replace(' ', "_")
}

fn moment(nanos: u64) -> String {
    let text = VirtualTime::from_nanos(nanos).to_string();
    text[..text.len() - 3].to_owned()
}
