//! Ledger and idempotency store, judged by what their clients asked and heard alone: whatever
//! is answered can be told as one request after the other. The checker is ours, and a second
//! one, `stateright`'s, is of its opinion.

use std::ops::Range;

use model::gatekeeper::StoredReply;
use model::{
    AccountId, AccountName, Amount, Answer, Currency, Defect, Defects, Fingerprint, LedgerRequest,
    Merchant, OperationId, PaymentId, Status, Tenant, Token, Transfer, TransferId, TransferKind,
    TransferResult,
};
use proptest::prelude::*;
use scenarios::linearizability::keys::{KeyRequest, KeyStands, KeyTable};
use scenarios::linearizability::ledger::{LedgerState, LedgerStep, LedgerTable};
use scenarios::linearizability::{Conclusion, History, Keys, Ledgers, Operation, Specification};
use scenarios::message::ClientReply;
use scenarios::{catalog, trial};
use sim::Seed;
use stateright::semantics::{ConsistencyTester, LinearizabilityTester, SequentialSpec};

/// What a campaign of these worlds of a scenario comes to: how many requests were
/// answered and explained, and every history that can't be told.
fn watch(name: &str, seeds: Range<u64>, defects: Defects) -> (usize, Vec<String>) {
    let scenario = catalog::named(name).unwrap();
    let (mut answered, mut told) = (0, Vec::new());
    for seed in seeds {
        let (trial, trace) = trial::replay(scenario, Seed(seed), defects);
        let mut judge = |what: &str, of: usize, conclusion: Conclusion| {
            answered += of;
            if conclusion != Conclusion::Linearizable {
                told.push(format!("{what} of {name}, seed {seed}: {conclusion:?} of {of}"));
            }
        };
        for history in Ledgers::histories(&trial.plan, &trace.events) {
            judge("a ledger", heard(&history), history.check());
        }
        for history in Keys::histories(&trial.plan, &trace.events) {
            judge("a key", heard(&history), history.check());
        }
    }
    (answered, told)
}

fn heard<S: Specification>(history: &History<S>) -> usize {
    history.operations.iter().filter(|operation| operation.returned.is_some()).count()
}

/// In world 19 of rough-day the reconciler repeated a booking under the number that it
/// had, and heard that it existed; minutes later it repeated it once more, and the late
/// answer to the very first of them came, that it was created. The answer was taken for
/// that to the last, and the ledger for one that forgets.
#[test]
fn what_clients_hear_can_be_told_as_one_request_after_the_other() {
    for (name, seeds) in [
        ("calm-day", 20),
        ("rough-day", 20),
        ("sick-network", 10),
        ("failing-disks", 10),
        ("worker-takeover", 10),
        ("contended-limits", 10),
        ("careless-clients", 10),
        ("tenant-isolation", 10),
        ("refunds", 10),
        ("cross-currency", 10),
        ("perfect-storm", 10),
    ] {
        let (answered, told) = watch(name, 0..seeds, Defects::NONE);
        assert_eq!(told, Vec::<String>::new(), "{name}");
        assert!(answered as u64 > 30 * seeds, "{name}: {answered} requests were answered");
    }
}

#[test]
fn wrong_ledgers_and_wrong_keys_are_seen_from_outside() {
    for (name, seeds, defect) in [
        ("contended-limits", 40, Defect::ToctouBalance),
        ("careless-clients", 40, Defect::NoFingerprint),
    ] {
        let defects: Defects = [defect].into_iter().collect();
        let shows = |seed| !watch(name, seed..seed + 1, defects).1.is_empty();
        assert!((0..seeds).any(shows), "{defect:?} can't be told from what is right in {name}");
    }
}

const ONE: Fingerprint = Fingerprint(1);
const OTHER: Fingerprint = Fingerprint(2);
const PAYMENT: PaymentId = PaymentId(7);
const ACCEPTED: ClientReply = ClientReply::Accepted(PAYMENT);
const SUCCEEDED: ClientReply =
    ClientReply::Final(StoredReply { payment: PAYMENT, status: Status::Succeeded });
const FAILED: ClientReply =
    ClientReply::Final(StoredReply { payment: PAYMENT, status: Status::Failed });
const CREATE: KeyRequest = KeyRequest::Create(ONE);

type Asked = Operation<KeyRequest, ClientReply>;

fn asked(request: KeyRequest, invoked: usize, returned: Option<(usize, ClientReply)>) -> Asked {
    Operation { request, invoked, returned }
}

fn key(operations: Vec<Asked>) -> History<KeyTable> {
    History { initial: KeyStands::Absent, operations }
}

#[test]
fn planted_histories_of_a_key_are_told_from_right_ones() {
    let mismatch = ClientReply::Mismatch;
    for (story, operations, holds) in [
        (
            "the second of two requests is accepted as the first was",
            vec![asked(CREATE, 0, Some((1, ACCEPTED))), asked(CREATE, 2, Some((3, ACCEPTED)))],
            true,
        ),
        (
            "a request that nobody heard of has taken the key",
            vec![asked(CREATE, 0, None), asked(KeyRequest::Create(OTHER), 1, Some((2, mismatch)))],
            true,
        ),
        (
            "nobody has the key, and it stands for something else",
            vec![
                asked(KeyRequest::Create(OTHER), 0, Some((1, mismatch))),
                asked(CREATE, 2, Some((3, ACCEPTED))),
            ],
            false,
        ),
        (
            "of two at once one is refused",
            vec![
                asked(KeyRequest::Create(OTHER), 0, Some((2, mismatch))),
                asked(CREATE, 1, Some((3, ACCEPTED))),
            ],
            true,
        ),
        (
            "what was accepted is not found later",
            vec![
                asked(CREATE, 0, Some((1, ACCEPTED))),
                asked(KeyRequest::Look, 2, Some((3, ClientReply::NotFound))),
            ],
            false,
        ),
        (
            "what is being accepted is not found yet",
            vec![
                asked(CREATE, 0, Some((3, ACCEPTED))),
                asked(KeyRequest::Look, 1, Some((2, ClientReply::NotFound))),
            ],
            true,
        ),
        (
            "two final replies differ",
            vec![asked(CREATE, 0, Some((1, SUCCEEDED))), asked(CREATE, 2, Some((3, FAILED)))],
            false,
        ),
        (
            "what was final is under way again",
            vec![
                asked(CREATE, 0, Some((1, ACCEPTED))),
                asked(CREATE, 2, Some((3, SUCCEEDED))),
                asked(CREATE, 4, Some((5, ClientReply::InProgress(PAYMENT)))),
            ],
            false,
        ),
        (
            "one key stands for two payments",
            vec![
                asked(CREATE, 0, Some((1, ACCEPTED))),
                asked(CREATE, 2, Some((3, ClientReply::Accepted(PaymentId(8))))),
            ],
            false,
        ),
    ] {
        let history = key(operations);
        assert_eq!(history.check() == Conclusion::Linearizable, holds, "{story}");
        assert_eq!(second_opinion(&history), holds, "{story}, by the second opinion");
    }
}

/// A specification of ours as the other checker wants it. What nobody has heard has no
/// answer, and every answer fits.
#[derive(Clone)]
struct Told<S: Specification>(S::State);

impl<S> SequentialSpec for Told<S>
where
    S: Specification,
    S::Response: Clone + PartialEq,
{
    type Op = S::Request;
    type Ret = Option<S::Response>;

    fn invoke(&mut self, request: &S::Request) -> Self::Ret {
        if let Some(state) = S::step(&self.0, request, None) {
            self.0 = state;
        }
        None
    }

    fn is_valid_step(&mut self, request: &S::Request, heard: &Self::Ret) -> bool {
        let after = S::step(&self.0, request, heard.as_ref());
        after.is_some_and(|state| {
            self.0 = state;
            true
        })
    }
}

/// What the other checker says of it: each request is a thread of its own.
fn second_opinion<S>(history: &History<S>) -> bool
where
    S: Specification + Clone,
    S::State: std::fmt::Debug,
    S::Request: Clone + std::fmt::Debug,
    S::Response: Clone + PartialEq + std::fmt::Debug,
{
    let mut tester = LinearizabilityTester::new(Told::<S>(history.initial.clone()));
    let mut moments: Vec<_> = Vec::new();
    for (thread, operation) in history.operations.iter().enumerate() {
        moments.push((operation.invoked, thread, false));
        moments.extend(operation.returned.as_ref().map(|(at, _)| (*at, thread, true)));
    }
    moments.sort_unstable();
    for (_, thread, returns) in moments {
        let operation = &history.operations[thread];
        let heard = operation.returned.as_ref().map(|(_, response)| response.clone());
        if returns {
            tester.on_return(thread, heard).unwrap();
        } else {
            tester.on_invoke(thread, operation.request.clone()).unwrap();
        }
    }
    tester.is_consistent()
}

fn request() -> impl Strategy<Value = KeyRequest> {
    prop_oneof![3 => Just(CREATE), 1 => Just(KeyRequest::Create(OTHER)), 2 => Just(KeyRequest::Look)]
}

fn reply() -> impl Strategy<Value = Option<ClientReply>> {
    prop_oneof![
        1 => Just(None),
        4 => Just(Some(ACCEPTED)),
        1 => Just(Some(ClientReply::InProgress(PAYMENT))),
        1 => Just(Some(SUCCEEDED)),
        1 => Just(Some(FAILED)),
        1 => Just(Some(ClientReply::Mismatch)),
        1 => Just(Some(ClientReply::NotFound)),
    ]
}

/// A history of a few requests that overlap in any way.
fn history() -> impl Strategy<Value = History<KeyTable>> {
    let moments = (request(), reply(), 0..12_usize, 1..8_usize);
    prop::collection::vec(moments, 1..7).prop_map(|all| {
        let times = |(nth, (request, reply, at, lasts)): (usize, _)| {
            let (at, lasts): (usize, usize) = (at, lasts);
            // No two moments are the same.
            let invoked = at * 16 + 2 * nth;
            let returned = (at + lasts) * 16 + 2 * nth + 1;
            let reply: Option<ClientReply> = reply;
            asked(request, invoked, reply.map(|reply| (returned, reply)))
        };
        key(all.into_iter().enumerate().map(times).collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn both_checkers_are_of_one_opinion(history in history()) {
        let ours = history.check() == Conclusion::Linearizable;
        prop_assert_eq!(ours, second_opinion(&history));
    }
}

/// A limited account, and one that is not.
fn accounts() -> [AccountId; 2] {
    let names = [AccountName::Limit(Merchant(1)), AccountName::FeeIncome];
    names.map(|name| AccountId { tenant: Tenant(1), currency: Currency::Usd, name })
}

fn transfer(id: u64, kind: TransferKind, amount: i128) -> Transfer {
    let [debit, credit] = accounts();
    Transfer {
        id: TransferId(id),
        debit,
        credit,
        amount: Amount(amount),
        kind,
        linked: false,
        token: Token(1),
        operation: OperationId(id),
    }
}

/// A ledger whose limited account has 100.
fn ledger(operations: Vec<Operation<LedgerStep, Answer>>) -> History<LedgerTable> {
    let [limited, other] = accounts();
    let grant =
        Transfer { debit: other, credit: limited, ..transfer(99, TransferKind::Posted, 100) };
    History { initial: LedgerState::funded(&[grant]), operations }
}

fn books(
    transfers: &[Transfer],
    invoked: usize,
    returned: Option<(usize, &[TransferResult])>,
) -> Operation<LedgerStep, Answer> {
    let request = LedgerStep::Asked(LedgerRequest::Create(transfers.to_vec()));
    let returned = returned.map(|(at, results)| (at, Answer::Booked(results.to_vec())));
    Operation { request, invoked, returned }
}

#[test]
fn planted_histories_of_a_ledger_are_told_from_right_ones() {
    use TransferKind::{Pending, PendingFor, PostPending, VoidPending};
    use TransferResult::*;
    let hold = transfer(1, Pending, 60);
    let second = transfer(2, Pending, 60);
    let timed = transfer(1, PendingFor(30), 60);
    let post = transfer(3, PostPending(TransferId(1)), 60);
    let void = transfer(4, VoidPending(TransferId(1)), 60);
    let ends =
        |invoked| Operation { request: LedgerStep::Ends(TransferId(1)), invoked, returned: None };
    let yes: &[TransferResult] = &[Created];
    for (story, operations, holds) in [
        (
            "a hold is placed once, and said to be there when it is asked for again",
            vec![books(&[hold], 0, Some((1, yes))), books(&[hold], 2, Some((3, &[Exists])))],
            true,
        ),
        (
            "the same hold is placed twice",
            vec![books(&[hold], 0, Some((1, yes))), books(&[hold], 2, Some((3, yes)))],
            false,
        ),
        (
            "two holds are placed for which there is money once",
            vec![books(&[hold], 0, Some((2, yes))), books(&[second], 1, Some((3, yes)))],
            false,
        ),
        (
            "the second hold is refused, as one that nobody heard of was placed",
            vec![books(&[hold], 0, None), books(&[second], 1, Some((2, &[ExceedsCredits])))],
            true,
        ),
        (
            "a hold is refused though nothing is reserved",
            vec![books(&[second], 1, Some((2, &[ExceedsCredits])))],
            false,
        ),
        (
            "an id that failed works later",
            vec![
                books(&[hold], 0, Some((1, yes))),
                books(&[second], 2, Some((3, &[ExceedsCredits]))),
                books(&[void], 4, Some((5, yes))),
                books(&[second], 6, Some((7, yes))),
            ],
            false,
        ),
        (
            "an id that failed fails for ever",
            vec![
                books(&[hold], 0, Some((1, yes))),
                books(&[second], 2, Some((3, &[ExceedsCredits]))),
                books(&[void], 4, Some((5, yes))),
                books(&[second], 6, Some((7, &[IdAlreadyFailed]))),
            ],
            true,
        ),
        (
            "a hold is captured and released",
            vec![
                books(&[hold], 0, Some((1, yes))),
                books(&[post], 2, Some((4, yes))),
                books(&[void], 3, Some((5, yes))),
            ],
            false,
        ),
        (
            "of a capture and a release at once one comes too late",
            vec![
                books(&[hold], 0, Some((1, yes))),
                books(&[post], 2, Some((4, &[PendingTransferAlreadyVoided]))),
                books(&[void], 3, Some((5, yes))),
            ],
            true,
        ),
        (
            "the time of a hold is over",
            vec![
                books(&[timed], 0, Some((1, yes))),
                ends(0),
                books(&[post], 2, Some((3, &[PendingTransferExpired]))),
            ],
            true,
        ),
        (
            "a hold without a time ends by itself",
            vec![
                books(&[hold], 0, Some((1, yes))),
                books(&[post], 2, Some((3, &[PendingTransferExpired]))),
            ],
            false,
        ),
        (
            "half of a chain is booked",
            vec![books(
                &[Transfer { linked: true, ..hold }, second],
                0,
                Some((1, &[Created, ExceedsCredits])),
            )],
            false,
        ),
        (
            "a chain falls with its last link",
            vec![books(
                &[Transfer { linked: true, ..hold }, second],
                0,
                Some((1, &[LinkedEventFailed, ExceedsCredits])),
            )],
            true,
        ),
    ] {
        let history = ledger(operations);
        assert_eq!(history.check() == Conclusion::Linearizable, holds, "{story}");
        assert_eq!(second_opinion(&history), holds, "{story}, by the second opinion");
    }
}

/// A few requests to a ledger that overlap in any way, with answers that could be.
fn ledger_history() -> impl Strategy<Value = History<LedgerTable>> {
    use TransferKind::{Pending, PostPending, VoidPending};
    let asked = prop_oneof![
        (1..3_u64).prop_map(|id| transfer(id, Pending, 60)),
        (1..3_u64).prop_map(|id| transfer(id + 2, PostPending(TransferId(id)), 60)),
        (1..3_u64).prop_map(|id| transfer(id + 4, VoidPending(TransferId(id)), 60)),
    ];
    let heard = prop_oneof![
        1 => Just(None),
        4 => Just(Some(TransferResult::Created)),
        1 => Just(Some(TransferResult::Exists)),
        1 => Just(Some(TransferResult::ExceedsCredits)),
        1 => Just(Some(TransferResult::PendingTransferAlreadyVoided)),
        1 => Just(Some(TransferResult::PendingTransferNotFound)),
    ];
    prop::collection::vec((asked, heard, 0..12_usize, 1..8_usize), 1..7).prop_map(|all| {
        let operations = all.into_iter().enumerate().map(|(nth, (asked, heard, at, lasts))| {
            let returned = (at + lasts) * 16 + 2 * nth + 1;
            let results = heard.map(|result| [result]);
            let returned = results.as_ref().map(|results| (returned, results.as_slice()));
            books(&[asked], at * 16 + 2 * nth, returned)
        });
        ledger(operations.collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn both_checkers_are_of_one_opinion_about_ledgers(history in ledger_history()) {
        let ours = history.check() == Conclusion::Linearizable;
        prop_assert_eq!(ours, second_opinion(&history));
    }
}
