//! The dossiers of all instruments.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::Token;

use super::dossier::Dossier;
use crate::plan::Plan;

/// A dossier for each instrument.
#[derive(Clone, Debug)]
pub(super) struct Dossiers {
    plan: Arc<Plan>,
    /// Those of the plan's operations, in their order.
    planned: Vec<Dossier>,
    /// Those of instruments that no plan knows of.
    strangers: BTreeMap<Token, Dossier>,
}

impl Dossiers {
    /// An empty dossier for each operation of `plan`.
    pub(super) fn new(plan: Arc<Plan>) -> Self {
        let planned = plan.operations.iter().map(|_| Dossier::default()).collect();
        Self { plan, planned, strangers: BTreeMap::new() }
    }

    /// The dossier of this instrument; `None` if nobody ever mentioned it.
    pub(super) fn of(&self, token: Token) -> Option<&Dossier> {
        match self.plan.place(token) {
            Some(place) => self.planned.get(place),
            None => self.strangers.get(&token),
        }
    }

    /// The dossier of this instrument, begun if there is none.
    pub(super) fn open(&mut self, token: Token) -> &mut Dossier {
        match self.plan.place(token).and_then(|place| self.planned.get_mut(place)) {
            Some(planned) => planned,
            None => self.strangers.entry(token).or_default(),
        }
    }

    /// Every dossier, strangers last.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Token, &Dossier)> {
        let planned = self.plan.operations.iter().map(|operation| operation.token);
        let strangers = self.strangers.iter().map(|(token, dossier)| (*token, dossier));
        planned.zip(&self.planned).chain(strangers)
    }
}
