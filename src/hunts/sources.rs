//! The pairs by source, and which sources can have been busy: their histories alone are read.

use crate::flow::Address;
use crate::hash::{Mixing, WordTable};
use crate::pairs::{Chunk, PairRef, PairTable};

/// The hours of a day and more, modulo 32, as a pair keeps them.
const HOURS: usize = 32;

/// All sources, and the source of every pair.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// Number of the source of each pair, in the order of the table.
    of_pairs: Vec<u32>,
    /// Pairs and flows of each.
    totals: Vec<Bound>,
    numbers: WordTable,
}

/// At most so many pairs, pairs with a flow that was not answered, and flows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bound {
    pub pairs: u32,
    pub unanswered: u32,
    pub flows: u32,
}

impl Bound {
    fn add(&mut self, flows: u64, unanswered: bool) {
        self.pairs += 1;
        self.unanswered += u32::from(unanswered);
        self.flows = self.flows.saturating_add(u32::try_from(flows).unwrap_or(u32::MAX));
    }
}

/// An address as one word.
pub(super) fn word(address: Address) -> u64 {
    match address {
        Address::V4(bits) => u64::from(bits),
        Address::V6(number) => 1 << 32 | u64::from(number),
    }
}

/// The address of a word.
pub(super) fn address(word: u64) -> Address {
    if word >> 32 == 0 { Address::V4(word as u32) } else { Address::V6(word as u32) }
}

impl Sources {
    pub fn of(pairs: &PairTable) -> Self {
        let numbers = WordTable::with_hasher(Mixing(pairs.seed()));
        let mut sources = Sources { numbers, ..Sources::default() };
        sources.of_pairs.reserve_exact(pairs.len());
        for chunk in pairs.chunks() {
            sources.add(chunk);
        }
        sources
    }

    // Functions of their own, called often: see `Counter::count_chunk`.
    #[inline(never)]
    fn add(&mut self, chunk: Chunk<'_>) {
        chunk.for_each(|pair| {
            let new = self.totals.len() as u64;
            let number = *self.numbers.entry((word(pair.key().source()), 0, 0)).or_insert(new);
            if number == new {
                self.totals.push(Bound::default());
            }
            if let Some(total) = self.totals.get_mut(number as usize) {
                total.add(pair.count(), pair.unanswered());
            }
            self.of_pairs.push(number as u32);
        });
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.totals.len()
    }

    /// The sources that can have that many pairs or flows within an hour, with the numbers of all their pairs.
    ///
    /// Without `within_an_hour`, all that can have them at all.
    pub(super) fn busy(&self, pairs: &PairTable, least: Bound, within_an_hour: bool) -> Vec<Vec<u32>> {
        let can = |bound: &Bound| {
            bound.pairs >= least.pairs || bound.unanswered >= least.unanswered || bound.flows >= least.flows
        };
        // Position among those that are looked at, plus one.
        let mut places = vec![0_u32; self.totals.len()];
        let mut looked_at = 0;
        for (place, _) in places.iter_mut().zip(&self.totals).filter(|(_, total)| can(total)) {
            looked_at += 1;
            *place = looked_at;
        }
        if within_an_hour {
            looked_at = self.leave_quiet(pairs, &mut places, looked_at, &can);
        }
        let mut out = vec![Vec::new(); looked_at as usize];
        self.each(pairs, &places, &mut |place, pair| {
            if let Some(numbers) = out.get_mut(place) {
                numbers.push(pair.number);
            }
        });
        out
    }

    /// Takes their places from those that cannot have as much in any hour; how many remain.
    fn leave_quiet(
        &self,
        pairs: &PairTable,
        places: &mut [u32],
        looked_at: u32,
        can: &dyn Fn(&Bound) -> bool,
    ) -> u32 {
        let mut hours = vec![[Bound::default(); HOURS]; looked_at as usize];
        self.each(pairs, places, &mut |place, pair| {
            if let Some(hours) = hours.get_mut(place) {
                add_hours(hours, pair);
            }
        });
        let mut busy = 0;
        for place in places.iter_mut().filter(|place| **place > 0) {
            let remains = hours.get(*place as usize - 1).is_some_and(|hours| hours.iter().any(can));
            busy += u32::from(remains);
            *place = if remains { busy } else { 0 };
        }
        busy
    }

    /// All pairs of the sources that have a place.
    fn each<'a>(&self, pairs: &'a PairTable, places: &[u32], each: &mut dyn FnMut(usize, PairRef<'a>)) {
        let mut sources = self.of_pairs.iter();
        for chunk in pairs.chunks() {
            each_of(chunk, &mut sources, places, each);
        }
    }
}

#[inline(never)]
fn each_of<'a>(
    chunk: Chunk<'a>,
    sources: &mut std::slice::Iter<'_, u32>,
    places: &[u32],
    each: &mut dyn FnMut(usize, PairRef<'a>),
) {
    chunk.for_each(|pair| {
        let place = sources.next().and_then(|source| places.get(*source as usize)).copied().unwrap_or(0);
        if place > 0 {
            each(place as usize - 1, pair);
        }
    });
}

/// Adds what a pair can have in every two adjacent hours, of which a window of an hour touches no more: all but
/// one flow for each of its other hours.
fn add_hours(hours: &mut [Bound; HOURS], pair: PairRef<'_>) {
    let (bits, count, unanswered) = (pair.hour_bits(), pair.count(), pair.unanswered());
    let mut touched = bits | bits.rotate_right(1);
    while touched != 0 {
        let hour = touched.trailing_zeros();
        touched &= touched - 1;
        let elsewhere = (bits & !0b11_u32.rotate_left(hour)).count_ones();
        if let Some(bound) = hours.get_mut(hour as usize) {
            bound.add(count - u64::from(elsewhere).min(count), unanswered);
        }
    }
}
