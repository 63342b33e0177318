//! What went on for a while in a recorded trial: who was down, and what plagued whom.

use std::collections::BTreeMap;

use scenarios::{PaymentSystem, Plan};
use serde::Serialize;
use sim::{Happening, Misfortune, Role, Roles, Trace, VirtualTime};

use super::Lanes;
use crate::plan_text::fault::what;

/// Something that went on for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Band {
    /// Of what kind.
    pub kind: BandKind,
    /// The lanes that it plagued.
    pub lanes: Vec<usize>,
    /// Since when.
    pub begin: u64,
    /// Until when.
    pub end: u64,
    /// In words.
    pub says: String,
    /// The planned fault that made it so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<u32>,
}

/// Kinds of bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BandKind {
    /// A party was down.
    Down,
    /// A party handled nothing.
    Pause,
    /// Links were cut, slow or lossy.
    Links,
    /// Clocks or disks were not right.
    Ailing,
}

pub(super) fn all(
    trace: &Trace<PaymentSystem>,
    plan: &Plan,
    lanes: &Lanes<'_>,
    end: VirtualTime,
) -> Vec<Band> {
    let mut bands = Vec::new();
    let (mut down, mut plagued) = (BTreeMap::<Role, usize>::new(), BTreeMap::<u32, usize>::new());
    for happened in &trace.events {
        let at = happened.at.as_nanos();
        match happened.what {
            Happening::Crashed(_) => {
                let Some(lane) = lanes.of(happened.role) else { continue };
                down.insert(happened.role, bands.len());
                bands.push(Band {
                    kind: BandKind::Down,
                    lanes: vec![lane],
                    begin: at,
                    end: end.as_nanos(),
                    says: "is down".to_owned(),
                    fault: happened.fault,
                });
            }
            Happening::Booted => close(&mut bands, down.remove(&happened.role), at),
            Happening::Struck(id) => {
                if let Some(band) = plague(id, plan, lanes, at, end) {
                    plagued.insert(id, bands.len());
                    bands.push(band);
                }
            }
            Happening::Lifted(id) => close(&mut bands, plagued.remove(&id), at),
            // Whatever is not for good ends here; what is, lasts.
            Happening::Healed if plan.core.is_none() => {
                for (_, band) in std::mem::take(&mut plagued) {
                    close(&mut bands, Some(band), at);
                }
            }
            _ => {}
        }
    }
    bands
}

fn close(bands: &mut [Band], band: Option<usize>, at: u64) {
    if let Some(band) = band {
        bands[band].end = at;
    }
}

/// A crash shows as who is down, and what decides one message as what becomes of that.
fn plague(
    id: u32,
    plan: &Plan,
    lanes: &Lanes<'_>,
    at: VirtualNanos,
    end: VirtualTime,
) -> Option<Band> {
    let fault = plan.faults.iter().find(|fault| fault.id == id)?;
    let (kind, roles) = match fault.misfortune {
        Misfortune::Pause { roles } => (BandKind::Pause, roles),
        Misfortune::Partition { from, to, .. } => (BandKind::Links, ends(from, to)),
        Misfortune::Flap { links, .. }
        | Misfortune::Brownout { links, .. }
        | Misfortune::Clog { links } => (BandKind::Links, ends(links.from, links.to)),
        Misfortune::WallShift { role, .. }
        | Misfortune::Drift { role, .. }
        | Misfortune::SlowSync { role, .. }
        | Misfortune::LyingSync { role }
        | Misfortune::FullDisk { role, .. } => (BandKind::Ailing, role.into()),
        _ => return None,
    };
    let lasts = VirtualTime::from_nanos(at).after(fault.dwell).min(end);
    Some(Band {
        kind,
        lanes: roles.iter().filter_map(|role| lanes.of(role)).collect(),
        begin: at,
        end: lasts.as_nanos(),
        says: what(&fault.misfortune, plan),
        fault: Some(id),
    })
}

/// Whose links they are: where everybody else is at the other end, those that are cut off.
fn ends(from: Roles, to: Roles) -> Roles {
    match () {
        () if to == from.others() => from,
        () if from == to.others() => to,
        () => from.union(to),
    }
}

type VirtualNanos = u64;
