//! The invariants: what each claims, in one sentence, by which authorities.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a payment system must never do, or must have done in the end. The
/// codes and the exact checks are those of payments.md section 2.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Invariant {
    /// Double entry.
    I01,
    /// No overdraft.
    I02,
    /// Transfer ids work once.
    I03,
    /// Holds resolve once.
    I04,
    /// One effective charge per intent.
    I05,
    /// The charged amount is the intended one.
    I06,
    /// Nothing goes back that was not captured.
    I07,
    /// One effective refund per intent.
    I08,
    /// Compensation happens exactly once.
    I10,
    /// No undo past the pivot.
    I12,
    /// Intent before effect.
    I13,
    /// No failover while in doubt.
    I14,
    /// Legal transitions only.
    I15,
    /// Terminal is final.
    I16,
    /// No success without money.
    I17,
    /// No failure with money.
    I18,
    /// Replies under one key agree.
    I19,
    /// A key stands for one request.
    I20,
    /// Tenants are apart.
    I21,
    /// Webhooks are applied once, and never regress.
    I22,
    /// What is acknowledged is durable.
    I23,
    /// The status is the fold of the journal.
    I24,
    /// Fencing.
    I26,
    /// Quotes are kept.
    I27,
    /// Fees exactly once, and only when due.
    I28,
    /// Two-phase commit is atomic.
    I30,
    /// Whoever decides stays within what is allowed.
    I31,
    /// No phantom and no lost events.
    I32,
    /// External conservation.
    I33,
    /// All parties agree.
    I34,
    /// Holds are released.
    I35,
    /// What failed is net zero.
    I36,
    /// What is in suspense has a case.
    I37,
    /// What was paid is booked, and what differs is known.
    I38,
    /// Every accepted payment terminates.
    L01,
    /// No key stays locked.
    L05,
    /// What providers do by themselves is booked.
    L06,
}

/// When an invariant is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum InvariantKind {
    /// After every event.
    Always,
    /// Once the world is at rest.
    AtRest,
    /// Within a bound after faults have ended.
    Eventually,
}

impl fmt::Display for InvariantKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Always => "always",
            Self::AtRest => "at rest",
            Self::Eventually => "eventually",
        })
    }
}

/// What people should know of an invariant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct InvariantStory {
    /// Its code.
    pub code: Invariant,
    /// What it claims.
    pub name: &'static str,
    /// When it is judged.
    pub kind: InvariantKind,
    /// Whose word counts: PB providers' books, LG ledger, JR durable journal,
    /// CL clients' screens, EX what leaves the system.
    pub authorities: &'static str,
    /// The claim, exactly.
    pub statement: &'static str,
    /// How long it may take, where it may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<&'static str>,
}

impl Invariant {
    /// Every invariant, by code.
    pub const ALL: [InvariantStory; 37] = [
        story(
            Self::I01,
            "debits-equal-credits",
            InvariantKind::Always,
            "LG",
            "in every booking, and over all accounts of a tenant and currency, posted debits equal posted credits, and pending ones too",
        ),
        story(
            Self::I02,
            "no-limited-account-is-overdrawn",
            InvariantKind::Always,
            "LG",
            "a limited account's posted credits cover its posted and pending debits",
        ),
        story(
            Self::I03,
            "a-transfer-id-works-once",
            InvariantKind::Always,
            "LG",
            "no transfer id is stored twice",
        ),
        story(
            Self::I04,
            "a-hold-resolves-once",
            InvariantKind::Always,
            "LG",
            "a hold is captured or released at most once, and never for more than it reserves",
        ),
        story(
            Self::I05,
            "one-effective-charge-per-payment",
            InvariantKind::Always,
            "PB",
            "at every instant at most one charge of an instrument, over all providers, has been captured",
        ),
        story(
            Self::I06,
            "the-charged-amount-is-the-intended-one",
            InvariantKind::Always,
            "PB",
            "no capture exceeds its authorization, is in another currency than the intent, or takes the sum of captures above the intended amount",
        ),
        story(
            Self::I07,
            "nothing-goes-back-that-was-not-captured",
            InvariantKind::Always,
            "PB LG",
            "what of a charge was given back, will be, or was withdrawn by disputes is together no more than was captured; and what the ledger books and reserves for refunds of a payment is no more than it booked for it, of each merchant that it was split over; a refund that was accepted before a dispute was opened, or before somebody gave the money back by hand, is exempt, if a person is told within four days",
        ),
        story(
            Self::I08,
            "one-effective-refund-per-request",
            InvariantKind::Always,
            "PB JR",
            "at every instant at most one refund to an instrument has an effect or may come to have one, and once the world is at rest exactly one has if the refund succeeded, and none else",
        ),
        story(
            Self::I10,
            "compensation-happens-exactly-once",
            InvariantKind::AtRest,
            "PB LG",
            "every authorization and every hold of a failed or canceled payment is undone, and undone once",
        ),
        story(
            Self::I12,
            "nothing-is-undone-past-the-pivot",
            InvariantKind::Always,
            "JR",
            "no intent to undo a step is written after the pivot is committed",
        ),
        story(
            Self::I13,
            "intent-before-effect",
            InvariantKind::Always,
            "JR PB LG",
            "every effect in a provider's books or the ledger carries the id of an operation whose intent was durable before",
        ),
        story(
            Self::I14,
            "no-failover-while-in-doubt",
            InvariantKind::Always,
            "JR",
            "the intent to try another provider is written only when every earlier try is durably declined, voided, tombstoned or proven never to have happened",
        ),
        story(
            Self::I15,
            "legal-transitions-only",
            InvariantKind::Always,
            "JR CL EX",
            "every change of a status in the journal and in the events that leave is one that the lifecycle has, and of two reads, one made after the other was answered, the later shows what may become of the earlier; what was sent is returned only if its bank or provider has it back",
        ),
        story(
            Self::I16,
            "terminal-is-final",
            InvariantKind::Always,
            "CL EX",
            "once a client has seen a payment succeeded, failed or canceled, on a screen or in an event, every request that it makes later shows the same, and so does every event of an end; but what was paid out or given back may be shown to have come back, if it has, and then stays so",
        ),
        story(
            Self::I17,
            "no-success-without-money",
            InvariantKind::Always,
            "CL PB LG",
            "when a client sees a payment succeeded, exactly one charge is captured for its amount, and the ledger has booked it; of a refund, that the amount was given back once",
        ),
        story(
            Self::I18,
            "no-failure-with-money",
            InvariantKind::Always,
            "CL PB",
            "from the moment when a payment is told to have failed or been canceled, no charge of it is captured, authorized or pending, and no refund of it given back or pending",
        ),
        story(
            Self::I19,
            "replies-under-one-key-agree",
            InvariantKind::Always,
            "CL JR",
            "all replies to one key name one payment, all final ones are equal, and the others are 202 or 409; another payment gets the key only when its lifetime is over and the first is finished",
        ),
        story(
            Self::I20,
            "a-key-stands-for-one-request",
            InvariantKind::Always,
            "CL JR",
            "a request under a key that stands for another one is refused as such, and has no effect",
        ),
        story(
            Self::I21,
            "tenants-are-apart",
            InvariantKind::Always,
            "CL JR LG",
            "no reply names a payment of another tenant, no key means anything to another tenant, and no transfer joins accounts of two",
        ),
        story(
            Self::I22,
            "a-webhook-is-applied-once-and-never-regresses",
            InvariantKind::Always,
            "JR",
            "no event of a webhook changes anything twice, and the versions of one object that are applied strictly increase",
        ),
        story(
            Self::I23,
            "what-is-acknowledged-is-durable",
            InvariantKind::Always,
            "EX JR",
            "a webhook that was answered with 2xx is in the durable inbox then, and in the end it is applied, parked, stale or a person's",
        ),
        story(
            Self::I24,
            "the-status-is-the-fold-of-the-journal",
            InvariantKind::Always,
            "JR",
            "whatever the store says of a payment, before a crash and after it, is the fold of its durable journal, which has no gaps",
        ),
        story(
            Self::I26,
            "a-lease-that-is-over-does-nothing",
            InvariantKind::Always,
            "JR LG",
            "store and ledger accept nothing under a lease after they met a newer one of the same payment, and what is sent again under one operation id is the same",
        ),
        story(
            Self::I27,
            "what-was-quoted-is-booked",
            InvariantKind::Always,
            "JR LG",
            "what is booked of a capture is, to the last minor unit, what was taken: net, fee and tax as quoted, and, where it is exchanged, the amount that the locked rate gives, its cost, its spread and a residue that buys less than one unit; a rate is locked before anything is held by it and never after, what a promise costs that outlives its quote is booked, and what goes back of an exchanged payment takes from its merchant, at the rate that the payment had locked, what it got for it, and all refunds together exactly that",
        ),
        story(
            Self::I28,
            "fees-exactly-once-and-only-when-due",
            InvariantKind::AtRest,
            "LG JR",
            "a payment or payout that succeeded has paid the fee that it was quoted for what was taken, each of its merchants once; what failed, was canceled or gives money back has paid none",
        ),
        story(
            Self::I30,
            "two-phase-commit-is-atomic",
            InvariantKind::Always,
            "PB LG JR",
            "no two participants decide differently, no decision is reversed, COMMIT needs every yes, who has said yes decides nothing alone, and a yes or a COMMIT is durable before it is told",
        ),
        story(
            Self::I31,
            "whoever-decides-stays-within-what-is-allowed",
            InvariantKind::Always,
            "JR PB",
            "what a policy decides is durable before it is done, is among what the state of the payment allows in that version of its journal, within its budgets, and decided once; and what is begun where there is a choice is what was decided",
        ),
        story(
            Self::I32,
            "no-phantom-and-no-lost-events",
            InvariantKind::Always,
            "EX JR",
            "an event leaves only when the change that it tells of is durable; at rest the merchant has heard of every change, the lake has counted it once, and both each payment's in their order",
        ),
        story(
            Self::I33,
            "external-conservation",
            InvariantKind::AtRest,
            "PB LG",
            "per tenant, currency and provider, what the ledger says it is owed is what was captured and not given or taken back, nothing is left in transit, and merchants, fees and tax share exactly that",
        ),
        story(
            Self::I34,
            "all-parties-agree",
            InvariantKind::AtRest,
            "PB LG JR CL",
            "providers, ledger, journal and client tell of each payment and each refund the same: charged or given back, and how much, or not; how much of it customers' banks took back, how much of what was sent came back, and how much somebody gave back by hand",
        ),
        story(
            Self::I35,
            "nothing-stays-reserved",
            InvariantKind::AtRest,
            "LG PB",
            "no hold and no authorization is left of a payment that is finished",
        ),
        story(
            Self::I36,
            "what-failed-is-net-zero",
            InvariantKind::AtRest,
            "LG JR",
            "over all that was posted for a payment, payout or refund that failed or was canceled, no account has more or less than before",
        ),
        story(
            Self::I37,
            "suspense-has-its-cases",
            InvariantKind::AtRest,
            "PB LG",
            "what is in suspense is exactly what providers and banks paid other than they should have, and have not mended",
        ),
        story(
            Self::I38,
            "files-and-books-agree",
            InvariantKind::AtRest,
            "PB LG JR",
            "every line of a settlement file is booked once and for what it tells of, and what the reconciler finds to differ is what differs",
        ),
        story(
            Self::L01,
            "every-accepted-payment-terminates",
            InvariantKind::Eventually,
            "CL JR",
            "within eleven days of the end of all faults, every accepted payment has succeeded, failed, been canceled, or is in a person's hands; a chargeback, within the time that its bank has to decide besides; the reversal of what came back, within eleven days of that; and what is shipped in parts, after its last parcel has left",
        ),
        story(
            Self::L05,
            "no-key-stays-locked",
            InvariantKind::Eventually,
            "CL JR",
            "once all faults are over, and nothing that was sent before is on its way, a key answers 409 for at most two leases after somebody went on with its payment, unless a provider, a person or a parcel is waited for",
        ),
        story(
            Self::L06,
            "what-providers-do-by-themselves-is-booked",
            InvariantKind::Eventually,
            "PB LG",
            "within four days of a dispute being opened, won or lost at a provider, of a payout coming back to its bank, of a refund that was told to have succeeded coming back to its provider, or of somebody giving money back by hand there, the ledger has booked it; and of a dispute that is lost, nobody owes what it had available all the time since that was to be booked",
        ),
    ];

    /// How long after the end of all faults, or after what it is about, it may take.
    const fn bound(self) -> Option<&'static str> {
        match self {
            Self::I07 => Some("4 days until a person is told"),
            Self::L01 => Some("11 days"),
            Self::L05 => Some("two leases: 180 s"),
            Self::L06 => Some("4 days"),
            _ => None,
        }
    }

    /// What people should know of it.
    pub fn story(self) -> &'static InvariantStory {
        &STORIES[self as usize]
    }

    /// The invariant with this code.
    pub fn with_code(code: &str) -> Option<Self> {
        let known = STORIES.iter().map(|story| story.code);
        known.into_iter().find(|invariant| invariant.to_string() == code)
    }
}

static STORIES: [InvariantStory; 37] = Invariant::ALL;

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

const fn story(
    code: Invariant,
    name: &'static str,
    kind: InvariantKind,
    authorities: &'static str,
    statement: &'static str,
) -> InvariantStory {
    InvariantStory { code, name, kind, authorities, statement, bound: code.bound() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_invariant_stands_in_the_list_at_its_own_place() {
        for (at, story) in Invariant::ALL.iter().enumerate() {
            assert_eq!(story.code as usize, at);
            assert_eq!(Invariant::with_code(&story.code.to_string()), Some(story.code));
        }
    }
}
