//! Bytes of many growing streams, packed in blocks.
//!
//! A stream's blocks double from 32 to 512 bytes and each names the one before, so that a stream of any
//! length wastes little, costs one new block a few dozen flows, and grows without moving a byte. What is
//! appended at once is never divided between blocks.

/// Blocks begin at multiples of this.
const UNIT: usize = 32;
const LARGEST: u8 = 4;
/// What a block spends on naming the one before: its number (`u32`), fill (`u16`) and size class.
const LINK: usize = 7;
/// The most that can be appended at once: what the smallest block holds.
pub(super) const LONGEST: usize = UNIT - LINK;
/// The arena grows by this much, so that growing never copies it.
const CHUNK: usize = 256 * 1024;

fn size(class: u8) -> usize {
    UNIT << class
}

/// The end of a stream: where its next byte goes. Zeroed, it is a stream without bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tail {
    /// Number of the block, in units, plus 1; 0 if there is none.
    block: u32,
    /// Bytes in use of the block, with the link.
    fill: u16,
    class: u8,
}

/// The blocks of all streams.
#[derive(Debug, Default)]
pub(super) struct Arena {
    /// Each of room for [`CHUNK`] bytes, and as long as the blocks in it.
    chunks: Vec<Vec<u8>>,
}

impl Arena {
    /// Appends at most [`LONGEST`] bytes to the stream that ends at `tail`.
    pub fn append(&mut self, tail: &mut Tail, bytes: &[u8]) {
        debug_assert!(bytes.len() <= LONGEST);
        if tail.block == 0 || usize::from(tail.fill) + bytes.len() > size(tail.class) {
            self.grow(tail);
        }
        let fill = usize::from(tail.fill);
        if let Some(place) = self.block_mut(*tail).get_mut(fill..fill + bytes.len()) {
            place.copy_from_slice(bytes);
            tail.fill += bytes.len() as u16;
        }
    }

    /// The pieces of the stream that ends at `tail`, first to last: each the bytes of a block from its
    /// first on, and how many of them count. `chain` is scratch space.
    #[inline(always)]
    pub fn pieces(&self, tail: Tail, chain: &mut Vec<Tail>, mut each: impl FnMut(&[u8], usize)) {
        chain.clear();
        let mut at = tail;
        while at.block != 0 {
            chain.push(at);
            at = self.before(at);
        }
        for at in chain.iter().rev() {
            each(self.block(*at).get(LINK..).unwrap_or_default(), usize::from(at.fill).saturating_sub(LINK));
        }
    }

    /// The block before this one.
    fn before(&self, at: Tail) -> Tail {
        match self.block(at).first_chunk::<LINK>() {
            Some(&[a, b, c, d, e, f, class]) => {
                Tail { block: u32::from_le_bytes([a, b, c, d]), fill: u16::from_le_bytes([e, f]), class }
            }
            None => Tail::default(),
        }
    }

    /// Begins the stream's next block.
    fn grow(&mut self, tail: &mut Tail) {
        let class = if tail.block == 0 { 0 } else { LARGEST.min(tail.class + 1) };
        let full = |chunk: &Vec<u8>| chunk.len() + size(class) > CHUNK;
        if self.chunks.last().is_none_or(full) {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        let before = (self.chunks.len() - 1) * CHUNK;
        let Some(chunk) = self.chunks.last_mut() else { return };
        let unit = (before + chunk.len()) / UNIT;
        // Zeroed only now, when it is about to be written.
        chunk.resize(chunk.len() + size(class), 0);
        let next = Tail { block: unit as u32 + 1, fill: LINK as u16, class };
        if let Some(link) = self.block_mut(next).first_chunk_mut::<LINK>() {
            let ([a, b, c, d], [e, f]) = (tail.block.to_le_bytes(), tail.fill.to_le_bytes());
            *link = [a, b, c, d, e, f, tail.class];
        }
        *tail = next;
    }

    fn block(&self, at: Tail) -> &[u8] {
        let byte = (at.block as usize).wrapping_sub(1).wrapping_mul(UNIT);
        let chunk = self.chunks.get(byte / CHUNK);
        chunk.and_then(|chunk| chunk.get(byte % CHUNK..byte % CHUNK + size(at.class))).unwrap_or_default()
    }

    fn block_mut(&mut self, at: Tail) -> &mut [u8] {
        let byte = (at.block as usize).wrapping_sub(1).wrapping_mul(UNIT);
        let chunk = self.chunks.get_mut(byte / CHUNK);
        chunk.and_then(|chunk| chunk.get_mut(byte % CHUNK..byte % CHUNK + size(at.class))).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_of_any_length_come_back() {
        let mut arena = Arena::default();
        let mut streams = vec![(Tail::default(), Vec::new()); 90];
        for round in 0..400_usize {
            for (number, (tail, expected)) in streams.iter_mut().enumerate() {
                let bytes: Vec<u8> = (0..(round * 7 + number) % (LONGEST + 1))
                    .map(|i| (i * 31 + round + number) as u8)
                    .collect();
                arena.append(tail, &bytes);
                expected.extend(bytes);
            }
        }
        assert!(arena.chunks.len() > 1);
        for (tail, expected) in streams {
            let mut out = Vec::new();
            arena.pieces(tail, &mut Vec::new(), |piece, len| out.extend_from_slice(&piece[..len]));
            assert!(out == expected);
        }
    }
}
