//! The data of the benchmark: one day of a company, any number of rows, in time order.
//!
//! Its distribution is the same at every size: a power law of pairs and of
//! destinations, 27 % of the rows the only one of their pair (so that the pair
//! table grows with the input and exceeds the caches), 30 % internal destinations
//! (which the default rule excludes), 1.5 % IPv6, office hours, and 50 planted
//! beacons. Rows are generated one at a time: memory does not grow with their
//! number.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::random::mix;
use crate::{Flow, Random};

/// 2026-03-17, 00:00:00 UTC in milliseconds.
const MIDNIGHT_MS: u64 = 1_773_705_600_000;
const HOUR_MS: u64 = 3_600_000;

/// Share of the rows with an internal destination. The tests check these shares.
pub const INTERNAL_SHARE: f64 = 0.30;
/// Share of the rows between IPv6 addresses.
pub const IPV6_SHARE: f64 = 0.015;
/// Share of the rows that are the only one of their pair.
pub const SINGLE_SHARE: f64 = 0.27;
/// Planted beacons, to 198.51.100.1 to 198.51.100.50; no other row has these addresses.
pub const BEACONS: u8 = 50;

/// Share of the rows generated as the only one of their pair: a little less than
/// [`SINGLE_SHARE`], as the tail of the power law has pairs that are drawn only once.
const GENERATED_SINGLE: f64 = 0.265;
/// Rows per pair that repeats, on average.
const ROWS_PER_PAIR: u64 = 12;
/// The rank of a pair is this power of a uniform number: density falls as rank^(−2/3).
const STEEPNESS: f64 = 3.0;
/// Relative number of rows per hour.
const ROWS_BY_HOUR: [u64; 24] = [2, 2, 2, 2, 2, 3, 4, 6, 9, 10, 10, 10, 8, 9, 10, 10, 9, 8, 6, 4, 3, 3, 2, 2];

/// The rows of a day.
#[derive(Debug)]
pub struct CompanyDay {
    random: Random,
    clock: Clock,
    background_at: Option<u64>,
    calls: std::iter::Peekable<std::vec::IntoIter<Call>>,
    beacons: Vec<Beacon>,
    made_alone: u64,
    hosts: u64,
    pairs: u64,
}

impl CompanyDay {
    /// A day of exactly `rows` rows (at least as many as the beacons make: about 7,000).
    #[must_use]
    pub fn new(rows: u64, seed: u64) -> Self {
        let mut random = Random::named(seed, "beacons");
        let hosts = (rows / 500).clamp(100, 20_000);
        let beacons: Vec<Beacon> = (0..BEACONS).map(|i| Beacon::new(&mut random, i, hosts)).collect();
        let mut calls: Vec<Call> =
            beacons.iter().enumerate().flat_map(|(i, beacon)| beacon.calls(&mut random, i)).collect();
        calls.sort_by_key(|call| call.at);
        calls.truncate(usize::try_from(rows).unwrap_or(usize::MAX));
        let mut random = Random::named(seed, "background");
        let mut clock = Clock::new(rows - calls.len() as u64);
        Self {
            background_at: clock.tick(&mut random),
            random,
            clock,
            calls: calls.into_iter().peekable(),
            beacons,
            made_alone: 0,
            hosts,
            pairs: (rows / ROWS_PER_PAIR).max(1),
        }
    }

    fn background(&mut self, start_ms: u64) -> Flow {
        let random = &mut self.random;
        let side = Side::pick(random);
        let (source, destination, destination_port) = if random.chance(GENERATED_SINGLE) {
            self.made_alone += 1;
            let host = random.below(self.hosts);
            let (destination, port) = side.lone_endpoint(self.made_alone);
            (side.host(host), destination, port)
        } else {
            // A repeating pair is a function of its rank.
            let pairs = ((self.pairs as f64 * side.share()) as u64).max(1);
            let pair = mix(random.power_law(pairs, STEEPNESS) ^ side.salt());
            let mut of_pair = Random::new(pair);
            let popularity = of_pair.power_law((pairs / 4).max(1), STEEPNESS);
            (side.host(of_pair.below(self.hosts)), side.endpoint(popularity), port(&mut of_pair))
        };
        Flow {
            start_ms,
            source,
            source_port: random.client_port(),
            destination,
            destination_port,
            protocol: if matches!(destination_port, 53 | 123) { "UDP" } else { "TCP" },
            bytes_sent: size(random),
            bytes_received: size(random),
        }
    }
}

impl Iterator for CompanyDay {
    type Item = Flow;

    fn next(&mut self) -> Option<Flow> {
        let background_at = self.background_at;
        let call_is_next = |call: &Call| background_at.is_none_or(|at| call.at < at);
        if let Some(call) = self.calls.next_if(call_is_next) {
            return Some(self.beacons[call.beacon].flow(&mut self.random, call.at));
        }
        let at = background_at?;
        let flow = self.background(at);
        self.background_at = self.clock.tick(&mut self.random);
        Some(flow)
    }
}

/// Start times of the background in order, spread over the day by `ROWS_BY_HOUR`.
#[derive(Debug)]
struct Clock {
    rows: u64,
    hour: usize,
    row_in_hour: u64,
    rows_in_hour: u64,
}

impl Clock {
    fn new(rows: u64) -> Self {
        let mut clock = Self { rows, hour: 0, row_in_hour: 0, rows_in_hour: 0 };
        clock.rows_in_hour = clock.rows_before(1);
        clock
    }

    fn rows_before(&self, hour: usize) -> u64 {
        let part: u64 = ROWS_BY_HOUR[..hour].iter().sum();
        let whole: u64 = ROWS_BY_HOUR.iter().sum();
        (u128::from(self.rows) * u128::from(part) / u128::from(whole)) as u64
    }

    fn tick(&mut self, random: &mut Random) -> Option<u64> {
        while self.row_in_hour == self.rows_in_hour {
            self.hour += 1;
            if self.hour >= ROWS_BY_HOUR.len() {
                return None;
            }
            self.row_in_hour = 0;
            self.rows_in_hour = self.rows_before(self.hour + 1) - self.rows_before(self.hour);
        }
        // In its own slice of the hour: sorted by construction.
        let slice = HOUR_MS as f64 / self.rows_in_hour as f64;
        let in_hour = (self.row_in_hour as f64 + random.unit()) * slice;
        self.row_in_hour += 1;
        Some(MIDNIGHT_MS + self.hour as u64 * HOUR_MS + (in_hour as u64).min(HOUR_MS - 1))
    }
}

/// Whether the destination is internal or external, and its protocol.
#[derive(Clone, Copy)]
enum Side {
    Internal,
    External,
    ExternalV6,
}

impl Side {
    fn pick(random: &mut Random) -> Self {
        let u = random.unit();
        if u < INTERNAL_SHARE {
            Self::Internal
        } else if u < INTERNAL_SHARE + IPV6_SHARE {
            Self::ExternalV6
        } else {
            Self::External
        }
    }

    fn share(self) -> f64 {
        match self {
            Self::Internal => INTERNAL_SHARE,
            Self::ExternalV6 => IPV6_SHARE,
            Self::External => 1.0 - INTERNAL_SHARE - IPV6_SHARE,
        }
    }

    fn salt(self) -> u64 {
        match self {
            Self::Internal => 1 << 60,
            Self::ExternalV6 => 2 << 60,
            Self::External => 3 << 60,
        }
    }

    fn host(self, number: u64) -> IpAddr {
        match self {
            Self::ExternalV6 => v6(0x2001_0db8_0001_0000, number),
            // 10.0.0.0/10
            _ => v4(0x0a00_0000 | (mix(number) as u32 & 0x003f_ffff)),
        }
    }

    /// A destination that pairs may share.
    fn endpoint(self, popularity: u64) -> IpAddr {
        match self {
            Self::Internal => v4(0x0a40_0000 | (mix(popularity) as u32 & 0x003f_ffff)), // 10.64.0.0/10
            Self::External => v4(0x1700_0000 | (mix(popularity) as u32 & 0x00ff_ffff)), // 23.0.0.0/8
            Self::ExternalV6 => v6(0x2001_0db8_0002_0000, mix(popularity)),
        }
    }

    /// The endpoint of the n-th unrepeated pair; no other row has it. Multiplication
    /// by an odd number modulo a power of two visits every address once, far apart;
    /// when all are used, ports vary.
    fn lone_endpoint(self, n: u64) -> (IpAddr, u16) {
        let scattered = n.wrapping_mul(0x9e37_79b1);
        let port_after = |bits: u32| 49_152 + (n >> bits) as u16 % 16_384;
        match self {
            Self::Internal => (v4(0x0a80_0000 | (scattered as u32 & 0x007f_ffff)), port_after(23)), // 10.128.0.0/9
            Self::External => {
                let port = if n >> 27 == 0 { 443 } else { port_after(27) };
                (v4(0x4000_0000 | (scattered as u32 & 0x07ff_ffff)), port) // 64.0.0.0/5
            }
            Self::ExternalV6 => (v6(0x2001_0db8_0003_0000, scattered), 443),
        }
    }
}

fn v4(bits: u32) -> IpAddr {
    Ipv4Addr::from_bits(bits).into()
}

fn v6(network: u64, host: u64) -> IpAddr {
    Ipv6Addr::from_bits(u128::from(network) << 64 | u128::from(host)).into()
}

fn port(random: &mut Random) -> u16 {
    match random.below(1000) {
        0..700 => 443,
        700..800 => 80,
        800..870 => 53,
        870..900 => 123,
        900..930 => 993,
        930..950 => 8443,
        950..965 => 22,
        965..975 => 25,
        975..978 => [6667, 1080, 4444][random.below(3) as usize],
        _ => random.client_port(),
    }
}

/// Bytes, log-uniform up to a megabyte.
fn size(random: &mut Random) -> u64 {
    let bits = random.bits();
    40 + ((bits >> 44) >> (bits & 15))
}

#[derive(Debug)]
struct Beacon {
    source: IpAddr,
    destination: IpAddr,
    port: u16,
    first: f64,
    period: f64,
    jitter: f64,
    missed: f64,
    bytes: u64,
}

#[derive(Debug)]
struct Call {
    at: u64,
    beacon: usize,
}

impl Beacon {
    /// Periods from 5 to 40 minutes, up to ±30 % jitter, up to a tenth of the connections missed.
    fn new(random: &mut Random, number: u8, hosts: u64) -> Self {
        let period = 300_000.0 * libm::pow(8.0, random.unit());
        Self {
            source: Side::External.host(random.below(hosts)),
            destination: Ipv4Addr::new(198, 51, 100, number + 1).into(),
            port: [443, 443, 443, 80, 8443, 6667][random.below(6) as usize],
            first: random.between(0.0, period),
            period,
            jitter: random.between(0.0, 0.30),
            missed: random.between(0.0, 0.10),
            bytes: 200 + random.below(2_000),
        }
    }

    fn calls(&self, random: &mut Random, beacon: usize) -> Vec<Call> {
        let mut calls = Vec::new();
        let mut at = self.first;
        while at < (24 * HOUR_MS) as f64 {
            if !random.chance(self.missed) {
                calls.push(Call { at: MIDNIGHT_MS + at as u64, beacon });
            }
            at += self.period * random.between(1.0 - self.jitter, 1.0 + self.jitter);
        }
        calls
    }

    fn flow(&self, random: &mut Random, start_ms: u64) -> Flow {
        Flow {
            start_ms,
            source: self.source,
            source_port: random.client_port(),
            destination: self.destination,
            destination_port: self.port,
            protocol: "TCP",
            bytes_sent: self.bytes,
            bytes_received: self.bytes / 2 + random.below(16),
        }
    }
}
