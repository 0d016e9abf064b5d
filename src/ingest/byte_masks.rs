//! Which of 64 bytes are delimiters, line feeds and quotes, as bits.

use wide::u8x16;

#[derive(Debug, Clone, Copy)]
pub(super) struct Masks {
    /// Delimiters and line feeds.
    pub ends: u64,
    pub lines: u64,
    pub quotes: u64,
}

/// Finds the bytes of a 64-byte word.
#[inline(always)]
pub(super) fn masks(word: &[u8; 64], delimiter: u8) -> Masks {
    let lines = equal(word, b'\n');
    Masks { ends: lines | equal(word, delimiter), lines, quotes: equal(word, b'"') }
}

/// Bit `i` is set where byte `i` equals `byte`.
#[inline(always)]
fn equal(word: &[u8; 64], byte: u8) -> u64 {
    let byte = u8x16::splat(byte);
    let quarters = word.as_chunks::<16>().0.iter().rev();
    quarters.fold(0, |mask, &quarter| mask << 16 | u64::from(u8x16::new(quarter).simd_eq(byte).to_bitmask()))
}
