//! Defects of the saga, and of whoever carries it out.

use crate::defect::{Defect, DefectStory, Ease};

pub(super) const STORIES: &[DefectStory] = &[
    DefectStory {
        defect: Defect::TimersInMemory,
        name: "timers-in-memory",
        story: "which payments wait for what is only in the memory of whoever wakes them, so that \
                nobody goes on with those that were waiting when it restarted",
        source: "none public: a `setTimeout` for a business deadline",
        caught_by: &["L01"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::UndoHalfTheHold,
        name: "undo-half-the-hold",
        story: "the undo of a hold releases what was reserved of the payment, and forgets what was \
                reserved of the merchant's limit in the same step",
        source: "none public: an undo that was written beside its step, and not made from it",
        caught_by: &["I10", "I35"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::CompRegisteredAfter,
        name: "comp-registered-after",
        story: "the undo of a step is registered when it has succeeded, so a step that is in \
                doubt when the payment is given up is never undone",
        source: "temporal-compensating-transactions PR#4; Kaoruha/GinkGO#6485",
        caught_by: &["I35", "I18"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::DeleteAttemptOnError,
        name: "delete-attempt-on-error",
        story: "a refund that meets an error or a time-out is deleted together with the key \
                that it carried, and the retry mints a new one, so that the customer gets the \
                money twice",
        source: "medusajs/medusa#16681",
        caught_by: &["I18", "I08"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::FreshKeyPerTry,
        name: "fresh-key-per-try",
        story: "every try at a provider carries a new idempotency key, so a retry after a lost \
                reply is a second charge",
        source: "medusajs/medusa#16292; woocommerce-gateway-stripe PR#3912",
        caught_by: &["I13", "I35"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::LeaseNoFencing,
        name: "lease-no-fencing",
        story: "a worker that stalls for longer than its lease goes on where it was, and \
                neither store nor ledger asks which lease a commit or a booking comes under",
        source: "dubinc/dub PR#4307; Truxify PR#14889; SuperteamDAO/earn PR#1493",
        caught_by: &["I26", "I05"],
        first_wave: true,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::RecoveryMeansNewAttempt,
        name: "recovery-means-new-attempt",
        story: "a worker that finds an intent without an outcome after a restart starts the \
                next attempt",
        source: "woocommerce-gateway-stripe#3638 and PR#3725",
        caught_by: &["I05", "I14"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::SendBeforeLog,
        name: "send-before-log",
        story: "the provider is called before the intent is durable, so a crash between leaves \
                an effect that nobody knows of",
        source: "dimagi/commcare-hq PR#33509; woocommerce-gateway-stripe PR#3725",
        caught_by: &["I13", "I18", "I35"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::TimeoutIsFailure,
        name: "timeout-is-failure",
        story: "a provider that does not answer in time counts as a decline, and the payment \
                fails although it may have been charged",
        source: "Truxify#8978; open-ethereum-pool#216",
        caught_by: &["I18"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::UndoPastPivot,
        name: "undo-past-pivot",
        story: "a ledger that does not answer after the capture makes the payment unwind, and \
                the customer sees a failure with the money gone",
        source: "a saga that treats every failing step alike",
        caught_by: &["I12", "I15", "I18"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::CancelRace,
        name: "cancel-race",
        story: "a cancellation is taken although the capture is under way, because whether it \
                may be was looked at before",
        source: "woocommerce-gateway-stripe PR#5703",
        caught_by: &["I33", "L01", "I18", "I34"],
        first_wave: true,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::CompGivesUp,
        name: "comp-gives-up",
        story: "an undo that is not answered counts as done after some tries, and the payment \
                as failed",
        source: "juspay/hyperswitch `VoidFailed` is terminal; pub.dev durable_workflow skips a \
                 compensation that failed",
        caught_by: &["I35", "I18"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::LoserCompensatesWinner,
        name: "loser-compensates-winner",
        story: "whoever hears that a charge was captured already takes its own capture for \
                refused and undoes the payment that was paid",
        source: "medusajs/medusa#13301",
        caught_by: &["I05", "I18", "I17"],
        first_wave: true,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::StaleRisk,
        name: "stale-risk",
        story: "a payment goes on while a person still looks at it, as most are approved in the \
                end: the verdict is read once, and the one that comes later by nobody",
        source: "the fuzzy read of sagas, which have no isolation: a decision on what is not \
                 final",
        caught_by: &["I29"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::UndoByPlan,
        name: "undo-by-plan",
        story: "a payment is unwound by the steps of its workflow and not by what its journal has \
                as intended, so that what was never begun is undone, too, at providers who have \
                never heard of it",
        source: "the empty rollback of Seata's TCC mode: a cancel whose try never came",
        caught_by: &["I09"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::VoidWithoutFence,
        name: "void-without-fence",
        story: "an undo that finds nothing to undo counts as done and leaves nothing behind that \
                keeps out what is still on its way, so that what was given up is reserved \
                afterwards",
        source: "the suspension of Seata's TCC mode, which its fence rows are for; \
                 microprofile-lra#64",
        caught_by: &["I11", "I18", "I35"],
        first_wave: true,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::VoidLeftToExpiry,
        name: "void-left-to-expiry",
        story: "an authorization that nobody wants is not voided, as it ends by itself: the \
                customer's money is reserved for ten days of a payment that was canceled",
        source: "none public: shops that cancel an order and leave the authorization to its bank",
        caught_by: &["L02"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::WaitsForTheWebhook,
        name: "waits-for-the-webhook",
        story: "whoever got no answer from a provider does not ask, as a webhook will tell, and \
                a job that looks after what is left runs every ten days",
        source: "none public: integrations whose only way to a result is the webhook",
        caught_by: &["L03"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::HoldSweptNightly,
        name: "hold-swept-nightly",
        story: "what is held of a payment that came to nothing is released by a job that runs \
                every twelve hours, so that a merchant's limit is used up by what will never be \
                paid",
        source: "none public: a sweeper of stale reservations in place of an undo",
        caught_by: &["L04", "L05"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::VoidAfterCapture,
        name: "void-after-capture",
        story: "when all is done whatever is left of an authorization is given back, and nobody \
                asks whether all of it was taken: the undo of what was paid is intended, and \
                what was paid goes back to the customer",
        source: "none public: a clean-up of authorizations that goes by their being there",
        caught_by: &["I12"],
        first_wave: false,
        ease: Ease::Easy,
    },
];
