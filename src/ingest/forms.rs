//! The forms of start times that occurred in a source.

use crate::text::value::time::{TimeForm, TimeUnit};

/// One bit a form.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Forms(u8);

impl Forms {
    /// Notes that a form occurred.
    #[inline(always)]
    pub fn note(&mut self, form: TimeForm) {
        self.0 |= 1
            << match form {
                TimeForm::Epoch(TimeUnit::Seconds) => 0,
                TimeForm::Epoch(TimeUnit::Milliseconds) => 1,
                TimeForm::Epoch(TimeUnit::Microseconds) => 2,
                TimeForm::Epoch(TimeUnit::Nanoseconds) => 3,
                TimeForm::TextWithZone => 4,
                TimeForm::TextWithoutZone => 5,
            };
    }

    /// The forms that occurred, in words.
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
