//! What each authority has said so far: providers' books, ledger rows, durable
//! journals, clients' screens.

use std::collections::{BTreeMap, BTreeSet};

use model::workflow::payin_card::steps;
use model::{
    AccountId, AccountName, Amount, Balance, Charge, ChargeEvent, ChargeState, Currency, HoldState,
    Intent, Movement, OperationId, Outcome, PaymentId, ProviderId, Record, Status, Tenant, Token,
    Transfer, TransferId, TransferKind, UndoOutcome,
};
use sim::VirtualTime;

use crate::fact::{Endpoint, ProviderStrike};
use crate::judge::PROVIDER_STRIKES;
use crate::judge::journal::step_name;
use crate::message::{Asking, ClientReply};
use crate::plan::{Operation, Plan};

/// What was said, by whom.
#[derive(Clone, Debug)]
pub struct Authorities {
    pub(super) heal_at: VirtualTime,
    pub(super) operations: BTreeMap<Token, Operation>,
    /// PB: every charge, by provider and key of its authorization.
    pub(super) charges: BTreeMap<Token, Vec<ChargeView>>,
    /// LG: the sums of every account.
    pub(super) balances: BTreeMap<AccountId, Balance>,
    /// LG: every stored transfer.
    pub(super) transfers: BTreeMap<TransferId, Transfer>,
    /// LG: what became of every hold.
    pub(super) holds: BTreeMap<TransferId, HoldState>,
    /// LG: what providers owe, by instrument.
    pub(super) booked: BTreeMap<Token, Amount>,
    /// LG: posted and pending sums of debits less credits, which must be zero.
    pub(super) imbalance: BTreeMap<(Tenant, Currency), (Amount, Amount)>,
    /// JR: every payment.
    pub(super) payments: BTreeMap<PaymentId, PaymentRecordView>,
    pub(super) payments_of: BTreeMap<Token, Vec<PaymentId>>,
    /// JR: every operation that was intended.
    pub(super) intents: BTreeSet<OperationId>,
    /// CL: what clients saw.
    pub(super) screens: BTreeMap<Token, ScreenView>,
    strikes: [u64; PROVIDER_STRIKES.len()],
    calls_again: u64,
    undone: BTreeMap<&'static str, u64>,
}

/// One charge, as the provider's own books have it.
#[derive(Clone, Copy, Debug)]
pub struct ChargeView {
    /// The charge.
    pub charge: Charge,
    /// How often it was undone with effect.
    pub voids: u32,
    /// Whether it ever reserved money.
    pub was_authorized: bool,
}

/// One payment, as its durable journal has it.
#[derive(Clone, Debug)]
pub struct PaymentRecordView {
    /// What the client wanted.
    pub intent: Intent,
    /// The status.
    pub status: Status,
    /// When the status last changed.
    pub changed_at: VirtualTime,
    /// Whether there is no way back.
    pub pivot: bool,
    /// Whether a person has to look.
    pub case: bool,
    /// Tries at providers, and whether each is definitely without effect.
    pub attempts: Vec<(u8, bool)>,
}

/// What was shown of one payment.
#[derive(Clone, Debug, Default)]
pub(super) struct ScreenView {
    /// The first final status that was seen.
    pub(super) final_seen: Option<Status>,
    /// How often the client asked at each endpoint.
    asked: [u32; 3],
    /// And how often it had when it first saw a final status.
    asked_before: [u32; 3],
    /// Failed or canceled was told to the outside.
    pub(super) failure_told: Option<Status>,
    /// The payment that replies to the creation named.
    pub(super) named: Option<PaymentId>,
    /// The first final reply to the creation.
    pub(super) final_reply: Option<ClientReply>,
    /// How many replies to the creation came.
    pub(super) replies: u32,
    /// What the probe saw.
    pub(super) probed: Option<ClientReply>,
}

impl Authorities {
    pub(super) fn new(plan: &Plan) -> Self {
        let operations = plan.operations.iter();
        Self {
            heal_at: plan.heal_at,
            operations: operations.map(|o| (o.token, o.clone())).collect(),
            charges: BTreeMap::new(),
            balances: BTreeMap::new(),
            transfers: BTreeMap::new(),
            holds: BTreeMap::new(),
            booked: BTreeMap::new(),
            imbalance: BTreeMap::new(),
            payments: BTreeMap::new(),
            payments_of: BTreeMap::new(),
            intents: BTreeSet::new(),
            screens: BTreeMap::new(),
            strikes: [0; PROVIDER_STRIKES.len()],
            calls_again: 0,
            undone: BTreeMap::new(),
        }
    }

    /// A client asked.
    pub(super) fn asked(&mut self, token: Token, endpoint: Endpoint) {
        let screen = self.screens.entry(token).or_default();
        screen.asked[endpoint as usize] += 1;
        if screen.final_seen.is_none() {
            screen.asked_before = screen.asked;
        }
    }

    /// Whether this was asked after a final status had been seen.
    pub(super) fn asked_later(&self, asking: &Asking, endpoint: Endpoint) -> bool {
        let screen = self.screens.get(&asking.token);
        screen.is_some_and(|screen| asking.number > screen.asked_before[endpoint as usize])
    }

    /// The sums of every account, in order.
    pub fn balances(&self) -> &BTreeMap<AccountId, Balance> {
        &self.balances
    }

    /// How often `strike` fell at a provider.
    pub fn strikes(&self, strike: ProviderStrike) -> u64 {
        self.strikes[strike as usize]
    }

    /// How often a call was made again.
    pub fn calls_again(&self) -> u64 {
        self.calls_again
    }

    /// How often each step was undone.
    pub fn undone(&self) -> &BTreeMap<&'static str, u64> {
        &self.undone
    }

    /// What the probe saw of each operation at rest.
    pub fn probed(&self) -> impl Iterator<Item = (Token, Option<ClientReply>)> {
        self.operations
            .keys()
            .map(|token| (*token, self.screens.get(token).and_then(|screen| screen.probed)))
    }

    /// The charges of this instrument, at all providers.
    pub fn charges_of(&self, token: Token) -> &[ChargeView] {
        self.charges.get(&token).map_or(&[], Vec::as_slice)
    }

    /// What was captured from this instrument.
    pub fn captured(&self, token: Token) -> Amount {
        self.charges_of(token).iter().map(|view| view.charge.captured).sum()
    }

    pub(super) fn token_of(&self, payment: PaymentId) -> Token {
        self.payments.get(&payment).map_or(Token(0), |view| view.intent.token)
    }

    pub(super) fn payment_of(&self, token: Token) -> Option<PaymentId> {
        self.payments_of.get(&token)?.first().copied()
    }

    pub(super) fn count_call(&mut self, number: u32) {
        self.calls_again += u64::from(number > 1);
    }

    pub(super) fn count_strike(&mut self, strike: ProviderStrike) {
        self.strikes[strike as usize] += 1;
    }

    pub(super) fn take_probe(&mut self, token: Token, reply: ClientReply) {
        self.screens.entry(token).or_default().probed = Some(reply);
    }

    pub(super) fn take_movement(&mut self, movement: &Movement) {
        let charges = self.charges.entry(movement.charge.token).or_default();
        let same = |view: &&mut ChargeView| view.charge.id == movement.charge.id;
        let at = charges.iter_mut().find(same);
        let view = match at {
            Some(view) => view,
            None => {
                charges.push(ChargeView {
                    charge: movement.charge,
                    voids: 0,
                    was_authorized: false,
                });
                let last = charges.len() - 1;
                &mut charges[last]
            }
        };
        view.charge = movement.charge;
        match movement.event {
            ChargeEvent::Authorized(_) => view.was_authorized = true,
            ChargeEvent::Voided => view.voids += 1,
            _ => {}
        }
    }

    pub(super) fn take_record(
        &mut self,
        at: VirtualTime,
        payment: PaymentId,
        token: Token,
        record: &Record,
    ) {
        if let Record::Accepted(intent) = record {
            self.payments_of.entry(token).or_default().push(payment);
            self.payments.insert(
                payment,
                PaymentRecordView {
                    intent: *intent,
                    status: Status::Processing,
                    changed_at: at,
                    pivot: false,
                    case: false,
                    attempts: Vec::new(),
                },
            );
            return;
        }
        let Some(view) = self.payments.get_mut(&payment) else { return };
        match record {
            Record::StepIntent { which, operation, provider } => {
                self.intents.insert(*operation);
                if provider.is_some() {
                    view.attempts.push((which.attempt, false));
                }
            }
            Record::StepOutcome { which, outcome: Outcome::Refused(_) } => {
                view.settle(which.step, which.attempt);
            }
            Record::CompIntent { operation, .. } => {
                self.intents.insert(*operation);
            }
            Record::CompOutcome { which, outcome } if *outcome != UndoOutcome::TooLate => {
                view.settle(which.step, which.attempt);
                *self.undone.entry(step_name(which.step)).or_default() += 1;
            }
            Record::PivotCommitted => view.pivot = true,
            Record::StatusChanged(status) => {
                view.status = *status;
                view.changed_at = at;
            }
            Record::CaseOpened(_) => view.case = true,
            _ => {}
        }
    }

    /// Takes one stored row; the judge's own ledger, as small as can be.
    pub(super) fn take_row(&mut self, row: &Transfer) {
        let held = |this: &Self, id| this.transfers.get(&id).map_or(Amount::ZERO, |t| t.amount);
        match row.kind {
            TransferKind::Posted => self.post(row),
            TransferKind::Pending => {
                self.reserve(row, row.amount);
                self.holds.insert(row.id, HoldState::Pending);
            }
            TransferKind::PostPending(id) => {
                self.reserve(row, -held(self, id));
                self.post(row);
                self.holds.insert(id, HoldState::Posted);
            }
            TransferKind::VoidPending(id) => {
                self.reserve(row, -held(self, id));
                self.holds.insert(id, HoldState::Voided);
            }
        }
        self.transfers.insert(row.id, *row);
    }

    /// What the ledger says that `provider` owes a tenant in a currency.
    pub(super) fn owed(&self, tenant: Tenant, currency: Currency, provider: ProviderId) -> Amount {
        let name = AccountName::ProviderReceivable(provider);
        let balance = self.balances.get(&AccountId { tenant, currency, name });
        balance.map_or(Amount::ZERO, |b| b.debits_posted - b.credits_posted)
    }

    fn post(&mut self, row: &Transfer) {
        self.balances.entry(row.debit).or_default().debits_posted += row.amount;
        self.balances.entry(row.credit).or_default().credits_posted += row.amount;
        self.tip(row, row.amount, Amount::ZERO);
        let owed = |name| matches!(name, AccountName::ProviderReceivable(_));
        if owed(row.debit.name) {
            *self.booked.entry(row.token).or_default() += row.amount;
        }
        if owed(row.credit.name) {
            *self.booked.entry(row.token).or_default() -= row.amount;
        }
    }

    fn reserve(&mut self, row: &Transfer, amount: Amount) {
        self.balances.entry(row.debit).or_default().debits_pending += amount;
        self.balances.entry(row.credit).or_default().credits_pending += amount;
        self.tip(row, Amount::ZERO, amount);
    }

    fn tip(&mut self, row: &Transfer, posted: Amount, pending: Amount) {
        let side = |account: AccountId| (account.tenant, account.currency);
        let debit = self.imbalance.entry(side(row.debit)).or_default();
        debit.0 += posted;
        debit.1 += pending;
        let credit = self.imbalance.entry(side(row.credit)).or_default();
        credit.0 -= posted;
        credit.1 -= pending;
    }
}

impl PaymentRecordView {
    /// A try at a provider is definitely without effect.
    fn settle(&mut self, step: u8, attempt: u8) {
        if step == steps::AUTHORIZE
            && let Some(known) = self.attempts.iter_mut().find(|(a, _)| *a == attempt)
        {
            known.1 = true;
        }
    }
}

impl ChargeView {
    /// Whether it reserves the customer's money, or may come to.
    pub fn is_alive(&self) -> bool {
        self.charge.state.is_alive()
    }

    /// Whether money was taken.
    pub fn is_captured(&self) -> bool {
        self.charge.state == ChargeState::Captured
    }
}
