//! The JavaScript face: converts and nothing else.

use wasm_bindgen::prelude::*;

use crate::Kind;

/// Makes rows of one file.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Converter {
    inner: Option<crate::Converter>,
}

#[wasm_bindgen]
impl Converter {
    /// For the file that begins so; nothing if it is none that is read.
    pub fn of(head: &[u8]) -> Option<Converter> {
        Kind::of(head).map(|kind| Converter { inner: Some(crate::Converter::new(kind)) })
    }

    /// Takes the next bytes; answers the rows that are complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut rows = Vec::new();
        if let Some(converter) = &mut self.inner {
            converter.push(bytes, &mut rows);
        }
        rows
    }

    /// Ends the file; answers the last rows.
    pub fn finish(&mut self) -> Vec<u8> {
        let mut rows = Vec::new();
        if let Some(converter) = self.inner.take() {
            converter.finish(&mut rows);
        }
        rows
    }
}
