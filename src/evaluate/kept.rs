//! What was read from the histories of listed pairs, kept for the next evaluation of the same window: a
//! changed gate then costs no more than a look at the counts.

use super::span::Span;
use super::tally::Tally;

/// Tallies of pairs in one window.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// The window, and the offset of its hours.
    of: Option<(Span, i32)>,
    /// By number of the pair, in order.
    tallies: Vec<(u32, Tally)>,
    /// Those that came since.
    new: Vec<(u32, Tally)>,
}

impl Kept {
    /// Forgets what is of another window.
    pub fn turn_to(&mut self, span: Option<Span>, utc_offset_minutes: i32) {
        let of = span.map(|span| (span, utc_offset_minutes));
        if self.of != of {
            *self = Kept { of, ..Kept::default() };
        }
    }

    pub fn get(&self, number: u32) -> Option<Tally> {
        let at = self.tallies.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        self.tallies.get(at).map(|(_, tally)| *tally)
    }

    pub fn add(&mut self, number: u32, tally: Tally) {
        self.new.push((number, tally));
    }

    /// Puts the new ones in their places.
    pub fn settle(&mut self) {
        if !self.new.is_empty() {
            self.tallies.append(&mut self.new);
            self.tallies.sort_unstable_by_key(|(number, _)| *number);
        }
    }
}
