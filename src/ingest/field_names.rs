//! Names of fields → roles, for rows that contain the names of their fields: JSON and key=value.

use std::borrow::Cow;

use super::field_path::{FieldPath, VisitFields};
use super::fields::Fields;
use super::format::definition::Format;
use super::options::{Column, DetectorOptions};
use super::roles::{ROLES, Role};
use super::source_report::ColumnReport;
use crate::text::value::clean::is_unset;

/// The known names of fields, and which of them occurred.
#[derive(Debug, Default)]
pub(super) struct FieldNameIndex {
    entries: Vec<Entry>,
    /// A hash table: the number of an entry plus one, or 0.
    slots: Vec<u16>,
    /// A bit set of the hashes of all prefixes of all names.
    prefixes: Vec<u64>,
}

/// Bits of [`FieldNameIndex::prefixes`], of which some thousands are set.
const PREFIX_BITS: u32 = 1 << 14;

#[derive(Debug)]
struct Entry {
    plain: Cow<'static, str>,
    role: Role,
    /// Preferred names of a role have lower ranks.
    rank: u8,
    /// How the name was written where it first occurred.
    first_spelling: Option<String>,
}

impl FieldNameIndex {
    /// The names of a format, those that the caller gives, and the common ones.
    #[inline(never)]
    pub fn of(format: &Format, options: &DetectorOptions) -> Self {
        let prefixes = vec![0; PREFIX_BITS as usize / 64];
        let mut names = FieldNameIndex { entries: Vec::new(), slots: Vec::new(), prefixes };
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
                if let Some(word) = names.prefixes.get_mut((path.hash() % PREFIX_BITS / 64) as usize) {
                    *word |= 1 << (path.hash() % 64);
                }
            }
            let free = (path.hash() as usize..)
                .map(|place| place & (names.slots.len() - 1))
                .find(|&place| names.slots.get(place) == Some(&0));
            if let Some(slot) = free.and_then(|place| names.slots.get_mut(place)) {
                *slot = at as u16 + 1;
            }
        }
        names
    }

    /// Adds a name. If it is already there, its role stays.
    fn add(&mut self, plain: Cow<'static, str>, role: Role) {
        if self.entries.iter().any(|entry| entry.plain == plain) {
            return;
        }
        let rank = self.entries.iter().filter(|entry| entry.role == role).count() as u8;
        self.entries.push(Entry { plain, role, rank, first_spelling: None });
    }

    /// The number of the name, if it is known.
    #[inline(always)]
    fn find(&self, path: &FieldPath) -> Option<usize> {
        let mut place = path.hash() as usize;
        loop {
            let slot = *self.slots.get(place & (self.slots.len() - 1))?;
            let at = (slot as usize).checked_sub(1)?;
            if self.entries.get(at)?.plain.as_bytes() == path.plain() {
                return Some(at);
            }
            place += 1;
        }
    }

    /// False only if no known field name starts with this path.
    pub fn may_continue(&self, path: &FieldPath) -> bool {
        let word = self.prefixes.get((path.hash() % PREFIX_BITS / 64) as usize).copied().unwrap_or(0);
        path.is_empty() || word >> (path.hash() % 64) & 1 == 1
    }

    /// The plain names of the fields that were met.
    pub fn met(&self) -> impl Iterator<Item = (Role, &str)> {
        let met = self.entries.iter().filter(|entry| entry.first_spelling.is_some());
        met.map(|entry| (entry.role, &*entry.plain))
    }

    /// The fields that occurred, for the report. They have no position.
    pub fn report(&self) -> Vec<ColumnReport> {
        let mut columns = Vec::new();
        for role in Role::ALL {
            for entry in self.entries.iter().filter(|entry| entry.role == role) {
                if let Some(column) = &entry.first_spelling {
                    columns.push(ColumnReport { role, column: column.clone(), position: 0 });
                }
            }
        }
        columns
    }
}

/// Collects the fields of a row. Of several names of a role, the preferred one counts.
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
        // A placeholder for "no value" must not replace a value under another name.
        let rank = if is_unset(text) { u8::MAX - 1 } else { entry.rank };
        if rank >= *best {
            return;
        }
        *best = rank;
        match escaped {
            true => self.fields.set_escaped(entry.role, text),
            false => self.fields.set(entry.role, text),
        }
        if entry.first_spelling.is_none() {
            entry.first_spelling = Some(String::from_utf8_lossy(written).into_owned());
        }
    }
}
