//! One entry of a list: an address, a network or a host name, perhaps with a port and a comment.

use std::fmt;
use std::net::SocketAddr;

use ipnet::IpNet;

use super::networks;

/// One entry of a reference set or a threat list.
///
/// Its text form is a line of such a list: `203.0.113.5`, `198.51.100.0/24`, `example.com` (that name
/// only), `*.example.com` (its subdomains, not the name itself); in threat lists also with a port:
/// `203.0.113.5:443`, `[2001:db8::5]:443` or `example.com:443`. A comment may follow after ` #`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntry {
    line: u32,
    port: Option<u16>,
    subject: Subject,
    comment: Option<Box<str>>,
}

/// What an entry names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Addresses, as a canonical network.
    Network(IpNet),
    /// A host name in lower case; its subdomains, if it begins with a dot.
    Host(Box<str>),
}

impl ListEntry {
    /// The line of the list that has this entry, from 1; in a document, the position in `entries`.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// The port that the entry is about; none: every port.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The comment of the list, such as the name of the malware.
    pub fn comment(&self) -> Option<&str> {
        self.comment.as_deref()
    }

    pub(crate) fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The text of the entry without its comment.
    pub(crate) fn without_comment(&self) -> String {
        let subject = match &self.subject {
            Subject::Network(net) if net.prefix_len() == net.max_prefix_len() => match self.port {
                Some(port) => return SocketAddr::new(net.addr(), port).to_string(),
                None => net.addr().to_string(),
            },
            Subject::Network(net) => net.to_string(),
            Subject::Host(name) if name.starts_with('.') => format!("*{name}"),
            Subject::Host(name) => (**name).to_owned(),
        };
        match self.port {
            Some(port) => format!("{subject}:{port}"),
            None => subject,
        }
    }

    /// An entry from its text without a comment.
    pub(super) fn parse(text: &str, line: u32) -> Option<ListEntry> {
        let on_every_port = |subject| ListEntry { line, port: None, subject, comment: None };
        if let Some(network) = network(text) {
            return Some(on_every_port(network));
        }
        // What is before the port is not empty, and has no colon unless it is in brackets.
        let split = text.rsplit_once(':').and_then(|(end, port)| Some((end, port_number(port)?)));
        match split {
            Some((end, port)) if !end.contains('/') => {
                let subject = network(end).filter(|_| !end.contains(':') || end.starts_with('['));
                Some(ListEntry { port: Some(port), ..on_every_port(subject.or_else(|| host(end))?) })
            }
            _ => host(text).map(on_every_port),
        }
    }

    pub(super) fn with_port(self, port: Option<u16>) -> ListEntry {
        ListEntry { port: port.or(self.port), ..self }
    }

    pub(super) fn with_comment(self, comment: &str) -> ListEntry {
        let comment = comment.trim();
        ListEntry { comment: (!comment.is_empty()).then(|| comment.into()), ..self }
    }

    pub(super) fn with_line(self, line: u32) -> ListEntry {
        ListEntry { line, ..self }
    }
}

impl fmt::Display for ListEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.without_comment())?;
        match &self.comment {
            Some(comment) => write!(f, " # {comment}"),
            None => Ok(()),
        }
    }
}

fn network(text: &str) -> Option<Subject> {
    let inside = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    networks::parse(inside).map(|network| Subject::Network(networks::canonical(&network)))
}

fn port_number(text: &str) -> Option<u16> {
    // `parse` takes a sign, too.
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// A host name as in DNS (RFC 1035, with the underscores of RFC 2782). It has at least two labels, so that a
/// single word is refused, and the last label is not all digits, so that a mistyped address is refused.
fn host(text: &str) -> Option<Subject> {
    let (subdomains, name) = text.strip_prefix('*').map_or((false, text), |rest| (true, rest));
    let name = if subdomains { name.strip_prefix('.')? } else { name };
    let name = name.strip_suffix('.').unwrap_or(name);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let labels = name.split('.').count();
    let last = name.rsplit('.').next()?;
    let is_valid = name.len() <= 253
        && name.split('.').all(label)
        && (labels > 1 || subdomains)
        && !last.bytes().all(|byte| byte.is_ascii_digit());
    let dot = if subdomains { "." } else { "" };
    is_valid.then(|| Subject::Host((dot.to_owned() + &name.to_ascii_lowercase()).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read_and_written() {
        for (text, written) in [
            ("203.0.113.5", "203.0.113.5"),
            ("203.0.113.5/32", "203.0.113.5"),
            ("198.51.100.7/24", "198.51.100.0/24"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
            ("::ffff:198.51.100.0/120", "198.51.100.0/24"),
            ("2001:DB8::5", "2001:db8::5"),
            ("[2001:db8::5]", "2001:db8::5"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("203.0.113.5:443", "203.0.113.5:443"),
            ("[2001:db8::5]:443", "[2001:db8::5]:443"),
            ("2604:a880:1:20::264:4001", "2604:a880:1:20::264:4001"),
            ("Example.COM", "example.com"),
            ("example.com.", "example.com"),
            ("*.Example.com", "*.example.com"),
            ("*.com", "*.com"),
            ("_sip._tcp.example.com:5060", "_sip._tcp.example.com:5060"),
            ("3com.com", "3com.com"),
        ] {
            let entry = ListEntry::parse(text, 1);
            assert_eq!(entry.as_ref().map(ToString::to_string).as_deref(), Some(written), "{text}");
            assert_eq!(ListEntry::parse(written, 1), entry, "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_entries() {
        let long = "a.".repeat(130);
        for text in [
            "",
            "*",
            "*.",
            "*example.com",
            "a*.example.com",
            ".example.com",
            "localhost",
            "10.0.0",
            "10.0.0.256",
            "10.0.0.0/33",
            "10.0.0.0/8:443",
            "10.0.0.5:65536",
            "10.0.0.5:+80",
            "10.0.0.5:",
            ":443",
            "[2001:db8::5",
            "[2001:db8::5]:x",
            "example..com",
            "exa mple.com",
            "example.com/path",
            "http://example.com",
            "bücher.example",
            "0.95",
            long.as_str(),
        ] {
            assert_eq!(ListEntry::parse(text, 1), None, "{text}");
        }
    }
}
