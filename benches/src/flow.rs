//! A generated flow record and its CSV line.

use std::net::IpAddr;

/// The columns of every generated file, named as QRadar's AQL names them.
pub const HEADER: &str =
    "starttime,sourceip,sourceport,destinationip,destinationport,protocol,bytessent,bytesreceived\n";

/// A flow record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flow {
    /// Milliseconds since 1970, UTC.
    pub start_ms: u64,
    /// Address of the initiator.
    pub source: IpAddr,
    /// Its port.
    pub source_port: u16,
    /// Address of the responder.
    pub destination: IpAddr,
    /// Its port.
    pub destination_port: u16,
    /// `TCP` or `UDP`.
    pub protocol: &'static str,
    /// Bytes sent by the source.
    pub bytes_sent: u64,
    /// Bytes received by the source.
    pub bytes_received: u64,
}

impl Flow {
    /// Appends the record as a CSV line. Without `core::fmt`, which would take most
    /// of the time of generating millions of rows.
    pub fn write_csv(&self, out: &mut Vec<u8>) {
        number(out, self.start_ms);
        out.push(b',');
        address(out, self.source);
        out.push(b',');
        number(out, u64::from(self.source_port));
        out.push(b',');
        address(out, self.destination);
        out.push(b',');
        number(out, u64::from(self.destination_port));
        out.push(b',');
        out.extend_from_slice(self.protocol.as_bytes());
        out.push(b',');
        number(out, self.bytes_sent);
        out.push(b',');
        number(out, self.bytes_received);
        out.push(b'\n');
    }
}

fn address(out: &mut Vec<u8>, address: IpAddr) {
    match address {
        IpAddr::V4(v4) => {
            for (i, octet) in v4.octets().into_iter().enumerate() {
                if i > 0 {
                    out.push(b'.');
                }
                number(out, u64::from(octet));
            }
        }
        IpAddr::V6(_) => out.extend_from_slice(address.to_string().as_bytes()),
    }
}

fn number(out: &mut Vec<u8>, mut n: u64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    #[test]
    fn a_line_is_what_the_header_says() {
        let flow = Flow {
            start_ms: 1_773_705_600_000,
            source: Ipv4Addr::new(10, 0, 0, 255).into(),
            source_port: 50_000,
            destination: Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into(),
            destination_port: 443,
            protocol: "TCP",
            bytes_sent: 0,
            bytes_received: u64::MAX,
        };
        let mut line = Vec::new();
        flow.write_csv(&mut line);
        assert_eq!(
            String::from_utf8_lossy(&line),
            "1773705600000,10.0.0.255,50000,2001:db8::1,443,TCP,0,18446744073709551615\n"
        );
    }
}
