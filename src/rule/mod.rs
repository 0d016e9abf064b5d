//! Everything tunable, as one value: the rule. It is applied at evaluation, never at ingest.

pub(crate) mod networks;
mod window;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};
use crate::priority::Priority;
use crate::time;
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    /// A name for people. Default `T1584.005`.
    pub name: String,
    /// The span that is evaluated. Default 24 hours.
    pub window: Window,
    /// The end of the window (inclusive), in UTC microseconds since 1970; RFC 3339 in the document.
    /// Default none: the latest flow start in the data.
    #[serde(with = "time::rfc3339_option")]
    pub end: Option<i64>,
    /// Minutes east of UTC of the calendar hours, -1439 to 1439. Default 0.
    pub utc_offset_minutes: i32,
    /// The conditions on a pair's connections.
    pub gates: Gates,
    /// Networks whose addresses are not destinations of interest. Default: private, loopback and
    /// link-local networks.
    #[serde(deserialize_with = "networks::deserialize")]
    pub excluded_destinations: Vec<IpNet>,
    /// Destination ports that give a beaconing score of 3. Default: IRC, SOCKS, 4444.
    pub c2_ports: Vec<u16>,
    /// More connections than this give a beaconing score of 2. Default 200.
    pub high_volume: u64,
    /// Reference sets: none can be given in this version.
    pub reference_sets: [(); 0],
    /// Threat lists: none can be given in this version.
    pub threat_lists: [(); 0],
    /// Hunts: nothing can be tuned in this version.
    pub hunts: NothingYet,
    /// The priority's thresholds.
    pub priority: Priority,
}

/// The conditions on a pair's connections in the window: the query's `HAVING`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gates {
    /// At least this many connections. Default 20.
    pub min_connections: u64,
    /// Connections in at least this many distinct calendar hours. Default 3.
    pub min_hours: u64,
}

/// A part of the rule document that has no fields in this version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NothingYet {}

impl Default for Gates {
    fn default() -> Self {
        Gates { min_connections: 20, min_hours: 3 }
    }
}

impl Default for Rule {
    fn default() -> Self {
        Rule {
            name: "T1584.005".to_owned(),
            window: Window::default(),
            end: None,
            utc_offset_minutes: 0,
            gates: Gates::default(),
            excluded_destinations: PRIVATE_NETWORKS.iter().filter_map(|text| text.parse().ok()).collect(),
            c2_ports: C2_PORTS.to_vec(),
            high_volume: 200,
            reference_sets: [],
            threat_lists: [],
            hunts: NothingYet {},
            priority: Priority::default(),
        }
    }
}

impl Rule {
    /// Reads a rule document (JSON).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Rule`] for text that is not JSON, an unknown field, or a value that a field cannot
    /// take; the message names the field.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let mut json = serde_json::Deserializer::from_str(text);
        let rule: Rule = serde_path_to_error::deserialize(&mut json)
            .map_err(|error| malformed(text, &error.path().to_string(), error.inner()))?;
        json.end().map_err(|error| malformed(text, ".", &error))?;
        rule.checked()
    }

    /// The rule as a document (JSON), with every field.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn checked(self) -> Result<Self, Error> {
        if self.utc_offset_minutes.abs() >= 24 * 60 {
            return Err(invalid(format!(
                "rule, field `utc_offset_minutes`: found {}, expected -1439 to 1439",
                self.utc_offset_minutes
            )));
        }
        Ok(self)
    }
}

/// What the JSON reader says, in the words of the document: field, no Rust types, position apart.
fn malformed(text: &str, field: &str, error: &serde_json::Error) -> Error {
    let place = if field == "." { "rule".to_owned() } else { format!("rule, field `{field}`") };
    let mut problem = error.to_string();
    if let Some(at) = problem.rfind(" at line ") {
        problem.truncate(at);
    }
    for (type_name, words) in [
        ("expected u64", "expected a whole number from 0"),
        ("expected u16", "expected a whole number from 0 to 65535"),
        ("expected i32", "expected a whole number"),
        ("expected a sequence", "expected a list"),
        ("expected an empty array", "expected an empty list: this version has none"),
    ] {
        problem = problem.replace(type_name, words);
    }
    let lines_before: usize =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let byte = lines_before + error.column().saturating_sub(1);
    invalid(format!("{place}: {problem}")).at(error.line() as u64, byte as u64)
}

fn invalid(message: String) -> Error {
    const HINT: &str = "every field is optional, and `{}` is the default rule; print it to start from";
    Error::new(ErrorKind::Rule, message).with_hint(HINT)
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
        assert!(message(r#"{"gate": {}}"#).contains("`gate`"));
        let found = message(r#"{"gates": {"min_hours": "x"}}"#);
        assert_eq!(
            found,
            "rule, field `gates.min_hours`: invalid type: string \"x\", expected a whole number from 0"
        );
        let found = message(r#"{"excluded_destinations": ["10.0.0.0/8", "10.0.0.0/99"]}"#);
        assert!(found.contains("10.0.0.0/99") && found.contains("excluded_destinations[1]"), "{found}");
        assert!(message(r#"{"window": "24"}"#).contains("\"24\""));
        assert!(message(r#"{"end": "yesterday"}"#).contains("yesterday"));
        assert!(message(r#"{"utc_offset_minutes": 1440}"#).contains("1440"));
        assert!(message(r#"{"reference_sets": [{}]}"#).contains("reference_sets"));
        assert!(message(r#"{"hunts": {"scan": 1}}"#).contains("hunts"));
        assert!(message("{} x").contains("trailing"));
        let Err(error) = Rule::from_json("{\n  \"window\": 7}") else { panic!("a number is no window") };
        assert_eq!(error.position().map(|p| (p.line, p.byte)), Some((2, 14)));
    }

    #[test]
    fn an_address_is_a_network_of_one() {
        let rule = Rule::from_json(r#"{"excluded_destinations": ["192.0.2.7", "2001:db8::7"]}"#);
        let networks = rule.map(|rule| rule.excluded_destinations.iter().map(ToString::to_string).collect());
        assert_eq!(networks, Ok(vec!["192.0.2.7/32".to_owned(), "2001:db8::7/128".to_owned()]));
    }
}
