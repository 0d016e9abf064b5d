//! Captures made by code: frames by etherparse, containers by hand.

#![allow(dead_code, missing_docs)]

pub mod log;

use beaconlens_capture::{CaptureFormat, Converter};
use etherparse::{PacketBuilder, TcpHeader};

pub const CLIENT: [u8; 4] = [10, 0, 0, 5];
pub const SERVER: [u8; 4] = [203, 0, 113, 9];
pub const RESOLVER: [u8; 4] = [10, 0, 0, 1];

/// 2026-03-02T10:00:00.123456Z
pub const START: i64 = 1_772_445_600_123_456;
pub const SECOND: i64 = 1_000_000;

/// A frame and when it was captured, in microseconds.
pub type Frame = (i64, Vec<u8>);

/// An end of a connection.
pub type End = ([u8; 4], u16);

pub fn tcp(from: End, to: End, flags: &str, sequence: u32, payload: &[u8]) -> Vec<u8> {
    let mut header = TcpHeader::new(from.1, to.1, sequence, 65_000);
    for flag in flags.chars() {
        match flag {
            'S' => header.syn = true,
            'A' => header.ack = true,
            'F' => header.fin = true,
            'R' => header.rst = true,
            _ => panic!("{flag}"),
        }
    }
    let builder = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(from.0, to.0, 64).tcp_header(header);
    let mut frame = Vec::new();
    builder.write(&mut frame, payload).unwrap();
    frame
}

pub fn udp(from: End, to: End, payload: &[u8]) -> Vec<u8> {
    let builder = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(from.0, to.0, 64).udp(from.1, to.1);
    let mut frame = Vec::new();
    builder.write(&mut frame, payload).unwrap();
    frame
}

/// A DNS query, or the response to it.
pub fn dns(id: u16, name: &str, answer: Option<u8>) -> Vec<u8> {
    let flags = answer.map_or(0x0100, |code| 0x8180 | u16::from(code));
    let mut bytes = [id.to_be_bytes(), flags.to_be_bytes(), [0, 1], [0; 2], [0; 2], [0; 2]].concat();
    for label in name.split('.') {
        bytes.push(label.len() as u8);
        bytes.extend_from_slice(label.as_bytes());
    }
    bytes.extend_from_slice(&[0, 0, 1, 0, 1]);
    bytes
}

/// A TLS ClientHello with a server name, and padding that takes it over one segment.
pub fn hello(name: &str) -> Vec<u8> {
    let long = |bytes: &[u8]| [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat();
    let sni = long(&[&[0][..], &long(name.as_bytes())].concat());
    let padding = long(&[0; 1500]);
    let extensions = long(&[&[0, 21][..], &padding, &[0, 0], &long(&sni)].concat());
    let body = [&[3, 3][..], &[7; 32], &[0], &long(&[0x13, 0x01]), &[1, 0], &extensions].concat();
    let handshake = [&[1, 0][..], &long(&body)].concat();
    [&[0x16, 3, 1][..], &long(&handshake)].concat()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Big,
    Little,
}

impl Order {
    pub fn u16(self, value: u16) -> [u8; 2] {
        if self == Order::Big { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    pub fn u32(self, value: u32) -> [u8; 4] {
        if self == Order::Big { value.to_be_bytes() } else { value.to_le_bytes() }
    }
}

/// A pcap file. With nanoseconds, each time has 789 of them, which are dropped.
pub fn pcap(order: Order, nanoseconds: bool, link: u32, frames: &[Frame]) -> Vec<u8> {
    let magic = if nanoseconds { 0xA1B2_3C4D } else { 0xA1B2_C3D4 };
    let mut out = order.u32(magic).to_vec();
    out.extend([order.u16(2), order.u16(4)].concat());
    out.extend([order.u32(0), order.u32(0), order.u32(262_144), order.u32(link)].concat());
    for (time, frame) in frames {
        let fraction = (time % SECOND) as u32;
        let fraction = if nanoseconds { fraction * 1000 + 789 } else { fraction };
        let length = order.u32(frame.len() as u32);
        out.extend([order.u32((time / SECOND) as u32), order.u32(fraction), length, length].concat());
        out.extend_from_slice(frame);
    }
    out
}

/// A block of a pcapng file.
pub fn block(order: Order, kind: u32, body: &[u8]) -> Vec<u8> {
    let mut body = body.to_vec();
    body.resize(body.len().next_multiple_of(4), 0);
    let length = order.u32(body.len() as u32 + 12);
    [&order.u32(kind)[..], &length, &body, &length].concat()
}

pub fn section(order: Order) -> Vec<u8> {
    let body = [&order.u32(0x1A2B_3C4D)[..], &order.u16(1), &order.u16(0), &[0xFF; 8]].concat();
    block(order, 0x0A0D_0D0A, &body)
}

/// An interface with a time resolution, as the option says it.
pub fn interface(order: Order, link: u16, resolution: Option<u8>) -> Vec<u8> {
    let mut body = [&order.u16(link)[..], &[0; 2], &order.u32(0)].concat();
    if let Some(resolution) = resolution {
        body.extend([order.u16(2), order.u16(3), *b"eth"[..2].first_chunk().unwrap(), [b'0', 0]].concat());
        body.extend([order.u16(9), order.u16(1), [resolution, 0], [0; 2], [0; 2], [0; 2]].concat());
    }
    block(order, 1, &body)
}

pub fn enhanced(order: Order, interface: u32, ticks: u64, frame: &[u8]) -> Vec<u8> {
    let length = order.u32(frame.len() as u32);
    let head =
        [order.u32(interface), order.u32((ticks >> 32) as u32), order.u32(ticks as u32), length, length];
    block(order, 6, &[&head.concat()[..], frame].concat())
}

/// All frames in one section with one interface, in nanoseconds; with a block of a type that is not read.
pub fn pcapng(order: Order, link: u16, frames: &[Frame]) -> Vec<u8> {
    let mut out =
        [section(order), interface(order, link, Some(9)), block(order, 4, b"names of hosts")].concat();
    for (time, frame) in frames {
        out.extend(enhanced(order, 0, *time as u64 * 1000 + 789, frame));
    }
    out
}

/// The rows of a file that is pushed in pieces of `piece` bytes.
pub fn rows_in(file: &[u8], piece: usize) -> String {
    let mut rows = Vec::new();
    let mut converter = Converter::new(CaptureFormat::detect(file).unwrap());
    for piece in file.chunks(piece) {
        converter.push(piece, &mut rows);
    }
    converter.finish(&mut rows);
    String::from_utf8(rows).unwrap()
}

pub fn rows(file: &[u8]) -> String {
    rows_in(file, usize::MAX)
}

/// A bit of everything that happens in an office network.
pub fn office() -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut at = |seconds: f64, frame: Vec<u8>| frames.push((START + (seconds * 1e6).round() as i64, frame));
    let (server, web) = ((SERVER, 443), (SERVER, 80));
    let client = |port| (CLIENT, port);
    // A TLS connection, from its lookup to its end; the ClientHello comes in two segments.
    let resolver = (RESOLVER, 53);
    at(0.0, udp(client(51_000), resolver, &dns(1, "c2.example.net", None)));
    at(0.02, udp(resolver, client(51_000), &dns(1, "c2.example.net", Some(0))));
    let hello = hello("c2.example.net");
    let (first, second) = hello.split_at(1400);
    at(0.1, tcp(client(50_001), server, "S", 999, b""));
    at(0.15, tcp(server, client(50_001), "SA", 4999, b""));
    at(0.151, tcp(client(50_001), server, "A", 1000, b""));
    at(0.152, tcp(client(50_001), server, "A", 1000, first));
    at(0.153, tcp(client(50_001), server, "A", 2400, second));
    at(0.2, tcp(server, client(50_001), "A", 5000, &[0x17; 900]));
    at(1.0, tcp(client(50_001), server, "FA", 2600, b""));
    at(1.05, tcp(server, client(50_001), "FA", 5900, b""));
    at(1.06, tcp(client(50_001), server, "A", 2601, b""));
    // No answer, although the SYN is sent again.
    for seconds in [2.0, 3.0, 5.0] {
        at(seconds, tcp(client(50_002), ([198, 51, 100, 7], 8080), "S", 77, b""));
    }
    // Refused; tried again with the same ports, which is another connection.
    for (seconds, sequence) in [(6.0, 10), (7.0, 20)] {
        at(seconds, tcp(client(50_003), (SERVER, 4444), "S", sequence, b""));
        at(seconds + 0.1, tcp((SERVER, 4444), client(50_003), "RA", 0, b""));
    }
    // Two requests to two hosts over one connection, which the server cuts off.
    at(8.0, tcp(client(50_004), web, "S", 0, b""));
    at(8.1, tcp(web, client(50_004), "SA", 0, b""));
    let first = b"GET /a HTTP/1.1\r\nHost: one.example\r\n\r\n";
    at(8.2, tcp(client(50_004), web, "A", 1, first));
    at(8.3, tcp(web, client(50_004), "A", 1, b"HTTP/1.1 200 OK\r\n\r\n"));
    for (seconds, host) in [(8.4, "one"), (8.5, "two")] {
        let request = format!("POST /b HTTP/1.1\r\nAccept: */*\r\nHost: {host}.example\r\n\r\n");
        at(seconds, tcp(client(50_004), web, "A", 40, request.as_bytes()));
    }
    at(9.0, tcp(web, client(50_004), "R", 20, b""));
    // Captured from its middle, the server first.
    at(10.0, tcp((SERVER, 8443), client(50_005), "A", 5, b"x"));
    at(10.5, tcp(client(50_005), (SERVER, 8443), "A", 5, b""));
    at(11.0, tcp(client(50_006), ([10, 0, 0, 6], 50_007), "A", 5, b"x"));
    // A name that does not exist, a query without a response, a response without a query.
    at(12.0, udp(client(51_001), resolver, &dns(2, "xkqzv.example.org", None)));
    at(12.1, udp(client(51_001), resolver, &dns(2, "xkqzv.example.org", None)));
    at(12.2, udp(resolver, client(51_001), &dns(2, "xkqzv.example.org", Some(3))));
    at(12.3, udp(client(51_001), resolver, &dns(3, "silence.example.org", None)));
    at(12.4, udp(resolver, client(51_002), &dns(4, "earlier.example.org", Some(2))));
    // The same ports again after less than a minute without packets, and after more.
    for seconds in [13.0, 60.0, 121.0] {
        at(seconds, udp(client(123), (SERVER, 123), &[0x23; 48]));
    }
    // What is not IP, a fragment, and frames in tags.
    at(122.0, [&[0xFF; 6][..], &[2; 6], &[0x08, 0x06], &[0; 28]].concat());
    let mut fragment = udp(client(5000), (SERVER, 5000), &[1; 64]);
    fragment[14 + 6] = 0x20; // more follow
    at(123.0, fragment.clone());
    fragment[14 + 7] = 9; // not the first fragment
    at(123.1, fragment);
    let inner = udp(client(5001), (SERVER, 5001), b"tagged");
    at(124.0, [&inner[..12], &[0x81, 0x00, 0x00, 0x07], &inner[12..]].concat());
    // ICMP, over both versions of IP.
    let echo = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(CLIENT, SERVER, 64).icmpv4_echo_request(1, 1);
    let answer = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(SERVER, CLIENT, 64).icmpv4_echo_reply(1, 1);
    let (mut asked, mut answered) = (Vec::new(), Vec::new());
    echo.write(&mut asked, &[0; 32]).unwrap();
    answer.write(&mut answered, &[0; 32]).unwrap();
    at(125.0, asked);
    at(125.1, answered);
    let (mut from, mut to) = ([0; 16], [0; 16]);
    (from[0], from[1], from[15]) = (0x20, 0x01, 1);
    (to[0], to[1], to[15]) = (0x20, 0x01, 2);
    let echo = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv6(from, to, 64).icmpv6_echo_request(1, 1);
    let mut asked = Vec::new();
    echo.write(&mut asked, &[0; 8]).unwrap();
    at(126.0, asked);
    frames
}
