//! How many messages of each kind went from whom to whom about what.

use crate::draw::fold;
use crate::message::SendIdentity;

/// Counters by (pair of roles, kind, subject), kept by the world across
/// crashes.
///
/// An open-addressing table of lines, each as long as a cache line and about
/// one subject: an operation's messages are sent at about the same time, so
/// that the line of the first serves the next. An operation of ten messages
/// leaves two lines.
#[derive(Clone, Debug)]
pub(crate) struct Ordinals {
    lines: Vec<Line>,
    used: usize,
}

/// Counters of one subject. The first that is zero ends them.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
struct Line {
    subject: u64,
    /// Pair of roles and kind, for each counter.
    what: [u32; COUNTERS],
    counts: [u32; COUNTERS],
}

impl Default for Ordinals {
    fn default() -> Self {
        Self { lines: vec![Line::default(); 64], used: 0 }
    }
}

impl Ordinals {
    /// Counts one more of what `identity` names, whatever its own ordinal.
    #[inline]
    pub(crate) fn next(&mut self, identity: &SendIdentity) -> u32 {
        self.next_of(what(identity), identity.subject.0)
    }

    /// The ordinal that [`Ordinals::next`] would give, without counting.
    pub(crate) fn peek(&self, identity: &SendIdentity) -> u32 {
        let (line, place) = self.find(identity.subject.0, what(identity));
        self.lines[line].counts[place] + 1
    }

    /// Counts one more of whatever `what` stands for in this table, about
    /// `subject`.
    #[inline]
    pub(crate) fn next_of(&mut self, what: u32, subject: u64) -> u32 {
        if (self.used + 1) * 4 > self.lines.len() * 3 {
            self.grow();
        }
        let count = self.counter(subject, what);
        *count += 1;
        *count
    }

    /// The counter of `what` about `subject`; zero if there was none.
    #[inline]
    fn counter(&mut self, subject: u64, what: u32) -> &mut u32 {
        let (at, place) = self.find(subject, what);
        let line = &mut self.lines[at];
        self.used += usize::from(line.is_empty());
        line.subject = subject;
        line.what[place] = what;
        &mut line.counts[place]
    }

    /// The line and the place in it where `what` about `subject` is counted.
    ///
    /// The first lines of a subject lie close together. A subject that fills
    /// them is no operation but something that everybody talks about: the rest
    /// of it is spread over the table, so that no walk gets long. Lines never
    /// go away, so what was found full or taken on the way to a counter is so
    /// whenever it is looked up.
    #[inline]
    fn find(&self, subject: u64, what: u32) -> (usize, usize) {
        let home = home(subject);
        self.walk(home, subject, what, FULL_LINES_MAX).unwrap_or_else(|| {
            let elsewhere = fold(home ^ u64::from(what), 0xA076_1D64_78BD_642F);
            self.walk(elsewhere, subject, what, usize::MAX).expect("a table has empty lines")
        })
    }

    #[inline]
    fn walk(&self, home: u64, subject: u64, what: u32, full_max: usize) -> Option<(usize, usize)> {
        let mask = self.lines.len() - 1;
        let mut at = home as usize & mask;
        let mut full = 0;
        loop {
            let line = &self.lines[at];
            if line.is_empty() {
                return Some((at, 0));
            }
            if line.subject == subject {
                if let Some(place) = line.place(what) {
                    return Some((at, place));
                }
                full += 1;
                if full == full_max {
                    return None;
                }
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let doubled = vec![Line::default(); self.lines.len() * 2];
        let old = std::mem::replace(&mut self.lines, doubled);
        self.used = 0;
        for line in old.into_iter().filter(|line| !line.is_empty()) {
            // Mostly the line can move as it is, to behind full ones of its subject.
            let home = home(line.subject);
            match self.walk(home, line.subject, line.what[0], FULL_LINES_MAX) {
                Some((at, 0)) if self.lines[at].is_empty() => {
                    self.lines[at] = line;
                    self.used += 1;
                    continue;
                }
                _ => {}
            }
            let counters = line.what.into_iter().zip(line.counts);
            for (what, count) in counters.filter(|(_, count)| *count > 0) {
                *self.counter(line.subject, what) = count;
            }
        }
    }
}

/// Where in a table the lines of `subject` begin, in as many bits as it has.
#[inline]
fn home(subject: u64) -> u64 {
    fold(subject ^ 0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93)
}

/// The words of an identity that are not its subject, in one.
#[inline]
fn what(identity: &SendIdentity) -> u32 {
    u32::from(identity.kind.0) << 16 | u32::from(identity.from.0) << 8 | u32::from(identity.to.0)
}

impl Line {
    #[inline]
    fn is_empty(&self) -> bool {
        self.counts[0] == 0
    }

    /// Where `what` is counted, or may be; `None` if all places are taken.
    #[inline]
    fn place(&self, what: u32) -> Option<usize> {
        (0..COUNTERS).find(|place| self.what[*place] == what || self.counts[*place] == 0)
    }
}

/// As many as fill 64 bytes, beside the subject.
const COUNTERS: usize = 7;

/// So many full lines of a subject are searched before the rest of the table.
const FULL_LINES_MAX: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Kind, Role, Subject};

    #[test]
    fn each_kind_subject_and_pair_counts_for_itself_however_many_there_are() {
        let mut ordinals = Ordinals::default();
        for round in 1..=3 {
            for subject in 0..1_000 {
                assert_eq!(ordinals.next(&identity(1, 2, 3, subject)), round);
            }
        }
    }

    /// A subject that everybody talks about fills its lines, and the table
    /// grows while their order is any.
    #[test]
    fn a_count_survives_growth_whatever_else_its_subject_counts() {
        let mut ordinals = Ordinals::default();
        let mut oracle = std::collections::BTreeMap::new();
        for round in 0..40_000_u64 {
            let mixed = fold(round ^ 0x5EED, 0x9E37_79B9_7F4A_7C15);
            // A few subjects with many kinds among many with a few.
            let subject = if mixed & 1 == 0 { mixed >> 8 & 1 } else { mixed >> 8 & 0xFFF };
            let [from, to, kind] = [mixed >> 24 & 7, mixed >> 28 & 7, mixed >> 32 & 15];
            let identity = identity(from as u8, to as u8, kind as u16, subject);
            let count = oracle.entry((subject, from, to, kind)).or_insert(0);
            *count += 1;
            assert_eq!(ordinals.next(&identity), *count, "{identity:?}");
        }
    }

    fn identity(from: u8, to: u8, kind: u16, subject: u64) -> SendIdentity {
        let (from, to, kind) = (Role(from), Role(to), Kind(kind));
        SendIdentity { from, to, kind, subject: Subject(subject), ordinal: 0 }
    }
}
