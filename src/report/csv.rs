//! The report's lists as CSV and as JSON lines.
//!
//! Only the verdict needs quotes, and no field can be a formula: they are numbers, addresses, times, fixed
//! words and a sentence of ours.

use super::contents::Report;
use crate::evaluate::{EvaluatedPair, Finding};
use crate::text::append::append;
use crate::text::json::written as json;

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

impl EvaluatedPair {
    /// Pairs as CSV: the same columns, and the names of the failed gates with `;` between them.
    pub fn to_csv(pairs: &[EvaluatedPair]) -> String {
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
    pub fn to_ndjson(pairs: &[EvaluatedPair]) -> String {
        lines(pairs)
    }
}

fn lines<T: serde::Serialize>(rows: &[T]) -> String {
    rows.iter().map(|row| json(row) + "\n").collect()
}

fn write_query(out: &mut String, pair: &Finding) {
    let facts = &pair.facts;
    append(out, pair.sourceip);
    out.push(',');
    append(out, pair.destinationip);
    for number in [
        pair.destinationport.into(),
        facts.connection_count,
        facts.hourly_buckets,
        facts.bytes_sent,
        facts.bytes_received,
    ] {
        out.push(',');
        append(out, number);
    }
    for moment in [facts.first_seen, facts.last_seen] {
        out.push(',');
        moment.write(out);
    }
    out.push(',');
    append(out, facts.beaconing_score);
}

fn write_columns(out: &mut String, pair: &Finding) {
    write_query(out, pair);
    out.push(',');
    append(out, pair.facts.priority);
    let of = pair.facts.regularity.as_ref();
    let numbers = [
        of.map(|of| of.regularity.value()),
        of.and_then(|of| of.period_seconds),
        of.and_then(|of| of.jitter_percent),
        of.and_then(|of| of.missed_percent),
        of.map(|of| of.active_span_seconds),
        of.map(|of| of.calls as f64),
        of.map(|of| of.significance),
        pair.facts.rita.map(|rita| rita.score),
    ];
    for number in numbers {
        out.push(',');
        if let Some(number) = number {
            append(out, number);
        }
    }
    out.push(',');
    if let Some(of) = of {
        // There is no quote in it.
        out.push('"');
        of.write_verdict(out);
        out.push('"');
    }
}
