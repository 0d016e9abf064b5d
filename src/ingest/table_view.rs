//! Views of the rows of a block: one row, or a table whose rows have equal numbers of fields.

/// Where a row ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowEnd {
    /// Number of fields in the block up to the end of this row.
    pub fields: u32,
    /// Start of the next row.
    pub next: u32,
}

/// One row of a block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    /// Position of its first byte.
    pub start: usize,
    pub ends: &'a [u32],
}

impl Row<'_> {
    /// Number of fields, at least 1.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Start and end of a field, if the row has it.
    #[inline(always)]
    pub fn field(&self, index: usize) -> Option<(usize, usize)> {
        let end = *self.ends.get(index)? as usize;
        let start = match index {
            0 => self.start,
            _ => *self.ends.get(index - 1)? as usize + 1,
        };
        Some((start, end))
    }

    /// Position after its last byte, without the line end.
    pub fn end(&self) -> usize {
        self.ends.last().map_or(self.start, |&end| end as usize)
    }
}

/// Rows that all have the same number of fields.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table<'a> {
    pub ends: &'a [u32],
    pub rows: &'a [RowEnd],
    pub fields: usize,
}

impl<'a> Table<'a> {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Number of fields in each row.
    pub fn width(&self) -> usize {
        self.fields
    }

    /// Start and end of each row's first field.
    #[inline(always)]
    pub fn first_column(&self) -> impl Iterator<Item = (usize, usize)> + 'a {
        let starts = std::iter::once(0).chain(self.rows.iter().map(|row| row.next as usize));
        let ends = self.ends.chunks_exact(self.fields);
        ends.zip(starts).map(|(ends, start)| (start, ends.first().map_or(0, |&end| end as usize)))
    }

    /// Start and end of each row's field in a column other than the first, which all rows must have.
    #[inline(always)]
    pub fn column(&self, index: usize) -> impl Iterator<Item = (usize, usize)> + 'a {
        let at = |ends: &[u32], index: usize| ends.get(index).map_or(0, |&end| end as usize);
        self.ends.chunks_exact(self.fields).map(move |ends| (at(ends, index - 1) + 1, at(ends, index)))
    }
}
