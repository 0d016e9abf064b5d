//! The named lists of a rule: reference sets, which suppress pairs, and threat lists, which mark them.

use std::sync::Arc;

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::list_entry::ListEntry;
use super::list_text::{self, ListKind, SkippedLines};
use crate::model::error::Error;
use crate::text::json::{FromJson, JsonNode};

/// A named list of addresses, networks and host names whose pairs are suppressed: the equivalent of QRadar's
/// `REFERENCESETCONTAINS`.
///
/// ```
/// use beaconlens::{AppliesTo, ReferenceSet};
///
/// let set = ReferenceSet::from_list("scanners", "10.1.2.3  # Nessus\n10.1.3.0/24\n", None)?
///     .with_applies_to(AppliesTo::Source);
/// assert_eq!(set.entries().len(), 2);
/// assert_eq!(set.entries()[0].comment(), Some("Nessus"));
/// # Ok::<(), beaconlens::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ReferenceSet {
    name: String,
    applies_to: AppliesTo,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ports: Vec<u16>,
    entries: ListEntries,
}

/// Which end of a pair a reference set is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AppliesTo {
    /// The source.
    Source,
    /// The destination.
    Destination,
    /// The source or the destination.
    #[default]
    Either,
}

impl ReferenceSet {
    /// Reads a set from the text of a list: one entry per line, with comments after `#`; or a table. In a table
    /// the column is read that is named or numbered (`#2`), else the first whose name says that it has
    /// addresses or host names, else the first that has one in its first row.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Rule`](crate::ErrorKind::Rule) at the first line with another content.
    pub fn from_list(name: &str, text: &str, column: Option<&str>) -> Result<Self, Error> {
        let (entries, _) = list_text::read(name, text, column, ListKind::ReferenceSet)?;
        // Reports do not name the lines of a reference set, so its document is written without gaps.
        let entries = (1..).zip(entries).map(|(line, entry)| entry.with_line(line)).collect();
        Ok(ReferenceSet { name: name.to_owned(), entries: ListEntries(entries), ..ReferenceSet::default() })
    }

    /// The name in reports. No two sets of a rule have the same.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The end of a pair that is looked up. Default either.
    pub fn applies_to(&self) -> AppliesTo {
        self.applies_to
    }

    /// The destination ports that the set is about. Default none, which is all ports.
    pub fn ports(&self) -> &[u16] {
        &self.ports
    }

    /// The entries.
    pub fn entries(&self) -> &ListEntries {
        &self.entries
    }

    /// Sets the [name](ReferenceSet::name). It is checked when the set becomes part of a rule.
    #[must_use]
    pub fn with_name(self, name: impl Into<String>) -> Self {
        ReferenceSet { name: name.into(), ..self }
    }

    /// Sets the [end of a pair](ReferenceSet::applies_to) that is looked up.
    #[must_use]
    pub fn with_applies_to(self, applies_to: AppliesTo) -> Self {
        ReferenceSet { applies_to, ..self }
    }

    /// Sets the [destination ports](ReferenceSet::ports).
    #[must_use]
    pub fn with_ports(self, ports: impl Into<Vec<u16>>) -> Self {
        ReferenceSet { ports: ports.into(), ..self }
    }
}

/// A named list of known command-and-control endpoints: addresses, networks and host names, each on one port
/// or on all. A pair whose destination is listed is shown even if it fails the gates that count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ThreatList {
    name: String,
    entries: ListEntries,
}

impl ThreatList {
    /// Reads a list from its published text: Feodo Tracker's `ipblocklist.csv` as it is, or any list that
    /// [`ReferenceSet::from_list`] reads, also with ports. Lines without an endpoint, such as paths of URLs,
    /// are skipped; the second value counts them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Rule`](crate::ErrorKind::Rule) if no line has an endpoint.
    ///
    /// ```
    /// let text = "# C2\n203.0.113.9:443\nbad.example.com\n/gate.php\n";
    /// let (list, skipped) = beaconlens::ThreatList::from_list("mine", text, None)?;
    /// assert_eq!(list.entries()[0].line(), 2);
    /// assert_eq!((list.entries().len(), skipped.lines), (2, 1));
    /// # Ok::<(), beaconlens::Error>(())
    /// ```
    pub fn from_list(name: &str, text: &str, column: Option<&str>) -> Result<(Self, SkippedLines), Error> {
        let (entries, skipped) = list_text::read(name, text, column, ListKind::ThreatList)?;
        Ok((ThreatList { name: name.to_owned(), entries: ListEntries(entries.into()) }, skipped))
    }

    /// The name in reports. No two lists of a rule have the same.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The entries, with their lines in the published list.
    pub fn entries(&self) -> &ListEntries {
        &self.entries
    }

    /// Sets the [name](ThreatList::name). It is checked when the list becomes part of a rule.
    #[must_use]
    pub fn with_name(self, name: impl Into<String>) -> Self {
        ThreatList { name: name.into(), ..self }
    }
}

/// The entries of a list. Cheap to clone.
///
/// A document has the list line by line: empty lines and comments count as lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntries(Arc<[ListEntry]>);

impl std::ops::Deref for ListEntries {
    type Target = [ListEntry];

    fn deref(&self) -> &[ListEntry] {
        &self.0
    }
}

impl Default for ListEntries {
    fn default() -> Self {
        ListEntries(Arc::new([]))
    }
}

impl Serialize for ListEntries {
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

impl FromJson for ReferenceSet {
    fn from_json(node: JsonNode<'_>) -> Result<Self, Error> {
        let (mut set, mut fields) = (ReferenceSet::default(), node.object()?);
        set.name = fields.required("name")?;
        fields.read("applies_to", &mut set.applies_to)?;
        fields.read("ports", &mut set.ports)?;
        fields.with("entries", |node| set.entries.read(node, ListKind::ReferenceSet))?;
        fields.finish()?;
        Ok(set)
    }
}

impl FromJson for ThreatList {
    fn from_json(node: JsonNode<'_>) -> Result<Self, Error> {
        let (mut list, mut fields) = (ThreatList::default(), node.object()?);
        list.name = fields.required("name")?;
        fields.with("entries", |node| list.entries.read(node, ListKind::ThreatList))?;
        fields.finish()?;
        Ok(list)
    }
}

impl FromJson for AppliesTo {
    fn from_json(node: JsonNode<'_>) -> Result<Self, Error> {
        node.text("source, destination or either", |text| match text {
            "source" => Some(AppliesTo::Source),
            "destination" => Some(AppliesTo::Destination),
            "either" => Some(AppliesTo::Either),
            _ => None,
        })
    }
}

impl ListEntries {
    /// Reads the lines of a list.
    fn read(&mut self, node: JsonNode<'_>, kind: ListKind) -> Result<(), Error> {
        let entries = node.list(|position, line| {
            line.text(kind.expected(), |text| kind.entry(text, position as u32 + 1).ok())
        })?;
        self.0 = entries.into_iter().flatten().collect();
        Ok(())
    }
}
