//! The host name in the first payload of a connection: TLS (server name) or HTTP (Host, CONNECT).

use crate::bytes::Cursor;

/// The first payload is stored up to this size: a ClientHello with post-quantum keys takes about 2 KB.
pub(crate) const MAX_PAYLOAD_BYTES: usize = 8192;

/// The longest host name (RFC 1035, 2.3.4) with a port.
const MAX_HOST_BYTES: usize = 262;

/// The result of a search for a host name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum HostSearch<'a> {
    Host(&'a [u8]),
    /// The payload ends before the place of the name.
    NeedMore,
    Absent,
}

/// Searches the first bytes that the initiator of a connection sent.
pub(crate) fn find_host(bytes: &[u8]) -> HostSearch<'_> {
    let found = match bytes {
        [] => return HostSearch::NeedMore,
        _ if is_tls(bytes) => tls(bytes),
        _ => http(bytes),
    };
    match found {
        HostSearch::Host(host) if host.is_empty() || host.len() > MAX_HOST_BYTES => HostSearch::Absent,
        found => found,
    }
}

/// Whether the bytes start with a TLS handshake record.
pub(crate) fn is_tls(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x16)
}

/// The server name of a ClientHello (RFC 8446, 4.1.2; RFC 6066, 3).
fn tls(bytes: &[u8]) -> HostSearch<'_> {
    let mut record = Cursor(bytes);
    let header = (|| Some((record.u8()?, record.u8()?, record.u8()?, record.u16()?)))();
    let Some((_, major, _, length)) = header else { return HostSearch::NeedMore };
    if major != 3 {
        return HostSearch::Absent;
    }
    let is_complete = record.0.len() >= usize::from(length);
    let mut hello = Cursor(record.0.get(..usize::from(length)).unwrap_or(record.0));
    match client_hello(&mut hello) {
        Some(Some(name)) => HostSearch::Host(name),
        Some(None) => HostSearch::Absent,
        // A ClientHello in several records is rare; they are not joined.
        None if is_complete => HostSearch::Absent,
        None => HostSearch::NeedMore,
    }
}

/// None if the bytes end too early; otherwise the server name, if the message has one.
fn client_hello<'a>(hello: &mut Cursor<'a>) -> Option<Option<&'a [u8]>> {
    if hello.u8()? != 1 {
        return Some(None);
    }
    hello.u24()?;
    // Version and random number.
    hello.take(34)?;
    let session = hello.u8()?;
    hello.take(usize::from(session))?;
    let ciphers = hello.u16()?;
    hello.take(usize::from(ciphers))?;
    let compressions = hello.u8()?;
    hello.take(usize::from(compressions))?;
    let mut left = usize::from(hello.u16()?);
    while left >= 4 {
        let (kind, length) = (hello.u16()?, usize::from(hello.u16()?));
        let value = hello.take(length)?;
        if kind == 0 {
            return Some(server_name(Cursor(value)));
        }
        left = left.saturating_sub(4 + length);
    }
    Some(None)
}

fn server_name(mut list: Cursor<'_>) -> Option<&[u8]> {
    list.u16()?;
    let (kind, length) = (list.u8()?, list.u16()?);
    list.take(usize::from(length)).filter(|_| kind == 0)
}

/// The Host of a request, or the target of a CONNECT (RFC 9110).
fn http(bytes: &[u8]) -> HostSearch<'_> {
    const METHODS: [&[u8]; 8] =
        [b"GET ", b"POST ", b"HEAD ", b"PUT ", b"CONNECT ", b"OPTIONS ", b"DELETE ", b"PATCH "];
    let Some(method) = METHODS.iter().find(|method| bytes.starts_with(method)) else {
        return HostSearch::Absent;
    };
    let mut lines = bytes.split(|&b| b == b'\n');
    let request = lines.next().unwrap_or_default();
    if *method == b"CONNECT " {
        let target = request.get(method.len()..).unwrap_or_default();
        return target
            .iter()
            .position(|&b| b == b' ')
            .map_or(HostSearch::NeedMore, |end| HostSearch::Host(target.get(..end).unwrap_or_default()));
    }
    let mut lines = lines.peekable();
    while let Some(line) = lines.next() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        // The text after the last line feed is not a complete line.
        if lines.peek().is_none() {
            break;
        }
        if line.is_empty() {
            return HostSearch::Absent;
        }
        if let Some((name, value)) = line.split_at_checked(5)
            && name.eq_ignore_ascii_case(b"host:")
        {
            return HostSearch::Host(value.trim_ascii());
        }
    }
    HostSearch::NeedMore
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ClientHello with this server name after another extension.
    pub(crate) fn hello(name: &[u8]) -> Vec<u8> {
        let long = |bytes: &[u8]| [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat();
        let sni = long(&[&[0][..], &long(name)].concat());
        let extensions = long(&[&[0, 43][..], &long(&[2, 3, 4]), &[0, 0], &long(&sni)].concat());
        let body = [&[3, 3][..], &[7; 32], &[0], &long(&[0x13, 0x01]), &[1, 0], &extensions].concat();
        let handshake = [&[1, 0][..], &long(&body)].concat();
        [&[0x16, 3, 1][..], &long(&handshake)].concat()
    }

    #[test]
    fn the_name_of_a_client_hello() {
        let bytes = hello(b"c2.example.net");
        assert_eq!(find_host(&bytes), HostSearch::Host(b"c2.example.net"));
        // Found once its last byte is present.
        for cut in 0..bytes.len() - 1 {
            assert_eq!(find_host(&bytes[..cut]), HostSearch::NeedMore, "{cut}");
        }
        assert_eq!(find_host(&[0x16, 2, 1, 0, 9]), HostSearch::Absent);
        assert_eq!(find_host(b"\x17\x03\x03\0\x01x"), HostSearch::Absent);
        assert_eq!(find_host(&hello(b"")), HostSearch::Absent);
    }

    #[test]
    fn the_host_of_a_request() {
        let request = b"GET / HTTP/1.1\r\nAccept: */*\r\nhOST:  a.example:8080\r\n\r\nHost: no\r\n";
        assert_eq!(find_host(request), HostSearch::Host(b"a.example:8080"));
        assert_eq!(find_host(&request[..40]), HostSearch::NeedMore);
        assert_eq!(find_host(b"GET / HTTP/1.0\r\n\r\n"), HostSearch::Absent);
        assert_eq!(
            find_host(b"CONNECT b.example:443 HTTP/1.1\r\nHost: x\r\n"),
            HostSearch::Host(b"b.example:443")
        );
        assert_eq!(find_host(b"SSH-2.0-x\r\n"), HostSearch::Absent);
    }
}
