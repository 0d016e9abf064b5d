//! The host that the beginning of a connection names: TLS (server name) or HTTP (Host, CONNECT).

use crate::bytes::Cursor;

/// So much of the beginning is kept at most: a ClientHello with keys against quantum computers takes about 2 KB.
pub(crate) const MOST: usize = 8192;

/// A host name is not longer (RFC 1035, 2.3.4), with its port.
const LONGEST: usize = 262;

/// What the beginning of a connection says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found<'a> {
    Host(&'a [u8]),
    /// It would stand further on.
    More,
    Nothing,
}

/// Looks into what the end that opened the connection sent first.
pub(crate) fn host(bytes: &[u8]) -> Found<'_> {
    let found = match bytes {
        [] => return Found::More,
        [0x16, ..] => tls(bytes),
        _ => http(bytes),
    };
    match found {
        Found::Host(host) if host.is_empty() || host.len() > LONGEST => Found::Nothing,
        found => found,
    }
}

/// The server name of a ClientHello (RFC 8446, 4.1.2; RFC 6066, 3), also if cut into several records.
fn tls(bytes: &[u8]) -> Found<'_> {
    let mut record = Cursor(bytes);
    let header = (|| Some((record.u8()?, record.u8()?, record.u8()?, record.u16()?)))();
    let Some((_, major, _, length)) = header else { return Found::More };
    if major != 3 {
        return Found::Nothing;
    }
    let whole = record.0.len() >= usize::from(length);
    let mut hello = Cursor(record.0.get(..usize::from(length)).unwrap_or(record.0));
    match client_hello(&mut hello) {
        Some(Some(name)) => Found::Host(name),
        Some(None) => Found::Nothing,
        // A ClientHello in several records is rare, and not put together.
        None if whole => Found::Nothing,
        None => Found::More,
    }
}

/// None if it ends too early; else the name, if there is one.
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
fn http(bytes: &[u8]) -> Found<'_> {
    const METHODS: [&[u8]; 8] =
        [b"GET ", b"POST ", b"HEAD ", b"PUT ", b"CONNECT ", b"OPTIONS ", b"DELETE ", b"PATCH "];
    let Some(method) = METHODS.iter().find(|method| bytes.starts_with(method)) else { return Found::Nothing };
    let mut lines = bytes.split(|&b| b == b'\n');
    let request = lines.next().unwrap_or_default();
    if *method == b"CONNECT " {
        let target = request.get(method.len()..).unwrap_or_default();
        return target
            .iter()
            .position(|&b| b == b' ')
            .map_or(Found::More, |end| Found::Host(target.get(..end).unwrap_or_default()));
    }
    let mut lines = lines.peekable();
    while let Some(line) = lines.next() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        // What follows the last line feed is not whole.
        if lines.peek().is_none() {
            break;
        }
        if line.is_empty() {
            return Found::Nothing;
        }
        if let Some((name, value)) = line.split_at_checked(5)
            && name.eq_ignore_ascii_case(b"host:")
        {
            return Found::Host(value.trim_ascii());
        }
    }
    Found::More
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ClientHello with this name after another extension.
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
        assert_eq!(host(&bytes), Found::Host(b"c2.example.net"));
        // From the last byte of the name on it is there.
        for cut in 0..bytes.len() - 1 {
            assert_eq!(host(&bytes[..cut]), Found::More, "{cut}");
        }
        assert_eq!(host(&[0x16, 2, 1, 0, 9]), Found::Nothing);
        assert_eq!(host(b"\x17\x03\x03\0\x01x"), Found::Nothing);
        assert_eq!(host(&hello(b"")), Found::Nothing);
    }

    #[test]
    fn the_host_of_a_request() {
        let request = b"GET / HTTP/1.1\r\nAccept: */*\r\nhOST:  a.example:8080\r\n\r\nHost: no\r\n";
        assert_eq!(host(request), Found::Host(b"a.example:8080"));
        assert_eq!(host(&request[..40]), Found::More);
        assert_eq!(host(b"GET / HTTP/1.0\r\n\r\n"), Found::Nothing);
        assert_eq!(host(b"CONNECT b.example:443 HTTP/1.1\r\nHost: x\r\n"), Found::Host(b"b.example:443"));
        assert_eq!(host(b"SSH-2.0-x\r\n"), Found::Nothing);
    }
}
