//! Numbers and addresses as text, appended to what is being written: quicker than by `Display`, and without
//! its width, sign and padding much smaller.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use serde::{Serialize, Serializer};

/// A whole number.
pub(crate) fn whole(out: &mut String, number: u64) {
    padded(out, number, 1);
}

/// A whole number with at least so many digits.
#[inline(never)]
pub(crate) fn padded(out: &mut String, mut number: u64, width: usize) {
    // The longest has twenty.
    let mut digits = [b'0'; 20];
    let mut count = 0;
    for digit in digits.iter_mut().rev() {
        if number == 0 && count >= width {
            break;
        }
        // Most numbers are small, and then quicker to divide.
        let (rest, last) = match u32::try_from(number) {
            Ok(small) => (u64::from(small / 10), small % 10),
            Err(_) => (number / 10, (number % 10) as u32),
        };
        *digit += last as u8;
        number = rest;
        count += 1;
    }
    let written = digits.get(digits.len() - count..).unwrap_or_default();
    // Digits are text.
    out.push_str(std::str::from_utf8(written).unwrap_or_default());
}

/// A whole number that may be negative.
pub(crate) fn signed(out: &mut String, number: i64) {
    if number < 0 {
        out.push('-');
    }
    whole(out, number.unsigned_abs());
}

/// A number of thousandths or, below 71 years in seconds, of millionths: the shortest text that is read as
/// that number, whole ones with `point`. That is all that reports have; other fractions are rounded.
#[inline(never)]
pub(crate) fn decimal(out: &mut String, number: f64, point: &str) {
    const EXACT: f64 = 2_251_799_813.0;
    let (steps, width) = if number.abs() < EXACT { (1e6, 6) } else { (1e3, 3) };
    if number < 0.0 {
        out.push('-');
    }
    let parts = (number.abs() * steps).round() as u64;
    let (steps, fraction) = (steps as u64, parts % steps as u64);
    whole(out, parts / steps);
    if fraction == 0 {
        return out.push_str(point);
    }
    out.push('.');
    padded(out, fraction, width);
    out.truncate(out.trim_end_matches('0').len());
}

/// An address alone.
pub(crate) fn address_text(ip: IpAddr) -> String {
    let mut out = String::new();
    address(&mut out, ip);
    out
}

/// An address and a port; one with colons stands in brackets.
pub(crate) fn endpoint_text(ip: IpAddr, port: u16) -> String {
    let mut out = match ip {
        IpAddr::V4(_) => address_text(ip),
        IpAddr::V6(_) => format!("[{}]", address_text(ip)),
    };
    out.push(':');
    whole(&mut out, port.into());
    out
}

/// A network alone.
pub(crate) fn network_text(network: &IpNet) -> String {
    let mut out = address_text(network.addr());
    out.push('/');
    whole(&mut out, network.prefix_len().into());
    out
}

/// Serializes an address as its text.
pub(crate) fn serialize_address<S: Serializer>(ip: &IpAddr, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&address_text(*ip))
}

/// Serializes an address, where there is one, as its text.
pub(crate) fn serialize_some_address<S: Serializer>(
    ip: &Option<IpAddr>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    ip.map(address_text).serialize(serializer)
}

/// Serializes networks as their texts.
pub(crate) fn serialize_networks<S: Serializer>(
    networks: &[IpNet],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(networks.iter().map(network_text))
}

/// An address as it is commonly written (RFC 5952).
#[inline(never)]
pub(crate) fn address(out: &mut String, address: IpAddr) {
    match address {
        IpAddr::V4(v4) => dotted(out, v4),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => {
                out.push_str("::ffff:");
                dotted(out, v4);
            }
            None => groups(out, v6),
        },
    }
}

fn dotted(out: &mut String, v4: Ipv4Addr) {
    for (at, octet) in v4.octets().into_iter().enumerate() {
        if at > 0 {
            out.push('.');
        }
        whole(out, octet.into());
    }
}

/// Groups of four digits; the first of the longest runs of zeros, if it is longer than one, is `::`.
fn groups(out: &mut String, v6: Ipv6Addr) {
    let groups = v6.segments();
    let zeros = |from: usize| groups.iter().skip(from).take_while(|group| **group == 0).count();
    let (mut run, mut len) = (groups.len(), 1);
    for from in 0..groups.len() {
        if zeros(from) > len {
            (run, len) = (from, zeros(from));
        }
    }
    for (at, group) in groups.into_iter().enumerate() {
        if at == run {
            out.push_str("::");
        } else if at < run || at >= run + len {
            if at > 0 && at != run + len {
                out.push(':');
            }
            hexadecimal(out, group);
        }
    }
}

fn hexadecimal(out: &mut String, group: u16) {
    let digits = (16 - group.leading_zeros()).div_ceil(4).max(1);
    let digits = (0..digits).rev().map(|digit| char::from_digit(u32::from(group >> (4 * digit)) & 15, 16));
    out.extend(digits.flatten());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(write: impl FnOnce(&mut String)) -> String {
        let mut out = String::new();
        write(&mut out);
        out
    }

    #[test]
    fn zeros_are_written_where_there_are_any() {
        assert_eq!(written(|out| whole(out, 0)), "0");
        assert_eq!(written(|out| padded(out, 7, 3)), "007");
        assert_eq!(written(|out| decimal(out, 0.0, ".0")), "0.0");
        assert_eq!(written(|out| decimal(out, 60.0, "")), "60");
        assert_eq!(written(|out| decimal(out, -0.5, "")), "-0.5");
        assert_eq!(written(|out| decimal(out, 0.001, "")), "0.001");
    }

    proptest! {
        #[test]
        fn numbers_are_written_as_the_standard_library_writes_them(number in any::<u64>(), signed in any::<i64>()) {
            prop_assert_eq!(written(|out| whole(out, number)), number.to_string());
            prop_assert_eq!(written(|out| super::signed(out, signed)), signed.to_string());
        }

        #[test]
        fn fractions_are_written_as_the_standard_library_writes_them(
            parts in 0..1_u64 << 51, bits in 0..51_u32,
        ) {
            for number in [(parts >> bits) as f64 / 1e6, (parts >> bits) as f64 / 1e3] {
                prop_assert_eq!(written(|out| decimal(out, number, "")), number.to_string());
            }
        }

        #[test]
        fn addresses_are_written_as_the_standard_library_writes_them(
            v4 in any::<u32>(),
            groups in prop::array::uniform8(prop_oneof![Just(0), Just(0xFFFF), any::<u16>(), 0..300_u16]),
        ) {
            for ip in [
                IpAddr::V4(v4.into()),
                IpAddr::V6(groups.into()),
                IpAddr::V6(Ipv4Addr::from(v4).to_ipv6_mapped()),
                IpAddr::V6(u128::from(v4).into()),
            ] {
                prop_assert_eq!(written(|out| address(out, ip)), ip.to_string());
            }
        }
    }
}
