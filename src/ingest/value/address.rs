//! Addresses.

use std::net::{IpAddr, Ipv4Addr};

/// A dotted IPv4 address in its plain spelling. Anything else is `None`, for the exact parser to see.
#[inline(always)]
pub(crate) fn dotted(field: &[u8]) -> Option<u32> {
    let (mut address, mut octet, mut digits, mut dots) = (0_u32, 0_u32, 0_u32, 0_u32);
    for &byte in field {
        let digit = u32::from(byte.wrapping_sub(b'0'));
        if digit < 10 {
            // A leading zero is not plain: some programs read such octets as octal.
            if digits > 0 && octet == 0 {
                return None;
            }
            octet = octet * 10 + digit;
            digits += 1;
            if octet > 255 {
                return None;
            }
        } else {
            if byte != b'.' || digits == 0 {
                return None;
            }
            address = address << 8 | octet;
            (octet, digits, dots) = (0, 0, dots + 1);
        }
    }
    (dots == 3 && digits > 0).then_some(address << 8 | octet)
}

/// An address from a cleaned text: IPv4, IPv6, `[IPv6]`, IPv6 with a zone (which is dropped).
pub(crate) fn address(text: &[u8]) -> Option<IpAddr> {
    if let Some(bits) = dotted(text) {
        return Some(IpAddr::V4(Ipv4Addr::from_bits(bits)));
    }
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

    #[test]
    fn dotted_is_what_the_standard_library_reads() {
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
            assert_eq!(dotted(text.as_bytes()), expected, "{text}");
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
