//! The end of a payment, as a defect has it: closed first, and called finished then.

use model::{Commit, Defect, Defects, Record, Status};

/// Takes the last status of a payment out of `records`, and whatever comes after it:
/// it is written when the payment is closed. Whether there is one; there is none,
/// unless a defect says so.
pub(super) fn leave_status_out(records: &mut Vec<Record>, defects: Defects) -> bool {
    let ends = |record: &Record| {
        matches!(record, Record::StatusChanged(status)
            if status.is_final() || *status == Status::Succeeded)
    };
    let end = records.iter().position(ends).filter(|end| *end > 0);
    let end = end.filter(|_| defects.has(Defect::TerminalWrittenByCaller));
    records.truncate(end.unwrap_or(records.len()));
    end.is_some()
}

/// Whether the last status is still to be written of what was closed.
pub(super) fn has_status_left(commit: &Commit, defects: Defects) -> bool {
    let is_whole = commit.records.is_empty() || commit.records.iter().any(Record::is_terminal);
    !is_whole && defects.has(Defect::TerminalWrittenByCaller)
}
