//! Who takes part in the world of a repro, so that a file that names somebody
//! else can be refused.

use std::collections::BTreeSet;
use std::ops::Range;

use model::{BankId, FileId, ProviderId, Teller};
use sim::{Role, Roles};

use super::group::{self, PARTIES};
use super::moment::Moment;
use crate::invalid::Wrong;
use crate::party;

/// Who takes part, and in what.
pub(super) struct Present {
    pub(super) clients: u8,
    pub(super) workers: u8,
    pub(super) webhooks: bool,
    pub(super) merchant_events: bool,
    pub(super) lake: bool,
    pub(super) settlement: bool,
    pub(super) decider: bool,
    pub(super) adapter: bool,
    pub(super) providers: usize,
    pub(super) banks: usize,
    pub(super) payments: BTreeSet<u64>,
}

impl Present {
    /// Whether all of `roles` take part.
    ///
    /// # Errors
    /// If somebody does not; `place` is where they are named.
    pub(super) fn check(&self, roles: Roles, place: Range<usize>) -> Result<(), Wrong> {
        let absent = roles.iter().find(|role| !self.takes_part(*role));
        absent.map_or(Ok(()), |role| {
            let name = group::name(role);
            let (client, provider) = (party::client_of(role), party::provider_of(role));
            let problem = match (client, provider, party::worker_of(role)) {
                (Some(_), ..) => {
                    let last = self.clients.saturating_sub(1);
                    format!("there is no {name}: `clients = {}` are 0 to {last}", self.clients)
                }
                (_, Some(_), _) => {
                    format!("there is no {name}: there are {} providers", self.providers)
                }
                (_, _, Some(_)) => {
                    format!("there is no {name}: `workers = {}` counts them all", self.workers)
                }
                _ if party::bank_of(role).is_some() => {
                    format!("there is no {name}: there are {} banks", self.banks)
                }
                _ if role == party::INGRESS => {
                    format!("there is no {name}: with `webhooks = true` there is one")
                }
                _ if role == party::NOTIFIER => {
                    format!("there is no {name}, unless `merchant_events = true`")
                }
                _ if role == party::ADAPTER => {
                    format!("there is no {name}: with `protocol = \"2pc\"` there is one")
                }
                _ if role == party::LAKE => format!("there is no {name}, unless `lake = true`"),
                _ if role == party::RECONCILER => {
                    format!("there is no {name}, unless there is a table `[world.settlement]`")
                }
                _ if role == party::DECIDER => {
                    format!("there is no {name}, unless `decider = true` of `[world.decisions]`")
                }
                _ => format!("there is no {name}: expected {PARTIES}"),
            };
            Err(Wrong::new(place, problem))
        })
    }

    /// Whether a fault can wait for `moment` in this world.
    ///
    /// # Errors
    /// If it is about a payment that nobody attempts.
    pub(super) fn check_moment(&self, moment: &Moment, place: Range<usize>) -> Result<(), Wrong> {
        self.check_payment(moment.payment(), place.clone())?;
        self.check(moment.parties(), place)
    }

    /// Whether anybody attempts this payment.
    ///
    /// # Errors
    /// If nobody does.
    pub(super) fn check_payment(&self, payment: u64, place: Range<usize>) -> Result<(), Wrong> {
        let is_known = self.payments.contains(&payment) || self.is_of_files(payment);
        if !is_known {
            let mut known: Vec<_> = self.payments.iter().take(SHOWN).map(u64::to_string).collect();
            if self.payments.len() > SHOWN {
                known.push("…".to_owned());
            }
            let problem = format!(
                "no operation is payment {payment}: the operations of this file are {}",
                known.join(", ")
            );
            return Err(Wrong::new(place, problem));
        }
        Ok(())
    }

    /// Whether it stands for a settlement file, or for lines that are for nothing
    /// that anybody asked.
    fn is_of_files(&self, subject: u64) -> bool {
        let providers = (0..self.providers as u8).map(|n| Teller::Provider(ProviderId(n)));
        let banks = (0..self.banks as u8).map(|n| Teller::Bank(BankId(n)));
        let named = |teller| (1..=FILES_MAX).any(|seq| FileId::of(teller, seq).0 == subject);
        self.settlement && (subject == 0 || providers.chain(banks).any(named))
    }

    fn takes_part(&self, role: Role) -> bool {
        match (party::client_of(role), party::provider_of(role)) {
            (Some(client), _) => client < self.clients,
            (_, Some(provider)) => usize::from(provider.0) < self.providers,
            _ if role == party::INGRESS => self.webhooks,
            _ if role == party::NOTIFIER => self.merchant_events,
            _ if role == party::LAKE => self.lake,
            _ if role == party::RECONCILER => self.settlement,
            _ if role == party::DECIDER => self.decider,
            _ if role == party::ADAPTER => self.adapter,
            _ if party::bank_of(role).is_some() => {
                party::bank_of(role).is_some_and(|bank| usize::from(bank.0) < self.banks)
            }
            _ => {
                let worker = party::worker_of(role);
                let present = role.0 <= party::PROBE.0;
                worker.map_or(present, |worker| worker.0 < self.workers)
            }
        }
    }
}

/// So many files of each writer can be named.
const FILES_MAX: u32 = 512;
/// How many payments an error names.
const SHOWN: usize = 20;
