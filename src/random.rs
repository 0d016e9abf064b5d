//! Made-up numbers, for the tests of the crate and those beside it.

/// Numbers from a seed (SplitMix64): the same on every machine.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Random(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

/// Numbers below what is asked.
pub(crate) fn numbers(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut random = Random::new(seed);
    move |below| random.next() % below
}
