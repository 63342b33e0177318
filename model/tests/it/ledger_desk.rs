//! The door to the ledger, and the words in which the tables of
//! [`crate::ledger`] are written.

use std::time::Duration;

use model::{
    AccountId, AccountName, Amount, Balance, Booking, Currency, Defects, HoldState, Ledger,
    Merchant, OperationId, ProviderId, Tenant, Token, Transfer, TransferId, TransferKind,
};

/// Says `table` to an empty ledger, line by line, and in the end rebuilds the
/// ledger from what it was told to make durable.
pub(crate) fn check(table: &str) {
    let mut ledger = Ledger::new(Defects::NONE);
    let mut restored = Ledger::new(Defects::NONE);
    let mut request = Vec::new();
    let mut now = Duration::ZERO;
    for line in table.lines().chain([""]) {
        let line = read(line);
        if let Line::Transfer(transfer, result) = line {
            request.push((transfer, result));
            continue;
        }
        restored.restore(&book(&mut ledger, &std::mem::take(&mut request), now));
        match line {
            Line::Wait(seconds) => {
                now += Duration::from_secs(seconds);
                restored.restore(&ledger.expire(now));
            }
            Line::NextExpiry(at) => assert_eq!(ledger.next_expiry(), at),
            Line::Account(account, balance) => {
                assert_eq!(ledger.balance(account), balance, "{account}");
            }
            Line::Hold(hold, state) => assert_eq!(ledger.hold(hold), state, "{hold}"),
            Line::Transfer(..) | Line::Empty => {}
        }
    }
    assert!(ledger.accounts().eq(restored.accounts()), "it is rebuilt from its bookings");
}

fn book(ledger: &mut Ledger, request: &[(Transfer, String)], now: Duration) -> Booking {
    let transfers: Vec<_> = request.iter().map(|(transfer, _)| *transfer).collect();
    let (results, booking) = ledger.create(&transfers, now);
    assert_eq!(results.len(), request.len(), "every transfer has its result");
    for (result, (transfer, expected)) in results.iter().zip(request) {
        let result = snake(&format!("{result:?}"));
        assert_eq!(&result, expected, "{transfer:?} in {request:?}");
    }
    booking
}

/// One line of a table.
enum Line {
    /// A transfer, and the result that it should have.
    Transfer(Transfer, String),
    /// An account, and the sums that it should have.
    Account(AccountId, Balance),
    /// A hold, and where it should stand.
    Hold(TransferId, Option<HoldState>),
    /// So many seconds pass.
    Wait(u64),
    /// When the next hold should expire.
    NextExpiry(Option<Duration>),
    /// Nothing.
    Empty,
}

/// Reads `line`.
fn read(line: &str) -> Line {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        [] => Line::Empty,
        ["=", "nothing", "expires"] => Line::NextExpiry(None),
        ["=", "expiry", "at", second] => {
            Line::NextExpiry(Some(Duration::from_secs(number(second.trim_end_matches('s')))))
        }
        ["after", seconds] => Line::Wait(number(seconds.trim_end_matches('s'))),
        ["=", hold, "is", state] => Line::Hold(TransferId(number(hold)), hold_state(state)),
        ["=", name, "debits", debits, debits_pending, "credits", credits, credits_pending] => {
            let balance = Balance {
                debits_pending: amount(debits_pending),
                debits_posted: amount(debits),
                credits_pending: amount(credits_pending),
                credits_posted: amount(credits),
            };
            Line::Account(account(name), balance)
        }
        [.., "=>", result] => {
            Line::Transfer(transfer(&words[..words.len() - 2]), result.to_owned())
        }
        _ => panic!("no line of a table: {line}"),
    }
}

/// `CamelCase` as `snake_case`.
pub(crate) fn snake(camel: &str) -> String {
    let spaced = camel.char_indices().flat_map(|(at, letter)| {
        let before = camel[..at].chars().next_back();
        let starts = letter.is_uppercase()
            || letter.is_ascii_digit() && before.is_some_and(|before| !before.is_ascii_digit());
        let gap = (at > 0 && starts).then_some('_');
        gap.into_iter().chain(letter.to_lowercase())
    });
    spaced.collect()
}

/// `id verb amount [of hold] debit -> credit [for-seconds n] [linked] [for token]
/// [by operation]`
fn transfer(words: &[&str]) -> Transfer {
    let after = |word| words.iter().position(|w| *w == word).map(|at| words[at + 1]);
    let before = |word| words.iter().position(|w| *w == word).map(|at| words[at - 1]);
    let hold = || TransferId(number(after("of").expect("which hold")));
    Transfer {
        id: TransferId(number(words[0])),
        debit: account(before("->").expect("an arrow")),
        credit: account(after("->").expect("an arrow")),
        amount: amount(words[2]),
        kind: match words[1] {
            "moves" => TransferKind::Posted,
            "holds" => match after("for-seconds") {
                Some(seconds) => TransferKind::PendingFor(seconds.parse().expect("seconds")),
                None => TransferKind::Pending,
            },
            "posts" => TransferKind::PostPending(hold()),
            "voids" => TransferKind::VoidPending(hold()),
            verb => panic!("{verb} is no verb"),
        },
        linked: words.contains(&"linked"),
        token: Token(after("for").map_or(0, number)),
        operation: OperationId(after("by").map_or(0, number)),
    }
}

/// `[tenant:]name[.currency]`
fn account(word: &str) -> AccountId {
    let (tenant, word) = word.split_once(':').unwrap_or(("1", word));
    let (name, currency) = word.split_once('.').unwrap_or((word, "eur"));
    let merchant = Merchant(1);
    AccountId {
        tenant: Tenant(tenant.parse().expect("a tenant")),
        currency: match currency {
            "eur" => Currency::Eur,
            "jpy" => Currency::Jpy,
            other => panic!("{other} is no currency"),
        },
        name: match name {
            "grant" => AccountName::LimitGranted,
            "limit" => AccountName::Limit(merchant),
            "used" => AccountName::LimitUsed(merchant),
            "transit" => AccountName::TransitIn,
            "merchant" => AccountName::MerchantPending(merchant),
            "psp" => AccountName::ProviderReceivable(ProviderId(0)),
            "fees" => AccountName::FeeIncome,
            "available" => AccountName::MerchantAvailable(merchant),
            "owed" => AccountName::MerchantOwed(merchant),
            "dispute" => AccountName::Dispute(merchant),
            other => panic!("{other} is no account"),
        },
    }
}

fn hold_state(word: &str) -> Option<HoldState> {
    match word {
        "pending" => Some(HoldState::Pending),
        "posted" => Some(HoldState::Posted),
        "voided" => Some(HoldState::Voided),
        "expired" => Some(HoldState::Expired),
        "absent" => None,
        other => panic!("no hold is {other}"),
    }
}

fn amount(word: &str) -> Amount {
    match word.trim_start_matches('+') {
        "most" => Amount(i128::MAX),
        number => Amount(number.parse().expect("an amount")),
    }
}

fn number(word: &str) -> u64 {
    match word {
        "last" => u64::MAX,
        number => number.parse().expect("a number"),
    }
}
