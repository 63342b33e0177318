//! How many messages of each kind went from whom to whom about what.

mod channels;
mod index;

use std::collections::BTreeMap;

use crate::message::SendIdentity;

use channels::Channels;
use index::Index;

/// Counters by (pair of roles, kind, subject), kept by the world across
/// crashes and for ever: a late repetition has to go on counting.
///
/// An operation's messages are sent at about the same time, so its counters
/// share a line as long as a cache line, and the lines of operations that are
/// open at the same time lie beside each other. An operation of thirty kinds
/// of sendings leaves two lines, and an entry in the index of lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ordinals {
    channels: Channels,
    /// The first line of each subject.
    index: Index,
    lines: Vec<Line>,
    /// What no line holds: counts that a byte is too short for, and counters
    /// of a subject that is no operation but what everybody talks about.
    spilled: BTreeMap<(u64, u32), u32>,
}

/// Counters of one subject.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
struct Line {
    /// What is counted in each place.
    channels: [u16; COUNTERS],
    /// Zero where a place is free.
    counts: [u8; COUNTERS],
    /// The next line of the same subject; zero in its last, since the line
    /// with that number is the first of its subject.
    next: u32,
}

impl Ordinals {
    /// Counts one more of what `identity` names, whatever its own ordinal.
    #[inline]
    pub(crate) fn next(&mut self, identity: &SendIdentity) -> u32 {
        self.next_of(what(identity), identity.subject.0)
    }

    /// The ordinal that [`Ordinals::next`] would give, without counting.
    pub(crate) fn peek(&self, identity: &SendIdentity) -> u32 {
        let (what, subject) = (what(identity), identity.subject.0);
        self.spilled.get(&(subject, what)).copied().unwrap_or_else(|| self.held(what, subject)) + 1
    }

    /// Counts one more of whatever `what` stands for in this table, about
    /// `subject`.
    #[inline]
    pub(crate) fn next_of(&mut self, what: u32, subject: u64) -> u32 {
        let Some(channel) = self.channels.number(what) else {
            return self.spill(what, subject, 0);
        };
        let mut at = self.first_line(subject);
        for nth in 1..=LINES_MAX {
            let line = &mut self.lines[at];
            if let Some(place) = line.place(what, channel) {
                let Some(count) = line.counts[place].checked_add(1) else {
                    return self.spill(what, subject, u32::from(u8::MAX));
                };
                line.channels[place] = channel;
                line.counts[place] = count;
                return u32::from(count);
            }
            at = match line.next {
                0 if nth == LINES_MAX => break,
                0 => self.begin_behind(at),
                next => next as usize,
            };
        }
        self.spill(what, subject, 0)
    }

    /// Looks at the counters of all `subjects`, and takes them out: the counters
    /// are in the cache from then on. Step by step for all, so that the
    /// processor waits for many of them at once. A number that depends on them.
    #[inline(never)]
    pub(crate) fn glance(&self, subjects: &mut Vec<u64>) -> u32 {
        for subject in subjects.iter_mut() {
            *subject = self.index.find(*subject).unwrap_or(0) as u64;
        }
        let lines = subjects.drain(..).filter_map(|line| self.lines.get(line as usize));
        lines.fold(0, |seen, line| seen ^ line.next)
    }

    /// What the lines have counted of `what` about `subject`.
    fn held(&self, what: u32, subject: u64) -> u32 {
        let (channel, first) = (self.channels.known(what), self.index.find(subject));
        let (Some(channel), Some(first)) = (channel, first) else { return 0 };
        let behind = |line: &&Line| self.lines.get(line.next as usize).filter(|_| line.next > 0);
        std::iter::successors(Some(&self.lines[first]), behind)
            .find_map(|line| line.place(what, channel).map(|place| u32::from(line.counts[place])))
            .unwrap_or(0)
    }

    /// The first line of `subject`, new if it has none.
    #[inline]
    fn first_line(&mut self, subject: u64) -> usize {
        self.index.find(subject).unwrap_or_else(|| self.begin(subject))
    }

    #[inline(never)]
    fn begin(&mut self, subject: u64) -> usize {
        let line = self.lines.len();
        self.lines.push(Line::default());
        self.index.insert(subject, line);
        line
    }

    /// A new line of the same subject behind the one `at` a place.
    #[inline(never)]
    fn begin_behind(&mut self, at: usize) -> usize {
        let line = self.lines.len();
        self.lines[at].next = u32::try_from(line).expect("fewer than 2^32 lines");
        self.lines.push(Line::default());
        line
    }

    /// Counts where there is room for anything, from `held` on.
    #[cold]
    fn spill(&mut self, what: u32, subject: u64, held: u32) -> u32 {
        let count = self.spilled.entry((subject, what)).or_insert(held);
        *count += 1;
        *count
    }
}

/// The words of an identity that are not its subject, in one.
#[inline]
fn what(identity: &SendIdentity) -> u32 {
    u32::from(identity.kind.0) << 16 | u32::from(identity.from.0) << 8 | u32::from(identity.to.0)
}

impl Line {
    /// Where `channel` is counted, or may be; `None` if all places are taken.
    /// The search begins at the kind of message, where nothing else is likely.
    #[inline]
    fn place(&self, what: u32, channel: u16) -> Option<usize> {
        let fits = |place: &usize| self.channels[*place] == channel || self.counts[*place] == 0;
        let begin = (what >> 16) as usize % BEGINNINGS;
        (begin..COUNTERS).chain(0..begin).find(fits)
    }
}

/// As many as fill 64 bytes, beside the rest.
const COUNTERS: usize = 20;

/// The greatest power of two that is not more.
const BEGINNINGS: usize = 16;

/// So many lines of a subject are searched, and then no further one is begun.
const LINES_MAX: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::fold;
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

    #[test]
    fn a_count_goes_on_past_what_a_byte_holds() {
        let mut ordinals = Ordinals::default();
        for count in 1..=1_000 {
            assert_eq!(ordinals.peek(&identity(1, 2, 3, 4)), count);
            assert_eq!(ordinals.next(&identity(1, 2, 3, 4)), count);
            assert_eq!(ordinals.next(&identity(1, 2, 3, u64::from(count) << 32)), 1);
        }
    }

    /// A plan with a damaged number overflowed where the last subject of all made
    /// way for a longer row.
    #[test]
    fn the_last_subject_of_all_counts_while_the_row_grows() {
        let mut ordinals = Ordinals::default();
        for round in 1..=300 {
            assert_eq!(ordinals.next(&identity(1, 2, 3, u64::MAX)), round);
            assert_eq!(ordinals.next(&identity(1, 2, 3, u64::from(round))), 1);
        }
    }

    #[test]
    fn a_subject_that_everybody_talks_about_counts_everything_apart() {
        let mut ordinals = Ordinals::default();
        for round in 1..=3 {
            for what in 0..70_000 {
                assert_eq!(ordinals.next_of(what, 7), round, "{what}");
            }
        }
    }

    /// A finished payment of thirty kinds of sendings is worth no more than
    /// this for as long as its world lives, whatever its number.
    #[test]
    fn an_operation_of_thirty_kinds_leaves_few_bytes() {
        for stride in [1, 2, 8, 1 << 20, 0x9E37_79B9_7F4A_7C15] {
            let mut ordinals = Ordinals::default();
            for operation in 0..OPERATIONS {
                let subject = operation.wrapping_mul(stride);
                (0..30)
                    .for_each(|kind| assert_eq!(ordinals.next(&identity(1, 2, kind, subject)), 1));
            }
            let bytes = ordinals.bytes() / OPERATIONS;
            assert!(bytes <= 200, "{bytes} bytes with numbers {stride} apart");
        }
    }

    const OPERATIONS: u64 = 10_000;

    impl Ordinals {
        /// What is in use; at most so much again waits to be.
        fn bytes(&self) -> u64 {
            let spilled = self.spilled.len() * (size_of::<(u64, u32)>() + size_of::<u32>());
            (self.lines.len() * size_of::<Line>() + self.index.bytes() + spilled) as u64
        }
    }

    fn identity(from: u8, to: u8, kind: u16, subject: u64) -> SendIdentity {
        let (from, to, kind) = (Role(from), Role(to), Kind(kind));
        SendIdentity { from, to, kind, subject: Subject(subject), ordinal: 0 }
    }
}
