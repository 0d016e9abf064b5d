//! What can be tuned of the hunts.

use ipnet::IpNet;
use serde::Serialize;

use crate::model::error::Error;
use crate::rule::document::Part;
use crate::rule::networks;

/// The hunts of a rule, each with its thresholds; one that is none (`null` in the document) is switched off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hunts {
    /// A source with many connections in a short time.
    pub burst: Option<Burst>,
    /// A source that tries many ports or many destinations in a short time.
    pub scan: Option<Scan>,
    /// A source that looks up many random names that do not exist.
    pub dga: Option<Dga>,
    /// Connections that stay open for long.
    pub long_connection: Option<LongConnection>,
    /// Hosts that are called, or looked up, as often as a finding is. The rule's gates apply. Default true.
    pub host_beacon: bool,
    /// What goes to these networks, or is looked up from them, is not hunted in bursts, scans and lookups.
    /// Default loopback. The rule's excluded destinations do not apply there: scans go to one's own network.
    #[serde(serialize_with = "crate::text::numerals::serialize_networks")]
    pub excluded: Vec<IpNet>,
}

/// Thresholds of the hunt for bursts: the detection's published ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Burst {
    /// More connections than this. Default 100.
    pub connections: u64,
    /// In any so many minutes. Default 15.
    pub minutes: u64,
}

/// Thresholds of the hunt for scans: the detection's published ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Scan {
    /// At least this many distinct ports of one destination: a vertical scan. Default 15.
    pub ports: u64,
    /// At least this many distinct destinations on one port: a horizontal scan. Default 25.
    pub destinations: u64,
    /// In any so many minutes. Default 15.
    pub minutes: u64,
    /// Whether only connections count to which no data came back. Default true: with the answered ones, every
    /// browser is a scanner.
    pub unanswered_only: bool,
}

/// Thresholds of the hunt for generated names. Its number of domains is that of Microsoft Sentinel's rule for
/// NXDOMAIN answers (more than 100 a day); the other two are this project's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dga {
    /// At least this many distinct registrable domains that do not exist. Default 100.
    pub domains: u64,
    /// Of all lookups of the source, at least this share does not exist, in percent. Default 10.
    pub percent: u64,
    /// The domains' names are at least that random on average, 0 to 100. Default 60.
    pub randomness: u64,
}

/// Thresholds of the hunt for long connections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LongConnection {
    /// A pair's connections of ten seconds and more last longer than this in all. Default 60.
    pub minutes: u64,
}

impl Default for Burst {
    fn default() -> Self {
        Burst { connections: 100, minutes: 15 }
    }
}

impl Default for Scan {
    fn default() -> Self {
        Scan { ports: 15, destinations: 25, minutes: 15, unanswered_only: true }
    }
}

impl Default for Dga {
    fn default() -> Self {
        Dga { domains: 100, percent: 10, randomness: 60 }
    }
}

impl Default for LongConnection {
    fn default() -> Self {
        LongConnection { minutes: 60 }
    }
}

impl Default for Hunts {
    fn default() -> Self {
        Hunts {
            burst: Some(Burst::default()),
            scan: Some(Scan::default()),
            dga: Some(Dga::default()),
            long_connection: Some(LongConnection::default()),
            host_beacon: true,
            excluded: ["127.0.0.0/8", "::1/128"].iter().filter_map(|text| networks::parse(text)).collect(),
        }
    }
}

/// The longest window of a hunt: a day, in minutes.
const DAY: u64 = 24 * 60;

impl Hunts {
    /// The hunts with these thresholds for one's own test of the detection, which runs for minutes on one machine.
    pub(crate) fn lab(&mut self) {
        self.excluded.clear();
        self.dga = Some(Dga { domains: 50, ..Dga::default() });
    }

    pub(crate) fn read(&mut self, part: &Part<'_>) -> Result<(), Error> {
        const FIELDS: [&str; 6] = ["burst", "scan", "dga", "long_connection", "host_beacon", "excluded"];
        part.fields(&FIELDS, &mut |name, part| {
            match name {
                "burst" if part.is_null() => self.burst = None,
                "burst" => self.burst.get_or_insert_default().read(&part)?,
                "scan" if part.is_null() => self.scan = None,
                "scan" => self.scan.get_or_insert_default().read(&part)?,
                "dga" if part.is_null() => self.dga = None,
                "dga" => self.dga.get_or_insert_default().read(&part)?,
                "long_connection" if part.is_null() => self.long_connection = None,
                "long_connection" => {
                    let long = self.long_connection.get_or_insert_default();
                    part.fields(&["minutes"], &mut |_, part| {
                        long.minutes = part.count()?;
                        Ok(())
                    })?;
                }
                "host_beacon" => self.host_beacon = part.flag()?,
                _ => self.excluded = networks::read(&part)?,
            }
            Ok(())
        })
    }
}

impl Burst {
    fn read(&mut self, part: &Part<'_>) -> Result<(), Error> {
        part.fields(&["connections", "minutes"], &mut |name, part| {
            match name {
                "connections" => self.connections = part.count()?,
                _ => self.minutes = part.number(1, DAY)?,
            }
            Ok(())
        })
    }
}

impl Scan {
    fn read(&mut self, part: &Part<'_>) -> Result<(), Error> {
        part.fields(&["ports", "destinations", "minutes", "unanswered_only"], &mut |name, part| {
            match name {
                "ports" => self.ports = part.number(2, u64::MAX)?,
                "destinations" => self.destinations = part.number(2, u64::MAX)?,
                "minutes" => self.minutes = part.number(1, DAY)?,
                _ => self.unanswered_only = part.flag()?,
            }
            Ok(())
        })
    }
}

impl Dga {
    fn read(&mut self, part: &Part<'_>) -> Result<(), Error> {
        part.fields(&["domains", "percent", "randomness"], &mut |name, part| {
            match name {
                "domains" => self.domains = part.number(1, u64::MAX)?,
                "percent" => self.percent = part.number(0, 100)?,
                _ => self.randomness = part.number(0, 100)?,
            }
            Ok(())
        })
    }
}
