//! The fields of a row other than its flow: host name, DNS query and outcome, process.

use std::borrow::Cow;

use super::fields::Fields;
use super::roles::Role;
use crate::text::pieces::find;

/// The result of a DNS lookup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DnsOutcome {
    /// The name exists.
    Exists,
    /// The name does not exist.
    NoSuchName,
    /// Another result, such as a failure of the server.
    Other,
}

/// Host, query, outcome and process of a row, parsed on demand.
#[derive(Debug, Clone, Copy)]
pub(super) struct NameFields<'f, 'a>(pub &'f Fields<'a>);

impl<'a> NameFields<'_, 'a> {
    /// Whether the row has any of them, a quick check.
    #[inline(always)]
    pub fn any(self) -> bool {
        self.0.any_name()
    }

    /// The requested host: Host header, TLS server name, target of a CONNECT.
    pub fn host(self) -> Option<Cow<'a, [u8]>> {
        let connect = self.0.is(Role::Method, "CONNECT");
        self.0.value(if connect { Role::Target } else { Role::Host }).and_then(host_of)
    }

    /// The name that was looked up.
    pub fn query(self) -> Option<Cow<'a, [u8]>> {
        self.0.value(Role::Query)
    }

    /// The result of the lookup.
    pub fn outcome(self) -> Option<DnsOutcome> {
        self.0.value(Role::Answer).map(|text| dns_outcome(&text))
    }

    /// The process that opened or accepted the connection.
    pub fn process(self) -> Option<Cow<'a, [u8]>> {
        self.0.value(Role::Process)
    }
}

/// The host in `host`, `host:port`, `https://host/path`.
fn host_of(text: Cow<'_, [u8]>) -> Option<Cow<'_, [u8]>> {
    let mut host = &*text;
    if let Some(scheme) = find(host, b"://") {
        host = host.get(scheme + 3..)?;
    }
    if let Some(path) = find(host, b"/") {
        host = host.get(..path)?;
    }
    // A port follows the only colon, or the bracket of an IPv6 address.
    if let Some(colon) = find(host, b"]:").map(|at| at + 1).or_else(|| find(host, b":"))
        && find(host.get(colon + 1..)?, b":").is_none()
    {
        host = host.get(..colon)?;
    }
    if let [b'[', address @ .., b']'] = host {
        host = address;
    }
    match host.len() {
        0 => None,
        len if len == text.len() => Some(text),
        _ => Some(Cow::Owned(host.to_vec())),
    }
}

/// A response code by name, by number (RFC 1035, 4.1.1), or as Windows numbers it: 9003 is
/// DNS_ERROR_RCODE_NAME_ERROR.
fn dns_outcome(text: &[u8]) -> DnsOutcome {
    match text {
        b"0" | b"NOERROR" | b"NoError" => DnsOutcome::Exists,
        b"3" | b"NXDOMAIN" | b"NXDomain" | b"9003" => DnsOutcome::NoSuchName,
        _ => DnsOutcome::Other,
    }
}
