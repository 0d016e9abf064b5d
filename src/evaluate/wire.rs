//! The bytes that detectors of one version exchange begin with the version.

use crate::model::error::{Error, ErrorKind};
use crate::model::version::VERSION;
use crate::text::codec::{Decoder, Encoder};

pub(super) fn to_bytes(encode: impl FnOnce(&mut Encoder)) -> Vec<u8> {
    let mut out = Encoder::default();
    out.text(VERSION);
    encode(&mut out);
    out.0
}

/// Fails for bytes of another version, and for bytes that are no such value.
pub(super) fn from_bytes<T>(bytes: &[u8], decode: impl FnOnce(&mut Decoder<'_>) -> T) -> Result<T, Error> {
    let mut bytes = Decoder::new(bytes);
    let is_same_version = bytes.text() == VERSION;
    let value = is_same_version.then(|| decode(&mut bytes));
    value.filter(|_| !bytes.failed && bytes.rest.is_empty()).ok_or_else(|| {
        Error::new(
            ErrorKind::Options,
            "found bytes that were not written by a shard of this version".to_owned(),
        )
    })
}
