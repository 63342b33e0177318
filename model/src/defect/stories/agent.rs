//! Defects of whoever decides where there is a choice.

use crate::defect::{Defect, DefectStory, Ease};

pub(super) const STORIES: &[DefectStory] = &[
    DefectStory {
        defect: Defect::ActsOnStaleSnapshot,
        name: "acts-on-stale-snapshot",
        story: "what was decided from an earlier version of a payment is done all the same, \
                although what it was decided from is true no more",
        source: "an agent that acts on what it has read a while ago",
        caught_by: &["I31"],
        first_wave: true,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::AgentReplans,
        name: "agent-replans",
        story: "an agent whose tool call is not answered in time plans anew and makes another \
                one, under another key, so that the customer is charged twice",
        source: "stripe/ai#402, duplicates 32 to 37 s apart behind a time-out of 30 s; \
                 crewAI#5802; square-mcp-server#31",
        caught_by: &["I31", "I05", "I08", "I14"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::MetricGaming,
        name: "metric-gaming",
        story: "an agent that is rewarded for little money in doubt calls whatever is not \
                answered within a minute declined: less is in doubt, and more is reserved or \
                taken of customers who were told no",
        source: "none public: a proposal of this project's catalog",
        caught_by: &["I14", "I18", "I31", "I35"],
        first_wave: false,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::NoAmountLimit,
        name: "no-amount-limit",
        story: "an agent decides about any amount, for nobody looks at how large it is",
        source: "payments.md 5.4, the rule E5 about amounts",
        caught_by: &["I31"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::RefundsInDoubt,
        name: "refunds-in-doubt",
        story: "an agent that wants a payment back while its provider is slow reverses what \
                has not come yet, takes `nothing to reverse` for done, and the money is \
                reserved afterwards",
        source: "the class of OwnPay#222",
        caught_by: &["I11", "I18", "I35"],
        first_wave: false,
        ease: Ease::Medium,
    },
];
