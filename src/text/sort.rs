//! One sort for everything: a sort is much code, and each type and order would have its own.

use std::cmp::Ordering;

/// Sorts items; equal ones keep their order.
pub(crate) fn sort_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let order = order_of(items.len(), None, &|a, b| compare_at(items, a, b, &compare));
    put_in_order(order, &mut |a, b| items.swap(a, b));
}

/// Sorts items by a number of at most 31 bits, and those of the same number by `compare`; equal ones keep their
/// order. Much quicker where many numbers differ: items are far away, numbers are at hand.
pub(crate) fn sort_by_number<T>(
    items: &mut [T],
    number: impl Fn(&T) -> u32,
    compare: impl Fn(&T, &T) -> Ordering,
) {
    let number = |at| items.get(at as usize).map_or(0, &number);
    let order = order_of(items.len(), Some(&number), &|a, b| compare_at(items, a, b, &compare));
    put_in_order(order, &mut |a, b| items.swap(a, b));
}

#[inline(always)]
fn compare_at<T>(items: &[T], a: i64, b: i64, compare: &impl Fn(&T, &T) -> Ordering) -> Ordering {
    match (items.get(a as usize), items.get(b as usize)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    }
}

/// The places of so many items in order.
#[inline(never)]
fn order_of(
    items: usize,
    number: Option<&dyn Fn(i64) -> u32>,
    compare: &dyn Fn(i64, i64) -> Ordering,
) -> Vec<i64> {
    let mut order: Vec<i64> = (0..items as i64).collect();
    let Some(number) = number else {
        sort_numbers(&mut order, compare);
        return order;
    };
    // Above each place, the number of the item.
    order.iter_mut().for_each(|place| *place |= i64::from(number(*place)) << 32);
    sort(&mut order);
    for same in order.chunk_by_mut(|a, b| a >> 32 == b >> 32) {
        same.iter_mut().for_each(|place| *place &= i64::from(u32::MAX));
        sort_numbers(same, compare);
    }
    order
}

/// Moves items to their places: along each cycle, one swap an item.
#[inline(never)]
fn put_in_order(mut order: Vec<i64>, swap: &mut dyn FnMut(usize, usize)) {
    for start in 0..order.len() {
        let mut at = start;
        while let Some(from) = order.get_mut(at) {
            let next = std::mem::replace(from, at as i64) as usize;
            if next == start || next == at {
                break;
            }
            swap(at, next);
            at = next;
        }
    }
}

/// Sorts numbers in ascending order.
#[inline(never)]
pub(crate) fn sort(numbers: &mut [i64]) {
    merge_sort(numbers, |a, b| a > b, merge_numbers);
}

#[inline(never)]
fn sort_numbers(numbers: &mut [i64], compare: &dyn Fn(i64, i64) -> Ordering) {
    let is_after = |a, b| compare(a, b).is_gt();
    merge_sort(numbers, is_after, |left, right, to| merge(left, right, to, &is_after));
}

/// Merges ever longer runs: the fewest comparisons, which are what costs, and a tenth of the code of the library's.
#[inline(always)]
fn merge_sort(
    numbers: &mut [i64],
    is_after: impl Fn(i64, i64) -> bool,
    merge: impl Fn(&[i64], &[i64], &mut [i64]),
) {
    // Nothing to do, as for times mostly.
    if numbers.is_sorted_by(|a, b| !is_after(*a, *b)) {
        return;
    }
    let mut merged = numbers.to_vec();
    let mut run = 1;
    while run < numbers.len() {
        for (from, to) in numbers.chunks(2 * run).zip(merged.chunks_mut(2 * run)) {
            let (left, right) = from.split_at_checked(run).unwrap_or((from, &[]));
            match (left.last(), right.first()) {
                (Some(a), Some(b)) if is_after(*a, *b) => merge(left, right, to),
                // In order already.
                _ => to.copy_from_slice(from),
            }
        }
        numbers.copy_from_slice(&merged);
        run *= 2;
    }
}

#[inline(always)]
fn merge<'a>(
    mut left: &'a [i64],
    mut right: &'a [i64],
    to: &mut [i64],
    is_after: &impl Fn(i64, i64) -> bool,
) {
    for place in to {
        let from = match (left.first(), right.first()) {
            (Some(a), Some(b)) if is_after(*a, *b) => &mut right,
            (None, _) => &mut right,
            _ => &mut left,
        };
        if let Some((first, rest)) = from.split_first() {
            (*place, *from) = (*first, rest);
        }
    }
}

/// As [`merge`], without a branch that cannot be foretold. Behind the end of either lie numbers that no number is
/// above: which of two equal ones is taken does not matter.
#[inline(always)]
fn merge_numbers(left: &[i64], right: &[i64], to: &mut [i64]) {
    let (mut lefts, mut rights) = (0, 0);
    for place in to {
        let (a, b) = (left.get(lefts), right.get(rights));
        let (a, b) = (a.copied().unwrap_or(i64::MAX), b.copied().unwrap_or(i64::MAX));
        *place = a.min(b);
        let from_right = usize::from(a > b);
        (lefts, rights) = (lefts + 1 - from_right, rights + from_right);
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
            let unsorted = items.clone();
            sort_by(&mut items, |a, b| a.0.cmp(&b.0));
            prop_assert_eq!(&items, &expected);
            items = unsorted;
            sort_by_number(&mut items, |item| (item.0 + 9) as u32 / 3, |a, b| a.0.cmp(&b.0));
            prop_assert_eq!(items, expected);
        }
    }
}
