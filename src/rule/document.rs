//! Rules read from their documents (JSON).

use super::check::{HINT, check};
use super::definition::Rule;
use super::lists::{ReferenceSet, ThreatList};
use super::networks;
use crate::model::error::{Error, ErrorKind};
use crate::model::time::Timestamp;
use crate::text::json::{FromJson, JsonDocument, JsonNode};
use crate::text::value::time::TIMESTAMP_EXPECTED;

/// Reads rule documents one after the other. Lists that are written as in the document before are taken over
/// from it, since to read a large list takes as long as an evaluation.
///
/// ```
/// use beaconlens::{Rule, rule::RuleReader};
///
/// let (mut rules, document) = (RuleReader::default(), r#"{"window": "7d"}"#);
/// assert_eq!(rules.read(document)?, Rule::from_json(document)?);
/// # Ok::<(), beaconlens::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct RuleReader {
    reference_sets: LastRead<ReferenceSet>,
    threat_lists: LastRead<ThreatList>,
}

/// The lists that were read last, and their text.
#[derive(Debug)]
struct LastRead<T> {
    json: String,
    lists: Vec<T>,
}

impl<T> Default for LastRead<T> {
    fn default() -> Self {
        LastRead { json: String::new(), lists: Vec::new() }
    }
}

impl<T: FromJson + Clone> LastRead<T> {
    fn read(&mut self, node: JsonNode<'_>, into: &mut Vec<T>) -> Result<(), Error> {
        if self.json != node.json() {
            self.lists = Vec::from_json(node)?;
            node.json().clone_into(&mut self.json);
        }
        into.clone_from(&self.lists);
        Ok(())
    }
}

impl RuleReader {
    /// Reads a rule document.
    ///
    /// # Errors
    ///
    /// As [`Rule::from_json`].
    pub fn read(&mut self, text: &str) -> Result<Rule, Error> {
        let document = JsonDocument { text, name: "rule", kind: ErrorKind::Rule, hint: Some(HINT) };
        let rule = self.fields(document.root()?)?;
        check(&rule).map_err(|error| document.located(error))?;
        Ok(rule)
    }

    fn fields(&mut self, node: JsonNode<'_>) -> Result<Rule, Error> {
        let (mut rule, mut fields) = (Rule::default(), node.object()?);
        fields.read("name", &mut rule.name)?;
        fields.read("window", &mut rule.window)?;
        fields.read("end", &mut rule.end)?;
        fields.read("utc_offset_minutes", &mut rule.utc_offset_minutes)?;
        fields.read("gates", &mut rule.gates)?;
        fields.with("excluded_destinations", |node| {
            rule.excluded_destinations = networks::read(node)?;
            Ok(())
        })?;
        fields.read("c2_ports", &mut rule.c2_ports)?;
        fields.read("high_volume", &mut rule.high_volume)?;
        fields.with("reference_sets", |node| self.reference_sets.read(node, &mut rule.reference_sets))?;
        fields.with("threat_lists", |node| self.threat_lists.read(node, &mut rule.threat_lists))?;
        fields.read("hunts", &mut rule.hunts)?;
        fields.read("priority", &mut rule.priority)?;
        fields.finish()?;
        Ok(rule)
    }
}

impl Rule {
    /// Reads a rule document (JSON).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Rule`] for text that is not JSON, an unknown field, or a value that a field cannot
    /// take. The error has the [field](Error::field) and its [position](Error::position).
    pub fn from_json(text: &str) -> Result<Self, Error> {
        RuleReader::default().read(text)
    }
}

impl FromJson for Timestamp {
    fn from_json(node: JsonNode<'_>) -> Result<Self, Error> {
        node.text(TIMESTAMP_EXPECTED, |text| text.parse().ok())
    }
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
    fn a_document_has_lists_line_by_line() {
        let document = r##"{"reference_sets": [{"name": "irc", "applies_to": "destination", "ports": [6667],
              "entries": ["203.0.113.5", "# a comment alone", "198.51.100.0/24 # the office", "", "*.Example.net"]}],
            "threat_lists": [{"name": "mine", "entries": ["", "203.0.113.9:443 # Pikabot"]}]}"##;
        let Ok(rule) = Rule::from_json(document) else { panic!("a good document") };
        let [set] = rule.reference_sets.as_slice() else { panic!("one set") };
        let lines: Vec<(u32, Option<&str>)> =
            set.entries().iter().map(|entry| (entry.line(), entry.comment())).collect();
        assert_eq!(lines, [(1, None), (3, Some("the office")), (5, None)]);
        let written = r##""entries":["203.0.113.5","","198.51.100.0/24 # the office","","*.example.net"]}],"threat_lists":[{"name":"mine","entries":["","203.0.113.9:443 # Pikabot"]}]"##;
        assert!(rule.to_json().contains(written), "{}", rule.to_json());
        assert_eq!(Rule::from_json(&rule.to_json()), Ok(rule));
    }

    #[test]
    fn an_address_is_a_network_of_one() {
        let rule = Rule::from_json(r#"{"excluded_destinations": ["192.0.2.7", "2001:db8::7"]}"#);
        let networks = rule.map(|rule| rule.excluded_destinations.iter().map(ToString::to_string).collect());
        assert_eq!(networks, Ok(vec!["192.0.2.7/32".to_owned(), "2001:db8::7/128".to_owned()]));
    }
}
