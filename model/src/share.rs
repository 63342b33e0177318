//! Sharing an amount out, to the last minor unit.

use crate::money::Amount;

/// Shares `total` out in proportion to `weights`. The parts sum to the total
/// exactly: each gets its share rounded down, and what is left goes unit by
/// unit to those that lost the most by that, the first of equals first (the
/// method of the largest remainder). Who has no weight gets nothing, and nobody
/// gets more than its weight as long as the total does not exceed their sum.
///
/// Nothing is shared out if nobody has a weight. Neither amounts nor weights
/// are below zero.
pub fn share(total: Amount, weights: &[Amount]) -> Vec<Amount> {
    let sum = weights.iter().copied().sum::<Amount>().0;
    if sum == 0 {
        return vec![Amount::ZERO; weights.len()];
    }
    let whole = |weight: &Amount| total.0 * weight.0;
    let mut parts: Vec<_> = weights.iter().map(|weight| Amount(whole(weight) / sum)).collect();
    let left = total.0 - parts.iter().copied().sum::<Amount>().0;
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(whole(&weights[*at]) % sum));
    for at in order.into_iter().take(left as usize) {
        parts[at] += Amount(1);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_goes_to_the_largest_remainders() {
        let table: &[(i128, &[i128], &[i128])] = &[
            (100, &[1, 1, 1], &[34, 33, 33]),
            (100, &[1, 2, 3], &[17, 33, 50]),
            (101, &[50, 0, 50], &[51, 0, 50]),
            (1, &[1, 1, 1, 1], &[1, 0, 0, 0]),
            (2, &[3, 5, 2], &[1, 1, 0]),
            (10, &[3, 3, 4], &[3, 3, 4]),
            (0, &[1, 2], &[0, 0]),
            (7, &[0, 0], &[0, 0]),
            (7, &[], &[]),
        ];
        for (total, weights, parts) in table {
            let weights: Vec<_> = weights.iter().copied().map(Amount).collect();
            let shared = share(Amount(*total), &weights);
            assert_eq!(shared, parts.iter().copied().map(Amount).collect::<Vec<_>>(), "{total}");
        }
    }
}
