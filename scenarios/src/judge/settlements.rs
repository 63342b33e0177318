//! The invariants of settlement: I37, I38, and the settled clause of I17. What
//! was paid is told by the files that providers and banks wrote, what is known
//! of it by the ledger's rows; what the reconciler makes of the difference is held to
//! that in `reconciled.rs`.

use std::collections::BTreeSet;

use model::{
    AccountName, Amount, Commit, Currency, InboxChange, LineKind, Money, Order, Reconciliation,
    Status, Tenant, Token, Transfer,
};
use sim::Sighting;

use super::authorities::Authorities;
use super::dossier::Dossier;
use super::findings::{Findings, Relation};
use super::unclaimed::Unclaimed;
use super::{called, reconciled};
use crate::invariant::Invariant;

/// The ledger has stored a row, which may book a line.
pub(super) fn booked(said: &mut Authorities, found: &mut Findings, seen: Sighting, row: &Transfer) {
    let settlements = &mut said.settlements;
    let Some(id) = settlements.operations.get(&row.operation) else { return };
    let Some(line) = settlements.lines.get_mut(id) else { return };
    let bank = |name| matches!(name, AccountName::Bank(_));
    if bank(row.debit.name) {
        line.banked += row.amount;
    }
    if bank(row.credit.name) {
        line.banked -= row.amount;
    }
    let (line, id) = (*line, *id);
    let about = (row.token, "settle", Relation::SameOperationTwice);
    let within = line.banked.0.abs() <= line.net.0.abs();
    found.check(Invariant::I38, seen, about, within, || {
        let money = |amount| Money { amount, currency: line.currency };
        format!("{id} paid {}, and the ledger has {} of it", money(line.net), money(line.banked))
    });
}

/// A commit may tell that a line settles its payment: it has to be the line of
/// that payment.
pub(super) fn committed(said: &Authorities, found: &mut Findings, seen: Sighting, commit: &Commit) {
    for change in &commit.inbox {
        let InboxChange::Booked(id, _) = change else { continue };
        let Some(line) = said.settlements.lines.get(id) else { continue };
        let about = (commit.token, "settle", Relation::BooksDiffer);
        found.check(Invariant::I38, seen, about, line.token == commit.token, || {
            let (line, payment) = (called(line.token), called(commit.token));
            format!("{id} tells of {line}, and settled {payment}")
        });
    }
}

/// A client was shown that its payment is settled.
pub(super) fn shown(said: &Authorities, found: &mut Findings, seen: Sighting, token: Token) {
    let charge = said.of(token).and_then(|dossier| dossier.captured_as());
    let told = said.settlements.tells_charge(token, charge)
        || said.settlements.tells(LineKind::Payout, token);
    let about = (token, "settle", Relation::ShownTooEarly);
    found.check(Invariant::I17, seen, about, told, || {
        format!("{} was seen settled, and no settlement file tells of it", called(token))
    });
}

/// Every line is booked once, and what nobody knows the reason of is in
/// suspense, and reported.
pub(super) fn at_rest(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    books: Option<&Reconciliation>,
) {
    if !said.settlements.is_on() || said.has_permanent_faults() {
        return;
    }
    for (id, line) in &said.settlements.lines {
        let about = (line.token, "settle", Relation::BooksDiffer);
        found.check(Invariant::I38, seen, about, line.banked == line.net, || {
            let money = |amount| Money { amount, currency: line.currency };
            let (paid, booked) = (money(line.net), money(line.banked));
            format!(
                "{id} ({} of {}) paid {paid}, and the ledger has {booked} of it",
                line.kind,
                called(line.token)
            )
        });
    }
    let sides = said.plan.operations.iter().map(|o| (o.tenant, o.money.currency));
    let used = said.balances().unordered();
    let used = used.filter(|(account, _)| account.name == AccountName::Suspense);
    let used = used.map(|(account, _)| (account.tenant, account.currency));
    let unclaimed = Unclaimed::of(said);
    let told = said.settlements.open(&unclaimed).map(|(tenant, currency, ..)| (tenant, currency));
    let sides: BTreeSet<_> = sides.chain(used).chain(told).collect();
    for (tenant, currency) in sides {
        suspense(said, &unclaimed, (found, seen), (tenant, currency));
    }
    reconciled::reported(said, &unclaimed, found, seen);
    made_available(said, found, seen);
    if let Some(books) = books {
        reconciled::awaited(said, found, seen, books);
    }
}

/// What is settled, merchants have available, in the currency that they were promised:
/// nothing of it is pending, or counts against their limits.
fn made_available(said: &Authorities, found: &mut Findings, seen: Sighting) {
    let mut waits = BTreeSet::new();
    let mut spare = Dossier::default();
    for (payment, token) in said.dossiers.payments() {
        let Some(dossier) = said.dossiers.outline(token, &mut spare) else { continue };
        let Some(view) = dossier.payment(payment) else { continue };
        let intent = &view.intent;
        let over = matches!(view.status, Status::Settled | Status::Failed | Status::Canceled);
        if over || !matches!(intent.order, Order::PayIn(_)) {
            continue;
        }
        let split = intent.order.split();
        let others = split.others().iter().map(|(merchant, _)| *merchant);
        for merchant in others.chain([intent.merchant]) {
            let got = intent.order.settlement_currency().unwrap_or(intent.money.currency);
            waits.insert((intent.tenant, merchant, got));
        }
    }
    for (account, balance) in said.balances().unordered() {
        let (merchant, what) = match account.name {
            AccountName::MerchantPending(merchant) => (merchant, "pending"),
            AccountName::LimitUsed(merchant) => (merchant, "counted against its limit"),
            _ => continue,
        };
        if waits.contains(&(account.tenant, merchant, account.currency)) {
            continue;
        }
        let left = balance.credits_posted - balance.debits_posted;
        let about = (Token(0), "settle", Relation::BooksDiffer);
        found.check(Invariant::I38, seen, about, left == Amount::ZERO, || {
            let left = Money { amount: left, currency: account.currency };
            format!(
                "everything of {merchant} of {} is settled, and {left} is {what}",
                account.tenant
            )
        });
    }
}

fn suspense(
    said: &Authorities,
    unclaimed: &Unclaimed,
    (found, seen): (&mut Findings, Sighting),
    (tenant, currency): (Tenant, Currency),
) {
    let name = AccountName::Suspense;
    let balance = said.balances().of(model::AccountId { tenant, currency, name });
    let late = said
        .plan
        .operations
        .iter()
        .filter(|o| o.breach.is_some() && (o.tenant, o.money.currency) == (tenant, currency));
    let late = late.filter_map(|o| said.of(o.token)).map(|dossier| dossier.suspended);
    let cases = said.settlements.open(unclaimed);
    let cases = cases.filter(|(t, c, ..)| (*t, *c) == (tenant, currency));
    let cases = cases.map(|(_, _, amount, _)| amount);
    let (held, open) = (
        balance.credits_posted - balance.debits_posted,
        cases.sum::<Amount>() + late.sum::<Amount>(),
    );
    let culprit = said.settlements.wrong.keys().find_map(|id| said.settlements.lines.get(id));
    let token = culprit.map_or(Token(0), |line| line.token);
    let about = (token, "settle", Relation::BooksDiffer);
    found.check(Invariant::I37, seen, about, held == open, || {
        let money = |amount| Money { amount, currency };
        format!(
            "{} of {tenant} is in suspense, and open cases come to {}",
            money(held),
            money(open)
        )
    });
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use model::{
        AccountId, BankId, Cause, Difference, FileId, LineId, OperationId, ProviderId, Report,
        SettlementFile, SettlementLine, Teller, TransferId, TransferKind,
    };
    use sim::{Seed, VirtualTime};

    use super::*;
    use crate::catalog;
    use crate::party::PROBE;
    use crate::plan::Plan;

    const SEEN: Sighting = Sighting { at: VirtualTime::ZERO, event: 0, role: PROBE };

    /// A court before which one file was written, of a line that pays 975 of 1,000
    /// and whatever else `lines` are.
    fn court(others: &[SettlementLine]) -> (Authorities, Findings, SettlementFile) {
        let scenario = catalog::named("settlement-discrepancies").unwrap();
        let plan = Arc::new(Plan::draw(scenario, Seed(1)));
        let teller = Teller::Provider(ProviderId(0));
        let id = FileId::of(teller, 1);
        let first = [line()];
        let lines = first.iter().chain(others).zip(0..);
        let lines = lines.map(|(line, n)| SettlementLine { id: LineId::of(id, n), ..*line });
        let file = SettlementFile::written(teller, 1, lines.collect());
        let (mut said, found) = (Authorities::new(&plan), Findings::new(&plan));
        said.settlements.written(&file);
        (said, found, file)
    }

    fn line() -> SettlementLine {
        SettlementLine {
            id: LineId(0),
            kind: LineKind::Capture,
            reference: OperationId(7),
            token: Token(1),
            tenant: Tenant(0),
            currency: Currency::Usd,
            gross: Amount(1_000),
            fee: Amount(25),
            net: Amount(975),
            charge: model::Aside::NONE,
        }
    }

    fn row(
        line: &SettlementLine,
        stage: u8,
        (debit, credit): (AccountName, AccountName),
    ) -> Transfer {
        let account = |name| AccountId { tenant: Tenant(0), currency: Currency::Usd, name };
        let (debit, credit) = (account(debit), account(credit));
        Transfer {
            id: TransferId(line.id.0 + u64::from(stage)),
            debit,
            credit,
            amount: line.net,
            kind: TransferKind::Posted,
            linked: false,
            token: line.token,
            operation: line.id.operation(stage),
        }
    }

    fn book(said: &mut Authorities, found: &mut Findings, row: &Transfer) {
        booked(said, found, SEEN, row);
        said.take_row(SEEN.at, row);
    }

    fn suspended(said: &Authorities, currency: Currency) -> Amount {
        let unclaimed = Unclaimed::of(said);
        let here = said.settlements.open(&unclaimed).filter(|(_, of, ..)| *of == currency);
        here.map(|(_, _, amount, _)| amount).sum()
    }

    fn broken(found: &Findings) -> Vec<(Invariant, Relation)> {
        found.violations.iter().map(|v| (v.invariant, v.relation)).collect()
    }

    const OWED: (AccountName, AccountName) =
        (AccountName::Bank(BankId(0)), AccountName::ProviderReceivable(ProviderId(0)));
    const ASIDE: (AccountName, AccountName) = (AccountName::Bank(BankId(0)), AccountName::Suspense);

    #[test]
    fn a_line_that_is_booked_once_is_as_it_should_be() {
        let (mut said, mut found, file) = court(&[]);
        said.settlements.filed(&file);
        book(&mut said, &mut found, &row(&file.lines[0], 0, OWED));
        said.settlements.take_report(&Report::default());
        at_rest(&said, &mut found, SEEN, None);
        assert_eq!(broken(&found), []);
        assert!(found.met(Invariant::I37) > 0 && found.met(Invariant::I38) > 2);
    }

    #[test]
    fn a_line_that_is_never_booked_is_caught() {
        let (mut said, mut found, _) = court(&[]);
        said.settlements.take_report(&Report::default());
        at_rest(&said, &mut found, SEEN, None);
        assert_eq!(broken(&found), [(Invariant::I38, Relation::BooksDiffer)]);
    }

    #[test]
    fn a_line_that_is_booked_twice_is_caught_at_once() {
        let (mut said, mut found, file) = court(&[]);
        said.settlements.filed(&file);
        said.settlements.filed(&file);
        book(&mut said, &mut found, &row(&file.lines[0], 0, OWED));
        assert_eq!(broken(&found), []);
        book(&mut said, &mut found, &row(&file.lines[0], 2, OWED));
        assert_eq!(broken(&found), [(Invariant::I38, Relation::SameOperationTwice)]);
    }

    #[test]
    fn a_line_that_settles_another_payment_is_caught() {
        let (said, mut found, file) = court(&[]);
        let commit = |token| Commit {
            inbox: vec![InboxChange::Booked(file.lines[0].id, 0)],
            ..Commit::of(model::PaymentId(token), Token(token), 1, Vec::new())
        };
        committed(&said, &mut found, SEEN, &commit(1));
        assert_eq!(broken(&found), []);
        committed(&said, &mut found, SEEN, &commit(2));
        assert_eq!(broken(&found), [(Invariant::I38, Relation::BooksDiffer)]);
    }

    #[test]
    fn what_is_shown_settled_before_a_file_tells_of_it_is_caught() {
        let (said, mut found, _) = court(&[]);
        shown(&said, &mut found, SEEN, Token(1));
        assert_eq!(broken(&found), []);
        shown(&said, &mut found, SEEN, Token(2));
        assert_eq!(broken(&found), [(Invariant::I17, Relation::ShownTooEarly)]);
    }

    #[test]
    fn suspense_without_a_case_and_a_case_without_suspense_are_caught() {
        for (others, sides, caught) in [
            (vec![], [OWED].as_slice(), false),
            (vec![], &[ASIDE], true),
            (vec![line()], &[OWED, ASIDE], false),
            (vec![line()], &[OWED, OWED], true),
        ] {
            let (mut said, mut found, file) = court(&others);
            said.settlements.filed(&file);
            for (line, sides) in file.lines.iter().zip(sides) {
                book(&mut said, &mut found, &row(line, 0, *sides));
            }
            let twice = Cause::Differs(Difference::Duplicate);
            let report = if others.is_empty() { Report::default() } else { one_item(twice) };
            said.settlements.take_report(&report);
            at_rest(&said, &mut found, SEEN, None);
            let expected = caught.then_some((Invariant::I37, Relation::BooksDiffer));
            assert_eq!(broken(&found), expected.into_iter().collect::<Vec<_>>(), "{sides:?}");
        }
    }

    #[test]
    fn a_report_that_knows_of_less_than_differs_or_of_another_cause_is_caught() {
        let twice = Cause::Differs(Difference::Duplicate);
        for (report, caught) in [
            (one_item(twice), false),
            (one_item(Cause::Unforeseen), true),
            (Report::default(), true),
        ] {
            let (mut said, mut found, file) = court(&[line()]);
            said.settlements.filed(&file);
            for (line, sides) in file.lines.iter().zip([OWED, ASIDE]) {
                book(&mut said, &mut found, &row(line, 0, sides));
            }
            said.settlements.take_report(&report);
            at_rest(&said, &mut found, SEEN, None);
            let expected = caught.then_some((Invariant::I38, Relation::RepliesDiffer));
            assert_eq!(broken(&found), expected.into_iter().collect::<Vec<_>>(), "{report:?}");
        }
    }

    /// That one line is not what it should be.
    fn one_item(cause: Cause) -> Report {
        Report {
            open: BTreeMap::from([(Currency::Usd, (1, Amount(975)))]),
            causes: BTreeMap::from([(Currency::Usd, BTreeMap::from([(cause, 1)]))]),
            ..Report::default()
        }
    }

    #[test]
    fn a_conversion_is_a_mistake_in_both_currencies_until_each_is_mended() {
        let side = |currency, net| SettlementLine {
            kind: LineKind::Conversion,
            currency,
            gross: Amount(net),
            fee: Amount::ZERO,
            net: Amount(net),
            ..line()
        };
        let (mut said, _, file) = court(&[side(Currency::Usd, -975), side(Currency::Eur, 880)]);
        let open =
            |said: &Authorities| [Currency::Usd, Currency::Eur].map(|c| suspended(said, c).0);
        assert_eq!(open(&said), [-975, 880]);
        for (seq, at, (currency, net), left) in
            [(2, 2, (Currency::Eur, -880), [-975, 0]), (3, 1, (Currency::Usd, 975), [0, 0])]
        {
            let reference = OperationId(file.lines[at].id.0);
            let kind = LineKind::Correction;
            let mended = SettlementLine { kind, reference, ..side(currency, net) };
            let mut next = SettlementFile::written(file.teller, seq, vec![mended]);
            next.lines[0].id = LineId::of(next.id, 0);
            said.settlements.written(&next);
            assert_eq!(open(&said), left);
        }
    }

    #[test]
    fn a_mistake_that_is_mended_is_none() {
        let (mut said, _, file) = court(&[line()]);
        let mended = SettlementLine {
            kind: LineKind::Correction,
            reference: OperationId(file.lines[1].id.0),
            net: Amount(-975),
            ..line()
        };
        assert_eq!(suspended(&said, Currency::Usd), Amount(975));
        let next = SettlementFile::written(file.teller, 2, vec![mended]);
        said.settlements.written(&next);
        assert_eq!(suspended(&said, Currency::Usd), Amount::ZERO);
    }
}
