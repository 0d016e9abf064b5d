//! Why rows were not used: counts per reason, with examples.

use serde::Serialize;

/// Maximum number of examples per reason.
const MAX_EXAMPLES: usize = 5;

/// Maximum length of an example, in characters.
const MAX_EXAMPLE_CHARS: usize = 200;

/// Why a row was not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    TooShort,
    Time,
    Source,
    Destination,
    Port,
    Bytes,
    Header,
    TooLong,
    TooManyAddresses,
    Json,
    NotIp,
    OtherEvent,
    HostName,
    DnsQuery,
    SameSession,
    NoData,
    Trailer,
    DuplicateSource,
}

impl Reason {
    const ALL: [Reason; 18] = [
        Reason::TooShort,
        Reason::Time,
        Reason::Source,
        Reason::Destination,
        Reason::Port,
        Reason::Bytes,
        Reason::Header,
        Reason::TooLong,
        Reason::TooManyAddresses,
        Reason::Json,
        Reason::NotIp,
        Reason::OtherEvent,
        Reason::HostName,
        Reason::DnsQuery,
        Reason::SameSession,
        Reason::NoData,
        Reason::Trailer,
        Reason::DuplicateSource,
    ];

    fn code(self) -> &'static str {
        match self {
            Reason::TooShort => "too_short",
            Reason::Time => "bad_time",
            Reason::Source => "bad_source",
            Reason::Destination => "bad_destination",
            Reason::Port => "bad_port",
            Reason::Bytes => "bad_bytes",
            Reason::Header => "repeated_header",
            Reason::TooLong => "too_long",
            Reason::TooManyAddresses => "too_many_addresses",
            Reason::Json => "bad_json",
            Reason::NotIp => "not_ip",
            Reason::OtherEvent => "other_event",
            Reason::HostName => "host_name",
            Reason::DnsQuery => "dns_query",
            Reason::SameSession => "same_session",
            Reason::NoData => "no_data",
            Reason::Trailer => "trailer",
            Reason::DuplicateSource => "duplicate_source",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Reason::TooShort => "the row ends before a column that is needed",
            Reason::Time => "the start time is not in a form that is read",
            Reason::Source => "the source is not an IP address",
            Reason::Destination => "the destination is not an IP address",
            Reason::Port => "the destination port is not a number from 0 to 65535",
            Reason::Bytes => "a byte count is not a number from 0 to 2^53 - 1",
            Reason::Header => "repeated header row",
            Reason::TooLong => "the row is longer than 1 MiB",
            Reason::TooManyAddresses => "the memory limit leaves no room for another IPv6 address",
            Reason::Json => "the row is not a JSON object",
            Reason::NotIp => "the row is of a protocol without IP addresses, such as ARP",
            Reason::OtherEvent => "the row describes neither a connection nor a host name",
            Reason::HostName => {
                "the row names the host of a connection: kept for the beacons by host name, no flow of its own"
            }
            Reason::DnsQuery => "the row is a DNS lookup: kept for the hunts, no flow",
            Reason::SameSession => "another row tells the same connection; both count once",
            Reason::NoData => "the row says that nothing was recorded",
            Reason::Trailer => "the row is a summary of the ones before",
            Reason::DuplicateSource => "the same bytes stand in an earlier source",
        }
    }
}

/// A reason why rows were not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The stable code of the reason.
    pub code: &'static str,
    /// The reason in words.
    pub reason: &'static str,
    /// How many rows.
    pub rows: u64,
    /// The first such rows, at most five.
    pub examples: Vec<Example>,
}

/// A row that was not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Example {
    /// Name of its source.
    pub source: String,
    /// Its line, from 1.
    pub line: u64,
    /// Its first byte, from 0 at the start of the source.
    pub byte: u64,
    /// The row, at most 200 characters of it.
    pub text: String,
}

/// Counts and examples of all sources of a detector.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    counts: [u64; Reason::ALL.len()],
    examples: [Vec<Example>; Reason::ALL.len()],
}

impl Diagnostics {
    /// Counts a row. `example` returns name of the source, line, byte and text; it is called only for stored examples.
    #[inline(never)]
    pub fn count<'a>(&mut self, reason: Reason, example: impl FnOnce() -> (&'a str, u64, u64, &'a [u8])) {
        let at = reason as usize;
        if let Some(count) = self.counts.get_mut(at) {
            *count += 1;
        }
        if let Some(examples) = self.examples.get_mut(at)
            && examples.len() < MAX_EXAMPLES
        {
            let (source, line, byte, text) = example();
            examples.push(Example { source: source.to_owned(), line, byte, text: shown(text) });
        }
    }

    /// The reasons that occurred, for the report.
    pub fn report(&self) -> Vec<Diagnostic> {
        let all = Reason::ALL.into_iter().zip(self.counts).zip(&self.examples);
        all.filter(|((_, count), _)| *count > 0)
            .map(|((reason, rows), examples)| Diagnostic {
                code: reason.code(),
                reason: reason.text(),
                rows,
                examples: examples.clone(),
            })
            .collect()
    }
}

pub(super) fn shown(text: &[u8]) -> String {
    let text = text.get(..text.len().min(MAX_EXAMPLE_CHARS * 4)).unwrap_or_default();
    let text = String::from_utf8_lossy(text.trim_ascii_end());
    text.chars().take(MAX_EXAMPLE_CHARS).collect()
}
