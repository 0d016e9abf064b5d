//! IP addresses.

use std::net::{IpAddr, Ipv6Addr};

use wide::u8x16;

/// The IPv4 address at `start..end` in `block`, in its plain spelling. `None` for anything else, and for an address too
/// near to an end of the block; the exact parser decides then.
///
/// All bytes are checked at the same time, as bit masks. Then each octet is computed from the four bytes that end with
/// it.
#[inline(always)]
pub(crate) fn plain_dotted(block: &[u8], start: usize, end: usize) -> Option<u32> {
    const BEFORE: usize = 4;
    let window = block.get(start.wrapping_sub(BEFORE)..)?.first_chunk::<{ BEFORE + 16 }>()?;
    let (bytes, len) = (u8x16::new(*window.last_chunk::<16>()?), end.wrapping_sub(start));
    if !(7..=15).contains(&len) {
        return None;
    }
    let within = (1_u32 << len) - 1;
    let values = bytes ^ u8x16::splat(b'0');
    let digits = values.min(u8x16::splat(9)).simd_eq(values).to_bitmask() & within;
    let zeros = values.simd_eq(u8x16::splat(0)).to_bitmask();
    let dots = bytes.simd_eq(u8x16::splat(b'.')).to_bitmask() & within;
    // The first digit of each octet.
    let begins = dots << 1 | 1;
    let second = dots & dots.wrapping_sub(1);
    let last = second & second.wrapping_sub(1);
    let plain = digits | dots == within
        && last != 0
        && last & (last - 1) == 0
        // No octet is empty, has four digits, or begins with 0 and has more digits, as some programs read such
        // octets as octal.
        && dots & (begins | (within + 1) >> 1) == 0
        && digits & digits >> 1 & digits >> 2 & digits >> 3 == 0
        && zeros & begins & digits >> 1 == 0;
    if !plain {
        return None;
    }
    let (mut address, mut begin, mut all) = (0, 0, 0);
    for end in [dots.trailing_zeros(), second.trailing_zeros(), last.trailing_zeros(), len as u32] {
        let word = window.get(end as usize & 15..(end as usize & 15) + 4)?.first_chunk::<4>()?;
        let octet = last_digits(u32::from_le_bytes(*word), end - begin);
        all |= octet;
        address = address << 8 | octet;
        begin = end + 1;
    }
    (all <= 255).then_some(address)
}

/// The number of the last 1 to 3 bytes of a word of digits; the bytes before are shifted out.
#[inline(always)]
fn last_digits(word: u32, digits: u32) -> u32 {
    let shift = 32_u32.wrapping_sub(8 * digits);
    let word = (word & 0x0F0F_0F0F).wrapping_shr(shift).wrapping_shl(shift);
    (word >> 24) + (word >> 16 & 0xFF) * 10 + (word >> 8 & 0xFF) * 100
}

/// The IPv4 address of a text in its plain spelling.
fn dotted(text: &[u8]) -> Option<u32> {
    let (mut address, mut octet, mut dots, mut digits) = (0_u32, 0_u32, 0, 0);
    if text.len() > "255.255.255.255".len() {
        return None;
    }
    for &byte in text {
        if byte == b'.' {
            if digits == 0 {
                return None;
            }
            address = address << 8 | octet;
            (octet, digits) = (0, 0);
            dots += 1;
            continue;
        }
        let digit = u32::from(byte.wrapping_sub(b'0'));
        octet = octet * 10 + digit;
        // No octet of more than one digit begins with 0.
        if digit > 9 || octet > 255 || (digits == 1 && octet == digit) {
            return None;
        }
        digits += 1;
    }
    (dots == 3 && digits > 0).then_some(address << 8 | octet)
}

/// An address from a cleaned text: IPv4, IPv6, `[IPv6]`, IPv6 with a zone (which is dropped).
#[inline]
pub(crate) fn address(text: &[u8]) -> Option<IpAddr> {
    let inner = text.strip_prefix(b"[").and_then(|t| t.strip_suffix(b"]")).unwrap_or(text);
    match dotted(inner) {
        Some(bits) => Some(IpAddr::V4(bits.into())),
        None => v6(inner).map(IpAddr::V6),
    }
}

#[inline(never)]
fn v6(text: &[u8]) -> Option<Ipv6Addr> {
    let text = std::str::from_utf8(text).ok()?;
    let text = match text.split_once('%') {
        Some((address, zone)) if !zone.is_empty() && address.contains(':') => address,
        _ => text,
    };
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn plain_dotted_is_what_the_standard_library_reads() {
        for text in [
            "0.0.0.0",
            "255.255.255.255",
            "10.0.0.5",
            "1.2.3",
            "1.2.3.4.5",
            "256.1.1.1",
            "01.2.3.4",
            "1..2.3",
            ".1.2.3",
            "1.2.3.",
            "1.2.3.4 ",
            "1.2.3.a",
            "",
            "999999999999.1.1.1",
            "1.2.3.00",
            "1.2.3.0256",
            "0.10.100.01",
            "4294967297.1.1.1",
            "0.0.0.00",
        ] {
            let expected = text.parse::<Ipv4Addr>().ok().map(|a| a.to_bits());
            for (before, after) in [("1234,", ",0.0.0.0,0.0.0.0"), ("....", "................")] {
                let block = format!("{before}{text}{after}");
                let found = plain_dotted(block.as_bytes(), before.len(), before.len() + text.len());
                assert_eq!(found, expected, "{text}");
            }
            assert_eq!(dotted(text.as_bytes()), expected, "{text}");
            assert_eq!(address(text.as_bytes()), expected.map(|bits| IpAddr::V4(bits.into())), "{text}");
        }
    }

    #[test]
    fn every_octet_is_read() {
        for octet in 0..=255_u32 {
            let text = format!("xxx,,{octet}.{octet}.{octet}.{octet},                ");
            let end = text.rfind(',').unwrap_or_default();
            assert_eq!(plain_dotted(text.as_bytes(), 5, end), Some(octet * 0x0101_0101));
            assert_eq!(dotted(&text.as_bytes()[5..end]), Some(octet * 0x0101_0101));
        }
    }

    #[test]
    fn spellings_of_ipv6() {
        for (text, plain) in [
            ("fe80::1%eth0", "fe80::1"),
            ("[2001:db8::5]", "2001:db8::5"),
            ("2001:DB8:0:0:0:0:0:5", "2001:db8::5"),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
        ] {
            assert_eq!(address(text.as_bytes()), plain.parse().ok(), "{text}");
        }
        for text in ["00:11:22:33:44:55", "fe80::1%", "10.0.0.1%eth0", "example.org", "[::1", "1.2.3.4:80"] {
            assert_eq!(address(text.as_bytes()), None, "{text}");
        }
    }
}
