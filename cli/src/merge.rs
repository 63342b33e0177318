//! `pennywise merge`: what shards came to, put together.

mod gathered;

use scenarios::campaign::{self, Campaign, Part};

use crate::arguments::MergeArguments;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::keeper::Keeper;
use crate::outlet::Outlets;
use crate::screen::Screen;
use crate::shelf::Shelf;
use crate::threads;
use crate::undertaking::Undertaking;

use gathered::Gathered;

/// Tells what the campaign came to whose shards have written to `folders`, in the bytes of a
/// `fuzz` that ran all of it, and keeps the findings that it would have kept.
pub(crate) fn merge(arguments: MergeArguments, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let gathered = Gathered::read(&arguments.folders)?;
    let undertaking = gathered.undertaking()?;
    let shelf = Shelf::new(arguments.out)?;
    let outlets = Outlets::new(arguments.format, &arguments.report)?;
    let pool = threads::pool(arguments.jobs)?;
    let interrupt = Interrupt::watch()?;
    let campaigns = campaigns(&gathered, &undertaking)?;
    let keeper = Keeper::new(shelf, undertaking.defects, &pool, interrupt);
    let mut keeper = keeper.knowing(gathered.keepings());
    outlets.begin(&undertaking.heading(None), screen)?;
    for (chosen, campaign) in undertaking.chosen.iter().zip(&campaigns) {
        for finding in &campaign.findings {
            keeper.keep(&chosen.scenario, finding, |told| screen.remark(told));
        }
    }
    let mut report = undertaking.report(&campaigns);
    report.files = keeper.files();
    outlets.tell(&report, screen)?;
    let exit = interrupt.exit();
    Ok(exit.or(report.outcome().into()))
}

/// The whole campaign over each scenario.
fn campaigns(gathered: &Gathered, undertaking: &Undertaking) -> Result<Vec<Campaign>, Failure> {
    let whole = |(at, chosen): (usize, &crate::chosen::Chosen)| {
        let parts: Vec<Part> = gathered.parts(at);
        campaign::merge(&chosen.scenario, gathered.count(), &parts).ok_or_else(|| {
            let name = &chosen.scenario.name;
            Failure::BadInput(format!("the shards are not the parts of a campaign over `{name}`"))
        })
    };
    undertaking.chosen.iter().enumerate().map(whole).collect()
}
