//! Defects of refunds, disputes, fees and exchange rates.

use crate::defect::{Defect, DefectStory, Ease};

pub(super) const STORIES: &[DefectStory] = &[
    DefectStory {
        defect: Defect::DeployRecomputesQuote,
        name: "deploy-recomputes-quote",
        story: "what a payment costs is worked out anew whenever it is needed, so that one \
                which was quoted before a deployment is booked at the prices of the release \
                after it, and once more at those before when that is taken back",
        source: "code that is not replay-safe across versions: what Temporal's worker \
                 versioning and patching are for",
        caught_by: &["I27", "I28", "I38"],
        first_wave: false,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::DisputeWonIgnored,
        name: "dispute-won-ignored",
        story: "a dispute is written off when it is opened, so that the money of one that is \
                won comes back and nobody books it",
        source: "antiwork/gumroad#2055",
        caught_by: &["I33", "I34", "L06"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::FeeOnRefund,
        name: "fee-on-refund",
        story: "the posting of a refund works out the fee of the sum as that of a payment, \
                and takes it from the merchant once more, from one account of the house to \
                another, so that no book outside tells",
        source: "none public: whoever keeps the fee of what is refunded takes none for that",
        caught_by: &["I28"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::LossAllOwed,
        name: "loss-all-owed",
        story: "a dispute that is lost is booked as a debt of its merchant, who is paid out \
                what it has as if nothing had happened, and owes what nobody will ever see",
        source: "none public: what a merchant has covers its disputes first, wherever its \
                 balance is kept",
        caught_by: &["L06"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::RefundAtSpot,
        name: "refund-at-spot",
        story: "what goes back of an exchanged payment is converted at the rate of the day and \
                not at the one that the payment had locked, so that its merchant gives back \
                more than it got, or less, and whoever pays and sends back at the right \
                moments is the house's bank",
        source: "a refund that asks the market once more; a proposal of the catalog of defects",
        caught_by: &["I27"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::RefundByHandIgnored,
        name: "refund-by-hand-ignored",
        story: "a webhook of a refund that the house did not ask for is acknowledged and \
                forgotten, so that what somebody gave back in the provider's dashboard is \
                never booked, and can be given back once more",
        source: "HiEvents PR#1156, on refunds made in the dashboard",
        caught_by: &["I33", "I34", "L06"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::RefundLateFailIgnored,
        name: "refund-late-fail-ignored",
        story: "a provider tells days later that the customer's bank did not take a refund, and \
                nothing comes of it: the refund stays succeeded, and the books have the money \
                given back",
        source: "woocommerce-payments#2285; antiwork/gumroad PR#5779",
        caught_by: &["I33", "I34", "L06"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::RefundPlusDispute,
        name: "refund-plus-dispute",
        story: "what can be refunded is worked out from refunds alone, so that a payment which \
                the customer's bank has taken back is refunded too",
        source: "antiwork/gumroad#4372; hyperswitch PR#10533",
        caught_by: &["I07"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::ReplayNondeterminism,
        name: "replay-nondeterminism",
        story: "the exchange of a payment is worked out anew whenever it is needed, at the rate \
                of the moment and not at the one in its journal, so that whoever goes on with \
                the payment books something else than was promised",
        source: "the determinism that temporal.io demands of workflow code: what was read once \
                 is not read again on replay",
        caught_by: &["I26", "I27", "I33"],
        first_wave: false,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::RoundEachLeg,
        name: "round-each-leg",
        story: "the parts of a split payment are rounded down one by one and what that leaves \
                is dropped, so that the books have a cent less than was charged",
        source: "xkikeg/okane PR#236; ledger123/runmyaccounts#649",
        caught_by: &["I17", "I27", "I33", "I34"],
        first_wave: true,
        ease: Ease::Easy,
    },
];
