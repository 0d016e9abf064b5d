//! Addresses.

use std::net::IpAddr;

use wide::u8x16;

/// The dotted IPv4 address that stands at `start..end` in `block`, in its plain spelling. Anything else,
/// and an address too near to an end of the block, is `None`, for the exact parser to see.
///
/// All bytes are looked at together; then each octet is made from the four bytes that end with it.
#[inline(always)]
pub(crate) fn plain_dotted(block: &[u8], start: usize, end: usize) -> Option<u32> {
    let bytes = u8x16::new(*block.get(start..)?.first_chunk::<16>()?);
    let len = end.wrapping_sub(start);
    if len.wrapping_sub(7) > 15 - 7 {
        return None;
    }
    let within = (1_u32 << len) - 1;
    let dots = bytes.simd_eq(u8x16::splat(b'.')).to_bitmask() & within;
    let values = bytes ^ u8x16::splat(b'0');
    let digits = values.min(u8x16::splat(9)).simd_eq(values).to_bitmask();
    if (dots | digits) & within != within || dots.count_ones() != 3 {
        return None;
    }
    let second = dots & (dots - 1);
    let third = second & (second - 1);
    let ends = [dots.trailing_zeros(), second.trailing_zeros(), third.trailing_zeros(), len as u32];
    let (mut address, mut begin, mut fits) = (0, 0, true);
    for octet_end in ends {
        let digits = octet_end.wrapping_sub(begin);
        let (octet, plain) = octet(block, start + octet_end as usize, digits)?;
        fits &= plain;
        address = address << 8 | octet;
        begin = octet_end + 1;
    }
    fits.then_some(address)
}

/// The number of one to three digits before `end`, and whether it is an octet in plain spelling: a
/// leading zero is not, as some programs read such octets as octal.
#[inline(always)]
fn octet(block: &[u8], end: usize, digits: u32) -> Option<(u32, bool)> {
    const LEAST: [u32; 4] = [0, 0, 10, 100];
    let word = u32::from_le_bytes(*block.get(end.wrapping_sub(4)..end)?.first_chunk::<4>()?);
    let least = *LEAST.get(digits as usize)?;
    if digits == 0 {
        return None;
    }
    // What stands before the digits is shifted out.
    let word = (word ^ 0x3030_3030) >> (32 - 8 * digits) << (32 - 8 * digits);
    let value = (word >> 24) + (word >> 16 & 0xFF) * 10 + (word >> 8 & 0xFF) * 100;
    Some((value, least <= value && value <= 255))
}

/// An address from a cleaned text: IPv4, IPv6, `[IPv6]`, IPv6 with a zone (which is dropped).
pub(crate) fn address(text: &[u8]) -> Option<IpAddr> {
    let text = text.strip_prefix(b"[").and_then(|t| t.strip_suffix(b"]")).unwrap_or(text);
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
            "0.0.0.00",
        ] {
            let expected = text.parse::<Ipv4Addr>().ok().map(|a| a.to_bits());
            for (before, after) in [("1234,", ",0.0.0.0,0.0.0.0"), ("....", "................")] {
                let block = format!("{before}{text}{after}");
                let found = plain_dotted(block.as_bytes(), before.len(), before.len() + text.len());
                assert_eq!(found, expected, "{text}");
            }
            assert_eq!(address(text.as_bytes()), expected.map(|bits| IpAddr::V4(bits.into())), "{text}");
        }
    }

    #[test]
    fn every_octet_is_read() {
        for octet in 0..=255_u32 {
            let text = format!("x,,{octet}.{octet}.{octet}.{octet},                ");
            let end = text.rfind(',').unwrap_or_default();
            assert_eq!(plain_dotted(text.as_bytes(), 3, end), Some(octet * 0x0101_0101));
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
