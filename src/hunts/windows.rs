//! Exact sliding windows.

use crate::model::hash::WordTable;

/// A connection of a source, as bursts and scans need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Event {
    /// UTC microseconds.
    pub start: i64,
    /// The destination as one word.
    pub destination: u64,
    pub port: u16,
    /// Whether data came back.
    pub answered: bool,
}

impl Event {
    /// A total order by time.
    pub fn time_order(&self) -> (i64, u64, u16, bool) {
        (self.start, self.destination, self.port, self.answered)
    }
}

/// The fullest window; of equally full ones the earliest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Peak {
    pub most: u64,
    /// The range of its events in the list.
    pub from: usize,
    pub to: usize,
}

/// The window `(t − length, t]` with the most distinct items, which `item` gives. Events are in order of time.
pub(super) fn most_distinct(events: &[Event], length: i64, item: fn(&Event) -> u64) -> Peak {
    let mut held = WordTable::default();
    let mut peak = Peak { most: 0, from: 0, to: 0 };
    let (mut from, mut distinct) = (0, 0);
    for (at, event) in events.iter().enumerate() {
        let count = held.entry((item(event), 0, 0)).or_default();
        distinct += u64::from(*count == 0);
        *count += 1;
        while let Some(left) = events.get(from).filter(|left| left.start <= event.start - length) {
            let count = held.entry((item(left), 0, 0)).or_default();
            *count -= 1;
            distinct -= u64::from(*count == 0);
            from += 1;
        }
        if distinct > peak.most {
            peak = Peak { most: distinct, from, to: at + 1 };
        }
    }
    peak
}

/// The window `(t − length, t]` with the most events. `starts` are in order.
pub(super) fn most_events(starts: &[i64], length: i64) -> Peak {
    let mut peak = Peak { most: 0, from: 0, to: 0 };
    let mut from = 0;
    for (at, start) in starts.iter().enumerate() {
        while starts.get(from).is_some_and(|left| *left <= start - length) {
            from += 1;
        }
        let held = (at + 1 - from) as u64;
        if held > peak.most {
            peak = Peak { most: held, from, to: at + 1 };
        }
    }
    peak
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::numbers;
    use std::collections::HashSet;

    /// Every window that ends with an event, counted anew.
    fn plainly(events: &[Event], length: i64, item: fn(&Event) -> u64) -> (u64, u64) {
        let window = |end: &Event| {
            let inside = |event: &&Event| event.start <= end.start && event.start > end.start - length;
            events.iter().filter(inside).map(item).collect::<Vec<u64>>()
        };
        let windows: Vec<Vec<u64>> = events.iter().map(window).collect();
        let most = windows.iter().map(|items| items.len() as u64).max().unwrap_or(0);
        let distinct = windows.iter().map(|items| items.iter().collect::<HashSet<_>>().len() as u64).max();
        (most, distinct.unwrap_or(0))
    }

    #[test]
    fn every_window_is_looked_at() {
        let mut next = numbers(5);
        for round in 0..300 {
            let mut events: Vec<Event> = (0..next(60))
                .map(|_| Event {
                    start: next(40 + round) as i64,
                    destination: next(9),
                    port: next(7) as u16,
                    answered: false,
                })
                .collect();
            events.sort_by_key(|event| event.start);
            let length = 1 + next(30) as i64;
            let (most, distinct) = plainly(&events, length, |event| event.destination);
            let starts: Vec<i64> = events.iter().map(|event| event.start).collect();
            assert_eq!(most_events(&starts, length).most, most);
            let peak = most_distinct(&events, length, |event| event.destination);
            assert_eq!(peak.most, distinct);
            let held = events.get(peak.from..peak.to).unwrap_or_default();
            assert_eq!(plainly(held, length, |event| event.destination).1, distinct, "the window it names");
        }
    }

    #[test]
    fn a_window_does_not_hold_its_beginning() {
        assert_eq!(most_events(&[0, 10], 10).most, 1);
        assert_eq!(most_events(&[0, 9], 10).most, 2);
    }
}
