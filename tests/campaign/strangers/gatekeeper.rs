//! Strangers at the gatekeeper: payments under few keys, each time with something else that a
//! repetition must not change. Whoever is right meets a mismatch by an amount or two; whoever
//! errs asks for anything.

use std::collections::BTreeMap;
use std::time::Duration;

use model::gatekeeper::{
    Admission, CreatePayment, Generation, KeyEndpoint, KeyId, KeyRow, PaidOnce, Stored,
    StoredReply, admit,
};
use model::{
    Amount, BankId, Captures, Currency, Customer, Defects, Fingerprint, IdempotencyKey, Merchant,
    Money, Order, PayIn, PayoutOrder, Shipping, Split, Status, Tenant, Token,
};
use scenarios::linearizability::Specification;
use scenarios::linearizability::keys::{KeyRequest, KeyStands, KeyTable};
use scenarios::message::ClientReply;

use super::Whim;

const DESKS: u64 = 500;
const TURNS: u64 = 120;

#[test]
fn a_gatekeeper_answers_strangers_as_its_table_says() {
    let mut told = BTreeMap::new();
    for seed in 0..DESKS {
        let mut desk = Desk::new(seed);
        for _ in 0..TURNS {
            *told.entry(desk.turn()).or_insert(0) += 1;
        }
    }
    assert_eq!(told.len(), 5, "{told:?}");
}

/// Strangers, and what is stored of their keys.
struct Desk {
    whim: Whim,
    rows: BTreeMap<KeyId, KeyRow>,
    table: BTreeMap<KeyId, KeyStands>,
    /// What each key was first asked with.
    first: BTreeMap<KeyId, CreatePayment>,
    /// All that was ever asked, whatever the key. What differs in anything is something else,
    /// whatever a digest says.
    asked: Vec<CreatePayment>,
}

impl Desk {
    fn new(seed: u64) -> Self {
        Self {
            whim: Whim::new(seed, *b"anybodys"),
            rows: BTreeMap::new(),
            table: BTreeMap::new(),
            first: BTreeMap::new(),
            asked: Vec::new(),
        }
    }

    /// Somebody asks, and is answered as the table says; by the name of the answer.
    fn turn(&mut self) -> &'static str {
        let request = self.request();
        let lease_live = self.whim.once_in(2);
        let row = self.rows.get(&request.key).copied();
        let generation = Generation::default();
        let stored = Stored { row, generation, known_order: None, lease_live };
        let (name, reply) = match admit(&request, &stored, Defects::NONE) {
            Admission::Accept(payment) => {
                assert_eq!(payment, request.payment(generation));
                let fingerprint = request.fingerprint();
                let row = KeyRow { fingerprint, payment, reply: None, order_ref: PaidOnce(None) };
                self.rows.insert(request.key, row);
                self.first.insert(request.key, request);
                ("accepted", ClientReply::Accepted(payment))
            }
            Admission::InProgress(payment) => {
                assert!(lease_live, "a worker has it");
                ("in progress", ClientReply::InProgress(payment))
            }
            Admission::Resume(payment) => {
                assert!(!lease_live, "no worker has it");
                ("resumed", ClientReply::InProgress(payment))
            }
            Admission::Replay(reply) => ("replayed", ClientReply::Final(reply)),
            Admission::Mismatch => ("mismatch", ClientReply::Mismatch),
        };
        let asked = KeyRequest::Create(self.print(request));
        let stands = self.table.entry(request.key).or_default();
        let after = KeyTable::step(stands, &asked, Some(&reply));
        *stands = after.unwrap_or_else(|| {
            panic!("{request:?}\nis not answered by\n{reply:?}\nwhere\n{stands:?}")
        });
        if self.whim.once_in(8) {
            self.finish(request.key);
        }
        name
    }

    /// The payment of a key has ended.
    fn finish(&mut self, key: KeyId) {
        let status = if self.whim.once_in(2) { Status::Succeeded } else { Status::Failed };
        if let Some(row) = self.rows.get_mut(&key) {
            row.reply = row.reply.or(Some(StoredReply { payment: row.payment, status }));
        }
    }

    /// What tells a request from all others but its repetitions.
    fn print(&mut self, request: CreatePayment) -> Fingerprint {
        let known = CreatePayment { key: KEYS[0], ..request };
        let at = self.asked.iter().position(|asked| *asked == known).unwrap_or_else(|| {
            self.asked.push(known);
            self.asked.len() - 1
        });
        Fingerprint(at as u64)
    }

    /// Half of the time what stands under the key already, but for one thing.
    fn request(&mut self) -> CreatePayment {
        let fresh = self.fresh();
        let Some(known) = self.first.get(&fresh.key).copied().filter(|_| self.whim.once_in(2))
        else {
            return fresh;
        };
        match self.whim.below(5) {
            0 => CreatePayment { merchant: fresh.merchant, ..known },
            1 => CreatePayment { token: fresh.token, ..known },
            2 => CreatePayment { money: fresh.money, ..known },
            3 => CreatePayment { order: self.otherwise(known.order, fresh.order), ..known },
            _ => known,
        }
    }

    /// The same order, but for one thing that another has.
    fn otherwise(&mut self, known: Order, other: Order) -> Order {
        match (known, other) {
            (Order::PayIn(known), Order::PayIn(other)) => Order::PayIn(match self.whim.below(4) {
                0 => PayIn { captures: other.captures, ..known },
                1 => PayIn { split: other.split, ..known },
                2 => PayIn { settlement_currency: other.settlement_currency, ..known },
                _ => PayIn { shipping: other.shipping, ..known },
            }),
            (Order::Payout(known), Order::Payout(other)) => {
                Order::Payout(match self.whim.below(3) {
                    0 => PayoutOrder { customer: other.customer, ..known },
                    1 => PayoutOrder { bank: other.bank, ..known },
                    _ => PayoutOrder { other: other.other, ..known },
                })
            }
            _ => other,
        }
    }

    fn fresh(&mut self) -> CreatePayment {
        let order = match self.whim.below(3) {
            0 => Order::Payout(PayoutOrder {
                customer: Customer(self.whim.below(2) as u16),
                bank: BankId(self.whim.below(2) as u8),
                other: (self.whim.once_in(2)).then_some(BankId(self.whim.below(2) as u8)),
            }),
            _ => Order::PayIn(self.pay_in()),
        };
        let amount = self.whim.one_of(&[1, 2]);
        CreatePayment {
            key: self.whim.one_of(&KEYS),
            merchant: Merchant(self.whim.below(2) as u16),
            token: Token(self.whim.below(2)),
            money: Money { amount: Amount(amount), currency: self.currency() },
            order,
            order_ref: PaidOnce(None),
        }
    }

    fn pay_in(&mut self) -> PayIn {
        let shares: &[u16] = self.whim.one_of(&[&[][..], &[5_000, 5_000], &[2_000, 5_000]]);
        let others = [(Merchant(self.whim.below(2) as u16 + 5), 1_000 + self.whim.below(2) as u16)];
        let moments = [Duration::from_secs(60 + self.whim.below(2))];
        let shipping = Shipping::at(&moments).filter(|_| self.whim.once_in(3));
        let split = Split::over(&others).filter(|_| self.whim.once_in(3));
        PayIn {
            captures: Captures::of(shares).unwrap_or_default(),
            split: split.unwrap_or_default(),
            settlement_currency: (self.whim.once_in(3)).then(|| self.currency()),
            shipping: shipping.unwrap_or_default(),
        }
    }

    fn currency(&mut self) -> Currency {
        self.whim.one_of(&[Currency::Eur, Currency::Usd])
    }
}

/// As few as it takes for several requests under each.
const KEYS: [KeyId; 4] = [key(1, 1), key(1, 2), key(2, 1), key(2, 2)];

const fn key(tenant: u16, key: u64) -> KeyId {
    KeyId { tenant: Tenant(tenant), endpoint: KeyEndpoint::Create, key: IdempotencyKey(key) }
}
