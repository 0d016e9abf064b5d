//! The formats that are known: how each is recognised, and what its records mean.
//!
//! A format is one file here and one line of [`FORMATS`]. Whatever its rows look like, they become
//! [`Fields`], the texts of a row by role; from there on all formats are one.

mod argus;
mod asa;
mod aws;
mod azure;
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
use super::roles::Role;
use super::rows::ReadRow;
use super::value::time::TimeUnit;

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
    &defender::CSV,
    &elastic::JSON,
    &elastic::CSV,
    &splunk::JSON,
    &splunk::CSV,
    // What fits anything comes last.
    &generic::JSON,
    &generic::DELIMITED,
];

/// A format.
#[derive(Debug)]
pub(super) struct Format {
    /// What reports call it.
    pub name: &'static str,
    /// What its rows are, and how it is recognised.
    pub shape: Shape,
    /// Its own names of columns and fields, best first, as [`plain_name`](super::roles::plain_name) gives
    /// them; the common names of a role count after these.
    pub names: &'static [(&'static str, Role)],
    /// What a row is, from its texts. None: a flow as it stands.
    pub meaning: Option<fn(&Fields<'_>) -> Meaning>,
    /// The unit of durations. None: it has none that tell how long a connection took.
    pub duration: Option<TimeUnit>,
    /// The time is when the flow ended; the duration tells when it began.
    pub time_is_end: bool,
    /// `03/07/2017` is the third of July.
    pub day_first: bool,
    /// What a person should know about how it is read.
    pub notes: &'static [&'static str],
}

impl Format {
    /// What most formats have in common.
    const PLAIN: Format = Format {
        name: "",
        shape: Shape::Header(&[&[]]),
        names: &[],
        meaning: None,
        duration: Some(TimeUnit::Seconds),
        time_is_end: false,
        day_first: false,
        notes: &[],
    };
}

/// What the rows of a format are, and how it is recognised by the first bytes of a source.
#[derive(Debug)]
pub(super) enum Shape {
    /// Delimited, with a header in which all columns of one of these sets stand.
    Header(&'static [&'static [&'static str]]),
    /// Delimited, without a header: the places of its columns, if the fields of the first row look like it.
    Places {
        looks: fn(&[&[u8]]) -> bool,
        separators: &'static [u8],
        cut: PlacesCut,
        places: &'static [(Role, usize)],
    },
    /// Lines under a header that has this mark, and what separates their fields, if the bytes look like it;
    /// some then hold nothing that is read.
    Lines { mark: &'static str, separator: fn(&[u8]) -> Option<Result<u8, Refusal>> },
    /// JSON objects in which all fields of one of these sets stand (in any of the first ones).
    Json(&'static [&'static [&'static str]]),
    /// `key=value`, if the bytes look like it.
    Pairs(fn(&[u8]) -> bool),
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
