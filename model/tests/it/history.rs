//! A payment's journal, under the rules that no worker may break
//! (payments.md D2, D3, D9, O3, O5, I14, I26).

use std::collections::BTreeMap;

use model::saga::Try;
use model::workflow::Action;
use model::workflow::payin_card::steps;
use model::{
    Amount, Aside, Call, ChargeId, Currency, Defects, IdempotencyKey, Intent, LedgerRequest,
    Merchant, Money, OperationId, Order, Outcome, Payment, PaymentId, ProviderId, ProviderRequest,
    Record, RefundOrder, RiskRequest, Rules, Shares, Tenant, Token, UndoOutcome,
};

/// What the client wants; the token says which provider comes first.
pub(crate) fn intent(token: u64) -> Intent {
    let (tenant, key) = (Tenant(1), IdempotencyKey(7));
    Intent {
        payment: PaymentId::of(tenant, key, 0),
        tenant,
        merchant: Merchant(1),
        key,
        token: Token(token),
        money: MONEY,
        order: Order::default(),
    }
}

/// The same money back, from the provider with this number.
pub(crate) fn refund(provider: u8) -> Intent {
    let paid = intent(0);
    let of = refund_order(paid.payment, provider, 9);
    Intent {
        payment: PaymentId::of_refund(paid.tenant, paid.key, 0),
        token: Token(2),
        order: Order::Refund(of),
        ..paid
    }
}

/// What was charged for the payment `of` goes back: not settled, not shared, not
/// exchanged.
pub(crate) fn refund_order(of: PaymentId, provider: u8, charge: u64) -> RefundOrder {
    RefundOrder {
        of,
        provider: ProviderId(provider),
        charge: ChargeId(charge),
        settled: Aside::NONE,
        shares: Shares::NONE,
        exchanged: Aside::NONE,
    }
}

pub(crate) const MONEY: Money = Money { amount: Amount(10_000), currency: Currency::Eur };

/// A journal, and what was sent on its strength.
#[derive(Clone, Debug)]
pub(crate) struct History {
    records: Vec<Record>,
    sent: BTreeMap<OperationId, (ProviderId, ProviderRequest)>,
    defects: Defects,
    /// Providers that answer no query: only an undo tells what became of a
    /// capture there.
    mute: Vec<bool>,
}

impl History {
    /// Whoever has a defect planted is not held to the rules.
    pub(crate) fn new(token: u64, defects: Defects) -> Self {
        Self::of(intent(token), defects)
    }

    /// The same for what this asks for.
    pub(crate) fn of(intent: Intent, defects: Defects) -> Self {
        Self {
            records: vec![Record::Accepted(intent)],
            sent: BTreeMap::new(),
            defects,
            mute: Vec::new(),
        }
    }

    /// The same, with the providers of `rules`.
    pub(crate) fn with(mut self, rules: &Rules) -> Self {
        self.mute = rules.providers.iter().map(|dialect| dialect.queries.is_none()).collect();
        self
    }

    pub(crate) fn records(&self) -> &[Record] {
        &self.records
    }

    pub(crate) fn payment(&self) -> Payment {
        let folded = Payment::fold(&self.records, self.defects);
        folded.unwrap_or_else(|error| panic!("{error}: {:#?}", self.records))
    }

    /// Appends `records`, one by one, each of which has to be in order.
    pub(crate) fn append(&mut self, records: &[Record]) {
        for record in records {
            match record {
                _ if self.defects != Defects::NONE => {}
                Record::StepIntent { which, .. } if self.is_at(*which, Action::Authorize) => {
                    self.nothing_is_in_doubt(which);
                }
                Record::StepIntent { which, .. } if self.is_at(*which, Action::Refund) => {
                    assert_eq!(which.attempt, 1, "a refund is made under one key");
                }
                Record::CompIntent { which, .. } if self.is_refund() => {
                    self.refund_comes_before_its_reserve(*which);
                }
                Record::CompIntent { which, .. } => {
                    let past = self.records.contains(&Record::PivotCommitted);
                    assert!(!past, "{which:?} is undone past the pivot");
                    if !self.is_mute_at(*which) {
                        self.no_capture_is_in_doubt();
                    }
                    self.provider_comes_before_ledger(*which);
                }
                _ => {}
            }
            self.records.push(*record);
            self.payment();
        }
    }

    /// A call that a worker makes: what permits it has to be durable, and what
    /// was sent before under the same key has to be the same.
    pub(crate) fn called(&mut self, call: &Call) {
        match call {
            _ if self.defects != Defects::NONE => {}
            Call::Risk(RiskRequest::Assess { operation }) => self.intended(*operation),
            Call::Risk(RiskRequest::Release { operation }) => self.intended(operation.undo()),
            Call::Ledger(LedgerRequest::Create(transfers)) => {
                transfers.iter().for_each(|transfer| self.intended(transfer.operation));
            }
            Call::Provider(provider, request) => self.asked(*provider, *request),
            Call::Bank(_, request) => self.intended(request.target()),
            Call::Ledger(LedgerRequest::Lookup(_) | LedgerRequest::Available(_))
            | Call::Notice(_) => {}
        }
    }

    fn asked(&mut self, provider: ProviderId, request: ProviderRequest) {
        match request {
            ProviderRequest::Authorize { reference, .. }
            | ProviderRequest::Capture { reference, .. }
            | ProviderRequest::Refund { reference, .. }
            | ProviderRequest::Contest { reference, .. }
            | ProviderRequest::VoidByReference { reference, .. } => {
                self.intended(reference);
                let first = *self.sent.entry(reference).or_insert((provider, request));
                assert_eq!(first, (provider, request), "two payloads under one key");
            }
            ProviderRequest::Query { .. } => {}
        }
    }

    fn intended(&self, wanted: OperationId) {
        let intended = self.records.iter().any(|record| match record {
            Record::StepIntent { operation, .. } | Record::CompIntent { operation, .. } => {
                *operation == wanted
            }
            _ => false,
        });
        assert!(intended, "{wanted} leaves before its intent: {:#?}", self.records);
    }

    /// Only a definite end of each attempt permits another one.
    fn nothing_is_in_doubt(&self, next: &Try) {
        self.no_capture_is_in_doubt();
        for attempt in 1..next.attempt {
            let which = Try { attempt, ..*next };
            assert!(self.is_gone(which), "{next:?} while {which:?} is in doubt");
        }
    }

    /// What is reserved for a refund stays while it may have an effect.
    fn refund_comes_before_its_reserve(&self, undone: Try) {
        assert_eq!(self.payment().action(undone), Action::Hold);
        let refund = self.payment().latest(Action::Refund).map(|(which, _)| which);
        let gone = refund.is_none_or(|which| self.is_gone(which));
        assert!(gone, "the reserve is released while a refund may have an effect");
    }

    fn is_refund(&self) -> bool {
        matches!(self.payment().intent().order, Order::Refund(_))
    }

    fn is_at(&self, which: Try, action: Action) -> bool {
        self.payment().action(which) == action
    }

    fn no_capture_is_in_doubt(&self) {
        let doubtful =
            !self.is_refund() && self.intents(steps::CAPTURE).any(|which| self.is_doubtful(which));
        assert!(!doubtful, "a capture is in doubt: {:#?}", self.records);
    }

    /// Whether nothing says what became of this capture: neither its outcome nor
    /// the undo of its authorization.
    fn is_doubtful(&self, capture: Try) -> bool {
        let since = self.records.iter().skip_while(
            |record| !matches!(record, Record::StepIntent { which, .. } if *which == capture),
        );
        let told = |record: &Record| matches!(record, Record::CompOutcome { which, .. } if which.step == steps::AUTHORIZE);
        self.outcome(capture).is_none() && !since.into_iter().any(told)
    }

    fn is_mute_at(&self, which: Try) -> bool {
        let provider =
            self.payment().provider_of(which.attempt).filter(|_| which.step == steps::AUTHORIZE);
        provider.is_some_and(|id| self.mute.get(usize::from(id.0)) == Some(&true))
    }

    /// The hold stays while an authorization may be alive.
    fn provider_comes_before_ledger(&self, undone: Try) {
        if undone.step == steps::HOLD {
            let alive = self.intents(steps::AUTHORIZE).find(|which| !self.is_gone(*which));
            assert_eq!(alive, None, "the hold is released while a provider may hold the money");
        }
    }

    fn is_gone(&self, which: Try) -> bool {
        let undone = self.records.iter().any(|record| {
            matches!(record, Record::CompOutcome { which: known, outcome }
                if *known == which && *outcome != UndoOutcome::TooLate)
        });
        let outcome = self.outcome(which);
        undone || matches!(outcome, Some(Outcome::Refused(_) | Outcome::TakenAfterAll { .. }))
    }

    fn intents(&self, step: u8) -> impl Iterator<Item = Try> {
        self.records.iter().filter_map(move |record| match record {
            Record::StepIntent { which, .. } if which.step == step => Some(*which),
            _ => None,
        })
    }

    fn outcome(&self, wanted: Try) -> Option<Outcome> {
        self.records.iter().find_map(|record| match record {
            Record::StepOutcome { which, outcome } if *which == wanted => Some(*outcome),
            _ => None,
        })
    }
}
