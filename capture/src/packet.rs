//! An IP packet → its endpoints, protocol, length and payload.

use std::net::IpAddr;

use crate::bytes::Cursor;
use crate::counts::NotUsed;

pub(crate) const ICMP: u8 = 1;
pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;
pub(crate) const ICMPV6: u8 = 58;

/// Flags of TCP (RFC 9293, 3.1).
pub(crate) const FIN: u8 = 1;
pub(crate) const SYN: u8 = 2;
pub(crate) const RST: u8 = 4;
pub(crate) const ACK: u8 = 16;

/// Consecutive extension headers that are read: more than any host sends.
const MAX_EXTENSIONS: usize = 16;

/// An address and a port; ICMP has types and codes instead of ports.
pub(crate) type Endpoint = (IpAddr, u16);

/// The parts of a packet that connections need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Packet<'a> {
    pub from: Endpoint,
    pub to: Endpoint,
    pub protocol: u8,
    /// Bytes of the IP packet with its header, as sent.
    pub length: u64,
    /// Flags of TCP; 0 for other protocols.
    pub flags: u8,
    pub sequence: u32,
    /// Payload bytes of TCP or UDP, as sent.
    pub payload_length: u64,
    /// The payload bytes that were captured.
    pub payload: &'a [u8],
}

/// The IP header.
struct Header<'a> {
    from: IpAddr,
    to: IpAddr,
    protocol: u8,
    length: u64,
    /// Bytes after the headers, as sent.
    rest_length: u64,
    rest: &'a [u8],
}

impl<'a> Packet<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Self, NotUsed> {
        let header = match bytes.first().map(|first| first >> 4) {
            Some(4) => ipv4(bytes)?,
            Some(6) => ipv6(bytes)?,
            Some(_) => return Err(NotUsed::Malformed),
            None => return Err(NotUsed::Cut),
        };
        let mut packet = Packet {
            from: (header.from, 0),
            to: (header.to, 0),
            protocol: header.protocol,
            length: header.length,
            flags: 0,
            sequence: 0,
            payload_length: 0,
            payload: b"",
        };
        let transport = match header.protocol {
            TCP => packet.tcp(&header),
            UDP => packet.udp(&header),
            ICMP | ICMPV6 => packet.icmp(&header),
            _ => Some(()),
        };
        let min_length = match header.protocol {
            TCP => 20,
            UDP => 8,
            _ => 4,
        };
        let short = if header.rest_length < min_length { NotUsed::Malformed } else { NotUsed::Cut };
        transport.map(|()| packet).ok_or(short)
    }

    fn tcp(&mut self, header: &Header<'a>) -> Option<()> {
        let mut rest = Cursor(header.rest);
        (self.from.1, self.to.1) = (rest.u16()?, rest.u16()?);
        self.sequence = rest.u32()?;
        rest.take(4)?;
        let offset = usize::from(rest.u8()? >> 4) * 4;
        self.flags = rest.u8()?;
        self.payload_length = header.rest_length.saturating_sub(offset as u64);
        self.payload = header.rest.get(offset.max(20)..).unwrap_or_default();
        Some(())
    }

    fn udp(&mut self, header: &Header<'a>) -> Option<()> {
        let mut rest = Cursor(header.rest);
        (self.from.1, self.to.1) = (rest.u16()?, rest.u16()?);
        rest.take(4)?;
        self.payload_length = header.rest_length.saturating_sub(8);
        self.payload = rest.0;
        Some(())
    }

    /// Type and code take the place of ports, so that a request and its reply are one connection, as in Zeek's
    /// conn.log.
    fn icmp(&mut self, header: &Header<'a>) -> Option<()> {
        let mut rest = Cursor(header.rest);
        let (kind, code) = (rest.u8()?, rest.u8()?);
        let answer = counterpart(header.protocol, kind).unwrap_or(code);
        (self.from.1, self.to.1) = (u16::from(kind), u16::from(answer));
        Some(())
    }
}

/// The ICMP type of the reply to a request, or of the request to a reply (RFC 792, 950, 1256; RFC 4443, 4861, 2710).
fn counterpart(protocol: u8, kind: u8) -> Option<u8> {
    let pairs: &[(u8, u8)] = match protocol {
        ICMP => &[(8, 0), (13, 14), (15, 16), (17, 18), (10, 9)],
        _ => &[(128, 129), (133, 134), (135, 136), (130, 131)],
    };
    pairs.iter().find_map(|&(asks, answers)| match kind {
        _ if kind == asks => Some(answers),
        _ if kind == answers => Some(asks),
        _ => None,
    })
}

/// RFC 791, 3.1.
fn ipv4(bytes: &[u8]) -> Result<Header<'_>, NotUsed> {
    let read = |mut rest: Cursor<'_>| {
        let first = rest.u8()?;
        rest.take(1)?;
        let total = rest.u16()?;
        rest.take(2)?;
        let fragment = rest.u16()?;
        rest.take(1)?;
        let protocol = rest.u8()?;
        rest.take(2)?;
        Some((usize::from(first & 15) * 4, total, fragment & 0x1FFF, protocol, rest.ipv4()?, rest.ipv4()?))
    };
    let (header, total, offset, protocol, from, to) = read(Cursor(bytes)).ok_or(NotUsed::Cut)?;
    // Segmentation offload: packets that the network card will split are captured without a length.
    let total = if total == 0 { bytes.len() } else { usize::from(total) };
    if header < 20 || total < header {
        return Err(NotUsed::Malformed);
    }
    if offset > 0 {
        return Err(NotUsed::Fragment);
    }
    let rest = bytes.get(header..total.min(bytes.len())).ok_or(NotUsed::Cut)?;
    Ok(Header { from, to, protocol, length: total as u64, rest_length: (total - header) as u64, rest })
}

/// RFC 8200, 3 and 4.
fn ipv6(bytes: &[u8]) -> Result<Header<'_>, NotUsed> {
    let read = |rest: &mut Cursor<'_>| {
        rest.take(4)?;
        let (length, next) = (rest.u16()?, rest.u8()?);
        rest.take(1)?;
        Some((usize::from(length), next, rest.ipv6()?, rest.ipv6()?))
    };
    let mut rest = Cursor(bytes);
    let (length, mut next, from, to) = read(&mut rest).ok_or(NotUsed::Cut)?;
    // Zero for a jumbogram (RFC 2675), or with segmentation offload as above.
    let mut left = if length == 0 { rest.0.len() } else { length };
    let length = (40 + left) as u64;
    rest.0 = rest.0.get(..left).unwrap_or(rest.0);
    for _ in 0..MAX_EXTENSIONS {
        let before = rest.0.len();
        match extension(next, &mut rest) {
            None => {
                let rest_length = left as u64;
                return Ok(Header { from, to, protocol: next, length, rest_length, rest: rest.0 });
            }
            Some(Ok(after)) => next = after,
            Some(Err(NotUsed::Cut)) if left <= before => return Err(NotUsed::Malformed),
            Some(Err(reason)) => return Err(reason),
        }
        left = left.saturating_sub(before - rest.0.len());
    }
    Err(NotUsed::Malformed)
}

/// Skips an extension header and returns the type of the next header; none if this is not an extension header.
fn extension(kind: u8, rest: &mut Cursor<'_>) -> Option<Result<u8, NotUsed>> {
    let pass = |rest: &mut Cursor<'_>, length: fn(u8) -> usize| {
        let next = rest.u8()?;
        let length = length(rest.u8()?);
        rest.take(length.checked_sub(2)?).map(|_| next)
    };
    let next = match kind {
        // Hop-by-hop options, routing, destination options; mobility, host identity, shim.
        0 | 43 | 60 | 135 | 139 | 140 => pass(rest, |count| (usize::from(count) + 1) * 8),
        // Authentication (RFC 4302) has another unit of length.
        51 => pass(rest, |count| (usize::from(count) + 2) * 4),
        44 => {
            let mut ahead = *rest;
            ahead.take(2);
            let offset = ahead.u16().unwrap_or(0) >> 3;
            if offset > 0 {
                return Some(Err(NotUsed::Fragment));
            }
            pass(rest, |_| 8)
        }
        _ => return None,
    };
    Some(next.ok_or(NotUsed::Cut))
}
