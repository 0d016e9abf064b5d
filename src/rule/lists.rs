//! The named lists of a rule: reference sets, which take pairs out, and threat lists, which mark them.

use std::fmt;
use std::sync::Arc;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::entry::Entry;
use super::list::{self, Kind, ListLines};
use crate::error::Error;

/// A named list of addresses, networks and host names whose pairs are no findings: the equivalent of
/// QRadar's `REFERENCESETCONTAINS`.
///
/// ```
/// use beaconlens::{AppliesTo, ReferenceSet};
///
/// let set = ReferenceSet::from_list("scanners", "10.1.2.3  # Nessus\n10.1.3.0/24\n", None)?
///     .with_applies_to(AppliesTo::Source);
/// assert_eq!(set.entries.len(), 2);
/// assert_eq!(set.entries[0].remark(), Some("Nessus"));
/// # Ok::<(), beaconlens::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferenceSet {
    /// What reports call it; no two sets of a rule share a name.
    pub name: String,
    /// The end of a pair that is looked up. Default either.
    #[serde(default)]
    pub applies_to: AppliesTo,
    /// The destination ports it is about. Default none, which is all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<u16>,
    /// What is in it. Default nothing.
    #[serde(default, deserialize_with = "reference_entries")]
    pub entries: Entries,
}

/// The end of a pair that a reference set is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppliesTo {
    /// Who calls.
    Source,
    /// Who is called.
    Destination,
    /// One of the two.
    #[default]
    Either,
}

impl ReferenceSet {
    /// The set of a list's text: an entry a line, remarks behind `#`; or a table, of which the column is
    /// read that is named or numbered (`#2`), else the first that says it holds addresses, or does.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Rule`](crate::ErrorKind::Rule) at the first line that is none of these.
    pub fn from_list(name: &str, text: &str, column: Option<&str>) -> Result<Self, Error> {
        let (entries, _) = list::read(name, text, column, Kind::ReferenceSet)?;
        // Nobody asks where in a file an exception stood: so a document shows them without gaps.
        let entries: Vec<Entry> = (1..).zip(entries).map(|(line, entry)| entry.at_line(line)).collect();
        let (applies_to, ports) = (AppliesTo::default(), Vec::new());
        Ok(ReferenceSet { name: name.to_owned(), applies_to, ports, entries: Entries(entries.into()) })
    }

    /// The same, about that end of a pair.
    #[must_use]
    pub fn with_applies_to(self, applies_to: AppliesTo) -> Self {
        ReferenceSet { applies_to, ..self }
    }

    /// The same, about these destination ports.
    #[must_use]
    pub fn with_ports(self, ports: &[u16]) -> Self {
        ReferenceSet { ports: ports.to_vec(), ..self }
    }
}

/// A named list of known command-and-control endpoints: addresses, networks and host names, each with a port
/// or for all. A pair whose destination is in it is shown even if it fails the gates that count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThreatList {
    /// What reports call it; no two lists of a rule share a name.
    pub name: String,
    /// What is in it, by the lines of the published list. Default nothing.
    #[serde(default, deserialize_with = "threat_entries")]
    pub entries: Entries,
}

impl ThreatList {
    /// The list of a published text: Feodo Tracker's `ipblocklist.csv` as it is, or any list that
    /// [`ReferenceSet::from_list`] reads, also with ports. Lines that are no endpoint, such as paths of
    /// URLs, are left out; the second value tells how many.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Rule`](crate::ErrorKind::Rule) if no line is one.
    ///
    /// ```
    /// let text = "# C2\n203.0.113.9:443\nbad.example.com\n/gate.php\n";
    /// let (list, lines) = beaconlens::ThreatList::from_list("mine", text, None)?;
    /// assert_eq!(list.entries[0].line(), 2);
    /// assert_eq!((list.entries.len(), lines.left_out), (2, 1));
    /// # Ok::<(), beaconlens::Error>(())
    /// ```
    pub fn from_list(name: &str, text: &str, column: Option<&str>) -> Result<(Self, ListLines), Error> {
        let (entries, lines) = list::read(name, text, column, Kind::ThreatList)?;
        Ok((ThreatList { name: name.to_owned(), entries: Entries(entries.into()) }, lines))
    }
}

/// The entries of a list. Cheap to clone.
///
/// In a document it is the list line by line: empty lines, and lines of only a remark, count as lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entries(Arc<[Entry]>);

impl std::ops::Deref for Entries {
    type Target = [Entry];

    fn deref(&self) -> &[Entry] {
        &self.0
    }
}

impl Default for Entries {
    fn default() -> Self {
        Entries(Arc::new([]))
    }
}

impl Serialize for Entries {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut lines = serializer.serialize_seq(None)?;
        let mut next = 1;
        for entry in self.iter() {
            for _ in next..entry.line() {
                lines.serialize_element("")?;
            }
            lines.serialize_element(&entry.to_string())?;
            next = entry.line() + 1;
        }
        lines.end()
    }
}

fn reference_entries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Entries, D::Error> {
    deserializer.deserialize_seq(Lines(Kind::ReferenceSet))
}

fn threat_entries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Entries, D::Error> {
    deserializer.deserialize_seq(Lines(Kind::ThreatList))
}

/// Reads `entries`.
#[derive(Clone, Copy)]
struct Lines(Kind);

impl<'de> Visitor<'de> for Lines {
    type Value = Entries;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of texts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut lines: A) -> Result<Entries, A::Error> {
        let mut entries = Vec::new();
        for number in 1.. {
            let Some(entry) = lines.next_element_seed(LineSeed { kind: self.0, number })? else { break };
            entries.extend(entry);
        }
        Ok(Entries(entries.into()))
    }
}

struct LineSeed {
    kind: Kind,
    number: u32,
}

impl<'de> serde::de::DeserializeSeed<'de> for LineSeed {
    type Value = Option<Entry>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Entry>, D::Error> {
        let text = String::deserialize(deserializer)?;
        self.kind
            .entry(&text, self.number)
            .map_err(|()| D::Error::custom(format!("found {text:?}, expected {}", self.kind.expected())))
    }
}
