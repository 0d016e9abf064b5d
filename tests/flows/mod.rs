//! Random flows, and flows as rows of a file.

#[allow(dead_code, reason = "the crate's own tests need more of it")]
#[path = "../../src/random.rs"]
mod random;

pub(crate) use random::Random;

impl Random {
    /// 0 to `bound - 1`.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// `first` to `last`.
    pub fn between(&mut self, first: i64, last: i64) -> i64 {
        first + (self.next() % (last - first + 1) as u64) as i64
    }

    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// The bytes in chunks of random length, up to about `longest`; some are empty.
    pub fn chunks<'a>(&mut self, mut bytes: &'a [u8], longest: usize) -> Vec<&'a [u8]> {
        let mut chunks = Vec::new();
        while !bytes.is_empty() {
            let (chunk, rest) = bytes.split_at(self.below(longest + 1).min(bytes.len()));
            chunks.push(chunk);
            bytes = rest;
        }
        chunks
    }
}

pub const SECOND: i64 = 1_000_000;
pub const HOUR: i64 = 3600 * SECOND;

/// 2026-03-02T10:00:00Z in microseconds: a whole hour.
pub const TEN_O_CLOCK: i64 = 1_772_445_600 * SECOND;

/// One flow; addresses in the spelling of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    pub start: i64,
    pub source: String,
    pub destination: String,
    pub port: u16,
    pub bytes_sent: u64,
    pub bytes_received: u64,
}

pub const HEADER: [&str; 6] =
    ["starttime", "sourceip", "destinationip", "destinationport", "bytessent", "bytesreceived"];

impl Flow {
    /// The fields in the order of [`HEADER`], in their simplest spelling.
    pub fn fields(&self) -> [String; 6] {
        [
            self.start.to_string(),
            self.source.clone(),
            self.destination.clone(),
            self.port.to_string(),
            self.bytes_sent.to_string(),
            self.bytes_received.to_string(),
        ]
    }
}

/// The flows as a plain CSV file.
pub fn csv(flows: &[Flow]) -> String {
    let mut out = HEADER.join(",") + "\n";
    for flow in flows {
        out += &flow.fields().join(",");
        out.push('\n');
    }
    out
}

/// `2026-03-02 10:00:00.000000`, from microseconds since 1970.
pub fn calendar(micros: i64) -> String {
    let (mut days, of_day) = (micros.div_euclid(24 * HOUR), micros.rem_euclid(24 * HOUR));
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut year = 1970;
    while days < 0 {
        year -= 1;
        days += 365 + i64::from(leap(year));
    }
    while days >= 365 + i64::from(leap(year)) {
        days -= 365 + i64::from(leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + i64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (hour, minute) = (of_day / HOUR, of_day / (60 * SECOND) % 60);
    let (second, fraction) = (of_day / SECOND % 60, of_day % SECOND);
    format!("{year:04}-{month:02}-{:02} {hour:02}:{minute:02}:{second:02}.{fraction:06}", days + 1)
}
