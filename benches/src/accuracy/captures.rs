//! Real captures with labels: `LABELS_ALL.csv` in a folder, and a folder of files for each data set.
//!
//! Zeek's logs (tab-separated and JSON), Sysmon's network events and Suricata's flow events are turned
//! into CSV first; everything else the crate reads by itself.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::Path;

use beaconlens::regularity::{Judge, Regularity, Thousandths, rita_score};
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

/// A labelled pair and where it ranks in its capture.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// The label.
    pub label: Label,
    /// Connections.
    pub connections: usize,
    /// What was found; none if there were too few calls.
    pub found: Option<Regularity>,
    /// RITA's score.
    pub rita: f64,
    /// Rank by regularity and by RITA's score; pairs that score the same share it.
    pub ranks: [usize; 2],
    /// Pairs that were ranked.
    pub of: usize,
}

/// Ranks every labelled pair of the captures in a folder among the pairs of its capture that leave the
/// network and have at least four connections.
#[must_use]
pub fn rank(folder: &Path) -> Vec<Ranked> {
    let text = std::fs::read_to_string(folder.join("LABELS_ALL.csv")).unwrap_or_default();
    let labels = labels(&text).into_iter();
    labels.filter_map(|label| rank_one(folder, label)).collect()
}

fn rank_one(folder: &Path, label: Label) -> Option<Ranked> {
    // Labels of a capture may stand at another of its logs.
    let place = folder.join(&label.dataset).join(&label.file);
    let pairs = pairs(&if label.file == "http.log" { place.with_file_name("conn.log") } else { place });
    let wanted = label.pair?;
    let starts = || pairs.values().flatten().map(|connection| connection.start);
    let last = starts().max()?;
    // RITA's window is the last day.
    let span = (starts().min()?.max(last - 86_400_000_000), last);
    let mut judge = Judge::default();
    let mut scored = BTreeMap::new();
    for (pair, connections) in &pairs {
        let outside = leaves_the_network(pair.destination) || *pair == wanted;
        if outside && connections.len() >= 4 {
            let rita = rita_score(connections, span).map_or(0.0, |score| score.score);
            scored.insert(*pair, (judge.judge(connections), rita));
        }
    }
    let connections = pairs.get(&wanted)?.len();
    let (found, rita) = scored.get(&wanted).cloned().unwrap_or_default();
    let regularity =
        |found: &Option<Regularity>| found.as_ref().map_or(Thousandths(0), |found| found.regularity);
    let above = scored.values().filter(|(other, _)| regularity(other) > regularity(&found)).count();
    let above_rita = scored.values().filter(|(_, other)| *other > rita).count();
    let of = scored.len();
    Some(Ranked { label, connections, found, rita, ranks: [above + 1, above_rita + 1], of })
}

fn leaves_the_network(destination: IpAddr) -> bool {
    match destination {
        IpAddr::V4(v4) => {
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_multicast()
                || v4.is_broadcast())
        }
        IpAddr::V6(v6) => {
            !(v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_multicast())
        }
    }
}

/// The ranks as a table in Markdown.
#[must_use]
pub fn render(ranked: &[Ranked]) -> String {
    let mut out = String::from(
        "| capture | pair | label | rank | rank, RITA | of | regularity | RITA's score | verdict |\n\
         | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |\n",
    );
    for Ranked { label, connections, found, rita, ranks: [rank, rank_rita], of } in ranked {
        let pair = label.pair.map_or(String::new(), |pair| pair.to_string());
        let (regularity, verdict) =
            found.as_ref().map_or(("–".to_owned(), format!("{connections} connections")), |found| {
                (format!("{:.2}", found.regularity.value()), found.verdict.clone())
            });
        let Label { dataset, verdict: known, .. } = label;
        // What scores nothing is not ranked.
        let shown = |rank: &usize, score: bool| if score { rank.to_string() } else { "–".to_owned() };
        let rank = shown(rank, found.as_ref().is_some_and(|found| found.regularity > Thousandths(0)));
        let rank_rita = shown(rank_rita, *rita > 0.0);
        let _ = writeln!(
            out,
            "| {dataset} | {pair} | {known} | {rank} | {rank_rita} | {of} | {regularity} | {rita:.2} | {verdict} |"
        );
    }
    out
}
