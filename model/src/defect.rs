//! Planted defects: each is one wrong expression at the place where a real
//! implementation went wrong, switched on by name. They prove that the
//! invariants bite. The patterns are reimplemented; several of the originals
//! were mended long ago.

use serde::{Deserialize, Serialize};

/// A planted wrong implementation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Defect {
    /// Two requests with one key both find it free.
    CheckThenInsert,
    /// An undo is only registered once its step has succeeded.
    CompRegisteredAfter,
    /// A repeated posting gets new ids and loses its links.
    DoublePost,
    /// A server error counts as a refusal.
    FiveHundredIsNotExecuted,
    /// Every try at a provider carries a key of its own.
    FreshKeyPerTry,
    /// A key is one key for all tenants.
    KeyGlobalScope,
    /// A worker goes on without a look at its lease, and nobody refuses it.
    LeaseNoFencing,
    /// Every currency is taken to have hundredths.
    MinorUnitsX100,
    /// A key answers whatever is asked under it.
    NoFingerprint,
    /// A worker that reboots starts a new attempt.
    RecoveryMeansNewAttempt,
    /// What a capture leaves is taken to be free.
    ResidualAuth,
    /// What is split is rounded part by part.
    RoundEachLeg,
    /// The provider is called before the intent is durable.
    SendBeforeLog,
    /// A time-out counts as a refusal.
    TimeoutIsFailure,
    /// Balances are checked without what others have reserved.
    ToctouBalance,
    /// A posting that fails after the pivot unwinds the payment.
    UndoPastPivot,
}

/// What people should know of a defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DefectStory {
    /// The defect.
    pub defect: Defect,
    /// The name to plant it by.
    pub name: &'static str,
    /// What the wrong code does, and what exposes it.
    pub story: &'static str,
    /// Where the pattern was seen.
    pub source: &'static str,
    /// The codes of the invariants that are expected to catch it.
    pub caught_by: &'static [&'static str],
}

impl Defect {
    /// Every defect, by name.
    pub const ALL: &'static [DefectStory] = &[
        DefectStory {
            defect: Self::FiveHundredIsNotExecuted,
            name: "5xx-is-not-executed",
            story: "a server error from a provider counts as `not executed`, so the next provider \
                    is tried while the first may have charged",
            source: "Stripe documents that a 5xx leaves the outcome unknown",
            caught_by: &["I05"],
        },
        DefectStory {
            defect: Self::CheckThenInsert,
            name: "check-then-insert",
            story: "the gatekeeper reads that a key is free, mints a fresh payment id and inserts \
                    without compare-and-set, so two concurrent requests both win",
            source: "furthemore/APIS PR#193; saleor#19220",
            caught_by: &["I19", "I05"],
        },
        DefectStory {
            defect: Self::CompRegisteredAfter,
            name: "comp-registered-after",
            story: "the undo of a step is registered when it has succeeded, so a step that is in \
                    doubt when the payment is given up is never undone",
            source: "temporal-compensating-transactions PR#4; Kaoruha/GinkGO#6485",
            caught_by: &["I35", "I18"],
        },
        DefectStory {
            defect: Self::DoublePost,
            name: "double-post",
            story: "a posting whose reply was lost is sent again with new transfer ids and without \
                    its links, so that its legs are booked twice",
            source: "artivisi/balaka#29; midaz#1974",
            caught_by: &["I33"],
        },
        DefectStory {
            defect: Self::FreshKeyPerTry,
            name: "fresh-key-per-try",
            story: "every try at a provider carries a new idempotency key, so a retry after a lost \
                    reply is a second charge",
            source: "medusajs/medusa#16292; woocommerce-gateway-stripe PR#3912",
            caught_by: &["I13", "I35"],
        },
        DefectStory {
            defect: Self::KeyGlobalScope,
            name: "key-global-scope",
            story: "idempotency keys are unique over all tenants, so that a tenant whose customer \
                    chose a key that another tenant's had chosen gets no payment",
            source: "kortix-ai/suna PR#5267; nestjs-agentic#126",
            caught_by: &["I21"],
        },
        DefectStory {
            defect: Self::LeaseNoFencing,
            name: "lease-no-fencing",
            story: "a worker that stalls for longer than its lease goes on where it was, and \
                    neither store nor ledger asks which lease a commit or a booking comes under",
            source: "dubinc/dub PR#4307; Truxify PR#14889; SuperteamDAO/earn PR#1493",
            caught_by: &["I26", "I05"],
        },
        DefectStory {
            defect: Self::MinorUnitsX100,
            name: "minor-units-x100",
            story: "an amount is sent to providers as if every currency had hundredths, so that a \
                    customer who pays in yen is charged a hundred times as much",
            source: "stripe-sfcc PR#31; gumroad PR#3749; active_merchant#1943",
            caught_by: &["I06"],
        },
        DefectStory {
            defect: Self::NoFingerprint,
            name: "no-fingerprint",
            story: "a key that is used again for another amount gets the reply to the first \
                    request, and the customer believes that the second was paid",
            source: "Qonto documents that the cached response comes even if the body differs",
            caught_by: &["I20"],
        },
        DefectStory {
            defect: Self::RecoveryMeansNewAttempt,
            name: "recovery-means-new-attempt",
            story: "a worker that finds an intent without an outcome after a restart starts the \
                    next attempt",
            source: "woocommerce-gateway-stripe#3638 and PR#3725",
            caught_by: &["I05", "I14"],
        },
        DefectStory {
            defect: Self::ResidualAuth,
            name: "residual-auth",
            story: "what a partial capture leaves of its authorization is taken to be free, so that \
                    a provider that releases nothing by itself keeps the customer's money reserved",
            source: "juspay/hyperswitch#2036",
            caught_by: &["I35"],
        },
        DefectStory {
            defect: Self::RoundEachLeg,
            name: "round-each-leg",
            story: "the parts of a split payment are rounded down one by one and what that leaves \
                    is dropped, so that the books have a cent less than was charged",
            source: "xkikeg/okane PR#236; ledger123/runmyaccounts#649",
            caught_by: &["I17", "I33", "I34"],
        },
        DefectStory {
            defect: Self::SendBeforeLog,
            name: "send-before-log",
            story: "the provider is called before the intent is durable, so a crash between leaves \
                    an effect that nobody knows of",
            source: "dimagi/commcare-hq PR#33509; woocommerce-gateway-stripe PR#3725",
            caught_by: &["I13", "I18"],
        },
        DefectStory {
            defect: Self::TimeoutIsFailure,
            name: "timeout-is-failure",
            story: "a provider that does not answer in time counts as a decline, and the payment \
                    fails although it may have been charged",
            source: "Truxify#8978; open-ethereum-pool#216",
            caught_by: &["I18"],
        },
        DefectStory {
            defect: Self::ToctouBalance,
            name: "toctou-balance",
            story: "a hold is granted on the posted balance alone, as if nothing had been reserved \
                    since it was read, so concurrent holds overdraw the account",
            source: "envato/double_entry#114; bitsacco/os PR#305; larabank#23",
            caught_by: &["I02"],
        },
        DefectStory {
            defect: Self::UndoPastPivot,
            name: "undo-past-pivot",
            story: "a ledger that does not answer after the capture makes the payment unwind, and \
                    the customer sees a failure with the money gone",
            source: "a saga that treats every failing step alike",
            caught_by: &["I12", "I18"],
        },
    ];

    /// What people should know of it.
    pub fn story(self) -> &'static DefectStory {
        let found = Self::ALL.iter().find(|story| story.defect == self);
        found.expect("every defect is in the list, as a test proves")
    }

    /// The defect of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|story| story.name == name).map(|story| story.defect)
    }
}

/// The defects that are planted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Defects(u128);

impl Defects {
    /// None: the reference as it should be.
    pub const NONE: Self = Self(0);

    /// These too.
    pub fn with(self, defect: Defect) -> Self {
        Self(self.0 | 1 << defect as u32)
    }

    /// All but this.
    pub fn without(self, defect: Defect) -> Self {
        Self(self.0 & !(1 << defect as u32))
    }

    /// Those of these that are not `others`.
    pub fn except(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Whether none is planted.
    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }

    /// Every one that is planted, in the order of the list.
    pub fn iter(self) -> impl Iterator<Item = Defect> {
        Defect::ALL.iter().map(|story| story.defect).filter(move |defect| self.has(*defect))
    }

    /// Whether `defect` is planted.
    #[inline]
    pub fn has(self, defect: Defect) -> bool {
        self.0 >> defect as u32 & 1 == 1
    }

    /// The story of each that is planted, in the order of the list.
    pub fn stories(self) -> impl Iterator<Item = &'static DefectStory> {
        Defect::ALL.iter().filter(move |story| self.has(story.defect))
    }

    /// What is `right`, unless `defect` is planted: then what is `wrong`.
    #[inline]
    pub fn pick<T>(
        self,
        defect: Defect,
        right: impl FnOnce() -> T,
        wrong: impl FnOnce() -> T,
    ) -> T {
        if self.has(defect) { wrong() } else { right() }
    }
}

impl FromIterator<Defect> for Defects {
    fn from_iter<I: IntoIterator<Item = Defect>>(defects: I) -> Self {
        defects.into_iter().fold(Self::NONE, Self::with)
    }
}
