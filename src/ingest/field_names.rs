//! FieldNameIndex of fields → roles, for rows that bring their names along: JSON and key=value.

use std::borrow::Cow;

use super::fields::Fields;
use super::format::definition::Format;
use super::options::{Column, DetectorOptions};
use super::roles::{ROLES, Role};
use super::source_report::ColumnReport;
use crate::text::value::clean::is_unset;

/// A longer name is none that is looked for.
const LONGEST: usize = 64;

/// Objects around the fields that are no part of their names: what exports wrap a record in (Elasticsearch,
/// Splunk, Google Cloud), and Windows events their data.
const WRAPPERS: &[&[u8]] = &[
    b"_source",
    b"fields",
    b"result",
    b"jsonPayload",
    b"connection",
    b"Event",
    b"System",
    b"EventData",
    b"winlog",
    b"event_data",
];

/// Whether an object of that name is no part of the names in it.
pub(super) fn is_wrapper(name: &[u8]) -> bool {
    WRAPPERS.contains(&name)
}

/// The names that are looked for, and which of them were met.
#[derive(Debug, Default)]
pub(super) struct FieldNameIndex {
    entries: Vec<Entry>,
    /// Number of an entry plus one, or 0, at the place its hash gives.
    slots: Vec<u16>,
    /// One bit for the hash of each beginning of each name.
    beginnings: Vec<u64>,
}

/// Bits of [`FieldNameIndex::beginnings`]: some thousand are set.
const BEGINNINGS: u32 = 1 << 14;

#[derive(Debug)]
struct Entry {
    plain: Cow<'static, str>,
    role: Role,
    /// The lower, the better.
    rank: u8,
    /// As it was written where it was met first.
    met: Option<String>,
}

/// A name on its way through nested objects: without case, blanks and punctuation, and hashed.
#[derive(Debug)]
pub(super) struct FieldPath {
    plain: [u8; LONGEST],
    at: Place,
}

/// Where a path ends, to go back to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    len: usize,
    hash: u32,
}

impl FieldPath {
    pub fn new() -> Self {
        // FNV-1a's offset basis, and its prime below.
        FieldPath { plain: [0; LONGEST], at: Place { len: 0, hash: 0x811C_9DC5 } }
    }

    pub fn place(&self) -> Place {
        self.at
    }

    pub fn go_back(&mut self, place: Place) {
        self.at = place;
    }

    /// Appends a name.
    #[inline(always)]
    pub fn push(&mut self, name: &[u8]) {
        let Place { mut len, mut hash } = self.at;
        for &byte in name {
            let byte = PLAIN.get(usize::from(byte)).copied().unwrap_or(0);
            if byte == 0 {
                continue;
            }
            if let Some(slot) = self.plain.get_mut(len) {
                *slot = byte;
            }
            len += 1;
            hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
        self.at = Place { len, hash };
    }

    /// Enters an object of that name.
    pub fn enter(&mut self, name: &[u8]) {
        if !is_wrapper(name) {
            self.push(name);
        }
    }

    /// The name; nothing that is looked for is as long as what does not fit.
    pub fn plain(&self) -> &[u8] {
        self.plain.get(..self.at.len).unwrap_or(b"?")
    }
}

/// Letters in lower case, digits as they are, anything else 0.
const PLAIN: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        if (byte as u8).is_ascii_alphanumeric() {
            table[byte] = (byte as u8).to_ascii_lowercase();
        }
        byte += 1;
    }
    table
};

impl FieldNameIndex {
    /// What a format and the caller look for.
    #[inline(never)]
    pub fn of(format: &Format, options: &DetectorOptions) -> Self {
        let beginnings = vec![0; BEGINNINGS as usize / 64];
        let mut names = FieldNameIndex { entries: Vec::new(), slots: Vec::new(), beginnings };
        for (role, column) in &options.columns {
            if let Column::Named { plain, .. } = column {
                names.add(Cow::Owned(plain.clone()), *role);
            }
        }
        for (role, plain) in format.names() {
            names.add(Cow::Borrowed(plain), role);
        }
        for role in Role::ALL {
            for plain in role.aliases() {
                names.add(Cow::Borrowed(plain), role);
            }
        }
        names.slots = vec![0; (names.entries.len() * 2).next_power_of_two()];
        for (at, entry) in names.entries.iter().enumerate() {
            let mut path = FieldPath::new();
            for byte in entry.plain.as_bytes() {
                path.push(&[*byte]);
                if let Some(word) = names.beginnings.get_mut((path.at.hash % BEGINNINGS / 64) as usize) {
                    *word |= 1 << (path.at.hash % 64);
                }
            }
            let free = (path.at.hash as usize..)
                .map(|place| place & (names.slots.len() - 1))
                .find(|&place| names.slots.get(place) == Some(&0));
            if let Some(slot) = free.and_then(|place| names.slots.get_mut(place)) {
                *slot = at as u16 + 1;
            }
        }
        names
    }

    /// A name that stands already has the role that was given to it first.
    fn add(&mut self, plain: Cow<'static, str>, role: Role) {
        if self.entries.iter().any(|entry| entry.plain == plain) {
            return;
        }
        let rank = self.entries.iter().filter(|entry| entry.role == role).count() as u8;
        self.entries.push(Entry { plain, role, rank, met: None });
    }

    /// The number of the name, if it is looked for.
    #[inline(always)]
    fn find(&self, path: &FieldPath) -> Option<usize> {
        let mut place = path.at.hash as usize;
        loop {
            let slot = *self.slots.get(place & (self.slots.len() - 1))?;
            let at = (slot as usize).checked_sub(1)?;
            if self.entries.get(at)?.plain.as_bytes() == path.plain() {
                return Some(at);
            }
            place += 1;
        }
    }

    /// Whether a longer name may be looked for; false only if none is.
    pub fn may_continue(&self, path: &FieldPath) -> bool {
        let word = self.beginnings.get((path.at.hash % BEGINNINGS / 64) as usize).copied().unwrap_or(0);
        path.at.len == 0 || word >> (path.at.hash % 64) & 1 == 1
    }

    /// The plain names of the fields that were met.
    pub fn met(&self) -> impl Iterator<Item = (Role, &str)> {
        let met = self.entries.iter().filter(|entry| entry.met.is_some());
        met.map(|entry| (entry.role, &*entry.plain))
    }

    /// The fields that were met, for the report. They have no position.
    pub fn report(&self) -> Vec<ColumnReport> {
        let mut columns = Vec::new();
        for role in Role::ALL {
            for entry in self.entries.iter().filter(|entry| entry.role == role) {
                if let Some(column) = &entry.met {
                    columns.push(ColumnReport { role, column: column.clone(), position: 0 });
                }
            }
        }
        columns
    }
}

/// The names that a row has shown so far: of several with one role, the best counts.
#[derive(Debug)]
pub(super) struct FieldCollector<'n, 'f, 'a> {
    names: &'n mut FieldNameIndex,
    fields: &'f mut Fields<'a>,
    ranks: [u8; ROLES],
}

impl<'n, 'f, 'a> FieldCollector<'n, 'f, 'a> {
    pub fn new(names: &'n mut FieldNameIndex, fields: &'f mut Fields<'a>) -> Self {
        FieldCollector { names, fields, ranks: [u8::MAX; ROLES] }
    }
}

impl<'a> VisitFields<'a> for FieldCollector<'_, '_, 'a> {
    fn may_continue(&self, path: &FieldPath) -> bool {
        self.names.may_continue(path)
    }

    fn value(&mut self, path: &FieldPath, written: &[u8], text: &'a [u8], escaped: bool) {
        let Some(entry) = self.names.find(path).and_then(|at| self.names.entries.get_mut(at)) else { return };
        let Some(best) = self.ranks.get_mut(entry.role as usize) else { return };
        // A value that stands for none must not hide one under another name.
        let rank = if is_unset(text) { u8::MAX - 1 } else { entry.rank };
        if rank >= *best {
            return;
        }
        *best = rank;
        match escaped {
            true => self.fields.set_escaped(entry.role, text),
            false => self.fields.set(entry.role, text),
        }
        if entry.met.is_none() {
            entry.met = Some(String::from_utf8_lossy(written).into_owned());
        }
    }
}

/// Who looks at the values of a JSON object.
pub(super) trait VisitFields<'a> {
    /// Whether an object or array of that name is looked into.
    fn may_continue(&self, path: &FieldPath) -> bool;
    /// A value: under which name, that name's last part as it is written, the text, and whether that is a
    /// JSON string with escapes.
    fn value(&mut self, path: &FieldPath, written: &[u8], text: &'a [u8], escaped: bool);
}

/// Collects the names.
impl<'a> VisitFields<'a> for Vec<String> {
    fn may_continue(&self, _: &FieldPath) -> bool {
        true
    }

    fn value(&mut self, path: &FieldPath, _: &[u8], _: &'a [u8], _: bool) {
        let plain = String::from_utf8_lossy(path.plain());
        if !self.iter().any(|name| *name == plain) {
            self.push(plain.into_owned());
        }
    }
}
