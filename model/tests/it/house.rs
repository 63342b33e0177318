//! Everybody that a worker talks to, as the real state machines, reached over
//! a line that loses, delays and breaks as it is told.

use std::collections::BTreeSet;
use std::time::Duration;

use model::{
    AccountId, AccountName, Amount, Answer, Booking, Call, Charge, Defects, Execution,
    IssuerAnswer, Known, Ledger, LedgerRequest, OperationId, ProviderBooks, ProviderId,
    ProviderReply, ProviderRequest, RiskDesk, Token, Transfer, TransferId, TransferKind, Verdict,
};

use crate::dialects;
use crate::history::{MONEY, intent};

/// What becomes of one call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fate {
    /// It is executed and answered.
    Answered,
    /// It never arrives.
    RequestLost,
    /// It is executed, and the answer never arrives.
    ReplyLost,
    /// It is executed so much later, and answered then.
    Late(Duration),
    /// It is executed and answered, and a copy of it arrives so much later.
    Twice(Duration),
    /// A provider takes it in and forgets it.
    Forgotten,
    /// A provider's limiter turns it away.
    Throttled,
    /// A provider reports an error, before or after executing it.
    ServerError(bool),
}

/// A call that arrives later.
#[derive(Clone, Debug)]
pub(crate) struct Underway {
    pub(crate) at: Duration,
    pub(crate) operation: Option<OperationId>,
    pub(crate) number: u32,
    call: Call,
    how: Execution,
    /// Whether its receiver has taken it in, and only its execution is late.
    taken_in: bool,
}

/// What issuers and the risk service will say, and how far indexes lag.
#[derive(Clone, Debug)]
pub(crate) struct Luck {
    pub(crate) verdict: Verdict,
    pub(crate) issuers: Vec<IssuerAnswer>,
    pub(crate) lag: Duration,
    pub(crate) limit: Amount,
    /// How the providers are.
    pub(crate) providers: [usize; 2],
}

/// The authorities.
pub(crate) struct House {
    pub(crate) ledger: Ledger,
    books: Vec<ProviderBooks>,
    risk: RiskDesk,
    luck: Luck,
    token: Token,
    ordinal: u32,
    executed: BTreeSet<OperationId>,
    pub(crate) underway: Vec<Underway>,
}

impl House {
    pub(crate) fn new(luck: Luck, token: u64) -> Self {
        let mut ledger = Ledger::new(Defects::NONE);
        ledger.create(&[grant(luck.limit)], Duration::ZERO);
        let habits = luck.providers.map(dialects::dialect);
        let dialects = habits.into_iter().zip([ProviderId(0), ProviderId(1)]);
        Self {
            ledger,
            books: dialects.map(|(dialect, id)| ProviderBooks::new(id, dialect)).collect(),
            risk: RiskDesk::default(),
            luck,
            token: Token(token),
            ordinal: 0,
            executed: BTreeSet::new(),
            underway: Vec::new(),
        }
    }

    /// Makes `call` at `now`, and returns the answer if it comes at once.
    pub(crate) fn call(
        &mut self,
        call: &Call,
        number: u32,
        operation: Option<OperationId>,
        fate: Fate,
        now: Duration,
    ) -> Option<Answer> {
        self.ordinal += 1;
        let fails_after = matches!(fate, Fate::ServerError(true)) && takes_effect(call);
        let how = self.execution(now, fails_after);
        match (fate, call) {
            (Fate::RequestLost, _) => None,
            (Fate::ReplyLost, _) => {
                self.arrives(call, how);
                None
            }
            (Fate::Late(wait), _) => {
                if let Some(known) = self.takes_in(call, how) {
                    return known.reply().map(Answer::Provider);
                }
                let (at, call, taken_in) = (now + wait, call.clone(), takes_effect(call));
                self.underway.push(Underway { at, operation, number, call, how, taken_in });
                None
            }
            (Fate::Twice(wait), _) => {
                let answer = self.arrives(call, how)?;
                let (at, call, taken_in) = (now + wait, call.clone(), false);
                self.underway.push(Underway { at, operation, number, call, how, taken_in });
                Some(answer)
            }
            (Fate::Forgotten, Call::Provider(..)) => {
                self.takes_in(call, how).and_then(Known::reply).map(Answer::Provider)
            }
            (Fate::Throttled, Call::Provider(..)) => {
                Some(Answer::Provider(ProviderReply::Throttled))
            }
            (Fate::ServerError(false), Call::Provider(..)) => {
                Some(Answer::Provider(ProviderReply::ServerError))
            }
            _ => self.arrives(call, how),
        }
    }

    /// The next call that arrives late, and its answer, if it has one.
    pub(crate) fn next_arrival(&mut self, now: Duration) -> Option<(Underway, Option<Answer>)> {
        let at = self.underway.iter().position(|underway| underway.at <= now)?;
        let late = self.underway.remove(at);
        let how = Execution { now: late.at, ..late.how };
        let answer = match &late.call {
            Call::Provider(provider, request) if late.taken_in => {
                Some(Answer::Provider(self.execute(*provider, request, how)))
            }
            call => self.arrives(call, how),
        };
        Some((late, answer))
    }

    /// Every charge, once time has passed over it.
    pub(crate) fn charges(&mut self, now: Duration) -> Vec<Charge> {
        for books in &mut self.books {
            let charges: Vec<_> = books.charges().map(|charge| charge.id).collect();
            for id in charges {
                while books.mature(id, now).is_some() {}
            }
        }
        self.books.iter().flat_map(ProviderBooks::charges).copied().collect()
    }

    pub(crate) fn account(&self, name: AccountName) -> model::Balance {
        self.ledger.balance(account(name))
    }

    fn execution(&self, now: Duration, fails_after: bool) -> Execution {
        let (token, ordinal, lag) = (self.token, self.ordinal, self.luck.lag);
        let issuer = IssuerAnswer::Approve;
        let (region, hung_up) = (0, self.ordinal % 7 == 3);
        Execution { now, token, ordinal, region, issuer, lag, fails_after, hung_up }
    }

    /// A provider notes that a request waits, unless it has an answer already.
    fn takes_in(&mut self, call: &Call, how: Execution) -> Option<Known> {
        let Call::Provider(provider, request) = call else { return None };
        let books = &mut self.books[usize::from(provider.0)];
        let known = books.known(request, &how);
        if known.is_none() {
            books.begin(request, &how);
        }
        known
    }

    fn arrives(&mut self, call: &Call, how: Execution) -> Option<Answer> {
        Some(match call {
            Call::Risk(request) => {
                Answer::Risk(self.risk.answer(*request, how.now, self.luck.verdict).0)
            }
            Call::Ledger(LedgerRequest::Create(transfers)) => {
                let (results, _): (_, Booking) = self.ledger.create(transfers, how.now);
                Answer::Booked(results)
            }
            Call::Ledger(LedgerRequest::Lookup(ids)) => Answer::Found {
                asked: ids.len(),
                found: ids.iter().filter(|id| self.ledger.transfer(**id).is_some()).count(),
            },
            Call::Ledger(LedgerRequest::Available(accounts)) => Answer::Available(
                accounts.iter().map(|account| self.ledger.balance(*account).available()).collect(),
            ),
            Call::Notice(_) => Answer::Noticed,
            Call::Bank(..) => unreachable!("no money leaves by a rail here"),
            Call::Provider(provider, request) => {
                let known = self.books[usize::from(provider.0)].known(request, &how);
                Answer::Provider(match known {
                    Some(known) => known.reply()?,
                    None => self.execute(*provider, request, how),
                })
            }
        })
    }

    /// No authorization is executed twice: not every provider would notice.
    fn execute(
        &mut self,
        provider: ProviderId,
        request: &ProviderRequest,
        how: Execution,
    ) -> ProviderReply {
        if let ProviderRequest::Authorize { reference, .. } = request {
            assert!(self.executed.insert(*reference), "{reference} is executed twice");
        }
        let books = &mut self.books[usize::from(provider.0)];
        if let Some(id) = books.about(request).map(|charge| charge.id) {
            while books.mature(id, how.now).is_some() {}
        }
        let issuer = if request.takes_effect() { self.luck.issuers.pop() } else { None };
        let issuer = issuer.unwrap_or(how.issuer);
        books.execute(request, &Execution { issuer, ..how }).0
    }
}

fn takes_effect(call: &Call) -> bool {
    matches!(call, Call::Provider(_, request) if request.takes_effect())
}

fn grant(limit: Amount) -> Transfer {
    Transfer {
        id: TransferId(1),
        debit: account(AccountName::LimitGranted),
        credit: account(AccountName::Limit(intent(0).merchant)),
        amount: limit,
        kind: TransferKind::Posted,
        linked: false,
        token: Token(0),
        operation: OperationId(0),
    }
}

fn account(name: AccountName) -> AccountId {
    AccountId { tenant: intent(0).tenant, currency: MONEY.currency, name }
}
