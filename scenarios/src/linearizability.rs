//! Whether what clients asked of an object and what they were answered can be told as one
//! request after the other, each at some moment between its sending and its answer.
//!
//! Linearizability: Herlihy and Wing, 1990. The search is that of Wing and Gong, 1993, with
//! the memory of Lowe, 2017: it never goes on from a set of requests and a state that it
//! went on from before. What was never answered stays open for ever: it may have taken
//! effect at any moment since, or not at all.

mod history;
pub mod keys;
pub mod ledger;

use std::collections::BTreeMap;
use std::hash::Hash;

use sim::Digest;

pub use history::{Keys, Ledgers};

/// What an object does with one request after the other.
pub trait Specification {
    /// Where it stands.
    type State: Clone + PartialEq + Hash;
    /// What it is asked.
    type Request;
    /// What it answers.
    type Response;

    /// Where it stands once it has done `request` in `state` and answered with `response`, or
    /// with what nobody has heard; `None` if that is not what it answers there.
    fn step(
        state: &Self::State,
        request: &Self::Request,
        response: Option<&Self::Response>,
    ) -> Option<Self::State>;
}

/// One request, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation<Q, R> {
    /// What was asked.
    pub request: Q,
    /// When: a place in the order of all that happened.
    pub invoked: usize,
    /// What was answered, and when, if it ever was.
    pub returned: Option<(usize, R)>,
}

/// What was asked of one object, and where that stood at first.
#[derive(Clone, Debug)]
pub struct History<S: Specification> {
    /// Where it stood.
    pub initial: S::State,
    /// What was asked, in any order.
    pub operations: Vec<Operation<S::Request, S::Response>>,
}

/// What a history comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// It can be told as one request after the other.
    Linearizable,
    /// It can't: at most so many of the answered requests can be, and after them comes none.
    NotLinearizable {
        /// How many.
        explained: usize,
    },
    /// The search was given up.
    Undecided,
}

impl<S: Specification> History<S> {
    /// Whether it can be told as one request after the other.
    pub fn check(&self) -> Conclusion {
        Search::new(self).run()
    }
}

/// A search, depth first: what was answered comes first, what was not only where nothing
/// else explains what was answered.
struct Search<'h, S: Specification> {
    /// In the order of their invocations.
    operations: Vec<&'h Operation<S::Request, S::Response>>,
    answered: usize,
    met: BTreeMap<(Vec<u64>, u64), Vec<S::State>>,
    path: Vec<Node<S::State>>,
    done: Vec<u64>,
}

/// A set of requests that were done, and what may come next.
struct Node<T> {
    state: T,
    /// The request that was done last.
    by: Option<usize>,
    explained: usize,
    /// What was not tried yet, the last first.
    next: Vec<usize>,
}

impl<'h, S: Specification> Search<'h, S> {
    fn new(history: &'h History<S>) -> Self {
        let mut operations: Vec<_> = history.operations.iter().collect();
        operations.sort_by_key(|operation| operation.invoked);
        let answered = operations.iter().filter(|o| o.returned.is_some()).count();
        let done = vec![0; operations.len().div_ceil(64)];
        let mut search =
            Self { operations, answered, met: BTreeMap::new(), path: Vec::new(), done };
        search.enter(history.initial.clone(), None, 0);
        search
    }

    fn run(mut self) -> Conclusion {
        let mut explained = 0;
        for _ in 0..TRIES_MAX {
            let Some(node) = self.path.last_mut() else {
                return Conclusion::NotLinearizable { explained };
            };
            explained = explained.max(node.explained);
            if node.explained == self.answered {
                return Conclusion::Linearizable;
            }
            let Some(at) = node.next.pop() else {
                if let Some(by) = node.by {
                    self.done[by / 64] &= !(1 << (by % 64));
                }
                self.path.pop();
                continue;
            };
            let operation = self.operations[at];
            let response = operation.returned.as_ref().map(|(_, response)| response);
            let Some(state) = S::step(&node.state, &operation.request, response) else { continue };
            // What was not answered and changes nothing need not have been done.
            if response.is_none() && state == node.state {
                continue;
            }
            let explained = node.explained + usize::from(response.is_some());
            self.done[at / 64] |= 1 << (at % 64);
            if self.is_new(&state) {
                self.enter(state, Some(at), explained);
            } else {
                self.done[at / 64] &= !(1 << (at % 64));
            }
        }
        Conclusion::Undecided
    }

    fn enter(&mut self, state: S::State, by: Option<usize>, explained: usize) {
        let next = self.next();
        self.path.push(Node { state, by, explained, next });
    }

    /// What may be done next: whatever was asked before the first answer that is still to
    /// come.
    fn next(&self) -> Vec<usize> {
        let left = |at: &usize| self.done[at / 64] & 1 << (at % 64) == 0;
        let left = || (0..self.operations.len()).filter(left);
        let returned = |at: usize| self.operations[at].returned.as_ref().map(|(at, _)| *at);
        let first = left().filter_map(returned).min().unwrap_or(usize::MAX);
        let mut next: Vec<_> =
            left().take_while(|at| self.operations[*at].invoked < first).collect();
        next.sort_by_key(|at| (returned(*at).is_some(), std::cmp::Reverse(returned(*at))));
        next
    }

    fn is_new(&mut self, state: &S::State) -> bool {
        let met = self.met.entry((self.done.clone(), Digest::of(state))).or_default();
        let is_new = !met.contains(state);
        if is_new {
            met.push(state.clone());
        }
        is_new
    }
}

/// How much is tried before a search is given up.
const TRIES_MAX: usize = 2_000_000;
