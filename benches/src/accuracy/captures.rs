//! Ranks in labelled real captures: `LABELS_ALL.csv` in a folder, and one folder per data set.
//!
//! The captures are read as any input and ranked by the report.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::Path;

use beaconlens::report::Finding;
use beaconlens::{Detector, DetectorOptions, Pair, Rule};

/// A label of a pair.
#[derive(Clone, Debug, Default)]
pub struct Label {
    /// Folder of the capture.
    pub dataset: String,
    /// File in it.
    pub file: String,
    /// Source, destination, port.
    pub pair: Option<Pair>,
    /// Such as `malicious` or `benign`.
    pub verdict: String,
    /// Description.
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

/// The fields of a CSV line without quotes.
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

/// All pairs of a capture; `None` if it cannot be read.
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

/// A labelled pair with its rank in its capture.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// The label.
    pub label: Label,
    /// The pair in the report.
    pub found: Finding,
    /// Rank by priority and by RITA's score; pairs with equal scores share a rank.
    pub ranks: [usize; 2],
    /// Number of ranked pairs.
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
    // A label may be attached to another log of the same capture.
    let place = folder.join(&label.dataset).join(&label.file);
    let pairs = pairs(&if label.file == "http.log" { place.with_file_name("conn.log") } else { place });
    let wanted = label.pair?;
    let is_wanted =
        |pair: &Finding| Pair::new(pair.sourceip, pair.destinationip, pair.destinationport) == wanted;
    let found = pairs.iter().find(|pair| is_wanted(pair))?.clone();
    let ranked: Vec<&Finding> = pairs
        .iter()
        .filter(|pair| {
            pair.facts.connection_count >= 4 && (leaves_the_network(pair.destinationip) || is_wanted(pair))
        })
        .collect();
    let above = ranked.iter().filter(|other| other.facts.priority > found.facts.priority).count();
    let rita = |of: &Finding| of.facts.rita.map(|rita| rita.score);
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
        // Pairs without a score are not ranked.
        let rita = found.facts.rita.map_or("–".to_owned(), |rita| format!("{:.2}", rita.score));
        let rank_rita = if found.facts.rita.is_some() { rank_rita.to_string() } else { "–".to_owned() };
        let few = format!("{} connections", found.facts.connection_count);
        let verdict = found.facts.regularity.map_or(few, |of| of.verdict());
        let _ = writeln!(
            out,
            "| {dataset} | {pair} | {known} | {rank} | {rank_rita} | {of} | {} | {rita} | {verdict} |",
            found.facts.priority
        );
    }
    out
}
