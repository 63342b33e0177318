//! Defects of what compares books with what was paid.

use crate::defect::{Defect, DefectStory, Ease};

pub(super) const STORIES: &[DefectStory] = &[
    DefectStory {
        defect: Defect::AutoFailStuck,
        name: "auto-fail-stuck",
        story: "a job marks every refund failed that is pending for a day, and gives what it \
                had reserved back, without asking the provider",
        source: "OwnPay#222; a clean-up job that trusts the clock",
        caught_by: &["I08", "I18", "I34"],
        first_wave: true,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::BlindRecon,
        name: "blind-recon",
        story: "reconciliation compares the ledger with the journal that it was written \
                from, and never with what was paid: both always agree",
        source: "payments.md section 3: a reconciliation without an outside to compare with",
        caught_by: &["I33", "I38"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::CutoffOffByTz,
        name: "cutoff-off-by-tz",
        story: "the house's days end at midnight and its provider's at the cut-off, so that \
                what is captured in between is missed in the file of its day, and written off \
                before the next one pays it",
        source: "none public: a proposal of this project's catalog",
        caught_by: &["I33", "I37", "I38"],
        first_wave: false,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::FileReingest,
        name: "file-reingest",
        story: "a settlement file that is sent a second time is booked a second time, for \
                nobody had written down which lines were taken in",
        source: "payments.md D12; a batch that ran twice (Santander, 25 December 2021)",
        caught_by: &["I33", "I38"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::FuzzyMatch,
        name: "fuzzy-match",
        story: "a settlement line is matched with the first payment of the same amount that \
                waits for one, whatever its reference says",
        source: "eyra/mono PR#1639; medusajs/medusa PR#16682",
        caught_by: &["I33", "I17", "I38"],
        first_wave: false,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::LateSuccessIgnored,
        name: "late-success-ignored",
        story: "that a provider has taken money after all, for a try that it had refused or \
                voided, is acknowledged and forgotten: the order is closed, and the customer \
                has paid for nothing, or twice",
        source: "woocommerce-gateway-stripe PR#5703, on payments that succeed when their order \
                 is canceled",
        caught_by: &["I33", "I34", "L06"],
        first_wave: true,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::NetVsGross,
        name: "net-vs-gross",
        story: "what was paid out is compared with what was captured, so that every fee is a \
                difference, which is put into suspense",
        source: "Automattic/woocommerce-payments#8588",
        caught_by: &["I37"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::RefundBackToPending,
        name: "refund-back-to-pending",
        story: "what comes back of a refund is booked to what the merchant has pending, days \
                after a settlement has emptied that: nobody ever pays it out",
        source: "payments.md 1.8, a refund that fails late: pending before settlement, else \
                 available",
        caught_by: &["I38"],
        first_wave: false,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::SettledAsPaid,
        name: "settled-as-paid",
        story: "a payment that was exchanged is settled by a batch that knows the customer's \
                currency only: the merchant is paid out in that, and what it was promised \
                stays pending",
        source: "none public: a proposal of this project's catalog",
        caught_by: &["I38", "I02"],
        first_wave: false,
        ease: Ease::Easy,
    },
];
