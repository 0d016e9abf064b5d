//! One sort for everything: a sort is much code, and each type and order would have its own.

use std::cmp::Ordering;

/// Sorts items; equal ones keep their order.
pub(crate) fn sort_by<T>(items: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    if items.is_sorted_by(|a, b| compare(a, b).is_le()) {
        return;
    }
    let mut order: Vec<i64> = (0..items.len() as i64).collect();
    sort_numbers(&mut order, &|a, b| match (items.get(a as usize), items.get(b as usize)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    let mut taken: Vec<Option<T>> = std::mem::take(items).into_iter().map(Some).collect();
    items.extend(order.into_iter().filter_map(|at| taken.get_mut(at as usize)?.take()));
}

/// Sorts numbers in ascending order.
pub(crate) fn sort(numbers: &mut [i64]) {
    sort_numbers(numbers, &|a, b| a.cmp(&b));
}

/// Merges ever longer runs: the fewest comparisons, which are what costs, and a tenth of the code of the library's.
#[inline(never)]
fn sort_numbers(numbers: &mut [i64], compare: &dyn Fn(i64, i64) -> Ordering) {
    let mut merged = numbers.to_vec();
    let mut run = 1;
    while run < numbers.len() {
        for (from, to) in numbers.chunks(2 * run).zip(merged.chunks_mut(2 * run)) {
            let (left, right) = from.split_at_checked(run).unwrap_or((from, &[]));
            merge(left, right, to, compare);
        }
        numbers.copy_from_slice(&merged);
        run *= 2;
    }
}

fn merge<'a>(
    mut left: &'a [i64],
    mut right: &'a [i64],
    to: &mut [i64],
    compare: &dyn Fn(i64, i64) -> Ordering,
) {
    for place in to {
        let from = match (left.first(), right.first()) {
            (Some(a), Some(b)) if compare(*a, *b).is_gt() => &mut right,
            (None, _) => &mut right,
            _ => &mut left,
        };
        if let Some((first, rest)) = from.split_first() {
            (*place, *from) = (*first, rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_sorts_as_the_library_does(numbers in prop::collection::vec(-9..9_i64, 0..70)) {
            let mut expected = numbers.clone();
            expected.sort_unstable();
            let mut sorted = numbers.clone();
            sort(&mut sorted);
            prop_assert_eq!(sorted, expected);
            let mut items: Vec<(i64, usize)> = numbers.into_iter().zip(0..).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|item| item.0);
            sort_by(&mut items, |a, b| a.0.cmp(&b.0));
            prop_assert_eq!(items, expected);
        }
    }
}
