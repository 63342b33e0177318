//! What can befall what providers and banks tell by themselves: webhooks and settlement
//! files.

use std::collections::BTreeMap;

use model::{EventId, SettlementFile, Token};
use sim::Role;

use super::super::Dwells;
use super::super::mischief::Mischief;
use super::numbered;
use crate::message::{Message, kinds};
use crate::party::provider_of;
use crate::plan::{Blow, Encounter, Mishap, Slip};

/// What was told by now.
#[derive(Default)]
pub(super) struct Told {
    events: BTreeMap<(Role, Token), Vec<EventId>>,
    files: BTreeMap<Role, u32>,
}

impl Told {
    /// What can befall what `teller` sends here for the first time.
    pub(super) fn befalls(
        &mut self,
        teller: Role,
        message: &Message,
        dwells: &Dwells,
    ) -> Vec<(u16, Mischief)> {
        let all = match message {
            Message::Webhook(webhook) if provider_of(teller).is_some() => {
                let events = self.events.entry((teller, webhook.token)).or_default();
                if events.contains(&webhook.event) {
                    return Vec::new();
                }
                events.push(webhook.event);
                let on = Encounter {
                    party: teller,
                    request: kinds::WEBHOOK,
                    token: webhook.token,
                    ordinal: events.len() as u32,
                };
                webhook_blows(dwells).map(|blow| Some(Mischief::Stroke(on, blow))).to_vec()
            }
            Message::SettlementFile(file) => {
                let latest = self.files.insert(teller, file.seq);
                if latest.is_some_and(|latest| latest >= file.seq) {
                    return Vec::new();
                }
                let mishap = |what| Some(Mischief::File(file.teller, file.seq, what));
                mishaps(file, teller, dwells).into_iter().map(mishap).collect()
            }
            _ => return Vec::new(),
        };
        numbered(BEHIND_SENDING, all)
    }
}

fn webhook_blows(dwells: &Dwells) -> [Blow; 5] {
    [
        Blow::WebhookDropped,
        Blow::WebhookRepeated(dwells.delay),
        Blow::WebhookDelayed(dwells.delay),
        Blow::WebhookReordered(dwells.delay),
        Blow::WebhookEarly(dwells.early),
    ]
}

/// What goes wrong with a file, and with each of its lines; a day later it is mended.
fn mishaps(file: &SettlementFile, teller: Role, dwells: &Dwells) -> Vec<Mishap> {
    let mut all = vec![
        Mishap::Late(dwells.returned),
        Mishap::DuplicateFile(dwells.returned),
        Mishap::CutOffShift(dwells.shift / 12),
        Mishap::Truncated,
    ];
    for line in 0..file.lines.len().min(LINES_MAX) as u8 {
        let slip = Slip { line, days: 1 };
        all.extend([Mishap::MissingLine(slip), Mishap::DuplicateLine(slip)]);
        all.extend(provider_of(teller).map(|_| Mishap::FeeOff(slip, 1)));
    }
    all
}

/// What comes behind what befalls a sending.
const BEHIND_SENDING: u16 = 12;
/// A file of a few operations has fewer lines.
const LINES_MAX: usize = 64;
