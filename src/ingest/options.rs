//! What a caller may specify about the input, and the limits of a detector.

use super::columns::NONE;
use super::roles::{Role, plain_name};
use crate::model::error::{Error, ErrorKind, quoted};
use crate::model::shard::Shard;
use crate::model::time::MAX_UTC_OFFSET_MINUTES;
use crate::text::value::time_format::{TimeReading, TimeUnit};

/// How a [`Detector`](crate::Detector) reads its input. By default it detects everything.
///
/// ```
/// use beaconlens::{DetectorOptions, Role, TimeUnit};
/// let options = DetectorOptions::new()
///     .with_column(Role::Time, "when")?
///     .with_column(Role::Port, "#7")?
///     .with_time_unit(TimeUnit::Milliseconds)
///     .with_utc_offset_minutes(60)?;
/// # Ok::<(), beaconlens::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct DetectorOptions {
    /// At most one per role.
    pub(super) columns: Vec<(Role, Column)>,
    pub(super) delimiter: Option<u8>,
    pub(super) time: TimeReading,
    pub(super) duplicates: bool,
    pub(crate) hash_seed: u64,
    pub(crate) shard: Shard,
    pub(crate) budget: Budget,
}

/// Memory that may be used for pairs, their histories and IPv6 addresses, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Budget(pub usize);

impl Default for Budget {
    fn default() -> Self {
        // With 32-bit addresses there are 4 GiB, and evaluation needs a part of them.
        Budget(if cfg!(target_pointer_width = "32") { 3 << 30 } else { usize::MAX })
    }
}

/// A column, by name or by position (from 0).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Column {
    Named { plain: String, given: String },
    At(usize),
}

impl DetectorOptions {
    /// The default options: everything is detected.
    pub fn new() -> Self {
        DetectorOptions::default()
    }

    /// Sets the column of a role: its name in the header (case, blanks and punctuation do not matter), its position from
    /// 1 as `#3`, or `-` for no column. If all given columns are positions, and they cover the required roles, the input
    /// needs no header.
    ///
    /// Required are time, port, and either source and destination or local and remote.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] for an empty name or a position that is not 1 to 4096.
    pub fn with_column(mut self, role: Role, column: &str) -> Result<Self, Error> {
        let bad = || {
            let found = format!("column {} for {}", quoted(column), role.name());
            Error::new(ErrorKind::Options, format!("found {found}, expected a column's name or its position"))
                .with_hint("a position is # and a number from 1, such as #3")
        };
        let column = match column.trim().strip_prefix('#').map(str::parse::<usize>) {
            Some(Ok(position @ 1..=4096)) => Column::At(position - 1),
            Some(Ok(_)) => return Err(bad()),
            None if column.trim() == "-" => Column::At(usize::from(NONE)),
            _ => Column::Named { plain: plain_name(column), given: column.trim().to_owned() },
        };
        if matches!(&column, Column::Named { plain, .. } if plain.is_empty()) {
            return Err(bad());
        }
        self.columns.retain(|(of, _)| *of != role);
        self.columns.push((role, column));
        Ok(self)
    }

    /// These options without the columns.
    pub(super) fn without_columns(&self) -> Self {
        DetectorOptions { columns: Vec::new(), ..self.clone() }
    }

    /// These options with the columns, the delimiter and the time options of `other`.
    pub(crate) fn reading_as(&self, other: DetectorOptions) -> Self {
        let DetectorOptions { columns, delimiter, time, .. } = other;
        let DetectorOptions { duplicates, hash_seed, shard, budget, .. } = *self;
        DetectorOptions { columns, delimiter, time, duplicates, hash_seed, shard, budget }
    }

    /// Sets the delimiter of delimited text. By default comma, tab, semicolon and pipe are tried.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] for a byte that occurs in fields (letter, digit, quote, line end).
    pub fn with_delimiter(mut self, delimiter: u8) -> Result<Self, Error> {
        let unfit =
            delimiter.is_ascii_alphanumeric() || matches!(delimiter, b'"' | b'\n' | b'\r' | b'.' | b'-');
        if unfit || !delimiter.is_ascii() {
            let found = quoted(char::from(delimiter).encode_utf8(&mut [0; 4]));
            let message = format!("found {found} as delimiter, expected comma, tab, semicolon or pipe");
            return Err(Error::new(ErrorKind::Options, message));
        }
        self.delimiter = Some(delimiter);
        Ok(self)
    }

    /// Sets the unit of epoch numbers. By default it is inferred from the magnitude of each number.
    pub fn with_time_unit(mut self, unit: TimeUnit) -> Self {
        self.time.unit = Some(unit);
        self
    }

    /// Sets the zone of times without one: minutes east of UTC, -1439 to 1439. Default: 0.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] outside that range.
    pub fn with_utc_offset_minutes(mut self, minutes: i32) -> Result<Self, Error> {
        if minutes.unsigned_abs() > MAX_UTC_OFFSET_MINUTES.unsigned_abs() {
            let message = format!(
                "found a UTC offset of {minutes} minutes, expected -{MAX_UTC_OFFSET_MINUTES} to {MAX_UTC_OFFSET_MINUTES}"
            );
            return Err(Error::new(ErrorKind::Options, message));
        }
        self.time.utc_offset_minutes = minutes;
        Ok(self)
    }

    /// Sets whether duplicate rows and files count. By default they do not: beginning and end of a session, the two
    /// directions and the intervals of a connection in one-way records, and a source with the bytes of an earlier one
    /// count once. The report counts the others under `same_session` and `duplicate_source`.
    pub fn with_duplicates(mut self, duplicates: bool) -> Self {
        self.duplicates = duplicates;
        self
    }

    /// Makes the detector own shard `index` (from 0) of `of` shards: it reads everything, but stores only the pairs
    /// whose source belongs to the shard. [`Detector::partial_result`](crate::Detector::partial_result) and
    /// [`Detector::evaluate_merged`](crate::Detector::evaluate_merged) bring the shards together.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] unless `index` is below `of`.
    pub fn with_shard(mut self, index: u32, of: u32) -> Result<Self, Error> {
        if index >= of {
            let message =
                format!("found shard {index} of {of}, expected an index from 0 and below the number");
            return Err(Error::new(ErrorKind::Options, message));
        }
        self.shard = Shard { index, of };
        Ok(self)
    }

    /// Limits the memory of the detector to that many bytes, of which an eighth and 4 MiB are reserved for reading and
    /// evaluation. At the limit, pairs with few connections are dropped first, and the report says what was
    /// [dropped](crate::report::DroppedData). Default: no limit, or 3 GiB where addresses have 32 bits, as in
    /// WebAssembly.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] for less than 16 MiB.
    pub fn with_max_memory_bytes(mut self, bytes: u64) -> Result<Self, Error> {
        const MIN_BYTES: u64 = 16 << 20;
        if bytes < MIN_BYTES {
            let message = format!("found a memory limit of {bytes} bytes, expected at least {MIN_BYTES}");
            return Err(Error::new(ErrorKind::Options, message));
        }
        let for_pairs = bytes - bytes / 8 - (4 << 20);
        self.budget = Budget(Budget::default().0.min(usize::try_from(for_pairs).unwrap_or(usize::MAX)));
        Ok(self)
    }

    /// Sets the secret seed of hash tables, so that nobody can make input that slows them down. Results do not depend on
    /// it. A platform with a source of randomness should set one.
    pub fn with_hash_seed(mut self, seed: u64) -> Self {
        self.hash_seed = seed;
        self
    }
}
