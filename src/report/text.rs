//! An explanation as plain text, for a terminal or a ticket.

use std::fmt::Write;

use crate::evaluate::{ConnectionFacts, Explanation, GateValue, Threshold};
use crate::text::append::append;

impl Explanation {
    /// The explanation as plain text for people, a few lines.
    pub fn to_text(&self) -> String {
        let mut out = format!("{}\n", self.sentence);
        // Writing to a string cannot fail.
        for gate in &self.gates {
            let mark = if gate.passed { "pass" } else { "FAIL" };
            let _ = writeln!(out, "  {mark}  {:<22}{}", gate.gate.name(), gate.reason);
        }
        for hit in &self.hunts {
            let suppressed =
                hit.suppressed_by.as_ref().map(|set| format!(" (suppressed by {})", set.reference_set));
            let suppressed = suppressed.unwrap_or_default();
            let _ = writeln!(out, "  hunt  {:<22}{}{suppressed}", hit.hunt.name(), hit.sentence);
        }
        for reason in &self.hunt_exclusions {
            let _ = writeln!(out, "  {reason}");
        }
        for set in &self.reference_sets {
            let _ = writeln!(out, "  reference set {}: {}", set.reference_set, set.entry);
        }
        if let Some(threat) = self.measures.as_ref().and_then(|measures| measures.facts.threat.as_ref()) {
            let comment =
                threat.comment.as_deref().map_or_else(String::new, |comment| format!(" ({comment})"));
            let _ = writeln!(
                out,
                "  threat list {}, line {}: {}{comment}",
                threat.list, threat.line, threat.entry
            );
        }
        for process in self.measures.iter().flat_map(|measures| &measures.processes) {
            // A control character in a log must not break the line.
            let shown: String =
                process.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect();
            let _ = writeln!(out, "  opened by {shown}");
        }
        if let Some(change) = &self.nearest_change {
            let _ = writeln!(out, "  {change}");
        }
        if let Some(score) = &self.score {
            let _ = writeln!(out, "  beaconing_score {}: {}", score.value, score.reason);
        }
        if let Some(measures) = &self.measures {
            write_priority(&mut out, &measures.facts);
            let _ = writeln!(
                out,
                "  first_seen {}, last_seen {}, {} bytes sent, {} received",
                measures.facts.first_seen,
                measures.facts.last_seen,
                measures.facts.bytes_sent,
                measures.facts.bytes_received
            );
        }
        if let Some(intervals) = &self.intervals {
            let _ =
                writeln!(out, "  median gap between connections {} s", number_text(intervals.median_seconds));
        }
        if self.flows_outside_window > 0 {
            let _ = writeln!(out, "  {} more flows outside the window", self.flows_outside_window);
        }
        out
    }
}

/// Priority, regularity and RITA's score, each with its parts.
fn write_priority(out: &mut String, facts: &ConnectionFacts) {
    let _ = writeln!(out, "  priority {}", facts.priority);
    for part in &facts.priority_parts {
        let _ = writeln!(out, "    {:+4}  {:<28}{}", part.points, part.name, part.reason());
    }
    if let Some(regularity) = &facts.regularity {
        let (value, parts) = (regularity.regularity.value(), regularity.regularity_parts);
        let _ = writeln!(out, "  regularity {}: {}", number_text(value), regularity.verdict());
        let [timing, persistence, size] =
            [parts.timing, parts.persistence, parts.size].map(|part| number_text(part.value()));
        let _ = writeln!(out, "    timing {timing} + persistence {persistence} + size {size}");
    }
    if let Some(parts) = &facts.rita {
        let [score, timestamp, data_size, histogram, duration] =
            [parts.score, parts.timestamp, parts.data_size, parts.histogram, parts.duration].map(number_text);
        let _ = writeln!(
            out,
            "  RITA's score {score}: timestamp {timestamp}, data size {data_size}, histogram {histogram}, \
             duration {duration}"
        );
    }
}

impl std::fmt::Display for GateValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            GateValue::Count(count) => write!(f, "{count}"),
            GateValue::Address(address) => f.write_str(&address.to_string()),
        }
    }
}

impl std::fmt::Display for Threshold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Threshold::AtLeast(count) => write!(f, "at least {count}"),
            Threshold::NoneOf(networks) if networks.is_empty() => f.write_str("no network is excluded"),
            Threshold::NoneOf(networks) => write!(f, "in none of {}", networks.join(", ")),
        }
    }
}

/// A number as in JSON; whole numbers have no fraction.
fn number_text(number: f64) -> String {
    let mut text = String::new();
    append(&mut text, number);
    text
}
