//! Real captures with labels: `LABELS_ALL.csv` in a folder, and a folder of files for each data set.
//!
//! They are read as any input is, and ranked by what the report says.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::Path;

use beaconlens::report::Finding;
use beaconlens::{Detector, DetectorOptions, Pair, Rule};

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

/// All pairs of a capture; nothing if it cannot be read.
#[must_use]
pub fn pairs(path: &Path) -> Vec<Finding> {
    let Ok(bytes) = std::fs::read(path) else { return Vec::new() };
    let mut detector = Detector::new(DetectorOptions::new());
    if detector.ingest(&bytes).and_then(|()| detector.finish()).is_err() {
        return Vec::new();
    }
    let Ok(rule) = Rule::from_json(r#"{"window": "all"}"#) else { return Vec::new() };
    detector.pairs(&rule).into_iter().map(|listed| listed.pair).collect()
}

/// A labelled pair and where it ranks in its capture.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// The label.
    pub label: Label,
    /// What is said of the pair.
    pub found: Finding,
    /// Rank by priority and by RITA's score; pairs that score the same share it.
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
    let is_wanted =
        |pair: &Finding| Pair::new(pair.sourceip, pair.destinationip, pair.destinationport) == wanted;
    let found = pairs.iter().find(|pair| is_wanted(pair))?.clone();
    let ranked: Vec<&Finding> = pairs
        .iter()
        .filter(|pair| {
            pair.connection_count >= 4 && (leaves_the_network(pair.destinationip) || is_wanted(pair))
        })
        .collect();
    let above = ranked.iter().filter(|other| other.priority > found.priority).count();
    let rita = |of: &Finding| of.rita.map(|rita| rita.score);
    let above_rita = ranked.iter().filter(|other| rita(other) > rita(&found)).count();
    Some(Ranked { label, ranks: [above + 1, above_rita + 1], of: ranked.len(), found })
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
        "| capture | pair | label | rank | rank, RITA | of | priority | RITA's score | verdict |\n\
         | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |\n",
    );
    for Ranked { label, found, ranks: [rank, rank_rita], of } in ranked {
        let pair = label.pair.map_or(String::new(), |pair| pair.to_string());
        let Label { dataset, verdict: known, .. } = label;
        // What has no score is not ranked.
        let rita = found.rita.map_or("–".to_owned(), |rita| format!("{:.2}", rita.score));
        let rank_rita = if found.rita.is_some() { rank_rita.to_string() } else { "–".to_owned() };
        let few = format!("{} connections", found.connection_count);
        let verdict = found.regularity.map_or(few, |of| of.verdict());
        let _ = writeln!(
            out,
            "| {dataset} | {pair} | {known} | {rank} | {rank_rita} | {of} | {} | {rita} | {verdict} |",
            found.priority
        );
    }
    out
}
