//! What came of trials that ran twice.

use scenarios::campaign::{Campaign, Unlike};

use crate::campaign_table::CampaignRow;
use crate::number::{Count, counted};

/// How many ran twice, and how many of them came to something else.
pub fn fact(campaign: &Campaign) -> String {
    let twice = counted(campaign.rechecked.trials, "trial");
    match campaign.rechecked.differed {
        0 => format!("{twice} ran twice, and came to the same"),
        differed => {
            format!("{twice} ran twice, of which {} came to something else", Count(differed))
        }
    }
}

/// The first trials that came to something else: what, and the command that repeats each.
pub fn unlike(rows: &[CampaignRow<'_>]) -> Vec<String> {
    let told = |row: &CampaignRow<'_>, Unlike { seed, digests: [first, again], .. }: &Unlike| {
        let (scenario, command) = (&row.campaign.scenario, row.repeat.command(*seed));
        format!(
            "not deterministic: {scenario}, seed {seed}: digest {first}, and {again} when it ran \
             again; `pennywise doctor` says why\n{command}\n"
        )
    };
    let each = |row: &CampaignRow<'_>| -> Vec<_> {
        row.campaign.rechecked.unlike.iter().map(|unlike| told(row, unlike)).collect()
    };
    rows.iter().flat_map(each).collect()
}

#[cfg(test)]
mod tests {
    use model::Defects;
    use sim::{DigestValue, Seed};

    use super::*;
    use crate::campaign_table::tests::{campaign, row};
    use crate::campaign_table::verdict;

    #[test]
    fn a_trial_that_came_to_something_else_is_told_with_what_repeats_it() {
        let mut campaign = campaign();
        campaign.rechecked.trials = 40;
        assert_eq!(fact(&campaign), "40 trials ran twice, and came to the same");
        campaign.rechecked.differed = 2;
        let digests = [DigestValue([1, 2]), DigestValue([3, 4])];
        campaign.rechecked.unlike = vec![Unlike { index: 3, seed: Seed(42), digests }];
        assert_eq!(fact(&campaign), "40 trials ran twice, of which 2 came to something else");
        let rows = [row(&campaign, Defects::NONE)];
        let text = unlike(&rows).concat();
        assert!(text.contains("digest 00000000000000010000000000000002, and"), "{text}");
        assert!(text.ends_with("\npennywise run calm-day --seed 0x000000000000002a\n"), "{text}");
        assert!(verdict(&rows).contains("2 of 40 trials that ran twice"), "{}", verdict(&rows));
    }
}
