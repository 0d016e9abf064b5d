//! Start times of connections of machines and people, in seconds from the start of the window.

use crate::Random;

/// Sleep, call, sleep: each sleep is `period` times a random number between `low` and `high`. Each call is
/// missed with probability `missed`.
#[derive(Clone, Copy, Debug)]
pub struct Sleep {
    pub period: f64,
    pub low: f64,
    pub high: f64,
    pub missed: f64,
}

impl Sleep {
    /// Sleep with `jitter` (0.1 is ±10 %).
    pub fn jittered(period: f64, jitter: f64) -> Self {
        Sleep { period, low: 1.0 - jitter, high: 1.0 + jitter, missed: 0.0 }
    }

    pub fn between(self, random: &mut Random, from: f64, to: f64) -> Vec<f64> {
        let mut at = from + self.period * random.unit();
        let mut calls = Vec::new();
        while at < to {
            if !random.chance(self.missed) {
                calls.push(at + latency(random));
            }
            at += self.period * random.between(self.low, self.high);
        }
        calls
    }
}

/// Delay until a call is seen: some milliseconds, rarely half a second.
pub fn latency(random: &mut Random) -> f64 {
    random.log_normal(0.02, 0.8).min(0.5)
}

/// Calls at multiples of `period`, each up to `spread` of it late.
pub fn clock(random: &mut Random, period: f64, spread: f64, missed: f64, from: f64, to: f64) -> Vec<f64> {
    let phase = period * random.unit();
    let ticks = ((to - from) / period) as u64;
    (0..ticks)
        .filter_map(|tick| {
            let late = period * spread * random.unit() + latency(random);
            (!random.chance(missed)).then_some(from + phase + period * tick as f64 + late)
        })
        .collect()
}

/// Start times of a Poisson process.
pub fn memoryless(random: &mut Random, mean: f64, from: f64, to: f64) -> Vec<f64> {
    at_intervals(random, from, to, |random| random.exponential(mean))
}

/// Start times with independent intervals.
pub fn at_intervals(
    random: &mut Random,
    from: f64,
    to: f64,
    interval: impl Fn(&mut Random) -> f64,
) -> Vec<f64> {
    let mut at = from + interval(random) * random.unit();
    let mut calls = Vec::new();
    while at < to {
        calls.push(at);
        at += interval(random);
    }
    calls
}

/// Each call becomes `min` to `max` connections within some seconds.
pub fn opened_together(random: &mut Random, calls: &[f64], min: u64, max: u64, within: f64) -> Vec<f64> {
    let mut all = Vec::new();
    for &call in calls {
        let more = min + random.below(max - min + 1) - 1;
        all.push(call);
        all.extend((0..more).map(|_| call + within * random.unit() * random.unit()));
    }
    all
}

/// A page view: several connections at once, then some on clicks.
pub fn page(random: &mut Random, at: f64) -> Vec<f64> {
    let connections = 2 + random.below(9);
    (0..connections).map(|_| at + random.exponential(0.7)).collect()
}

/// A visit of a person: page views with pauses.
pub fn visit(random: &mut Random, at: f64, pages: u64, pause: f64) -> Vec<f64> {
    let (mut calls, mut at) = (Vec::new(), at);
    for _ in 0..1 + random.below(2 * pages) {
        calls.extend(page(random, at));
        at += random.log_normal(pause, 1.0);
    }
    calls
}
