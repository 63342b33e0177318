//! A tally as a file keeps it.

use serde::{Deserialize, Serialize};

use super::{FaultKind, Mark, Step, Tally};
use crate::campaign::NotAPart;

/// Rows of steps for each kind of fault, and the marks, in the order that the program has.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TallyRecord {
    cells: Vec<Vec<u64>>,
    marks: Vec<u64>,
    touched: u64,
    trials: u64,
}

impl From<&Tally> for TallyRecord {
    fn from(tally: &Tally) -> Self {
        Self {
            cells: tally.cells.iter().map(|row| row.to_vec()).collect(),
            marks: tally.marks.clone(),
            touched: tally.touched,
            trials: tally.trials,
        }
    }
}

impl TryFrom<TallyRecord> for Tally {
    type Error = NotAPart;

    fn try_from(record: TallyRecord) -> Result<Self, NotAPart> {
        let TallyRecord { cells, marks, touched, trials } = record;
        let cells: Result<Vec<[u64; Step::COUNT]>, _> =
            cells.into_iter().map(<[u64; Step::COUNT]>::try_from).collect();
        match cells {
            Ok(cells) if (cells.len(), marks.len()) == (FaultKind::COUNT, Mark::ALL.len()) => {
                Ok(Self { cells, marks, touched, trials })
            }
            _ => Err(NotAPart::Seen),
        }
    }
}
