//! What identifies a connection.

use std::fmt::Display;

use crate::packet::{Endpoint, ICMP, ICMPV6, Packet, TCP, UDP};
use crate::rows::Row;

/// The endpoints and protocol that the packets of a connection share. The lower endpoint is first, so that both
/// directions have the same key; an end is identified by its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ConnectionKey {
    ends: [Endpoint; 2],
    pub protocol: u8,
}

impl ConnectionKey {
    /// The key of a packet, and the index of its sender.
    pub fn of(packet: &Packet<'_>) -> (ConnectionKey, usize) {
        let (ends, sender) = match packet.from <= packet.to {
            true => ([packet.from, packet.to], 0),
            false => ([packet.to, packet.from], 1),
        };
        (ConnectionKey { ends, protocol: packet.protocol }, sender)
    }

    /// The end with this index, then the other one.
    fn ends_from(&self, index: usize) -> (Endpoint, Endpoint) {
        let [low, high] = self.ends;
        if index == 0 { (low, high) } else { (high, low) }
    }
}

/// Writes protocol, source and destination; the source is the end with index `initiator`.
pub(crate) fn write_endpoints(row: &mut Row<'_>, key: &ConnectionKey, initiator: usize) {
    let ((source, source_port), (destination, port)) = key.ends_from(initiator);
    let name: &dyn Display = match key.protocol {
        TCP => &"tcp",
        UDP => &"udp",
        ICMP | ICMPV6 => &"icmp",
        _ => &key.protocol,
    };
    row.text("protocol", name)
        .text("source", source)
        .number("source_port", source_port)
        .text("destination", destination)
        .number("port", port);
}
