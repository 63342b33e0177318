//! What is said of single lines of a repro, in comments above them.

use std::collections::BTreeMap;

use model::Token;

/// Comments above lines; they mean nothing to whoever reads the file back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// Above operations.
    pub operations: BTreeMap<Token, String>,
    /// Above faults of any kind, by id.
    pub faults: BTreeMap<u32, String>,
}
