//! The formats that are known: how each is recognised, and what its records mean.
//!
//! A format is one file here and one line of [`FORMATS`]. Whatever its rows look like, they become
//! [`Fields`], the texts of a row by role; from there on all formats are one.

mod argus;
mod asa;
mod aws;
mod azure;
mod capture;
mod cicflowmeter;
mod cloudflare;
mod defender;
mod elastic;
mod fortinet;
mod gcp;
mod generic;
mod nfdump;
mod nfstream;
mod paloalto;
mod pfirewall;
mod recognise;
mod splunk;
mod suricata;
mod sysmon;
mod tshark;
mod zeek;

use super::fields::Fields;
use super::layout::Refusal;
use super::record::Meaning;
use super::roles::{Role, split_words};
use super::rows::ReadRow;
use crate::text::value::time::TimeUnit;

pub(super) use generic::DELIMITED;
pub(super) use recognise::{Found, LOOK_AHEAD, find, of_header};

/// All formats; of those that recognise a source, the first one reads it.
const FORMATS: &[&Format] = &[
    &zeek::TSV,
    &zeek::JSON,
    &suricata::EVE,
    &argus::HEADER,
    &argus::HEADERLESS,
    &argus::SHORT,
    &nfdump::CSV,
    &nfdump::LINES,
    &nfdump::PIPE,
    &nfdump::JSON,
    &tshark::FIELDS,
    &nfstream::CSV,
    &cicflowmeter::CSV,
    &aws::LOG,
    &aws::DEFAULT,
    &aws::CLOUDWATCH,
    &aws::CSV,
    &azure::GROUPS,
    &azure::NETWORKS,
    &azure::CSV,
    &gcp::JSON,
    &cloudflare::SESSIONS,
    &cloudflare::GATEWAY,
    &cloudflare::SAMPLES,
    &paloalto::SYSLOG,
    &paloalto::CSV,
    &fortinet::LOG,
    &asa::SYSLOG,
    &pfirewall::LOG,
    &sysmon::JSON,
    &capture::PCAP,
    &capture::EVTX,
    &defender::CSV,
    &elastic::JSON,
    &elastic::CSV,
    &splunk::JSON,
    &splunk::CSV,
    // What fits anything comes last.
    &generic::JSON,
    &generic::DELIMITED,
];

/// What reports call the formats.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().map(|format| format.name)
}

/// A format.
#[derive(Debug)]
pub(super) struct Format {
    /// What reports call it.
    pub name: &'static str,
    /// What its rows are, and how it is recognised.
    pub shape: Shape,
    /// Its own names of columns and fields, best first, as `role=name` with names in the form that
    /// [`plain_name`](super::roles::plain_name) gives; the common names of a role count after these.
    pub names: &'static str,
    /// What a row is: the first rule that applies says it.
    pub rules: &'static [Rule],
    /// What a row is to which no rule applies.
    pub otherwise: Meaning,
    /// The unit of durations. None: it has none that tell how long a connection took.
    pub duration: Option<TimeUnit>,
    /// The time is when the flow ended; the duration tells when it began.
    pub time_is_end: bool,
    /// `03/07/2017` is the third of July.
    pub day_first: bool,
    /// What a person should know about how it is read.
    pub notes: &'static [&'static str],
}

/// What a row is if the text of a role is one of these words, in upper or lower case. `*` is any text that
/// stands for a value, an empty list that there is no such text; after `!` come the words that it is not.
pub(super) type Rule = (Role, &'static str, Meaning);

impl Format {
    /// What most formats have in common.
    const PLAIN: Format = Format {
        name: "",
        shape: Shape::Header(""),
        names: "",
        rules: &[],
        otherwise: Meaning::Flow,
        duration: Some(TimeUnit::Seconds),
        time_is_end: false,
        day_first: false,
        notes: &[],
    };

    /// Whether every row is a flow as it stands.
    pub fn is_plain(&self) -> bool {
        self.rules.is_empty() && self.otherwise == Meaning::Flow
    }

    /// What a row is.
    #[inline(never)]
    pub fn meaning(&self, fields: &Fields<'_>) -> Meaning {
        let applies = |(role, words, _): &&Rule| match words.as_bytes() {
            b"*" => fields.has(*role),
            [] => !fields.has(*role),
            [b'!', ..] => fields.has(*role) && !fields.is(*role, words.get(1..).unwrap_or_default()),
            _ => fields.is(*role, words),
        };
        self.rules.iter().find(applies).map_or(self.otherwise, |(_, _, meaning)| *meaning)
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

/// What the rows of a format are, and how it is recognised by the first bytes of a source.
#[derive(Debug)]
pub(super) enum Shape {
    /// Delimited, with a header in which all columns of one of these sets stand (`a b|c d`).
    Header(&'static str),
    /// Without a header.
    Places {
        /// The fewest and the most fields of the first row.
        fields: [usize; 2],
        /// What some of them are: one of these words, `#` a number, `/` a date with slashes.
        looks: &'static [(usize, &'static str)],
        separators: &'static [u8],
        cut: PlacesCut,
        /// The places of the columns.
        places: &'static [(Role, usize)],
    },
    /// Lines under a header that has this mark, and what separates their fields, if the bytes look like it;
    /// some then hold nothing that is read.
    Lines { mark: &'static str, separator: fn(&[u8]) -> Option<Result<u8, Refusal>> },
    /// JSON objects in which all fields of one of these sets stand (in any of the first ones).
    Json(&'static str),
    /// `key=value`, if the first line has these words.
    Pairs(&'static str),
    /// Lines that the format reads by itself, if the bytes look like it; with the length of the header.
    Own { looks: fn(&[u8]) -> Option<usize>, read: ReadRow },
}

/// How rows without a header are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlacesCut {
    /// As CSV, with quotes.
    Table,
    /// At each separator, line by line.
    Lines,
    /// At each separator, of each text in a JSON document that has at least so many.
    Texts(usize),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::roles::plain_name;

    #[test]
    fn names_are_plain_and_have_roles() {
        for format in FORMATS {
            assert_eq!(
                format.names().len(),
                format.names.split_ascii_whitespace().count(),
                "{}",
                format.name
            );
            for (_, name) in format.names() {
                assert_eq!(name, plain_name(name), "{}", format.name);
            }
            if let Shape::Header(sets) | Shape::Json(sets) = format.shape {
                for name in sets.split(['|', ' ']) {
                    assert_eq!(name, plain_name(name), "{}", format.name);
                }
            }
        }
    }
}
