//! The fault atlas: which of a record's two copies may be struck at all.
//!
//! TigerBeetle's idea (`src/testing/storage.zig`, `ClusterFaultAtlas`): faults
//! on storage are only worth injecting where a correct system could survive
//! them, so at most one copy of any record is ever in reach of one.

use crate::draw::{Domain, Draws};
use crate::message::Role;

/// The copy of `role`'s record with this index that may be struck, of `copies`.
pub(crate) fn struck_copy(draws: &Draws, role: Role, record: usize, copies: u8) -> u8 {
    let stretch = record as u64 / STRETCH;
    draws.draw(ATLAS, &[u64::from(role.0), stretch]).below(u64::from(copies)) as u8
}

/// So many records in a row are struck on the same copy.
const STRETCH: u64 = 8;
const ATLAS: Domain = Domain(u64::from_le_bytes(*b"flt-atls"));
