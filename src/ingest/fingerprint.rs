//! Whether a source says again what an earlier one said: the same file twice, or a log after an older copy
//! of it.
//!
//! Prints are compared, not bytes: of the first 64 KiB, and of the first KiB of each 64 KiB from there on.
//! What flows tell in these places (times, ports, sizes) does not agree by chance, and a print costs next
//! to nothing.

/// From here to there a sample begins; the first one is whole.
const BLOCK: u64 = 64 * 1024;
const SAMPLE: u64 = 1024;

/// The print of a source, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Fingerprint {
    /// The hash of all samples so far, after each whole one.
    marks: Vec<u64>,
    hash: u64,
    /// The bytes after the last whole eight.
    word: u64,
    pub length: u64,
}

impl Fingerprint {
    /// Up to where an earlier source says the same, if one does.
    pub fn same_as_any(&self, earlier: &[Fingerprint]) -> Option<u64> {
        earlier.iter().filter_map(|earlier| self.same_until(earlier)).max()
    }

    /// Where the sample ends that begins with this block; what begins within a block ends at once.
    pub fn sample_end(from: u64) -> u64 {
        if from.is_multiple_of(BLOCK) { from + SAMPLE } else { from }
    }

    /// Goes on with the next bytes.
    #[inline(never)]
    pub fn add(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (block, within) = (self.length / BLOCK, self.length % BLOCK);
            let sample = if block == 0 { BLOCK } else { SAMPLE };
            let edge = if within < sample { sample } else { BLOCK };
            let (now, later) = rest.split_at(rest.len().min((edge - within) as usize));
            if within < sample {
                self.mix(now);
            } else {
                self.length += now.len() as u64;
            }
            if within < sample && (self.length - 1) % BLOCK + 1 == sample {
                self.marks.push(self.hash);
            }
            rest = later;
        }
    }

    /// Hashes bytes of a sample, eight at a time where they are whole.
    fn mix(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some((&byte, after)) = rest.split_first() {
            if self.length.is_multiple_of(8)
                && let Some(eight) = rest.first_chunk::<8>()
            {
                self.turn(u64::from_le_bytes(*eight));
                self.length += 8;
                rest = rest.get(8..).unwrap_or_default();
                continue;
            }
            self.word = self.word >> 8 | u64::from(byte) << 56;
            self.length += 1;
            if self.length.is_multiple_of(8) {
                self.turn(self.word);
                self.word = 0;
            }
            rest = after;
        }
    }

    fn turn(&mut self, word: u64) {
        // An odd factor with bits all over, SplitMix64's.
        self.hash = (self.hash ^ word).wrapping_mul(0xBF58_476D_1CE4_E5B9).rotate_left(29);
    }

    /// Up to which byte the earlier source, if it is one that began so, says the same as this one, which was
    /// read up to the end of a sample or to its own end.
    fn same_until(&self, earlier: &Fingerprint) -> Option<u64> {
        let whole = self.marks.len();
        let same_samples = self.marks.last() == earlier.marks.get(whole.wrapping_sub(1)) && whole > 0;
        let same_source = self.length == earlier.length && self.end() == earlier.end();
        match (same_samples, same_source) {
            (true, false) => Some(earlier.length.min(whole as u64 * BLOCK)),
            (_, true) => Some(self.length),
            _ => None,
        }
    }

    /// The hash of all samples, also of one that is not whole.
    fn end(&self) -> u64 {
        self.hash ^ self.word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(bytes: &[u8], piece: usize) -> Fingerprint {
        let mut print = Fingerprint::default();
        bytes.chunks(piece).for_each(|bytes| print.add(bytes));
        print
    }

    fn bytes(length: usize) -> Vec<u8> {
        (0..length as u64).map(|at| (at.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as u8).collect()
    }

    #[test]
    fn pieces_do_not_matter() {
        let text = bytes(200_003);
        let whole = print(&text, text.len());
        for piece in [1, 7, 8, 1000, 65_536] {
            let pieces = print(&text, piece);
            assert_eq!(
                (pieces.marks, pieces.hash, pieces.word),
                (whole.marks.clone(), whole.hash, whole.word)
            );
        }
        assert_eq!((whole.marks.len(), whole.length), (4, 200_003));
    }

    #[test]
    fn the_same_source_and_its_beginnings_are_known() {
        let text = bytes(200_003);
        let until = |now: &[u8], earlier: &[u8]| print(now, 99).same_until(&print(earlier, 1000));
        assert_eq!(until(&text, &text), Some(200_003));
        assert_eq!(until(&text[..500], &text[..500]), Some(500));
        assert_eq!(until(&text[..500], &text[..501]), None);
        // As far as it was read, at the end of each sample.
        assert_eq!(until(&text[..65_536], &text), Some(65_536));
        assert_eq!(until(&text[..65_536 + 1024], &text), Some(131_072));
        assert_eq!(until(&text[..65_536 + 1024], &text[..70_000]), Some(70_000));
        assert_eq!(until(&text[..65_536], &text[..60_000]), None);
        let mut other = text.clone();
        other[65_000] ^= 1;
        assert_eq!(until(&text[..65_536], &other), None);
        other[65_000] ^= 1;
        other[131_072 + 1023] ^= 1;
        assert_eq!(until(&text[..131_072 + 1024], &other), None);
    }
}
