//! The named lists of a rule: reference sets, which take pairs out, and threat lists, which mark them.

use std::sync::Arc;

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::document::Part;
use super::entry::Entry;
use super::list::{self, Kind, LeftOut};
use crate::model::error::Error;

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReferenceSet {
    /// What reports call it; no two sets of a rule share a name.
    pub name: String,
    /// The end of a pair that is looked up. Default either.
    pub applies_to: AppliesTo,
    /// The destination ports it is about. Default none, which is all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<u16>,
    /// What is in it. Default nothing.
    pub entries: Entries,
}

/// The end of a pair that a reference set is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ThreatList {
    /// What reports call it; no two lists of a rule share a name.
    pub name: String,
    /// What is in it, by the lines of the published list. Default nothing.
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
    /// let (list, left_out) = beaconlens::ThreatList::from_list("mine", text, None)?;
    /// assert_eq!(list.entries[0].line(), 2);
    /// assert_eq!((list.entries.len(), left_out.lines), (2, 1));
    /// # Ok::<(), beaconlens::Error>(())
    /// ```
    pub fn from_list(name: &str, text: &str, column: Option<&str>) -> Result<(Self, LeftOut), Error> {
        let (entries, left_out) = list::read(name, text, column, Kind::ThreatList)?;
        Ok((ThreatList { name: name.to_owned(), entries: Entries(entries.into()) }, left_out))
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

pub(super) fn read_sets(part: &Part<'_>) -> Result<Vec<ReferenceSet>, Error> {
    let mut sets: Vec<ReferenceSet> = Vec::new();
    part.items(&mut |_, part| {
        let mut set = ReferenceSet {
            name: String::new(),
            applies_to: AppliesTo::default(),
            ports: Vec::new(),
            entries: Entries::default(),
        };
        part.fields(&["name", "applies_to", "ports", "entries"], &mut |name, part| {
            match name {
                "name" => set.name = list_name(&part, &mut sets.iter().map(|set| &*set.name))?,
                "applies_to" => set.applies_to = part.text("source, destination or either", applies_to)?,
                "ports" => set.ports = part.ports()?,
                _ => set.entries = entries(&part, Kind::ReferenceSet)?,
            }
            Ok(())
        })?;
        check_named(&part, &set.name)?;
        sets.push(set);
        Ok(())
    })?;
    Ok(sets)
}

pub(super) fn read_threats(part: &Part<'_>) -> Result<Vec<ThreatList>, Error> {
    let mut lists: Vec<ThreatList> = Vec::new();
    part.items(&mut |_, part| {
        let mut list = ThreatList { name: String::new(), entries: Entries::default() };
        part.fields(&["name", "entries"], &mut |name, part| {
            match name {
                "name" => list.name = list_name(&part, &mut lists.iter().map(|list| &*list.name))?,
                _ => list.entries = entries(&part, Kind::ThreatList)?,
            }
            Ok(())
        })?;
        check_named(&part, &list.name)?;
        lists.push(list);
        Ok(())
    })?;
    Ok(lists)
}

/// Names tell lists apart, and go into reports and queries.
fn list_name(part: &Part<'_>, before: &mut dyn Iterator<Item = &str>) -> Result<String, Error> {
    let expected = "a name of 1 to 100 characters, none of them a control character";
    let name = part.text(expected, |text| {
        let sound =
            !text.trim().is_empty() && text.chars().count() <= 100 && !text.chars().any(char::is_control);
        sound.then(|| text.to_owned())
    })?;
    for other in before {
        if other == name {
            return Err(part.expected("a name that no other list has"));
        }
    }
    Ok(name)
}

fn check_named(part: &Part<'_>, name: &str) -> Result<(), Error> {
    if name.is_empty() { Err(part.error("missing field `name`")) } else { Ok(()) }
}

fn applies_to(text: &str) -> Option<AppliesTo> {
    match text {
        "source" => Some(AppliesTo::Source),
        "destination" => Some(AppliesTo::Destination),
        "either" => Some(AppliesTo::Either),
        _ => None,
    }
}

/// The lines of a list.
fn entries(part: &Part<'_>, kind: Kind) -> Result<Entries, Error> {
    let mut entries = Vec::new();
    part.items(&mut |position, part| {
        let entry = part.text(kind.expected(), |text| kind.entry(text, position as u32 + 1))?;
        entries.extend(entry);
        Ok(())
    })?;
    Ok(Entries(entries.into()))
}
