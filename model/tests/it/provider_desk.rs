//! The door to a provider's books, and the words in which the tables of
//! [`crate::provider`] are written.

use std::time::Duration;

use model::{
    Amount, ChargeId, Currency, Decline, DisputeEvent, Execution, IssuerAnswer, Known, Money,
    OperationId, ProviderBooks, ProviderId, ProviderReply, ProviderRequest, Token,
};

use crate::dialects::dialect;
use crate::ledger_desk::snake;

/// Says each line of `table` to fresh books in each of these dialects.
pub(crate) fn check(dialects: &[usize], table: &str) {
    for number in dialects {
        let mut desk = Desk {
            books: ProviderBooks::new(ProviderId(0), dialect(*number)),
            now: Duration::ZERO,
            lag: Duration::ZERO,
            ordinal: 0,
            dialect: *number,
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
    dialect: usize,
}

impl Desk {
    fn follow(&mut self, line: &str) {
        let (said, expected) = line.split_once("=>").unwrap_or((line, ""));
        let mut words: Vec<&str> = said.split_whitespace().collect();
        if words[0] == "after" {
            self.now += span(words[1]);
            words.drain(..2);
        }
        let heard = match words[..] {
            ["lag", lag] => {
                self.lag = span(lag);
                String::new()
            }
            ["interrupt"] => {
                self.books.interrupt();
                String::new()
            }
            ["=", key, "is", ref stands @ ..] => {
                assert_eq!(self.state(number(key)), stands.join(" "), "{}: {line}", self.dialect);
                String::new()
            }
            ["dispute", key, ref what @ ..] => self.dispute(number(key), what),
            [verb, key, ref how @ ..] => self.say(verb, number(key), how),
            _ => panic!("no line of a table: {line}"),
        };
        assert_eq!(heard, expected.trim(), "{}: {line}", self.dialect);
    }

    /// What becomes of a dispute, spelled.
    fn dispute(&mut self, key: u64, what: &[&str]) -> String {
        let id = self.charge(key);
        let event = match what {
            ["open", amount] => {
                let month = self.now + Duration::from_secs(30 * 86_400);
                let moved = self.books.open_dispute(id, Amount(number(amount).into()), month);
                return moved.map_or("refused".to_owned(), |_| "moves".to_owned());
            }
            ["lapses"] => {
                let moved = self.books.mature_dispute(id, self.now);
                return moved.map_or("nothing", |_| "moves").to_owned();
            }
            ["accept"] => DisputeEvent::Accepted,
            ["evidence"] => DisputeEvent::EvidenceSubmitted,
            ["won"] => DisputeEvent::Won,
            ["lost"] => DisputeEvent::Lost,
            _ => DisputeEvent::PreArbitrationOpened,
        };
        match self.books.dispute(id, event) {
            Ok(moved) => moved.map_or("nothing", |_| "moves").to_owned(),
            Err(_) => "refused".to_owned(),
        }
    }

    /// The reply to a request, spelled.
    fn say(&mut self, verb: &str, key: u64, words: &[&str]) -> String {
        let reference = OperationId(key);
        let authorize = ProviderRequest::Authorize { reference, money: MONEY };
        let request = match verb {
            "authorize" | "begin" | "execute" | "turn-away" => authorize,
            "authorize-of-50" => {
                let money = Money { amount: Amount(50), ..MONEY };
                ProviderRequest::Authorize { reference, money }
            }
            "void" => {
                ProviderRequest::VoidByReference { reference: reference.undo(), target: reference }
            }
            "query" => ProviderRequest::Query { target: reference },
            "refund" => self.refund(key, words),
            "query-refund" => ProviderRequest::Query { target: refund_reference(key, words) },
            _ => self.capture(verb, key, words),
        };
        self.ordinal += u32::from(!words.contains(&"copy"));
        let how = Execution {
            now: self.now,
            token: Token(if verb == "capture-with-another-card" { 8 } else { 7 }),
            ordinal: self.ordinal,
            region: u8::from(words.contains(&"elsewhere")),
            issuer: words.iter().find_map(|word| issuer(word)).unwrap_or(IssuerAnswer::Approve),
            lag: self.lag,
            fails_after: words.contains(&"fails"),
            hung_up: words.contains(&"hung-up"),
        };
        match verb {
            "begin" => {
                self.books.begin(&request, &how);
                "begun".to_owned()
            }
            "turn-away" => {
                self.books.turn_away(&request, how.ordinal, ProviderReply::Throttled);
                spell(ProviderReply::Throttled)
            }
            "execute" => self.execute(&request, &how),
            _ => match self.books.known(&request, &how) {
                Some(Known::Reply(reply)) => spell(reply),
                Some(Known::Waits) => "waits".to_owned(),
                None => self.execute(&request, &how),
            },
        }
    }

    fn execute(&mut self, request: &ProviderRequest, how: &Execution) -> String {
        self.pass_time(request);
        let (reply, movement) = self.books.execute(request, how);
        let moves = if movement.is_some() { " moves" } else { "" };
        format!("{}{moves}", spell(reply))
    }

    /// Lets time pass over all that a request is about.
    fn pass_time(&mut self, request: &ProviderRequest) {
        if let Some(id) = self.books.about(request).map(|charge| charge.id) {
            while self.books.mature(id, self.now).is_some() {}
        }
        if let ProviderRequest::Query { target } = request {
            while self.books.mature_refund(*target, self.now).is_some() {}
        }
    }

    /// A capture of all that is authorized under `key`, unless told otherwise:
    /// `part 30` is followed by more, `last 30` is not.
    fn capture(&self, verb: &str, key: u64, words: &[&str]) -> ProviderRequest {
        let about = self.books.about(&ProviderRequest::Query { target: OperationId(key) });
        let (part, last) = (amount_after("part", words), amount_after("last", words));
        let all = about.map_or(MONEY.amount, |charge| charge.authorized);
        let all = if verb == "capture-of-100" { MONEY.amount } else { all };
        let by = amount_after("by", words).map_or(1, |by| by.0 as u64);
        ProviderRequest::Capture {
            reference: OperationId(100 * by + key),
            charge: about.map_or(ChargeId(0), |charge| charge.id),
            amount: part.or(last).unwrap_or(all),
            is_final: part.is_none(),
        }
    }

    fn refund(&self, key: u64, words: &[&str]) -> ProviderRequest {
        ProviderRequest::Refund {
            reference: refund_reference(key, words),
            charge: self.charge(key),
            amount: Amount(number(words[0]).into()),
        }
    }

    /// The name of the charge of `key`.
    fn charge(&self, key: u64) -> ChargeId {
        let about = self.books.about(&ProviderRequest::Query { target: OperationId(key) });
        about.map_or(ChargeId(0), |charge| charge.id)
    }

    /// Where the charge of `key` stands, and over how much; how many there are,
    /// if there are more; and whatever else of it is not nothing.
    fn state(&mut self, key: u64) -> String {
        let target = ProviderRequest::Query { target: OperationId(key) };
        self.pass_time(&target);
        let charges = self.books.charges().filter(|charge| charge.reference == OperationId(key));
        let count = charges.count();
        assert_eq!(self.books.charges_of(OperationId(key)).count(), count, "{key}");
        let Some(charge) = self.books.about(&target) else { return "absent".to_owned() };
        let taken = charge.captured > Amount::ZERO;
        let amount = if taken { charge.captured } else { charge.authorized };
        let mut said = format!("{} {}", word(&format!("{:?}", charge.state)), { amount.0 });
        for (name, amount) in [
            ("refunded", charge.refunded),
            ("refunding", charge.refunding),
            ("withdrawn", charge.withdrawn),
            ("holds", if taken { charge.reserved() } else { Amount::ZERO }),
        ] {
            if amount > Amount::ZERO {
                said += &format!(" {name} {}", { amount.0 });
            }
        }
        if count > 1 {
            said += &format!(" the last of {count}");
        }
        said
    }
}

fn refund_reference(key: u64, words: &[&str]) -> OperationId {
    OperationId(10_000 * amount_after("by", words).map_or(1, |by| by.0 as u64) + key)
}

/// The number behind `word`.
fn amount_after(word: &str, words: &[&str]) -> Option<Amount> {
    let at = words.iter().position(|said| *said == word)?;
    Some(Amount(number(words[at + 1]).into()))
}

fn issuer(word: &str) -> Option<IssuerAnswer> {
    let hour = Duration::from_secs(3_600);
    match word {
        "soft" => Some(IssuerAnswer::Decline(Decline::Soft)),
        "hard" => Some(IssuerAnswer::Decline(Decline::Hard)),
        "half" => Some(IssuerAnswer::ApprovePart(5_000)),
        "yes-in-an-hour" => Some(IssuerAnswer::Later(hour, true)),
        "no-in-an-hour" => Some(IssuerAnswer::Later(hour, false)),
        "returned-in-an-hour" => Some(IssuerAnswer::ReturnLate(hour)),
        _ => None,
    }
}

fn spell(reply: ProviderReply) -> String {
    match reply {
        ProviderReply::Authorized { amount, .. } => format!("authorized {}", { amount.0 }),
        ProviderReply::Captured { amount, .. } => format!("captured {}", { amount.0 }),
        ProviderReply::AlreadyCaptured { amount, .. } => {
            format!("already-captured {}", { amount.0 })
        }
        ProviderReply::Refunded { amount } => format!("refunded {}", { amount.0 }),
        ProviderReply::RefundStatus(state, amount) => {
            format!("refund {} {}", word(&format!("{state:?}")), { amount.0 })
        }
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
