//! The stories of all defects.

use super::{Defect, DefectStory};

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
            defect: Self::AckAndDrop,
            name: "ack-and-drop",
            story: "a webhook about a charge that the house has no name for yet is answered with \
                    200 and dropped, so an event that comes almost immediately is lost",
            source: "duncanmcclean/statamic-cargo#190",
            caught_by: &["I23"],
        },
        DefectStory {
            defect: Self::ActsOnStaleSnapshot,
            name: "acts-on-stale-snapshot",
            story: "what was decided from an earlier version of a payment is done all the same, \
                    although what it was decided from is true no more",
            source: "an agent that acts on what it has read a while ago",
            caught_by: &["I31"],
        },
        DefectStory {
            defect: Self::AgentReplans,
            name: "agent-replans",
            story: "an agent whose tool call is not answered in time plans anew and makes another \
                    one, under another key, so that the customer is charged twice",
            source: "stripe/ai#402, duplicates 32 to 37 s apart behind a time-out of 30 s; \
                     crewAI#5802; square-mcp-server#31",
            caught_by: &["I31", "I05", "I08", "I14"],
        },
        DefectStory {
            defect: Self::AmbiguousErrorStoredFinal,
            name: "ambiguous-error-stored-final",
            story: "whatever goes wrong while a provider is asked is rescued into a failure, which \
                    is stored under the key as the final reply: the payment ends there, whether \
                    the provider has charged or not",
            source: "rocket-rides-atomic `api.rb`: a Stripe error becomes a stored 503 and \
                     `recovery_point` finished; actor-ts#984",
            caught_by: &["I18", "I34"],
        },
        DefectStory {
            defect: Self::AuthExpiryConstant,
            name: "auth-expiry-constant",
            story: "every authorization is taken to live for seven days, so that a parcel which \
                    ships within them counts as charged although the provider has closed the \
                    authorization before",
            source: "Stripe says 7 days, Visa 4 days 18 hours; providers disagree",
            caught_by: &["I17", "I33", "I34"],
        },
        DefectStory {
            defect: Self::AutoFailStuck,
            name: "auto-fail-stuck",
            story: "a job marks every refund failed that is pending for a day, and gives what it \
                    had reserved back, without asking the provider",
            source: "OwnPay#222; a clean-up job that trusts the clock",
            caught_by: &["I08", "I18", "I34"],
        },
        DefectStory {
            defect: Self::BlindRecon,
            name: "blind-recon",
            story: "reconciliation compares the ledger with the journal that it was written \
                    from, and never with what was paid: both always agree",
            source: "payments.md section 3: a reconciliation without an outside to compare with",
            caught_by: &["I33", "I38"],
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
            defect: Self::ClaimDeletedAfterEffect,
            name: "claim-deleted-after-effect",
            story: "when the handler of a payment breaks off after the charge, before it is \
                    booked, its claim on the key is deleted so that the customer may try again, \
                    and is charged again",
            source: "the `catch` that deletes the claim in actor-ts#984",
            caught_by: &["I05"],
        },
        DefectStory {
            defect: Self::CommitBeforeLogOrPreparedInMemory,
            name: "commit-before-log-or-prepared-in-memory",
            story: "under two-phase commit the coordinator tells of COMMIT before that is in its \
                    log, and participants vote yes on what they have in memory, so that a crash \
                    takes back what others have acted on",
            source: "infinispan#18143; horizontal-scaling-convex#101",
            caught_by: &["I30"],
        },
        DefectStory {
            defect: Self::CommitThenPublish,
            name: "commit-then-publish",
            story: "events wait in memory until their consumers have heard of them, so that a crash \
                    after the commit loses those that nobody has acknowledged",
            source: "eclipse-dirigible PR#6854; OpenRisk#344",
            caught_by: &["I32"],
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
            defect: Self::ConsumerNoDedupe,
            name: "consumer-no-dedupe",
            story: "the lake counts every delivery of an event, so that one whose acknowledgment \
                    was lost counts twice",
            source: "a consumer that takes at least once for exactly once",
            caught_by: &["I32"],
        },
        DefectStory {
            defect: Self::DedupeBeforeWork,
            name: "dedupe-before-work",
            story: "the event is remembered before anything is done about it, so when the work \
                    fails its repetition is acknowledged as done",
            source: "soleur#2789; AI-Shipping-Labs#285; PageSpace PR#1588",
            caught_by: &["I23"],
        },
        DefectStory {
            defect: Self::DeleteAttemptOnError,
            name: "delete-attempt-on-error",
            story: "a refund that meets an error or a time-out is deleted together with the key \
                    that it carried, and the retry mints a new one, so that the customer gets the \
                    money twice",
            source: "medusajs/medusa#16681",
            caught_by: &["I08"],
        },
        DefectStory {
            defect: Self::DisputeWonIgnored,
            name: "dispute-won-ignored",
            story: "a dispute is written off when it is opened, so that the money of one that is \
                    won comes back and nobody books it",
            source: "antiwork/gumroad#2055",
            caught_by: &["I33", "I34", "L06"],
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
            defect: Self::DupCredit,
            name: "dup-credit",
            story: "nobody asks whether an event came before, so that one that is delivered \
                    twice is applied twice",
            source: "wasp open-saas#688; woocommerce-payments#3814",
            caught_by: &["I22"],
        },
        DefectStory {
            defect: Self::FeeOnRefund,
            name: "fee-on-refund",
            story: "the posting of a refund works out the fee of the sum as that of a payment, \
                    and takes it from the merchant once more, from one account of the house to \
                    another, so that no book outside tells",
            source: "none public: whoever keeps the fee of what is refunded takes none for that",
            caught_by: &["I28"],
        },
        DefectStory {
            defect: Self::FileReingest,
            name: "file-reingest",
            story: "a settlement file that is sent a second time is booked a second time, for \
                    nobody had written down which lines were taken in",
            source: "payments.md D12; a batch that ran twice (Santander, 25 December 2021)",
            caught_by: &["I33", "I38"],
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
            defect: Self::FuzzyMatch,
            name: "fuzzy-match",
            story: "a settlement line is matched with the first payment of the same amount that \
                    waits for one, whatever its reference says",
            source: "eyra/mono PR#1639; medusajs/medusa PR#16682",
            caught_by: &["I17", "I38"],
        },
        DefectStory {
            defect: Self::HeuristicAbort,
            name: "heuristic-abort",
            story: "a participant that has voted yes aborts when it hears nothing from its \
                    coordinator for a while, although the others may be told to commit",
            source: "infinispan#18143, a heuristic mismatch",
            caught_by: &["I30"],
        },
        DefectStory {
            defect: Self::HoldExpiresInDoubt,
            name: "hold-expires-in-doubt",
            story: "what a payout reserves is reserved for the ten seconds that its rail has to \
                    answer, and what was sent is debited from whatever is there then, so that \
                    money leaves the house that no customer has paid",
            source: "Mambu Payments release notes v1.44.89 and v1.44.91",
            caught_by: &["I33", "I34"],
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
            defect: Self::KeyIgnoredEndpoint,
            name: "key-ignored-endpoint",
            story: "a refund whose reply was lost is sent again under its key, as an authorization \
                    would be, to a provider whose refund endpoint takes a key and ignores it",
            source: "Solidgate documents keys that are ignored; razorpay-mcp-server PR#128",
            caught_by: &["I08"],
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
            defect: Self::LimitCountsAttempts,
            name: "limit-counts-attempts",
            story: "the undo of a hold gives the money free and books the attempt against the \
                    merchant's limit for good, so that payments that failed use it up",
            source: "none public: the memo accounts of a limit are outside all other books",
            caught_by: &["I36"],
        },
        DefectStory {
            defect: Self::LockIsRecordTtl,
            name: "lock-is-record-ttl",
            story: "the mark that a payment is being worked on lives as long as the record of its \
                    key, so that after a crash nobody goes on, and whoever asks hears 409 for a day",
            source: "actor-ts#984; Whop documents it as intended",
            caught_by: &["L05"],
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
            defect: Self::NetVsGross,
            name: "net-vs-gross",
            story: "what was paid out is compared with what was captured, so that every fee is a \
                    difference, which is put into suspense",
            source: "Automattic/woocommerce-payments#8588",
            caught_by: &["I37"],
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
            defect: Self::NotifiedOnInsert,
            name: "notified-on-insert",
            story: "a webhook counts as delivered once it is handed to whoever delivers it, so \
                    that one whose first delivery fails is never sent again",
            source: "juspay/hyperswitch#3408",
            caught_by: &["I32"],
        },
        DefectStory {
            defect: Self::PublishThenCommit,
            name: "publish-then-commit",
            story: "the event leaves before the change that it tells of is durable, so that a crash \
                    between the two has told consumers of what never happened",
            source: "sixb#273, an event before its transaction",
            caught_by: &["I32"],
        },
        DefectStory {
            defect: Self::ReaperKillsLiveKeys,
            name: "reaper-kills-live-keys",
            story: "the reaper of idempotency keys goes by their age alone, so that an outage that \
                    outlasts them frees the keys of payments that are not finished",
            source: "rocket-rides-atomic `reaper.rb` deletes by `created_at`, whatever the \
                     `recovery_point`",
            caught_by: &["I19", "I05"],
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
            defect: Self::RefundAtSpot,
            name: "refund-at-spot",
            story: "what goes back of an exchanged payment is converted at the rate of the day and \
                    not at the one that the payment had locked, so that its merchant gives back \
                    more than it got, or less, and whoever pays and sends back at the right \
                    moments is the house's bank",
            source: "a refund that asks the market once more; a proposal of the catalog of defects",
            caught_by: &["I27"],
        },
        DefectStory {
            defect: Self::RefundByHandIgnored,
            name: "refund-by-hand-ignored",
            story: "a webhook of a refund that the house did not ask for is acknowledged and \
                    forgotten, so that what somebody gave back in the provider's dashboard is \
                    never booked, and can be given back once more",
            source: "HiEvents PR#1156, on refunds made in the dashboard",
            caught_by: &["I33", "I34", "L06"],
        },
        DefectStory {
            defect: Self::RefundLateFailIgnored,
            name: "refund-late-fail-ignored",
            story: "a provider tells days later that the customer's bank did not take a refund, and \
                    nothing comes of it: the refund stays succeeded, and the books have the money \
                    given back",
            source: "woocommerce-payments#2285; antiwork/gumroad PR#5779",
            caught_by: &["I34", "L06"],
        },
        DefectStory {
            defect: Self::RefundPlusDispute,
            name: "refund-plus-dispute",
            story: "what can be refunded is worked out from refunds alone, so that a payment which \
                    the customer's bank has taken back is refunded too",
            source: "antiwork/gumroad#4372; hyperswitch PR#10533",
            caught_by: &["I07"],
        },
        DefectStory {
            defect: Self::RefundsInDoubt,
            name: "refunds-in-doubt",
            story: "an agent that wants a payment back while its provider is slow reverses what \
                    has not come yet, takes `nothing to reverse` for done, and the money is \
                    reserved afterwards",
            source: "the class of OwnPay#222",
            caught_by: &["I18", "I35"],
        },
        DefectStory {
            defect: Self::ReplayNondeterminism,
            name: "replay-nondeterminism",
            story: "the exchange of a payment is worked out anew whenever it is needed, at the rate \
                    of the moment and not at the one in its journal, so that whoever goes on with \
                    the payment books something else than was promised",
            source: "the determinism that temporal.io demands of workflow code: what was read once \
                     is not read again on replay",
            caught_by: &["I26", "I27", "I33"],
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
            caught_by: &["I17", "I27", "I33", "I34"],
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
            defect: Self::StaleOverwrites,
            name: "stale-overwrites",
            story: "whatever arrives last wins: what a webhook tells overwrites a newer state, and a \
                    change that comes too late is refused, but its status is written all the same",
            source: "hyperswitch#9925 and #10340; mollie/WooCommerce#1252; polar PR#13315",
            caught_by: &["I15", "I16", "I22", "I24"],
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
            caught_by: &["I12", "I15", "I18"],
        },
        DefectStory {
            defect: Self::WebhookAlsoActs,
            name: "webhook-also-acts",
            story: "a webhook that tells of an authorization captures it under a key of its own, \
                    while the worker captures it too",
            source: "woocommerce-gateway-stripe#489; saleor#19220",
            caught_by: &["I13"],
        },
    ];
}
