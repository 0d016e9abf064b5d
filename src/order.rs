//! One sort for everything: a sort is much code, and each type and order would have its own.

use std::cmp::Ordering;

/// Sorts items; equal ones in any order.
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

#[inline(never)]
fn sort_numbers(numbers: &mut [i64], compare: &dyn Fn(i64, i64) -> Ordering) {
    numbers.sort_unstable_by(|a, b| compare(*a, *b));
}
