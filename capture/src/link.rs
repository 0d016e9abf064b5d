//! Frames → the IP packets in them, by link type.
//!
//! Link types: <https://www.tcpdump.org/linktypes.html>. Protocols within a frame: IEEE 802 EtherTypes.

use crate::bytes::Cursor;
use crate::counts::NotUsed;

const IPV4: u16 = 0x0800;
const ARP: u16 = 0x0806;
const IPV6: u16 = 0x86DD;
const PPPOE_SESSION: u16 = 0x8864;

/// Consecutive tags that are read: more than any network uses.
const MAX_TAGS: usize = 4;

/// The IP packet in a frame.
pub(crate) fn ip_of(link: u32, frame: &[u8]) -> Result<&[u8], NotUsed> {
    let mut rest = Cursor(frame);
    match link {
        // Ethernet: two addresses, then the type.
        1 => rest.take(12).and_then(|_| rest.u16()).map_or(Err(NotUsed::Cut), |kind| by_type(kind, rest)),
        // Loopback: the address family, as the capturing machine numbers and orders it. IPv4 is 2, IPv6 is 10, 24,
        // 28 or 30.
        0 | 108 => match rest.array() {
            Some([2, 0, 0, 0] | [0, 0, 0, 2]) => Ok(rest.0),
            Some([10 | 24 | 28 | 30, 0, 0, 0] | [0, 0, 0, 10 | 24 | 28 | 30]) => Ok(rest.0),
            Some(_) => Err(NotUsed::NotIp),
            None => Err(NotUsed::Cut),
        },
        // Raw IP, by old and new numbers.
        12 | 14 | 101 | 228 | 229 => Ok(frame),
        // Linux "any" interface: the type is at the end of a header of 16 bytes, or at the start of one of 20.
        113 => rest.take(14).and_then(|_| rest.u16()).map_or(Err(NotUsed::Cut), |kind| by_type(kind, rest)),
        276 => {
            let kind = rest.u16().filter(|_| rest.take(18).is_some());
            kind.map_or(Err(NotUsed::Cut), |kind| by_type(kind, rest))
        }
        _ => Err(NotUsed::Link),
    }
}

fn by_type(kind: u16, rest: Cursor<'_>) -> Result<&[u8], NotUsed> {
    let (mut kind, mut rest) = (kind, rest);
    for _ in 0..MAX_TAGS {
        match kind {
            IPV4 | IPV6 => return Ok(rest.0),
            ARP => return Err(NotUsed::Arp),
            // VLAN tags: IEEE 802.1Q, 802.1ad and its predecessor.
            0x8100 | 0x88A8 | 0x9100 => {
                kind = rest.take(2).and_then(|_| rest.u16()).ok_or(NotUsed::Cut)?;
            }
            // RFC 2516 and RFC 1661: six bytes, then the protocol.
            PPPOE_SESSION => {
                kind = match rest.take(6).and_then(|_| rest.u16()).ok_or(NotUsed::Cut)? {
                    0x0021 => IPV4,
                    0x0057 => IPV6,
                    _ => return Err(NotUsed::NotIp),
                };
            }
            _ => return Err(NotUsed::NotIp),
        }
    }
    Err(NotUsed::NotIp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_link_finds_its_packet() {
        let with = |head: &[u8]| [head, b"IP"].concat();
        let mac = [0x11; 12];
        let sll2 = [&[0x08, 0x00][..], &[0; 18]].concat();
        let frames = [
            (1, [&mac[..], &[0x08, 0x00]].concat()),
            (1, [&mac[..], &[0x81, 0x00, 0, 7, 0x86, 0xDD]].concat()),
            (1, [&mac[..], &[0x88, 0xA8, 0, 1, 0x81, 0x00, 0, 2, 0x08, 0x00]].concat()),
            (1, [&mac[..], &[0x88, 0x64, 0x11, 0, 0, 1, 0, 4, 0x00, 0x21]].concat()),
            (0, vec![2, 0, 0, 0]),
            (0, vec![0, 0, 0, 30]),
            (108, vec![0, 0, 0, 2]),
            (101, vec![]),
            (113, [&[0; 14][..], &[0x08, 0x00]].concat()),
            (276, sll2),
        ];
        for (link, head) in frames {
            assert_eq!(ip_of(link, &with(&head)), Ok(&b"IP"[..]), "{link} {head:?}");
            for cut in 0..head.len() {
                assert!(ip_of(link, &head[..cut]).is_err(), "{link} {head:?} {cut}");
            }
        }
    }

    #[test]
    fn frames_without_ip_are_counted_by_reason() {
        let frame = |kind: [u8; 2]| [&[0; 12][..], &kind, &[0; 4]].concat();
        assert_eq!(ip_of(1, &frame([0x08, 0x06])), Err(NotUsed::Arp));
        assert_eq!(ip_of(1, &frame([0x88, 0xCC])), Err(NotUsed::NotIp));
        // A length instead of a type: IEEE 802.3.
        assert_eq!(ip_of(1, &frame([0x00, 0x26])), Err(NotUsed::NotIp));
        assert_eq!(ip_of(105, &frame([0x08, 0x00])), Err(NotUsed::Link));
        let tags = [0x81, 0x00, 0, 1].repeat(100);
        assert_eq!(ip_of(1, &[&[0; 12][..], &tags].concat()), Err(NotUsed::NotIp));
    }
}
