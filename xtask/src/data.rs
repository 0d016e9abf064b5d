//! `check-data`: reads every file of the shared data, which nobody of this project wrote, and compares the
//! counts of known pairs with its labels. The data is no part of the project; without it there is nothing
//! to check.

use crate::crosscheck;
use crate::tools::{Outcome, root};
use beaconlens::report::SourceReport;
use beaconlens::{Detector, DetectorOptions, Pair};
use beaconlens_capture::{CaptureFormat, Converter};
use flate2::read::MultiGzDecoder;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Folders of lists of names and addresses.
const LISTS: [&str; 3] = ["dga-andrewaeva", "ti-feeds", "toplist-alexa100k"];
/// What stands beside the data.
const NOTES: [&str; 6] =
    ["LABELS.csv", "LABELS_ALL.csv", "PROVENANCE.txt", "README.md", "LICENSE", "labels.config"];
/// How the message begins with which a file is rightly refused that is no flows, or not as text.
const RIGHTLY: [&str; 4] =
    ["found Zeek's log of", "found binary", "found a ZIP", "found JSON with the fields default"];

/// Labels whose count was made in another file than the one they name.
const ELSEWHERE: [(&str, &str); 1] = [
    // Requests; connections stand in conn.log.
    ("zeek-ctu355-simda-dga/http.log", "zeek-ctu355-simda-dga/conn.log"),
];
/// Labels that count something else: destination and ports, the count of flows, and why.
const OTHERWISE: [(&str, usize, &str); 3] = [
    ("85.17.73.215:54081", 23, "the label counts TCP, one flow is UDP"),
    ("37.48.64.106:54081", 22, "the label counts TCP, one flow is UDP"),
    ("122.248.252.67:9765/8760", 99, "the label counts one of the ports"),
];

/// Prints what every file is read as, and the labelled pairs; fails where something is not as it should.
pub fn run() -> Outcome {
    let shared =
        std::env::var_os("BEACONLENS_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let data = shared.join("data");
    if !data.is_dir() {
        println!("skipped: {} is not here", data.display());
        return Ok(());
    }
    let mut wrong = Vec::new();
    println!("| file | format | rows | used | skipped, by reason |\n|---|---|---:|---:|---|");
    for file in files(&data)? {
        let name = file.strip_prefix(&data).unwrap_or(&file).display().to_string();
        let (detector, source) = read(&file, DetectorOptions::new())?;
        println!("{}", row(&name, &detector, &source));
        if source.rows_read != source.rows_used + source.rows_skipped {
            wrong.push(format!("{name}: rows do not add up"));
        }
        if let Some(error) = &source.error
            && !RIGHTLY.iter().any(|begin| error.message.starts_with(begin))
        {
            wrong.push(format!("{name}: {}", error.message));
        }
    }
    println!("\n| labelled pair | label | flows | |\n|---|---:|---:|---|");
    let labels = fs::read_to_string(data.join("LABELS_ALL.csv")).map_err(|error| error.to_string())?;
    for label in labels.lines().skip(1).filter_map(Label::of) {
        let (detector, _) = read(&data.join(&label.file), DetectorOptions::new())?;
        let found = label.count(&detector);
        let end = format!("{}:{}", label.destination, label.ports.join("/"));
        let what = format!("{} {} → {end}", label.file, label.source);
        let otherwise = OTHERWISE.iter().find(|(of, _, _)| *of == end);
        let (expected, why) = otherwise.map_or((label.expected, ""), |(_, count, why)| (*count, *why));
        println!("| {what} | {} | {found} | {why} |", label.expected);
        if found != expected {
            wrong.push(format!("{what}: expected {expected}, found {found}"));
        }
    }
    // Every row for itself, as a query counts them.
    let every_row = DetectorOptions::new().with_duplicates(true);
    wrong.extend(crosscheck::run(&data, |file| Ok(read(file, every_row.clone())?.0))?);
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("not as it should be:\n{}", wrong.join("\n")))
}

/// All files with data, sorted.
fn files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            if !LISTS.contains(&name.as_str()) {
                found.extend(files(&entry.path())?);
            }
        } else if !NOTES.contains(&name.as_str()) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// A file as the hosts read it: gzip is unpacked, captures become rows.
fn read(file: &Path, options: DetectorOptions) -> Outcome<(Detector, SourceReport)> {
    let failed = |error: std::io::Error| format!("{}: {error}", file.display());
    let mut bytes = fs::read(file).map_err(failed)?;
    if bytes.starts_with(&[0x1F, 0x8B]) {
        let mut text = Vec::new();
        MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut text).map_err(failed)?;
        bytes = text;
    }
    if let Some(format) = CaptureFormat::detect(&bytes) {
        let (mut converter, mut rows) = (Converter::new(format), Vec::new());
        converter.push(&bytes, &mut rows);
        converter.finish(&mut rows);
        bytes = rows;
    }
    let mut detector = Detector::new(options);
    detector.start_source("file");
    // A refusal stands in the report.
    let _ = detector.ingest(&bytes);
    let _ = detector.finish();
    let source = detector.evaluate_query(&beaconlens::Rule::default()).sources.remove(0);
    Ok((detector, source))
}

fn row(name: &str, detector: &Detector, source: &SourceReport) -> String {
    if let Some(error) = &source.error {
        return format!("| {name} | – | | | {} |", error.message);
    }
    let report = detector.evaluate_query(&beaconlens::Rule::default());
    let reasons: Vec<_> = report.diagnostics.iter().map(|d| format!("{} {}", d.code, d.rows)).collect();
    let format = source.format.unwrap_or_default();
    format!("| {name} | {format} | {} | {} | {} |", source.rows_read, source.rows_used, reasons.join(", "))
}

/// A pair whose connections were counted by others.
struct Label {
    /// Inside the data.
    file: String,
    source: String,
    destination: String,
    ports: Vec<String>,
    expected: usize,
}

impl Label {
    /// Labels of one pair (or of one with a few ports) with a count; others are about names, or not about
    /// counts.
    fn of(line: &str) -> Option<Self> {
        let fields = csv(line);
        let field = |at: usize| fields.get(at).map(String::as_str);
        let (source, destination) = (field(2)?.to_owned(), field(3)?.to_owned());
        Pair::parse(&source, &destination, 0).ok()?;
        // A program's name may follow the port.
        let ports = field(4)?.split(' ').next()?.split('/').map(str::to_owned).collect();
        let expected = field(8)?.parse().ok().filter(|n| *n > 0)?;
        let named = format!("{}/{}", field(0)?, field(1)?);
        let file =
            ELSEWHERE.iter().find(|(of, _)| *of == named).map_or(named, |(_, file)| (*file).to_owned());
        Some(Label { file, source, destination, ports, expected })
    }

    fn count(&self, detector: &Detector) -> usize {
        let port = |text: &String| match text.strip_prefix("0x") {
            Some(hex) => u16::from_str_radix(hex, 16).ok(),
            None => text.parse().ok(),
        };
        let pair = |port| Pair::parse(&self.source, &self.destination, port).ok();
        let pairs = self.ports.iter().filter_map(port).filter_map(pair);
        pairs.map(|pair| detector.history(&pair).len()).sum()
    }
}

/// The fields of a line of CSV.
fn csv(line: &str) -> Vec<String> {
    let (mut fields, mut quoted) = (vec![String::new()], false);
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            _ => fields.last_mut().into_iter().for_each(|field| field.push(letter)),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_with_a_count_of_a_pair() {
        let label = Label::of(r#"set,f.log,10.0.0.1,192.0.2.1,80/81 a.exe,tcp,x,"a, b",51,1,2,z"#);
        let label = label.map(|label| (label.file, label.ports, label.expected));
        assert_eq!(label, Some(("set/f.log".to_owned(), vec!["80".to_owned(), "81".to_owned()], 51)));
        assert!(Label::of("set,f.log,10.0.0.1,*,80,tcp,x,a,51,1,2,z").is_none());
        assert!(Label::of("set,f.log,10.0.0.1,192.0.2.1,80,tcp,x,a,,1,2,z").is_none());
    }
}
