//! How one provider differs from another.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The habits of a provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Dialect {
    /// What it is called.
    pub name: String,
    /// Where the habits were seen.
    pub source: String,
    /// Which replies it keeps for a repeated key.
    pub keeps: Keeps,
    /// How long it keeps them.
    pub key_lifetime: Duration,
    /// How long at most a charge stays invisible to a query.
    pub query_lag_max: Duration,
    /// Whether undoing a reference that it has never seen blocks it for good.
    pub tombstones: bool,
    /// How long an authorization holds.
    pub authorization_lifetime: Duration,
}

/// Which replies a provider keeps under an idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keeps {
    /// Every reply from the start of execution on, errors included.
    AllAfterExecution,
    /// Successes only: what was declined or failed is tried anew.
    OnlySuccess,
}

impl Dialect {
    /// Whether the reference may repeat an operation whose key is `age` old at
    /// this provider before the first try is known to be dead. Only a key that
    /// keeps every reply makes the repetition harmless.
    pub fn may_resend(&self, age: Duration) -> bool {
        self.keeps == Keeps::AllAfterExecution && age + KEY_MARGIN < self.key_lifetime
    }

    /// The cast of the built-in scenarios.
    pub fn cast() -> [Self; 2] {
        [
            Self {
                name: "provider-a".to_owned(),
                source: "like Stripe v1 (docs.stripe.com/api/idempotent_requests), with a cancel \
                         by key like Square's"
                    .to_owned(),
                keeps: Keeps::AllAfterExecution,
                key_lifetime: Duration::from_secs(24 * 3_600),
                query_lag_max: Duration::from_secs(2),
                tombstones: true,
                authorization_lifetime: Duration::from_secs(7 * 86_400),
            },
            Self {
                name: "provider-b".to_owned(),
                source: "like Checkout.com (only 2xx replies are kept), with a search index that \
                         lags"
                    .to_owned(),
                keeps: Keeps::OnlySuccess,
                key_lifetime: Duration::from_secs(24 * 3_600),
                query_lag_max: Duration::from_secs(60),
                tombstones: false,
                authorization_lifetime: Duration::from_secs(10 * 86_400),
            },
        ]
    }
}

/// How long before its end a key counts as expired.
const KEY_MARGIN: Duration = Duration::from_secs(3_600);
