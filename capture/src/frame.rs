//! What a capture file is read into: frames.

/// A longer frame means that the file is damaged: libpcap's own limit (`MAXIMUM_SNAPLEN`).
pub(crate) const MAX_FRAME_BYTES: u32 = 262_144;

/// A captured frame.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    /// UTC microseconds, if the file has them.
    pub time: Option<i64>,
    /// Link type of the interface that captured it, if the file describes that interface.
    pub link: Option<u32>,
    pub bytes: &'a [u8],
}

/// The outcome of reading the next part of a file.
pub(crate) enum Step<'a> {
    /// At least this number of bytes is needed, counted from the start of the part.
    Need(usize),
    /// This number of bytes holds no frame. They may not all be present yet.
    Skip(usize),
    /// A frame, and the number of bytes it took.
    Frame(Frame<'a>, usize),
    /// The bytes are not valid in this format.
    Damage,
}
