//! The door to a provider's books, and the words in which the tables of
//! [`crate::provider`] are written.

use std::time::Duration;

use model::{
    Amount, ChargeState, Currency, Decline, Dialect, Execution, IssuerAnswer, Money, OperationId,
    ProviderBooks, ProviderId, ProviderReply, ProviderRequest, Token,
};

use crate::ledger_desk::snake;

/// Says each line of `table` to fresh books in each of these dialects.
pub(crate) fn check(dialects: &[usize], table: &str) {
    for dialect in dialects {
        let dialect = Dialect::cast()[*dialect].clone();
        let mut desk = Desk {
            books: ProviderBooks::new(ProviderId(0), dialect),
            now: Duration::ZERO,
            lag: Duration::ZERO,
            ordinal: 0,
        };
        for line in table.lines().filter(|line| !line.trim().is_empty()) {
            desk.follow(line);
        }
    }
}

/// Books with a clock.
struct Desk {
    books: ProviderBooks,
    now: Duration,
    lag: Duration,
    ordinal: u32,
}

impl Desk {
    fn follow(&mut self, line: &str) {
        let (said, expected) = line.split_once("=>").unwrap_or((line, ""));
        let mut words: Vec<&str> = said.split_whitespace().collect();
        if words[0] == "after" {
            self.now += span(words[1]);
            words.drain(..2);
        }
        match words[..] {
            ["lag", lag] => self.lag = span(lag),
            ["=", key, "is", ref stands @ ..] => {
                assert_eq!(self.state(number(key)), stands.join(" "), "{line}");
            }
            [verb, key, ref how @ ..] => {
                let heard = self.say(verb, number(key), how);
                assert_eq!(heard, expected.trim(), "{line}");
            }
            _ => panic!("no line of a table: {line}"),
        }
    }

    /// The reply to a request, spelled.
    fn say(&mut self, verb: &str, key: u64, how: &[&str]) -> String {
        let reference = OperationId(key);
        let authorize = ProviderRequest::Authorize { reference, money: MONEY };
        let request = match verb {
            "authorize" | "begin" | "execute" | "turn-away" => authorize,
            "void" => {
                ProviderRequest::VoidByReference { reference: reference.undo(), target: reference }
            }
            "query" => ProviderRequest::Query { target: reference },
            _ => self.capture(verb, key, how),
        };
        self.ordinal += u32::from(!how.contains(&"copy"));
        let how = Execution {
            now: self.now,
            token: Token(if verb == "capture-with-another-card" { 8 } else { 7 }),
            ordinal: self.ordinal,
            issuer: how.iter().find_map(|word| issuer(word)).unwrap_or(IssuerAnswer::Approve),
            lag: self.lag,
            fails_after: how.contains(&"fails"),
        };
        match verb {
            "begin" => {
                self.books.begin(&request, self.now);
                spell(ProviderReply::InProgress)
            }
            "turn-away" => {
                self.books.turn_away(&request, how.ordinal, ProviderReply::Throttled);
                spell(ProviderReply::Throttled)
            }
            "execute" => self.execute(&request, &how),
            _ => match self.books.known(&request, &how) {
                Some(reply) => spell(reply),
                None => self.execute(&request, &how),
            },
        }
    }

    fn execute(&mut self, request: &ProviderRequest, how: &Execution) -> String {
        if let Some(reference) = self.books.about(request).map(|charge| charge.reference) {
            self.books.mature(reference, how.now);
        }
        let (reply, movement) = self.books.execute(request, how);
        let moves = if movement.is_some() { " moves" } else { "" };
        format!("{}{moves}", spell(reply))
    }

    /// A capture of all that is authorized under `key`.
    fn capture(&self, verb: &str, key: u64, how: &[&str]) -> ProviderRequest {
        let target = ProviderRequest::Query { target: OperationId(key) };
        let about = self.books.about(&target);
        let by = how.iter().position(|word| *word == "by").map(|at| number(how[at + 1]));
        let amount = match verb {
            "capture-of-100" => MONEY.amount,
            _ => about.map_or(MONEY.amount, |charge| charge.authorized),
        };
        ProviderRequest::Capture {
            reference: OperationId(100 * by.unwrap_or(1) + key),
            charge: about.map_or(model::ChargeId(0), |charge| charge.id),
            amount,
        }
    }

    /// Where the charge of `key` stands, and over how much.
    fn state(&self, key: u64) -> String {
        let target = ProviderRequest::Query { target: OperationId(key) };
        self.books.about(&target).map_or("absent".to_owned(), |charge| {
            let amount = match charge.state {
                ChargeState::Captured => charge.captured,
                _ => charge.authorized,
            };
            format!("{} {}", word(&format!("{:?}", charge.state)), { amount.0 })
        })
    }
}

fn issuer(word: &str) -> Option<IssuerAnswer> {
    let hour = Duration::from_secs(3_600);
    match word {
        "soft" => Some(IssuerAnswer::Decline(Decline::Soft)),
        "hard" => Some(IssuerAnswer::Decline(Decline::Hard)),
        "half" => Some(IssuerAnswer::ApprovePart(5_000)),
        "yes-in-an-hour" => Some(IssuerAnswer::Later(hour, true)),
        "no-in-an-hour" => Some(IssuerAnswer::Later(hour, false)),
        _ => None,
    }
}

fn spell(reply: ProviderReply) -> String {
    match reply {
        ProviderReply::Authorized { amount, .. } => format!("authorized {}", { amount.0 }),
        ProviderReply::Captured { amount, .. } => format!("captured {}", { amount.0 }),
        ProviderReply::Declined(kind) => format!("declined {}", word(&format!("{kind:?}"))),
        ProviderReply::Status(state, _, amount) => {
            format!("status {} {}", word(&format!("{state:?}")), { amount.0 })
        }
        other => word(&format!("{other:?}")),
    }
}

/// `CamelCase` as `kebab-case`.
fn word(camel: &str) -> String {
    snake(camel).replace('_', "-")
}

/// `1h30m`
pub(crate) fn span(text: &str) -> Duration {
    let mut seconds = 0;
    for part in text.split_inclusive(['h', 'm', 's']) {
        let (amount, unit) = part.split_at(part.len() - 1);
        let unit = match unit {
            "h" => 3_600,
            "m" => 60,
            _ => 1,
        };
        seconds += number(amount) * unit;
    }
    Duration::from_secs(seconds)
}

fn number(text: &str) -> u64 {
    text.parse().expect("a number")
}

const MONEY: Money = Money { amount: Amount(100), currency: Currency::Eur };
