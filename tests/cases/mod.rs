//! The golden cases: an input each, and optionally source options and a rule.

use std::fs;
use std::path::PathBuf;

use beaconlens::{Detector, DetectorOptions, Report, Role, Rule, TimeUnit};
use serde_json::Value;

/// One golden case.
pub struct Case {
    pub name: String,
    /// File name of the input.
    pub file: String,
    pub input: Vec<u8>,
    pub options: DetectorOptions,
    pub rule: Rule,
}

impl Case {
    /// The case of an input file.
    pub fn load(file: &str) -> Case {
        let name = file.rsplit_once('.').unwrap().0;
        let json = |kind: &str| fs::read_to_string(folder().join(format!("{name}.{kind}.json"))).ok();
        Case {
            name: name.to_owned(),
            file: file.to_owned(),
            input: fs::read(folder().join(file)).unwrap(),
            options: json("options").map_or_else(DetectorOptions::new, |text| options(&text)),
            rule: json("rule").map_or_else(Rule::default, |text| Rule::from_json(&text).unwrap()),
        }
    }

    /// All cases, by name.
    pub fn all() -> Vec<Case> {
        let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> =
            files.map(|file| file.into_string().unwrap()).filter(|file| is_input(file)).collect();
        names.sort();
        names.iter().map(|file| Case::load(file)).collect()
    }

    /// The report on the input, fed in these chunks.
    pub fn report<'a>(&self, chunks: impl IntoIterator<Item = &'a [u8]>) -> Report {
        self.detector(chunks).evaluate(&self.rule)
    }

    /// A detector that has read the input in these chunks.
    pub fn detector<'a>(&self, chunks: impl IntoIterator<Item = &'a [u8]>) -> Detector {
        let mut detector = Detector::new(self.options.clone());
        detector.start_source(&self.file);
        for chunk in chunks {
            // The report contains the refusal of a source.
            let _ = detector.ingest(chunk);
        }
        let _ = detector.finish();
        detector
    }
}

/// Whether a file is the input of a case.
pub fn is_input(file: &str) -> bool {
    let no_more = [".report.json", ".rule.json", ".options.json", ".records.txt", "LICENSE-azure-nsg.txt"];
    [".csv", ".json", ".log", ".txt"].iter().any(|ending| file.ends_with(ending))
        && !no_more.iter().any(|ending| file.ends_with(ending))
}

/// Where the cases are.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// Options of the source, spelled as in JavaScript.
fn options(text: &str) -> DetectorOptions {
    let document: Value = serde_json::from_str(text).unwrap();
    let mut options = DetectorOptions::new();
    for (field, value) in document.as_object().unwrap() {
        options = match field.as_str() {
            "mapping" => mapped(options, value),
            "delimiter" => options.with_delimiter(value.as_str().unwrap().as_bytes()[0]).unwrap(),
            "timeUnit" => options.with_time_unit(match value.as_str().unwrap() {
                "s" => TimeUnit::Seconds,
                "ms" => TimeUnit::Milliseconds,
                "us" => TimeUnit::Microseconds,
                "ns" => TimeUnit::Nanoseconds,
                other => panic!("time unit {other}"),
            }),
            "utcOffsetMinutes" => {
                options.with_utc_offset_minutes(i32::try_from(value.as_i64().unwrap()).unwrap()).unwrap()
            }
            other => panic!("option {other}"),
        };
    }
    options
}

fn mapped(options: DetectorOptions, mapping: &Value) -> DetectorOptions {
    mapping.as_object().unwrap().iter().fold(options, |options, (role, column)| {
        options.with_column(Role::from_name(role).unwrap(), column.as_str().unwrap()).unwrap()
    })
}
