//! Real captures with labels: `LABELS_ALL.csv` in a folder, and a folder of files for each data set.
//!
//! Zeek's logs (tab-separated and JSON), Sysmon's network events and Suricata's flow events are turned
//! into CSV first; everything else the crate reads by itself.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use beaconlens::{Connection, Detector, Options, Pair, Rule};
use serde_json::Value;

/// One line of the labels that names a pair.
#[derive(Clone, Debug, Default)]
pub struct Label {
    /// Folder of the capture.
    pub dataset: String,
    /// File in it.
    pub file: String,
    /// Source, destination, port.
    pub pair: Option<Pair>,
    /// `malicious`, `benign` and the like.
    pub verdict: String,
    /// What is known of it.
    pub kind: String,
}

/// The labels that name a pair of addresses and a port.
#[must_use]
pub fn labels(text: &str) -> Vec<Label> {
    let all = text.lines().skip(1).map(|line| {
        let fields = fields(line);
        let field = |at: usize| fields.get(at).cloned().unwrap_or_default();
        let port = field(4).split(' ').next().and_then(|port| port.parse().ok());
        let pair = port.and_then(|port| Pair::parse(&field(2), &field(3), port).ok());
        Label { dataset: field(0), file: field(1), pair, verdict: field(6), kind: field(7) }
    });
    all.filter(|label| label.pair.is_some()).collect()
}

/// The fields of a line of CSV, quotes taken off.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut quoted) = (vec![String::new()], false);
    for char in line.chars() {
        match char {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            _ => {
                if let Some(field) = fields.last_mut() {
                    field.push(char);
                }
            }
        }
    }
    fields
}

/// All pairs of a capture with their connections, sorted by start; nothing if it cannot be read.
#[must_use]
pub fn pairs(path: &Path) -> BTreeMap<Pair, Vec<Connection>> {
    let Ok(bytes) = std::fs::read(path) else { return BTreeMap::new() };
    let text = String::from_utf8_lossy(&bytes);
    let csv = if text.starts_with("#separator") {
        Some(zeek(&text))
    } else if text.starts_with('{') {
        Some(json(&text))
    } else {
        None
    };
    let mut detector = Detector::new(Options::new());
    let input = csv.as_ref().map_or(&bytes[..], |csv| csv.as_bytes());
    if detector.ingest(input).and_then(|()| detector.finish()).is_err() {
        return BTreeMap::new();
    }
    let rule =
        r#"{"window": "all", "gates": {"min_connections": 1, "min_hours": 1}, "excluded_destinations": []}"#;
    let Ok(rule) = Rule::from_json(rule) else { return BTreeMap::new() };
    let listed = detector.pairs(&rule).into_iter();
    let keys = listed.map(|l| Pair::new(l.pair.sourceip, l.pair.destinationip, l.pair.destinationport));
    keys.map(|pair| (pair, detector.history(&pair))).collect()
}

const HEADER: &str = "starttime,sourceip,destinationip,destinationport,bytessent,bytesreceived\n";

/// Zeek's tab-separated connections as CSV.
fn zeek(text: &str) -> String {
    const WANTED: [&str; 6] = ["ts", "id.orig_h", "id.resp_h", "id.resp_p", "orig_bytes", "resp_bytes"];
    let mut out = HEADER.to_owned();
    let mut columns = [usize::MAX; 6];
    for line in text.lines() {
        if let Some(names) = line.strip_prefix("#fields\t") {
            let names: Vec<&str> = names.split('\t').collect();
            columns = WANTED.map(|name| names.iter().position(|n| *n == name).unwrap_or(usize::MAX));
        } else if !line.starts_with('#') {
            let fields: Vec<&str> = line.split('\t').collect();
            row(&mut out, columns.map(|at| fields.get(at).copied().unwrap_or("-").to_owned()));
        }
    }
    out
}

/// Connections in lines of JSON as CSV: Zeek's, Sysmon's event 3, Suricata's flows.
fn json(text: &str) -> String {
    let mut out = HEADER.to_owned();
    for line in text.lines() {
        let Ok(value) = serde_json::from_str::<Value>(line) else { continue };
        let get = |names: &[&str]| {
            let found = names.iter().find_map(|name| value.pointer(name));
            found.map_or("-".to_owned(), |value| value.as_str().map_or(value.to_string(), str::to_owned))
        };
        let kind = get(&["/event_type"]);
        if kind != "-" && kind != "flow" || get(&["/Task"]) != "-" && get(&["/Task"]) != "3" {
            continue;
        }
        row(
            &mut out,
            [
                get(&["/ts", "/UtcTime", "/flow/start"]),
                get(&["/id.orig_h", "/id_orig_h", "/SourceIp", "/src_ip"]),
                get(&["/id.resp_h", "/id_resp_h", "/DestinationIp", "/dest_ip"]),
                get(&["/id.resp_p", "/id_resp_p", "/DestinationPort", "/dest_port"]),
                get(&["/orig_bytes", "/flow/bytes_toserver"]),
                get(&["/resp_bytes", "/flow/bytes_toclient"]),
            ],
        );
    }
    out
}

fn row(out: &mut String, fields: [String; 6]) {
    let fields = fields.map(|field| if field == "-" { String::new() } else { field });
    let _ = writeln!(out, "{}", fields.join(","));
}
