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
use sim::{Domain, Seed, Stream};

const DESKS: u64 = 500;
const TURNS: u64 = 120;

#[test]
fn a_gatekeeper_answers_strangers_as_its_table_says() {
    let mut told = BTreeMap::new();
    for seed in 0..DESKS {
        let mut desk = Desk::new(Seed(seed));
        for _ in 0..TURNS {
            *told.entry(desk.turn()).or_insert(0) += 1;
        }
    }
    assert_eq!(told.len(), 5, "{told:?}");
}

/// Strangers, and what is stored of their keys.
struct Desk {
    stream: Stream,
    rows: BTreeMap<KeyId, KeyRow>,
    table: BTreeMap<KeyId, KeyStands>,
    /// All that was ever asked, whatever the key. What differs in anything is something else,
    /// whatever a digest says.
    asked: Vec<CreatePayment>,
}

impl Desk {
    fn new(seed: Seed) -> Self {
        Self {
            stream: seed.stream(Domain(u64::from_le_bytes(*b"anybodys"))),
            rows: BTreeMap::new(),
            table: BTreeMap::new(),
            asked: Vec::new(),
        }
    }

    /// Somebody asks, and is answered as the table says; by the name of the answer.
    fn turn(&mut self) -> &'static str {
        let request = self.request();
        let lease_live = self.below(2) == 0;
        let row = self.rows.get(&request.key).copied();
        let generation = Generation::default();
        let stored = Stored { row, generation, known_order: None, lease_live };
        let (name, reply) = match admit(&request, &stored, Defects::NONE) {
            Admission::Accept(payment) => {
                assert_eq!(payment, request.payment(generation));
                let fingerprint = request.fingerprint();
                let row = KeyRow { fingerprint, payment, reply: None, order_ref: PaidOnce(None) };
                self.rows.insert(request.key, row);
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
        if self.below(8) == 0 {
            self.finish(request.key);
        }
        name
    }

    /// The payment of a key has ended.
    fn finish(&mut self, key: KeyId) {
        let status = if self.below(2) == 0 { Status::Succeeded } else { Status::Failed };
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

    fn request(&mut self) -> CreatePayment {
        let order = match self.below(3) {
            0 => Order::Payout(PayoutOrder {
                customer: Customer(self.below(2) as u16),
                bank: BankId(self.below(2) as u8),
                other: (self.below(2) == 0).then_some(BankId(self.below(2) as u8)),
            }),
            _ => Order::PayIn(self.pay_in()),
        };
        let amount = [1, 2, 1 << 64][self.below(3) as usize];
        CreatePayment {
            key: KEYS[self.below(KEYS.len() as u64) as usize],
            merchant: Merchant(self.below(2) as u16),
            token: Token(self.below(2)),
            money: Money { amount: Amount(amount), currency: self.currency() },
            order,
            order_ref: PaidOnce(None),
        }
    }

    fn pay_in(&mut self) -> PayIn {
        let shares: &[u16] = [&[][..], &[5_000, 5_000], &[2_000, 8_000]][self.below(3) as usize];
        let others = [(Merchant(self.below(2) as u16 + 5), 1_000 + self.below(2) as u16)];
        let moments = [Duration::from_secs(60 + self.below(2))];
        let shipping = Shipping::at(&moments).filter(|_| self.below(3) == 0);
        let split = Split::over(&others).filter(|_| self.below(3) == 0);
        PayIn {
            captures: Captures::of(shares).unwrap_or_default(),
            split: split.unwrap_or_default(),
            settlement_currency: (self.below(3) == 0).then(|| self.currency()),
            shipping: shipping.unwrap_or_default(),
        }
    }

    fn currency(&mut self) -> Currency {
        [Currency::Eur, Currency::Usd][self.below(2) as usize]
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.stream.draw().below(bound)
    }
}

/// As few as it takes for several requests under each.
const KEYS: [KeyId; 4] = [key(1, 1), key(1, 2), key(2, 1), key(2, 2)];

const fn key(tenant: u16, key: u64) -> KeyId {
    KeyId { tenant: Tenant(tenant), endpoint: KeyEndpoint::Create, key: IdempotencyKey(key) }
}
