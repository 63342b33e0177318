//! Plain values: those that people would have chosen.

use std::time::Duration;

/// Spans below `span` that are plainer, the plainest first: none at all, the
/// units, then `span` itself in fewer and fewer digits.
pub(super) fn plain_spans(span: Duration) -> Vec<Duration> {
    let mut plain = vec![Duration::ZERO];
    plain.extend(UNITS.iter().copied().filter(|unit| *unit < span));
    let nanos = span.as_nanos();
    for unit in UNITS.iter().rev() {
        let rounded = nanos / unit.as_nanos() * unit.as_nanos();
        let rounded = Duration::from_nanos(u64::try_from(rounded).unwrap_or(u64::MAX));
        if !rounded.is_zero() && rounded < span && !plain.contains(&rounded) {
            plain.push(rounded);
        }
    }
    plain
}

/// Whether `span` is as plain as the units are.
pub(super) fn is_plain(span: Duration) -> bool {
    span.is_zero() || UNITS.contains(&span)
}

const UNITS: [Duration; 9] = [
    Duration::from_millis(1),
    Duration::from_millis(10),
    Duration::from_millis(100),
    Duration::from_secs(1),
    Duration::from_secs(10),
    Duration::from_secs(60),
    Duration::from_secs(600),
    Duration::from_secs(3_600),
    Duration::from_secs(86_400),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plainer_spans_come_the_plainest_first_and_none_is_longer() {
        let spans = |nanos| plain_spans(Duration::from_nanos(nanos));
        assert_eq!(spans(0), [Duration::ZERO]);
        assert!(spans(1_234_567_890).ends_with(&[
            Duration::from_millis(1_200),
            Duration::from_millis(1_230),
            Duration::from_millis(1_234),
        ]));
        assert!(spans(1_234_567_890).iter().all(|span| span.as_nanos() < 1_234_567_890));
        assert!(is_plain(Duration::from_secs(60)) && !is_plain(Duration::from_secs(61)));
    }
}
