//! Counts of connections per bucket of time: bounds on the connections in any window, without sorting.

use super::windows::Event;
use crate::model::time::MINUTE;

/// The smallest bucket is 2^26 microseconds, about a minute; this many of them cover 38 hours.
const MIN_BITS: u32 = 26;
const MAX_BUCKETS: usize = 2048;

/// Number of events per bucket of time.
pub(super) struct TimeHistogram {
    /// Start of the first event.
    first: i64,
    /// A bucket is 2^`bits` microseconds long, so that no event needs a division.
    bits: u32,
    counts: Vec<u32>,
}

impl TimeHistogram {
    /// None without events.
    pub fn of(events: &[Event]) -> Option<TimeHistogram> {
        let (mut first, mut last) = (i64::MAX, i64::MIN);
        for event in events {
            (first, last) = (first.min(event.start), last.max(event.start));
        }
        let span = last.checked_sub(first)?;
        let mut bits = MIN_BITS;
        while span >> bits >= MAX_BUCKETS as i64 {
            bits += 1;
        }
        let mut histogram = TimeHistogram { first, bits, counts: vec![0; (span >> bits) as usize + 1] };
        for event in events {
            let bucket = histogram.bucket(event);
            if let Some(count) = histogram.counts.get_mut(bucket) {
                *count += 1;
            }
        }
        Some(histogram)
    }

    fn bucket(&self, event: &Event) -> usize {
        ((event.start - self.first) >> self.bits) as usize
    }

    /// Number of whole buckets in `minutes`.
    fn whole_buckets(&self, minutes: u64) -> usize {
        let buckets = minutes.saturating_mul(MINUTE as u64) >> self.bits;
        buckets.min(self.counts.len() as u64) as usize
    }

    /// Upper bound on the events in any window of `minutes`.
    pub fn max_in_window(&self, minutes: u64) -> u64 {
        greatest(&self.rolling_sums(self.whole_buckets(minutes) + 2)).into()
    }

    /// The sums of each run of `run` buckets, at the place of its last bucket.
    fn rolling_sums(&self, run: usize) -> Vec<u32> {
        let mut sums = self.counts.clone();
        let mut held = 0;
        for (bucket, sum) in sums.iter_mut().enumerate() {
            let leaving = self.counts.get(bucket.wrapping_sub(run));
            held = held + *sum - leaving.copied().unwrap_or(0);
            *sum = held;
        }
        sums
    }

    /// The starts of the events in the fullest windows of `minutes`, and of few others; nothing if no window has
    /// `min` events.
    pub fn starts_in_fullest_windows(&self, events: &[Event], minutes: u64, min: u64) -> Vec<i64> {
        let whole = self.whole_buckets(minutes);
        // A run of this many buckets lies within a window, so the fullest window has at least as many events.
        let min = min.max(greatest(&self.rolling_sums(whole)).into());
        // A window begins and ends inside buckets, so it touches two more.
        let run = whole + 2;
        let mut wanted = vec![false; self.counts.len()];
        let mut left = 0;
        for (held, wanted) in self.rolling_sums(run).iter().zip(&mut wanted).rev() {
            left = if u64::from(*held) >= min { run } else { left };
            *wanted = left > 0;
            left = left.saturating_sub(1);
        }
        let inside = |event: &&Event| wanted.get(self.bucket(event)).is_some_and(|wanted| *wanted);
        events.iter().filter(inside).map(|event| event.start).collect()
    }
}

fn greatest(sums: &[u32]) -> u32 {
    sums.iter().copied().max().unwrap_or(0)
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
            let histogram = TimeHistogram::of(&events).unwrap();
            let peak = most_events(&all, minutes as i64 * MINUTE);
            assert!(histogram.max_in_window(minutes) >= peak.most);
            let some = in_order(histogram.starts_in_fullest_windows(&events, minutes, peak.most));
            let again = most_events(&some, minutes as i64 * MINUTE);
            assert_eq!(some.get(again.from..again.to), all.get(peak.from..peak.to), "{minutes} minutes");
            assert!(histogram.starts_in_fullest_windows(&events, minutes, all.len() as u64 + 1).is_empty());
            fewer += usize::from(some.len() * 2 < all.len());
        }
        assert!(fewer > 100, "few are left out: {fewer}");
    }
}
