//! What each authority has said so far: providers' books, ledger rows, durable
//! journals, clients' screens.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{
    AccountName, Amount, Balances, BankMovement, Currency, HoldState, Movement, OperationId,
    Outcome, PaymentId, ProviderId, Record, Report, Status, Token, Transfer, TransferId,
    TransferKind,
};
use sim::{Role, VirtualTime};

use super::dossier::{ChargeView, PaymentRecordView, RemittanceView};
use super::dossiers::{Dossiers, Reading};
use super::id_set::IdSet;
use super::losses::Losses;
use super::nets::Nets;
use super::quotes::{QuoteCounts, Quotes};
use super::rail::Rail;
use super::refunds::is_refund;
use super::relatives::{Relatives, is_split, refunds};
use super::risk::Gate;
use super::screen_view::Asked;
use super::settlement_view::Settlements;
use super::shares::Shares;
use super::sights::Sights;
use super::sums::Sums;
use super::trapped::Watch;
use super::wedge::Progress;
use crate::fact::{About, Endpoint};
use crate::message::{Asking, ClientReply};
use crate::party;
use crate::plan::Plan;
use crate::sometimes::FaultKind;
use crate::trapped::{Pool, Trapped};

/// What was said, by whom.
#[derive(Clone, Debug)]
pub struct Authorities {
    pub(super) plan: Arc<Plan>,
    /// Whether there is no journal to read: JR then says what clients are told.
    pub(super) has_no_journal: bool,
    pub(super) dossiers: Dossiers,
    pub(super) sums: Sums,
    pub(super) nets: Nets,
    pub(super) shares: Shares,
    pub(super) losses: Losses,
    /// EX: what the risk service says of each payment that is not finished.
    pub(super) gate: Gate,
    /// Whether any payment is split over several merchants.
    splits: bool,
    pub(super) watch: Watch,
    pub(super) settlements: Settlements,
    /// LG: the id of every stored transfer.
    stored: IdSet,
    /// The operations that share their keys or orders with others.
    pub(super) relatives: Relatives,
    /// The instruments of the refunds of each payment that is to be given back.
    refunds: BTreeMap<Token, Vec<Token>>,
    /// JR: when those of them claimed their keys that did.
    claims: BTreeMap<Token, VirtualTime>,
    /// JR: how far each payment has come that is not finished.
    pub(super) progress: Progress,
    /// JR: what was quoted of each payment that is not finished.
    pub(super) quotes: Quotes,
    /// What was in flight, and what struck meanwhile.
    pub(super) sights: Sights,
    /// The strokes of the plan that fell.
    strokes: BTreeSet<u32>,
    /// Payments whose providers took back what two-phase commit relied on.
    revoked: BTreeMap<Token, ProviderId>,
    calls_again: u64,
    undone: BTreeMap<&'static str, u64>,
}

impl Authorities {
    pub(super) fn new(plan: &Arc<Plan>) -> Self {
        Self {
            plan: plan.clone(),
            has_no_journal: false,
            dossiers: Dossiers::new(plan.clone()),
            sums: Sums::default(),
            watch: Watch::new(plan),
            settlements: Settlements::new(plan),
            nets: Nets::default(),
            shares: Shares::default(),
            losses: Losses::default(),
            gate: Gate::default(),
            splits: plan.operations.iter().any(is_split),
            stored: IdSet::default(),
            relatives: Relatives::new(plan),
            refunds: refunds(plan),
            claims: BTreeMap::new(),
            progress: Progress::default(),
            quotes: Quotes::default(),
            sights: Sights::new(plan.operations.len()),
            strokes: BTreeSet::new(),
            revoked: BTreeMap::new(),
            calls_again: 0,
            undone: BTreeMap::new(),
        }
    }

    /// The plan of the world.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// A client asked.
    pub(super) fn asked(&mut self, token: Token, endpoint: Endpoint) {
        self.dossiers.open(token).screen.asks(endpoint);
    }

    /// When this was asked, by what had been seen before.
    pub(super) fn asked_when(&self, asking: &Asking, endpoint: Endpoint) -> Asked {
        let dossier = self.dossiers.of(asking.token);
        dossier.map_or(Asked::EARLY, |dossier| dossier.screen.asked_when(asking, endpoint))
    }

    /// Whether the plan leaves anybody broken for good.
    pub(super) fn has_permanent_faults(&self) -> bool {
        self.plan.core.is_some()
    }

    /// Whether everybody in the house heals, whoever else does not.
    pub(super) fn house_heals(&self) -> bool {
        let outside = |role| party::provider_of(role).is_some() || party::client_of(role).is_some();
        let heals = |core: sim::Roles| {
            party::all(&self.plan).all(|role| outside(role) || core.contains(role))
        };
        self.plan.core.is_none_or(heals)
    }

    /// How many payments were committed whose providers took back what they had
    /// promised.
    pub fn revocations(&self) -> u64 {
        self.revoked.len() as u64
    }

    /// The provider that took back what it had promised for this instrument, after
    /// two-phase commit had decided on it: a person has that.
    pub(super) fn revoked_by(&self, token: Token) -> Option<ProviderId> {
        self.revoked.get(&token).copied()
    }

    pub(super) fn take_revocation(&mut self, token: Token, provider: ProviderId) {
        self.revoked.insert(token, provider);
    }

    /// Whether a person has this payment, because of a fault that the plan
    /// never heals.
    pub(super) fn is_open_case(&self, token: Token) -> bool {
        let open = |view: &PaymentRecordView| view.case && !view.status.is_final();
        self.revoked.contains_key(&token)
            || self.has_permanent_faults()
                && self.of(token).is_some_and(|dossier| dossier.payments.iter().any(open))
    }

    /// The instrument of the payment that the refund of this one gives back, if
    /// it is that of a refund.
    pub(super) fn refunded_by(&self, token: Token) -> Option<Token> {
        self.plan.operation(token)?.purpose.refunds()
    }

    /// Whether this payment is for several merchants.
    pub(super) fn is_split(&self, payment: Token) -> bool {
        self.splits && self.plan.operation(payment).is_some_and(is_split)
    }

    /// The instruments of the refunds of this payment.
    pub(super) fn refunds_of(&self, payment: Token) -> &[Token] {
        self.refunds.get(&payment).map_or(&[], Vec::as_slice)
    }

    /// Whether the instrument has a payment.
    pub(super) fn has_payment(&self, token: Token) -> bool {
        self.payment_of(token).is_some()
    }

    /// Whether the instrument has this payment.
    pub(super) fn is_payment_of(&self, token: Token, payment: PaymentId) -> bool {
        self.of(token).is_some_and(|dossier| dossier.payment(payment).is_some())
    }

    /// When the operation claimed its key, if it did, and another uses the key.
    pub(super) fn claimed_at(&self, token: Token) -> Option<VirtualTime> {
        self.claims.get(&token).copied()
    }

    /// An operation whose key others use claims it.
    pub(super) fn take_claim(&mut self, at: VirtualTime, token: Token) {
        self.claims.entry(token).or_insert(at);
    }

    /// The sums of every account, in order.
    pub fn balances(&self) -> &Balances {
        self.sums.balances()
    }

    /// How much of a currency is in `pool`, at the moment of the last fact.
    pub fn trapped_in(&self, currency: Currency, pool: Pool) -> Amount {
        self.watch.amount(currency, pool)
    }

    /// What was trapped until `now`.
    pub fn trapped(&self, now: VirtualTime) -> Trapped {
        self.watch.tell(now)
    }

    /// What was in flight, and what struck meanwhile.
    pub fn sights(&self) -> &Sights {
        &self.sights
    }

    /// The strokes of the plan that never fell, by id: what they wait for never
    /// came.
    pub fn never_fell(&self) -> impl Iterator<Item = u32> {
        let strokes = self.plan.strokes.iter().map(|stroke| stroke.id);
        let mishaps = self.plan.settlement.as_ref().into_iter().flat_map(|plan| &plan.mishaps);
        let strokes = strokes.chain(mishaps.map(|mishap| mishap.id));
        strokes.filter(|id| !self.strokes.contains(id))
    }

    /// What books and settlement files differ in, as the reconciler told last.
    pub fn reported(&self) -> Option<&Report> {
        self.settlements.report()
    }

    /// How often this went wrong with a settlement file.
    pub fn file_strikes(&self, name: &'static str) -> u64 {
        self.settlements.strikes(name)
    }

    /// What became of quotes for exchanges.
    pub fn quotes(&self) -> QuoteCounts {
        self.quotes.counts()
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
        let planned = self.plan.operations.iter().map(|operation| operation.token);
        planned.map(|token| (token, self.of(token).and_then(|dossier| dossier.screen.probed)))
    }

    /// The charges of this instrument, at all providers.
    pub fn charges_of(&self, token: Token) -> Cow<'_, [ChargeView]> {
        self.dossiers.charges(token)
    }

    /// What was sent to the account elsewhere that this instrument stands for,
    /// over all rails.
    pub fn remittances_of(&self, token: Token) -> Vec<RemittanceView> {
        self.of(token).map_or(Vec::new(), |dossier| dossier.remittances.clone())
    }

    /// What was sent to the account elsewhere that this instrument stands for,
    /// and did not come back.
    pub(super) fn sent(&self, token: Token) -> Amount {
        let remittances = self.remittances_of(token);
        let gone = remittances.iter().filter(|view| view.is_gone());
        gone.map(|view| view.money.amount).sum()
    }

    /// What was captured from this instrument.
    pub fn captured(&self, token: Token) -> Amount {
        self.dossiers.captured(token, None)
    }

    /// How many dossiers are not packed, and the bytes that it takes to know
    /// ids and packed dossiers.
    pub fn footprint(&self) -> (usize, usize) {
        let (open, packed) = self.dossiers.footprint();
        (open, packed + self.stored.bytes())
    }

    /// What was said of this instrument.
    pub(super) fn of(&self, token: Token) -> Option<Reading<'_>> {
        self.dossiers.of(token)
    }

    /// What providers owe for this instrument, as the ledger has it.
    pub(super) fn booked(&self, token: Token) -> Amount {
        self.dossiers.booked(token)
    }

    /// Whether `operation` was intended for this instrument.
    pub(super) fn intends(&self, token: Token, operation: OperationId) -> bool {
        self.settlements.intends(operation)
            || self.of(token).is_some_and(|dossier| dossier.intends(operation))
    }

    /// Whether a transfer with this id is stored.
    pub(super) fn has_stored(&self, id: TransferId) -> bool {
        self.stored.contains(id.0)
    }

    pub(super) fn token_of(&self, payment: PaymentId) -> Token {
        let found = self.dossiers.iter().find(|(_, dossier)| dossier.payment(payment).is_some());
        found.map_or(Token(0), |(token, _)| token)
    }

    pub(super) fn payment_of(&self, token: Token) -> Option<PaymentId> {
        self.of(token)?.payments.first().map(|view| view.intent.payment)
    }

    pub(super) fn count_call(&mut self, number: u32) {
        self.calls_again += u64::from(number > 1);
        self.sights.called(number);
    }

    /// Something struck at `role`, or whom it is about.
    pub(super) fn take_strike(&mut self, kind: impl Into<FaultKind>, about: About, role: Role) {
        let place = about.0.and_then(|token| self.plan.place(token));
        self.sights.strike(kind.into(), place, role);
    }

    pub(super) fn take_remittance(&mut self, at: VirtualTime, movement: &BankMovement) {
        self.dossiers.open(movement.remittance.destination).take_remittance(at, movement);
    }

    pub(super) fn take_stroke(&mut self, stroke: u32) {
        self.strokes.insert(stroke);
    }

    pub(super) fn take_probe(&mut self, token: Token, reply: ClientReply) {
        self.dossiers.take_probe(token, reply);
    }

    pub(super) fn take_movement(&mut self, at: VirtualTime, movement: &Movement) {
        self.watch.take_movement(at, movement);
        let late = self.dossiers.open(movement.charge.token).take_movement(at, movement);
        if is_refund(movement.event) && !late {
            self.dossiers.open(movement.token).take_refund(at, movement);
        }
    }

    pub(super) fn take_record(
        &mut self,
        at: VirtualTime,
        payment: PaymentId,
        token: Token,
        record: &Record,
    ) {
        let dossier = self.dossiers.open(token);
        let intent = match record {
            Record::Accepted(intent) => Some(intent),
            _ => dossier.payment(payment).map(|view| &view.intent),
        };
        let late = intent.filter(|intent| intent.order.is_of_late_success());
        let late = late.map(|intent| (payment, intent));
        self.watch.take_record(at, token, record, late);
        self.progress.take(at, payment, record);
        match record {
            Record::StepOutcome { outcome: Outcome::Quoted(quote), .. } => {
                self.nets.quote(token, *quote);
            }
            Record::StepIntent { which, operation, .. } => {
                let view = dossier.payment(payment);
                self.losses.intend(view, (*which, *operation), self.sums.balances());
            }
            Record::StatusChanged(status) => {
                let view = dossier.payment(payment).filter(|view| view.is_asked_for());
                match (status, view) {
                    (Status::Succeeded, Some(view)) => {
                        self.nets.succeed(token, view.taken(), view.intent.money.amount);
                    }
                    (Status::Failed | Status::Canceled, Some(_)) => self.nets.fail(token),
                    _ => {}
                }
            }
            _ => {}
        }
        let view = dossier.payment(payment);
        let workflow = view.map(|view| view.intent.order.workflow());
        self.sights.recorded(self.plan.place(token), workflow, record);
        if let Record::Accepted(intent) = record {
            dossier.payments.push(PaymentRecordView::new(intent, at));
        } else if let Some(undone) = dossier.take_record(at, payment, record) {
            *self.undone.entry(undone.name()).or_default() += 1;
        }
        if record.is_terminal() {
            self.gate.forget(payment);
        }
        if matches!(record, Record::Terminal | Record::StatusChanged(Status::Settled)) {
            self.dossiers.close(token);
        }
    }

    /// Takes one stored row.
    pub(super) fn take_row(&mut self, at: VirtualTime, row: &Transfer) {
        self.watch.take_row(at, row);
        self.stored.insert(row.id.0);
        let refunds = self.refunded_by(row.token);
        let payment = refunds.unwrap_or(row.token);
        if self.is_split(payment) {
            self.shares.take(payment, row);
        }
        let refunds = refunds.is_some();
        let dossier = self.dossiers.open(row.token);
        match row.kind {
            TransferKind::Posted => self.sums.post(row),
            TransferKind::Pending | TransferKind::PendingFor(_) => {
                self.sums.reserve(row, row.amount);
                dossier.take_hold(row);
            }
            TransferKind::PostPending(id) => {
                let held = dossier.resolve_hold(id, HoldState::Posted);
                self.sums.reserve(row, -held);
                self.sums.post(row);
            }
            TransferKind::VoidPending(id) => {
                let held = dossier.resolve_hold(id, HoldState::Voided);
                self.sums.reserve(row, -held);
            }
        }
        self.losses.take(row, self.sums.balances());
        dossier.take_rail(at, row);
        // What moves by a settlement file was booked before.
        if self.settlements.intends(row.operation) {
            return;
        }
        if dossier.take_suspended(row) {
            return self.nets.post(row, false);
        }
        let disputes = [row.debit, row.credit].map(|account| account.name);
        let disputed = disputes.iter().any(|name| matches!(name, AccountName::Dispute(_)));
        let by_hand = !refunds && Rail::booked_by(row) == Some(Rail::ByHand);
        let stands = |status| matches!(status, Status::Succeeded | Status::Settled);
        let stands = |view: &PaymentRecordView| view.is_asked_for() && stands(view.status);
        let succeeded = dossier.payments.iter().any(stands);
        if matches!(row.kind, TransferKind::Posted | TransferKind::PostPending(_)) {
            self.nets.post(row, succeeded);
            let left = |name| matches!(name, AccountName::TransitOut(_) | AccountName::Bank(_));
            if left(row.credit.name) {
                dossier.booked += row.amount;
            }
            if left(row.debit.name) {
                dossier.booked -= row.amount;
            }
            let owed = |name| matches!(name, AccountName::ProviderReceivable(_));
            match (owed(row.debit.name), owed(row.credit.name), disputed) {
                _ if by_hand => dossier.by_hand += row.amount,
                (true, _, false) => dossier.booked += row.amount,
                (_, true, false) => dossier.booked -= row.amount,
                (true, _, true) => dossier.withdrawn -= row.amount,
                (_, true, true) => dossier.withdrawn += row.amount,
                (false, false, _) => {}
            }
        }
    }

    /// Takes a hold whose time is over.
    pub(super) fn take_expiry(&mut self, at: VirtualTime, hold: &Transfer) {
        self.watch.take_expiry(at, hold);
        let held = self.dossiers.open(hold.token).resolve_hold(hold.id, HoldState::Expired);
        self.sums.reserve(hold, -held);
    }

    pub(super) fn heal_at(&self) -> VirtualTime {
        self.plan.heal_at
    }
}
