//! A chargeback in the hands of one worker.

use std::time::Duration;

use model::{
    AccountName, Act, Amount, Answer, Beginning, Call, ChargeState, Conductor, DisputeState,
    InboxEvent, InboxState, LedgerRequest, ProviderId, ProviderReply, ProviderRequest, Record,
    Rules, Status, Told, Transfer, TransferResult, Webhook,
};

use crate::history::MONEY;
use crate::script::rules;
use crate::store_desk::{CHARGE, paid, receive, told};

/// A worker with the chargeback of a payment at the first provider.
pub(crate) struct Worker {
    pub(crate) conductor: Conductor,
    pub(crate) now: Duration,
    number: u32,
    pub(crate) rules: Rules,
    /// What its merchant has.
    pub(crate) available: Amount,
    /// What it has written down.
    pub(crate) records: Vec<Record>,
}

impl Worker {
    pub(crate) fn new(amount: Amount) -> Self {
        Self::begun(&told(3, Beginning::DisputeOpened, amount))
    }

    /// The same of its pre-arbitration.
    pub(crate) fn objected(amount: Amount) -> Self {
        Self::begun(&told(5, Beginning::DisputedAgain, amount))
    }

    fn begun(webhook: &Webhook) -> Self {
        let mut store = paid();
        receive(&mut store, webhook);
        let saga = store.payment(webhook.saga().expect("it begins one")).expect("accepted");
        Self::at(saga.journal.clone())
    }

    fn at(records: Vec<Record>) -> Self {
        let conductor = Conductor::take_over(&records, Duration::ZERO, &rules());
        let (conductor, now) = (conductor.expect("it folds"), Duration::ZERO);
        Self { conductor, now, number: 0, rules: rules(), available: Amount::ZERO, records }
    }

    /// Somebody else with its journal.
    pub(crate) fn taken_over(&self) -> Self {
        Self::at(self.records.clone())
    }

    /// One whose dispute is lost, which is not booked.
    pub(crate) fn lost() -> Self {
        let mut worker = Self::new(MONEY.amount);
        worker.books();
        worker.provider();
        worker.hear(ProviderReply::Dispute(DisputeState::EvidenceSubmitted));
        worker.provider();
        worker.hear(ProviderReply::Status(ChargeState::ChargedBack, CHARGE, MONEY.amount));
        worker
    }

    /// The next call, all that can be written before it being durable.
    fn call(&mut self) -> Call {
        loop {
            match self.conductor.act(self.now, &self.rules) {
                Act::Commit(records) => {
                    self.conductor.committed(&records).expect("what it wanted fits");
                    self.records.extend(records);
                }
                Act::Call(Call::Ledger(LedgerRequest::Available(asked)), number) => {
                    let told = Answer::Available(vec![self.available; asked.len()]);
                    self.conductor.hear(number, &told, self.now, &self.rules);
                }
                Act::Call(call, number) => {
                    self.number = number;
                    return call;
                }
                other => panic!("{other:?} at {:?}", self.now),
            }
        }
    }

    /// The accounts of what it books next, which the ledger does.
    pub(crate) fn books(&mut self) -> Vec<(AccountName, AccountName)> {
        self.rows().iter().map(sides).collect()
    }

    /// What it books next, which the ledger does.
    pub(crate) fn rows(&mut self) -> Vec<Transfer> {
        let rows = self.transfers();
        self.answer(&Answer::Booked(vec![TransferResult::Created; rows.len()]));
        rows
    }

    /// What it wants booked next.
    pub(crate) fn transfers(&mut self) -> Vec<Transfer> {
        match self.call() {
            Call::Ledger(LedgerRequest::Create(rows)) => rows,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn answer(&mut self, answer: &Answer) {
        self.conductor.hear(self.number, answer, self.now, &self.rules);
    }

    /// What it asks the provider next.
    pub(crate) fn provider(&mut self) -> ProviderRequest {
        match self.call() {
            Call::Provider(ProviderId(0), request) => request,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn hear(&mut self, reply: ProviderReply) {
        self.conductor.hear(self.number, &Answer::Provider(reply), self.now, &rules());
    }

    /// It has nothing to do for a while, which goes by.
    pub(crate) fn rests(&mut self) {
        match self.conductor.act(self.now, &rules()) {
            Act::Wait(pause) => self.now += pause,
            other => panic!("{other:?}"),
        }
    }

    /// A webhook tells it something, of which it finds this.
    pub(crate) fn is_told(&mut self, beginning: Beginning) -> InboxEvent {
        let webhook = told(4, beginning, MONEY.amount);
        let told = Told { webhook, state: InboxState::Received, known: 3 };
        self.conductor.take_evidence(&told, self.now, &rules())
    }

    /// What it writes down next, which is durable at once.
    pub(crate) fn commits(&mut self) -> Vec<Record> {
        match self.conductor.act(self.now, &rules()) {
            Act::Commit(records) => {
                self.conductor.committed(&records).expect("what it wanted fits");
                records
            }
            other => panic!("{other:?}"),
        }
    }

    /// Nothing is left to do.
    pub(crate) fn ends(&mut self, state: DisputeState) {
        self.commits();
        let payment = self.conductor.payment();
        assert!(payment.is_terminal());
        assert_eq!((payment.status(), payment.dispute()), (Status::Succeeded, state));
    }
}

pub(crate) fn sides(row: &Transfer) -> (AccountName, AccountName) {
    (row.debit.name, row.credit.name)
}

pub(crate) fn contest(worker: &Worker, evidence: bool) -> ProviderRequest {
    let operation = worker.conductor.operation().expect("it was sent");
    ProviderRequest::Contest { reference: operation, charge: CHARGE, evidence }
}
