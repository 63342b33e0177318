//! What clients saw of one payment.

use model::{PaymentId, Status};

use crate::fact::Endpoint;
use crate::message::{Asking, ClientReply};

/// What was shown of one payment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ScreenView {
    /// The first final status that was seen.
    pub(super) final_seen: Option<Status>,
    /// How often the client asked at each endpoint.
    pub(super) asked: [u32; 3],
    /// And how often it had when it first saw a final status.
    pub(super) asked_before: [u32; 3],
    /// The furthest status that it read.
    pub(super) last_read: Option<Status>,
    /// And how often it had asked when it first read that.
    pub(super) asked_at_last: [u32; 3],
    /// Failed or canceled was told to the outside.
    pub(super) failure_told: Option<Status>,
    /// The payment that replies to the creation named.
    pub(super) named: Option<PaymentId>,
    /// The first final reply to the creation.
    pub(super) final_reply: Option<ClientReply>,
    /// How many replies to the creation came.
    pub(super) replies: u32,
    /// What the probe saw.
    pub(super) probed: Option<ClientReply>,
}

impl ScreenView {
    pub(super) fn asks(&mut self, endpoint: Endpoint) {
        self.asked[endpoint as usize] += 1;
        if self.final_seen.is_none() {
            self.asked_before = self.asked;
        }
    }

    /// When this was asked, by what had been seen before.
    pub(super) fn asked_when(&self, asking: &Asking, endpoint: Endpoint) -> Asked {
        let later = |than: [u32; 3]| asking.number > than[endpoint as usize];
        Asked { after_final: later(self.asked_before), after_last: later(self.asked_at_last) }
    }

    /// What it saw succeed has come back, for good.
    pub(super) fn sees_return(&mut self) {
        self.final_seen = Some(Status::Returned);
        self.asked_before = self.asked;
    }

    /// The client reads this.
    pub(super) fn reads(&mut self, status: Status) {
        self.last_read = Some(status);
        self.asked_at_last = self.asked;
    }
}

/// When something was asked, by what had been seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// After a final status had been seen.
    pub(super) after_final: bool,
    /// After the furthest status that was read had been.
    pub(super) after_last: bool,
}

impl Asked {
    /// Before anything was seen.
    pub(super) const EARLY: Self = Self { after_final: false, after_last: false };
    /// After everything that was seen.
    pub(super) const LATER: Self = Self { after_final: true, after_last: true };
}
