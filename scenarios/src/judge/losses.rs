//! Who bears disputes that are lost, and refunds of more than is there: a part of L06,
//! and of I34.

use std::collections::BTreeMap;

use model::saga::Try;
use model::{
    AccountId, AccountName, Amount, Balances, Intent, Merchant, Money, OperationId, Order, Token,
    Transfer,
};
use sim::Sighting;

use super::authorities::Authorities;
use super::called;
use super::dossier::{Dossier, PaymentRecordView};
use super::findings::{Findings, Relation};
use crate::invariant::Invariant;

/// LG: what is in dispute, and what those have who will bear it if it is lost.
#[derive(Clone, Debug, Default)]
pub(super) struct Losses {
    /// What each merchant had at least since the booking of how its dispute ended, or
    /// the hold of a refund, was intended.
    intended: BTreeMap<OperationId, Vec<(AccountId, Amount)>>,
    /// What disputes over each instrument have left in the accounts of disputes.
    disputed: BTreeMap<(Token, AccountId), Amount>,
}

impl Losses {
    /// JR: this try at a step of the payment is intended, which may be the booking of
    /// how a dispute ended, or the hold of a refund.
    pub(super) fn intend(
        &mut self,
        view: Option<&PaymentRecordView>,
        (which, operation): (Try, OperationId),
        books: &Balances,
    ) {
        let bears = |intent: &&Intent| {
            intent.order.books_loss(which) || intent.order.reserves_available(which)
        };
        let Some(intent) = view.map(|view| &view.intent).filter(bears) else { return };
        let money = intent.order.borne().map_or(intent.money, |borne| borne.money());
        let others = intent.order.shares();
        let others = others.others().map(|(merchant, _)| merchant);
        let has = std::iter::once(intent.merchant).chain(others).map(|merchant| {
            let account = AccountId {
                tenant: intent.tenant,
                currency: money.currency,
                name: AccountName::MerchantAvailable(merchant),
            };
            (account, available(books, account))
        });
        self.intended.insert(operation, has.collect());
    }

    /// The ledger has stored `row`, after which the books are so.
    pub(super) fn take(&mut self, row: &Transfer, books: &Balances) {
        for (account, amount) in [(row.debit, row.amount), (row.credit, -row.amount)] {
            match account.name {
                AccountName::Dispute(_) => {
                    let left = self.disputed.entry((row.token, account)).or_default();
                    *left += amount;
                }
                AccountName::MerchantAvailable(_) => self.lower(row, account, books),
                _ => {}
            }
        }
    }

    /// Somebody has less by now. What a booking takes itself it may take.
    fn lower(&mut self, row: &Transfer, account: AccountId, books: &Balances) {
        let others = self.intended.iter_mut().filter(|(whose, _)| **whose != row.operation);
        let known = others.flat_map(|(_, has)| has).filter(|(known, _)| *known == account);
        for (_, least) in known {
            *least = (*least).min(available(books, account));
        }
    }

    /// What disputes over this instrument have left, of all merchants.
    fn left(&self, token: Token) -> impl Iterator<Item = (AccountId, Amount)> + '_ {
        let of = self.disputed.iter().filter(move |((whose, _), _)| *whose == token);
        of.filter(|(_, left)| **left != Amount::ZERO).map(|((_, account), left)| (*account, *left))
    }
}

/// Judges what one booking has stored: who bears a loss pays what it had all the time
/// since that was intended, before it owes anything.
pub(super) fn booked(said: &Authorities, found: &mut Findings, seen: Sighting, rows: &[Transfer]) {
    for row in rows {
        let Some((merchant, true)) = bears(row) else { continue };
        let Some(least) = least(said, row, merchant) else { continue };
        let own = rows.iter().filter(|other| bears(other) == Some((merchant, false)));
        let paid = own.map(|other| other.amount).sum::<Amount>();
        let about = (row.token, "dispute", Relation::BooksDiffer);
        found.check(Invariant::L06, seen, about, least <= paid, || {
            let money = |amount| Money { amount, currency: row.debit.currency };
            format!(
                "{merchant} had {} or more all the time, pays {} of what it bears of {} and owes {}",
                money(least),
                money(paid),
                called(row.token),
                money(row.amount)
            )
        });
    }
}

/// Whose disputes are over has nothing left in dispute.
pub(super) fn at_rest(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    token: Token,
    dossier: &Dossier,
) {
    let over = |view: &&PaymentRecordView| view.status.is_final() && !view.case;
    let mut disputes = dossier.payments.iter().filter(|view| is_dispute(view));
    if !disputes.all(|view| over(&view)) {
        return;
    }
    let left = said.losses.left(token).next();
    let about = (token, "dispute", Relation::BooksDiffer);
    found.check(Invariant::I34, seen, about, left.is_none(), || {
        let (account, left) = left.unwrap_or_else(|| unreachable!("something is left"));
        let left = Money { amount: left, currency: account.currency };
        format!("all disputes over {} are decided, and {left} is left in {account}", called(token))
    });
}

fn is_dispute(view: &PaymentRecordView) -> bool {
    matches!(view.intent.order, Order::Chargeback(_) | Order::PreArbitration(_))
}

/// Who bears what is lost by `row`, and whether as a debt.
fn bears(row: &Transfer) -> Option<(Merchant, bool)> {
    use AccountName::{Dispute, Liquidity, MerchantAvailable, MerchantOwed, TransitOutProviders};
    match (row.debit.name, row.credit.name) {
        (MerchantOwed(merchant), Dispute(_) | TransitOutProviders | Liquidity) => {
            Some((merchant, true))
        }
        (MerchantAvailable(merchant), Dispute(_) | TransitOutProviders | Liquidity) => {
            Some((merchant, false))
        }
        _ => None,
    }
}

/// What `merchant` had at least since what `row` is of was intended.
fn least(said: &Authorities, row: &Transfer, merchant: Merchant) -> Option<Amount> {
    let has = said.losses.intended.get(&row.operation)?;
    let own = AccountName::MerchantAvailable(merchant);
    has.iter().find(|(account, _)| account.name == own).map(|(_, least)| *least)
}

fn available(books: &Balances, account: AccountId) -> Amount {
    let balance = books.of(account);
    balance.credits_posted - balance.debits_posted - balance.debits_pending
}
