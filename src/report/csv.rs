//! The report's lists as CSV and as JSON lines.
//!
//! Only the verdict needs quotes, and no field can be a formula: they are numbers, addresses, times, fixed
//! words and a sentence of ours.

use std::fmt::Write;

use super::{Finding, ListedPair, Report, json, number_text};
use crate::regularity::Thousandths;

/// The query's ten columns.
const QUERY: &str = "sourceip,destinationip,destinationport,connection_count,hourly_buckets,bytes_sent,\
                     bytes_received,first_seen,last_seen,beaconing_score";

/// The product's own.
const COLUMNS: &str = "priority,regularity,period_seconds,jitter_percent,missed_percent,active_span_seconds,calls,\
                       significance,rita_score,verdict";

impl Report {
    /// The findings as CSV: the query's ten columns, in its order, then priority and regularity, with a
    /// header; lines end in `\n`.
    pub fn to_csv(&self) -> String {
        let mut out = format!("{QUERY},{COLUMNS}\n");
        for finding in &self.findings {
            write_columns(&mut out, finding);
            out.push('\n');
        }
        out
    }

    /// The findings as the query answers: CSV of its ten columns.
    pub fn to_query_csv(&self) -> String {
        let mut out = format!("{QUERY}\n");
        for finding in &self.findings {
            write_query(&mut out, finding);
            out.push('\n');
        }
        out
    }

    /// The findings as JSON, one a line.
    pub fn to_ndjson(&self) -> String {
        lines(&self.findings)
    }
}

impl ListedPair {
    /// Pairs as CSV: the same columns, and the names of the failed gates with `;` between them.
    pub fn to_csv(pairs: &[ListedPair]) -> String {
        let mut out = format!("{QUERY},{COLUMNS},failed_gates\n");
        for listed in pairs {
            write_columns(&mut out, &listed.pair);
            let names: Vec<&str> = listed.failed_gates.iter().map(|gate| gate.name()).collect();
            out.push(',');
            out.push_str(&names.join(";"));
            out.push('\n');
        }
        out
    }

    /// Pairs as JSON, one a line.
    pub fn to_ndjson(pairs: &[ListedPair]) -> String {
        lines(pairs)
    }
}

fn lines<T: serde::Serialize>(rows: &[T]) -> String {
    rows.iter().map(|row| json(row) + "\n").collect()
}

fn write_query(out: &mut String, pair: &Finding) {
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "{},{},{},{},{},{},{},{},{},{}",
        pair.sourceip,
        pair.destinationip,
        pair.destinationport,
        pair.connection_count,
        pair.hourly_buckets,
        pair.bytes_sent,
        pair.bytes_received,
        pair.first_seen,
        pair.last_seen,
        pair.beaconing_score
    );
}

fn write_columns(out: &mut String, pair: &Finding) {
    write_query(out, pair);
    let _ = write!(out, ",{}", pair.priority);
    let numbers = [
        pair.regularity.map(Thousandths::value),
        pair.period_seconds,
        pair.jitter_percent,
        pair.missed_percent,
        pair.active_span_seconds,
        pair.calls.map(|calls| calls as f64),
        pair.significance,
        pair.rita_score,
    ];
    for number in numbers {
        out.push(',');
        if let Some(number) = number {
            out.push_str(&number_text(number));
        }
    }
    let _ = write!(out, ",{}", quoted(pair.verdict.as_deref().unwrap_or_default()));
}

fn quoted(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}
