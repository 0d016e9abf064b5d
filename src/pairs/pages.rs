//! Memory in pieces of one size, so that what one structure frees the next can use: a segment is made of the memory
//! that its log gives back, however the two lie among others.

/// Bytes of a page.
pub(super) const PAGE: usize = 16 << 10;
/// Bytes behind what is stored in a page of bytes, so that numbers can be read and written eight bytes at a time.
pub(super) const PADDING: usize = 16;

/// An array in pages.
#[derive(Debug, Clone)]
pub(super) struct PagedVec<T> {
    /// All but the last are full.
    pages: Vec<Vec<T>>,
    len: usize,
}

impl<T> Default for PagedVec<T> {
    fn default() -> Self {
        PagedVec { pages: Vec::new(), len: 0 }
    }
}

impl<T: Copy> PagedVec<T> {
    const PER_PAGE: usize = PAGE / size_of::<T>();

    pub fn len(&self) -> usize {
        self.len
    }

    /// Appends an item. `expected` is how many items there will be in all: memory is reserved for no more.
    #[inline(always)]
    pub fn push(&mut self, item: T, expected: usize) {
        if self.len.is_multiple_of(Self::PER_PAGE) {
            self.pages.push(Vec::with_capacity(Self::PER_PAGE.min(expected.saturating_sub(self.len).max(1))));
        }
        if let Some(page) = self.pages.last_mut() {
            page.push(item);
            self.len += 1;
        }
    }

    #[inline(always)]
    pub fn get(&self, index: usize) -> Option<&T> {
        self.pages.get(index / Self::PER_PAGE)?.get(index % Self::PER_PAGE)
    }

    #[inline(always)]
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        self.pages.get_mut(index / Self::PER_PAGE)?.get_mut(index % Self::PER_PAGE)
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.pages.iter().flatten()
    }

    /// The first place in a range whose item is not before what is looked for; the range is in order.
    pub fn partition_point(&self, range: std::ops::Range<usize>, is_before: impl Fn(&T) -> bool) -> usize {
        let (mut low, mut high) = (range.start, range.end);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(middle).is_some_and(&is_before) {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        low
    }

    /// Bytes of memory in use.
    pub fn bytes(&self) -> usize {
        self.len * size_of::<T>()
    }
}

/// Strings of bytes, each in one piece.
#[derive(Debug, Default)]
pub(super) struct PagedBytes {
    /// Of [`PAGE`] bytes; a string that is longer has a page of its own.
    pages: Vec<Vec<u8>>,
    /// Bytes in use of the last page.
    fill: usize,
}

/// Where a string of bytes begins: the number of its page, and where in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct BytesPlace(u32);

impl BytesPlace {
    #[inline(always)]
    pub fn page(self) -> usize {
        self.0 as usize / PAGE
    }

    #[inline(always)]
    pub fn offset(self) -> usize {
        self.0 as usize % PAGE
    }
}

impl PagedBytes {
    /// Bytes that a page can hold.
    const ROOM: usize = PAGE - PADDING;

    /// Makes room for a string of that many bytes.
    pub fn reserve(&mut self, len: usize) -> BytesPlace {
        let is_large = len > Self::ROOM;
        if is_large || self.pages.is_empty() || self.fill + len > Self::ROOM {
            let size = if is_large { len + PADDING } else { PAGE };
            self.pages.push(vec![0; size]);
            self.fill = 0;
        }
        let place = BytesPlace(((self.pages.len() - 1) * PAGE + self.fill) as u32);
        // What follows a large string begins a page.
        self.fill = if is_large { PAGE } else { self.fill + len };
        place
    }

    /// Gives back what is not needed of the last page, when all room is made.
    pub fn shrink_to_fit(&mut self) {
        if let Some(last) = self.pages.last_mut().filter(|last| last.len() == PAGE) {
            last.truncate(self.fill + PADDING);
            last.shrink_to_fit();
        }
    }

    /// The bytes of a page from a place on, with what is behind the string.
    #[inline(always)]
    pub fn get(&self, place: BytesPlace) -> &[u8] {
        self.pages.get(place.page()).and_then(|page| page.get(place.offset()..)).unwrap_or_default()
    }

    /// The bytes of a page.
    #[inline(always)]
    pub fn page_mut(&mut self, page: usize) -> &mut [u8] {
        self.pages.get_mut(page).map_or(&mut [], Vec::as_mut_slice)
    }

    /// Bytes of memory in use.
    pub fn bytes(&self) -> usize {
        self.pages.iter().map(Vec::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_back_from_pages() {
        let mut items = PagedVec::default();
        for number in 0..5000_u64 {
            items.push(number, 5000);
        }
        assert_eq!((items.len(), items.get(4999), items.get(5000)), (5000, Some(&4999), None));
        assert!(items.iter().copied().eq(0..5000));
        assert_eq!(items.partition_point(100..4000, |number| *number < 2222), 2222);
        assert_eq!(items.partition_point(100..4000, |_| false), 100);
        assert_eq!(items.partition_point(100..4000, |_| true), 4000);
    }

    #[test]
    fn strings_do_not_overlap() {
        let mut bytes = PagedBytes::default();
        let places: Vec<(BytesPlace, usize)> =
            [1, 9000, 9000, 40_000, 7, 16_368, 50_000].map(|len| (bytes.reserve(len), len)).into();
        bytes.shrink_to_fit();
        for ((place, len), fill) in places.iter().zip(1..) {
            bytes.page_mut(place.page())[place.offset()..][..*len].fill(fill);
        }
        for ((place, len), fill) in places.iter().zip(1..) {
            assert!(bytes.get(*place)[..*len].iter().all(|byte| *byte == fill));
            assert!(bytes.get(*place).len() >= len + PADDING);
        }
    }
}
