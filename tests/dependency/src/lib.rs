//! A WebAssembly program of another: `dependency.test.mjs` checks that it has no imports, and no exports but its own.

// `no_mangle` counts as unsafe code: another symbol could have the same name.
#![allow(unsafe_code)]

use beaconlens::{Rule, evaluate};
use beaconlens_capture::CaptureFormat;

const FLOWS: &[u8] = b"starttime,sourceip,destinationip,destinationport\n\
    2026-03-02 10:00:00,10.0.0.5,203.0.113.9,443\n\
    2026-03-02 10:01:00,10.0.0.5,203.0.113.9,443\n";

/// The number of rows that were used: 2.
#[unsafe(no_mangle)]
pub extern "C" fn rows_used() -> u64 {
    evaluate(FLOWS, &Rule::default()).map_or(0, |report| report.totals.rows_used)
}

/// Whether a packet capture is recognised: 1.
#[unsafe(no_mangle)]
pub extern "C" fn knows_captures() -> u64 {
    u64::from(CaptureFormat::detect(&[0xd4, 0xc3, 0xb2, 0xa1]).is_some())
}
