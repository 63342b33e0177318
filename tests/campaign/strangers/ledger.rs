//! Strangers at the ledger: chains of transfers, queries, crashes, and holds that end. Payments
//! that are right meet few of the results that M4 has; whoever errs meets the others.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::{
    AccountId, AccountName, Amount, Answer, Booking, Currency, Defects, HoldState, Ledger,
    LedgerRequest, Merchant, OperationId, Tenant, Token, Transfer, TransferId, TransferKind,
    TransferResult,
};
use scenarios::linearizability::Specification;
use scenarios::linearizability::ledger::{LedgerState, LedgerStep, LedgerTable};

use super::Whim;

const CONVERSATIONS: u64 = 2_000;
const TURNS: u64 = 60;

#[test]
fn a_ledger_answers_strangers_as_its_table_says() {
    let mut told = BTreeSet::new();
    for seed in 0..CONVERSATIONS {
        let mut conversation = Conversation::new(seed);
        for _ in 0..TURNS {
            let answer = conversation.turn();
            if let Some(Answer::Booked(results)) = answer {
                told.extend(results.iter().map(|result| format!("{result:?}")));
            }
        }
    }
    assert_eq!(told.len(), RESULTS, "{told:?}");
}

/// Every result that M4 has, but that of a clock that ends.
const RESULTS: usize = 37;

/// A stranger and a ledger, and what the table says of it.
struct Conversation {
    whim: Whim,
    now: Duration,
    ledger: Ledger,
    table: LedgerState,
    /// All that was made durable.
    journal: Vec<Booking>,
    /// When holds are over.
    deadlines: Vec<(Duration, TransferId)>,
    rows: BTreeMap<TransferId, Transfer>,
    /// Those of them that are settled: little is left of them.
    settled: BTreeSet<TransferId>,
}

impl Conversation {
    fn new(seed: u64) -> Self {
        Self {
            whim: Whim::new(seed, *b"stranger"),
            now: Duration::ZERO,
            ledger: Ledger::new(Defects::NONE),
            table: LedgerState::default(),
            journal: Vec::new(),
            deadlines: Vec::new(),
            rows: BTreeMap::new(),
            settled: BTreeSet::new(),
        }
    }

    /// What happens next; what the stranger hears, if it asked.
    fn turn(&mut self) -> Option<Answer> {
        match self.whim.below(12) {
            0 if self.whim.once_in(3) => self.crash(),
            0 => self.settle(),
            1 => self.wait(),
            2 => {
                let ids: Vec<_> = (0..=self.whim.below(4)).map(|_| self.id()).collect();
                let found = ids.iter().filter(|id| self.ledger.has(**id)).count();
                let answer = Answer::Found { asked: ids.len(), found };
                self.asked(LedgerRequest::Lookup(ids), answer)
            }
            3 => {
                let accounts: Vec<_> = (0..=self.whim.below(3)).map(|_| self.account()).collect();
                let sums = accounts.iter().map(|at| self.ledger.balance(*at).available());
                let answer = Answer::Available(sums.collect());
                self.asked(LedgerRequest::Available(accounts), answer)
            }
            _ => self.create(),
        }
    }

    fn create(&mut self) -> Option<Answer> {
        let transfers: Vec<_> = (0..=self.whim.below(4)).map(|_| self.transfer()).collect();
        let (results, booking) = self.ledger.create(&transfers, self.now);
        for row in booking.rows.iter().filter(|row| row.kind.timeout() > 0) {
            let timeout = Duration::from_secs(row.kind.timeout().into());
            self.deadlines.push((self.now + timeout, row.id));
        }
        self.rows.extend(booking.rows.iter().map(|row| (row.id, *row)));
        self.journal.push(booking);
        self.asked(LedgerRequest::Create(transfers), Answer::Booked(results))
    }

    fn asked(&mut self, request: LedgerRequest, answer: Answer) -> Option<Answer> {
        self.meet(LedgerStep::Asked(request), Some(&answer));
        self.agree_about_deadlines();
        Some(answer)
    }

    /// The table takes the step, and answers the same.
    fn meet(&mut self, step: LedgerStep, answer: Option<&Answer>) {
        let after = LedgerTable::step(&self.table, &step, answer);
        self.table = after.unwrap_or_else(|| {
            panic!("{step:?}\nis not answered by\n{answer:?}\nwhere\n{:?}", self.table)
        });
    }

    /// Time passes, and holds end.
    fn wait(&mut self) -> Option<Answer> {
        let passed = Duration::from_millis(500 * self.whim.below(4));
        self.now += passed;
        let ended: Vec<_> = self.deadlines.iter().filter(|(at, _)| *at <= self.now).collect();
        let steps: Vec<_> = ended.iter().map(|(_, hold)| LedgerStep::Ends(*hold)).collect();
        self.deadlines.retain(|(at, _)| *at > self.now);
        steps.into_iter().for_each(|step| self.meet(step, None));
        // They end before whatever is asked next, too.
        if self.whim.once_in(2) {
            return self.create();
        }
        let booking = self.ledger.expire(self.now);
        self.journal.push(booking);
        self.agree_about_deadlines();
        None
    }

    /// Of the ledger nothing is left but its journal.
    fn crash(&mut self) -> Option<Answer> {
        let mut restored = Ledger::new(Defects::NONE);
        self.journal.iter().for_each(|booking| restored.restore(booking));
        assert!(restored.accounts().eq(self.ledger.accounts()), "a journal tells every sum");
        self.ledger = restored;
        self.settled.clear();
        None
    }

    /// What is over is put away. Who repeats it and says something else hears no more than
    /// that it is something else.
    fn settle(&mut self) -> Option<Answer> {
        let ids: Vec<_> = (0..8).map(|_| self.id()).collect();
        let open = self.ledger.settle(ids.clone());
        let kept = ids.iter().filter(|id| self.rows.contains_key(id) && !open.contains(id));
        let kept: Vec<_> = kept.copied().collect();
        assert!(open.iter().all(|id| self.ledger.hold(*id) == Some(HoldState::Pending)));
        for row in kept.iter().map(|id| self.rows[id]) {
            for other in others(&row) {
                // A chain does not end with what is linked.
                let chain = [other, Transfer { linked: false, ..row }];
                let asked = if other.linked { &chain[..] } else { &chain[..1] };
                let (results, booking) = self.ledger.create(asked, self.now);
                assert_eq!(results[0], TransferResult::ExistsWithDifferentFlags, "{other:?}");
                self.journal.push(booking);
            }
        }
        self.settled.extend(kept);
        None
    }

    fn agree_about_deadlines(&self) {
        let open = self
            .deadlines
            .iter()
            .filter(|(_, hold)| self.ledger.hold(*hold) == Some(HoldState::Pending));
        let next = open.map(|(at, _)| *at).min();
        assert_eq!(self.ledger.next_expiry(), next);
    }

    fn transfer(&mut self) -> Transfer {
        let id = self.id();
        if self.settled.contains(&id) {
            return self.rows[&id];
        }
        let kind = match self.whim.below(8) {
            0 => TransferKind::Pending,
            1 => TransferKind::PendingFor(1 + self.whim.below(3) as u32),
            2 | 3 => TransferKind::PostPending(self.id()),
            4 => TransferKind::VoidPending(self.id()),
            _ => TransferKind::Posted,
        };
        let held = kind.pending().and_then(|hold| self.rows.get(&hold)).copied();
        let over = kind.pending().is_some_and(|hold| self.settled.contains(&hold));
        let again = self.ledger.transfer(id).copied();
        // Mostly what fits what is known, and now and then what does not.
        let (mut debit, mut credit) = (self.account(), self.account());
        let mut amount = Amount(self.whim.below(12).into());
        if let Some(known) = held.or(again).filter(|_| over || self.whim.below(8) > 0) {
            (debit, credit) = (known.debit, known.credit);
            amount = if over || self.whim.below(4) > 0 { known.amount } else { amount };
        }
        match self.whim.below(60) {
            _ if over => {}
            0 => amount = Amount(-1),
            1 => amount = Amount(i128::MAX),
            2 => amount = Amount(i128::MAX - 5),
            _ => {}
        }
        let linked = self.whim.once_in(3);
        let (kind, linked) = match again {
            Some(again) if !over && self.whim.once_in(2) => (again.kind, again.linked),
            _ => (kind, linked),
        };
        let token = Token(u64::from(self.whim.below(20) > 0));
        let operation = OperationId(u64::from(self.whim.below(20) > 0));
        Transfer { id, debit, credit, amount, kind, linked, token, operation }
    }

    fn id(&mut self) -> TransferId {
        match self.whim.below(40) {
            0 => TransferId(0),
            1 => TransferId(u64::MAX),
            id => TransferId(id),
        }
    }

    fn account(&mut self) -> AccountId {
        let at = self.whim.below(ACCOUNTS.len() as u64 * 4);
        // Mostly in the same books.
        ACCOUNTS[if at < ACCOUNTS.len() as u64 { at as usize } else { at as usize % 3 }]
    }
}

/// Each says something else than `row` in one thing.
fn others(row: &Transfer) -> impl Iterator<Item = Transfer> {
    let kinds = [
        TransferKind::Posted,
        TransferKind::Pending,
        TransferKind::PendingFor(7),
        TransferKind::PostPending(TransferId(77)),
        TransferKind::VoidPending(TransferId(77)),
    ];
    let row = *row;
    let of_kind = kinds.into_iter().filter(move |kind| *kind != row.kind);
    let of_kind = of_kind.map(move |kind| Transfer { kind, ..row });
    let elsewhere = account(9, Currency::Kwd, AccountName::TransitIn);
    let changed = [
        Transfer { debit: elsewhere, ..row },
        Transfer { credit: elsewhere, ..row },
        Transfer { amount: Amount(row.amount.0 ^ 1), ..row },
        Transfer { linked: !row.linked, ..row },
        Transfer { token: Token(row.token.0 ^ 1), ..row },
        Transfer { operation: OperationId(row.operation.0 ^ 1), ..row },
    ];
    of_kind.chain(changed)
}

const ACCOUNTS: [AccountId; 6] = [
    account(1, Currency::Eur, AccountName::TransitIn),
    account(1, Currency::Eur, AccountName::MerchantAvailable(Merchant(1))),
    account(1, Currency::Eur, AccountName::MerchantOwed(Merchant(1))),
    account(1, Currency::Eur, AccountName::MerchantPending(Merchant(1))),
    account(1, Currency::Usd, AccountName::TransitIn),
    account(2, Currency::Eur, AccountName::TransitIn),
];

const fn account(tenant: u16, currency: Currency, name: AccountName) -> AccountId {
    AccountId { tenant: Tenant(tenant), currency, name }
}
