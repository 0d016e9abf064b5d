//! Whether a source duplicates an earlier one: the same file twice, or a log after an older copy of it.
//!
//! Fingerprints are compared: hashes of the first 64 KiB and of the first KiB of each later 64 KiB. Times, ports and
//! sizes in these places are not equal by chance, and a fingerprint costs next to nothing.

/// A sample begins at each multiple of this; the first sample is a whole block.
const BLOCK: u64 = 64 * 1024;
const SAMPLE: u64 = 1024;

/// The fingerprint of a source, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Fingerprint {
    /// After each complete sample, the hash of all samples so far.
    sample_hashes: Vec<u64>,
    hash: u64,
    /// The bytes after the last complete eight.
    word: u64,
    pub length: u64,
}

impl Fingerprint {
    /// End offset of the bytes known to duplicate an earlier source, if there is one.
    pub fn duplicate_until(&self, earlier: &[Fingerprint]) -> Option<u64> {
        earlier.iter().filter_map(|earlier| self.equal_until(earlier)).max()
    }

    /// The end of the sample that begins at this offset, if one does.
    pub fn sample_end(from: u64) -> u64 {
        if from.is_multiple_of(BLOCK) { from + SAMPLE } else { from }
    }

    /// Adds the next bytes.
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
                self.sample_hashes.push(self.hash);
            }
            rest = later;
        }
    }

    /// Hashes bytes of a sample, eight at a time.
    fn mix(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some((&byte, after)) = rest.split_first() {
            if self.length.is_multiple_of(8)
                && let Some(eight) = rest.first_chunk::<8>()
            {
                self.mix_word(u64::from_le_bytes(*eight));
                self.length += 8;
                rest = rest.get(8..).unwrap_or_default();
                continue;
            }
            self.word = self.word >> 8 | u64::from(byte) << 56;
            self.length += 1;
            if self.length.is_multiple_of(8) {
                self.mix_word(self.word);
                self.word = 0;
            }
            rest = after;
        }
    }

    fn mix_word(&mut self, word: u64) {
        // The factor of SplitMix64.
        self.hash = (self.hash ^ word).wrapping_mul(0xBF58_476D_1CE4_E5B9).rotate_left(29);
    }

    /// End offset of the bytes that are known to equal those of an earlier source. This source must have been read to
    /// the end of a sample, or to its own end.
    fn equal_until(&self, earlier: &Fingerprint) -> Option<u64> {
        let whole = self.sample_hashes.len();
        let same_samples =
            self.sample_hashes.last() == earlier.sample_hashes.get(whole.wrapping_sub(1)) && whole > 0;
        let same_source = self.length == earlier.length && self.end() == earlier.end();
        match (same_samples, same_source) {
            (true, false) => Some(earlier.length.min(whole as u64 * BLOCK)),
            (_, true) => Some(self.length),
            _ => None,
        }
    }

    /// The hash of all samples, with an incomplete last one.
    fn end(&self) -> u64 {
        self.hash ^ self.word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(bytes: &[u8], piece: usize) -> Fingerprint {
        let mut fingerprint = Fingerprint::default();
        bytes.chunks(piece).for_each(|bytes| fingerprint.add(bytes));
        fingerprint
    }

    fn bytes(length: usize) -> Vec<u8> {
        (0..length as u64).map(|at| (at.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as u8).collect()
    }

    #[test]
    fn pieces_do_not_matter() {
        let text = bytes(200_003);
        let whole = fingerprint(&text, text.len());
        for piece in [1, 7, 8, 1000, 65_536] {
            let pieces = fingerprint(&text, piece);
            assert_eq!(
                (pieces.sample_hashes, pieces.hash, pieces.word),
                (whole.sample_hashes.clone(), whole.hash, whole.word)
            );
        }
        assert_eq!((whole.sample_hashes.len(), whole.length), (4, 200_003));
    }

    #[test]
    fn the_same_source_and_its_beginnings_are_recognised() {
        let text = bytes(200_003);
        let until =
            |now: &[u8], earlier: &[u8]| fingerprint(now, 99).equal_until(&fingerprint(earlier, 1000));
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
