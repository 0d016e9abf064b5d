//! Bursts and scans of one source.

use super::hit::Hunt;
use super::time_histogram::TimeHistogram;
use super::windows::{Event, Peak, most_distinct, most_events};
use crate::model::time::MINUTE;
use crate::rule::{BurstSettings, HuntSettings, ScanSettings};
use crate::text::sort::sort_by;

/// A burst or a scan of one source.
pub(super) struct ActivityHit<'a> {
    pub hunt: Hunt,
    /// The word of the destination; none if there are several.
    pub destination: Option<u64>,
    pub port: Option<u16>,
    pub count: u64,
    pub threshold: u64,
    /// The connections that belong to it, in order of time.
    pub events: &'a [Event],
}

/// Finds the bursts and scans of a source in its connections, which are grouped by destination and there by port.
pub(super) fn find_bursts_and_scans(
    events: &mut Vec<Event>,
    hunts: &HuntSettings,
    each: &mut dyn FnMut(ActivityHit<'_>),
) {
    if let Some(bursts) = &hunts.burst {
        find_bursts(events, bursts, each);
    }
    if let Some(scans) = &hunts.scan {
        if scans.unanswered_only {
            events.retain(|event| !event.answered);
        }
        find_vertical(events, scans, each);
        find_horizontal(events, scans, each);
    }
}

fn find_bursts(events: &[Event], bursts: &BurstSettings, each: &mut dyn FnMut(ActivityHit<'_>)) {
    let Some(all) = burst(events, bursts) else { return };
    let mut most_to_one = 0;
    for to_one in events.chunk_by(|a, b| a.destination == b.destination) {
        if let Some(held) = burst(to_one, bursts) {
            most_to_one = most_to_one.max(held.len());
            each(found_burst(&held, to_one.first().map(|event| event.destination), bursts));
        }
    }
    // A burst to one destination is enough if the source does nothing else at that time.
    if all.len() > most_to_one {
        each(found_burst(&all, None, bursts));
    }
}

/// The events of the fullest window, in order of time, if it is a burst.
fn burst(events: &[Event], bursts: &BurstSettings) -> Option<Vec<Event>> {
    let min = bursts.connections.saturating_add(1);
    if (events.len() as u64) < min {
        return None;
    }
    // Sorting is costly, and few events can be in the fullest window.
    let mut starts = TimeHistogram::of(events)?.starts_in_fullest_windows(events, bursts.minutes, min);
    starts.sort_unstable();
    let peak = most_events(&starts, bursts.minutes as i64 * MINUTE);
    if peak.most < min {
        return None;
    }
    let window = *starts.get(peak.from)?..=*starts.get(peak.to - 1)?;
    let mut held: Vec<Event> = events.iter().filter(|event| window.contains(&event.start)).copied().collect();
    sort_by_time(&mut held);
    Some(held)
}

fn found_burst<'a>(events: &'a [Event], destination: Option<u64>, bursts: &BurstSettings) -> ActivityHit<'a> {
    ActivityHit {
        hunt: Hunt::Burst,
        destination,
        port: only_port(events),
        count: events.len() as u64,
        threshold: bursts.connections,
        events,
    }
}

/// The port, if all events are on one.
fn only_port(events: &[Event]) -> Option<u16> {
    let first = events.first()?.port;
    events.iter().all(|event| event.port == first).then_some(first)
}

fn find_vertical(events: &[Event], scans: &ScanSettings, each: &mut dyn FnMut(ActivityHit<'_>)) {
    for to_one in events.chunk_by(|a, b| a.destination == b.destination) {
        let ports = || to_one.chunk_by(|a, b| a.port == b.port).count() as u64;
        if (to_one.len() as u64) < scans.ports || ports() < scans.ports {
            continue;
        }
        let mut to_one = to_one.to_vec();
        sort_by_time(&mut to_one);
        let peak = most_distinct(&to_one, scans.minutes as i64 * MINUTE, |event| event.port.into());
        if peak.most >= scans.ports {
            each(ActivityHit {
                hunt: Hunt::VerticalScan,
                destination: to_one.first().map(|event| event.destination),
                port: None,
                count: peak.most,
                threshold: scans.ports,
                events: held(&to_one, peak),
            });
        }
    }
}

fn find_horizontal(events: &mut [Event], scans: &ScanSettings, each: &mut dyn FnMut(ActivityHit<'_>)) {
    let histogram = TimeHistogram::of(events);
    if histogram.is_none_or(|histogram| histogram.max_in_window(scans.minutes) < scans.destinations) {
        return;
    }
    sort_by(events, |a, b| (a.port, a.time_order()).cmp(&(b.port, b.time_order())));
    for on_one in events.chunk_by(|a, b| a.port == b.port) {
        if (on_one.len() as u64) < scans.destinations {
            continue;
        }
        let peak = most_distinct(on_one, scans.minutes as i64 * MINUTE, |event| event.destination);
        if peak.most >= scans.destinations {
            each(ActivityHit {
                hunt: Hunt::HorizontalScan,
                destination: None,
                port: on_one.first().map(|event| event.port),
                count: peak.most,
                threshold: scans.destinations,
                events: held(on_one, peak),
            });
        }
    }
}

/// Sorts by time, and events of the same time by everything else.
#[inline(never)]
fn sort_by_time(events: &mut [Event]) {
    sort_by(events, |a, b| a.time_order().cmp(&b.time_order()));
}

fn held(events: &[Event], peak: Peak) -> &[Event] {
    events.get(peak.from..peak.to).unwrap_or_default()
}
