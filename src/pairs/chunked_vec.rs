//! A growing array in chunks. Growth moves no items and allocates little memory at a time.

/// Items per chunk (a power of two).
pub(super) const CHUNK: usize = 1 << 12;

/// The array.
#[derive(Debug)]
pub(super) struct ChunkedVec<T> {
    /// Each has a capacity of [`CHUNK`] items, and all but the last are full.
    chunks: Vec<Vec<T>>,
    len: usize,
}

impl<T> Default for ChunkedVec<T> {
    fn default() -> Self {
        ChunkedVec { chunks: Vec::new(), len: 0 }
    }
}

impl<T: Copy + Default> ChunkedVec<T> {
    pub fn len(&self) -> usize {
        self.len
    }

    #[inline(always)]
    pub fn get(&self, index: usize) -> Option<&T> {
        self.chunks.get(index / CHUNK)?.get(index % CHUNK)
    }

    #[inline(always)]
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        self.chunks.get_mut(index / CHUNK)?.get_mut(index % CHUNK)
    }

    /// Appends an item to be filled in place: a copy of a value that was just written would wait for the writes.
    #[inline(always)]
    pub fn push_default(&mut self) -> Option<&mut T> {
        if self.len.is_multiple_of(CHUNK) {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        let chunk = self.chunks.last_mut()?;
        chunk.push(T::default());
        self.len += 1;
        chunk.last_mut()
    }

    /// Keeps the items for which `keep` is true, in their order.
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        let mut kept = 0;
        for index in 0..self.len {
            let Some(&item) = self.get(index) else { break };
            if keep(&item) {
                if let Some(place) = self.get_mut(kept) {
                    *place = item;
                }
                kept += 1;
            }
        }
        self.len = kept;
        self.chunks.truncate(kept.div_ceil(CHUNK));
        if let Some(last) = self.chunks.last_mut() {
            last.truncate((kept - 1) % CHUNK + 1);
        }
    }

    /// The items, a chunk at a time.
    pub fn chunks(&self) -> impl Iterator<Item = &[T]> {
        self.chunks.iter().map(Vec::as_slice)
    }

    /// Bytes of memory in use.
    pub fn bytes(&self) -> usize {
        self.chunks.len() * CHUNK * size_of::<T>()
    }

    /// Bytes of memory that `items` more items need.
    pub fn bytes_for(&self, items: usize) -> usize {
        (self.len + items).div_ceil(CHUNK).saturating_sub(self.chunks.len()) * CHUNK * size_of::<T>()
    }
}
