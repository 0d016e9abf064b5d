//! Converts packet captures (pcap, pcapng) and Windows event logs (EVTX) into rows that
//! [beaconlens](https://docs.rs/beaconlens) reads, for analysts who have no flow logs.
//!
//! A [`Converter`] takes the bytes of a file in chunks of any size and returns JSON lines: one row per connection,
//! DNS lookup or host name, and at the end notes on what was not used, and why. It scores nothing. Its rows go to
//! `Detector::ingest`, which recognises them by their fields.
//!
//! ```
//! use beaconlens::{Detector, DetectorOptions, Rule};
//! use beaconlens_capture::{CaptureFormat, Converter};
//! # let file = b"\xD4\xC3\xB2\xA1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0";
//!
//! let mut detector = Detector::new(DetectorOptions::new());
//! detector.start_source("office.pcap");
//! let mut rows = Vec::new();
//! if let Some(format) = CaptureFormat::detect(file) {
//!     let mut converter = Converter::new(format);
//!     for chunk in file.chunks(1 << 16) {
//!         converter.push(chunk, &mut rows);
//!         detector.ingest(&rows)?;
//!         rows.clear();
//!     }
//!     converter.finish(&mut rows);
//! }
//! detector.ingest(&rows)?;
//! detector.finish()?;
//! let report = detector.evaluate(&Rule::default());
//! # assert_eq!(report.sources[0].format, Some("pcap"));
//! # Ok::<(), beaconlens::Error>(())
//! ```
//!
//! # Why it uses no parser crates
//!
//! The containers and headers read here are small and have not changed for decades. The crates that read them are
//! larger: `evtx` brings forty crates, some with SIMD code of their own and one that does not compile for
//! WebAssembly; `pcap-parser` brings a parser framework for two headers. All of them stop at damaged data, where
//! this crate has to count and continue. So it has its own parsers, without unsafe code, and the tests compare them
//! with other programs' results for the same bytes.

// wasm-bindgen expands to unsafe code.
#![cfg_attr(not(all(target_arch = "wasm32", feature = "javascript")), forbid(unsafe_code))]

mod binxml;
mod bytes;
mod connection;
mod connection_key;
mod connection_table;
mod converter;
mod counts;
mod dns;
mod event;
mod evtx;
mod frame;
mod host;
mod link;
mod packet;
mod packet_reader;
mod pcap;
mod pcapng;
mod pending_query;
mod rows;
#[cfg(all(target_arch = "wasm32", feature = "javascript"))]
mod wasm;

pub use beaconlens::CaptureFormat;
pub use converter::Converter;
