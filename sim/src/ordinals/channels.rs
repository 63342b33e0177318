//! Small numbers for the few things that a table of ordinals counts.

use crate::draw::fold;

/// Numbers, from 0, for words of 32 bits, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(super) struct Channels {
    /// Open addressing; a power of two of them, or none. Mostly empty, so that
    /// the first look finds what it is for.
    places: Vec<Channel>,
    used: u16,
}

#[derive(Clone, Copy, Debug, Default)]
struct Channel {
    what: u32,
    number: u16,
    is_taken: bool,
}

impl Channels {
    /// The number of `what`, new if it has none; `None` if all are taken.
    #[inline]
    pub(super) fn number(&mut self, what: u32) -> Option<u16> {
        match self.places.get(self.find(what)) {
            Some(channel) if channel.is_taken => Some(channel.number),
            _ => self.add(what),
        }
    }

    /// The number of `what`, if it has one.
    pub(super) fn known(&self, what: u32) -> Option<u16> {
        self.places.get(self.find(what)).filter(|channel| channel.is_taken).map(|c| c.number)
    }

    /// Where `what` is, or could be; past the end if there are no places.
    #[inline]
    fn find(&self, what: u32) -> usize {
        let mask = self.places.len().wrapping_sub(1);
        let mut at = fold(u64::from(what), 0x9E37_79B9_7F4A_7C15) as usize & mask;
        while self.places.get(at).is_some_and(|place| place.is_taken && place.what != what) {
            at = (at + 1) & mask;
        }
        at
    }

    #[cold]
    fn add(&mut self, what: u32) -> Option<u16> {
        let number = self.used;
        self.used = number.checked_add(1)?;
        if usize::from(self.used) * 4 > self.places.len() {
            let doubled = vec![Channel::default(); (self.places.len() * 2).max(PLACES_MIN)];
            for channel in std::mem::replace(&mut self.places, doubled) {
                if channel.is_taken {
                    self.put(channel);
                }
            }
        }
        self.put(Channel { what, number, is_taken: true });
        Some(number)
    }

    fn put(&mut self, channel: Channel) {
        let at = self.find(channel.what);
        self.places[at] = channel;
    }
}

const PLACES_MIN: usize = 64;
