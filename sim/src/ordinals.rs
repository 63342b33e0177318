//! How many messages of each kind went from whom to whom about what.

use crate::draw::{avalanche, fold};
use crate::message::SendIdentity;

/// Counters by (pair of roles, kind, subject), kept by the world across
/// crashes: an open-addressing table with its keys beside the counts.
#[derive(Clone, Debug)]
pub(crate) struct Ordinals {
    slots: Vec<([u64; 2], u32)>,
    used: usize,
}

impl Default for Ordinals {
    fn default() -> Self {
        Self { slots: vec![([0; 2], 0); 256], used: 0 }
    }
}

impl Ordinals {
    /// Counts one more of what `identity` names, whatever its own ordinal.
    pub(crate) fn next(&mut self, identity: &SendIdentity) -> u32 {
        self.next_of(identity.words())
    }

    /// The ordinal that [`Ordinals::next`] would give, without counting.
    pub(crate) fn peek(&self, identity: &SendIdentity) -> u32 {
        self.slots[self.find(identity.words())].1 + 1
    }

    /// Counts one more of whatever `key` names in this table.
    pub(crate) fn next_of(&mut self, key: [u64; 2]) -> u32 {
        if (self.used + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        let at = self.find(key);
        let slot = &mut self.slots[at];
        if slot.1 == 0 {
            slot.0 = key;
            self.used += 1;
        }
        slot.1 += 1;
        slot.1
    }

    fn find(&self, key: [u64; 2]) -> usize {
        let mask = self.slots.len() - 1;
        let mut at =
            avalanche(fold(key[0] ^ 0x9E37_79B9, 0xD6E8_FEB8_6659_FD93) ^ key[1]) as usize & mask;
        while self.slots[at].1 != 0 && self.slots[at].0 != key {
            at = (at + 1) & mask;
        }
        at
    }

    fn grow(&mut self) {
        let doubled = vec![([0; 2], 0); self.slots.len() * 2];
        let old = std::mem::replace(&mut self.slots, doubled);
        for (key, count) in old.into_iter().filter(|slot| slot.1 != 0) {
            let at = self.find(key);
            self.slots[at] = (key, count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Kind, Role, Subject};

    #[test]
    fn each_kind_subject_and_pair_counts_for_itself_however_many_there_are() {
        let mut ordinals = Ordinals::default();
        let identity = |subject| SendIdentity {
            from: Role(1),
            to: Role(2),
            kind: Kind(3),
            subject: Subject(subject),
            ordinal: 0,
        };
        for round in 1..=3 {
            for subject in 0..1_000 {
                assert_eq!(ordinals.next(&identity(subject)), round);
            }
        }
    }
}
