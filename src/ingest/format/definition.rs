//! What a format is.

use crate::ingest::diagnostics::Reason;
use crate::ingest::fields::Fields;
use crate::ingest::record_kind::RecordKind;
use crate::ingest::refusal::Refusal;
use crate::ingest::roles::{Role, split_words};
use crate::text::value::time_format::TimeUnit;

/// Finds the fields of a row.
pub(in crate::ingest) type ExtractFields = for<'a> fn(&'a [u8], &mut Fields<'a>) -> Result<(), Reason>;

/// A format.
#[derive(Debug)]
pub(in crate::ingest) struct Format {
    /// What reports call it.
    pub name: &'static str,
    /// What its rows look like, and how it is recognised.
    pub signature: Signature,
    /// Its own names of columns and fields, best first, as `role=name`, with names in the form of
    /// [`plain_name`](crate::ingest::roles::plain_name). The common names of a role come after these.
    pub names: &'static str,
    /// What a row describes, by the first rule that applies.
    pub rules: &'static [RowRule],
    /// What a row describes if no rule applies.
    pub otherwise: RecordKind,
    /// The unit of durations. None if the format has no durations of connections.
    pub duration: Option<TimeUnit>,
    /// Whether the time is that of the end; the start is the duration before.
    pub time_is_end: bool,
    /// Whether `03/07/2017` is the third of July.
    pub day_first: bool,
    /// What a user should know about how the format is read.
    pub notes: &'static [&'static str],
}

/// What a row describes if the text of a role is one of these words, in upper or lower case. `*` stands for any value,
/// an empty list for no value, and `!` comes before words that the text must not be.
pub(in crate::ingest) type RowRule = (Role, &'static str, RecordKind);

impl Format {
    /// The defaults of all formats.
    pub(super) const PLAIN: Format = Format {
        name: "",
        signature: Signature::Header(""),
        names: "",
        rules: &[],
        otherwise: RecordKind::Flow,
        duration: Some(TimeUnit::Seconds),
        time_is_end: false,
        day_first: false,
        notes: &[],
    };

    /// Whether every row is a flow.
    pub fn is_plain(&self) -> bool {
        self.rules.is_empty() && self.otherwise == RecordKind::Flow
    }

    /// What a row describes.
    #[inline(never)]
    pub fn record_kind(&self, fields: &Fields<'_>) -> RecordKind {
        let applies = |(role, words, _): &&RowRule| match words.as_bytes() {
            b"*" => fields.has(*role),
            [] => !fields.has(*role),
            [b'!', ..] => fields.has(*role) && !fields.is(*role, words.get(1..).unwrap_or_default()),
            _ => fields.is(*role, words),
        };
        self.rules.iter().find(applies).map_or(self.otherwise, |(_, _, kind)| *kind)
    }

    /// Its own names.
    #[inline(never)]
    pub fn names(&self) -> Vec<(Role, &'static str)> {
        let named = |pair: &&'static str| {
            let (role, name) = pair.split_once('=')?;
            Some((Role::from_name(role)?, name))
        };
        split_words(self.names).iter().filter_map(named).collect()
    }
}

/// What the rows of a format look like, and how it is recognised by the first bytes of a source.
#[derive(Debug)]
pub(in crate::ingest) enum Signature {
    /// Delimited text, whose header has all columns of one of these sets (`a b|c d`).
    Header(&'static str),
    /// Without a header: columns have known positions.
    Positional {
        /// The minimum and maximum number of fields of the first row.
        fields: [usize; 2],
        /// What some fields of the first row must be: one of these words, `#` a number, `/` a date with slashes.
        checks: &'static [(usize, &'static str)],
        separators: &'static [u8],
        rows: PositionalRows,
        /// The positions of the columns.
        positions: &'static [(Role, usize)],
    },
    /// Lines under a header with this mark. `separator` finds what separates their fields, if the bytes are of this
    /// format; an error says that the source holds other records of the product.
    Lines { mark: &'static str, separator: fn(&[u8]) -> Option<Result<u8, Refusal>> },
    /// JSON objects. One of the first has all fields of one of these sets.
    Json(&'static str),
    /// `key=value`, if the first line has these words.
    KeyValue(&'static str),
    /// Lines that the format parses itself. `detect` returns the length of the header, if the bytes are of this format.
    Custom { detect: fn(&[u8]) -> Option<usize>, extract: ExtractFields },
}

/// How rows without a header are split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ingest) enum PositionalRows {
    /// As CSV, with quotes.
    Table,
    /// Lines, at each separator.
    Lines,
    /// Strings in a JSON document that have at least this many commas, at each separator.
    JsonStrings(usize),
}
