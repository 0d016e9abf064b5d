//! The rule: every setting of an evaluation, as one value.

use ipnet::IpNet;
use serde::Serialize;

use super::gates::Gates;
use super::hunt_settings::HuntSettings;
use super::lists::{ReferenceSet, ThreatList};
use super::networks;
use super::priority_settings::PrioritySettings;
use super::window::Window;
use crate::model::time::Timestamp;
use crate::text::json;

/// Networks whose addresses are not destinations of interest: the query's `INCIDR` conditions.
const PRIVATE_NETWORKS: [&str; 6] =
    ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "::1/128"];

/// IRC, IRC over TLS, SOCKS and Metasploit's default: the query's list of command-and-control ports.
const C2_PORTS: [u16; 13] = [6660, 6661, 6662, 6663, 6664, 6665, 6666, 6667, 6668, 6669, 6697, 1080, 4444];

/// The rule: window, gates, exclusions, ports, lists and thresholds. It is applied at evaluation, never at
/// ingest.
///
/// [`Rule::default`] gives what the detection's QRadar query gives. A rule is made by a document (JSON), in
/// which every field is optional and an unknown field is an error that names it, or by methods. Both ways are
/// checked: no rule has a value that a document could not have.
///
/// ```
/// use beaconlens::{Gates, Rule, Window};
///
/// let rule = Rule::from_json(r#"{"window": "7d", "gates": {"min_connections": 50}}"#)?;
/// assert_eq!(rule.gates().min_connections, 50);
/// assert_eq!(rule.gates().min_hours, 3); // the default
///
/// let gates = Gates::new().with_min_connections(50);
/// assert_eq!(Rule::new().with_window(Window::Hours(168))?.with_gates(gates), rule);
/// assert!(Rule::new().with_window(Window::Hours(0)).is_err());
/// # Ok::<(), beaconlens::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    pub(super) name: String,
    pub(super) window: Window,
    pub(super) end: Option<Timestamp>,
    pub(super) utc_offset_minutes: i32,
    pub(super) gates: Gates,
    pub(super) excluded_destinations: Vec<IpNet>,
    pub(super) c2_ports: Vec<u16>,
    pub(super) high_volume: u64,
    pub(super) reference_sets: Vec<ReferenceSet>,
    pub(super) threat_lists: Vec<ThreatList>,
    pub(super) hunts: HuntSettings,
    pub(super) priority: PrioritySettings,
}

impl Default for Rule {
    fn default() -> Self {
        Rule {
            name: "T1584.005".to_owned(),
            window: Window::default(),
            end: None,
            utc_offset_minutes: 0,
            gates: Gates::default(),
            excluded_destinations: PRIVATE_NETWORKS.iter().filter_map(|text| networks::parse(text)).collect(),
            c2_ports: C2_PORTS.to_vec(),
            high_volume: 200,
            reference_sets: Vec::new(),
            threat_lists: Vec::new(),
            hunts: HuntSettings::default(),
            priority: PrioritySettings::default(),
        }
    }
}

/// The settings.
impl Rule {
    /// A name for people. Default `T1584.005`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The time span that is evaluated. Default 24 hours.
    pub fn window(&self) -> Window {
        self.window
    }

    /// The end of the window (inclusive). Default none: the latest flow start in the data.
    pub fn end(&self) -> Option<Timestamp> {
        self.end
    }

    /// Minutes east of UTC of the calendar hours. Default 0.
    pub fn utc_offset_minutes(&self) -> i32 {
        self.utc_offset_minutes
    }

    /// The minimum counts of a finding.
    pub fn gates(&self) -> &Gates {
        &self.gates
    }

    /// Destination networks to ignore. Default: private, loopback and link-local networks.
    pub fn excluded_destinations(&self) -> &[IpNet] {
        &self.excluded_destinations
    }

    /// Destination ports that give a beaconing score of 3. Default: IRC, SOCKS, 4444.
    pub fn c2_ports(&self) -> &[u16] {
        &self.c2_ports
    }

    /// More connections than this give a beaconing score of 2. Default 200.
    pub fn high_volume(&self) -> u64 {
        self.high_volume
    }

    /// Lists whose pairs are suppressed. Default none.
    pub fn reference_sets(&self) -> &[ReferenceSet] {
        &self.reference_sets
    }

    /// Lists of known command-and-control endpoints. Default none.
    pub fn threat_lists(&self) -> &[ThreatList] {
        &self.threat_lists
    }

    /// The hunts: bursts, scans, generated names, long connections, beacons by host name.
    pub fn hunts(&self) -> &HuntSettings {
        &self.hunts
    }

    /// The thresholds of the priority.
    pub fn priority(&self) -> &PrioritySettings {
        &self.priority
    }

    /// The minimum number of connections of a finding on a destination port.
    pub fn min_connections_on(&self, port: u16) -> u64 {
        let on_c2_port = self.gates.min_connections_c2_port.filter(|_| self.c2_ports.contains(&port));
        on_c2_port.unwrap_or(self.gates.min_connections)
    }

    /// The rule as a document (JSON), with every field.
    pub fn to_json(&self) -> String {
        json::written(self)
    }
}
