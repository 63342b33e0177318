//! Everything that can happen to one customer's and one merchant's money: every
//! posting of payments.md 1.8, and what each moves outside of the house.

use std::num::NonZeroU64;

use model::posting::chargeback::{self, Chargeback};
use model::posting::late::{self, Mover};
use model::posting::payin::{self, CapturedPart, Part};
use model::posting::payin_exchange::{self, CapturedExchange};
use model::posting::payout::{self, Payout, ReturnedFee};
use model::posting::refund::{self, Refund, Stage};
use model::posting::settlement::{self, Line, Place, SettledPart};
use model::posting::write_off::{self, Lost};
use model::posting::{Voucher, correction, exchange, opening, unreconciled};
use model::{
    AccountName, Amount, AtHand, BankId, Cover, Currency, Customer, Exchange, ExchangeQuote,
    Merchant, Money, OperationId, ProviderId, Quote, RailId, Rate, Tenant, Token, Transfer,
    Version, quote, share,
};
use proptest::prelude::*;

use crate::posting_shortfall::having;

/// What is dealt with, and how much of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deal {
    pub(crate) subject: u64,
    pub(crate) tenant: Tenant,
    /// What the customer wants to pay.
    pub(crate) amount: i128,
    /// What is captured of it at first.
    pub(crate) captured: i128,
    /// What is refunded or disputed of that.
    pub(crate) returned: i128,
    /// What the provider keeps.
    pub(crate) cost: i128,
    /// Minor units of the target for as many of the source.
    pub(crate) rate: (u64, u64),
}

/// One posting.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) chain: fn(&Deal) -> Vec<Transfer>,
    /// What banks hold more of the house's money, and providers owe more.
    pub(crate) outside: fn(&Deal) -> (i128, i128),
}

const fn step(
    name: &'static str,
    chain: fn(&Deal) -> Vec<Transfer>,
    outside: fn(&Deal) -> (i128, i128),
) -> Step {
    Step { name, chain, outside }
}

const NOTHING: fn(&Deal) -> (i128, i128) = |_| (0, 0);

/// Every posting, as one deal makes it.
pub(crate) static STEPS: &[Step] = &[
    step("hold", |d| payin::hold(&d.voucher(), &d.parts(d.amount)), NOTHING),
    step("void", |d| payin::void(&d.voucher(), &d.parts(d.amount)), NOTHING),
    step("post", |d| d.post(0), |d| (0, d.captured)),
    step("post a part", |d| d.post(d.amount - d.captured), |d| (0, d.captured)),
    step("post the rest", Deal::post_rest, |d| (0, d.amount - d.captured)),
    step("void the rest", |d| payin::void(&d.second(), &d.differences()), NOTHING),
    step("settle", |d| d.settle(d.captured, 0, 0), |d| (d.captured - d.cost, -d.captured)),
    step("settle all", |d| d.settle(d.amount, 0, 0), |d| (d.amount - d.cost, -d.amount)),
    step(
        "settle after a refund",
        |d| d.settle(d.captured, d.returned, d.returned),
        |d| (d.captured - d.cost, -d.captured),
    ),
    step(
        "settle during a refund",
        |d| d.settle(d.captured, d.returned, 0),
        |d| (d.captured - d.cost, -d.captured),
    ),
    step(
        "settle what the refund left",
        |d| settlement::settle_late(&d.voucher(), d.merchants()[0], Amount(d.returned)),
        NOTHING,
    ),
    step(
        "reserve a refund early",
        |d| refund::reserve(&d.voucher(), &d.refund(Stage::BeforeSettlement, 0)),
        NOTHING,
    ),
    step(
        "refund early",
        |d| {
            let stage = Stage::BeforeSettlement;
            refund::succeed(&d.voucher(), &d.refund(stage, 0), stage)
        },
        |d| (0, -d.returned),
    ),
    step(
        "refund early, settled meanwhile",
        |d| {
            let refund = d.refund(Stage::BeforeSettlement, 0);
            refund::succeed(&d.voucher(), &refund, Stage::AfterSettlement)
        },
        |d| (0, -d.returned),
    ),
    step(
        "fail an early refund",
        |d| refund::fail(&d.voucher(), &d.refund(Stage::BeforeSettlement, 0)),
        NOTHING,
    ),
    step("reserve a refund", |d| refund::reserve(&d.voucher(), &d.late_refund()), NOTHING),
    step(
        "refund",
        |d| refund::succeed(&d.voucher(), &d.late_refund(), Stage::AfterSettlement),
        |d| (0, -d.returned),
    ),
    step(
        "give back by hand early",
        |d| refund::happened(&d.voucher(), &d.refund(Stage::BeforeSettlement, 0)),
        |d| (0, -d.returned),
    ),
    step(
        "give back by hand",
        |d| refund::happened(&d.voucher(), &d.late_refund()),
        |d| (0, -d.returned),
    ),
    step("fail a refund", |d| refund::fail(&d.voucher(), &d.late_refund()), NOTHING),
    step(
        "fail a refund late",
        |d| refund::fail_late(&d.voucher(), &d.late_refund(), Stage::AfterSettlement),
        |d| (0, d.returned),
    ),
    step(
        "open a dispute",
        |d| chargeback::open(&d.voucher(), &d.chargeback()),
        |d| (0, -d.returned - d.cost),
    ),
    step("win it", |d| chargeback::win(&d.voucher(), &d.chargeback()), |d| (0, d.returned)),
    step(
        "lose it",
        |d| {
            let at_hand = AtHand::of(&d.chargeback().burden(), |_| Amount(d.returned - d.owed()));
            chargeback::lose(&d.voucher(), &d.chargeback(), &at_hand)
        },
        NOTHING,
    ),
    step(
        "recover the debt",
        |d| settlement::recover(&d.voucher(), d.merchants()[0], Amount(d.owed())),
        NOTHING,
    ),
    step(
        "give the debt up",
        |d| write_off::write_off(&d.voucher(), Lost::Debt(d.merchants()[0]), Amount(d.owed())),
        NOTHING,
    ),
    step(
        "give a receivable up",
        |d| write_off::write_off(&d.voucher(), Lost::Receivable(PROVIDER), Amount(d.cost)),
        |d| (0, -d.cost),
    ),
    step("hold a payout", |d| payout::hold(&d.voucher(), &d.payout()), NOTHING),
    step("void a payout", |d| payout::void(&d.voucher(), &d.payout()), NOTHING),
    step("post a payout", |d| payout::post(&d.voucher(), &d.payout(), d.payout().rail), NOTHING),
    step("settle a payout", |d| payout::settle(&d.voucher(), &d.payout()), |d| (-d.returned, 0)),
    step(
        "give a payout back",
        |d| payout::give_back(&d.voucher(), &d.payout(), ReturnedFee::GivenBack),
        |d| (d.returned, 0),
    ),
    step("hold an exchange", |d| exchange::hold(&d.voucher(), &d.exchange(), d.wallet()), NOTHING),
    step("void an exchange", |d| exchange::void(&d.voucher(), &d.exchange(), d.wallet()), NOTHING),
    step(
        "confirm an exchange",
        |d| exchange::confirm(&d.voucher(), &d.exchange(), d.wallet(), d.wallet()),
        NOTHING,
    ),
    step(
        "hold an exchanged payment",
        |d| payin_exchange::hold(&d.voucher(), &d.exchange(), d.merchants()[0]),
        NOTHING,
    ),
    step(
        "void an exchanged payment",
        |d| payin_exchange::void(&d.voucher(), &d.exchange(), d.merchants()[0]),
        NOTHING,
    ),
    step(
        "post an exchanged payment",
        |d| payin_exchange::post(&d.voucher(), PROVIDER, &d.captured_exchange(None)),
        |d| (0, d.captured),
    ),
    step(
        "buy what an exchanged payment was promised",
        |d| {
            let cover = d.exchange().cover(d.exchange().quote.rate);
            payin_exchange::post(&d.voucher(), PROVIDER, &d.captured_exchange(Some(cover)))
        },
        |d| (0, d.captured),
    ),
    step(
        "release what the refund left",
        |d| {
            let part = Money { amount: Amount(d.returned), currency: SOURCE };
            unreconciled::release(&d.voucher(), &[(d.merchants()[0], part)])
        },
        NOTHING,
    ),
    step(
        "suspend a line",
        |d| unreconciled::suspend(&d.voucher(), BANK, Amount(d.captured)),
        |d| (d.captured, 0),
    ),
    step(
        "clear a line",
        |d| unreconciled::clear(&d.voucher(), BANK, Amount(-d.captured)),
        |d| (-d.captured, 0),
    ),
    step(
        "pass a line",
        |d| {
            let owed = Place::Provider(PROVIDER);
            unreconciled::pass(&d.voucher(), Place::Bank(BANK), owed, Amount(d.captured))
        },
        |d| (d.captured, -d.captured),
    ),
    step(
        "settle with a fee off",
        |d| {
            let settled = d.settle(d.captured, 0, 0);
            unreconciled::with_fee_off(&d.voucher(), settled, Amount(d.cost))
        },
        |d| (d.captured - d.cost, -d.captured),
    ),
    step(
        "give the fee off back",
        |d| unreconciled::clear(&d.second(), BANK, Amount(d.cost)),
        |d| (d.cost, 0),
    ),
    step(
        "suspend late money",
        |d| late::suspend(&d.voucher(), Mover::Provider(PROVIDER), Amount(d.captured)),
        |d| (0, d.captured),
    ),
    step(
        "clear late money",
        |d| late::clear(&d.voucher(), Mover::Provider(PROVIDER), Amount(d.captured)),
        |d| (0, -d.captured),
    ),
    step(
        "suspend a late payout",
        |d| late::suspend(&d.second(), Mover::Bank(BANK), Amount(d.captured)),
        |d| (-d.captured, 0),
    ),
    step(
        "clear a late payout",
        |d| late::clear(&d.second(), Mover::Bank(BANK), Amount(d.captured)),
        |d| (d.captured, 0),
    ),
    step(
        "correct a settlement",
        |d| correction::reverse(&d.voucher(), &d.settle(d.captured, 0, 0)),
        |d| (d.cost - d.captured, d.captured),
    ),
];

/// The posting of this name.
pub(crate) fn named(name: &str) -> &'static Step {
    let found = STEPS.iter().find(|step| step.name == name);
    found.unwrap_or_else(|| panic!("no posting is called {name}"))
}

/// What everybody has before anything happens.
pub(crate) fn funds(deal: &Deal) -> Vec<Vec<Transfer>> {
    let plenty = Amount(PLENTY);
    let limits = deal.merchants().into_iter().zip(0..).map(|(merchant, number)| {
        opening::limit(&Voucher { number, ..deal.voucher() }, merchant, plenty)
    });
    let yen = Voucher { currency: TARGET, ..deal.voucher() };
    let money = [
        opening::limit(&Voucher { number: 9, ..yen }, deal.merchants()[0], plenty),
        opening::customer(&deal.voucher(), BANK, deal.customer(), plenty),
        opening::liquidity(&yen, BANK, plenty),
    ];
    limits.chain(money).collect()
}

impl Deal {
    pub(crate) fn voucher(&self) -> Voucher {
        Voucher {
            tenant: self.tenant,
            currency: SOURCE,
            subject: self.subject,
            number: 0,
            token: Token(self.subject),
            operation: OperationId(self.subject),
        }
    }

    fn second(&self) -> Voucher {
        Voucher { number: 1, ..self.voucher() }
    }

    fn customer(&self) -> Customer {
        Customer(self.subject as u16)
    }

    fn wallet(&self) -> AccountName {
        AccountName::Customer(self.customer())
    }

    /// Two merchants, of which the first gets the most.
    fn merchants(&self) -> [Merchant; 2] {
        [0, 1].map(|n| Merchant(self.subject as u16 * 2 + n))
    }

    fn shares(&self, amount: i128) -> Vec<Amount> {
        share(Amount(amount), &[Amount(7), Amount(2)])
    }

    fn parts(&self, amount: i128) -> Vec<Part> {
        let shares = self.merchants().into_iter().zip(self.shares(amount));
        shares.map(|(merchant, amount)| Part { merchant, amount }).collect()
    }

    /// What is left of each part after the first capture.
    fn differences(&self) -> Vec<Part> {
        let captured = self.shares(self.captured);
        let parts = self.parts(self.amount).into_iter().zip(captured);
        parts.map(|(part, captured)| Part { amount: part.amount - captured, ..part }).collect()
    }

    fn quote(&self) -> Quote {
        quote(Version::Second, Money { amount: Amount(self.captured), currency: SOURCE })
    }

    /// What each merchant bears of the first capture's quote.
    fn quotes(&self) -> Vec<Quote> {
        self.quote().split(&self.shares(self.captured))
    }

    /// What a merchant of the payment bears, and what it gets before that.
    fn post(&self, rest: i128) -> Vec<Transfer> {
        let rests = if rest == 0 { self.parts(0) } else { self.differences() };
        let captured = self.shares(self.captured).into_iter().zip(self.quotes()).zip(rests);
        let parts = captured.map(|((amount, quote), rest)| CapturedPart {
            merchant: rest.merchant,
            amount,
            fee: quote.fee,
            tax: quote.tax,
            rest: rest.amount,
        });
        payin::post(&self.voucher(), PROVIDER, &parts.collect::<Vec<_>>())
    }

    fn post_rest(&self) -> Vec<Transfer> {
        let parts = self.differences().into_iter().map(|part| CapturedPart {
            merchant: part.merchant,
            amount: part.amount,
            fee: Amount::ZERO,
            tax: Amount::ZERO,
            rest: Amount::ZERO,
        });
        payin::post(&self.second(), PROVIDER, &parts.collect::<Vec<_>>())
    }

    fn settle(&self, gross: i128, refunded: i128, limit_returned: i128) -> Vec<Transfer> {
        let first = |amount: i128, merchant| {
            Amount(if merchant == self.merchants()[0] { amount } else { 0 })
        };
        let parts = self.parts(gross).into_iter().zip(self.quotes());
        let parts: Vec<_> = parts
            .map(|(part, quote)| SettledPart {
                merchant: part.merchant,
                currency: SOURCE,
                amount: part.amount,
                fee: quote.fee,
                tax: quote.tax,
                refunded: first(refunded, part.merchant),
                limit_returned: first(limit_returned, part.merchant),
            })
            .collect();
        let (gross, cost) = (Amount(gross), Amount(self.cost));
        let line = Line { provider: PROVIDER, from: Place::Bank(BANK), gross, cost, parts: &parts };
        settlement::settle(&self.voucher(), &line)
    }

    fn refund(&self, stage: Stage, owed: i128) -> Refund {
        let (merchant, amount) = (self.merchants()[0], Amount(self.returned));
        let shares = model::Shares::NONE;
        let (at_hand, exchanged) = (None, None);
        let refund =
            Refund { merchant, provider: PROVIDER, amount, at_hand, stage, shares, exchanged };
        having(self.returned - owed, refund)
    }

    fn late_refund(&self) -> Refund {
        self.refund(Stage::AfterSettlement, self.owed())
    }

    /// What a merchant has not available of what it has to give back.
    fn owed(&self) -> i128 {
        let (quote, share) = (self.quotes()[0], self.shares(self.captured)[0]);
        (self.returned - (share - quote.fee - quote.tax).0).max(0)
    }

    fn captured_exchange(&self, cover: Option<Cover>) -> CapturedExchange {
        let exchange = self.exchange();
        let costs = quote(Version::Second, Money { amount: exchange.target, currency: TARGET });
        let (fee, tax) = (costs.fee, costs.tax);
        CapturedExchange { merchant: self.merchants()[0], exchange, fee, tax, cover }
    }

    fn chargeback(&self) -> Chargeback {
        let (amount, cost) = (Amount(self.returned), Amount(self.cost));
        let (merchant, shares) = (self.merchants()[0], model::Shares::NONE);
        Chargeback { merchant, provider: PROVIDER, amount, cost, shares }
    }

    fn payout(&self) -> Payout {
        Payout {
            customer: self.customer(),
            rail: RailId(1),
            bank: BANK,
            amount: Amount(self.returned),
            fee: Amount(self.cost),
        }
    }

    fn exchange(&self) -> Exchange {
        let unit = |count| NonZeroU64::new(count).expect("a rate above zero");
        let quote = ExchangeQuote {
            source: SOURCE,
            target: TARGET,
            rate: Rate { target: unit(self.rate.0), source: unit(self.rate.1) },
            spread_basis_points: 150,
            holds_for: HOLDS_FOR,
        };
        model::exchange(Version::Second, &quote, Amount(self.captured))
    }
}

/// A deal about `subject`, of either tenant.
pub(crate) fn any_deal(subject: u64) -> impl Strategy<Value = Deal> {
    let amounts = (2..2_000_i128, 1..=100_i128, 1..=77_i128, 0..20_i128);
    let rate = (1..50_u64, 1..50_u64);
    (1..=2_u16, amounts, rate).prop_map(
        move |(tenant, (amount, captured, returned, cost), rate)| {
            // Something is left to be captured later.
            let captured = (amount * captured / 100).clamp(1, amount - 1);
            // The first merchant bears all of it, and gets seven ninths.
            let returned = (captured * returned / 100).max(1).min(captured * 7 / 9).max(1);
            Deal { subject, tenant: Tenant(tenant), amount, captured, returned, cost, rate }
        },
    )
}

/// The most that a quote is waited for, in seconds.
pub(crate) const HOLDS_FOR: u32 = 300;

pub(crate) const PLENTY: i128 = 1_000_000;
pub(crate) const SOURCE: Currency = Currency::Eur;
pub(crate) const TARGET: Currency = Currency::Jpy;
pub(crate) const PROVIDER: ProviderId = ProviderId(0);
pub(crate) const BANK: BankId = BankId(0);
