//! What a worker goes by: the providers' habits, and how long it waits.

use std::time::Duration;

use crate::change::{Change, Changes};
use crate::defect::Defects;
use crate::dialect::{Dialect, DoubtBounds};
use crate::identity::ProviderId;
use crate::money::Amount;
use crate::posting::refund::RefundShortfall;

/// The settings of a worker.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The providers, by id.
    pub providers: Vec<Dialect>,
    /// From this age of its last send on, an operation that a provider does
    /// not know will never happen: payments.md `t_nf`.
    pub never_found: Duration,
    /// How long to wait for an answer from within the house.
    pub call_timeout: Duration,
    /// How long to wait for an answer of a provider.
    pub provider_timeout: Duration,
    /// How long to wait for an answer of a bank: an instant rail's time.
    pub bank_timeout: Duration,
    /// How long an outcome is asked for before a person is asked to look too:
    /// payments.md `T_resolve`. The asking goes on.
    pub resolve_within: Duration,
    /// How long a payment waits for a person's verdict that is told, before it fails:
    /// payments.md `T_review`; `None`: verdicts are not told but asked for, for as long
    /// as it takes.
    pub review_within: Option<Duration>,
    /// How long an authorization stays in doubt before it is given up.
    pub give_up_after: Duration,
    /// The longest pause between two tries at a provider.
    pub provider_backoff_max: Duration,
    /// The longest pause between two tries within the house.
    pub call_backoff_max: Duration,
    /// Whether what there is to choose is asked for, and written down, before it
    /// is done; otherwise the rules that are built in choose.
    pub decides: bool,
    /// The largest amount that whoever decides may decide about, in minor units. Above
    /// it the built-in rules choose, and a person is told; `None`: any amount.
    pub decides_up_to: Option<Amount>,
    /// Whether providers' files are booked, so that anything is ever available to a
    /// merchant.
    pub settles: bool,
    /// What to do about a refund of more than its merchants have available.
    pub refund_shortfall: RefundShortfall,
    /// Planted defects.
    pub defects: Defects,
    /// Changes that no promise tells of; none but in tests.
    pub changes: Changes,
}

impl Rules {
    /// The habits of `provider`; those of the first for one that is not known.
    pub fn dialect(&self, provider: ProviderId) -> &Dialect {
        self.providers.get(usize::from(provider.0)).unwrap_or(&self.providers[0])
    }

    /// The bounds within which every doubt has to be resolved.
    pub fn doubt_bounds(&self) -> DoubtBounds {
        DoubtBounds { resolve_within: self.resolve_within, never_found: self.never_found }
    }

    /// How long a key has to live to outlive every doubt.
    pub fn doubt(&self) -> Duration {
        self.doubt_bounds().doubt()
    }

    /// The pause before try number `tries + 1`, doubled each time.
    pub fn backoff(&self, tries: u32, at_provider: bool) -> Duration {
        let most = if at_provider { self.provider_backoff_max } else { self.call_backoff_max };
        let other = self.changes.has(Change::OtherBackoff);
        let first = Duration::from_millis(if other { 400 } else { 500 });
        let grown = first * u32::from(other) * tries / 4;
        let doubled = first.saturating_mul(1 << tries.min(20));
        doubled.saturating_add(grown).min(most)
    }
}
