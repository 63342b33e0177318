//! A map by identities, which is looked into at nearly every event.

use std::fmt;
use std::hash::{Hash, Hasher};

/// What a map can be keyed by: identities whose words are spread evenly, as hashes are.
pub trait Id: Copy {
    /// The identity, as a word.
    fn word(self) -> u64;
}

/// A map that is gone through in the order of the words of its keys, as a `BTreeMap` is, and
/// finds each of them in a step or two.
///
/// A table with open addressing whose order is that of the keys: as those are hashes, the
/// upper bits of each tell where it belongs, and whatever belongs there already is passed
/// or moved on so that the order stays (linear probing with sorted runs: Amble and Knuth,
/// 1974). Keys that are not spread evenly are found as well, only later.
#[derive(Clone)]
pub struct IdMap<K, V> {
    /// Where the row of each key is. The last is always free, so that a search ends.
    slots: Vec<Slot>,
    /// How many of the bits of a key do not tell where it belongs.
    shift: u32,
    /// In no order.
    rows: Vec<(K, V)>,
}

#[derive(Clone, Copy)]
struct Slot {
    key: u64,
    /// In `rows`.
    row: u32,
}

/// The place in a map where a key is, or would be.
pub struct Entry<'a, K, V> {
    map: &'a mut IdMap<K, V>,
    key: K,
    found: Result<usize, usize>,
}

impl<K, V> Default for IdMap<K, V> {
    fn default() -> Self {
        Self { slots: Vec::new(), shift: u64::BITS, rows: Vec::new() }
    }
}

impl<K: Id, V> IdMap<K, V> {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is under `key`.
    #[inline]
    pub fn get(&self, key: &K) -> Option<&V> {
        let slot = self.find(key.word()).ok()?;
        Some(&self.rows[self.slots[slot].row as usize].1)
    }

    /// The same, to be changed.
    #[inline]
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let slot = self.find(key.word()).ok()?;
        Some(&mut self.rows[self.slots[slot].row as usize].1)
    }

    /// Whether anything is under `key`.
    #[inline]
    pub fn contains_key(&self, key: &K) -> bool {
        self.find(key.word()).is_ok()
    }

    /// The place of `key`.
    #[inline]
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        let found = self.find(key.word());
        Entry { map: self, key, found }
    }

    /// Puts `value` under `key`; what was there before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(key.word()) {
            Ok(slot) => {
                let row = self.slots[slot].row as usize;
                Some(std::mem::replace(&mut self.rows[row].1, value))
            }
            Err(slot) => {
                self.add(slot, key, value);
                None
            }
        }
    }

    /// Takes out what is under `key`.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let slot = self.find(key.word()).ok()?;
        let row = self.slots[slot].row;
        self.free(slot);
        let (_, value) = self.rows.swap_remove(row as usize);
        if let Some((moved, _)) = self.rows.get(row as usize) {
            let slot = self.find(moved.word()).expect("every row has a slot");
            self.slots[slot].row = row;
        }
        Some(value)
    }

    /// Takes out whatever `keeps` does not keep.
    pub fn retain(&mut self, mut keeps: impl FnMut(&K, &mut V) -> bool) {
        for key in self.keys().copied().collect::<Vec<_>>() {
            if self.get_mut(&key).is_some_and(|value| !keeps(&key, value)) {
                self.remove(&key);
            }
        }
    }

    /// Every key and what is under it, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let taken = self.slots.iter().filter(|slot| slot.is_taken());
        taken.map(|slot| {
            let (key, value) = &self.rows[slot.row as usize];
            (key, value)
        })
    }

    /// Every key, in order.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// What is under each key, in the order of the keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The slot of `key`, or the one where it would be.
    #[inline]
    fn find(&self, key: u64) -> Result<usize, usize> {
        if self.slots.is_empty() {
            return Err(0);
        }
        let mut at = (key >> self.shift) as usize;
        while let Some(slot) = self.slots.get(at).filter(|slot| slot.is_taken()) {
            if slot.key >= key {
                return if slot.key == key { Ok(at) } else { Err(at) };
            }
            at += 1;
        }
        Err(at)
    }

    /// Puts a row under `key`, which belongs at `slot`; where it is put.
    fn add(&mut self, mut slot: usize, key: K, value: V) -> usize {
        let row = self.rows.len();
        if row * 4 >= self.slots.len() * 3 {
            self.spread();
            slot = self.find(key.word()).expect_err("there is nothing under a new key");
        }
        self.rows.push((key, value));
        let new = u32::try_from(row).expect("fewer than 2^32 rows");
        self.place(slot, Slot { key: key.word(), row: new });
        row
    }

    /// Puts `new` at `at`, and moves on whatever is there and behind it.
    fn place(&mut self, at: usize, new: Slot) {
        let behind = self.slots[at..].iter().position(|slot| !slot.is_taken());
        let free = at + behind.expect("the last slot is free");
        if free + 1 == self.slots.len() {
            self.slots.push(Slot::FREE);
        }
        self.slots.copy_within(at..free, at + 1);
        self.slots[at] = new;
    }

    /// Gives all rows twice the room.
    #[cold]
    fn spread(&mut self) {
        let room = (self.rows.len() * 2).next_power_of_two().max(ROOM_MIN);
        self.shift = u64::BITS - room.ilog2();
        let before = std::mem::replace(&mut self.slots, vec![Slot::FREE; room + 1]);
        let mut next = 0;
        for slot in before.into_iter().filter(|slot| slot.is_taken()) {
            let at = next.max((slot.key >> self.shift) as usize);
            next = at + 1;
            if next == self.slots.len() {
                self.slots.push(Slot::FREE);
            }
            self.slots[at] = slot;
        }
    }

    /// Frees `slot`, and moves back whatever was moved on because of it.
    fn free(&mut self, slot: usize) {
        let mut at = slot;
        while let Some(next) = self.slots.get(at + 1).copied()
            && next.is_taken()
            && (next.key >> self.shift) as usize <= at
        {
            self.slots[at] = next;
            at += 1;
        }
        self.slots[at] = Slot::FREE;
    }
}

impl<'a, K: Id, V> Entry<'a, K, V> {
    /// What is under the key, which is what `value` makes if there was nothing.
    #[inline]
    pub fn or_insert_with(self, value: impl FnOnce() -> V) -> &'a mut V {
        let row = match self.found {
            Ok(slot) => self.map.slots[slot].row as usize,
            Err(slot) => self.map.add(slot, self.key, value()),
        };
        &mut self.map.rows[row].1
    }

    /// What is under the key, which is `value` if there was nothing.
    #[inline]
    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    /// What is under the key, which is the default if there was nothing.
    #[inline]
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }
}

impl Slot {
    const FREE: Self = Self { key: 0, row: u32::MAX };

    #[inline]
    const fn is_taken(self) -> bool {
        self.row != u32::MAX
    }
}

impl<K: Id + fmt::Debug, V: fmt::Debug> fmt::Debug for IdMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Id, V: PartialEq> PartialEq for IdMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        let row = |(key, value): (&K, _)| (key.word(), value);
        self.len() == other.len() && self.iter().map(row).eq(other.iter().map(row))
    }
}

impl<K: Id, V: Eq> Eq for IdMap<K, V> {}

/// As that of a `BTreeMap` with the same keys and values.
impl<K: Id + Hash, V: Hash> Hash for IdMap<K, V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        self.iter().for_each(|row| row.hash(state));
    }
}

const ROOM_MIN: usize = 16;
