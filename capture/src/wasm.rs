//! The JavaScript face: converts and nothing else.

use beaconlens::CaptureFormat;
use wasm_bindgen::prelude::*;

/// Converts one file into rows.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Converter {
    inner: Option<crate::converter::Converter>,
}

#[wasm_bindgen]
impl Converter {
    /// For a file that begins with these bytes; nothing if its format is not read.
    pub fn of(head: &[u8]) -> Option<Converter> {
        let inner = crate::converter::Converter::new(CaptureFormat::detect(head)?);
        Some(Converter { inner: Some(inner) })
    }

    /// Takes the next bytes; returns the rows that are complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut rows = Vec::new();
        if let Some(converter) = &mut self.inner {
            converter.push(bytes, &mut rows);
        }
        rows
    }

    /// Ends the file; returns the last rows.
    pub fn finish(&mut self) -> Vec<u8> {
        let mut rows = Vec::new();
        if let Some(converter) = self.inner.take() {
            converter.finish(&mut rows);
        }
        rows
    }
}
