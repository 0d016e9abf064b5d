//! The golden cases: for each an input, and where it has them, what the caller says and a rule.

use std::fs;
use std::path::PathBuf;

use beaconlens::{Detector, Options, Report, Role, Rule, TimeUnit};
use serde_json::Value;

/// One golden case.
pub struct Case {
    pub name: String,
    pub input: Vec<u8>,
    pub options: Options,
    pub rule: Rule,
}

impl Case {
    /// The case of that name.
    pub fn load(name: &str) -> Case {
        let json = |kind: &str| fs::read_to_string(folder().join(format!("{name}.{kind}.json"))).ok();
        Case {
            name: name.to_owned(),
            input: fs::read(folder().join(format!("{name}.csv"))).unwrap(),
            options: json("options").map_or_else(Options::new, |text| options(&text)),
            rule: json("rule").map_or_else(Rule::default, |text| Rule::from_json(&text).unwrap()),
        }
    }

    /// All cases, by name.
    pub fn all() -> Vec<Case> {
        let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> =
            files.filter_map(|file| file.to_str().unwrap().strip_suffix(".csv").map(str::to_owned)).collect();
        names.sort();
        names.iter().map(|name| Case::load(name)).collect()
    }

    /// The report on the input fed in these pieces.
    pub fn report<'a>(&self, pieces: impl IntoIterator<Item = &'a [u8]>) -> Report {
        self.detector(pieces).evaluate(&self.rule)
    }

    /// A detector that has read the input fed in these pieces.
    pub fn detector<'a>(&self, pieces: impl IntoIterator<Item = &'a [u8]>) -> Detector {
        let mut detector = Detector::new(self.options.clone());
        detector.start_source(&format!("{}.csv", self.name));
        for piece in pieces {
            // A source that is refused says so in the report.
            let _ = detector.ingest(piece);
        }
        let _ = detector.finish();
        detector
    }
}

/// Where the cases are.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// What the caller says, as a JavaScript caller writes it.
fn options(text: &str) -> Options {
    let document: Value = serde_json::from_str(text).unwrap();
    let mut options = Options::new();
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

fn mapped(options: Options, mapping: &Value) -> Options {
    mapping.as_object().unwrap().iter().fold(options, |options, (role, column)| {
        options.with_column(Role::from_name(role).unwrap(), column.as_str().unwrap()).unwrap()
    })
}
