//! Everything tunable, as one value: the rule. It is applied at evaluation, never at ingest.

mod compiled;
pub(crate) mod document;
mod entry;
pub mod hunt_settings;
mod index;
mod list;
mod lists;
pub(crate) mod networks;
mod profile;
mod set_match;
mod window;

use ipnet::IpNet;
use serde::Serialize;

use crate::hunts::Hunts;
use crate::model::error::{Error, ErrorKind, joined, quoted};
use crate::model::time;
use crate::priority::Priority;
use crate::text::json;
use crate::text::value::time::instant;
pub use compiled::{Compiled, SetHit, Side, ThreatHit};
use document::Part;
pub use entry::Entry;
pub(crate) use entry::Subject;
pub use list::LeftOut;
pub use lists::{AppliesTo, Entries, ReferenceSet, ThreatList};
pub use set_match::SetMatch;
pub use window::Window;

/// The networks whose addresses are not destinations of interest: the query's `INCIDR` conditions.
const PRIVATE_NETWORKS: [&str; 6] =
    ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "::1/128"];

/// IRC, IRC over TLS, SOCKS and Metasploit's default: the query's list of command-and-control ports.
const C2_PORTS: [u16; 13] = [6660, 6661, 6662, 6663, 6664, 6665, 6666, 6667, 6668, 6669, 6697, 1080, 4444];

/// The rule: window, gates, exclusions, ports and thresholds.
///
/// [`Rule::default`] gives what the detection's QRadar query gives. As a document it is JSON in which
/// every field is optional and an unknown field is an error that names it.
///
/// ```
/// let rule = beaconlens::Rule::from_json(r#"{"window": "7d", "gates": {"min_connections": 50}}"#)?;
/// assert_eq!(rule.gates.min_connections, 50);
/// assert_eq!(rule.gates.min_hours, 3); // the default
/// # Ok::<(), beaconlens::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// A name for people. Default `T1584.005`.
    pub name: String,
    /// The span that is evaluated. Default 24 hours.
    pub window: Window,
    /// The end of the window (inclusive), in UTC microseconds since 1970; RFC 3339 in the document.
    /// Default none: the latest flow start in the data.
    #[serde(serialize_with = "time::rfc3339_option")]
    pub end: Option<i64>,
    /// Minutes east of UTC of the calendar hours, -1439 to 1439. Default 0.
    pub utc_offset_minutes: i32,
    /// The conditions on a pair's connections.
    pub gates: Gates,
    /// Networks whose addresses are not destinations of interest. Default: private, loopback and
    /// link-local networks.
    #[serde(serialize_with = "crate::text::numerals::serialize_networks")]
    pub excluded_destinations: Vec<IpNet>,
    /// Destination ports that give a beaconing score of 3. Default: IRC, SOCKS, 4444.
    pub c2_ports: Vec<u16>,
    /// More connections than this give a beaconing score of 2. Default 200.
    pub high_volume: u64,
    /// Lists whose pairs are no findings. Default none.
    pub reference_sets: Vec<ReferenceSet>,
    /// Lists of known command-and-control endpoints. Default none.
    pub threat_lists: Vec<ThreatList>,
    /// What else is hunted: bursts, scans, generated names, long connections, hosts.
    pub hunts: Hunts,
    /// The priority's thresholds.
    pub priority: Priority,
}

/// The conditions on a pair's connections in the window: the query's `HAVING`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gates {
    /// At least this many connections. Default 20.
    pub min_connections: u64,
    /// On a destination port of `c2_ports`, at least this many connections instead. Default none: the same
    /// number on every port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_connections_c2_port: Option<u64>,
    /// Connections in at least this many distinct calendar hours. Default 3.
    pub min_hours: u64,
}

impl Default for Gates {
    fn default() -> Self {
        Gates { min_connections: 20, min_connections_c2_port: None, min_hours: 3 }
    }
}

impl Default for Rule {
    #[inline(never)]
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
            hunts: Hunts::default(),
            priority: Priority::default(),
        }
    }
}

impl Rule {
    /// The fewest connections of a finding on that destination port.
    pub fn min_connections_on(&self, port: u16) -> u64 {
        let on_c2_port = self.gates.min_connections_c2_port.filter(|_| self.c2_ports.contains(&port));
        on_c2_port.unwrap_or(self.gates.min_connections)
    }

    /// Reads a rule document (JSON).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Rule`] for text that is not JSON, an unknown field, or a value that a field cannot
    /// take; the message names the field.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Rule::from_json_after(text, &mut LastLists::default())
    }

    /// Reads a rule document that may have the lists of the one before.
    pub(crate) fn from_json_after(text: &str, last: &mut LastLists) -> Result<Self, Error> {
        let mut rule = Rule::default();
        rule.read(&document::whole(text)?, last)?;
        Ok(rule)
    }

    /// The rule as a document (JSON), with every field.
    pub fn to_json(&self) -> String {
        json::written(self)
    }

    fn read(&mut self, part: &Part<'_>, last: &mut LastLists) -> Result<(), Error> {
        const FIELDS: [&str; 12] = [
            "name",
            "window",
            "end",
            "utc_offset_minutes",
            "gates",
            "excluded_destinations",
            "c2_ports",
            "high_volume",
            "reference_sets",
            "threat_lists",
            "hunts",
            "priority",
        ];
        part.fields(&FIELDS, &mut |name, part| {
            match name {
                "name" => self.name = part.text("a text", |text| Some(text.to_owned()))?,
                "window" => self.window = part.text(Window::EXPECTED, |text| text.parse().ok())?,
                "end" if part.is_null() => self.end = None,
                "end" => {
                    let expected = "an instant such as \"2026-03-02T18:00:00Z\", or null";
                    self.end = Some(part.text(expected, instant)?);
                }
                "utc_offset_minutes" => self.utc_offset_minutes = part.utc_offset()?,
                "gates" => self.gates.read(&part)?,
                "excluded_destinations" => self.excluded_destinations = networks::read(&part)?,
                "c2_ports" => self.c2_ports = part.ports()?,
                "high_volume" => self.high_volume = part.count()?,
                "reference_sets" => self.reference_sets = known(&mut last.sets, &part, lists::read_sets)?,
                "threat_lists" => self.threat_lists = known(&mut last.threats, &part, lists::read_threats)?,
                "priority" => self.priority.read(&part)?,
                _ => self.hunts.read(&part)?,
            }
            Ok(())
        })
    }
}

impl Priority {
    fn read(&mut self, part: &Part<'_>) -> Result<(), Error> {
        const FIELDS: [&str; 5] =
            ["rare_percent", "common_percent", "least_hosts", "shared_callers", "known_services"];
        part.fields(&FIELDS, &mut |name, part| {
            match name {
                "rare_percent" => self.rare_percent = part.number(0, 100)?,
                "common_percent" => self.common_percent = part.number(0, 100)?,
                "least_hosts" => self.least_hosts = part.count()?,
                "shared_callers" => self.shared_callers = part.count()?,
                _ => self.known_services = part.flag()?,
            }
            Ok(())
        })
    }
}

/// The lists of the document that was read last, and how it wrote them. Mostly the next document changes
/// something else; to read a large set again would take as long as the evaluation.
#[derive(Debug, Default)]
pub(crate) struct LastLists {
    sets: (String, Vec<ReferenceSet>),
    threats: (String, Vec<ThreatList>),
}

fn known<T: Clone>(
    last: &mut (String, Vec<T>),
    part: &Part<'_>,
    read: fn(&Part<'_>) -> Result<Vec<T>, Error>,
) -> Result<Vec<T>, Error> {
    if last.0 != part.written() {
        last.1 = read(part)?;
        part.written().clone_into(&mut last.0);
    }
    Ok(last.1.clone())
}

impl Gates {
    fn read(&mut self, part: &Part<'_>) -> Result<(), Error> {
        const FIELDS: [&str; 3] = ["min_connections", "min_connections_c2_port", "min_hours"];
        part.fields(&FIELDS, &mut |name, part| {
            match name {
                "min_connections" => self.min_connections = part.count()?,
                "min_hours" => self.min_hours = part.count()?,
                _ if part.is_null() => self.min_connections_c2_port = None,
                _ => self.min_connections_c2_port = Some(part.count()?),
            }
            Ok(())
        })
    }
}

#[cold]
fn profile_unknown(name: &str) -> Error {
    let names = joined(&Rule::PROFILES, " or ");
    Error::new(ErrorKind::Options, format!("found profile {}, expected {names}", quoted(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        match Rule::from_json(text) {
            Ok(rule) => panic!("{rule:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_default_is_the_document_of_the_specification() {
        let document = r#"{ "name": "T1584.005", "window": "24h", "end": null, "utc_offset_minutes": 0,
            "gates": { "min_connections": 20, "min_hours": 3 },
            "excluded_destinations": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8",
                                      "169.254.0.0/16", "::1/128"],
            "c2_ports": [6660, 6661, 6662, 6663, 6664, 6665, 6666, 6667, 6668, 6669, 6697, 1080, 4444],
            "high_volume": 200, "reference_sets": [], "threat_lists": [], "hunts": {}, "priority": {} }"#;
        assert_eq!(Rule::from_json(document).as_ref(), Ok(&Rule::default()));
        assert_eq!(Rule::from_json("{}").as_ref(), Ok(&Rule::default()));
        assert_eq!(Rule::from_json(&Rule::default().to_json()).as_ref(), Ok(&Rule::default()));
    }

    #[test]
    fn errors_name_the_field_and_what_was_found() {
        let found = message(r#"{"gates": {"min_hour": 1}}"#);
        assert!(
            found.starts_with("rule, field `gates.min_hour`: unknown, expected one of min_connections, ")
        );
        assert!(message(r#"{"na\u006de": 7}"#).contains("`name`: found 7"));
        let found = message(r#"{"gates": {"min_hours": "x"}}"#);
        assert_eq!(found, "rule, field `gates.min_hours`: found \"x\", expected a whole number from 0");
        let found = message(r#"{"excluded_destinations": ["10.0.0.0/8", "10.0.0.0/99"]}"#);
        assert!(found.contains("10.0.0.0/99") && found.contains("excluded_destinations[1]"), "{found}");
        assert!(message(r#"{"window": "24"}"#).contains("\"24\""));
        assert!(message(r#"{"end": "yesterday"}"#).contains("yesterday"));
        assert!(message(r#"{"utc_offset_minutes": 1440}"#).contains("1440"));
        assert!(message(r#"{"reference_sets": [{}]}"#).contains("reference_sets[0]`: missing field `name`"));
        let found = message(r#"{"reference_sets": [{"name": "a", "entries": ["10.0.0.1", "x"]}]}"#);
        assert!(
            found.contains("`reference_sets[0].entries[1]`: found \"x\", expected an address"),
            "{found}"
        );
        assert!(message(r#"{"threat_lists": [{"name": "a", "entires": []}]}"#).contains("entires"));
        let found = message(r#"{"reference_sets": [{"name": "a", "applies_to": "both"}]}"#);
        assert!(found.contains("reference_sets[0].applies_to") && found.contains("either"), "{found}");
        assert!(
            message(r#"{"threat_lists": [{"name": "a"}, {"name": "a"}]}"#).contains("threat_lists[1].name")
        );
        assert!(message(r#"{"reference_sets": [{"name": " "}]}"#).contains("reference_sets[0].name"));
        assert!(message(r#"{"threat_lists": {}}"#).contains("`threat_lists`: found {}, expected a list"));
        assert!(message(r#"{"gates": {"min_connections_c2_port": -1}}"#).contains("min_connections_c2_port"));
        assert!(message(r#"{"hunts": {"scan": 1}}"#).contains("`hunts.scan`: found 1, expected an object"));
        assert!(message(r#"{"hunts": {"scam": {}}}"#).contains("`hunts.scam`: unknown"));
        assert!(message(r#"{"hunts": {"burst": {"minutes": 0}}}"#).contains("from 1 to 1440"));
        let off =
            Rule::from_json(r#"{"hunts": {"burst": null, "scan": {"ports": 9}, "host_beacon": false}}"#);
        let off = off.map(|rule| rule.hunts).unwrap_or_default();
        assert_eq!((off.burst, off.scan.map(|scan| scan.ports), off.host_beacon), (None, Some(9), false));
        assert!(message(r#"{"high_volume": 1, "high_volume": 2}"#).contains("`high_volume`: found twice"));
        assert!(
            message(r#"{"c2_ports": [80, 65536]}"#).contains("`c2_ports[1]`: found 65536, expected a whole")
        );
        for number in ["-1", "1.0", "1e3", "18446744073709551616", "true", "\"1\"", "null", "[]"] {
            assert!(
                message(&format!(r#"{{"high_volume": {number}}}"#)).contains("`high_volume`"),
                "{number}"
            );
        }
        assert!(message("[]").starts_with("rule: found [], expected an object"));
        assert!(message("{} x").contains("trailing"));
        let Err(error) = Rule::from_json("{\n  \"window\": 7}") else { panic!("a number is no window") };
        assert_eq!(error.position().map(|p| (p.line, p.byte)), Some((2, 14)));
    }

    #[test]
    fn lists_stand_in_the_document_line_by_line() {
        let document = r##"{"reference_sets": [{"name": "irc", "applies_to": "destination", "ports": [6667],
              "entries": ["203.0.113.5", "# a remark alone", "198.51.100.0/24 # the office", "", "*.Example.net"]}],
            "threat_lists": [{"name": "mine", "entries": ["", "203.0.113.9:443 # Pikabot"]}]}"##;
        let Ok(rule) = Rule::from_json(document) else { panic!("a good document") };
        let [set] = rule.reference_sets.as_slice() else { panic!("one set") };
        let lines: Vec<(u32, Option<&str>)> =
            set.entries.iter().map(|entry| (entry.line(), entry.remark())).collect();
        assert_eq!(lines, [(1, None), (3, Some("the office")), (5, None)]);
        let written = r##""entries":["203.0.113.5","","198.51.100.0/24 # the office","","*.example.net"]}],"threat_lists":[{"name":"mine","entries":["","203.0.113.9:443 # Pikabot"]}]"##;
        assert!(rule.to_json().contains(written), "{}", rule.to_json());
        assert_eq!(Rule::from_json(&rule.to_json()), Ok(rule));
    }

    #[test]
    fn the_lab_profile_is_as_specified() {
        let lab = r#"{"name": "T1584.005 lab", "gates": {"min_hours": 1, "min_connections_c2_port": 1},
            "excluded_destinations": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"],
            "hunts": {"dga": {"domains": 50}, "excluded": []}}"#;
        assert_eq!(Rule::profile("lab"), Rule::from_json(lab));
        assert_eq!(Rule::profile("default"), Ok(Rule::default()));
        let Err(error) = Rule::profile("Lab") else { panic!("no profile") };
        assert_eq!(error.to_string(), "found profile \"Lab\", expected default or lab");
        let lab = Rule::profile("lab").unwrap_or_default();
        assert_eq!((lab.min_connections_on(6667), lab.min_connections_on(443)), (1, 20));
    }

    #[test]
    fn an_address_is_a_network_of_one() {
        let rule = Rule::from_json(r#"{"excluded_destinations": ["192.0.2.7", "2001:db8::7"]}"#);
        let networks = rule.map(|rule| rule.excluded_destinations.iter().map(ToString::to_string).collect());
        assert_eq!(networks, Ok(vec!["192.0.2.7/32".to_owned(), "2001:db8::7/128".to_owned()]));
    }
}
