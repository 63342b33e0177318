//! How long keys live (payments.md M9): when a key expires, and which payment
//! it stands for then.
//!
//! Time is what the store's journal says has passed. It is never more than has:
//! across a crash a lifetime lasts longer than declared.

use std::time::Duration;

use super::{Standing, Store, Then};
use crate::archive::Archive;
use crate::defect::Defect;
use crate::gatekeeper::{Generation, KeyId};
use crate::identity::{PaymentId, Token};
use crate::key_state::{KeyEvent, KeyState};

/// What a store knows of the ages of its keys.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Lifetimes {
    declared: Duration,
    /// How much time has passed, as far as the journal says.
    elapsed: Duration,
    /// When each key that has not expired was claimed, in that order.
    claims: Vec<(Duration, KeyId)>,
    /// Whose instrument each payment is from that was put away.
    pub(super) instruments: Archive<Token>,
}

impl Lifetimes {
    /// A key is claimed.
    pub(super) fn begin(&mut self, key: KeyId) {
        self.claims.push((self.elapsed, key));
    }
}

impl Store {
    /// The same store, empty as it is, with keys that live so long.
    #[must_use]
    pub fn with_key_lifetime(self, declared: Option<Duration>) -> Self {
        let lifetimes = declared.map(|declared| Lifetimes {
            declared,
            elapsed: Duration::ZERO,
            claims: Vec::new(),
            instruments: Archive::default(),
        });
        Self { lifetimes, ..self }
    }

    /// How much time has passed, as far as the journal says; `None` if nobody
    /// measures it, because keys live for ever.
    pub fn elapsed(&self) -> Option<Duration> {
        self.lifetimes.as_ref().map(|lifetimes| lifetimes.elapsed)
    }

    /// When the lifetime of the oldest key is over, if any lives.
    pub fn next_expiry(&self) -> Option<Duration> {
        let lifetimes = self.lifetimes.as_ref()?;
        let (claimed, _) = lifetimes.claims.first()?;
        Some(*claimed + lifetimes.declared)
    }

    /// The keys that expire when so much time has passed: those whose lifetime
    /// is over and whose payment is finished. Whatever is not stays.
    pub fn expiring(&self, elapsed: Duration) -> Vec<KeyId> {
        let Some(lifetimes) = &self.lifetimes else { return Vec::new() };
        let over = |(claimed, _): &&(Duration, KeyId)| *claimed + lifetimes.declared <= elapsed;
        let aged = lifetimes.claims.iter().take_while(over).map(|(_, key)| *key);
        aged.filter(|key| self.expires(*key)).collect()
    }

    /// How many payments this key has stood for, if it stands for none now.
    pub fn generation(&self, key: KeyId) -> Generation {
        let mut generation = Generation::default();
        while self.standing(payment_of(key, generation)).is_some() {
            generation.0 += 1;
        }
        generation
    }

    /// The payment from this instrument that the key has ever stood for.
    pub fn under_ever(&self, key: KeyId, token: Token) -> Option<(PaymentId, Standing)> {
        let all = (0..).map(|n| payment_of(key, Generation(n)));
        let mut all = all.map_while(|payment| Some((payment, self.standing(payment)?)));
        all.find(|(payment, _)| self.instrument(*payment) == Some(token))
    }

    /// So much time has passed, and these keys have expired.
    pub(super) fn age(&mut self, elapsed: Duration, expired: &[KeyId]) {
        let Some(lifetimes) = &mut self.lifetimes else { return };
        lifetimes.elapsed = lifetimes.elapsed.max(elapsed);
        lifetimes.claims.retain(|(_, key)| !expired.contains(key));
        self.keys.retain(|key, _| !expired.contains(key));
    }

    /// Whether a key whose lifetime is over expires.
    fn expires(&self, key: KeyId) -> bool {
        let Some(row) = self.keys.get(&key) else { return true };
        let over = self.standing(row.payment).is_none_or(Standing::is_over);
        let event = if over { KeyEvent::LifetimeOver } else { KeyEvent::LifetimeOverUnfinished };
        let becomes = row.state().meet(event).map(|(state, _)| state);
        let expires = || becomes == Ok(KeyState::Expired);
        self.defects.pick(Defect::ReaperKillsLiveKeys, expires, || true)
    }

    /// Whose instrument a payment is from, as far as somebody may still ask.
    fn instrument(&self, payment: PaymentId) -> Option<Token> {
        let open = self.payments.get(&payment).map(|row| row.token);
        open.or_else(|| self.lifetimes.as_ref()?.instruments.get(payment.0).copied())
    }
}

impl Standing {
    /// Whether it has ended, and nothing is left to do.
    fn is_over(self) -> bool {
        self.status.is_final() && self.then == Then::Close
    }
}

fn payment_of(key: KeyId, generation: Generation) -> PaymentId {
    key.payment(generation)
}
