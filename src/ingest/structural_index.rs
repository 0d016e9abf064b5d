//! Offsets of the fields and rows of a block. There are two scanners with equal results: a fast one for blocks without
//! quotes, and an exact one for all blocks.
//!
//! BE ADVISED: a block begins where a row begins, and may end anywhere. The bytes after the last complete row are left
//! for the next block.

use super::byte_masks::{Masks, masks};
use super::table_view::{Row, RowEnd, Table};

/// Maximum length of a quoted field, in bytes. Quoted fields may contain line ends, and a quote that is never closed
/// must not make one field of the rest of the file.
pub(crate) const MAX_QUOTED: usize = 64 * 1024;

/// Offsets of fields and rows.
#[derive(Debug, Default)]
pub(crate) struct StructuralIndex {
    /// Position after the last byte of each field. A field begins at the start of its row, or one byte after the end of
    /// the field before.
    ends: Vec<u32>,
    rows: Vec<RowEnd>,
    fields: usize,
    exact: bool,
}

impl StructuralIndex {
    /// The rows as a table, if all have the same number of fields.
    pub fn table(&self) -> Option<Table<'_>> {
        let fields = self.rows.first()?.fields;
        let uniform = self.rows.windows(2).all(|two| two[1].fields - two[0].fields == fields);
        let ends = self.ends.get(..self.rows.last()?.fields as usize)?;
        uniform.then_some(Table { ends, rows: &self.rows, fields: fields as usize })
    }

    /// Finds the complete rows of `block` and returns their length in bytes. With `last`, the bytes after the last line
    /// feed are a row too.
    #[inline(never)]
    pub fn scan(&mut self, block: &[u8], delimiter: u8, last: bool) -> usize {
        self.rows.clear();
        self.fields = 0;
        self.exact = !self.scan_unquoted(block, delimiter);
        if self.exact {
            self.rows.clear();
            self.fields = 0;
            return self.scan_exactly(block, delimiter, last);
        }
        self.end_block(block, last)
    }

    /// Whether every row is one line. True without quotes, as then no field contains a line end.
    pub fn rows_are_lines(&self) -> bool {
        !self.exact
    }

    /// Number of rows found.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows found.
    #[inline(always)]
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let (mut first, mut start) = (0_usize, 0_usize);
        self.rows.iter().map(move |row| {
            let ends = self.ends.get(first..row.fields as usize).unwrap_or_default();
            let found = Row { start, ends };
            first = row.fields as usize;
            start = row.next as usize;
            found
        })
    }

    /// Length in bytes of the rows found so far.
    fn whole_rows(&self) -> usize {
        self.rows.last().map_or(0, |row| row.next as usize)
    }

    /// Ends the last row if no block follows, and returns the length of all rows in bytes.
    fn end_block(&mut self, block: &[u8], last: bool) -> usize {
        let whole = self.whole_rows();
        if last && whole < block.len() {
            self.end_field(block.len());
            self.end_row(block.len(), block);
            return block.len();
        }
        whole
    }

    fn end_field(&mut self, at: usize) {
        if self.fields == self.ends.len() {
            self.ends.push(0);
        }
        if let Some(end) = self.ends.get_mut(self.fields) {
            *end = at as u32;
        }
        self.fields += 1;
    }

    /// Ends a row at the line feed at `at`, where its last field has been ended.
    fn end_row(&mut self, at: usize, block: &[u8]) {
        self.rows.push(RowEnd { fields: self.fields as u32, next: at as u32 + 1 });
        self.drop_carriage_return(self.fields - 1, at, block);
    }

    /// Excludes a carriage return before the line feed from the field that ends there.
    #[inline(always)]
    fn drop_carriage_return(&mut self, field: usize, at: usize, block: &[u8]) {
        if at > 0
            && block.get(at - 1) == Some(&b'\r')
            && let Some(end) = self.ends.get_mut(field)
        {
            *end = at as u32 - 1;
        }
    }

    /// The fast scanner: 64 bytes at a time. Returns false if there is a quote.
    fn scan_unquoted(&mut self, block: &[u8], delimiter: u8) -> bool {
        let mut words = block.chunks_exact(64);
        let mut at = 0_usize;
        for word in &mut words {
            let Some(word) = word.first_chunk::<64>() else { break };
            let masks = masks(word, delimiter);
            if masks.quotes != 0 {
                return false;
            }
            self.add_word(masks, at, block);
            at += 64;
        }
        for &byte in words.remainder() {
            match byte {
                b'"' => return false,
                b'\n' => {
                    self.end_field(at);
                    self.end_row(at, block);
                }
                _ if byte == delimiter => self.end_field(at),
                _ => {}
            }
            at += 1;
        }
        true
    }

    /// Adds the ends in a 64-byte word that begins at `at`.
    #[inline(always)]
    fn add_word(&mut self, masks: Masks, at: usize, block: &[u8]) {
        let first = self.fields;
        if self.ends.len() < first + 64 {
            self.ends.resize((first + 64) * 2, 0);
        }
        let Some(out) = self.ends.get_mut(first..).and_then(|ends| ends.first_chunk_mut::<64>()) else {
            return;
        };
        // Eight at a time without a check: slots beyond the count are overwritten later.
        let mut ends = masks.ends;
        for eight in out.as_chunks_mut::<8>().0 {
            if ends == 0 {
                break;
            }
            for slot in eight {
                *slot = at as u32 + ends.trailing_zeros();
                ends &= ends.wrapping_sub(1);
            }
        }
        self.fields += masks.ends.count_ones() as usize;
        let mut lines = masks.lines;
        while lines != 0 {
            let before = masks.ends & (lines & lines.wrapping_neg()).wrapping_sub(1);
            let (field, at) = (first + before.count_ones() as usize, at + lines.trailing_zeros() as usize);
            self.rows.push(RowEnd { fields: field as u32 + 1, next: at as u32 + 1 });
            self.drop_carriage_return(field, at, block);
            lines &= lines - 1;
        }
    }

    /// The exact scanner. Only a quote at the start of a field opens a quoted text; in it, two quotes are one. After the
    /// closing quote, the rest of the field is plain. A quote that is not closed within [`MAX_QUOTED`] bytes is plain
    /// too.
    fn scan_exactly(&mut self, block: &[u8], delimiter: u8, last: bool) -> usize {
        let (mut at, mut field_start) = (0_usize, true);
        while let Some(&byte) = block.get(at) {
            if byte == b'"' && field_start {
                let limit = block.len().min(at + 1 + MAX_QUOTED);
                let at_end = last && limit == block.len();
                match closing_quote(block.get(at + 1..limit).unwrap_or_default(), at_end) {
                    Some(after) => at += 1 + after,
                    // The row may end in the next block.
                    None if limit == block.len() && !last => return self.whole_rows(),
                    None => at += 1,
                }
                field_start = false;
                continue;
            }
            field_start = byte == delimiter || byte == b'\n';
            if field_start {
                self.end_field(at);
            }
            if byte == b'\n' {
                self.end_row(at, block);
            }
            at += 1;
        }
        self.end_block(block, last)
    }
}

/// Length of a quoted text with its closing quote. A quote at the very end of `text` is the closing one only `at_end`
/// of the source; otherwise the next byte decides whether it is a doubled quote.
fn closing_quote(text: &[u8], at_end: bool) -> Option<usize> {
    let mut at = 0;
    loop {
        at += text.get(at..)?.iter().position(|&b| b == b'"')? + 1;
        match text.get(at) {
            Some(b'"') => at += 1,
            Some(_) => return Some(at),
            None => return at_end.then_some(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(structure: &StructuralIndex, block: &[u8]) -> Vec<Vec<String>> {
        structure
            .rows()
            .map(|row| {
                (0..row.len())
                    .filter_map(|i| row.field(i))
                    .map(|(start, end)| String::from_utf8_lossy(&block[start..end]).into_owned())
                    .collect()
            })
            .collect()
    }

    fn scanned(block: &str, last: bool) -> (Vec<Vec<String>>, usize) {
        let mut structure = StructuralIndex::default();
        let used = structure.scan(block.as_bytes(), b',', last);
        (rows(&structure, block.as_bytes()), used)
    }

    #[test]
    fn fields_rows_and_what_is_left() {
        let (rows, used) = scanned("a,b\r\n\nc,,d\ne,", false);
        assert_eq!(rows, [vec!["a", "b"], vec![""], vec!["c", "", "d"]]);
        assert_eq!(used, 11);
        let (rows, used) = scanned("a,b\nc", true);
        assert_eq!((rows, used), (vec![vec!["a".into(), "b".into()], vec!["c".into()]], 5));
        assert_eq!(scanned("", true), (vec![], 0));
    }

    #[test]
    fn quotes_hide_delimiters_and_line_ends() {
        let (rows, used) = scanned("\"a,\n\"\"x\",b\nc\"d,e\n\"open,", false);
        assert_eq!(rows, [vec!["\"a,\n\"\"x\"", "b"], vec!["c\"d", "e"]]);
        assert_eq!(used, 17);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_a_plain_byte() {
        let long = format!("\"open,b\n{}", "c,d\n".repeat(MAX_QUOTED));
        let (rows, used) = scanned(&long, false);
        assert_eq!(rows[0], ["\"open", "b"]);
        assert_eq!(rows.len(), MAX_QUOTED + 1);
        assert_eq!(used, long.len());
        assert_eq!(scanned("x,\"a,b\"", true).0, [["x", "\"a,b\""]]);
        let (rows, _) = scanned("\"open,b\nc,d", true);
        assert_eq!(rows, [["\"open", "b"], ["c", "d"]]);
    }

    proptest! {
        #[test]
        fn the_fast_scanner_is_the_exact_one(text in "[ab,\n\r;]{0,400}", last: bool) {
            let block = text.as_bytes();
            let (mut fast, mut exact) = (StructuralIndex::default(), StructuralIndex::default());
            let used = fast.scan(block, b',', last);
            prop_assert_eq!(used, exact.scan_exactly(block, b',', last));
            prop_assert_eq!(rows(&fast, block), rows(&exact, block));
        }

        #[test]
        fn any_cut_gives_the_same_rows(text in "[a,\"\n]{0,80}", cut in 0_usize..80) {
            let (whole, _) = scanned(&text, true);
            let cut = cut.min(text.len());
            let (mut pieces, used) = scanned(&text[..cut], false);
            pieces.extend(scanned(&text[used..], true).0);
            prop_assert_eq!(pieces, whole);
        }
    }
}
