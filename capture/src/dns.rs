//! DNS messages (RFC 1035, 4.1): the first question, and the response code.

use crate::bytes::Cursor;

/// The port of DNS servers.
pub(crate) const PORT: u16 = 53;

/// The longest name (RFC 1035, 2.3.4).
const MAX_NAME_BYTES: usize = 255;

/// The parts of a message that are used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub id: u16,
    pub is_answer: bool,
    pub code: u8,
    pub kind: u16,
    /// Labels separated by dots; `.` is the root.
    pub name: Vec<u8>,
}

/// Reads a message; none if the bytes are not one, or it has no question.
pub(crate) fn message(bytes: &[u8]) -> Option<Message> {
    let mut rest = Cursor(bytes);
    let (id, flags, questions) = (rest.u16()?, rest.u16()?, rest.u16()?);
    rest.take(6)?;
    // Only the operation QUERY is a lookup.
    if questions == 0 || flags >> 11 & 15 != 0 {
        return None;
    }
    let name = name(&mut rest)?;
    Some(Message { id, is_answer: flags & 0x8000 != 0, code: (flags & 15) as u8, kind: rest.u16()?, name })
}

/// The first name of a message. It has no compression pointers, as nothing precedes it that they could point to.
fn name(rest: &mut Cursor<'_>) -> Option<Vec<u8>> {
    let mut name = Vec::new();
    loop {
        match rest.u8()? {
            0 if name.is_empty() => return Some(vec![b'.']),
            0 => return Some(name),
            length @ 1..=63 => {
                if !name.is_empty() {
                    name.push(b'.');
                }
                name.extend_from_slice(rest.take(usize::from(length))?);
                if name.len() > MAX_NAME_BYTES {
                    return None;
                }
            }
            _ => return None,
        }
    }
}

/// The name of a response code in the IANA registry; none for rare codes.
pub(crate) fn code_name(code: u8) -> Option<&'static str> {
    const NAMES: [&str; 6] = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];
    NAMES.get(usize::from(code)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_and_its_answer() {
        let mut bytes = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x03www\x07example\0\0\x1C\0\x01".to_vec();
        let asked =
            Message { id: 0x1234, is_answer: false, code: 0, kind: 28, name: b"www.example".to_vec() };
        assert_eq!(message(&bytes), Some(asked.clone()));
        bytes[2..4].copy_from_slice(b"\x81\x83");
        assert_eq!(message(&bytes), Some(Message { is_answer: true, code: 3, ..asked }));
        assert_eq!(code_name(3), Some("NXDOMAIN"));
        for cut in 0..bytes.len() - 2 {
            assert_eq!(message(&bytes[..cut]), None, "{cut}");
        }
    }

    #[test]
    fn invalid_names_are_rejected() {
        let with = |name: &[u8]| [b"\0\x01\x01\0\0\x01\0\0\0\0\0\0", name, b"\0\x01\0\x01"].concat();
        assert_eq!(message(&with(b"\0")).map(|message| message.name), Some(b".".to_vec()));
        assert_eq!(message(&with(b"\xC0\x0C")), None);
        assert_eq!(message(&with(&[b"\x3F".as_slice(), &[b'a'; 63]].concat().repeat(5))), None);
    }
}
