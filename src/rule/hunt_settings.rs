//! Settings of the hunts.

use ipnet::IpNet;
use serde::Serialize;

use super::networks;
use crate::model::error::Error;
use crate::text::json::{FromJson, JsonNode};

/// The hunts of a rule, each with its thresholds. A hunt that is none (`null` in the document) is switched
/// off. The settings are checked when they become part of a rule.
///
/// ```
/// use beaconlens::{Rule, rule::{HuntSettings, ScanSettings}};
///
/// let hunts = HuntSettings::new().with_burst(None).with_scan(Some(ScanSettings::new().with_ports(30)));
/// let rule = Rule::new().with_hunts(hunts)?;
/// assert_eq!(Rule::from_json(r#"{"hunts": {"burst": null, "scan": {"ports": 30}}}"#)?, rule);
/// # Ok::<(), beaconlens::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HuntSettings {
    /// Bursts: a source with many connections in a short time.
    pub burst: Option<BurstSettings>,
    /// Scans: a source that tries many ports or many destinations in a short time.
    pub scan: Option<ScanSettings>,
    /// Generated names: a source that looks up many random names that do not exist.
    pub dga: Option<DgaSettings>,
    /// Connections that stay open for long.
    pub long_connection: Option<LongConnectionSettings>,
    /// Whether host names are hunted that are called, or looked up, as often as a finding. The rule's gates
    /// apply. Default true.
    pub host_beacon: bool,
    /// Networks that bursts, scans and lookups of names ignore, as destinations and as the sources of lookups.
    /// Default loopback. The rule's excluded destinations do not apply to those hunts, since scans go to
    /// one's own network.
    pub excluded: Vec<IpNet>,
}

/// Thresholds of the hunt for bursts: those that the detection was published with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BurstSettings {
    /// A burst has more connections than this. Default 100.
    pub connections: u64,
    /// Length of the sliding window in minutes, 1 to 1440. Default 15.
    pub minutes: u64,
}

/// Thresholds of the hunt for scans: those that the detection was published with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ScanSettings {
    /// Minimum number of distinct ports of one destination (vertical scan), from 2. Default 15.
    pub ports: u64,
    /// Minimum number of distinct destinations on one port (horizontal scan), from 2. Default 25.
    pub destinations: u64,
    /// Length of the sliding window in minutes, 1 to 1440. Default 15.
    pub minutes: u64,
    /// Whether only connections count that got no data back. Default true: if answered connections count,
    /// every browser is a scanner.
    pub unanswered_only: bool,
}

/// Thresholds of the hunt for generated names. The number of domains is that of Microsoft Sentinel's rule
/// for NXDOMAIN answers (more than 100 a day); the other two are this project's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DgaSettings {
    /// Minimum number of distinct registrable domains that do not exist, from 1. Default 100.
    pub domains: u64,
    /// Minimum share of the source's lookups whose name does not exist, in percent. Default 10.
    pub percent: u64,
    /// Minimum average randomness of the domains' names, 0 to 100. Default 60.
    pub randomness: u64,
}

/// Threshold of the hunt for long connections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LongConnectionSettings {
    /// The connections of a pair that last ten seconds or more are open for longer than this in total.
    /// Default 60.
    pub minutes: u64,
}

impl Default for HuntSettings {
    fn default() -> Self {
        HuntSettings {
            burst: Some(BurstSettings::default()),
            scan: Some(ScanSettings::default()),
            dga: Some(DgaSettings::default()),
            long_connection: Some(LongConnectionSettings::default()),
            host_beacon: true,
            excluded: ["127.0.0.0/8", "::1/128"].iter().filter_map(|text| networks::parse(text)).collect(),
        }
    }
}

impl Default for BurstSettings {
    fn default() -> Self {
        BurstSettings { connections: 100, minutes: 15 }
    }
}

impl Default for ScanSettings {
    fn default() -> Self {
        ScanSettings { ports: 15, destinations: 25, minutes: 15, unanswered_only: true }
    }
}

impl Default for DgaSettings {
    fn default() -> Self {
        DgaSettings { domains: 100, percent: 10, randomness: 60 }
    }
}

impl Default for LongConnectionSettings {
    fn default() -> Self {
        LongConnectionSettings { minutes: 60 }
    }
}

impl HuntSettings {
    /// The default hunts.
    pub fn new() -> Self {
        HuntSettings::default()
    }

    /// Sets the thresholds of bursts; none switches the hunt off.
    pub fn with_burst(mut self, burst: Option<BurstSettings>) -> Self {
        self.burst = burst;
        self
    }

    /// Sets the thresholds of scans; none switches the hunt off.
    pub fn with_scan(mut self, scan: Option<ScanSettings>) -> Self {
        self.scan = scan;
        self
    }

    /// Sets the thresholds of generated names; none switches the hunt off.
    pub fn with_dga(mut self, dga: Option<DgaSettings>) -> Self {
        self.dga = dga;
        self
    }

    /// Sets the threshold of long connections; none switches the hunt off.
    pub fn with_long_connection(mut self, long_connection: Option<LongConnectionSettings>) -> Self {
        self.long_connection = long_connection;
        self
    }

    /// Sets whether beacons by host name are hunted.
    pub fn with_host_beacon(mut self, host_beacon: bool) -> Self {
        self.host_beacon = host_beacon;
        self
    }

    /// Sets the networks that bursts, scans and lookups of names ignore.
    pub fn with_excluded(mut self, networks: impl Into<Vec<IpNet>>) -> Self {
        self.excluded = networks.into();
        self
    }
}

impl BurstSettings {
    /// The default thresholds.
    pub fn new() -> Self {
        BurstSettings::default()
    }

    /// Sets the number of connections that a burst exceeds.
    pub fn with_connections(mut self, connections: u64) -> Self {
        self.connections = connections;
        self
    }

    /// Sets the length of the sliding window, 1 to 1440 minutes.
    pub fn with_minutes(mut self, minutes: u64) -> Self {
        self.minutes = minutes;
        self
    }
}

impl ScanSettings {
    /// The default thresholds.
    pub fn new() -> Self {
        ScanSettings::default()
    }

    /// Sets the minimum number of ports of a vertical scan, from 2.
    pub fn with_ports(mut self, ports: u64) -> Self {
        self.ports = ports;
        self
    }

    /// Sets the minimum number of destinations of a horizontal scan, from 2.
    pub fn with_destinations(mut self, destinations: u64) -> Self {
        self.destinations = destinations;
        self
    }

    /// Sets the length of the sliding window, 1 to 1440 minutes.
    pub fn with_minutes(mut self, minutes: u64) -> Self {
        self.minutes = minutes;
        self
    }

    /// Sets whether only connections count that got no data back.
    pub fn with_unanswered_only(mut self, unanswered_only: bool) -> Self {
        self.unanswered_only = unanswered_only;
        self
    }
}

impl DgaSettings {
    /// The default thresholds.
    pub fn new() -> Self {
        DgaSettings::default()
    }

    /// Sets the minimum number of domains, from 1.
    pub fn with_domains(mut self, domains: u64) -> Self {
        self.domains = domains;
        self
    }

    /// Sets the minimum share of lookups whose name does not exist, 0 to 100 percent.
    pub fn with_percent(mut self, percent: u64) -> Self {
        self.percent = percent;
        self
    }

    /// Sets the minimum average randomness, 0 to 100.
    pub fn with_randomness(mut self, randomness: u64) -> Self {
        self.randomness = randomness;
        self
    }
}

impl LongConnectionSettings {
    /// The default threshold.
    pub fn new() -> Self {
        LongConnectionSettings::default()
    }

    /// Sets the total duration that a pair's connections exceed.
    pub fn with_minutes(mut self, minutes: u64) -> Self {
        self.minutes = minutes;
        self
    }
}

impl FromJson for HuntSettings {
    fn from_json(node: JsonNode<'_>) -> Result<Self, Error> {
        let (mut hunts, mut fields) = (HuntSettings::default(), node.object()?);
        fields.read("burst", &mut hunts.burst)?;
        fields.read("scan", &mut hunts.scan)?;
        fields.read("dga", &mut hunts.dga)?;
        fields.read("long_connection", &mut hunts.long_connection)?;
        fields.read("host_beacon", &mut hunts.host_beacon)?;
        fields.with("excluded", |node| {
            hunts.excluded = networks::read(node)?;
            Ok(())
        })?;
        fields.finish()?;
        Ok(hunts)
    }
}

impl FromJson for BurstSettings {
    fn from_json(node: JsonNode<'_>) -> Result<Self, Error> {
        let (mut burst, mut fields) = (BurstSettings::default(), node.object()?);
        fields.read("connections", &mut burst.connections)?;
        fields.read("minutes", &mut burst.minutes)?;
        fields.finish()?;
        Ok(burst)
    }
}

impl FromJson for ScanSettings {
    fn from_json(node: JsonNode<'_>) -> Result<Self, Error> {
        let (mut scan, mut fields) = (ScanSettings::default(), node.object()?);
        fields.read("ports", &mut scan.ports)?;
        fields.read("destinations", &mut scan.destinations)?;
        fields.read("minutes", &mut scan.minutes)?;
        fields.read("unanswered_only", &mut scan.unanswered_only)?;
        fields.finish()?;
        Ok(scan)
    }
}

impl FromJson for DgaSettings {
    fn from_json(node: JsonNode<'_>) -> Result<Self, Error> {
        let (mut dga, mut fields) = (DgaSettings::default(), node.object()?);
        fields.read("domains", &mut dga.domains)?;
        fields.read("percent", &mut dga.percent)?;
        fields.read("randomness", &mut dga.randomness)?;
        fields.finish()?;
        Ok(dga)
    }
}

impl FromJson for LongConnectionSettings {
    fn from_json(node: JsonNode<'_>) -> Result<Self, Error> {
        let (mut long, mut fields) = (LongConnectionSettings::default(), node.object()?);
        fields.read("minutes", &mut long.minutes)?;
        fields.finish()?;
        Ok(long)
    }
}
