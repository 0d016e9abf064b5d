//! The list of all formats.

use super::definition::{Format, Signature};
use super::generic::DELIMITED;
use super::{
    argus, asa, aws, azure, capture, cicflowmeter, cloudflare, defender, elastic, fortinet, gcp, generic,
    nfdump, nfstream, paloalto, pfirewall, splunk, suricata, sysmon, tshark, zeek,
};
use crate::text::pieces;

/// All formats; of those that recognise a source, the first one reads it.
pub(in crate::ingest) const FORMATS: &[&Format] = &[
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

/// The format of a header.
pub(in crate::ingest) fn of_header(plain: &[String]) -> &'static Format {
    let fits = |format: &&&Format| matches!(format.signature, Signature::Header(sets) if any_of(sets, plain));
    FORMATS.iter().find(fits).copied().unwrap_or(&DELIMITED)
}

/// Whether all names of one of the sets are there.
#[inline(never)]
pub(in crate::ingest) fn any_of(sets: &str, names: &[String]) -> bool {
    let there = |name| names.iter().any(|n| n.as_bytes() == name);
    pieces::cut(sets.as_bytes(), b'|').iter().any(|set| pieces::words(set, b" ").into_iter().all(there))
}

/// What reports call the formats.
#[cfg(test)]
pub(in crate::ingest) fn names() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().map(|format| format.name)
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
            if let Signature::Header(sets) | Signature::Json(sets) = format.signature {
                for name in sets.split(['|', ' ']) {
                    assert_eq!(name, plain_name(name), "{}", format.name);
                }
            }
        }
    }
}
