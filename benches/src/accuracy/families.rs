//! Families of beacons and of benign traffic, each a function of its seed.
//!
//! The first set was the target during development. The second has other parameters and other families of both
//! kinds. In the third every pair draws its own parameters; it was written after the statistics were finished,
//! and nothing was changed after measuring it.

use beaconlens::{Connection, Timestamp};

use super::timers::{self, Sleep, at_intervals, clock, memoryless, opened_together};
use crate::Random;

const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;
/// 2026-03-16, a Monday, 00:00:00 UTC in seconds.
const MIDNIGHT: f64 = 1_773_619_200.0;

/// Sizes of the connections of a family.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size {
    /// Nearly constant.
    Constant,
    /// Log-normal around a median, like web traffic.
    Noisy,
    /// Constant for one half of the connections, noisy for the other.
    Mixed,
}

/// A kind of traffic.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// Name, which also seeds its random numbers.
    pub name: &'static str,
    /// Whether it is a beacon.
    pub beacon: bool,
    /// Length of the window in days.
    pub days: f64,
    /// Sizes.
    pub size: Size,
    /// Start times are rounded down to multiples of this many microseconds.
    pub resolution: i64,
    /// Start times of the connections in seconds from the start of the window.
    pub starts: fn(&mut Random, f64) -> Vec<f64>,
}

const fn beacon(name: &'static str, starts: fn(&mut Random, f64) -> Vec<f64>) -> Family {
    Family { name, beacon: true, days: 1.0, size: Size::Constant, resolution: 1, starts }
}

const fn benign(name: &'static str, starts: fn(&mut Random, f64) -> Vec<f64>) -> Family {
    Family { name, beacon: false, days: 1.0, size: Size::Noisy, resolution: 1, starts }
}

impl Family {
    const fn noisy(self) -> Self {
        Family { size: Size::Noisy, ..self }
    }

    const fn constant(self) -> Self {
        Family { size: Size::Constant, ..self }
    }

    const fn mixed(self) -> Self {
        Family { size: Size::Mixed, ..self }
    }

    const fn over(self, days: f64) -> Self {
        Family { days, ..self }
    }

    const fn whole_seconds(self) -> Self {
        Family { resolution: 1_000_000, ..self }
    }

    /// The connections of one pair, sorted by start time; at least four.
    #[must_use]
    pub fn pair(&self, random: &mut Random) -> Vec<Connection> {
        loop {
            let starts = (self.starts)(random, self.days * DAY);
            let mut connections = self.connections(random, &starts);
            connections.sort_unstable();
            if connections.len() >= 4 {
                return connections;
            }
        }
    }

    /// The window, in UTC microseconds.
    #[must_use]
    pub fn span(&self) -> (i64, i64) {
        let begin = (MIDNIGHT * 1e6) as i64;
        (begin, begin + (self.days * DAY * 1e6) as i64)
    }

    fn connections(&self, random: &mut Random, starts: &[f64]) -> Vec<Connection> {
        let (sent, received) = (random.log_normal(600.0, 0.8), random.log_normal(3000.0, 1.2));
        let end = self.span().1;
        let each = starts.iter().map(|start| {
            let micros = ((MIDNIGHT + start) * 1e6) as i64;
            let constant = match self.size {
                Size::Constant => true,
                Size::Noisy => false,
                Size::Mixed => random.chance(0.5),
            };
            let mut bytes = |median: f64| match constant {
                true => (median + random.between(-2.0, 3.0)) as u64,
                false => random.log_normal(median, 0.9) as u64,
            };
            let (bytes_sent, bytes_received) = (bytes(sent), bytes(received));
            (micros - micros % self.resolution, bytes_sent, bytes_received)
        });
        let inside = each.filter(|(start, ..)| *start <= end);
        let connection =
            |(start, sent, received)| Some(Connection::new(Timestamp::from_micros(start)?, sent, received));
        inside.filter_map(connection).collect()
    }
}

/// The first set.
pub const LISTED: &[Family] = &[
    beacon("60 s ±10 %", |r, end| Sleep::jittered(60.0, 0.1).between(r, 0.0, end)),
    beacon("60 s ±50 %", |r, end| Sleep::jittered(60.0, 0.5).between(r, 0.0, end)),
    beacon("300 s ±25 %, noisy sizes", |r, end| Sleep::jittered(300.0, 0.25).between(r, 0.0, end)).noisy(),
    beacon("300 s minus up to 40 %", |r, end| {
        Sleep { period: 300.0, low: 0.6, high: 1.0, missed: 0.0 }.between(r, 0.0, end)
    }),
    beacon("600 s ±10 %, a fifth missed", |r, end| {
        Sleep { missed: 0.2, ..Sleep::jittered(600.0, 0.1) }.between(r, 0.0, end)
    }),
    beacon("900 s by the clock", |r, end| clock(r, 900.0, 0.02, 0.0, 0.0, end)),
    beacon("3600 s by the clock", |r, end| clock(r, 3600.0, 0.02, 0.0, 0.0, end)),
    beacon("1800 s ±20 %", |r, end| Sleep::jittered(1800.0, 0.2).between(r, 0.0, end)),
    beacon("3600 s ±25 %, noisy sizes", |r, end| Sleep::jittered(3600.0, 0.25).between(r, 0.0, end)).noisy(),
    beacon("60 s for 2 h of 24", |r, end| {
        let from = r.between(0.0, end - 2.0 * HOUR);
        Sleep::jittered(60.0, 0.1).between(r, from, from + 2.0 * HOUR)
    }),
    beacon("300 s in working hours", |r, _| {
        let from = r.between(7.5, 9.5) * HOUR;
        let to = from + r.between(7.0, 10.0) * HOUR;
        Sleep::jittered(300.0, 0.1).between(r, from, to)
    }),
    beacon("several connections a call, 300 s ±10 %", |r, end| {
        let calls = Sleep::jittered(300.0, 0.1).between(r, 0.0, end);
        opened_together(r, &calls, 2, 5, 4.0)
    }),
    beacon("300 s ±10 % mixed with random traffic", |r, end| {
        let mut calls = Sleep::jittered(300.0, 0.1).between(r, 0.0, end);
        calls.extend(memoryless(r, 300.0, 0.0, end));
        calls
    })
    .mixed(),
    beacon("two beacons at once, 300 s and 420 s ±10 %", |r, end| {
        let mut calls = Sleep::jittered(300.0, 0.1).between(r, 0.0, end);
        calls.extend(Sleep::jittered(420.0, 0.1).between(r, 0.0, end));
        calls
    }),
    beacon("sleep changed, 60 s to 600 s ±15 %", |r, end| {
        let change = r.between(0.3, 0.7) * end;
        let mut calls = Sleep::jittered(60.0, 0.15).between(r, 0.0, change);
        calls.extend(Sleep::jittered(600.0, 0.15).between(r, change, end));
        calls
    }),
    beacon("4 h ±10 %, 5 days", |r, end| Sleep::jittered(4.0 * HOUR, 0.1).between(r, 0.0, end)).over(5.0),
    beacon("8 h ±10 %, 7 days", |r, end| Sleep::jittered(8.0 * HOUR, 0.1).between(r, 0.0, end)).over(7.0),
    benign("Poisson 60 s, noisy sizes", |r, end| memoryless(r, 60.0, 0.0, end)),
    benign("Poisson 60 s, constant size", |r, end| memoryless(r, 60.0, 0.0, end)).constant(),
    benign("Poisson 300 s, noisy sizes", |r, end| memoryless(r, 300.0, 0.0, end)),
    benign("Poisson 300 s, constant size", |r, end| memoryless(r, 300.0, 0.0, end)).constant(),
    benign("Poisson 1800 s, noisy sizes", |r, end| memoryless(r, 1800.0, 0.0, end)),
    benign("Poisson 1800 s, constant size", |r, end| memoryless(r, 1800.0, 0.0, end)).constant(),
    benign("a person, few visits", |r, _| visits(r, 3, 3, 40.0)),
    benign("a person, many visits", |r, _| visits(r, 25, 6, 40.0)),
    benign("log-normal intervals", |r, end| {
        let median = r.log_normal(120.0, 0.8);
        at_intervals(r, 0.0, end, |r| r.log_normal(median, 1.0))
    }),
    benign("by day and by night", |r, end| {
        let mean = r.between(60.0, 200.0);
        thinned(r, mean, end, |hour| 0.08 + 0.92 * libm::exp(-(hour - 14.0) * (hour - 14.0) / 18.0))
    }),
    benign("one burst", burst),
    benign("three bursts", |r, end| (0..3).flat_map(|_| burst(r, end)).collect()),
    benign("pages that poll while the tab is open", |r, _| {
        let every = *pick(r, &[10.0, 15.0, 20.0, 30.0, 60.0]);
        polling(r, every, 2, 8, 480.0)
    })
    .mixed(),
];

/// The second set.
pub const HELD_OUT: &[Family] = &[
    beacon("20 s ±30 % for 40 min", |r, end| {
        let from = r.between(0.0, end - 2400.0);
        Sleep::jittered(20.0, 0.3).between(r, from, from + 2400.0)
    }),
    beacon("45 s ±35 %, a third missed, noisy sizes", |r, end| {
        Sleep { missed: 0.33, ..Sleep::jittered(45.0, 0.35) }.between(r, 0.0, end)
    })
    .noisy(),
    beacon("120 s ±60 %", |r, end| Sleep::jittered(120.0, 0.6).between(r, 0.0, end)),
    beacon("720 s minus up to 37 %, whole seconds", |r, end| {
        Sleep { period: 720.0, low: 0.63, high: 1.0, missed: 0.0 }.between(r, 0.0, end)
    })
    .whole_seconds(),
    beacon("1200 s ±40 %, noisy sizes", |r, end| Sleep::jittered(1200.0, 0.4).between(r, 0.0, end)).noisy(),
    beacon("7200 s ±15 %", |r, end| Sleep::jittered(7200.0, 0.15).between(r, 0.0, end)),
    beacon("5400 s ±30 %, noisy sizes", |r, end| Sleep::jittered(5400.0, 0.3).between(r, 0.0, end)).noisy(),
    beacon("600 s by the clock, ±15 %, a quarter missed", |r, end| clock(r, 600.0, 0.3, 0.25, 0.0, end)),
    beacon("1800 s in working hours, 5 days", |r, _| {
        let daily = (0..5).map(f64::from);
        daily
            .flat_map(|day| {
                Sleep::jittered(1800.0, 0.1).between(r, day * DAY + 8.0 * HOUR, day * DAY + 17.0 * HOUR)
            })
            .collect()
    })
    .over(5.0),
    beacon("30 s ±10 % for half an hour, twice", |r, end| {
        let (a, b) = (r.between(0.0, end / 2.0 - 1800.0), r.between(end / 2.0, end - 1800.0));
        let mut calls = Sleep::jittered(30.0, 0.1).between(r, a, a + 1800.0);
        calls.extend(Sleep::jittered(30.0, 0.1).between(r, b, b + 1800.0));
        calls
    }),
    beacon("3 to 12 connections a call, 900 s ±20 %", |r, end| {
        let calls = Sleep::jittered(900.0, 0.2).between(r, 0.0, end);
        opened_together(r, &calls, 3, 12, 10.0)
    })
    .noisy(),
    beacon("240 s ±5 % in twice as much random traffic", |r, end| {
        let mut calls = Sleep::jittered(240.0, 0.05).between(r, 0.0, end);
        calls.extend(memoryless(r, 120.0, 0.0, end));
        calls
    })
    .mixed(),
    beacon("900 s ±15 % beneath a person's visits", |r, end| {
        let mut calls = Sleep::jittered(900.0, 0.15).between(r, 0.0, end);
        calls.extend(visits(r, 8, 4, 40.0));
        calls
    })
    .mixed(),
    beacon("three beacons at once, ±5 %", |r, end| {
        let each = [250.0, 330.0, 610.0].into_iter();
        each.flat_map(|period| Sleep::jittered(period, 0.05).between(r, 0.0, end)).collect()
    }),
    beacon("sleep changed three times", |r, end| {
        let each = [30.0, 900.0, 120.0, 300.0].into_iter().enumerate();
        each.flat_map(|(i, period)| {
            let quarter = end / 4.0;
            Sleep::jittered(period, 0.2).between(r, i as f64 * quarter, (i + 1) as f64 * quarter)
        })
        .collect()
    }),
    beacon("12 h ±5 %, 10 days", |r, end| Sleep::jittered(12.0 * HOUR, 0.05).between(r, 0.0, end)).over(10.0),
    beacon("6 h by the clock, 4 days, whole seconds", |r, end| clock(r, 6.0 * HOUR, 0.01, 0.0, 0.0, end))
        .over(4.0)
        .whole_seconds(),
    benign("Poisson 5 s, whole seconds", |r, end| memoryless(r, 5.0, 0.0, end)).whole_seconds(),
    benign("Poisson 7200 s, constant size", |r, end| memoryless(r, 7200.0, 0.0, end)).constant(),
    benign("Poisson 8 h, 7 days", |r, end| memoryless(r, 8.0 * HOUR, 0.0, end)).over(7.0).constant(),
    benign("Poisson in working hours, constant size", |r, _| memoryless(r, 180.0, 8.0 * HOUR, 17.0 * HOUR))
        .constant(),
    benign("log-normal intervals, σ 0.8", |r, end| at_intervals(r, 0.0, end, |r| r.log_normal(400.0, 0.8))),
    benign("log-normal intervals, σ 0.8, busy", |r, end| {
        at_intervals(r, 0.0, end, |r| r.log_normal(20.0, 0.8))
    }),
    benign("log-normal intervals, σ 1.6", |r, end| at_intervals(r, 0.0, end, |r| r.log_normal(60.0, 1.6)))
        .constant(),
    benign("Weibull intervals, shape 0.6", |r, end| {
        at_intervals(r, 0.0, end, |r| 90.0 * libm::pow(r.exponential(1.0), 1.0 / 0.6))
    }),
    benign("busy and idle, memoryless in both", |r, end| {
        let (mut calls, mut at) = (Vec::new(), 0.0);
        while at < end {
            let busy = at + r.exponential(1500.0);
            let mean = r.log_normal(8.0, 1.0);
            calls.extend(memoryless(r, mean, at, busy.min(end)));
            at = busy + r.exponential(5000.0);
        }
        calls
    }),
    benign("a person over 5 days", |r, _| {
        (0..5)
            .flat_map(|day| {
                let visits = visits(r, 6, 4, 30.0);
                visits.into_iter().map(move |at| at + f64::from(day) * DAY)
            })
            .collect()
    })
    .over(5.0),
    benign("mail: random pushes and answers", |r, end| {
        memoryless(r, 1100.0, 0.0, end).into_iter().flat_map(|at| [at, at + r.log_normal(3.0, 0.5)]).collect()
    }),
    benign("downloads in many parts", |r, end| {
        memoryless(r, 6.0 * HOUR, 0.0, end)
            .into_iter()
            .flat_map(|at| {
                let parts = 20 + r.below(200);
                let pace = r.log_normal(0.4, 0.7);
                let mut at = at;
                (0..parts)
                    .map(|_| {
                        at += r.log_normal(pace, 0.9);
                        at
                    })
                    .collect::<Vec<_>>()
            })
            .collect()
    })
    .constant(),
    benign("pages that poll every 45 s, longer", |r, _| polling(r, 45.0, 3, 6, 900.0)).mixed(),
    benign("pages that poll every 5 s, ±20 %", |r, _| polling(r, 5.0, 4, 12, 240.0)).mixed(),
];

/// The third set: every pair draws its own parameters. Periods from 20 s to 2 h, jitter up to ±50 %.
pub const DRAWN: &[Family] = &[
    beacon("sleep with jitter", |r, end| drawn_sleep(r).between(r, 0.0, end)).noisy(),
    beacon("sleep with jitter, up to 30 % missed", |r, end| {
        let missed = r.between(0.0, 0.3);
        Sleep { missed, ..drawn_sleep(r) }.between(r, 0.0, end)
    })
    .mixed(),
    beacon("by the clock, up to 30 % missed, whole seconds", |r, end| {
        let (period, late, missed) = (drawn_period(r), r.between(0.0, 0.3), r.between(0.0, 0.3));
        clock(r, period, late, missed, 0.0, end)
    })
    .whole_seconds(),
    beacon("for 20 to 60 calls only", |r, end| {
        let sleep = Sleep::jittered(r.log_normal(120.0, 0.8), r.between(0.0, 0.3));
        let from = r.between(0.0, 0.4 * end);
        let to = from + sleep.period * r.between(20.0, 60.0);
        sleep.between(r, from, to)
    }),
    beacon("bursts of up to 8 connections", |r, end| {
        let sleep = Sleep::jittered(drawn_period(r).max(120.0), r.between(0.0, 0.4));
        let calls = sleep.between(r, 0.0, end);
        let most = 2 + r.below(7);
        opened_together(r, &calls, 2, most, 5.0)
    })
    .noisy(),
    beacon("beneath up to as much random traffic", |r, end| {
        let sleep = Sleep::jittered(drawn_period(r).min(1200.0), r.between(0.0, 0.15));
        let mut calls = sleep.between(r, 0.0, end);
        let mean = sleep.period * r.between(1.0, 5.0);
        calls.extend(memoryless(r, mean, 0.0, end));
        calls
    })
    .mixed(),
    benign("Poisson", |r, end| {
        let mean = drawn_period(r);
        memoryless(r, mean, 0.0, end)
    })
    .constant(),
    benign("log-normal intervals, σ 0.9 to 2", |r, end| {
        let (median, sigma) = (drawn_period(r), r.between(0.9, 2.0));
        at_intervals(r, 0.0, end, |r| r.log_normal(median, sigma))
    }),
    benign("by day and by night, whole seconds", |r, end| {
        let (mean, noon) = (r.between(20.0, 600.0), r.between(10.0, 16.0));
        thinned(r, mean, end, |hour| 0.02 + 0.98 * libm::exp(-(hour - noon) * (hour - noon) / 12.0))
    })
    .whole_seconds(),
    benign("a person", |r, _| {
        let (mean, pages, pause) = (2 + r.below(30), 1 + r.below(8), r.log_normal(40.0, 0.7));
        visits(r, mean, pages, pause)
    }),
    benign("bursts", |r, end| (0..1 + r.below(6)).flat_map(|_| burst(r, end)).collect()).constant(),
    benign("pages that poll", |r, _| {
        let every = r.log_normal(25.0, 0.6);
        polling(r, every, 2, 9, 400.0)
    })
    .mixed(),
];

/// A period from 20 s to 2 h, log-uniform.
fn drawn_period(random: &mut Random) -> f64 {
    20.0 * libm::pow(360.0, random.unit())
}

fn drawn_sleep(random: &mut Random) -> Sleep {
    Sleep::jittered(drawn_period(random), random.between(0.0, 0.5))
}

fn pick<'a, T>(random: &mut Random, of: &'a [T]) -> &'a T {
    &of[random.below(of.len() as u64) as usize]
}

/// Visits of a person between 08:00 and 19:00.
fn visits(random: &mut Random, mean: u64, pages: u64, pause: f64) -> Vec<f64> {
    let count = mean / 2 + random.below(mean + 1) + 1;
    (0..count)
        .flat_map(|_| {
            let at = random.between(8.0, 19.0) * HOUR;
            timers::visit(random, at, pages, pause)
        })
        .collect()
}

/// A tab that is opened, polls and is closed, several times a day.
fn polling(random: &mut Random, every: f64, min: u64, max: u64, open: f64) -> Vec<f64> {
    let mut calls = Vec::new();
    for _ in 0..min + random.below(max - min + 1) {
        let at = random.between(8.0, 18.0) * HOUR;
        let end = at + random.log_normal(open, 0.8);
        calls.extend(timers::page(random, at));
        let mut poll = at + every;
        while poll < end {
            calls.push(poll + timers::latency(random));
            // The response time adds to the interval of the timer.
            poll += every + random.log_normal(0.15, 0.5);
            if random.chance(0.04) {
                calls.extend(timers::page(random, poll));
            }
        }
    }
    calls
}

/// Many connections in some seconds or minutes.
fn burst(random: &mut Random, end: f64) -> Vec<f64> {
    let (count, mean) = (20 + random.below(200), random.log_normal(0.5, 1.2));
    let at = random.between(0.0, end - 7200.0);
    let mut at = at;
    (0..count)
        .map(|_| {
            at += random.exponential(mean);
            at
        })
        .collect()
}

/// A Poisson process whose rate depends on the hour; `share` of the peak rate, at most 1.
fn thinned(random: &mut Random, mean: f64, end: f64, share: impl Fn(f64) -> f64) -> Vec<f64> {
    let all = memoryless(random, mean, 0.0, end);
    all.into_iter().filter(|at| random.chance(share(at % DAY / HOUR))).collect()
}
