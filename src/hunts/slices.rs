//! How many connections were opened when, roughly: bounds of what any window holds, without sorting.

use super::windows::Event;
use crate::model::time::MINUTE;

/// About a minute, of which these slices hold 38 hours.
const LEAST_BITS: u32 = 26;
const SLICES: usize = 2048;

/// How many events each slice of time holds.
pub(super) struct Slices {
    /// Start of the first event.
    first: i64,
    /// A slice is 2 to the power of this microseconds: no division for each event.
    bits: u32,
    counts: Vec<u32>,
}

impl Slices {
    /// None without events.
    pub fn of(events: &[Event]) -> Option<Slices> {
        let (mut first, mut last) = (i64::MAX, i64::MIN);
        for event in events {
            (first, last) = (first.min(event.start), last.max(event.start));
        }
        let span = last.checked_sub(first)?;
        let mut bits = LEAST_BITS;
        while span >> bits >= SLICES as i64 {
            bits += 1;
        }
        let mut slices = Slices { first, bits, counts: vec![0; (span >> bits) as usize + 1] };
        for event in events {
            let slice = slices.slice(event);
            if let Some(count) = slices.counts.get_mut(slice) {
                *count += 1;
            }
        }
        Some(slices)
    }

    fn slice(&self, event: &Event) -> usize {
        ((event.start - self.first) >> self.bits) as usize
    }

    /// How many slices so many minutes are at least.
    fn whole(&self, minutes: u64) -> usize {
        let slices = minutes.saturating_mul(MINUTE as u64) >> self.bits;
        slices.min(self.counts.len() as u64) as usize
    }

    /// More events than this no window of so many minutes holds.
    pub fn at_most(&self, minutes: u64) -> u64 {
        most(&self.held(self.whole(minutes) + 2)).into()
    }

    /// For the last slice of each run of so many slices, how many events they hold.
    fn held(&self, run: usize) -> Vec<u32> {
        let mut sums = self.counts.clone();
        let mut held = 0;
        for (slice, sum) in sums.iter_mut().enumerate() {
            let leaving = self.counts.get(slice.wrapping_sub(run));
            held = held + *sum - leaving.copied().unwrap_or(0);
            *sum = held;
        }
        sums
    }

    /// The starts of the events in all windows of so many minutes that hold the most, if that is at least `least`,
    /// and of few others.
    pub fn starts_of_most(&self, events: &[Event], minutes: u64, least: u64) -> Vec<i64> {
        let whole = self.whole(minutes);
        // The slices of a run of this length are in one window: the most that any holds is not less than they do.
        let least = least.max(most(&self.held(whole)).into());
        // A window begins and ends within slices: it touches two more.
        let run = whole + 2;
        let mut wanted = vec![false; self.counts.len()];
        let mut left = 0;
        for (held, wanted) in self.held(run).iter().zip(&mut wanted).rev() {
            left = if u64::from(*held) >= least { run } else { left };
            *wanted = left > 0;
            left = left.saturating_sub(1);
        }
        let inside = |event: &&Event| wanted.get(self.slice(event)).is_some_and(|wanted| *wanted);
        events.iter().filter(inside).map(|event| event.start).collect()
    }
}

fn most(held: &[u32]) -> u32 {
    held.iter().copied().max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::windows::most_events;
    use super::*;
    use crate::random::numbers;

    #[test]
    fn no_window_that_holds_the_most_is_missed() {
        let mut next = numbers(9);
        let mut fewer = 0;
        for round in 0..400 {
            // Of minutes to many days, more at some times than at others.
            let (minutes, slots) = (1 + next(40), 10 + (next(3_000) * round));
            let events: Vec<Event> = (0..1 + next(200))
                .map(|_| Event {
                    start: (next(slots) * next(slots) / slots * 19_000_000 + next(3)) as i64 - 9_000_000_000,
                    destination: 1,
                    port: 1,
                    answered: true,
                })
                .collect();
            let in_order = |mut starts: Vec<i64>| {
                starts.sort_unstable();
                starts
            };
            let all = in_order(events.iter().map(|event| event.start).collect());
            let slices = Slices::of(&events).unwrap();
            let peak = most_events(&all, minutes as i64 * MINUTE);
            assert!(slices.at_most(minutes) >= peak.most);
            let some = in_order(slices.starts_of_most(&events, minutes, peak.most));
            let again = most_events(&some, minutes as i64 * MINUTE);
            assert_eq!(some.get(again.from..again.to), all.get(peak.from..peak.to), "{minutes} minutes");
            assert!(slices.starts_of_most(&events, minutes, all.len() as u64 + 1).is_empty());
            fewer += usize::from(some.len() * 2 < all.len());
        }
        assert!(fewer > 100, "few are left out: {fewer}");
    }
}
