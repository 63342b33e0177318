//! Tax on fees: stateless, versioned, pure.

use crate::money::Amount;
use crate::quote::Version;
use crate::rounding::Rounding;

/// The tax on `fee`: 20 %.
pub fn tax(version: Version, fee: Amount) -> Amount {
    match version {
        Version::First => fee.basis_points(2_000),
        Version::Second => Rounding::HalfEven.scale(fee, 2_000, 10_000),
    }
}
