//! Bytes of many growing streams, packed in blocks of one cache line.
//!
//! Each block refers to the block before it, so that a stream grows without moving a byte. Bytes that are appended
//! together are never split between blocks. Copies have a fixed length, as a copy of variable length is a call into
//! the engine in WebAssembly. The bytes after the end of a stream are therefore undefined.

use super::chunked_vec::ChunkedVec;

/// Bytes of a block.
const BLOCK: usize = 64;
/// Bytes of the reference to the block before: its number (`u32`) and fill.
const LINK: usize = 5;

/// One cache line.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Block([u8; BLOCK]);

impl Default for Block {
    fn default() -> Self {
        Block([0; BLOCK])
    }
}

/// The end of a stream: where its next byte goes. All zero is a stream without bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tail {
    /// Number of the block plus 1; 0 if there is none.
    pub block: u32,
    /// Used bytes of the block, with the reference.
    pub fill: u8,
}

/// The blocks of all streams.
#[derive(Debug, Default)]
pub(super) struct Arena {
    blocks: ChunkedVec<Block>,
    /// The last freed block, which refers to the one freed before it.
    freed: Tail,
    freed_blocks: usize,
}

impl Arena {
    /// Appends the first `len` of `N` bytes to the stream that ends at `tail`, and returns its new end.
    #[inline(always)]
    pub fn append<const N: usize>(&mut self, tail: Tail, bytes: &[u8; N], len: usize) -> Tail {
        const { assert!(LINK + N <= BLOCK) };
        let Tail { block, fill } = match tail.block == 0 || usize::from(tail.fill) + N > BLOCK {
            true => self.grow(tail),
            false => tail,
        };
        if let Some(place) = self.block_mut(block).get_mut(usize::from(fill)..)
            && let Some(place) = place.first_chunk_mut::<N>()
        {
            *place = *bytes;
        }
        Tail { block, fill: fill + len as u8 }
    }

    /// The pieces of the stream that ends at `tail`, first to last: the bytes of each block, and how many of them
    /// belong to the stream. `chain` is scratch space.
    #[inline(always)]
    pub fn pieces(&self, tail: Tail, chain: &mut Vec<Tail>, mut each: impl FnMut(&[u8], usize)) {
        chain.clear();
        let mut at = tail;
        while at.block != 0 {
            chain.push(at);
            at = self.before(at);
        }
        for at in chain.iter().rev() {
            let bytes = self.block(at.block).get(LINK..).unwrap_or_default();
            each(bytes, usize::from(at.fill).saturating_sub(LINK));
        }
    }

    /// The block before this one.
    fn before(&self, at: Tail) -> Tail {
        match self.block(at.block).first_chunk::<LINK>() {
            Some(&[a, b, c, d, fill]) => Tail { block: u32::from_le_bytes([a, b, c, d]), fill },
            None => Tail::default(),
        }
    }

    /// Bytes of memory in use.
    pub fn bytes(&self) -> usize {
        self.blocks.bytes()
    }

    /// Bytes of memory that many more blocks need at most.
    pub fn bytes_for(&self, blocks: usize) -> usize {
        self.blocks.bytes_for(blocks.saturating_sub(self.freed_blocks))
    }

    /// Frees the blocks of the stream that ends at `tail`.
    pub fn free(&mut self, tail: Tail) {
        let mut at = tail;
        while at.block != 0 {
            let before = self.before(at);
            let freed = std::mem::replace(&mut self.freed, at);
            self.link(at.block, freed);
            self.freed_blocks += 1;
            at = before;
        }
    }

    /// Begins the stream's next block.
    #[inline(never)]
    fn grow(&mut self, before: Tail) -> Tail {
        let block = self.free_block();
        self.link(block, before);
        Tail { block, fill: LINK as u8 }
    }

    /// The number of an unused block.
    fn free_block(&mut self) -> u32 {
        if self.freed.block != 0 {
            let block = self.freed.block;
            self.freed = self.before(self.freed);
            self.freed_blocks -= 1;
            return block;
        }
        self.blocks.push_default();
        self.blocks.len() as u32
    }

    /// Makes a block refer to the one before it.
    fn link(&mut self, block: u32, before: Tail) {
        let [a, b, c, d] = before.block.to_le_bytes();
        if let Some(link) = self.block_mut(block).first_chunk_mut::<LINK>() {
            *link = [a, b, c, d, before.fill];
        }
    }

    #[inline(always)]
    fn block(&self, number: u32) -> &[u8] {
        let block = self.blocks.get(number.wrapping_sub(1) as usize);
        block.map_or(&[], |block| &block.0)
    }

    #[inline(always)]
    fn block_mut(&mut self, number: u32) -> &mut [u8] {
        let block = self.blocks.get_mut(number.wrapping_sub(1) as usize);
        block.map_or(&mut [], |block| &mut block.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_of_any_length_come_back() {
        let mut arena = Arena::default();
        let mut streams = vec![(Tail::default(), Vec::new()); 90];
        for round in 0..1200_usize {
            for (number, (tail, expected)) in streams.iter_mut().enumerate() {
                let len = (round * 7 + number) % 33;
                let mut bytes = [0xFF; 32];
                for (i, byte) in bytes.iter_mut().take(len).enumerate() {
                    *byte = (i * 31 + round + number) as u8;
                }
                *tail = match bytes.first_chunk::<16>() {
                    Some(short) if len <= 16 => arena.append(*tail, short, len),
                    _ => arena.append(*tail, &bytes, len),
                };
                expected.extend_from_slice(&bytes[..len]);
            }
        }
        assert!(arena.blocks.len() > super::super::chunked_vec::CHUNK);
        let (bytes, half) = (arena.bytes(), streams.len() / 2);
        for (tail, _) in streams.drain(..half) {
            arena.free(tail);
        }
        // What was freed is used again, and the others are not touched.
        let mut again = (Tail::default(), Vec::new());
        for round in 0..3000_usize {
            let piece = [round as u8; 16];
            again.0 = arena.append(again.0, &piece, 16);
            again.1.extend(piece);
        }
        assert_eq!(arena.bytes(), bytes);
        streams.push(again);
        for (tail, expected) in streams {
            let mut out = Vec::new();
            arena.pieces(tail, &mut Vec::new(), |piece, len| out.extend_from_slice(&piece[..len]));
            assert!(out == expected);
        }
    }
}
