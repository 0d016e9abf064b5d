//! The formats of start times that occur in a source.

use crate::text::value::time_format::{TimeFormat, TimeUnit};

/// A set: one bit per format.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TimeFormats(u8);

impl TimeFormats {
    /// Adds a format.
    #[inline(always)]
    pub fn add(&mut self, format: TimeFormat) {
        self.0 |= 1
            << match format {
                TimeFormat::Epoch(TimeUnit::Seconds) => 0,
                TimeFormat::Epoch(TimeUnit::Milliseconds) => 1,
                TimeFormat::Epoch(TimeUnit::Microseconds) => 2,
                TimeFormat::Epoch(TimeUnit::Nanoseconds) => 3,
                TimeFormat::TextWithZone => 4,
                TimeFormat::TextWithoutZone => 5,
            };
    }

    /// The formats that occurred, in words.
    pub fn report(self) -> Vec<String> {
        const WORDS: [&str; 6] = [
            "epoch seconds",
            "epoch milliseconds",
            "epoch microseconds",
            "epoch nanoseconds",
            "date and time with zone",
            "date and time without zone",
        ];
        let occurred = WORDS.iter().enumerate().filter(|(bit, _)| self.0 >> bit & 1 == 1);
        occurred.map(|(_, words)| (*words).to_owned()).collect()
    }
}
