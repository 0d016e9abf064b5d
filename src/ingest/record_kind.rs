//! What a row describes.

use super::diagnostics::Reason;

/// What a row describes, by the rules of its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordKind {
    /// A flow that the source opened.
    Flow,
    /// A flow that the destination opened.
    Reversed,
    /// A flow that one of its ends opened; the record does not say which.
    UnknownDirection,
    /// The beginning of a session, of which more rows may follow.
    Begin,
    /// A continuation or the end of a session. Byte counts are those of the session so far (`total`), or those of this
    /// part.
    Part { total: bool, ends: bool },
    /// One direction of a connection. Its other direction and its continuations are further rows.
    OneWay(FlowDirection),
    /// The host name of a connection that is another record.
    Host,
    /// A DNS lookup.
    Dns,
    /// A note on the source, for its report.
    Note,
    /// Nothing of use.
    Skip(Reason),
}

/// Whose packets a one-way record covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FlowDirection {
    /// Those of the end that opened the connection, with the opening packet.
    Initiator,
    /// Those of the end that accepted it.
    Responder,
    /// The record does not say; its ports may.
    Unknown,
}

impl FlowDirection {
    /// The direction by the ports: a client's port is assigned by its system, a server's port is known to its
    /// clients. Two ports of the same kind say nothing.
    ///
    /// The limits are 1024 (system ports, RFC 6335) and 32768, where Linux begins to assign ports to clients
    /// (`ip_local_port_range`); RFC 6335 reserves 49152 and up for that.
    pub fn by_ports(source: u16, destination: u16) -> FlowDirection {
        let kind = |port: u16| u8::from(port >= 1024) + u8::from(port >= 32768);
        match kind(source).cmp(&kind(destination)) {
            std::cmp::Ordering::Less => FlowDirection::Responder,
            std::cmp::Ordering::Equal => FlowDirection::Unknown,
            std::cmp::Ordering::Greater => FlowDirection::Initiator,
        }
    }
}
