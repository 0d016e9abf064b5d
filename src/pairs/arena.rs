//! Bytes of many growing streams, packed in blocks.
//!
//! A stream's blocks double from 32 to 512 bytes and each names the one before, so that a stream of any
//! length wastes little, costs one new block a few dozen flows, and grows without moving a byte.

/// Blocks begin at multiples of this.
const UNIT: usize = 32;
const LARGEST: u8 = 4;
/// What a block spends on naming the one before: its number (`u32`) and its size class.
const LINK: usize = 5;
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
    chunks: Vec<Box<[u8]>>,
    /// Bytes in use of the last chunk.
    fill: usize,
}

impl Arena {
    /// Appends to the stream that ends at `tail`.
    pub fn append(&mut self, tail: &mut Tail, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = if tail.block == 0 { 0 } else { size(tail.class) - usize::from(tail.fill) };
            if room == 0 {
                self.grow(tail);
                continue;
            }
            let (now, later) = bytes.split_at(bytes.len().min(room));
            let fill = usize::from(tail.fill);
            if let Some(place) = self.block_mut(tail.block, tail.class).get_mut(fill..fill + now.len()) {
                place.copy_from_slice(now);
            }
            tail.fill += now.len() as u16;
            bytes = later;
        }
    }

    /// Appends the whole stream that ends at `tail` to `out`.
    pub fn read(&self, tail: Tail, out: &mut Vec<u8>) {
        let mut blocks = Vec::new();
        let mut at = tail;
        while at.block != 0 {
            blocks.push(at);
            at = self.before(at);
        }
        for at in blocks.iter().rev() {
            let block = self.block(at.block, at.class);
            out.extend_from_slice(block.get(LINK..usize::from(at.fill)).unwrap_or_default());
        }
    }

    /// The (full) block before this one.
    fn before(&self, at: Tail) -> Tail {
        match self.block(at.block, at.class).first_chunk::<LINK>() {
            Some(&[a, b, c, d, class]) => {
                Tail { block: u32::from_le_bytes([a, b, c, d]), fill: size(class) as u16, class }
            }
            None => Tail::default(),
        }
    }

    /// Begins the stream's next block.
    fn grow(&mut self, tail: &mut Tail) {
        let class = if tail.block == 0 { 0 } else { LARGEST.min(tail.class + 1) };
        if self.chunks.is_empty() || self.fill + size(class) > CHUNK {
            self.chunks.push(vec![0; CHUNK].into_boxed_slice());
            self.fill = 0;
        }
        let unit = ((self.chunks.len() - 1) * CHUNK + self.fill) / UNIT;
        self.fill += size(class);
        let number = unit as u32 + 1;
        if let Some((link, _)) = self.block_mut(number, class).split_first_chunk_mut::<LINK>() {
            let [a, b, c, d] = tail.block.to_le_bytes();
            *link = [a, b, c, d, tail.class];
        }
        *tail = Tail { block: number, fill: LINK as u16, class };
    }

    fn place(number: u32) -> (usize, usize) {
        let byte = (number as usize - 1) * UNIT;
        (byte / CHUNK, byte % CHUNK)
    }

    fn block(&self, number: u32, class: u8) -> &[u8] {
        let (chunk, at) = Arena::place(number);
        self.chunks.get(chunk).and_then(|chunk| chunk.get(at..at + size(class))).unwrap_or_default()
    }

    fn block_mut(&mut self, number: u32, class: u8) -> &mut [u8] {
        let (chunk, at) = Arena::place(number);
        self.chunks.get_mut(chunk).and_then(|chunk| chunk.get_mut(at..at + size(class))).unwrap_or_default()
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
                let bytes: Vec<u8> =
                    (0..(round * 7 + number) % 27).map(|i| (i * 31 + round + number) as u8).collect();
                arena.append(tail, &bytes);
                expected.extend(bytes);
            }
        }
        assert!(arena.chunks.len() > 1);
        for (tail, expected) in streams {
            let mut out = Vec::new();
            arena.read(tail, &mut out);
            assert!(out == expected);
        }
    }
}
