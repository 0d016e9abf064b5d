//! Starts of calls, in seconds from the start of the window: how machines and people make them.

use crate::Random;

/// Sleep, call, sleep: each sleep is `period` times a number between `low` and `high`. Every call is
/// missed with the probability `missed`.
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

/// How late a call is seen: some milliseconds, rarely half a second.
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

/// A source without a memory.
pub fn memoryless(random: &mut Random, mean: f64, from: f64, to: f64) -> Vec<f64> {
    gaps(random, from, to, |random| random.exponential(mean))
}

/// Calls at independent intervals.
pub fn gaps(random: &mut Random, from: f64, to: f64, gap: impl Fn(&mut Random) -> f64) -> Vec<f64> {
    let mut at = from + gap(random) * random.unit();
    let mut calls = Vec::new();
    while at < to {
        calls.push(at);
        at += gap(random);
    }
    calls
}

/// Each call becomes `least` to `most` connections within some seconds.
pub fn opened_together(random: &mut Random, calls: &[f64], least: u64, most: u64, within: f64) -> Vec<f64> {
    let mut all = Vec::new();
    for &call in calls {
        let more = least + random.below(most - least + 1) - 1;
        all.push(call);
        all.extend((0..more).map(|_| call + within * random.unit() * random.unit()));
    }
    all
}

/// A page that is read: connections at once, then some while something is clicked.
pub fn page(random: &mut Random, at: f64) -> Vec<f64> {
    let connections = 2 + random.below(9);
    (0..connections).map(|_| at + random.exponential(0.7)).collect()
}

/// A person's visit: pages with pauses between. Ends where it ends.
pub fn visit(random: &mut Random, at: f64, pages: u64, pause: f64) -> Vec<f64> {
    let (mut calls, mut at) = (Vec::new(), at);
    for _ in 0..1 + random.below(2 * pages) {
        calls.extend(page(random, at));
        at += random.log_normal(pause, 1.0);
    }
    calls
}
