//! Any text as a rule document: rejected with a message, or a rule that is the same after a round trip through JSON
//! and can be evaluated.

#![no_main]

use beaconlens::{Detector, DetectorOptions, Rule};
use libfuzzer_sys::fuzz_target;

const FLOWS: &[u8] = b"starttime,sourceip,destinationip,destinationport\n\
    1772445600,10.0.0.5,203.0.113.9,443\n\
    1772449200,10.0.0.5,203.0.113.9,443\n\
    1772449200,2001:db8::5,::1,6667\n";

fuzz_target!(|text: &str| {
    match Rule::from_json(text) {
        Ok(rule) => {
            assert_eq!(Rule::from_json(&rule.to_json()).as_ref(), Ok(&rule));
            let mut detector = Detector::new(DetectorOptions::new());
            assert!(detector.ingest(FLOWS).is_ok() && detector.finish().is_ok());
            let report = detector.evaluate(&rule);
            assert_eq!(report.totals.flows_in_window + report.totals.flows_outside_window, 3);
        }
        Err(error) => {
            assert_eq!(error.code(), "E_RULE");
            assert!(!error.to_string().is_empty() && error.hint().is_some());
        }
    }
});
