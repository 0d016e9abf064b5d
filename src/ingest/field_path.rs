//! Names of fields in nested objects.

/// Bytes of a name that are stored; no known name is longer.
const MAX_NAME: usize = 64;

/// Objects whose names are not part of the names of their fields: exports wrap records in them (Elasticsearch, Splunk,
/// Google Cloud), and Windows events their data.
const WRAPPERS: &[&[u8]] = &[
    b"_source",
    b"fields",
    b"result",
    b"jsonPayload",
    b"connection",
    b"Event",
    b"System",
    b"EventData",
    b"winlog",
    b"event_data",
];

/// Whether the name of an object is not part of the names of its fields.
pub(super) fn is_wrapper(name: &[u8]) -> bool {
    WRAPPERS.contains(&name)
}

/// The name of a field with those of the objects around it, without case, blanks and punctuation; and its hash.
#[derive(Debug)]
pub(super) struct FieldPath {
    plain: [u8; MAX_NAME],
    end: PathEnd,
}

/// The end of a path, to return to.
#[derive(Debug, Clone, Copy)]
pub(super) struct PathEnd {
    len: usize,
    hash: u32,
}

impl FieldPath {
    pub fn new() -> Self {
        // FNV-1a's offset basis, and its prime below.
        FieldPath { plain: [0; MAX_NAME], end: PathEnd { len: 0, hash: 0x811C_9DC5 } }
    }

    pub fn end(&self) -> PathEnd {
        self.end
    }

    pub fn return_to(&mut self, end: PathEnd) {
        self.end = end;
    }

    /// Appends a name.
    #[inline(always)]
    pub fn push(&mut self, name: &[u8]) {
        let PathEnd { mut len, mut hash } = self.end;
        for &byte in name {
            let byte = PLAIN.get(usize::from(byte)).copied().unwrap_or(0);
            if byte == 0 {
                continue;
            }
            if let Some(slot) = self.plain.get_mut(len) {
                *slot = byte;
            }
            len += 1;
            hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
        self.end = PathEnd { len, hash };
    }

    /// Appends the name of an object, unless it is a wrapper.
    pub fn push_object(&mut self, name: &[u8]) {
        if !is_wrapper(name) {
            self.push(name);
        }
    }

    /// The hash of the name.
    #[inline(always)]
    pub fn hash(&self) -> u32 {
        self.end.hash
    }

    /// Whether there is no name yet.
    pub fn is_empty(&self) -> bool {
        self.end.len == 0
    }

    /// The name; a placeholder for names that are too long to be known.
    pub fn plain(&self) -> &[u8] {
        self.plain.get(..self.end.len).unwrap_or(b"?")
    }
}

/// Letters in lower case, digits as they are, anything else 0.
const PLAIN: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        if (byte as u8).is_ascii_alphanumeric() {
            table[byte] = (byte as u8).to_ascii_lowercase();
        }
        byte += 1;
    }
    table
};

/// Receives the values of a JSON object.
pub(super) trait VisitFields<'a> {
    /// Whether an object or array of that name may contain values of interest.
    fn may_continue(&self, path: &FieldPath) -> bool;
    /// Receives a value: its name, the last part of the name as written, its text, and whether the text is a JSON string
    /// with escapes.
    fn value(&mut self, path: &FieldPath, written: &[u8], text: &'a [u8], escaped: bool);
}

/// Collects the names.
impl<'a> VisitFields<'a> for Vec<String> {
    fn may_continue(&self, _: &FieldPath) -> bool {
        true
    }

    fn value(&mut self, path: &FieldPath, _: &[u8], _: &'a [u8], _: bool) {
        let plain = String::from_utf8_lossy(path.plain());
        if !self.iter().any(|name| *name == plain) {
            self.push(plain.into_owned());
        }
    }
}
