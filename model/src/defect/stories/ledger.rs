//! Defects of the ledger and what is booked in it.

use crate::defect::{Defect, DefectStory, Ease};

pub(super) const STORIES: &[DefectStory] = &[
    DefectStory {
        defect: Defect::FeeInPayersCurrency,
        name: "fee-in-payers-currency",
        story: "the account of the house's fees is looked up by the currency that the customer \
                pays, and the ledger compares the two sides of a transfer by their amounts alone, \
                so that yen are taken from the merchant and euros are earned",
        source: "none public: TigerBeetle refuses it (`accounts_must_have_the_same_ledger`)",
        caught_by: &["I01", "I27", "I33"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::LateFulfilHonoured,
        name: "late-fulfil-honoured",
        story: "a transfer that takes what a hold has reserved counts although the time of the \
                hold was over before, so that what was given back is taken all the same",
        source: "mojaloop/project#868, #460 and #2810",
        caught_by: &["I04", "I33"],
        first_wave: false,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::TransferIdNotUnique,
        name: "transfer-id-not-unique",
        story: "the ledger has no unique index on the ids of transfers, so that one that is sent \
                again because its reply was lost is booked again",
        source: "none public: what TigerBeetle's `exists` is there to prevent",
        caught_by: &["I03"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::DoublePost,
        name: "double-post",
        story: "a posting whose reply was lost is sent again with new transfer ids and without \
                its links, so that its legs are booked twice",
        source: "artivisi/balaka#29; midaz#1974",
        caught_by: &["I26", "I33"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::HoldExpiresInDoubt,
        name: "hold-expires-in-doubt",
        story: "what a payout reserves is reserved for the ten seconds that its rail has to \
                answer, and what was sent is debited from whatever is there then, so that \
                money leaves the house that no customer has paid",
        source: "Mambu Payments release notes v1.44.89 and v1.44.91",
        caught_by: &["I33", "I34"],
        first_wave: true,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::LimitCountsAttempts,
        name: "limit-counts-attempts",
        story: "the undo of a hold gives the money free and books the attempt against the \
                merchant's limit for good, so that payments that failed use it up",
        source: "none public: the memo accounts of a limit are outside all other books",
        caught_by: &["I36"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::ToctouBalance,
        name: "toctou-balance",
        story: "a hold is granted on the posted balance alone, as if nothing had been reserved \
                since it was read, so concurrent holds overdraw the account",
        source: "envato/double_entry#114; bitsacco/os PR#305; larabank#23",
        caught_by: &["I02"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::LockOnMissingRow,
        name: "lock-on-missing-row",
        story: "a balance is checked under a lock on a row that is not there before the \
                account's first debit, so that what others have reserved does not count until \
                then",
        source: "formancehq/ledger 994a437a0",
        caught_by: &["I02"],
        first_wave: true,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::ChainPartial,
        name: "chain-partial",
        story: "what a payment costs is booked in a second transaction, which is lost in a \
                crash between them",
        source: "formancehq/ledger#1684",
        caught_by: &["I27", "I28", "I38"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::ExpiryByCallerClock,
        name: "expiry-by-caller-clock",
        story: "whether the promise of a rate is over, whoever books by it tells from its own \
                clock and does not ask the ledger, which reserved it later and whose clock may \
                be behind: what is still promised is bought a second time at the rate of the day",
        source: "what TigerBeetle's time-outs, which only its own clock ends, are there to prevent",
        caught_by: &["I27"],
        first_wave: false,
        ease: Ease::Medium,
    },
];
